//! Opportunities with their stages and contact roles, told within the opportunity or as records of their own.

use std::collections::{BTreeMap, HashMap};

use canonical::{ConnectorId, Opportunity, OpportunityContact, StageChange};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde_json::to_value;
use uuid::Uuid;

use super::EntityCounts;
use super::identity::{Fate, Planned, delete_the_gone, known, newest, plan, remember, resolve};
use super::references::{Waiting, arrived, wait_for};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

pub(super) async fn write(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[Opportunity],
    counts: &mut EntityCounts,
) -> Result<(), StoreError> {
    let records = newest(records);
    let before =
        known(tx, connector, "opportunity", records.iter().map(|r| r.external_id.as_str()).collect()).await?;
    let planned = plan(&records, &before, &mut |_| None, counts);
    if planned.is_empty() {
        return Ok(());
    }
    let named_accounts = planned.iter().filter_map(|p| p.record.account_external_id.as_deref());
    let accounts = resolve(tx, connector, "account", named_accounts).await?;
    upsert(tx, &planned, &accounts).await?;
    remember(tx, connector, "opportunity", &planned).await?;
    delete_the_gone(tx, "opportunities", &planned).await?;
    let waiting = planned.iter().filter(|p| p.fate != Fate::Delete).filter_map(|p| {
        let target = p.record.account_external_id.as_ref()?;
        (!accounts.contains_key(target)).then(|| Waiting {
            relation: "opportunity_account",
            subject: p.entity.to_string(),
            target_entity: "account",
            target: target.clone(),
            payload: None,
        })
    });
    wait_for(tx, connector, waiting.collect()).await?;
    replace_told(tx, connector, &planned).await?;
    let new = planned.iter().filter(|p| p.fate == Fate::Insert).map(|p| p.record.external_id.as_str());
    arrived(tx, connector, "opportunity", new.collect()).await?;
    date_stages(tx, planned.iter().map(|p| p.entity).collect()).await
}

async fn upsert(
    tx: &mut TenantTx,
    planned: &[Planned<'_, Opportunity>],
    accounts: &HashMap<String, Uuid>,
) -> Result<(), StoreError> {
    let kept: Vec<_> = planned.iter().filter(|p| p.fate != Fate::Delete).collect();
    if kept.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($p:ident => $value:expr) => {
            kept.iter().map(|$p| $value).collect::<Vec<_>>()
        };
    }
    statement(
        "INSERT INTO opportunities (tenant_id, id, name, account_id, stage, amount, currency, close_date, is_closed, \
           is_won, attributes, source_created_at, source_modified_at) \
         SELECT $1, o.id, o.name, o.account_id, o.stage, o.amount, o.currency, o.close_date, o.is_closed, o.is_won, \
           o.attributes::jsonb, o.created_at, o.modified_at \
         FROM (SELECT unnest($2) AS id, unnest($3) AS name, unnest($4) AS account_id, unnest($5) AS stage, \
             unnest($6) AS amount, unnest($7) AS currency, unnest($8) AS close_date, unnest($9) AS is_closed, \
             unnest($10) AS is_won, unnest($11) AS attributes, unnest($12) AS created_at, \
             unnest($13) AS modified_at) o \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, account_id = excluded.account_id, \
           stage = excluded.stage, amount = excluded.amount, currency = excluded.currency, \
           close_date = excluded.close_date, is_closed = excluded.is_closed, is_won = excluded.is_won, \
           attributes = excluded.attributes, source_created_at = excluded.source_created_at, \
           source_modified_at = excluded.source_modified_at, updated_at = now(), deleted_at = NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(column!(p => p.entity))
    .bind::<Array<Text>, _>(column!(p => p.record.name.as_deref().unwrap_or(&p.record.external_id)))
    .bind::<Array<Nullable<SqlUuid>>, _>(
        column!(p => p.record.account_external_id.as_ref().and_then(|id| accounts.get(id)).copied()),
    )
    .bind::<Array<Text>, _>(column!(p => p.record.stage.as_deref().unwrap_or("unknown")))
    .bind::<Array<Nullable<BigInt>>, _>(column!(p => p.record.amount.map(|m| m.minor)))
    .bind::<Array<Nullable<Text>>, _>(
        column!(p => p.record.amount.map(|m| m.currency).or(p.record.currency).map(|c| c.to_string())),
    )
    .bind::<Array<Nullable<Date>>, _>(column!(p => p.record.close_date))
    .bind::<Array<Bool>, _>(column!(p => p.record.is_closed))
    .bind::<Array<Bool>, _>(column!(p => p.record.is_won))
    .bind::<Array<Text>, _>(column!(p => super::json_text(&p.record.attributes)))
    .bind::<Array<Nullable<Timestamptz>>, _>(column!(p => p.record.created_at))
    .bind::<Array<Timestamptz>, _>(column!(p => p.record.modified_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where an opportunity tells its history or its roles, what it tells is all there is.
async fn replace_told(
    tx: &mut TenantTx,
    connector: ConnectorId,
    planned: &[Planned<'_, Opportunity>],
) -> Result<(), StoreError> {
    let kept = || planned.iter().filter(|p| p.fate != Fate::Delete);
    for (table, tellers) in [
        (
            "opportunity_stages",
            kept().filter(|p| !p.record.stage_history.is_empty()).map(|p| p.entity).collect(),
        ),
        (
            "opportunity_contacts",
            kept().filter(|p| !p.record.contact_roles.is_empty()).map(|p| p.entity).collect(),
        ),
    ] {
        let tellers: Vec<Uuid> = tellers;
        if tellers.is_empty() {
            continue;
        }
        sql_query(format!("DELETE FROM {table} WHERE tenant_id = $1 AND opportunity_id = ANY ($2)"))
            .bind::<SqlUuid, _>(tx.tenant().0)
            .bind::<Array<SqlUuid>, _>(tellers)
            .execute(tx.conn())
            .await?;
    }
    let stages = kept().flat_map(|p| {
        p.record.stage_history.iter().map(|entry| StageRow {
            opportunity: p.entity,
            stage: &entry.stage,
            entered_at: entry.entered_at,
            external_id: None,
        })
    });
    insert_stages(tx, connector, stages.collect()).await?;
    let contacts: Vec<OpportunityContact> = kept()
        .flat_map(|p| {
            p.record.contact_roles.iter().map(|role| OpportunityContact {
                external_id: format!("{}/{}", p.record.external_id, role.person_external_id),
                opportunity_external_id: p.record.external_id.clone(),
                person_external_id: role.person_external_id.clone(),
                role: role.role.clone(),
                is_primary: role.is_primary,
                modified_at: p.record.modified_at,
                deleted: false,
            })
        })
        .collect();
    write_contacts(tx, connector, &contacts).await
}

struct StageRow<'a> {
    opportunity: Uuid,
    stage: &'a str,
    entered_at: DateTime<Utc>,
    external_id: Option<&'a str>,
}

async fn insert_stages(
    tx: &mut TenantTx,
    connector: ConnectorId,
    rows: Vec<StageRow<'_>>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO opportunity_stages (tenant_id, opportunity_id, entered_at, stage, connector_id, external_id) \
         SELECT DISTINCT ON (s.opportunity_id, s.entered_at, s.stage) \
           $1, s.opportunity_id, s.entered_at, s.stage, $2, s.external_id \
         FROM (SELECT unnest($3) AS opportunity_id, unnest($4) AS entered_at, unnest($5) AS stage, \
             unnest($6) AS external_id) s \
         ON CONFLICT (tenant_id, opportunity_id, entered_at, stage) DO UPDATE SET \
           external_id = coalesce(excluded.external_id, opportunity_stages.external_id)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<SqlUuid>, _>(rows.iter().map(|r| r.opportunity).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(rows.iter().map(|r| r.entered_at).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.stage).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.external_id).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes back what these records said before.
async fn forget(
    tx: &mut TenantTx,
    connector: ConnectorId,
    table: &'static str,
    external_ids: Vec<&str>,
) -> Result<(), StoreError> {
    if external_ids.is_empty() {
        return Ok(());
    }
    sql_query(format!(
        "DELETE FROM {table} WHERE tenant_id = $1 AND connector_id = $2 AND external_id = ANY ($3)"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(external_ids)
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct StageThere {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = SqlUuid)]
    opportunity_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    entered_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    stage: String,
}

const STAGES_THERE: &str = "SELECT s.* FROM unnest($3) n (name) CROSS JOIN LATERAL ( \
    SELECT s.external_id, s.opportunity_id, s.entered_at, s.stage FROM opportunity_stages s \
    WHERE s.tenant_id = $1 AND s.connector_id = $2 AND s.external_id = n.name OFFSET 0) s";

pub(super) async fn write_stage_changes(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[StageChange],
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let latest: BTreeMap<_, _> = records.iter().map(|r| (r.external_id.as_str(), r)).collect();
    let there: Vec<StageThere> = sql_query(STAGES_THERE)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(connector.0)
        .bind::<Array<Text>, _>(latest.keys().copied().collect::<Vec<_>>())
        .load(tx.conn())
        .await?;
    let living = || latest.values().filter(|r| !r.deleted);
    let owners =
        resolve(tx, connector, "opportunity", living().map(|r| r.opportunity_external_id.as_str())).await?;
    // One entry may be told by two records; the first of them names it.
    let mut rows: BTreeMap<(Uuid, i64, &str), StageRow<'_>> = BTreeMap::new();
    for record in living() {
        let Some(&opportunity) = owners.get(&record.opportunity_external_id) else { continue };
        rows.entry((opportunity, record.entered_at.timestamp_micros(), record.stage.as_str())).or_insert(
            StageRow {
                opportunity,
                stage: &record.stage,
                entered_at: record.entered_at,
                external_id: Some(&record.external_id),
            },
        );
    }
    // What says the same as before stays as it is.
    let mut outdated = Vec::new();
    let mut changed = Vec::new();
    for old in &there {
        let key = (old.opportunity_id, old.entered_at.timestamp_micros(), old.stage.as_str());
        if rows.get(&key).is_some_and(|row| row.external_id == Some(old.external_id.as_str())) {
            rows.remove(&key);
        } else {
            outdated.push(old.external_id.as_str());
            changed.push(old.opportunity_id);
        }
    }
    changed.extend(rows.values().map(|row| row.opportunity));
    forget(tx, connector, "opportunity_stages", outdated).await?;
    insert_stages(tx, connector, rows.into_values().collect()).await?;
    let waiting = living().filter(|r| !owners.contains_key(&r.opportunity_external_id)).map(|r| Waiting {
        relation: "stage",
        subject: r.external_id.clone(),
        target_entity: "opportunity",
        target: r.opportunity_external_id.clone(),
        payload: to_value(r).ok(),
    });
    wait_for(tx, connector, waiting.collect()).await?;
    date_stages(tx, changed).await
}

#[derive(QueryableByName)]
struct ContactThere {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = SqlUuid)]
    opportunity_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = Bool)]
    is_primary: bool,
}

const CONTACTS_THERE: &str = "SELECT c.* FROM unnest($3) n (name) CROSS JOIN LATERAL ( \
    SELECT c.external_id, c.opportunity_id, c.person_id, c.role, c.is_primary FROM opportunity_contacts c \
    WHERE c.tenant_id = $1 AND c.connector_id = $2 AND c.external_id = n.name OFFSET 0) c";

pub(super) async fn write_contacts(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[OpportunityContact],
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let latest: BTreeMap<_, _> = records.iter().map(|r| (r.external_id.as_str(), r)).collect();
    let there: Vec<ContactThere> = sql_query(CONTACTS_THERE)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(connector.0)
        .bind::<Array<Text>, _>(latest.keys().copied().collect::<Vec<_>>())
        .load(tx.conn())
        .await?;
    let living = || latest.values().filter(|r| !r.deleted);
    let owners =
        resolve(tx, connector, "opportunity", living().map(|r| r.opportunity_external_id.as_str())).await?;
    let people = resolve(tx, connector, "person", living().map(|r| r.person_external_id.as_str())).await?;
    let mut rows: BTreeMap<(Uuid, Uuid), &OpportunityContact> = BTreeMap::new();
    let mut waiting = Vec::new();
    for record in living() {
        let (target_entity, target) =
            match (owners.get(&record.opportunity_external_id), people.get(&record.person_external_id)) {
                (Some(opportunity), Some(person)) => {
                    // A person with two roles keeps the primary one.
                    let row = rows.entry((*opportunity, *person)).or_insert(record);
                    if record.is_primary {
                        *row = record;
                    }
                    continue;
                }
                (None, _) => ("opportunity", &record.opportunity_external_id),
                (_, None) => ("person", &record.person_external_id),
            };
        waiting.push(Waiting {
            relation: "contact_role",
            subject: record.external_id.clone(),
            target_entity,
            target: target.clone(),
            payload: to_value(record).ok(),
        });
    }
    // What says the same as before stays as it is.
    let mut outdated = Vec::new();
    for old in &there {
        let same = |row: &&OpportunityContact| {
            (row.external_id.as_str(), row.role.as_ref(), row.is_primary)
                == (old.external_id.as_str(), old.role.as_ref(), old.is_primary)
        };
        let pair = (old.opportunity_id, old.person_id);
        if rows.get(&pair).is_some_and(same) {
            rows.remove(&pair);
        } else {
            outdated.push(old.external_id.as_str());
        }
    }
    forget(tx, connector, "opportunity_contacts", outdated).await?;
    wait_for(tx, connector, waiting).await?;
    if rows.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO opportunity_contacts \
           (tenant_id, opportunity_id, person_id, role, is_primary, connector_id, external_id) \
         SELECT $1, c.opportunity_id, c.person_id, c.role, c.is_primary, $2, c.external_id \
         FROM (SELECT unnest($3) AS opportunity_id, unnest($4) AS person_id, unnest($5) AS role, \
             unnest($6) AS is_primary, unnest($7) AS external_id) c \
         ON CONFLICT (tenant_id, opportunity_id, person_id) DO UPDATE SET role = excluded.role, \
           is_primary = excluded.is_primary, connector_id = excluded.connector_id, external_id = excluded.external_id",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<SqlUuid>, _>(rows.keys().map(|(opportunity, _)| *opportunity).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(rows.keys().map(|(_, person)| *person).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.values().map(|r| r.role.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(rows.values().map(|r| r.is_primary).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.values().map(|r| r.external_id.as_str()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Since when an opportunity is in its present stage: its last entry into it.
async fn date_stages(tx: &mut TenantTx, opportunities: Vec<Uuid>) -> Result<(), StoreError> {
    if opportunities.is_empty() {
        return Ok(());
    }
    // The key of the conflict leads to the rows. An UPDATE that is joined to them walks the tenant's opportunities once
    // for each of them, as long as the statistics do not know how many there are.
    sql_query(
        "INSERT INTO opportunities (tenant_id, id, name, stage, stage_entered_at) \
         SELECT $1, s.id, s.name, s.stage, s.entered_at \
         FROM (SELECT DISTINCT id FROM unnest($2) u (id)) u CROSS JOIN LATERAL ( \
           SELECT o.id, o.name, o.stage, o.stage_entered_at, (SELECT max(s.entered_at) FROM opportunity_stages s \
             WHERE s.tenant_id = $1 AND s.opportunity_id = o.id AND s.stage = o.stage) AS entered_at \
           FROM opportunities o WHERE o.tenant_id = $1 AND o.id = u.id OFFSET 0) s \
         WHERE s.stage_entered_at IS DISTINCT FROM s.entered_at \
         ON CONFLICT (tenant_id, id) DO UPDATE SET stage_entered_at = excluded.stage_entered_at",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(opportunities)
    .execute(tx.conn())
    .await?;
    Ok(())
}
