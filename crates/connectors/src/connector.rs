//! The contract of a connector: one trait, object-safe, that every vendor's module keeps.

use async_trait::async_trait;
use canonical::{EntityKind, Raw};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::credentials::{Credentials, Secret};
use crate::descriptor::{Descriptor, Health, SourceField};
use crate::egress::EgressClient;
use crate::error::ConnectorError;
use crate::mapping::{FieldMapping, Mappings};
use crate::page::{Page, Preview};

/// What every call gets from outside: the way into the network, the connector's settings, and who we are to the vendor.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub egress: &'a EgressClient,
    /// The connector's own settings, as the tenant saved them.
    pub settings: &'a serde_json::Value,
    /// Our registration with the vendor, for those that have such a thing.
    pub app: Option<&'a OAuthApp>,
}

/// Our registration with a vendor's OAuth server.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    pub client_id: String,
    /// Public clients (with PKCE) have none.
    pub client_secret: Option<Secret>,
}

/// Where to send an admin's browser, and what to keep until it comes back.
#[derive(Clone, Debug)]
pub struct AuthStart {
    pub url: url::Url,
    /// PKCE's verifier: keep it sealed beside the state, and give it back in [`Grant::Code`].
    pub code_verifier: Secret,
}

/// What an authorisation is obtained with.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The code that the vendor sent back to `redirect_uri`. The caller has checked the state.
    Code {
        code: Secret,
        redirect_uri: url::Url,
        code_verifier: Secret,
    },
    /// Our own registration acts for itself.
    ClientCredentials,
    ApiKey(Secret),
}

/// Where a sync stands, in the connector's own words: store it, give it back, do not read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(serde_json::Value);

impl Cursor {
    /// The beginning of everything: a run from here is a full one.
    pub const fn start() -> Self {
        Self(serde_json::Value::Null)
    }

    pub fn is_start(&self) -> bool {
        self.0.is_null()
    }

    pub(crate) fn of(state: &impl Serialize) -> Self {
        Self(serde_json::to_value(state).expect("a cursor's state has a JSON form"))
    }

    pub(crate) fn read<T: serde::de::DeserializeOwned + Default>(&self) -> Result<T, ConnectorError> {
        if self.is_start() {
            return Ok(T::default());
        }
        T::deserialize(&self.0)
            .map_err(|_| ConnectorError::InvalidRequest("the cursor is not this connector's".into()))
    }
}

/// What of the vendor's data a run is about.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Kinds to bring; empty means all that the connector offers.
    pub entities: Vec<EntityKind>,
    pub mappings: Mappings,
    /// Keep each row's source text in the record.
    pub keep_raw: bool,
    /// Rows changed before this are not asked for in a full run. Usually `None`: everything.
    pub not_before: Option<DateTime<Utc>>,
}

impl Scope {
    /// Everything, by the connector's default mappings.
    pub fn everything(descriptor: &Descriptor) -> Self {
        Self {
            entities: Vec::new(),
            mappings: descriptor.default_mappings.clone(),
            keep_raw: false,
            not_before: None,
        }
    }

    pub fn wants(&self, entity: EntityKind) -> bool {
        self.entities.is_empty() || self.entities.contains(&entity)
    }
}

/// One vendor. It holds no tenant's state beyond caches of what the vendor describes.
#[async_trait]
pub trait Connector: Send + Sync {
    fn descriptor(&self) -> &Descriptor;

    /// # Errors
    /// `invalid_request` naming the setting, when a connector could not work with these settings.
    fn check_settings(&self, settings: &serde_json::Value) -> Result<(), ConnectorError>;

    /// The beginning of an authorisation in the admin's browser. `state` comes back with the code.
    ///
    /// # Errors
    /// `invalid_request` when the vendor is not authorised this way, or the settings do not say where.
    fn begin_authorisation(
        &self,
        context: Context<'_>,
        redirect_uri: &url::Url,
        state: &str,
    ) -> Result<AuthStart, ConnectorError>;

    async fn authenticate(&self, context: Context<'_>, grant: Grant) -> Result<Credentials, ConnectorError>;

    /// New credentials for old ones. Save the result before using it: the vendor may have voided the old.
    async fn refresh(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
    ) -> Result<Credentials, ConnectorError>;

    /// The next page from `cursor` on. The page of a given cursor may be asked for again.
    async fn fetch(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        cursor: &Cursor,
        scope: &Scope,
    ) -> Result<Page, ConnectorError>;

    /// The vendor's fields for a kind of record, the customer's own included.
    async fn describe(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        entity: EntityKind,
    ) -> Result<Vec<SourceField>, ConnectorError>;

    /// A few of the vendor's rows as they are, to try a mapping on.
    async fn sample(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        entity: EntityKind,
        rows: usize,
    ) -> Result<Vec<Raw>, ConnectorError>;

    /// What `mappings` would make of `samples`; stores nothing and asks nobody.
    fn preview(&self, entity: EntityKind, mappings: &[FieldMapping], samples: &[Raw]) -> Vec<Preview>;

    async fn health(&self, context: Context<'_>, credentials: &Credentials) -> Health;
}
