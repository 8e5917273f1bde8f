//! One account, person or opportunity with what belongs to it. Everything is asked at once and answered in one round
//! trip; only for a merged entity, whose survivor is shown instead, it takes three.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Account, AccountFilter, ContactRole, Opportunity, OpportunityFilter, Person, PersonFilter, SourceRef,
    StageEntry, account, list_sources, opportunity, person, survivor,
};
use crate::pool::Connection;
use crate::schema::{accounts, engagements, opportunities, people};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// How many people and deals an account's page shows.
const SHOWN: i64 = 10;
/// How many deals a person's page shows.
const DEALS_OF_PERSON: i64 = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct AccountDetail {
    pub account: Account,
    pub attributes: Value,
    pub created_at: DateTime<Utc>,
    pub sources: Vec<SourceRef>,
    pub people: PeopleSummary,
    pub opportunities: OpportunitySummary,
}

/// An account's people: those linked by id, and those whose e-mail domain is the account's.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleSummary {
    /// How many of each tier, best tier first, those without one last.
    pub tiers: Vec<(Option<String>, i64)>,
    /// The most engaged, best first.
    pub top: Vec<Person>,
}

/// An account's deals.
#[derive(Clone, Debug, PartialEq)]
pub struct OpportunitySummary {
    pub open: i64,
    pub won: i64,
    pub lost: i64,
    /// Currency and sum in minor units of the deals under way.
    pub open_amounts: Vec<(String, i64)>,
    /// Those under way first, then the latest.
    pub items: Vec<Opportunity>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PersonDetail {
    pub person: Person,
    pub attributes: Value,
    pub created_at: DateTime<Utc>,
    pub sources: Vec<SourceRef>,
    /// Those under way first, then the latest.
    pub opportunities: Vec<Opportunity>,
    pub activity_count: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OpportunityDetail {
    pub opportunity: Opportunity,
    pub attributes: Value,
    pub created_at: DateTime<Utc>,
    /// The oldest first.
    pub stages: Vec<StageEntry>,
    /// The primary one first.
    pub contacts: Vec<ContactRole>,
    pub sources: Vec<SourceRef>,
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such account, or it is deleted.
pub async fn get_account_detail(tx: &mut TenantTx, id: Uuid) -> Result<AccountDetail, StoreError> {
    let tenant = tx.tenant().0;
    if let Some(found) = account_detail(tx.conn(), tenant, id).await? {
        return Ok(found);
    }
    let id = survivor(tx, "accounts", id).await?;
    account_detail(tx.conn(), tenant, id).await?.ok_or(StoreError::NotFound)
}

async fn account_detail(
    conn: &Connection,
    tenant: Uuid,
    id: Uuid,
) -> Result<Option<AccountDetail>, StoreError> {
    let query = account::matching(tenant, &AccountFilter::default()).filter(accounts::id.eq(id));
    let (account, sources, tiers, top, (counts, open_amounts), items) = futures::try_join!(
        account::load_one(query, conn),
        list_sources(conn, tenant, id),
        tiers_of_people(conn, tenant, id),
        top_people(conn, tenant, id),
        sums_of_deals(conn, tenant, id),
        deals_of_account(conn, tenant, id),
    )?;
    let [open, won, lost] = counts;
    Ok(account.map(|(account, attributes, created_at)| AccountDetail {
        account,
        attributes,
        created_at,
        sources,
        people: PeopleSummary { tiers, top },
        opportunities: OpportunitySummary { open, won, lost, open_amounts, items },
    }))
}

async fn tiers_of_people(
    mut conn: &Connection,
    tenant: Uuid,
    account: Uuid,
) -> Result<Vec<(Option<String>, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        tier: Option<String>,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows: Vec<Row> = statement(
        "SELECT s.tier, count(*) AS count FROM people p \
         LEFT JOIN engagements s ON s.tenant_id = p.tenant_id AND s.entity_type = 'person' AND s.entity_id = p.id \
         WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND p.merged_into IS NULL AND (p.account_id = $2 \
           OR p.work_domain = (SELECT a.domain FROM accounts a WHERE a.tenant_id = $1 AND a.id = $2)) \
         GROUP BY s.tier ORDER BY array_position(ARRAY['hot', 'warm', 'cool', 'cold'], s.tier)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(account)
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tier, row.count)).collect())
}

async fn top_people(conn: &Connection, tenant: Uuid, account: Uuid) -> Result<Vec<Person>, StoreError> {
    let filter = PersonFilter { account: Some(account), ..PersonFilter::default() };
    let order = (engagements::engagement.desc().nulls_last(), people::id.asc());
    person::load(person::matching(tenant, &filter).order(order), SHOWN, conn).await
}

type Sums = ([i64; 3], Vec<(String, i64)>);

/// How many deals are open, won and lost, and what the open ones are worth.
async fn sums_of_deals(mut conn: &Connection, tenant: Uuid, account: Uuid) -> Result<Sums, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        currency: Option<String>,
        #[diesel(sql_type = BigInt)]
        open: i64,
        #[diesel(sql_type = BigInt)]
        won: i64,
        #[diesel(sql_type = BigInt)]
        lost: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        amount: Option<i64>,
    }
    // A sum beyond what a bigint holds is beyond every economy; it ends at that bound instead of failing the page.
    let rows: Vec<Row> = statement(
        "SELECT o.currency, count(*) FILTER (WHERE NOT o.is_closed AND NOT o.is_won) AS open, \
           count(*) FILTER (WHERE o.is_won) AS won, count(*) FILTER (WHERE o.is_closed AND NOT o.is_won) AS lost, \
           least(sum(o.amount) FILTER (WHERE NOT o.is_closed AND NOT o.is_won), 9223372036854775807)::bigint AS amount \
         FROM opportunities o WHERE o.tenant_id = $1 AND o.account_id = $2 AND o.deleted_at IS NULL \
         GROUP BY o.currency ORDER BY o.currency",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(account)
    .load(&mut conn)
    .await?;
    let sum = |count: fn(&Row) -> i64| rows.iter().map(count).sum();
    let counts = [sum(|row| row.open), sum(|row| row.won), sum(|row| row.lost)];
    Ok((counts, rows.into_iter().filter_map(|row| row.currency.zip(row.amount)).collect()))
}

async fn deals_of_account(
    conn: &Connection,
    tenant: Uuid,
    account: Uuid,
) -> Result<Vec<Opportunity>, StoreError> {
    let filter = OpportunityFilter { account: Some(account), ..OpportunityFilter::default() };
    let order = (opportunities::is_closed.asc(), opportunities::updated_at.desc(), opportunities::id.desc());
    opportunity::load(opportunity::matching(tenant, &filter).order(order), SHOWN, conn).await
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such person, or they are deleted.
pub async fn get_person_detail(tx: &mut TenantTx, id: Uuid) -> Result<PersonDetail, StoreError> {
    let tenant = tx.tenant().0;
    if let Some(found) = person_detail(tx.conn(), tenant, id).await? {
        return Ok(found);
    }
    let id = survivor(tx, "people", id).await?;
    person_detail(tx.conn(), tenant, id).await?.ok_or(StoreError::NotFound)
}

async fn person_detail(
    conn: &Connection,
    tenant: Uuid,
    id: Uuid,
) -> Result<Option<PersonDetail>, StoreError> {
    let query = person::matching(tenant, &PersonFilter::default()).filter(people::id.eq(id));
    let (person, sources, opportunities, activity_count) = futures::try_join!(
        person::load_one(query, conn),
        list_sources(conn, tenant, id),
        deals_of_person(conn, tenant, id),
        count_activities(conn, tenant, id),
    )?;
    Ok(person.map(|(person, attributes, created_at)| PersonDetail {
        person,
        attributes,
        created_at,
        sources,
        opportunities,
        activity_count,
    }))
}

async fn deals_of_person(
    conn: &Connection,
    tenant: Uuid,
    person: Uuid,
) -> Result<Vec<Opportunity>, StoreError> {
    use crate::schema::opportunity_contacts as contacts;
    let (merged, parts) = (diesel::alias!(people as merged), contacts::table);
    let themselves = merged
        .filter(merged.field(people::tenant_id).eq(tenant))
        .filter(merged.field(people::merged_into).eq(person).or(merged.field(people::id).eq(person)))
        .select(merged.field(people::id));
    let theirs = parts
        .filter(contacts::tenant_id.eq(tenant))
        .filter(contacts::person_id.eq_any(themselves))
        .select(contacts::opportunity_id);
    let order = (opportunities::is_closed.asc(), opportunities::updated_at.desc(), opportunities::id.desc());
    let query = opportunity::matching(tenant, &OpportunityFilter::default())
        .filter(opportunities::id.eq_any(theirs))
        .order(order);
    opportunity::load(query, DEALS_OF_PERSON, conn).await
}

/// What counts of this person and of those merged into them.
async fn count_activities(mut conn: &Connection, tenant: Uuid, person: Uuid) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let row: Row = statement(
        "SELECT count(*) AS count FROM people p \
         JOIN activities a ON a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.retracted_at IS NULL \
         WHERE p.tenant_id = $1 AND (p.id = $2 OR p.merged_into = $2)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(person)
    .get_result(&mut conn)
    .await?;
    Ok(row.count)
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such opportunity, or it is deleted.
pub async fn get_opportunity_detail(tx: &mut TenantTx, id: Uuid) -> Result<OpportunityDetail, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let query = opportunity::matching(tenant, &OpportunityFilter::default()).filter(opportunities::id.eq(id));
    let (found, stages, contacts, sources) = futures::try_join!(
        opportunity::load_one(query, conn),
        opportunity::stages(conn, tenant, id),
        opportunity::contacts(conn, tenant, id),
        list_sources(conn, tenant, id),
    )?;
    let (opportunity, attributes, created_at) = found.ok_or(StoreError::NotFound)?;
    Ok(OpportunityDetail { opportunity, attributes, created_at, stages, contacts, sources })
}
