//! What a connector says of itself, and what it found out about the vendor's side.

use canonical::EntityKind;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::ConnectorError;
use crate::mapping::Mappings;

/// A connector's type, to be shown and chosen from.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// The name of the type on the wire, such as `salesforce`.
    pub connector_type: &'static str,
    pub name: &'static str,
    pub version: &'static str,
    pub auth: AuthKind,
    pub entities: &'static [EntityKind],
    pub default_mappings: Mappings,
    pub rate_plan: RatePlan,
}

/// How a tenant authorises us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    #[serde(rename = "oauth2")]
    OAuth2,
    ApiKey,
    None,
}

/// How gently the vendor wants to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePlan {
    pub max_in_flight: usize,
    pub page_rows: usize,
}

/// The type of a vendor's field, as far as mapping cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    Number,
    Boolean,
    Date,
    DateTime,
    /// Something with structure, such as an address; not mapped.
    Compound,
}

/// A field that the vendor offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceField {
    /// The vendor's object, such as `Contact`.
    pub object: String,
    pub name: String,
    pub label: String,
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Added by the customer.
    pub custom: bool,
}

/// Whether the vendor answers us now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub checked_at: DateTime<Utc>,
    pub latency_ms: u64,
    pub problem: Option<ConnectorError>,
}

impl Health {
    pub const fn is_healthy(&self) -> bool {
        self.problem.is_none()
    }
}
