//! One connector's conversation with its vendor: it renews an expired token once, however many callers notice, and saves the
//! new one before anybody uses it.

use std::sync::Arc;

use async_trait::async_trait;
use canonical::{EntityKind, Raw};
use tokio::sync::Mutex;

use crate::connector::{Connector, Context, Cursor, OAuthApp, Scope};
use crate::credentials::Credentials;
use crate::descriptor::{Health, SourceField};
use crate::egress::EgressClient;
use crate::error::ConnectorError;
use crate::page::Page;

/// Where renewed credentials are kept.
#[async_trait]
pub trait CredentialSink: Send + Sync {
    /// # Errors
    /// When they could not be saved: they are then not used either.
    async fn save(&self, credentials: &Credentials) -> Result<(), Unsaved>;
}

/// The renewed credentials could not be saved; the sink has logged why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the renewed credentials could not be saved")]
pub struct Unsaved;

/// Share one per connector among all its workers in a process.
pub struct Session {
    connector: Arc<dyn Connector>,
    egress: EgressClient,
    settings: serde_json::Value,
    app: Option<OAuthApp>,
    sink: Arc<dyn CredentialSink>,
    current: Mutex<Arc<Credentials>>,
}

impl Session {
    pub fn new(
        connector: Arc<dyn Connector>,
        egress: EgressClient,
        settings: serde_json::Value,
        app: Option<OAuthApp>,
        credentials: Credentials,
        sink: Arc<dyn CredentialSink>,
    ) -> Self {
        Self { connector, egress, settings, app, sink, current: Mutex::new(Arc::new(credentials)) }
    }

    /// # Errors
    /// As [`Connector::fetch`]; `auth_required` only when a renewal did not help.
    pub async fn fetch(&self, cursor: &Cursor, scope: &Scope) -> Result<Page, ConnectorError> {
        let credentials = self.credentials().await;
        match self.connector.fetch(self.context(), &credentials, cursor, scope).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renew(&credentials).await?;
                settled(self.connector.fetch(self.context(), &renewed, cursor, scope).await)
            }
            outcome => outcome,
        }
    }

    /// # Errors
    /// As [`Connector::describe`]; `auth_required` only when a renewal did not help.
    pub async fn describe(&self, entity: EntityKind) -> Result<Vec<SourceField>, ConnectorError> {
        let credentials = self.credentials().await;
        match self.connector.describe(self.context(), &credentials, entity).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renew(&credentials).await?;
                settled(self.connector.describe(self.context(), &renewed, entity).await)
            }
            outcome => outcome,
        }
    }

    /// # Errors
    /// As [`Connector::sample`]; `auth_required` only when a renewal did not help.
    pub async fn sample(&self, entity: EntityKind, rows: usize) -> Result<Vec<Raw>, ConnectorError> {
        let credentials = self.credentials().await;
        match self.connector.sample(self.context(), &credentials, entity, rows).await {
            Err(ConnectorError::AuthRequired { refreshable: true }) => {
                let renewed = self.renew(&credentials).await?;
                settled(self.connector.sample(self.context(), &renewed, entity, rows).await)
            }
            outcome => outcome,
        }
    }

    pub async fn health(&self) -> Health {
        let credentials = self.credentials().await;
        let health = self.connector.health(self.context(), &credentials).await;
        if health.problem != Some(ConnectorError::AuthRequired { refreshable: true }) {
            return health;
        }
        match self.renew(&credentials).await {
            Ok(renewed) => self.connector.health(self.context(), &renewed).await,
            Err(problem) => Health { problem: Some(problem), ..health },
        }
    }

    async fn credentials(&self) -> Arc<Credentials> {
        self.current.lock().await.clone()
    }

    /// The lock is held over the vendor's answer and the saving, so that everyone who saw `rejected` fail waits for one renewal
    /// and takes its result.
    async fn renew(&self, rejected: &Arc<Credentials>) -> Result<Arc<Credentials>, ConnectorError> {
        let mut current = self.current.lock().await;
        if !Arc::ptr_eq(&current, rejected) {
            return Ok(current.clone());
        }
        let renewed = Arc::new(self.connector.refresh(self.context(), rejected).await?);
        self.sink.save(&renewed).await.map_err(|_| ConnectorError::Unavailable)?;
        *current = renewed.clone();
        Ok(renewed)
    }

    fn context(&self) -> Context<'_> {
        Context { egress: &self.egress, settings: &self.settings, app: self.app.as_ref() }
    }
}

/// A fresh token that is refused as well will not be mended by another one.
fn settled<T>(outcome: Result<T, ConnectorError>) -> Result<T, ConnectorError> {
    outcome.map_err(|error| match error {
        ConnectorError::AuthRequired { .. } => ConnectorError::AuthRequired { refreshable: false },
        other => other,
    })
}
