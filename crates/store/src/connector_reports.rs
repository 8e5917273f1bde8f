//! What is shown of connectors: lists, and how many records each has brought. Reads only.

use std::collections::BTreeMap;

use canonical::ConnectorId;
use chrono::{DateTime, Utc};
use diesel::alias;
use diesel::dsl::{count, count_star, exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::connectors::ConnectorRecord;
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{activities, connectors, external_ids, job_queue, jobs, quarantine};
use crate::{StoreError, TenantTx};

/// Which connectors to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectorFilter<'a> {
    pub connector_type: Option<&'a str>,
    pub status: Option<&'a str>,
}

/// Connectors by name.
///
/// # Errors
/// When the database is away.
pub async fn page_of_connectors(
    tx: &mut TenantTx,
    filter: ConnectorFilter<'_>,
    request: &PageRequest,
) -> Result<ListPage<ConnectorRecord>, StoreError> {
    let mut query = connectors::table
        .filter(connectors::tenant_id.eq(tx.tenant().0))
        .select(ConnectorRecord::as_select())
        .into_boxed();
    if let Some(connector_type) = filter.connector_type {
        query = query.filter(connectors::type_.eq(connector_type));
    }
    if let Some(status) = filter.status {
        query = query.filter(connectors::status.eq(status));
    }
    if let Some(after) = &request.after {
        let (name, id) = (after.text().unwrap_or_default().to_owned(), after.id);
        let further =
            connectors::name.gt(name.clone()).or(connectors::name.eq(name).and(connectors::id.gt(id)));
        query = query.filter(further);
    }
    let rows: Vec<ConnectorRecord> =
        query.order((connectors::name, connectors::id)).limit(request.fetch()).load(tx.conn()).await?;
    Ok(ListPage::of(rows, request, |row| Position { key: Key::Text(row.name.clone()), id: row.id }))
}

/// How many records of one kind came from a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    pub stored: i64,
    /// Gone at the vendor.
    pub deleted: i64,
    /// Set aside, waiting for a decision.
    pub quarantined: i64,
}

/// Counts by kind of record; a kind of which nothing came is missing.
///
/// # Errors
/// When the database is away.
pub async fn count_records(
    tx: &mut TenantTx,
    connector: ConnectorId,
) -> Result<BTreeMap<String, RecordCounts>, StoreError> {
    let (tenant, connector) = (tx.tenant().0, connector.0);
    let mut counts: BTreeMap<String, RecordCounts> = BTreeMap::new();
    let entities = external_ids::table
        .filter(external_ids::tenant_id.eq(tenant).and(external_ids::connector_id.eq(connector)))
        .group_by(external_ids::entity)
        .select((external_ids::entity, count_star()));
    let here: Vec<(String, i64)> =
        entities.filter(external_ids::deleted_at.is_null()).load(tx.conn()).await?;
    let gone: Vec<(String, i64)> =
        entities.filter(external_ids::deleted_at.is_not_null()).load(tx.conn()).await?;
    for (entity, number) in here {
        counts.entry(entity).or_default().stored = number;
    }
    for (entity, number) in gone {
        counts.entry(entity).or_default().deleted = number;
    }
    let facts = activities::table
        .filter(activities::tenant_id.eq(tenant).and(activities::connector_id.eq(connector)));
    let stored: i64 = facts.filter(activities::retracted_at.is_null()).count().get_result(tx.conn()).await?;
    // A changed activity is its old fact taken back and a new one: only what has no new one is gone.
    let present = alias!(activities as present);
    let again = present
        .filter(present.field(activities::tenant_id).eq(tenant))
        .filter(present.field(activities::connector_id).eq(activities::connector_id))
        .filter(present.field(activities::external_id).eq(activities::external_id))
        .filter(present.field(activities::retracted_at).is_null());
    let deleted: i64 = facts
        .filter(activities::retracted_at.is_not_null())
        .filter(not(exists(again)))
        .select(count(activities::external_id).aggregate_distinct())
        .first(tx.conn())
        .await?;
    if stored + deleted > 0 {
        counts.insert("activity".to_owned(), RecordCounts { stored, deleted, quarantined: 0 });
    }
    let set_aside: Vec<(String, i64)> = quarantine::table
        .filter(quarantine::tenant_id.eq(tenant).and(quarantine::connector_id.eq(connector)))
        .filter(quarantine::status.eq("open"))
        .group_by(quarantine::entity)
        .select((quarantine::entity, count_star()))
        .load(tx.conn())
        .await?;
    for (entity, number) in set_aside {
        counts.entry(entity).or_default().quarantined = number;
    }
    Ok(counts)
}

/// How many records of a connector are set aside and wait for a decision.
///
/// # Errors
/// When the database is away.
pub async fn count_quarantined(tx: &mut TenantTx, connector: ConnectorId) -> Result<i64, StoreError> {
    let open = quarantine::table
        .filter(quarantine::tenant_id.eq(tx.tenant().0).and(quarantine::connector_id.eq(connector.0)))
        .filter(quarantine::status.eq("open"));
    Ok(open.count().get_result(tx.conn()).await?)
}

/// When the tenant's scheduled sync is due that waits in the queue.
///
/// # Errors
/// When the database is away.
pub async fn next_scheduled_sync(tx: &mut TenantTx, kind: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let waiting = jobs::table
        .filter(jobs::tenant_id.eq(tx.tenant().0).and(jobs::kind.eq(kind)).and(jobs::status.eq("queued")))
        .inner_join(
            job_queue::table.on(job_queue::job_id.eq(jobs::id).and(job_queue::tenant_id.eq(jobs::tenant_id))),
        )
        .order(job_queue::run_after)
        .select(job_queue::run_after);
    Ok(waiting.first(tx.conn()).await.optional()?)
}
