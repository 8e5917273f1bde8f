//! Keeps buying groups up: after a sync has changed facts, the groups of the touched accounts are looked at again.

pub mod machine;
mod workflow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Enqueued, NewJob};
use store::{Actor, StoreError, TenantTx};

pub use workflow::GroupingWorkflow;

/// The kind of these jobs.
pub const KIND: &str = "buying-groups";

/// The key under which looks at one tenant's groups join.
const GROUPING_KEY: &str = "buying-groups";

/// A look takes whatever is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupInput {}

/// Starts a look at the groups of touched accounts in the caller's transaction, or joins the one that the tenant has under way,
/// which goes on until the list is empty.
///
/// # Errors
/// When the database is away.
pub async fn enqueue_grouping(
    tx: &mut TenantTx,
    created_by: Actor,
    now: DateTime<Utc>,
) -> Result<Enqueued, StoreError> {
    let new = NewJob {
        kind: KIND,
        workflow_id: jobs::workflow_id("groups", tx.tenant(), None, now),
        dedupe_key: Some(GROUPING_KEY.to_owned()),
        input: serde_json::to_value(GroupInput {}).expect("an input has a JSON form"),
        parent: None,
        created_by,
        run_after: None,
    };
    jobs::enqueue(tx, &new).await
}
