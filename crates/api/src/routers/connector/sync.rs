//! Runs of a connector, and what they brought.

use super::ConnectorRefusal;
use crate::routers::prelude::*;

/// Starts a sync, or joins the one that is under way. Follow it with `job.get`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TriggerSync {
    /// The connector.
    pub connector_id: ConnectorId,
    /// How much to read. Incremental when not given; the first run is always full. A run under way is joined as it is.
    #[serde(default = "incremental")]
    pub mode: SyncMode,
}

fn incremental() -> SyncMode {
    SyncMode::Incremental
}

refusals! {
    /// Why no sync was started.
    pub enum TriggerSyncRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
        /// The connector is not authorised, or was disconnected.
        NotConnected => PreconditionFailed, "the connector is not connected";
    }
}

impl Method for TriggerSync {
    const NAME: &'static str = "connector.triggerSync";
    const EFFECT: Effect = Effect::Mutation {
        audit: "connector.triggerSync",
        idempotent: true,
        topics: &[topics::JOBS, topics::SYNC_RUNS],
    };
    type Caller = Manager;
    type Output = StartedJob;
    type Refusal = TriggerSyncRefusal;

    fn example() -> Example<Self> {
        Example {
            params: TriggerSync { connector_id: sample::CONNECTOR_ID, mode: SyncMode::Incremental },
            result: StartedJob {
                job: sample::queued_job(JobKind::ConnectorSync, Some(sample::CONNECTOR_ID)),
                joined: false,
            },
        }
    }
}

/// A connector's runs, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetSyncHistory {
    /// The connector.
    pub connector_id: ConnectorId,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for GetSyncHistory {
    const NAME: &'static str = "connector.getSyncHistory";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SYNC_RUNS] };
    type Caller = Viewer;
    type Output = Page<SyncRun>;
    type Refusal = ConnectorRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetSyncHistory {
                connector_id: sample::CONNECTOR_ID,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::sync_run()]),
        }
    }
}

/// How many records of each kind came from a connector and are here now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntityCounts {
    /// The connector.
    pub connector_id: ConnectorId,
}

/// How many records of one kind came from a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityCount {
    /// The kind of record.
    pub entity: RecordKind,
    /// How many are here, not counting those gone at the vendor.
    pub stored: u64,
    /// How many are gone at the vendor.
    pub deleted: u64,
    /// How many are set aside and wait for a decision.
    pub quarantined: u64,
}

impl Method for GetEntityCounts {
    const NAME: &'static str = "connector.getEntityCounts";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SYNC_RUNS] };
    type Caller = Viewer;
    type Output = Listing<EntityCount>;
    type Refusal = ConnectorRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetEntityCounts { connector_id: sample::CONNECTOR_ID },
            result: Listing {
                items: vec![
                    EntityCount { entity: RecordKind::Account, stored: 398, deleted: 0, quarantined: 2 },
                    EntityCount { entity: RecordKind::Person, stored: 3993, deleted: 3, quarantined: 4 },
                    EntityCount { entity: RecordKind::Opportunity, stored: 900, deleted: 0, quarantined: 0 },
                    EntityCount { entity: RecordKind::Activity, stored: 60_000, deleted: 0, quarantined: 0 },
                ],
            },
        }
    }
}
