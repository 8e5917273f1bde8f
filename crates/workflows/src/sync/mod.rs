//! The connector sync: reads a vendor page by page through its cursor and takes each page over in one transaction.

mod activities;
pub mod machine;
mod prefetch;
mod progress;
mod vault;
mod vendor;
mod workflow;

use canonical::ConnectorId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Enqueued, JobId, NewJob};
use store::{Actor, StoreError, TenantTx};

pub use vault::{CredentialVault, VaultError};
pub use vendor::{VendorError, VendorSession};
pub use workflow::{SyncServices, SyncWorkflow};

/// The kind of these jobs.
pub const KIND: &str = "connector-sync";

/// What a sync is asked to do: ids only, never a credential or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncInput {
    pub connector_id: ConnectorId,
    /// From the beginning of everything, not from where the last run stopped.
    pub full_sync: bool,
    pub trigger: Trigger,
    /// Score the tenant afterwards.
    #[serde(default)]
    pub then_score: bool,
}

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Manual,
    Schedule,
}

impl Trigger {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
        }
    }
}

/// Starts a sync in the caller's transaction, or joins the one that this connector has under way.
///
/// # Errors
/// When the database is away.
pub async fn enqueue_sync(
    tx: &mut TenantTx,
    input: SyncInput,
    created_by: Actor,
    parent: Option<JobId>,
    now: DateTime<Utc>,
) -> Result<Enqueued, StoreError> {
    let new = NewJob {
        kind: KIND,
        workflow_id: jobs::workflow_id("sync", tx.tenant(), Some(input.connector_id.0), now),
        dedupe_key: Some(jobs::sync_key(input.connector_id)),
        input: serde_json::to_value(input).expect("an input has a JSON form"),
        parent,
        created_by,
        run_after: None,
    };
    jobs::enqueue(tx, &new).await
}
