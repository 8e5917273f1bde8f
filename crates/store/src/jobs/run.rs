//! What a worker writes for a job it holds. Each function checks the fence first, and locks the queue's row until the
//! transaction ends: nobody can claim the job between the check and the commit.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::{Actor, Operation, Role, permits};

use super::{JobRecord, Lease, get_job, requester};
use crate::schema::{api_keys, job_queue, jobs, memberships};
use crate::{StoreError, TenantTx, Topic};

diesel::define_sql_function! {
    /// The time of the statement, not of its transaction.
    fn clock_timestamp() -> Timestamptz;
}

/// Where a run stands after a step.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    pub phase: &'a str,
    /// The machine's state, from which another worker can go on.
    pub state: &'a Value,
    pub done: i64,
    pub total: Option<i64>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// `complete`, `partial`, `auth_required`, `failed` or `cancelled`.
    pub status: &'a str,
    pub outcome: Value,
    pub error_code: Option<&'a str>,
}

/// Refuses unless the lease still holds, and keeps it held until this transaction ends.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn check_lease(tx: &mut TenantTx, lease: &Lease) -> Result<(), StoreError> {
    // A lease opens no door to another tenant's job.
    if tx.tenant() != lease.tenant {
        return Err(StoreError::StaleLease);
    }
    let held: Option<i64> = job_queue::table
        .filter(job_queue::job_id.eq(lease.job.0).and(job_queue::tenant_id.eq(lease.tenant.0)))
        .filter(job_queue::fence.eq(lease.fence).and(job_queue::lease_owner.eq(lease.owner)))
        .select(job_queue::fence)
        .for_update()
        .first(tx.conn())
        .await
        .optional()?;
    held.map(|_| ()).ok_or(StoreError::StaleLease)
}

/// Begins or goes on with a claimed job: marks it running and reads it.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn take_up(tx: &mut TenantTx, lease: &Lease) -> Result<JobRecord, StoreError> {
    tx.changes(Topic::Jobs);
    check_lease(tx, lease).await?;
    diesel::update(mine(lease))
        .set((
            jobs::status.eq("running"),
            jobs::attempt.eq(lease.attempt),
            jobs::started_at.eq(diesel::dsl::sql::<diesel::sql_types::Nullable<Timestamptz>>(
                "coalesce(started_at, clock_timestamp())",
            )),
            jobs::updated_at.eq(clock_timestamp()),
        ))
        .execute(tx.conn())
        .await?;
    get_job(tx, lease.job).await
}

/// Stores where the run stands now. Answers whether somebody asked it to stop.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn record_step(
    tx: &mut TenantTx,
    lease: &Lease,
    progress: &Progress<'_>,
) -> Result<bool, StoreError> {
    tx.changes(Topic::Jobs);
    check_lease(tx, lease).await?;
    let cancelled: Option<DateTime<Utc>> = diesel::update(mine(lease))
        .set((
            jobs::phase.eq(progress.phase),
            jobs::state.eq(progress.state),
            jobs::progress_done.eq(progress.done),
            jobs::progress_total.eq(progress.total),
            jobs::updated_at.eq(clock_timestamp()),
        ))
        .returning(jobs::cancel_requested_at)
        .get_result(tx.conn())
        .await?;
    // It came forward, so it is no crash loop.
    diesel::update(queued(lease).filter(job_queue::attempt.ne(0)))
        .set(job_queue::attempt.eq(0))
        .execute(tx.conn())
        .await?;
    Ok(cancelled.is_some())
}

/// Stores the end of a run and takes the job out of the queue.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn finish(tx: &mut TenantTx, lease: &Lease, ending: &Ending<'_>) -> Result<(), StoreError> {
    tx.changes(Topic::Jobs);
    check_lease(tx, lease).await?;
    diesel::update(mine(lease))
        .set((
            jobs::status.eq(ending.status),
            jobs::phase.eq(ending.status),
            jobs::outcome.eq(&ending.outcome),
            jobs::error_code.eq(ending.error_code),
            jobs::finished_at.eq(clock_timestamp().nullable()),
            jobs::updated_at.eq(clock_timestamp()),
        ))
        .execute(tx.conn())
        .await?;
    diesel::delete(queued(lease)).execute(tx.conn()).await?;
    Ok(())
}

/// Gives the job back to the queue, to be claimed by anybody from `run_after` on (now, when `None`).
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn hand_back(
    tx: &mut TenantTx,
    lease: &Lease,
    run_after: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    tx.changes(Topic::Jobs);
    check_lease(tx, lease).await?;
    let released = (
        job_queue::lease_owner.eq(None::<uuid::Uuid>),
        job_queue::lease_until.eq(None::<DateTime<Utc>>),
        // Whoever hands back in order has not crashed.
        job_queue::attempt.eq(0),
    );
    match run_after {
        Some(at) => {
            diesel::update(queued(lease))
                .set((released, job_queue::run_after.eq(at)))
                .execute(tx.conn())
                .await?
        }
        None => {
            diesel::update(queued(lease))
                .set((released, job_queue::run_after.eq(now)))
                .execute(tx.conn())
                .await?
        }
    };
    diesel::update(mine(lease))
        .set((jobs::status.eq("queued"), jobs::updated_at.eq(clock_timestamp())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives a job back after a crash: unlike [`hand_back`] it leaves the count of attempts that brought nothing.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn release_after_crash(
    tx: &mut TenantTx,
    lease: &Lease,
    run_after: DateTime<Utc>,
) -> Result<(), StoreError> {
    hand_back(tx, lease, Some(run_after)).await?;
    diesel::update(queued(lease)).set(job_queue::attempt.eq(lease.attempt)).execute(tx.conn()).await?;
    Ok(())
}

/// Sets a job aside that only crashes, with the reason; it runs no more unless somebody starts it again.
///
/// # Errors
/// [`StoreError::StaleLease`].
pub async fn park(tx: &mut TenantTx, lease: &Lease, reason: &str) -> Result<(), StoreError> {
    let outcome = serde_json::json!({ "outcome": "parked", "reason": reason, "attempts": lease.attempt });
    finish(tx, lease, &Ending { status: "parked", outcome, error_code: Some(reason) }).await
}

/// Whether whoever asked for the job may do `operation` *now*: rights are read when work is done, not when it is asked for.
///
/// # Errors
/// When the database is away.
pub async fn still_permitted(
    tx: &mut TenantTx,
    job: &JobRecord,
    operation: Operation,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let role: Option<String> = match job.created_by.as_deref().and_then(requester) {
        None => None,
        Some(Actor::System) => return Ok(true),
        Some(Actor::User(user)) => memberships::table
            .filter(memberships::tenant_id.eq(tenant.0).and(memberships::user_id.eq(user.0)))
            .filter(memberships::status.eq("active"))
            .select(memberships::role)
            .first(tx.conn())
            .await
            .optional()?,
        Some(Actor::ApiKey(key)) => api_keys::table
            .filter(api_keys::tenant_id.eq(tenant.0).and(api_keys::id.eq(key.0)))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
            .select(api_keys::role)
            .first(tx.conn())
            .await
            .optional()?,
    };
    Ok(role.and_then(|role| role.parse::<Role>().ok()).is_some_and(|role| permits(role, operation)))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn mine(lease: &Lease) -> _ {
    let tenant: uuid::Uuid = lease.tenant.0;
    let job: uuid::Uuid = lease.job.0;
    jobs::table.filter(jobs::tenant_id.eq(tenant).and(jobs::id.eq(job)))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn queued(lease: &Lease) -> _ {
    let job: uuid::Uuid = lease.job.0;
    let fence: i64 = lease.fence;
    job_queue::table.filter(job_queue::job_id.eq(job).and(job_queue::fence.eq(fence)))
}
