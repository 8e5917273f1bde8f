//! Accounts, and the versions of what fit reads of them.

use canonical::{Account, ConnectorId};
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::EntityCounts;
use super::identity::{Fate, Planned, delete_the_gone, known, newest, plan, remember, resolve};
use super::references::{Waiting, arrived, merge, wait_for};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

pub(super) async fn write(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[Account],
    counts: &mut EntityCounts,
) -> Result<(), StoreError> {
    let records = newest(records);
    let before =
        known(tx, connector, "account", records.iter().map(|r| r.external_id.as_str()).collect()).await?;
    let planned = plan(&records, &before, &mut |_| None, counts);
    if planned.is_empty() {
        return Ok(());
    }
    upsert(tx, &planned).await?;
    remember(tx, connector, "account", &planned).await?;
    delete_the_gone(tx, "accounts", &planned).await?;
    merge_or_wait(tx, connector, &planned).await?;
    keep_versions(tx, planned.iter().map(|p| p.entity).collect()).await?;
    let new = planned.iter().filter(|p| p.fate == Fate::Insert).map(|p| p.record.external_id.as_str());
    arrived(tx, connector, "account", new.collect()).await
}

async fn upsert(tx: &mut TenantTx, planned: &[Planned<'_, Account>]) -> Result<(), StoreError> {
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
        "INSERT INTO accounts (tenant_id, id, name, domain, industry, employee_count, annual_revenue, currency, \
           country, owner_email, attributes, source_modified_at) \
         SELECT $1, a.id, a.name, a.domain, a.industry, a.employees, a.revenue, a.currency, a.country, a.owner, \
           a.attributes::jsonb, a.modified_at \
         FROM (SELECT unnest($2) AS id, unnest($3) AS name, unnest($4) AS domain, unnest($5) AS industry, \
             unnest($6) AS employees, unnest($7) AS revenue, unnest($8) AS currency, unnest($9) AS country, \
             unnest($10) AS owner, unnest($11) AS attributes, unnest($12) AS modified_at) a \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, domain = excluded.domain, \
           industry = excluded.industry, employee_count = excluded.employee_count, \
           annual_revenue = excluded.annual_revenue, currency = excluded.currency, country = excluded.country, \
           owner_email = excluded.owner_email, attributes = excluded.attributes, \
           source_modified_at = excluded.source_modified_at, updated_at = now(), deleted_at = NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(column!(p => p.entity))
    .bind::<Array<Text>, _>(column!(p => name_of(p.record)))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.domain.as_ref().map(|d| d.as_str())))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.industry.as_deref()))
    .bind::<Array<Nullable<BigInt>>, _>(column!(p => p.record.employee_count))
    .bind::<Array<Nullable<BigInt>>, _>(column!(p => p.record.annual_revenue.map(|m| m.minor)))
    .bind::<Array<Nullable<Text>>, _>(
        column!(p => p.record.annual_revenue.map(|m| m.currency).or(p.record.currency).map(|c| c.to_string())),
    )
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.country.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column!(p => p.record.owner_email.as_ref().map(|e| e.as_str())))
    .bind::<Array<Text>, _>(column!(p => super::json_text(&p.record.attributes)))
    .bind::<Array<Timestamptz>, _>(column!(p => p.record.modified_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An account must be called something.
fn name_of(record: &Account) -> &str {
    let domain = || record.domain.as_ref().map(|domain| domain.as_str());
    record.name.as_deref().or_else(domain).unwrap_or(&record.external_id)
}

async fn merge_or_wait(
    tx: &mut TenantTx,
    connector: ConnectorId,
    planned: &[Planned<'_, Account>],
) -> Result<(), StoreError> {
    let named = || planned.iter().filter_map(|p| Some((p.entity, p.record.merged_into.as_deref()?)));
    let targets = resolve(tx, connector, "account", named().map(|(_, target)| target)).await?;
    let found: Vec<_> = named().filter_map(|(loser, target)| Some((loser, *targets.get(target)?))).collect();
    let waiting =
        named().filter(|(_, target)| !targets.contains_key(*target)).map(|(loser, target)| Waiting {
            relation: "account_merge",
            subject: loser.to_string(),
            target_entity: "account",
            target: target.to_owned(),
            payload: None,
        });
    let waiting = waiting.collect();
    merge(tx, "accounts", &found).await?;
    wait_for(tx, connector, waiting).await
}

/// A version for each account whose firmographics are not those of its latest version.
async fn keep_versions(tx: &mut TenantTx, accounts: Vec<Uuid>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO account_versions \
           (tenant_id, account_id, industry, employee_count, annual_revenue, currency, attributes, deleted) \
         SELECT a.tenant_id, a.id, a.industry, a.employee_count, a.annual_revenue, a.currency, a.attributes, \
           a.deleted_at IS NOT NULL \
         FROM accounts a LEFT JOIN LATERAL ( \
           SELECT * FROM account_versions v WHERE v.tenant_id = a.tenant_id AND v.account_id = a.id \
           ORDER BY v.recorded_at DESC LIMIT 1) v ON true \
         WHERE a.tenant_id = $1 AND a.id = ANY ($2) AND (v.account_id IS NULL OR \
           (v.industry, v.employee_count, v.annual_revenue, v.currency, v.attributes, v.deleted) IS DISTINCT FROM \
           (a.industry, a.employee_count, a.annual_revenue, a.currency, a.attributes, a.deleted_at IS NOT NULL))",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts)
    .execute(tx.conn())
    .await?;
    Ok(())
}
