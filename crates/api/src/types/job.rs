//! Long work and its progress.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Actor, ConnectorId, JobId, ScoringRunId, SyncCounts, SyncRunId, Timestamp};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Reads one connector's records.
    ConnectorSync,
    /// Starts a sync for each connected connector.
    ScheduledSync,
    /// Computes all scores.
    ScoringRun,
    /// Brings the buying groups of accounts up to date of which something changed.
    BuyingGroups,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Nobody is at it: `waiting` says why.
    Queued,
    /// A worker is at it.
    Running,
    /// Ended, all done.
    Complete,
    /// Ended with part of it done; the next run goes on.
    Partial,
    /// Ended: somebody has to authorise a connector again.
    AuthRequired,
    /// Ended without success.
    Failed,
    /// Stopped on request.
    Cancelled,
    /// Given up after too many attempts; `error` says why.
    Parked,
}

impl JobStatus {
    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        !matches!(self, JobStatus::Queued | JobStatus::Running)
    }
}

/// What a job is doing at present. Which phases there are depends on the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobPhase {
    /// Sync: signing in at the vendor.
    Authenticating,
    /// Sync: reading.
    Syncing,
    /// Sync: writing.
    Writing,
    /// Sync: closing the books.
    Finalizing,
    /// Scoring: activities into engagement.
    Folding,
    /// Scoring: people into accounts and opportunities.
    RollingUp,
    /// Scoring: tiers and their history.
    Tiers,
    /// Scoring: making the new scores visible.
    Publishing,
    /// Buying groups: looking at accounts again.
    Regrouping,
}

/// Why nobody is at a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobWaitReason {
    /// It was asked for ahead of its time, as each round of a schedule is.
    Planned,
    /// A step failed, or the vendor asked for patience: it is tried again.
    RetryAfterFailure,
    /// It waits for the jobs that it has started, and looks after them again then.
    ItsJobs,
    /// It may run, and no worker has taken it yet: all are at other work, or none is running. Where many jobs wait, those of an
    /// organization with less under way come first.
    NoFreeWorker,
    /// The worker that was at it has gone silent. Another one goes on from where it stood.
    WorkerLost,
}

/// What a job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobWait {
    /// Why nobody is at it.
    pub reason: JobWaitReason,
    /// No worker takes it before; null where nothing but a worker is missing.
    pub until: Option<Timestamp>,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    /// What it is doing; null before it began.
    pub phase: Option<JobPhase>,
    /// Records or activities done so far.
    pub done: u64,
    /// How many there are in all, where known.
    pub total: Option<u64>,
    /// How many a second, over the whole run so far.
    pub rate: Option<f64>,
    /// Seconds to go at that rate, where the total is known.
    pub eta_seconds: Option<u64>,
}

/// Why a job did not succeed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobError {
    /// A word for programs, such as `auth_required`, `quota_exhausted` or `internal`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// What a job brought about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum JobOutcome {
    /// Of a connector's sync.
    ConnectorSync {
        /// The run, as in `connector.getSyncHistory`.
        sync_run_id: SyncRunId,
        /// What became of the records, by kind.
        entities: Vec<SyncCounts>,
    },
    /// Of a scheduled sync.
    ScheduledSync {
        /// Connectors looked at.
        processed: u64,
        /// Of these, synchronised.
        succeeded: u64,
        /// Of these, not.
        failed: u64,
    },
    /// Of a scoring run.
    ScoringRun {
        /// The run, as in `scoring.getLastScoringRun`.
        scoring_run_id: ScoringRunId,
        /// Activities read.
        activities: u64,
        /// People scored.
        people: u64,
        /// Accounts scored.
        accounts: u64,
        /// Opportunities scored.
        opportunities: u64,
        /// Entities whose tier is not the one it was before.
        tier_changes: u64,
    },
    /// Of a look at buying groups.
    BuyingGroups {
        /// Accounts looked at.
        accounts: u64,
        /// Groups that were made.
        created: u64,
        /// Members who came in, or of whom something changed.
        changed: u64,
        /// Members whom no purchase names any more.
        left: u64,
    },
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// The job.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub status: JobStatus,
    /// Why nobody is at it; null while a worker is, and once it has ended.
    pub waiting: Option<JobWait>,
    /// How far it is.
    pub progress: JobProgress,
    /// Which attempt this is, from 1; 0 before the first.
    pub attempt: u32,
    /// The connector it works for, if one.
    pub connector_id: Option<ConnectorId>,
    /// The job that started it, if one.
    pub parent_id: Option<JobId>,
    /// Who started it.
    pub created_by: Option<Actor>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a worker first took it.
    pub started_at: Option<Timestamp>,
    /// When it ended; null while it has not.
    pub finished_at: Option<Timestamp>,
    /// When somebody asked it to stop.
    pub cancel_requested_at: Option<Timestamp>,
    /// What it brought about, once it has ended.
    pub outcome: Option<JobOutcome>,
    /// Why it did not succeed.
    pub error: Option<JobError>,
}

/// Work that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartedJob {
    /// The job; follow it with `job.get`.
    pub job: Job,
    /// Whether the same work was under way already, and this call joined it.
    pub joined: bool,
}
