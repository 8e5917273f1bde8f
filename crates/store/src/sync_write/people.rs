//! People: contacts and leads, who may be the same person.

use std::collections::HashMap;

use canonical::{ConnectorId, Person};
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::EntityCounts;
use super::identity::{
    Fate, Planned, delete_the_gone, known, newest, people_by_email, plan, remember, resolve,
};
use super::references::{Waiting, arrived, merge, wait_for};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

pub(super) async fn write(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[Person],
    counts: &mut EntityCounts,
) -> Result<(), StoreError> {
    let records = newest(records);
    let before =
        known(tx, connector, "person", records.iter().map(|r| r.external_id.as_str()).collect()).await?;
    let strangers = records.iter().filter(|r| !before.contains_key(&r.external_id));
    let emails = strangers.filter_map(|r| r.email.as_ref().map(|email| email.as_str())).collect();
    let mut by_email = people_by_email(tx, emails).await?;
    // The first of a page with a new address is the one the next ones with it are.
    let mut planned =
        plan(&records, &before, &mut |r| by_email.get(r.email.as_ref()?.as_str()).copied(), counts);
    for p in &mut planned {
        let (Fate::Insert, Some(email)) = (p.fate, &p.record.email) else { continue };
        let eldest = *by_email.entry(email.as_str().to_owned()).or_insert(p.entity);
        if eldest != p.entity {
            (p.entity, p.fate) = (eldest, Fate::Update);
            counts.inserted -= 1;
            counts.updated += 1;
        }
    }
    if planned.is_empty() {
        return Ok(());
    }
    let named_accounts = planned.iter().filter_map(|p| p.record.account_external_id.as_deref());
    let accounts = resolve(tx, connector, "account", named_accounts).await?;
    upsert(tx, &planned, &accounts).await?;
    remember(tx, connector, "person", &planned).await?;
    delete_the_gone(tx, "people", &planned).await?;
    merge_or_wait(tx, connector, &planned, &accounts).await?;
    let new = planned.iter().filter(|p| !before.contains_key(&p.record.external_id));
    arrived(tx, connector, "person", new.map(|p| p.record.external_id.as_str()).collect()).await
}

async fn upsert(
    tx: &mut TenantTx,
    planned: &[Planned<'_, Person>],
    accounts: &HashMap<String, Uuid>,
) -> Result<(), StoreError> {
    // Of several records of one person the newest speaks.
    let mut newest: HashMap<Uuid, &Planned<'_, Person>> = HashMap::new();
    for p in planned.iter().filter(|p| p.fate != Fate::Delete) {
        let spoken = newest.entry(p.entity).or_insert(p);
        if p.record.modified_at > spoken.record.modified_at {
            *spoken = p;
        }
    }
    if newest.is_empty() {
        return Ok(());
    }
    let mut kept: Vec<_> = newest.into_values().collect();
    kept.sort_unstable_by_key(|p| p.entity);
    macro_rules! column {
        ($p:ident => $value:expr) => {
            kept.iter().map(|$p| $value).collect::<Vec<_>>()
        };
    }
    statement(
        "INSERT INTO people AS p (tenant_id, id, email, work_domain, first_name, last_name, title, seniority, phone, \
           account_id, lead_status, is_lead, opted_out, attributes, source_modified_at) \
         SELECT $1, r.id, r.email, r.work_domain, r.first_name, r.last_name, r.title, r.seniority, r.phone, \
           r.account_id, r.lead_status, r.is_lead, r.opted_out, r.attributes::jsonb, r.modified_at \
         FROM (SELECT unnest($2) AS id, unnest($3) AS email, unnest($4) AS work_domain, unnest($5) AS first_name, \
             unnest($6) AS last_name, unnest($7) AS title, unnest($8) AS seniority, unnest($9) AS phone, \
             unnest($10) AS account_id, unnest($11) AS lead_status, unnest($12) AS is_lead, \
             unnest($13) AS opted_out, unnest($14) AS attributes, unnest($15) AS modified_at) r \
         ON CONFLICT (tenant_id, id) DO UPDATE SET email = excluded.email, work_domain = excluded.work_domain, \
           first_name = excluded.first_name, last_name = excluded.last_name, title = excluded.title, \
           seniority = excluded.seniority, phone = excluded.phone, account_id = excluded.account_id, \
           lead_status = excluded.lead_status, is_lead = excluded.is_lead, opted_out = excluded.opted_out, \
           attributes = excluded.attributes, source_modified_at = excluded.source_modified_at, \
           updated_at = now(), deleted_at = NULL \
         WHERE p.source_modified_at IS NULL OR p.source_modified_at <= excluded.source_modified_at",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(column!(p => p.entity))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.email.as_ref().map(|e| e.as_str())))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.email.as_ref().and_then(|e| e.account_domain())))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.first_name.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.last_name.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.title.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.seniority.map(|s| s.to_string())))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.phone.as_deref()))
    .bind::<Array<Nullable<SqlUuid>>, _>(
        column!(p => p.record.account_external_id.as_ref().and_then(|id| accounts.get(id)).copied()),
    )
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.lead_status.as_deref()))
    .bind::<Array<Bool>, _>(column!(p => p.record.is_lead))
    .bind::<Array<Bool>, _>(column!(p => p.record.opted_out))
    .bind::<Array<Text>, _>(column!(p => super::json_text(&p.record.attributes)))
    .bind::<Array<Timestamptz>, _>(column!(p => p.record.modified_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A merged record and a converted lead both say who goes on in their place.
async fn merge_or_wait(
    tx: &mut TenantTx,
    connector: ConnectorId,
    planned: &[Planned<'_, Person>],
    accounts: &HashMap<String, Uuid>,
) -> Result<(), StoreError> {
    let named = || {
        planned.iter().filter_map(|p| {
            Some((p.entity, p.record.merged_into.as_deref().or(p.record.converted_to.as_deref())?))
        })
    };
    let survivors = resolve(tx, connector, "person", named().map(|(_, target)| target)).await?;
    let found: Vec<_> =
        named().filter_map(|(loser, target)| Some((loser, *survivors.get(target)?))).collect();
    merge(tx, "people", &found).await?;
    let merges =
        named().filter(|(_, target)| !survivors.contains_key(*target)).map(|(loser, target)| Waiting {
            relation: "person_merge",
            subject: loser.to_string(),
            target_entity: "person",
            target: target.to_owned(),
            payload: None,
        });
    let employers = planned.iter().filter(|p| p.fate != Fate::Delete).filter_map(|p| {
        let target = p.record.account_external_id.as_ref()?;
        (!accounts.contains_key(target)).then(|| Waiting {
            relation: "person_account",
            subject: p.entity.to_string(),
            target_entity: "account",
            target: target.clone(),
            payload: None,
        })
    });
    wait_for(tx, connector, merges.chain(employers).collect()).await
}
