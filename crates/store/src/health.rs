//! How the database's work is going, for whoever watches over the service.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl, prelude::*, sql_types::Timestamptz};
use diesel_async::RunQueryDsl;

use crate::{StoreError, SystemTx, schema::job_queue};

/// How long the longest-waiting piece of due work has been left unclaimed; zero when none waits.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn longest_wait_of_due_work(tx: &mut SystemTx) -> Result<TimeDelta, StoreError> {
    let free = job_queue::lease_until
        .is_null()
        .or(job_queue::lease_until.lt(dsl::now.into_sql::<Timestamptz>().nullable()));
    let due_since: Option<DateTime<Utc>> = job_queue::table
        .filter(job_queue::run_after.lt(dsl::now))
        .filter(free)
        .order(job_queue::run_after)
        .select(job_queue::run_after)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(due_since.map_or(TimeDelta::zero(), |since| Utc::now() - since))
}
