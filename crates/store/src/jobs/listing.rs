//! Jobs as their tenant looks at them: lists, where the unfinished ones stand in the queue, and what the ended ones brought about.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{JobRecord, run::clock_timestamp};
use crate::pool::Connection;
use crate::schema::{job_queue, jobs, scoring_runs, sync_run_counts};
use crate::statement::{first_of, statement};
use crate::sync_runs::SyncCounts;
use crate::{
    StoreError, TenantTx,
    page::{Key, ListPage, PageRequest, Position},
};

/// Which jobs to list.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    pub kind: Option<String>,
    pub status: Option<String>,
    pub unfinished: bool,
    pub parent: Option<super::JobId>,
    /// Those whose input names this connector.
    pub connector: Option<Uuid>,
}

/// Jobs, newest first.
///
/// # Errors
/// When the database is away.
pub async fn list_jobs(
    tx: &mut TenantTx,
    filter: &JobFilter,
    page: &PageRequest,
) -> Result<ListPage<JobRecord>, StoreError> {
    let mut query =
        jobs::table.filter(jobs::tenant_id.eq(tx.tenant().0)).select(JobRecord::as_select()).into_boxed();
    if let Some(kind) = &filter.kind {
        query = query.filter(jobs::kind.eq(kind));
    }
    if let Some(status) = &filter.status {
        query = query.filter(jobs::status.eq(status));
    }
    if filter.unfinished {
        query = query.filter(jobs::finished_at.is_null());
    }
    if let Some(parent) = filter.parent {
        query = query.filter(jobs::parent_id.eq(parent.0));
    }
    if let Some(connector) = filter.connector {
        query = query.filter(jobs::input.retrieve_as_text("connectorId").eq(connector.to_string()));
    }
    if let Some((time, id)) = page.after.as_ref().and_then(|after| Some((after.time()?, after.id))) {
        let earlier = jobs::created_at.lt(time).or(jobs::id.lt(id));
        query = query.filter(jobs::created_at.le(time)).filter(earlier);
    }
    let query = query.order((jobs::created_at.desc(), jobs::id.desc()));
    let rows = first_of(query, page.fetch()).load::<JobRecord>(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |job| Position { key: Key::Time(job.created_at), id: job.id }))
}

/// Where an unfinished job stands in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Turn {
    /// No worker takes it before.
    pub run_after: DateTime<Utc>,
    /// How long the worker that has it may be silent; `None` when no worker has it.
    pub lease_until: Option<DateTime<Utc>>,
    /// Attempts in a row that brought nothing.
    pub attempt: i32,
    /// How often a worker has taken it.
    pub fence: i64,
    /// The database's time: leases are counted in it.
    pub now: DateTime<Utc>,
}

/// Where those of these jobs stand that are in the queue.
///
/// # Errors
/// When the database is away.
pub async fn turns(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashMap<Uuid, Turn>, StoreError> {
    let turn = (
        job_queue::run_after,
        job_queue::lease_until,
        job_queue::attempt,
        job_queue::fence,
        clock_timestamp(),
    );
    let rows: Vec<(Uuid, Turn)> = job_queue::table
        .filter(job_queue::tenant_id.eq(tx.tenant().0).and(job_queue::job_id.eq_any(ids)))
        .select((job_queue::job_id, turn))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

/// What a job brought about, from the books of its own trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// By kind of record.
    Synced(BTreeMap<String, SyncCounts>),
    Scored(Scored),
}

/// The figures of a scoring run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = scoring_runs, check_for_backend(diesel::pg::Pg))]
pub struct Scored {
    #[diesel(column_name = id)]
    pub run: Uuid,
    #[diesel(column_name = activities_read)]
    pub activities: i64,
    #[diesel(column_name = people_scored)]
    pub people: i64,
    #[diesel(column_name = accounts_scored)]
    pub accounts: i64,
    #[diesel(column_name = opportunities_scored)]
    pub opportunities: i64,
    pub tier_changes: i64,
}

/// What these jobs brought about, where a run of theirs is in the books.
///
/// # Errors
/// When the database is away.
pub async fn brought_about(tx: &mut TenantTx, ids: &[Uuid]) -> Result<HashMap<Uuid, Brought>, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    // A sync run's id is its job's.
    let synced = sync_run_counts::table
        .filter(sync_run_counts::tenant_id.eq(tenant).and(sync_run_counts::sync_run_id.eq_any(ids)))
        .select((sync_run_counts::sync_run_id, sync_run_counts::entity, SyncCounts::as_select()));
    let scored = scoring_runs::table
        .filter(scoring_runs::tenant_id.eq(tenant).and(scoring_runs::job_id.eq_any(ids)))
        .select((scoring_runs::job_id.assume_not_null(), Scored::as_select()));
    let (synced, scored) = futures::try_join!(
        synced.load::<(Uuid, String, SyncCounts)>(&mut &*conn),
        scored.load::<(Uuid, Scored)>(&mut &*conn),
    )?;
    let mut brought: HashMap<Uuid, Brought> =
        scored.into_iter().map(|(job, scored)| (job, Brought::Scored(scored))).collect();
    for (job, entity, counts) in synced {
        match brought.entry(job).or_insert_with(|| Brought::Synced(BTreeMap::new())) {
            Brought::Synced(by_entity) => {
                by_entity.insert(entity, counts);
            }
            Brought::Scored(_) => return Err(StoreError::Bug),
        }
    }
    Ok(brought)
}

/// Ends a job that nobody has begun, now. One that a worker has held is left to its worker, who closes its books.
pub(super) async fn end_unbegun(tx: &mut TenantTx, id: Uuid) -> Result<bool, StoreError> {
    let ended = statement(
        "WITH unbegun AS (DELETE FROM job_queue q USING jobs j \
           WHERE j.tenant_id = $1 AND j.id = $2 AND q.tenant_id = j.tenant_id AND q.job_id = j.id \
             AND q.fence = 0 AND q.lease_owner IS NULL RETURNING j.id) \
         UPDATE jobs j SET status = 'cancelled', finished_at = now(), updated_at = now() \
         FROM unbegun u WHERE j.tenant_id = $1 AND j.id = u.id",
    )
    .bind::<diesel::sql_types::Uuid, _>(tx.tenant().0)
    .bind::<diesel::sql_types::Uuid, _>(id)
    .execute(tx.conn())
    .await?;
    Ok(ended > 0)
}
