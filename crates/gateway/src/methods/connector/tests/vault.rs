//! What is sealed opens in its own place only, and outlives a change of root keys.

use std::sync::Arc;

use canonical::ConnectorId;
use serde_json::json;
use store::connectors;
use tenancy::{KeyRing, TenantId};
use workflows::sync::{CredentialVault, VaultError};

use super::{VendorBench, reason};
use crate::vault::Vault;

async fn sealed(at: &VendorBench, tenant: TenantId, id: &str) -> connectors::SealedCredentials {
    let mut tx = at.bench.store().tenant(tenant).await.unwrap();
    let sealed = connectors::get_credentials(&mut tx, id.parse().unwrap()).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    sealed
}

#[tokio::test]
async fn credentials_open_for_their_own_tenant_connector_and_version_only() {
    let at = VendorBench::start().await;
    let (first, second) = (at.connected("First").await, at.connected("Second").await);
    let (tenant, vault) = (at.bench.tenant, at.bench.gateway.vault.clone());
    let (first, second): (ConnectorId, ConnectorId) = (first.parse().unwrap(), second.parse().unwrap());
    let kept = sealed(&at, tenant, &first.to_string()).await;
    let opened = vault.open(tenant, first, &kept).await.unwrap();
    assert!(opened.is_refreshable());
    assert_eq!(vault.open(tenant, second, &kept).await.err(), Some(VaultError::Unreadable));
    let old = connectors::SealedCredentials { version: kept.version + 1, ..kept.clone() };
    assert_eq!(vault.open(tenant, first, &old).await.err(), Some(VaultError::Unreadable));
    let stranger = at.bench.database.tenant("stranger").await;
    assert_eq!(vault.open(stranger, first, &kept).await.err(), Some(VaultError::Unreadable));
    let mut edited = kept.clone();
    *edited.sealed.last_mut().unwrap() ^= 1;
    assert_eq!(vault.open(tenant, first, &edited).await.err(), Some(VaultError::Unreadable));
}

#[tokio::test]
async fn credentials_moved_to_another_connector_in_the_table_are_not_used() {
    let at = VendorBench::start().await;
    let (first, second) = (at.connected("First").await, at.connected("Second").await);
    at.bench
        .database
        .execute(&format!(
            "UPDATE connectors SET sealed_credentials = (SELECT sealed_credentials FROM connectors WHERE id = '{first}') \
             WHERE id = '{second}'"
        ))
        .await;
    let params = json!({ "connectorId": second, "entity": "account" });
    assert_eq!(reason(&at.admin(), "fieldMapping.listSourceFields", params).await, "authorisation_needed");
}

#[tokio::test]
async fn a_new_root_key_takes_over_and_the_old_one_can_go() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let tenant = at.bench.tenant;
    let ring = |text: String| Arc::new(text.parse::<KeyRing>().unwrap());
    let (old, new) = (format!("k:{}", "0b".repeat(32)), format!("k2:{}", "0c".repeat(32)));
    let rotating = Vault::new(at.bench.store().clone(), ring(format!("{new},{old}")));
    let after = Vault::new(at.bench.store().clone(), ring(new));
    let kept = sealed(&at, tenant, &id).await;
    let connector: ConnectorId = id.parse().unwrap();
    assert_eq!(after.open(tenant, connector, &kept).await.err(), Some(VaultError::Unavailable), "too early");
    assert_eq!(rotating.rewrap(tenant).await.unwrap(), 1);
    assert_eq!(rotating.rewrap(tenant).await.unwrap(), 0);
    assert!(after.open(tenant, connector, &kept).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_secrets_at_the_same_moment_share_one_data_key() {
    let at = VendorBench::start().await;
    let ids = [at.pending("A").await, at.pending("B").await, at.pending("C").await];
    let (one, two, three) = (at.admin(), at.admin(), at.admin());
    tokio::join!(
        at.visit_vendor(&one, &ids[0]),
        at.visit_vendor(&two, &ids[1]),
        at.visit_vendor(&three, &ids[2])
    );
    assert_eq!(at.bench.database.text("SELECT count(*)::text FROM tenant_keys").await, "1");
}
