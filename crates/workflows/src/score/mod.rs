//! The scoring run: folds the activity log into scores, rolls them up, and settles tiers.

mod ahead;
mod fit;
pub mod machine;
mod members;
mod read;
mod stretch;
mod timeline;
mod workflow;
mod write;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Enqueued, NewJob, SCORING_KEY};
use store::{Actor, StoreError, TenantTx};

pub use workflow::ScoringWorkflow;

/// The kind of these jobs.
pub const KIND: &str = "scoring-run";

/// What a scoring run is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScoreInput {
    pub trigger: Trigger,
}

/// What brought a scoring run about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Manual,
    Schedule,
    Sync,
    Config,
}

impl Trigger {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
            Self::Sync => "sync",
            Self::Config => "config",
        }
    }
}

/// Starts a scoring run in the caller's transaction, or joins the one that the tenant has under way.
///
/// # Errors
/// When the database is away.
pub async fn enqueue_scoring(
    tx: &mut TenantTx,
    trigger: Trigger,
    created_by: Actor,
    now: DateTime<Utc>,
) -> Result<Enqueued, StoreError> {
    let new = NewJob {
        kind: KIND,
        workflow_id: jobs::workflow_id("score", tx.tenant(), None, now),
        dedupe_key: Some(SCORING_KEY.to_owned()),
        input: serde_json::to_value(ScoreInput { trigger }).expect("an input has a JSON form"),
        parent: None,
        created_by,
        run_after: None,
    };
    jobs::enqueue(tx, &new).await
}
