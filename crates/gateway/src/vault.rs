//! Where vendors' secrets are sealed and opened. Each tenant has a data key of its own, made at its first secret and stored
//! wrapped by the key ring; this is the only place where one is ever in the clear, for as long as one call takes.
//!
//! What lies in the table opens only in its own place: tenant, connector, column and version.

use std::sync::Arc;

use async_trait::async_trait;
use canonical::ConnectorId;
use connectors::Credentials;
use store::{
    Store, StoreError, TenantTx,
    connectors::SealedCredentials,
    tenant_keys::{self, StoredKey},
};
use tenancy::{DataKey, DataKeyId, KeyRing, Place, Sealed, Secret, TenantId, WrappedDataKey};
use uuid::Uuid;
use workflows::sync::{CredentialVault, VaultError};

/// Seals and opens with the tenants' data keys.
pub struct Vault {
    store: Store,
    ring: Arc<KeyRing>,
}

/// A column that holds secrets. The names are part of what is sealed: never change one.
#[derive(Clone, Copy, Debug)]
enum Column {
    Credentials,
    PkceVerifier,
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Column::Credentials => "connectors.sealed_credentials",
            Column::PkceVerifier => "oauth_states.sealed_verifier",
        }
    }
}

impl Vault {
    pub fn new(store: Store, ring: Arc<KeyRing>) -> Self {
        Vault { store, ring }
    }

    /// Seals credentials as that version of the connector's.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub async fn seal_credentials(
        &self,
        tx: &mut TenantTx,
        connector: ConnectorId,
        version: i64,
        credentials: &Credentials,
    ) -> Result<SealedCredentials, VaultError> {
        let key = self.current_key(tx).await?;
        let place = place(tx.tenant(), connector, Column::Credentials, version.unsigned_abs());
        let sealed = key.seal(place, &Secret::from(credentials.to_bytes()), random()?);
        Ok(SealedCredentials { sealed: sealed.0, key_id: key.id(), version })
    }

    /// # Errors
    /// See [`VaultError`].
    pub async fn open_credentials(
        &self,
        tx: &mut TenantTx,
        connector: ConnectorId,
        sealed: &SealedCredentials,
    ) -> Result<Credentials, VaultError> {
        let place = place(tx.tenant(), connector, Column::Credentials, sealed.version.unsigned_abs());
        let secret = self.open_in(tx, place, sealed.sealed.clone()).await?;
        Credentials::from_bytes(secret.expose()).map_err(|error| {
            tracing::error!(%connector, %error, "opened, and still not readable");
            VaultError::Unreadable
        })
    }

    /// Seals the verifier of one authorisation, known by its state's nonce.
    pub(crate) async fn seal_verifier(
        &self,
        tx: &mut TenantTx,
        connector: ConnectorId,
        nonce: &[u8; 16],
        verifier: &connectors::Secret,
    ) -> Result<Vec<u8>, VaultError> {
        let key = self.current_key(tx).await?;
        let place = place(tx.tenant(), connector, Column::PkceVerifier, counter(nonce));
        Ok(key.seal(place, &Secret::from(verifier.expose().to_owned()), random()?).0)
    }

    pub(crate) async fn open_verifier(
        &self,
        tx: &mut TenantTx,
        connector: ConnectorId,
        nonce: &[u8; 16],
        sealed: Vec<u8>,
    ) -> Result<connectors::Secret, VaultError> {
        let place = place(tx.tenant(), connector, Column::PkceVerifier, counter(nonce));
        let secret = self.open_in(tx, place, sealed).await?;
        secret.expose_str().map(connectors::Secret::new).ok_or(VaultError::Unreadable)
    }

    /// Wraps the tenant's data keys under the primary root key, where another one wraps them. What they sealed stays as it is.
    /// Answers how many there were.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub async fn rewrap(&self, tenant: TenantId) -> Result<usize, VaultError> {
        let mut tx = self.store.tenant(tenant).await.map_err(unavailable)?;
        let primary = self.ring.primary_id().as_str();
        let keys = tenant_keys::keys_not_under(&mut tx, primary).await.map_err(unavailable)?;
        let mut rewrapped = 0;
        for stored in keys {
            let again = self.ring.rewrap(tenant, &wrapped(&stored)?, random()?).map_err(|error| {
                tracing::error!(%tenant, key = %stored.id, root_key = stored.kek_id, %error, "a data key does not open");
                VaultError::Unavailable
            })?;
            if let Some(again) = again {
                tenant_keys::rewrap_key(&mut tx, &to_store(stored.id, again)).await.map_err(unavailable)?;
                rewrapped += 1;
            }
        }
        tx.commit().await.map_err(unavailable)?;
        Ok(rewrapped)
    }

    async fn open_in(
        &self,
        tx: &mut TenantTx,
        place: Place<'_>,
        sealed: Vec<u8>,
    ) -> Result<Secret, VaultError> {
        let sealed = Sealed(sealed);
        let refused = |error| {
            tracing::error!(tenant = %place.tenant, connector = %place.connector, column = place.column, %error,
                "a sealed secret does not open");
            VaultError::Unreadable
        };
        let id = sealed.data_key().map_err(refused)?;
        let key = self.key(tx, id).await?;
        key.open(place, &sealed).map_err(refused)
    }

    /// The key for new secrets; the tenant's first secret makes it.
    async fn current_key(&self, tx: &mut TenantTx) -> Result<DataKey, VaultError> {
        if let Some(stored) = tenant_keys::current_key(tx).await.map_err(unavailable)? {
            return self.unwrap(tx.tenant(), &stored);
        }
        let id = DataKeyId(Uuid::now_v7());
        let new = self.ring.wrap(&DataKey::new(tx.tenant(), id, random()?), random()?);
        let stored = tenant_keys::create_first_key(tx, &to_store(id.0, new)).await.map_err(unavailable)?;
        self.unwrap(tx.tenant(), &stored)
    }

    async fn key(&self, tx: &mut TenantTx, id: DataKeyId) -> Result<DataKey, VaultError> {
        let stored = tenant_keys::get_key(tx, id.0).await.map_err(|error| match error {
            StoreError::NotFound => {
                tracing::error!(tenant = %tx.tenant(), key = %id, "the tenant has no such data key");
                VaultError::Unreadable
            }
            other => unavailable(other),
        })?;
        self.unwrap(tx.tenant(), &stored)
    }

    /// A root key that is missing here may be on the ring of another process, or come back: nothing is lost yet.
    fn unwrap(&self, tenant: TenantId, stored: &StoredKey) -> Result<DataKey, VaultError> {
        self.ring.unwrap(tenant, &wrapped(stored)?).map_err(|error| {
            tracing::error!(%tenant, key = %stored.id, root_key = stored.kek_id, %error,
                "a data key does not open: is its root key still in `keys`?");
            VaultError::Unavailable
        })
    }
}

#[async_trait]
impl CredentialVault for Vault {
    async fn open(
        &self,
        tenant: TenantId,
        connector: ConnectorId,
        sealed: &SealedCredentials,
    ) -> Result<Credentials, VaultError> {
        let mut tx = self.store.tenant(tenant).await.map_err(unavailable)?;
        let opened = self.open_credentials(&mut tx, connector, sealed).await;
        tx.rollback().await.map_err(unavailable)?;
        opened
    }

    async fn seal(
        &self,
        tenant: TenantId,
        connector: ConnectorId,
        version: i64,
        credentials: &Credentials,
    ) -> Result<SealedCredentials, VaultError> {
        let mut tx = self.store.tenant(tenant).await.map_err(unavailable)?;
        let sealed = self.seal_credentials(&mut tx, connector, version, credentials).await?;
        tx.commit().await.map_err(unavailable)?;
        Ok(sealed)
    }
}

fn place(tenant: TenantId, connector: ConnectorId, column: Column, version: u64) -> Place<'static> {
    Place { tenant, connector: connector.0, column: column.name(), version }
}

/// An authorisation's secret belongs to its state, as a version of its own.
fn counter(nonce: &[u8; 16]) -> u64 {
    let (first, _) = nonce.split_first_chunk().expect("16 bytes hold 8");
    u64::from_be_bytes(*first)
}

fn wrapped(stored: &StoredKey) -> Result<WrappedDataKey, VaultError> {
    let root_key = stored.kek_id.parse().map_err(|error| {
        tracing::error!(key = %stored.id, ?error, "the root key's name is not one");
        VaultError::Unavailable
    })?;
    Ok(WrappedDataKey { root_key, sealed: Sealed(stored.wrapped_key.clone()) })
}

fn to_store(id: Uuid, key: WrappedDataKey) -> StoredKey {
    StoredKey { id, kek_id: key.root_key.as_str().to_owned(), wrapped_key: key.sealed.0 }
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], VaultError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no randomness");
        VaultError::Unavailable
    })?;
    Ok(bytes)
}

fn unavailable(error: StoreError) -> VaultError {
    tracing::warn!(%error, "the data keys cannot be read");
    VaultError::Unavailable
}
