//! The queue over all tenants: ids and times only. Leases are counted in the database's time, so that no two workers'
//! clocks have to agree.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use tenancy::TenantId;
use uuid::Uuid;

use super::JobId;
use crate::schema::job_queue;
use crate::{Store, StoreError, SystemReason, TenantTx};

/// The right to write for a job. Worth nothing as soon as another worker has claimed the job: its fence is higher then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub tenant: TenantId,
    pub job: JobId,
    pub kind: String,
    pub owner: Uuid,
    pub fence: i64,
    /// Claims in a row that brought nothing; this one included.
    pub attempt: i32,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    job_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    fence: i64,
    #[diesel(sql_type = Integer)]
    attempt: i32,
}

/// Walks from tenant to tenant by index and looks at the head of each one's queue, so that the cost grows with the tenants
/// that have work, not with the work they have. Least busy tenant first, then round robin from the tenant after `$4`.
/// While a job is leased its `run_after` is the lease's end: a job of a dead worker becomes due by itself.
const CLAIM: &str = "\
WITH RECURSIVE waiting (tenant_id) AS (
    (SELECT tenant_id FROM job_queue ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.tenant_id FROM job_queue q WHERE q.tenant_id > w.tenant_id ORDER BY q.tenant_id LIMIT 1)
    FROM waiting w WHERE w.tenant_id IS NOT NULL
), heads AS (
    SELECT head.job_id, w.tenant_id, head.run_after,
           (SELECT count(*) FROM job_queue busy
             WHERE busy.tenant_id = w.tenant_id AND busy.lease_owner IS NOT NULL
               AND busy.lease_until > clock_timestamp()) AS running
    FROM waiting w
    JOIN tenant_directory t ON t.tenant_id = w.tenant_id AND t.status = 'active'
    CROSS JOIN LATERAL (
        SELECT q.job_id, q.run_after FROM job_queue q
        WHERE q.tenant_id = w.tenant_id AND q.run_after <= clock_timestamp() AND q.kind = ANY($3)
        ORDER BY q.run_after, q.job_id LIMIT 4
    ) head
), taken AS (
    SELECT q.job_id FROM heads h JOIN job_queue q ON q.job_id = h.job_id
    WHERE q.run_after <= clock_timestamp()
    ORDER BY h.running, coalesce(h.tenant_id <= $4, false), h.tenant_id, h.run_after, h.job_id
    LIMIT 1
    FOR UPDATE OF q SKIP LOCKED
)
UPDATE job_queue q
SET lease_owner = $1, lease_until = clock_timestamp() + make_interval(secs => $2),
    run_after = clock_timestamp() + make_interval(secs => $2), fence = q.fence + 1, attempt = q.attempt + 1
FROM taken WHERE q.job_id = taken.job_id
RETURNING q.tenant_id, q.job_id, q.kind, q.fence, q.attempt";

pub(super) async fn insert(
    tx: &mut TenantTx,
    job: JobId,
    kind: &str,
    run_after: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let row = (
        job_queue::job_id.eq(job.0),
        job_queue::tenant_id.eq(tx.tenant().0),
        job_queue::kind.eq(kind),
        run_after.map(|at| job_queue::run_after.eq(at)),
    );
    diesel::insert_into(job_queue::table).values(row).execute(tx.conn()).await?;
    Ok(())
}

/// Takes one due job of the given kinds for `worker`, or none. `after` is the tenant served last: turns go round.
///
/// # Errors
/// When the database is away.
pub async fn claim(
    store: &Store,
    worker: Uuid,
    kinds: &[&str],
    length: Duration,
    after: Option<TenantId>,
) -> Result<Option<Lease>, StoreError> {
    let mut tx = store.system(SystemReason::ClaimJobs).await?;
    let claimed: Option<Claimed> = diesel::sql_query(CLAIM)
        .bind::<SqlUuid, _>(worker)
        .bind::<Double, _>(length.as_secs_f64())
        .bind::<Array<Text>, _>(kinds)
        .bind::<Nullable<SqlUuid>, _>(after.map(|tenant| tenant.0))
        .get_result(tx.conn())
        .await
        .optional()?;
    tx.commit().await?;
    Ok(claimed.map(|row| Lease {
        tenant: TenantId(row.tenant_id),
        job: JobId(row.job_id),
        kind: row.kind,
        owner: worker,
        fence: row.fence,
        attempt: row.attempt,
    }))
}

/// Makes a lease last `length` from now on.
///
/// # Errors
/// [`StoreError::StaleLease`] when another worker has the job.
pub async fn heartbeat(store: &Store, lease: &Lease, length: Duration) -> Result<(), StoreError> {
    let mut tx = store.system(SystemReason::ClaimJobs).await?;
    let kept = diesel::sql_query(
        "UPDATE job_queue SET lease_until = clock_timestamp() + make_interval(secs => $3), \
         run_after = clock_timestamp() + make_interval(secs => $3) \
         WHERE job_id = $1 AND fence = $2 AND lease_owner = $4",
    )
    .bind::<SqlUuid, _>(lease.job.0)
    .bind::<BigInt, _>(lease.fence)
    .bind::<Double, _>(length.as_secs_f64())
    .bind::<SqlUuid, _>(lease.owner)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    if kept == 1 { Ok(()) } else { Err(StoreError::StaleLease) }
}

/// How long until some job of the given kinds may be claimed; `None` when there is none.
///
/// # Errors
/// When the database is away.
pub async fn next_due_in(store: &Store, kinds: &[&str]) -> Result<Option<Duration>, StoreError> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = Double)]
        seconds: f64,
    }
    let mut tx = store.system(SystemReason::ClaimJobs).await?;
    let due: Option<Due> = diesel::sql_query(
        "SELECT greatest(0, extract(epoch FROM run_after - clock_timestamp()))::float8 AS seconds \
         FROM job_queue WHERE kind = ANY($1) ORDER BY run_after LIMIT 1",
    )
    .bind::<Array<Text>, _>(kinds)
    .get_result(tx.conn())
    .await
    .optional()?;
    tx.commit().await?;
    Ok(due.map(|due| Duration::from_secs_f64(due.seconds.min(86_400.0))))
}
