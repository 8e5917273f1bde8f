//! The scheduled sync: one child sync for each connected connector of a tenant.

pub mod machine;
mod workflow;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Enqueued, NewJob};
use store::{Actor, StoreError, TenantTx};

pub use workflow::ScheduledSyncWorkflow;

/// The kind of these jobs.
pub const KIND: &str = "scheduled-sync";

/// How often all connectors are synced, unless a tenant wishes otherwise.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(4 * 60 * 60);

/// What a scheduled sync is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleInput {
    /// Do it again so long after this one has ended; `None` for once.
    pub every_seconds: Option<u32>,
}

/// Starts a scheduled sync, or joins the one that waits or runs.
///
/// # Errors
/// When the database is away.
pub async fn enqueue_scheduled_sync(
    tx: &mut TenantTx,
    input: ScheduleInput,
    now: DateTime<Utc>,
    run_after: Option<DateTime<Utc>>,
) -> Result<Enqueued, StoreError> {
    let new = NewJob {
        kind: KIND,
        workflow_id: jobs::workflow_id("schedule", tx.tenant(), None, now),
        dedupe_key: Some(KIND.to_owned()),
        input: serde_json::to_value(input).expect("an input has a JSON form"),
        parent: None,
        created_by: Actor::System,
        run_after,
    };
    jobs::enqueue(tx, &new).await
}
