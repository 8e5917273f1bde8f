//! One connector's conversation with its vendor, shared by all workers of all processes: whoever first sees a token refused
//! renews it once, saves the new one before anybody uses it, and the others wait and take that.
//!
//! The turn is kept in the database as a short lease, not as a lock: no transaction is open while the vendor is called.

use std::sync::Arc;
use std::time::Duration;

use canonical::{ConnectorId, EntityKind, Raw};
use connectors::egress::EgressClient;
use connectors::{
    Connector, ConnectorError, Context, Credentials, Cursor, OAuthApp, Page, Scope, SourceField,
};
use serde_json::Value;
use store::connectors::{self as table, SealedCredentials};
use store::{Store, StoreError, TenantId};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::vault::{CredentialVault, VaultError};

/// Longer than any renewal's lease: then somebody else would have had a turn.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// A connector with its present credentials.
pub struct VendorSession {
    pub(super) store: Store,
    pub(super) vault: Arc<dyn CredentialVault>,
    pub(super) connector: Arc<dyn Connector>,
    pub(super) egress: EgressClient,
    pub(super) app: Option<OAuthApp>,
    pub(super) settings: Value,
    pub(super) tenant: TenantId,
    pub(super) id: ConnectorId,
    pub(super) current: Mutex<Arc<Opened>>,
}

/// Credentials, beside the sealed bytes that they were opened from and are recognised by.
pub(super) struct Opened {
    pub(super) sealed: SealedCredentials,
    pub(super) credentials: Credentials,
}

/// Why the vendor could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl VendorSession {
    /// # Errors
    /// As [`Connector::fetch`]; `auth_required` only when a renewal did not help.
    pub async fn fetch(&self, cursor: &Cursor, scope: &Scope) -> Result<Page, VendorError> {
        let opened = self.current.lock().await.clone();
        match self.connector.fetch(self.context(), &opened.credentials, cursor, scope).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renewed(&opened).await?;
                let again = self.connector.fetch(self.context(), &renewed.credentials, cursor, scope).await;
                Ok(again.map_err(settled)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// # Errors
    /// As [`Connector::describe`]; `auth_required` only when a renewal did not help.
    pub async fn describe(&self, entity: EntityKind) -> Result<Vec<SourceField>, VendorError> {
        let opened = self.current.lock().await.clone();
        match self.connector.describe(self.context(), &opened.credentials, entity).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renewed(&opened).await?;
                let again = self.connector.describe(self.context(), &renewed.credentials, entity).await;
                Ok(again.map_err(settled)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// # Errors
    /// As [`Connector::sample`]; `auth_required` only when a renewal did not help.
    pub async fn sample(&self, entity: EntityKind, rows: usize) -> Result<Vec<Raw>, VendorError> {
        let opened = self.current.lock().await.clone();
        match self.connector.sample(self.context(), &opened.credentials, entity, rows).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renewed(&opened).await?;
                let again = self.connector.sample(self.context(), &renewed.credentials, entity, rows).await;
                Ok(again.map_err(settled)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Other credentials than the refused ones: our own renewal's, or those that somebody else has saved meanwhile.
    async fn renewed(&self, refused: &Arc<Opened>) -> Result<Arc<Opened>, VendorError> {
        // One of this process at a time; the database decides between processes.
        let mut current = self.current.lock().await;
        if current.sealed != refused.sealed {
            return Ok(current.clone());
        }
        let waiting = async {
            loop {
                if let Some(renewed) = self.try_renew(refused).await? {
                    return Ok::<_, VendorError>(renewed);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let renewed = match tokio::time::timeout(LONGEST_WAIT, waiting).await {
            Ok(renewed) => Arc::new(renewed?),
            Err(_) => return Err(ConnectorError::Unavailable.into()),
        };
        *current = renewed.clone();
        Ok(renewed)
    }

    /// `None` while somebody else is at it.
    async fn try_renew(&self, refused: &Opened) -> Result<Option<Opened>, VendorError> {
        let turn = Uuid::now_v7();
        let mut tx = self.store.tenant(self.tenant).await?;
        let mine = table::begin_renewal(&mut tx, self.id, turn, &refused.sealed).await?;
        let stored = table::get_credentials(&mut tx, self.id).await?;
        tx.commit().await?;
        let Some(stored) = stored else {
            return Err(ConnectorError::AuthRequired { refreshable: false }.into());
        };
        if mine {
            return self.renew(refused, turn).await.map(Some);
        }
        if stored == refused.sealed {
            return Ok(None);
        }
        let credentials = self.vault.open(self.tenant, self.id, &stored).await?;
        Ok(Some(Opened { sealed: stored, credentials }))
    }

    async fn renew(&self, refused: &Opened, turn: Uuid) -> Result<Opened, VendorError> {
        match self.connector.refresh(self.context(), &refused.credentials).await {
            Ok(credentials) => {
                let sealed =
                    self.vault.seal(self.tenant, self.id, refused.sealed.version + 1, &credentials).await?;
                let mut tx = self.store.tenant(self.tenant).await?;
                table::complete_renewal(&mut tx, self.id, turn, &sealed).await?;
                tx.commit().await?;
                tracing::info!(connector = %self.id, "the vendor's token is renewed");
                Ok(Opened { sealed, credentials })
            }
            Err(error) => {
                let mut tx = self.store.tenant(self.tenant).await?;
                table::abandon_renewal(&mut tx, self.id, turn).await?;
                tx.commit().await?;
                Err(settled(error).into())
            }
        }
    }

    fn context(&self) -> Context<'_> {
        Context { egress: &self.egress, settings: &self.settings, app: self.app.as_ref() }
    }
}

/// A fresh token that is refused as well will not be mended by another one.
fn settled(error: ConnectorError) -> ConnectorError {
    match error {
        ConnectorError::AuthRequired { .. } => ConnectorError::AuthRequired { refreshable: false },
        other => other,
    }
}
