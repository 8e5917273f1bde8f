//! `fieldMapping`: how a vendor's fields become ours.

mod fields;

pub use fields::*;

use std::collections::BTreeMap;

use validator::ValidationError;

use super::prelude::*;

/// The type of a field, as far as mapping cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// Something with structure, such as an address; it cannot be mapped.
    Compound,
}

/// One vendor field's way into one of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldMapping {
    /// The vendor's name, such as `NumberOfEmployees` or `Owner.Email`. An object that has no such field skips the mapping.
    #[validate(length(min = 1, max = 161))]
    pub source_field: String,
    /// A name from `fieldMapping.listTargetFields`, or `attributes.NAME` (for activities `properties.NAME`).
    #[validate(length(min = 1, max = 120))]
    pub target_field: String,
    /// What to do to the value on its way.
    #[serde(default)]
    #[validate(custom(function = "useful_transform"))]
    pub transform: Transform,
    /// Whether a record without a value is set aside.
    #[serde(default)]
    pub required: bool,
}

/// What may be done to a value on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    /// Nothing.
    None {},
    /// To lower case.
    Lowercase {},
    /// To upper case.
    Uppercase {},
    /// Blanks at both ends removed.
    Trim {},
    /// A web address to its bare domain; free-mail services become nothing.
    Domain {},
    /// A text such as `1,234.50` to a number.
    Number {},
    /// A date or an instant to the date.
    Date {},
    /// `yes`, `true`, `1`, `on`, `y` and their opposites.
    Boolean {},
    /// Known texts to others, whatever their case; an unknown text stays.
    Map {
        /// From the vendor's text to ours, 1 to 1000 entries.
        table: BTreeMap<String, String>,
    },
    /// Text with the vendor's fields in braces.
    Template {
        /// Such as `{FirstName} {LastName}`, up to 1000 characters.
        template: String,
    },
}

impl Default for Transform {
    fn default() -> Self {
        Transform::None {}
    }
}

fn useful_transform(transform: &Transform) -> Result<(), ValidationError> {
    let wrong = |message: &'static str| Err(ValidationError::new("length").with_message(message.into()));
    match transform {
        Transform::Map { table } if !(1..=1000).contains(&table.len()) => {
            wrong("table must have 1 to 1000 entries")
        }
        Transform::Template { template } if !(1..=1000).contains(&template.chars().count()) => {
            wrong("template must have 1 to 1000 characters")
        }
        _ => Ok(()),
    }
}

/// How records of one kind are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityMappings {
    /// The kind of record.
    pub entity: RecordKind,
    /// The mappings in order. Where two lead to one target, the first that has a value wins.
    pub fields: Vec<FieldMapping>,
    /// Whether these are the connector's defaults, untouched.
    pub is_default: bool,
    /// When they were saved; null for the defaults.
    pub updated_at: Option<Timestamp>,
}

fn example_fields() -> Vec<FieldMapping> {
    let plain = |source: &str, target: &str| FieldMapping {
        source_field: source.into(),
        target_field: target.into(),
        transform: Transform::default(),
        required: false,
    };
    vec![
        FieldMapping { required: true, ..plain("Name", "name") },
        FieldMapping { transform: Transform::Domain {}, ..plain("Website", "domain") },
        plain("Industry", "industry"),
        plain("NumberOfEmployees", "employeeCount"),
    ]
}

fn example_mappings() -> EntityMappings {
    EntityMappings {
        entity: RecordKind::Account,
        fields: example_fields(),
        is_default: false,
        updated_at: Some(Timestamp(sample::now())),
    }
}

refusals! {
    /// Why there is nothing to show.
    pub enum FieldMappingRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
    }
}

/// A connector's mappings, for each kind of record it brings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMappings {
    /// The connector.
    pub connector_id: ConnectorId,
    /// Only this kind of record.
    pub entity: Option<RecordKind>,
}

impl Method for GetMappings {
    const NAME: &'static str = "fieldMapping.getMappings";
    const EFFECT: Effect = Effect::Query { topics: &[topics::FIELD_MAPPINGS] };
    type Caller = Viewer;
    type Output = Listing<EntityMappings>;
    type Refusal = FieldMappingRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetMappings { connector_id: sample::CONNECTOR_ID, entity: Some(RecordKind::Account) },
            result: Listing { items: vec![example_mappings()] },
        }
    }
}

refusals! {
    /// Why mappings were not taken.
    pub enum SaveMappingsRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
        /// A mapping cannot work: its source is not the name of a field, its target does not exist, or its template is broken.
        MappingNotUsable { index: u32, property: String, problem: String } => UnprocessableContent, "mapping {index}: {property}: {problem}";
    }
}

/// Replaces the mappings of one kind of record. They hold from the next run on; records already here change with a full sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveMappings {
    /// The connector.
    pub connector_id: ConnectorId,
    /// The kind of record.
    pub entity: RecordKind,
    /// The mappings in order, 1 to 200.
    #[validate(length(min = 1, max = 200), nested)]
    pub fields: Vec<FieldMapping>,
}

impl Method for SaveMappings {
    const NAME: &'static str = "fieldMapping.saveMappings";
    const EFFECT: Effect = Effect::Mutation {
        audit: "fieldMapping.saveMappings",
        idempotent: true,
        topics: &[topics::FIELD_MAPPINGS],
    };
    type Caller = Manager;
    type Output = EntityMappings;
    type Refusal = SaveMappingsRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SaveMappings {
                connector_id: sample::CONNECTOR_ID,
                entity: RecordKind::Account,
                fields: example_fields(),
            },
            result: example_mappings(),
        }
    }
}

refusals! {
    /// Why there is no preview.
    pub enum PreviewRefusal {
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
        /// A mapping cannot work: its source is not the name of a field, its target does not exist, or its template is broken.
        MappingNotUsable { index: u32, property: String, problem: String } => UnprocessableContent, "mapping {index}: {property}: {problem}";
    }
}

/// What mappings would make of a few of the vendor's records. Asks the vendor, stores nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preview {
    /// The connector.
    pub connector_id: ConnectorId,
    /// The kind of record.
    pub entity: RecordKind,
    /// The mappings to try, 1 to 200; those in force when not given.
    #[validate(length(min = 1, max = 200), nested)]
    pub fields: Option<Vec<FieldMapping>>,
    /// How many records to try them on, 1 to 20.
    #[serde(default)]
    pub sample_size: SampleSize,
}

/// What became of one of the vendor's records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewedRecord {
    /// The record as the vendor has it.
    pub source: Attributes,
    /// The record as it would be here; null when it would be set aside.
    pub record: Option<Attributes>,
    /// Why it would be set aside: the field and the rule.
    pub problem: Option<String>,
}

impl Method for Preview {
    const NAME: &'static str = "fieldMapping.preview";
    const EFFECT: Effect = Effect::Query { topics: &[topics::FIELD_MAPPINGS] };
    type Caller = Manager;
    type Output = Listing<PreviewedRecord>;
    type Refusal = PreviewRefusal;

    fn example() -> Example<Self> {
        let source = serde_json::json!({
            "Name": "Example Manufacturing",
            "Website": "https://www.example.com/",
            "Industry": "Manufacturing",
            "NumberOfEmployees": 420,
        });
        let record = serde_json::json!({
            "name": "Example Manufacturing",
            "domain": "example.com",
            "industry": "Manufacturing",
            "employeeCount": 420,
        });
        Example {
            params: Preview {
                connector_id: sample::CONNECTOR_ID,
                entity: RecordKind::Account,
                fields: Some(example_fields()),
                sample_size: SampleSize::default(),
            },
            result: Listing {
                items: vec![PreviewedRecord {
                    source: sample::object(source),
                    record: Some(sample::object(record)),
                    problem: None,
                }],
            },
        }
    }
}

/// Returns to the connector's default mappings, of one kind of record or of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetToDefaults {
    /// The connector.
    pub connector_id: ConnectorId,
    /// The kind of record; all, when not given.
    pub entity: Option<RecordKind>,
}

impl Method for ResetToDefaults {
    const NAME: &'static str = "fieldMapping.resetToDefaults";
    const EFFECT: Effect = Effect::Mutation {
        audit: "fieldMapping.resetToDefaults",
        idempotent: true,
        topics: &[topics::FIELD_MAPPINGS],
    };
    type Caller = Manager;
    type Output = Listing<EntityMappings>;
    type Refusal = FieldMappingRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ResetToDefaults { connector_id: sample::CONNECTOR_ID, entity: Some(RecordKind::Account) },
            result: Listing {
                items: vec![EntityMappings { is_default: true, updated_at: None, ..example_mappings() }],
            },
        }
    }
}
