//! The history of syncs: what each run read and wrote, how it ended and why.

use std::collections::BTreeMap;

use canonical::ConnectorId;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::jobs::JobId;
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{activities, external_ids, sync_run_counts, sync_runs};
use crate::{StoreError, TenantTx, Topic};

/// A run to be. Its id is its job's: beginning twice is beginning once.
#[derive(Clone, Copy, Debug)]
pub struct NewSyncRun<'a> {
    pub job: JobId,
    pub connector: ConnectorId,
    pub full: bool,
    /// `manual` or `schedule`.
    pub trigger: &'a str,
}

/// A run, with its counts per kind of record.
#[derive(Clone, Debug)]
pub struct SyncRunRecord {
    pub run: SyncRunRow,
    pub counts: BTreeMap<String, SyncCounts>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sync_runs, check_for_backend(diesel::pg::Pg))]
pub struct SyncRunRow {
    pub id: Uuid,
    pub connector_id: Uuid,
    pub job_id: Option<Uuid>,
    pub mode: String,
    pub trigger: String,
    pub status: String,
    pub reason: Option<String>,
    pub resume_at: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub watermark: Option<DateTime<Utc>>,
}

/// What became of the rows of one kind. `read` is all of them, as the vendor delivered them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sync_run_counts, check_for_backend(diesel::pg::Pg))]
pub struct SyncCounts {
    pub read: i64,
    pub inserted: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub deleted: i64,
    pub quarantined: i64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct SyncEnd<'a> {
    /// `complete`, `partial`, `auth_required`, `failed` or `cancelled`.
    pub status: &'a str,
    pub reason: Option<&'a str>,
    pub resume_at: Option<DateTime<Utc>>,
    pub watermark: Option<DateTime<Utc>>,
}

/// # Errors
/// [`StoreError::Reference`] when there is no such connector.
pub async fn begin_sync_run(tx: &mut TenantTx, new: &NewSyncRun<'_>) -> Result<(), StoreError> {
    tx.changes(Topic::SyncRuns);
    diesel::insert_into(sync_runs::table)
        .values((
            sync_runs::tenant_id.eq(tx.tenant().0),
            sync_runs::id.eq(new.job.0),
            sync_runs::connector_id.eq(new.connector.0),
            sync_runs::job_id.eq(new.job.0),
            sync_runs::mode.eq(if new.full { "full" } else { "incremental" }),
            sync_runs::trigger.eq(new.trigger),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// # Errors
/// When the database is away.
pub async fn set_sync_phase(tx: &mut TenantTx, run: JobId, phase: &str) -> Result<(), StoreError> {
    tx.changes(Topic::SyncRuns);
    let tenant = tx.tenant().0;
    diesel::update(sync_runs::table.filter(sync_runs::tenant_id.eq(tenant).and(sync_runs::id.eq(run.0))))
        .set(sync_runs::status.eq(phase))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// # Errors
/// When the database is away.
pub async fn finish_sync_run(tx: &mut TenantTx, run: JobId, end: &SyncEnd<'_>) -> Result<(), StoreError> {
    tx.changes(Topic::SyncRuns);
    let tenant = tx.tenant().0;
    diesel::update(sync_runs::table.filter(sync_runs::tenant_id.eq(tenant).and(sync_runs::id.eq(run.0))))
        .set((
            sync_runs::status.eq(end.status),
            sync_runs::reason.eq(end.reason),
            sync_runs::resume_at.eq(end.resume_at),
            sync_runs::watermark.eq(end.watermark),
            sync_runs::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A connector's runs, newest first.
///
/// # Errors
/// When the database is away.
pub async fn list_sync_runs(
    tx: &mut TenantTx,
    connector: ConnectorId,
    request: &PageRequest,
) -> Result<ListPage<SyncRunRecord>, StoreError> {
    let tenant = tx.tenant().0;
    let mut query = sync_runs::table
        .filter(sync_runs::tenant_id.eq(tenant).and(sync_runs::connector_id.eq(connector.0)))
        .select(SyncRunRow::as_select())
        .into_boxed();
    if let Some((started_at, id)) = request.after.as_ref().and_then(|after| Some((after.time()?, after.id))) {
        let earlier = sync_runs::started_at.lt(started_at);
        query = query.filter(earlier.or(sync_runs::started_at.eq(started_at).and(sync_runs::id.lt(id))));
    }
    let runs: Vec<SyncRunRow> = query
        .order((sync_runs::started_at.desc(), sync_runs::id.desc()))
        .limit(request.fetch())
        .load(tx.conn())
        .await?;
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
    let counted: Vec<(Uuid, String, SyncCounts)> = sync_run_counts::table
        .filter(sync_run_counts::tenant_id.eq(tenant).and(sync_run_counts::sync_run_id.eq_any(ids)))
        .select((sync_run_counts::sync_run_id, sync_run_counts::entity, SyncCounts::as_select()))
        .load(tx.conn())
        .await?;
    let mut by_run: BTreeMap<Uuid, BTreeMap<String, SyncCounts>> = BTreeMap::new();
    for (run, entity, counts) in counted {
        by_run.entry(run).or_default().insert(entity, counts);
    }
    let with_counts =
        |run: SyncRunRow| SyncRunRecord { counts: by_run.remove(&run.id).unwrap_or_default(), run };
    let position =
        |record: &SyncRunRecord| Position { key: Key::Time(record.run.started_at), id: record.run.id };
    Ok(ListPage::of(runs.into_iter().map(with_counts).collect(), request, position))
}

/// One run.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_sync_run(tx: &mut TenantTx, run: JobId) -> Result<SyncRunRecord, StoreError> {
    let tenant = tx.tenant().0;
    let row: SyncRunRow = sync_runs::table
        .filter(sync_runs::tenant_id.eq(tenant).and(sync_runs::id.eq(run.0)))
        .select(SyncRunRow::as_select())
        .first(tx.conn())
        .await?;
    let counts: Vec<(String, SyncCounts)> = sync_run_counts::table
        .filter(sync_run_counts::tenant_id.eq(tenant).and(sync_run_counts::sync_run_id.eq(run.0)))
        .select((sync_run_counts::entity, SyncCounts::as_select()))
        .load(tx.conn())
        .await?;
    Ok(SyncRunRecord { run: row, counts: counts.into_iter().collect() })
}

/// How many records of each kind a connector has brought and not taken back.
///
/// # Errors
/// When the database is away.
pub async fn entity_counts(
    tx: &mut TenantTx,
    connector: ConnectorId,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let tenant = tx.tenant().0;
    let entities: Vec<(String, i64)> = external_ids::table
        .filter(external_ids::tenant_id.eq(tenant).and(external_ids::connector_id.eq(connector.0)))
        .filter(external_ids::deleted_at.is_null())
        .group_by(external_ids::entity)
        .select((external_ids::entity, count_star()))
        .load(tx.conn())
        .await?;
    let facts: i64 = activities::table
        .filter(activities::tenant_id.eq(tenant).and(activities::connector_id.eq(connector.0)))
        .filter(activities::retracted_at.is_null())
        .count()
        .get_result(tx.conn())
        .await?;
    Ok(entities.into_iter().chain([("activity".to_owned(), facts)]).collect())
}
