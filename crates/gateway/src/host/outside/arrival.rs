//! First sight of an outside organization or of one of its people: what is made, and what is followed.

use std::{collections::HashMap, sync::RwLock};

use rpc::RpcError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{
    StoreError, SystemReason, TenantTx,
    audit::{self, AuditEntry, Outcome},
    directory,
    outside::{self, Standing},
    team,
    tenants::{self, NewTenant},
};
use tenancy::{Actor, RoleChange, TenantId, UserId};
use uuid::Uuid;

use super::Visitor;
use crate::{
    host::{Gateway, failure::store_error},
    server::RequestMeta,
};

/// Beyond this many the memory starts over; it only costs the next look-ups a few queries each.
const MOST: usize = 100_000;
/// A name that is taken, or somebody arriving at the same moment, is met with another try.
const TRIES: usize = 4;

/// Issuer, organization, subject.
type Key = (String, String, String);

/// Which tenant and user a visitor is. Neither ever changes; whether they still belong is read at each call.
#[derive(Default)]
pub(super) struct Arrivals(RwLock<HashMap<Key, (TenantId, UserId)>>);

impl Arrivals {
    pub(super) fn place_of(&self, visitor: &Visitor) -> Option<(TenantId, UserId)> {
        self.0.read().expect("no holder of this lock panics").get(&visitor.key()).copied()
    }

    pub(super) fn keep(&self, visitor: &Visitor, tenant: TenantId, user: UserId) {
        let mut known = self.0.write().expect("no holder of this lock panics");
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(visitor.key(), (tenant, user));
    }
}

impl Gateway {
    /// Finds or makes the visitor's tenant, user and membership, and lets the books follow the token's role.
    pub(super) async fn receive(
        &self,
        visitor: &Visitor,
        meta: &RequestMeta,
    ) -> Result<(TenantId, UserId), RpcError> {
        for attempt in 0..TRIES {
            match self.try_to_receive(visitor, meta, attempt).await {
                Err(StoreError::Conflict | StoreError::Serialization) => {}
                Err(StoreError::NotFound) => return Err(RpcError::unauthorized()),
                other => return other.map_err(store_error),
            }
        }
        Err(store_error(StoreError::Serialization))
    }

    /// `NotFound` when there is no place for this visitor.
    async fn try_to_receive(
        &self,
        visitor: &Visitor,
        meta: &RequestMeta,
        attempt: usize,
    ) -> Result<(TenantId, UserId), StoreError> {
        let (issuer, organization) = (visitor.identity.issuer.as_str(), visitor.organization.as_str());
        let mut tx = self.store.system(SystemReason::SignIn).await?;
        let found = directory::tenant_of_outside_organization(&mut tx, issuer, organization).await?;
        tx.commit().await?;
        let mut tx = match found {
            Some((tenant, true)) => self.store.tenant(tenant).await?,
            Some((_, false)) => return Err(StoreError::NotFound),
            None if !visitor.create_tenants => {
                tracing::info!(issuer, "a token of an organization that has no tenant was refused");
                return Err(StoreError::NotFound);
            }
            None => self.found_tenant(visitor, meta, attempt).await?,
        };
        let user = outside::find_or_create_outside_user(
            &mut tx,
            issuer,
            &visitor.identity.subject,
            &visitor.address(),
        )
        .await?;
        match outside::standing_of(&mut tx, user).await? {
            Standing::Suspended => return Err(StoreError::NotFound),
            Standing::Stranger => {
                outside::add_outside_member(&mut tx, user, visitor.role).await?;
                let after = json!({ "after": { "role": visitor.role } });
                record(&mut tx, visitor, meta, "team.add", user.to_string(), after).await?;
            }
            Standing::Member(_) => {
                if let RoleChange::Changed { from, to } =
                    team::follow_issuer(&mut tx, user, visitor.role).await?
                {
                    let changes = json!({ "before": { "role": from }, "after": { "role": to } });
                    record(&mut tx, visitor, meta, "team.changeRole", user.to_string(), changes).await?;
                }
            }
        }
        let tenant = tx.tenant();
        tx.commit().await?;
        Ok((tenant, user))
    }

    async fn found_tenant(
        &self,
        visitor: &Visitor,
        meta: &RequestMeta,
        attempt: usize,
    ) -> Result<TenantTx, StoreError> {
        let id = TenantId(Uuid::now_v7());
        let slug = slug(visitor.slug.as_deref().unwrap_or(&visitor.organization), attempt);
        let name = visitor.slug.as_deref().unwrap_or(&visitor.organization);
        let outside = Some((visitor.identity.issuer.as_str(), visitor.organization.as_str()));
        let mut tx =
            tenants::create_tenant(&self.store, &NewTenant { id, name, slug: &slug, outside }).await?;
        let after = json!({ "after": { "name": name, "slug": slug } });
        record(&mut tx, visitor, meta, "tenant.create", id.to_string(), after).await?;
        Ok(tx)
    }
}

/// Nobody called a method for this: the platform itself acted, on the issuer's word.
async fn record(
    tx: &mut TenantTx,
    visitor: &Visitor,
    meta: &RequestMeta,
    action: &str,
    resource_id: String,
    changes: Value,
) -> Result<(), StoreError> {
    let entry = AuditEntry {
        actor: Actor::System,
        action: action.to_owned(),
        resource: action.split('.').next().unwrap_or(action).to_owned(),
        resource_id: Some(resource_id),
        outcome: Outcome::Done,
        changes,
        metadata: json!({ "issuer": visitor.identity.issuer }),
        request_id: Some(meta.request_id.to_string()),
        address: Some(meta.client.to_string()),
        user_agent: meta.user_agent.as_deref().map(str::to_owned),
    };
    audit::append_entry(tx, &entry).await
}

impl Visitor {
    fn key(&self) -> Key {
        (self.identity.issuer.clone(), self.organization.clone(), self.identity.subject.clone())
    }

    /// The address that the issuer has verified; else one that nobody can receive mail under, the same each time.
    fn address(&self) -> String {
        match &self.identity.email {
            Some(email) if self.identity.email_verified => email.clone(),
            _ => {
                let digest = Sha256::digest(format!("{}\n{}", self.identity.issuer, self.identity.subject));
                let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                let subject: String =
                    self.identity.subject.chars().filter(|it| it.is_ascii_alphanumeric()).take(24).collect();
                format!("{subject}.{digest}@outside.invalid")
            }
        }
    }
}

/// A slug from what the issuer calls the organization; on later tries with a random end.
fn slug(name: &str, attempt: usize) -> String {
    let mut slug = String::new();
    for letter in name.chars().map(|it| it.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() == 40 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { "organization" } else { slug };
    match attempt {
        0 => slug.to_owned(),
        _ => format!("{slug}-{}", &Uuid::new_v4().simple().to_string()[..8]),
    }
}

#[cfg(test)]
mod unit {
    use super::slug;

    #[test]
    fn whatever_an_organization_is_called_its_slug_is_one() {
        for (name, expected) in [
            ("acme", "acme"),
            ("Acme & Söhne GmbH", "acme-s-hne-gmbh"),
            ("--", "organization"),
            ("org_2AbC", "org-2abc"),
        ] {
            assert_eq!(slug(name, 0), expected);
        }
        let long = slug(&"ab-".repeat(40), 1);
        assert!(long.len() <= 63 && !long.contains("--"), "{long}");
    }
}
