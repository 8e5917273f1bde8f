//! `connector`: the outside systems, their authorisation and their synchronisation.

mod authorisation;
mod sync;

pub use authorisation::*;
pub use sync::*;

use super::prelude::*;

/// A kind of outside system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorType {
    /// Salesforce.
    Salesforce,
}

/// How an outside system is authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// In the admin's browser: `connector.getAuthUrl`, then `connector.completeAuth`.
    Oauth2,
    /// By a key.
    ApiKey,
    /// Not at all.
    None,
}

/// Where a connector stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorStatus {
    /// Waits to be authorised for the first time.
    Pending,
    /// Works.
    Connected,
    /// Has to be authorised again; its schedule pauses until then.
    AuthRequired,
    /// Fails for a reason that an authorisation does not mend; see `problem`.
    Failed,
    /// Was disconnected. Its records stay.
    Disconnected,
}

/// What a connector needs to know. Which members apply depends on its type; one that does not is refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectorSettings {
    /// Salesforce: where to sign in. Not given: `https://login.salesforce.com`. Another is for sandboxes and custom domains,
    /// and, where the operator allows it, for a stand-in, by `http` and on this machine too.
    #[validate(url, length(max = 500))]
    pub login_url: Option<String>,
}

/// A connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// The connector.
    pub id: ConnectorId,
    /// The kind of system.
    #[serde(rename = "type")]
    pub connector_type: ConnectorType,
    /// Its name, unique in the organization.
    pub name: String,
    /// Where it stands.
    pub status: ConnectorStatus,
    /// Why it fails, or why its last run is not complete; null when all is well.
    pub problem: Option<ConnectorProblem>,
    /// What it was told.
    pub settings: ConnectorSettings,
    /// A schedule of its own, as a cron expression in the organization's time zone; null when it is synchronised with the
    /// organization's other connectors, every four hours.
    pub schedule: Option<String>,
    /// Up to when the vendor's changes have been read.
    pub inputs_through: Option<Timestamp>,
    /// When its last run ended.
    pub last_synced_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was authorised last.
    pub connected_at: Option<Timestamp>,
}

fn example_settings() -> ConnectorSettings {
    ConnectorSettings { login_url: Some(sample::LOGIN_URL.into()) }
}

fn example_connector() -> Connector {
    Connector {
        id: sample::CONNECTOR_ID,
        connector_type: ConnectorType::Salesforce,
        name: "Salesforce".into(),
        status: ConnectorStatus::Connected,
        problem: None,
        settings: example_settings(),
        schedule: Some("0 */4 * * *".into()),
        inputs_through: Some(sample::minutes_ago(14)),
        last_synced_at: Some(sample::minutes_ago(12)),
        created_at: sample::days_ago(90),
        connected_at: Some(sample::days_ago(90)),
    }
}

refusals! {
    /// Why there is no connector to show.
    pub enum ConnectorRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
    }
}

/// The kinds of systems that can be connected, with what each brings and asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Types {}

/// A kind of system that can be connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorTypeInfo {
    /// The kind.
    #[serde(rename = "type")]
    pub connector_type: ConnectorType,
    /// Its name.
    pub name: String,
    /// The version of our connector.
    pub version: String,
    /// How it is authorised.
    pub auth: AuthKind,
    /// Which records it brings.
    pub entities: Vec<RecordKind>,
    /// What `settings` may hold.
    pub settings: Vec<SettingInfo>,
}

/// Something that a connector may be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingInfo {
    /// The member of `settings`.
    pub name: String,
    /// A name to show.
    pub label: String,
    /// What it does.
    pub description: String,
    /// Whether it must be given.
    pub required: bool,
    /// What holds when it is not given.
    pub default: Option<String>,
}

impl Method for Types {
    const NAME: &'static str = "connector.types";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Viewer;
    type Output = Listing<ConnectorTypeInfo>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Types {},
            result: Listing {
                items: vec![ConnectorTypeInfo {
                    connector_type: ConnectorType::Salesforce,
                    name: "Salesforce".into(),
                    version: "1".into(),
                    auth: AuthKind::Oauth2,
                    entities: vec![
                        RecordKind::Account,
                        RecordKind::Person,
                        RecordKind::Opportunity,
                        RecordKind::Activity,
                    ],
                    settings: vec![SettingInfo {
                        name: "loginUrl".into(),
                        label: "Login address".into(),
                        description: "Where to sign in.".into(),
                        required: false,
                        default: Some(sample::LOGIN_URL.into()),
                    }],
                }],
            },
        }
    }
}

/// The organization's connectors, by name. Disconnected ones too, because their records are still here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only connectors of this kind.
    #[serde(rename = "type")]
    pub connector_type: Option<ConnectorType>,
    /// Only connectors that stand so.
    pub status: Option<ConnectorStatus>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "connector.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CONNECTORS] };
    type Caller = Viewer;
    type Output = Page<Connector>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                connector_type: None,
                status: Some(ConnectorStatus::Connected),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![example_connector()]),
        }
    }
}

/// Creates a connector. It waits to be authorised: `connector.getAuthUrl` is next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The kind of system.
    #[serde(rename = "type")]
    pub connector_type: ConnectorType,
    /// A name, unique in the organization, 1 to 100 characters.
    pub name: Name<100>,
    /// What it needs to know.
    #[serde(default)]
    #[validate(nested)]
    pub settings: ConnectorSettings,
}

refusals! {
    /// Why a connector was not created.
    pub enum CreateConnectorRefusal {
        /// Another connector has that name.
        NameTaken => Conflict, "another connector has that name";
        /// A setting points where the operator does not allow connectors to go, or does not apply to this kind.
        SettingNotAllowed { setting: String } => UnprocessableContent, "the setting {setting} is not allowed";
    }
}

impl Method for Create {
    const NAME: &'static str = "connector.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "connector.create", idempotent: true, topics: &[topics::CONNECTORS] };
    type Caller = Admin;
    type Output = Connector;
    type Refusal = CreateConnectorRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create {
                connector_type: ConnectorType::Salesforce,
                name: sample::name("Salesforce Europe"),
                settings: example_settings(),
            },
            result: Connector {
                id: sample::NEW_CONNECTOR_ID,
                name: "Salesforce Europe".into(),
                status: ConnectorStatus::Pending,
                inputs_through: None,
                last_synced_at: None,
                created_at: Timestamp(sample::now()),
                connected_at: None,
                ..example_connector()
            },
        }
    }
}

/// One connector with its latest run and what is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetStatus {
    /// The connector.
    pub connector_id: ConnectorId,
}

/// How a connector is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorReport {
    /// The connector.
    pub connector: Connector,
    /// The latest run, under way or ended; null before the first.
    pub last_run: Option<SyncRun>,
    /// The job of the run that is under way; null when none is.
    pub job: Option<Job>,
    /// When the next run begins by itself; null when none is planned.
    pub next_run_at: Option<Timestamp>,
    /// Records set aside that wait for a decision.
    pub quarantined: u64,
}

impl Method for GetStatus {
    const NAME: &'static str = "connector.getStatus";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CONNECTORS, topics::SYNC_RUNS, topics::JOBS] };
    type Caller = Viewer;
    type Output = ConnectorReport;
    type Refusal = ConnectorRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetStatus { connector_id: sample::CONNECTOR_ID },
            result: ConnectorReport {
                connector: example_connector(),
                last_run: Some(sample::sync_run()),
                job: None,
                next_run_at: Some(sample::minutes_ago(-150)),
                quarantined: 6,
            },
        }
    }
}

/// Disconnects a connector: forgets its authorisation and stops its runs. Its records and scores stay.
///
/// Authorise it again to go on where it stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Disconnect {
    /// The connector.
    pub connector_id: ConnectorId,
}

impl Method for Disconnect {
    const NAME: &'static str = "connector.disconnect";
    const EFFECT: Effect = Effect::Mutation {
        audit: "connector.disconnect",
        idempotent: true,
        topics: &[topics::CONNECTORS, topics::JOBS],
    };
    type Caller = Admin;
    type Output = Connector;
    type Refusal = ConnectorRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Disconnect { connector_id: sample::LEAVING_CONNECTOR_ID },
            result: Connector {
                id: sample::LEAVING_CONNECTOR_ID,
                name: "Salesforce Retired".into(),
                status: ConnectorStatus::Disconnected,
                schedule: None,
                ..example_connector()
            },
        }
    }
}
