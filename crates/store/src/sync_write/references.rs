//! References between records, which may name one that has not come yet; and merges, which are references too.

use std::collections::HashMap;

use canonical::{ConnectorId, OpportunityContact, StageChange};
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::identity::resolve;
use super::opportunities;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// A reference to a record that is not there yet.
pub(super) struct Waiting {
    pub(super) relation: &'static str,
    pub(super) subject: String,
    pub(super) target_entity: &'static str,
    pub(super) target: String,
    pub(super) payload: Option<Value>,
}

pub(super) async fn wait_for(
    tx: &mut TenantTx,
    connector: ConnectorId,
    waiting: Vec<Waiting>,
) -> Result<(), StoreError> {
    // One statement may not touch a row twice: what was said last stands.
    let unique: HashMap<_, _> = waiting.into_iter().map(|w| ((w.relation, w.subject.clone()), w)).collect();
    if unique.is_empty() {
        return Ok(());
    }
    let each = || unique.values();
    statement(
        "INSERT INTO unresolved_references \
           (tenant_id, connector_id, relation, subject, target_entity, target_external_id, payload) \
         SELECT $1, $2, w.* FROM unnest($3, $4, $5, $6, $7) w (relation, subject, target_entity, target, payload) \
         ON CONFLICT (tenant_id, connector_id, relation, subject) DO UPDATE SET \
           target_entity = excluded.target_entity, target_external_id = excluded.target_external_id, \
           payload = excluded.payload",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(each().map(|w| w.relation).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|w| w.subject.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|w| w.target_entity).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(each().map(|w| w.target.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(each().map(|w| w.payload.as_ref()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Does what was waiting for these records.
pub(super) async fn arrived(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: &'static str,
    external_ids: Vec<&str>,
) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = Text)]
        relation: String,
        #[diesel(sql_type = Text)]
        subject: String,
        #[diesel(sql_type = Text)]
        target_external_id: String,
        #[diesel(sql_type = Nullable<Jsonb>)]
        payload: Option<Value>,
    }
    if external_ids.is_empty() {
        return Ok(());
    }
    let due: Vec<Due> = sql_query(
        "DELETE FROM unresolved_references WHERE tenant_id = $1 AND connector_id = $2 AND target_entity = $3 \
         AND target_external_id = ANY ($4) RETURNING relation, subject, target_external_id, payload",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Text, _>(entity)
    .bind::<Array<Text>, _>(external_ids)
    .load(tx.conn())
    .await?;
    if due.is_empty() {
        return Ok(());
    }
    let targets = resolve(tx, connector, entity, due.iter().map(|d| d.target_external_id.as_str())).await?;
    let mut links: HashMap<&str, Vec<(Uuid, Uuid)>> = HashMap::new();
    let (mut stages, mut contacts) = (Vec::<StageChange>::new(), Vec::<OpportunityContact>::new());
    for d in &due {
        let payload = d.payload.clone().unwrap_or_default();
        match (d.relation.as_str(), d.subject.parse(), targets.get(&d.target_external_id)) {
            ("stage", ..) => stages.extend(serde_json::from_value::<StageChange>(payload).ok()),
            ("contact_role", ..) => {
                contacts.extend(serde_json::from_value::<OpportunityContact>(payload).ok())
            }
            (relation, Ok(subject), Some(&target)) => {
                links.entry(relation).or_default().push((subject, target))
            }
            _ => {}
        }
    }
    for (relation, pairs) in links {
        match relation {
            "person_account" => link_account(tx, "people", &pairs).await?,
            "opportunity_account" => link_account(tx, "opportunities", &pairs).await?,
            "account_merge" => merge(tx, "accounts", &pairs).await?,
            "person_merge" => merge(tx, "people", &pairs).await?,
            _ => {}
        }
    }
    opportunities::write_stage_changes(tx, connector, &stages).await?;
    opportunities::write_contacts(tx, connector, &contacts).await
}

async fn link_account(
    tx: &mut TenantTx,
    table: &'static str,
    pairs: &[(Uuid, Uuid)],
) -> Result<(), StoreError> {
    let (subjects, accounts): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().copied().unzip();
    sql_query(format!(
        "UPDATE {table} e SET account_id = l.account, updated_at = now() \
         FROM unnest($2, $3) l (subject, account) WHERE e.tenant_id = $1 AND e.id = l.subject AND e.account_id IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(subjects)
    .bind::<Array<SqlUuid>, _>(accounts)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Points each loser at its survivor, and keeps every chain one hop long.
pub(super) async fn merge(
    tx: &mut TenantTx,
    table: &'static str,
    pairs: &[(Uuid, Uuid)],
) -> Result<(), StoreError> {
    let pairs: Vec<_> = pairs.iter().copied().filter(|(loser, survivor)| loser != survivor).collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let (losers, survivors): (Vec<Uuid>, Vec<Uuid>) = pairs.into_iter().unzip();
    let tenant = tx.tenant().0;
    sql_query(format!(
        "UPDATE {table} e SET merged_into = coalesce(s.merged_into, s.id), updated_at = now() \
         FROM unnest($2, $3) m (loser, survivor) JOIN {table} s ON s.tenant_id = $1 AND s.id = m.survivor \
         WHERE e.tenant_id = $1 AND e.id = m.loser AND coalesce(s.merged_into, s.id) <> e.id \
           AND e.merged_into IS DISTINCT FROM coalesce(s.merged_into, s.id)"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(&losers)
    .bind::<Array<SqlUuid>, _>(survivors)
    .execute(tx.conn())
    .await?;
    // Who had merged into a loser goes on to its survivor. A chain halves each time round; a circle never ends.
    for _ in 0..16 {
        let moved = sql_query(format!(
            "UPDATE {table} e SET merged_into = l.merged_into FROM {table} l \
             WHERE e.tenant_id = $1 AND l.tenant_id = $1 AND l.id = ANY ($2) AND e.merged_into = l.id \
               AND l.merged_into IS NOT NULL AND l.merged_into <> e.id"
        ))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Array<SqlUuid>, _>(&losers)
        .execute(tx.conn())
        .await?;
        if moved == 0 {
            break;
        }
    }
    // What still points at a loser is a circle: nobody of it survives, so nobody of it was merged.
    sql_query(format!(
        "UPDATE {table} e SET merged_into = NULL FROM {table} l WHERE e.tenant_id = $1 AND l.tenant_id = $1 \
         AND e.id = ANY ($2) AND l.id = e.merged_into AND l.merged_into IS NOT NULL"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(&losers)
    .execute(tx.conn())
    .await?;
    Ok(())
}
