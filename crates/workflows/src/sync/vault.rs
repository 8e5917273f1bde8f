//! Where credentials are opened and sealed. The keys are with whoever implements this; workflows hold none.

use async_trait::async_trait;
use canonical::ConnectorId;
use connectors::Credentials;
use store::TenantId;
use store::connectors::SealedCredentials;

/// Opens and seals one connector's credentials.
#[async_trait]
pub trait CredentialVault: Send + Sync {
    /// # Errors
    /// See [`VaultError`].
    async fn open(
        &self,
        tenant: TenantId,
        connector: ConnectorId,
        sealed: &SealedCredentials,
    ) -> Result<Credentials, VaultError>;

    /// Seals credentials to `version`, which must be part of what they are bound to.
    ///
    /// # Errors
    /// See [`VaultError`].
    async fn seal(
        &self,
        tenant: TenantId,
        connector: ConnectorId,
        version: i64,
        credentials: &Credentials,
    ) -> Result<SealedCredentials, VaultError>;
}

/// Why a vault did not do it. What exactly was wrong is in the vault's own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The keys cannot be reached now.
    #[error("the keys are not available")]
    Unavailable,
    /// The bytes do not belong here, or their key is gone: only a new authorisation helps.
    #[error("the stored credentials cannot be opened")]
    Unreadable,
}
