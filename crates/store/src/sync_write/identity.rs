//! Which of our entities a record is: by (connector, external id) first, then for people by e-mail.
//!
//! Keys are looked up from a list of them, each by its index (LATERAL, OFFSET 0). Left to itself the planner reads whole
//! tables instead, as long as their statistics are older than the sync that fills them. For the same reason such a
//! look-up is planned anew each time (`sql_query`): a plan kept from when the tables were empty names any index.

use std::collections::HashMap;

use canonical::{ConnectorId, Record};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::EntityCounts;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// What is known of a vendor's record from before.
#[derive(Clone, Debug, QueryableByName)]
pub(super) struct Known {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = SqlUuid)]
    pub(super) entity_id: Uuid,
    #[diesel(sql_type = BigInt)]
    record_hash: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    source_modified_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    deleted: bool,
}

/// What is to be done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Insert,
    Update,
    Delete,
}

/// A record that changes something, with the entity it is.
pub(super) struct Planned<'a, R> {
    pub(super) record: &'a R,
    pub(super) entity: Uuid,
    pub(super) hash: i64,
    pub(super) fate: Fate,
}

/// The newest of each external id, in the order they came.
pub(super) fn newest<R: Record>(records: &[R]) -> Vec<&R> {
    let mut place: HashMap<&str, usize> = HashMap::with_capacity(records.len());
    let mut kept: Vec<&R> = Vec::with_capacity(records.len());
    for record in records {
        match place.get(record.external_id()) {
            Some(&at) if record.modified_at() >= kept[at].modified_at() => kept[at] = record,
            Some(_) => {}
            None => {
                place.insert(record.external_id(), kept.len());
                kept.push(record);
            }
        }
    }
    kept
}

/// Sorts records into what changes something and what does not, and counts. `found` names entities for records
/// that are new under this external id but are somebody we know otherwise.
pub(super) fn plan<'a, R: Record + Serialize>(
    records: &[&'a R],
    known: &HashMap<String, Known>,
    found: &mut dyn FnMut(&R) -> Option<Uuid>,
    counts: &mut EntityCounts,
) -> Vec<Planned<'a, R>> {
    let mut planned = Vec::new();
    for &record in records {
        counts.read += 1;
        let hash = hash_of(record);
        match known.get(record.external_id()) {
            // Late news never overwrites newer.
            Some(old) if old.source_modified_at.is_some_and(|at| at > record.modified_at()) => {
                counts.unchanged += 1
            }
            Some(old) if old.record_hash == hash && old.deleted == record.deleted() => counts.unchanged += 1,
            Some(old) if record.deleted() => {
                counts.deleted += 1;
                planned.push(Planned { record, entity: old.entity_id, hash, fate: Fate::Delete });
            }
            Some(old) => {
                counts.updated += 1;
                planned.push(Planned { record, entity: old.entity_id, hash, fate: Fate::Update });
            }
            // Gone before we ever saw it.
            None if record.deleted() => counts.unchanged += 1,
            None => match found(record) {
                Some(entity) => {
                    counts.updated += 1;
                    planned.push(Planned { record, entity, hash, fate: Fate::Update });
                }
                None => {
                    counts.inserted += 1;
                    planned.push(Planned { record, entity: Uuid::now_v7(), hash, fate: Fate::Insert });
                }
            },
        }
    }
    planned
}

/// Of the record's fields but for the raw text and the vendor's clock: equal means nothing of ours would change. The raw
/// text is left out first, since as a value it would be parsed.
fn hash_of<R: Record + Serialize>(record: &R) -> i64 {
    let mut fields = serde_json::to_value(record.without_raw()).expect("canonical records are plain data");
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("raw");
        fields.remove("modifiedAt");
    }
    let digest = Sha256::digest(fields.to_string());
    i64::from_be_bytes(digest[..8].try_into().expect("a SHA-256 has 32 bytes"))
}

pub(super) async fn known(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: &str,
    external_ids: Vec<&str>,
) -> Result<HashMap<String, Known>, StoreError> {
    if external_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Known> = sql_query(
        "SELECT x.* FROM unnest($4) n (name) CROSS JOIN LATERAL ( \
           SELECT x.external_id, x.entity_id, x.record_hash, x.source_modified_at, x.deleted_at IS NOT NULL AS deleted \
           FROM external_ids x WHERE x.tenant_id = $1 AND x.connector_id = $2 AND x.entity = $3 \
             AND x.external_id = n.name OFFSET 0) x",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(entity)
    .bind::<Array<Text>, _>(external_ids)
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id.clone(), row)).collect())
}

/// Entities by the external ids that other records name them with.
pub(super) async fn resolve(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: &str,
    named: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        external_id: String,
        #[diesel(sql_type = SqlUuid)]
        entity_id: Uuid,
    }
    let mut names: Vec<&str> = named.collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Found> = sql_query(
        "SELECT x.* FROM unnest($4) n (name) CROSS JOIN LATERAL ( \
           SELECT x.external_id, x.entity_id FROM external_ids x WHERE x.tenant_id = $1 AND x.connector_id = $2 \
             AND x.entity = $3 AND x.external_id = n.name OFFSET 0) x",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(entity)
    .bind::<Array<Text>, _>(names)
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.entity_id)).collect())
}

/// The eldest person of each e-mail address; of merged ones the survivor.
pub(super) async fn people_by_email(
    tx: &mut TenantTx,
    emails: Vec<&str>,
) -> Result<HashMap<String, Uuid>, StoreError> {
    by_text(
        tx,
        emails,
        "SELECT DISTINCT ON (n.name) n.name AS text, coalesce(p.merged_into, p.id) AS id \
         FROM unnest($2) n (name) CROSS JOIN LATERAL ( \
           SELECT p.id, p.merged_into FROM people p WHERE p.tenant_id = $1 AND p.email = n.name OFFSET 0) p \
         ORDER BY n.name, p.id",
    )
    .await
}

/// The eldest living account of each domain.
pub(super) async fn accounts_by_domain(
    tx: &mut TenantTx,
    domains: Vec<&str>,
) -> Result<HashMap<String, Uuid>, StoreError> {
    by_text(
        tx,
        domains,
        "SELECT DISTINCT ON (n.name) n.name AS text, coalesce(a.merged_into, a.id) AS id \
         FROM unnest($2) n (name) CROSS JOIN LATERAL ( \
           SELECT a.id, a.merged_into FROM accounts a WHERE a.tenant_id = $1 AND a.domain = n.name \
             AND a.deleted_at IS NULL OFFSET 0) a \
         ORDER BY n.name, a.id",
    )
    .await
}

async fn by_text(
    tx: &mut TenantTx,
    mut texts: Vec<&str>,
    sql: &'static str,
) -> Result<HashMap<String, Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        text: String,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    texts.sort_unstable();
    texts.dedup();
    if texts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Found> = sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<Text>, _>(texts)
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.text, row.id)).collect())
}

/// Keeps which entity each record is, and what it said.
pub(super) async fn remember<R: Record>(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: &str,
    planned: &[Planned<'_, R>],
) -> Result<(), StoreError> {
    statement(
        "INSERT INTO external_ids \
           (tenant_id, connector_id, entity, external_id, entity_id, record_hash, source_modified_at, deleted_at, raw) \
         SELECT $1, $2, $3, x.external_id, x.entity_id, x.record_hash, x.modified_at, \
           CASE WHEN x.deleted THEN now() END, x.raw::jsonb \
         FROM (SELECT unnest($4) AS external_id, unnest($5) AS entity_id, unnest($6) AS record_hash, \
             unnest($7) AS modified_at, unnest($8) AS deleted, unnest($9) AS raw) x \
         ON CONFLICT (tenant_id, connector_id, entity, external_id) DO UPDATE SET \
           record_hash = excluded.record_hash, source_modified_at = excluded.source_modified_at, \
           deleted_at = excluded.deleted_at, raw = coalesce(excluded.raw, external_ids.raw)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(entity)
    .bind::<Array<Text>, _>(planned.iter().map(|p| p.record.external_id()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(planned.iter().map(|p| p.entity).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(planned.iter().map(|p| p.hash).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(planned.iter().map(|p| p.record.modified_at()).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(planned.iter().map(|p| p.fate == Fate::Delete).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        planned.iter().map(|p| p.record.raw().map(|raw| raw.as_str())).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks entities as gone whose every record is; one that another connector still has stays.
pub(super) async fn delete_the_gone<R>(
    tx: &mut TenantTx,
    table: &'static str,
    planned: &[Planned<'_, R>],
) -> Result<(), StoreError> {
    let gone: Vec<Uuid> = planned.iter().filter(|p| p.fate == Fate::Delete).map(|p| p.entity).collect();
    if gone.is_empty() {
        return Ok(());
    }
    sql_query(format!(
        "UPDATE {table} e SET deleted_at = now(), updated_at = now() WHERE e.tenant_id = $1 AND e.id = ANY ($2) \
         AND e.deleted_at IS NULL AND NOT EXISTS (SELECT FROM external_ids x \
           WHERE x.tenant_id = e.tenant_id AND x.entity_id = e.id AND x.deleted_at IS NULL)"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(gone)
    .execute(tx.conn())
    .await?;
    Ok(())
}
