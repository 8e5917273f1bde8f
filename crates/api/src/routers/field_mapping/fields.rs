//! The fields on both sides.

use super::FieldType;
use crate::routers::prelude::*;

refusals! {
    /// Why the vendor could not be asked.
    pub enum VendorFieldsRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
        /// The connector is not authorised, or was disconnected.
        NotConnected => PreconditionFailed, "the connector is not connected";
        /// The vendor does not accept the authorisation any more.
        AuthorisationNeeded => PreconditionFailed, "the vendor does not accept the authorisation any more: authorise the connector again";
        /// The vendor cannot be reached or fails.
        VendorUnavailable => ServiceUnavailable, "the vendor cannot be reached; try again shortly";
        /// The vendor did not answer in time.
        VendorTimeout => Timeout, "the vendor did not answer in time; try again shortly";
        /// The vendor asks to slow down until `retryAt`.
        VendorRateLimited { retry_at: Timestamp } => TooManyRequests, "the vendor asks to slow down until {retry_at}";
        /// The vendor's daily budget of calls is used up until `retryAt`.
        VendorQuotaExhausted { retry_at: Timestamp } => TooManyRequests, "the vendor's budget of calls is used up until {retry_at}";
        /// The vendor answered with something that cannot be understood, such as a maintenance page.
        VendorAnswerNotUnderstood => ServiceUnavailable, "the vendor's answer could not be understood; try again shortly";
        /// The user who authorised the connector lacks a permission at the vendor, for `subject`.
        VendorPermissionMissing { subject: String } => PreconditionFailed, "the authorising user lacks a permission at the vendor, for {subject}";
        /// The vendor does not accept how the connector is set up, or this deployment's registration.
        VendorRequestRefused => PreconditionFailed, "the vendor does not accept how this connector is set up, or this deployment's registration";
    }
}

/// The vendor's fields for a kind of record, your own custom fields included. Asks the vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSourceFields {
    /// The connector.
    pub connector_id: ConnectorId,
    /// The kind of record.
    pub entity: RecordKind,
}

/// A field that the vendor offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceField {
    /// The vendor's object, such as `Contact`; one kind of record may come from several.
    pub object: String,
    /// The vendor's name of the field.
    pub name: String,
    /// The vendor's label, to show.
    pub label: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether it is a custom field.
    pub custom: bool,
}

impl Method for ListSourceFields {
    const NAME: &'static str = "fieldMapping.listSourceFields";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CONNECTORS] };
    type Caller = Viewer;
    type Output = Listing<SourceField>;
    type Refusal = VendorFieldsRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListSourceFields { connector_id: sample::CONNECTOR_ID, entity: RecordKind::Account },
            result: Listing {
                items: vec![SourceField {
                    object: "Account".into(),
                    name: "NumberOfEmployees".into(),
                    label: "Employees".into(),
                    field_type: FieldType::Number,
                    custom: false,
                }],
            },
        }
    }
}

/// Our fields for a kind of record: what a mapping may lead to. Beside them, any `attributes.NAME`
/// (for activities `properties.NAME`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTargetFields {
    /// The kind of record.
    pub entity: RecordKind,
}

/// A field of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetField {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
}

impl Method for ListTargetFields {
    const NAME: &'static str = "fieldMapping.listTargetFields";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Viewer;
    type Output = Listing<TargetField>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListTargetFields { entity: RecordKind::Account },
            result: Listing {
                items: vec![TargetField { name: "employeeCount".into(), field_type: FieldType::Number }],
            },
        }
    }
}
