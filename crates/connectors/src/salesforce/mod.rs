//! Salesforce over its REST API: OAuth, describe, and reading by keyset on (SystemModstamp, Id).
//!
//! A run reads object by object. Each object is one `queryAll` (so that deletions and merges are seen) ordered by
//! (SystemModstamp, Id), of which the server keeps the result and hands it out 2,000 rows at a time. The cursor holds both the
//! server's locator and the last row's key: when the locator has expired, the query is asked again from the key.

mod activities;
mod build;
mod describe;
mod objects;
mod query;
mod settings;
mod sign_in;
mod soql;
mod sync;

use std::time::Instant;

use async_trait::async_trait;
use canonical::{EntityKind, Raw};
use chrono::Utc;

use crate::connector::{AuthStart, Connector, Context, Cursor, Grant, Scope};
use crate::credentials::Credentials;
use crate::descriptor::{AuthKind, Descriptor, Health, RatePlan, SourceField};
use crate::error::ConnectorError;
use crate::mapping::FieldMapping;
use crate::page::{Page, Preview};

use describe::DescribeCache;
use objects::Object;
use query::Api;
use settings::Settings;

/// The Salesforce connector. Its only state is a cache of what orgs describe.
pub struct Salesforce {
    descriptor: Descriptor,
    describes: DescribeCache,
}

impl Salesforce {
    pub fn new() -> Self {
        Self {
            descriptor: Descriptor {
                connector_type: "salesforce",
                name: "Salesforce",
                version: env!("CARGO_PKG_VERSION"),
                auth: AuthKind::OAuth2,
                entities: &[
                    EntityKind::Account,
                    EntityKind::Person,
                    EntityKind::Opportunity,
                    EntityKind::Activity,
                ],
                default_mappings: objects::default_mappings(),
                rate_plan: RatePlan { max_in_flight: 5, page_rows: query::PAGE_ROWS },
            },
            describes: DescribeCache::default(),
        }
    }
}

impl Default for Salesforce {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Connector for Salesforce {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn check_settings(&self, settings: &serde_json::Value) -> Result<(), ConnectorError> {
        Settings::read(settings).map(|_| ())
    }

    fn begin_authorisation(
        &self,
        context: Context<'_>,
        redirect_uri: &url::Url,
        state: &str,
    ) -> Result<AuthStart, ConnectorError> {
        sign_in::begin(context, redirect_uri, state)
    }

    async fn authenticate(&self, context: Context<'_>, grant: Grant) -> Result<Credentials, ConnectorError> {
        sign_in::authenticate(context, grant).await
    }

    async fn refresh(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
    ) -> Result<Credentials, ConnectorError> {
        sign_in::refresh(context, credentials).await
    }

    async fn fetch(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        cursor: &Cursor,
        scope: &Scope,
    ) -> Result<Page, ConnectorError> {
        sync::fetch(&self.describes, &Api::new(context, credentials)?, cursor, scope).await
    }

    async fn describe(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        entity: EntityKind,
    ) -> Result<Vec<SourceField>, ConnectorError> {
        let api = Api::new(context, credentials)?;
        let mut fields = Vec::new();
        for object in Object::of(entity) {
            match self.describes.fresh(&api, *object).await {
                Ok(description) => fields.extend(description.source_fields(*object)),
                Err(ConnectorError::Permission(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(fields)
    }

    async fn sample(
        &self,
        context: Context<'_>,
        credentials: &Credentials,
        entity: EntityKind,
        rows: usize,
    ) -> Result<Vec<Raw>, ConnectorError> {
        sync::sample(&self.describes, &Api::new(context, credentials)?, entity, rows).await
    }

    fn preview(&self, entity: EntityKind, mappings: &[FieldMapping], samples: &[Raw]) -> Vec<Preview> {
        samples.iter().map(|raw| build::preview(entity, mappings, raw)).collect()
    }

    async fn health(&self, context: Context<'_>, credentials: &Credentials) -> Health {
        let started = Instant::now();
        let problem = match Api::new(context, credentials) {
            Ok(api) => api.describe(Object::Account).await.err(),
            Err(error) => Some(error),
        };
        let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Health { checked_at: Utc::now(), latency_ms, problem }
    }
}
