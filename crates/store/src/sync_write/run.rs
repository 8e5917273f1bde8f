//! What surrounds a page: the lease, the lock, the quarantine, the counts, the cursor.

use std::collections::{BTreeMap, HashSet};

use canonical::{ConnectorId, Record};
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{CursorWrite, EntityCounts, FactKind, Lease, PageCounts, PageWrite, QuarantinedRecord};
use crate::statement::statement;
use crate::{StoreError, TenantTx, Topic};

/// Holds the lease for the rest of the transaction: another worker's claim waits for our commit, and ours fails if
/// it came first.
///
/// # Errors
/// [`StoreError::StaleLease`] when the job was claimed again, or is no longer queued at all.
pub async fn check_lease(tx: &mut TenantTx, lease: Lease) -> Result<(), StoreError> {
    let held = statement(
        "SELECT 1 FROM job_queue WHERE job_id = $1 AND tenant_id = $2 AND fence = $3 FOR NO KEY UPDATE",
    )
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<BigInt, _>(lease.fence)
    .execute(tx.conn())
    .await?;
    if held == 1 { Ok(()) } else { Err(StoreError::StaleLease) }
}

/// Two connectors of one tenant may find the same person at once; one page at a time decides who that is.
pub(super) async fn one_writer_at_a_time(tx: &mut TenantTx) -> Result<(), StoreError> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7361))")
        .bind::<Text, _>(tx.tenant().to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// More open findings than this are not read for each page.
const FEW: i64 = 500;

/// What passes now is no longer in quarantine; `lost` are those of the page's records that did not pass.
pub(super) async fn resolve_quarantine(
    tx: &mut TenantTx,
    page: &PageWrite,
    lost: &[QuarantinedRecord],
) -> Result<(), StoreError> {
    fn ids<R: Record>(records: &[R]) -> Vec<&str> {
        records.iter().map(Record::external_id).collect()
    }
    let records = &page.records;
    let lost: HashSet<&str> = lost.iter().map(|record| record.external_id.as_str()).collect();
    let mut activities = ids(&records.activities);
    activities.retain(|id| !lost.contains(id));
    let passed = [
        (FactKind::Account, ids(&records.accounts)),
        (FactKind::Person, ids(&records.people)),
        (FactKind::Opportunity, ids(&records.opportunities)),
        (FactKind::Activity, activities),
    ];
    for (kind, mut external_ids) in passed {
        if external_ids.is_empty() {
            continue;
        }
        // Hardly anything is in quarantine, so what is there is compared with the page and not the page with it.
        let open = open_findings(tx, page.connector, kind).await?;
        if open.len() < usize::try_from(FEW).expect("a small number") {
            external_ids.retain(|id| open.contains(*id));
        }
        resolve(tx, page.connector, kind, external_ids).await?;
    }
    Ok(())
}

async fn open_findings(
    tx: &mut TenantTx,
    connector: ConnectorId,
    kind: FactKind,
) -> Result<HashSet<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Finding {
        #[diesel(sql_type = Text)]
        external_id: String,
    }
    let rows: Vec<Finding> = sql_query(
        "SELECT external_id FROM quarantine WHERE tenant_id = $1 AND connector_id = $2 AND entity = $3 \
         AND status = 'open' LIMIT $4",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(kind.as_str())
    .bind::<BigInt, _>(FEW)
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.external_id).collect())
}

/// Closes the findings about these records.
pub(super) async fn resolve(
    tx: &mut TenantTx,
    connector: ConnectorId,
    kind: FactKind,
    external_ids: Vec<&str>,
) -> Result<(), StoreError> {
    if external_ids.is_empty() {
        return Ok(());
    }
    sql_query(
        "UPDATE quarantine SET status = 'replayed', resolved_at = now() WHERE tenant_id = $1 \
         AND connector_id = $2 AND entity = $3 AND external_id = ANY ($4) AND status = 'open'",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(kind.as_str())
    .bind::<Array<Text>, _>(external_ids)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn write_quarantine(
    tx: &mut TenantTx,
    page: &PageWrite,
    records: &[&QuarantinedRecord],
) -> Result<(), StoreError> {
    // One statement may not touch a row twice: the last finding about a record stands.
    let unique: BTreeMap<_, _> = records.iter().map(|r| ((r.entity, r.external_id.as_str()), *r)).collect();
    if unique.is_empty() {
        return Ok(());
    }
    let each = || unique.values();
    statement(
        "INSERT INTO quarantine (tenant_id, id, connector_id, sync_run_id, entity, external_id, reason, detail, raw) \
         SELECT $1, q.id, $2, $3, q.entity, q.external_id, q.reason, q.detail, q.raw \
         FROM unnest($4, $5, $6, $7, $8, $9) q (id, entity, external_id, reason, detail, raw) \
         ON CONFLICT (tenant_id, connector_id, entity, external_id) WHERE status = 'open' DO UPDATE \
         SET sync_run_id = excluded.sync_run_id, reason = excluded.reason, detail = excluded.detail, raw = excluded.raw",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(page.connector.0)
    .bind::<Nullable<SqlUuid>, _>(page.sync_run)
    .bind::<Array<SqlUuid>, _>(each().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|r| r.entity.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|r| r.external_id.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|r| r.reason.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(each().map(|r| r.detail.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(each().map(|r| &r.raw).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_counts(tx: &mut TenantTx, run: Uuid, counts: &PageCounts) -> Result<(), StoreError> {
    tx.changes(Topic::SyncRuns);
    for kind in FactKind::ALL {
        let counted = counts.of(kind);
        if *counted == EntityCounts::default() {
            continue;
        }
        statement(
            "INSERT INTO sync_run_counts AS c \
               (tenant_id, sync_run_id, entity, read, inserted, updated, unchanged, deleted, quarantined) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (tenant_id, sync_run_id, entity) DO UPDATE SET read = c.read + excluded.read, \
               inserted = c.inserted + excluded.inserted, updated = c.updated + excluded.updated, \
               unchanged = c.unchanged + excluded.unchanged, deleted = c.deleted + excluded.deleted, \
               quarantined = c.quarantined + excluded.quarantined",
        )
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(run)
        .bind::<Text, _>(kind.as_str())
        .bind::<BigInt, _>(counted.read)
        .bind::<BigInt, _>(counted.inserted)
        .bind::<BigInt, _>(counted.updated)
        .bind::<BigInt, _>(counted.unchanged)
        .bind::<BigInt, _>(counted.deleted)
        .bind::<BigInt, _>(counted.quarantined)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

pub(super) async fn write_cursor(
    tx: &mut TenantTx,
    connector: ConnectorId,
    cursor: &CursorWrite,
) -> Result<(), StoreError> {
    statement(
        "INSERT INTO sync_cursors (tenant_id, connector_id, object, cursor, watermark) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant_id, connector_id, object) DO UPDATE SET cursor = excluded.cursor, \
           watermark = coalesce(excluded.watermark, sync_cursors.watermark), updated_at = now()",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(&cursor.object)
    .bind::<Nullable<Jsonb>, _>(&cursor.cursor)
    .bind::<Nullable<Timestamptz>, _>(cursor.watermark)
    .execute(tx.conn())
    .await?;
    Ok(())
}
