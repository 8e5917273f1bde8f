//! Runs of a connector's synchronisation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConnectorId, JobId, RecordKind, SyncRunId, Timestamp};

/// How much a sync reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncMode {
    /// Everything.
    Full,
    /// What changed since the last run.
    Incremental,
}

/// What started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncTrigger {
    /// Somebody.
    Manual,
    /// The connector's schedule.
    Schedule,
}

/// How far a run is, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// Waiting for a worker or signing in at the vendor.
    Authenticating,
    /// Reading.
    Syncing,
    /// Writing.
    Writing,
    /// Closing the books.
    Finalizing,
    /// Ended: every record of the window is stored, or quarantined by name.
    Complete,
    /// Ended early with what it had; `reason` says why, and the next run goes on from there.
    Partial,
    /// Ended: somebody has to authorise the connector again.
    AuthRequired,
    /// Ended without success; `reason` says why.
    Failed,
    /// Stopped on request, at the end of a page.
    Cancelled,
}

/// Why something outside did not work. The vendor's own words are in the server's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorProblem {
    /// The vendor does not accept the authorisation any more.
    AuthRequired,
    /// The vendor asks to slow down.
    RateLimited,
    /// The vendor's daily budget of calls is used up.
    QuotaExhausted,
    /// The vendor cannot be reached or fails.
    Unavailable,
    /// The vendor did not answer in time.
    Timeout,
    /// The vendor's answer could not be understood.
    Malformed,
    /// The authorised user lacks a permission at the vendor.
    Permission,
    /// The vendor refused what was asked.
    InvalidRequest,
    /// It was cancelled.
    Cancelled,
    /// Something went wrong on our side.
    Internal,
}

/// What became of the records of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncCounts {
    /// The kind of record.
    pub entity: RecordKind,
    /// Records read from the vendor.
    pub read: u64,
    /// New here.
    pub inserted: u64,
    /// Known here, and changed.
    pub updated: u64,
    /// Known here, and the same.
    pub unchanged: u64,
    /// Set aside with a reason because they break a rule.
    pub quarantined: u64,
    /// Gone at the vendor, and therefore here.
    pub deleted: u64,
}

/// One run of a connector's synchronisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncRun {
    /// The run.
    pub id: SyncRunId,
    /// The connector.
    pub connector_id: ConnectorId,
    /// The job that carries it, to follow or cancel.
    pub job_id: Option<JobId>,
    /// How much it reads.
    pub mode: SyncMode,
    /// What started it.
    pub trigger: SyncTrigger,
    /// How far it is, or how it ended.
    pub status: SyncStatus,
    /// Why it is not complete.
    pub reason: Option<ConnectorProblem>,
    /// When it can go on, where the vendor named a time.
    pub resume_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; null while it runs.
    pub finished_at: Option<Timestamp>,
    /// Up to when the vendor's changes are known to be read.
    pub watermark: Option<Timestamp>,
    /// What became of the records, by kind; grows while it runs.
    pub entities: Vec<SyncCounts>,
}
