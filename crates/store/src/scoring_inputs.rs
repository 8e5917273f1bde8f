//! What a scoring run reads: entities in stretches, and the activity log of a stretch's people, each fact once.

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use serde_json::Value;
use uuid::Uuid;

use crate::schema::people;
use crate::{StoreError, TenantTx};

/// An account, as fit reads it now.
#[derive(Clone, Debug, QueryableByName)]
pub struct AccountInput {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub domain: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub industry: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub employee_count: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub annual_revenue: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Jsonb)]
    pub attributes: Value,
}

/// An account as it was recorded at an instant.
#[derive(Clone, Debug, QueryableByName)]
pub struct AccountVersionInput {
    #[diesel(sql_type = SqlUuid)]
    pub account_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub industry: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub employee_count: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub annual_revenue: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Jsonb)]
    pub attributes: Value,
}

/// A person and the account they belong to: the one they are linked to, else the one whose domain is their e-mail's.
#[derive(Clone, Debug, QueryableByName)]
pub struct PersonInput {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub home: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub work_domain: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
}

/// An opportunity with its contacts and stages.
#[derive(Clone, Debug, QueryableByName)]
pub struct OpportunityInput {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub account_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub stage_entered_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub changed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub is_closed: bool,
    /// Survivors of merges, each once.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub contacts: Vec<Uuid>,
    #[diesel(sql_type = Array<Timestamptz>)]
    pub stages: Vec<DateTime<Utc>>,
}

/// What one person did, in order of time. Packed as it came: a log is read by the million,
/// and a text and a date for each fact of it would cost more than the reading.
#[derive(Clone, Debug, QueryableByName)]
pub struct PersonLog {
    /// Whom it counts for.
    #[diesel(sql_type = SqlUuid)]
    pub person_id: Uuid,
    #[diesel(sql_type = Array<Timestamptz>)]
    occurred_at: PackedArray,
    #[diesel(sql_type = Array<Text>)]
    types: PackedArray,
}

impl PersonLog {
    /// Each activity's instant, in microseconds of Unix time, and its type.
    pub fn activities(&self) -> impl Iterator<Item = (i64, &str)> {
        let instants = self.occurred_at.elements().map(|bytes| {
            let since_2000 = bytes.try_into().map_or(0, i64::from_be_bytes);
            since_2000.saturating_add(MICROS_BEFORE_2000)
        });
        let types = self.types.elements().map(|bytes| std::str::from_utf8(bytes).unwrap_or_default());
        std::iter::zip(instants, types)
    }

    pub fn len(&self) -> usize {
        self.types.count
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// PostgreSQL counts from 2000-01-01.
const MICROS_BEFORE_2000: i64 = 946_684_800_000_000;

/// An array without nulls in the form in which the server sent it.
#[derive(Clone, Debug)]
struct PackedArray {
    count: usize,
    /// For each element its length and its bytes.
    elements: Box<[u8]>,
}

impl PackedArray {
    fn elements(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.elements[..];
        std::iter::from_fn(move || {
            let (length, tail) = rest.split_first_chunk::<4>()?;
            let (element, tail) =
                tail.split_at_checked(usize::try_from(i32::from_be_bytes(*length)).ok()?)?;
            rest = tail;
            Some(element)
        })
    }

    /// Dimensions, a flag for nulls, the element's type; for the one dimension its length and lower bound; the elements.
    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        match (word(0)?, word(4)?) {
            (0, _) => Some(Self { count: 0, elements: Box::default() }),
            (1, 0) => {
                let count = usize::try_from(word(12)?).ok()?;
                let elements = Box::from(bytes.get(20..)?);
                let this = Self { count, elements };
                (this.elements().count() == count).then_some(this)
            }
            _ => None,
        }
    }
}

impl<T> FromSql<Array<T>, Pg> for PackedArray {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Self::read(value.as_bytes()).ok_or_else(|| "not an array of one dimension without nulls".into())
    }
}

const LIVE_ACCOUNT: &str = "a.deleted_at IS NULL AND a.merged_into IS NULL";
const LIVE_PERSON: &str = "p.deleted_at IS NULL AND p.merged_into IS NULL";

/// A person's account: through the link, followed over a merge, else by domain; the lowest id where a domain is shared.
pub(crate) const HOME: &str = "coalesce( \
    (SELECT coalesce(l.merged_into, CASE WHEN l.deleted_at IS NULL THEN l.id END) FROM accounts l \
      WHERE l.tenant_id = $1 AND l.id = p.account_id), \
    (SELECT a.id FROM accounts a WHERE a.tenant_id = $1 AND a.domain = p.work_domain AND a.deleted_at IS NULL \
        AND a.merged_into IS NULL ORDER BY a.id LIMIT 1))";

const OPPORTUNITY: &str = "SELECT o.id, coalesce((SELECT m.merged_into FROM accounts m \
    WHERE m.tenant_id = $1 AND m.id = o.account_id), o.account_id) AS account_id, coalesce(o.source_created_at, o.created_at) AS created_at, \
    o.stage_entered_at, coalesce(o.source_modified_at, o.updated_at) AS changed_at, o.is_closed, \
    ARRAY(SELECT DISTINCT coalesce(p.merged_into, p.id) FROM opportunity_contacts c \
          JOIN people p ON (p.tenant_id, p.id) = (c.tenant_id, c.person_id) \
          WHERE c.tenant_id = $1 AND c.opportunity_id = o.id AND (p.deleted_at IS NULL OR p.merged_into IS NOT NULL) \
          ORDER BY 1) AS contacts, \
    ARRAY(SELECT s.entered_at FROM opportunity_stages s WHERE s.tenant_id = $1 AND s.opportunity_id = o.id \
          ORDER BY s.entered_at) AS stages \
    FROM opportunities o WHERE o.tenant_id = $1 AND o.deleted_at IS NULL AND ";

/// The next accounts after an id, in order of id.
///
/// # Errors
/// When the database is away.
pub async fn next_accounts(
    tx: &mut TenantTx,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AccountInput>, StoreError> {
    let sql = format!(
        "SELECT a.id, a.domain, a.industry, a.employee_count, a.annual_revenue, a.currency, a.attributes \
         FROM accounts a WHERE a.tenant_id = $1 AND a.id > $2 AND {LIVE_ACCOUNT} ORDER BY a.id LIMIT $3"
    );
    let query = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(after.unwrap_or_default())
        .bind::<BigInt, _>(limit);
    Ok(query.load(tx.conn()).await?)
}

/// Every recorded version of the accounts, oldest first within each.
///
/// # Errors
/// When the database is away.
pub async fn account_versions(
    tx: &mut TenantTx,
    accounts: &[Uuid],
) -> Result<Vec<AccountVersionInput>, StoreError> {
    let query = diesel::sql_query(
        "SELECT v.account_id, v.recorded_at, v.industry, v.employee_count, v.annual_revenue, v.currency, v.attributes \
         FROM account_versions v WHERE v.tenant_id = $1 AND v.account_id = ANY($2) AND NOT v.deleted \
         ORDER BY v.account_id, v.recorded_at",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts);
    Ok(query.load(tx.conn()).await?)
}

/// The people of live accounts: linked by id, to one merged into them too, or by the domain of their e-mail.
///
/// # Errors
/// When the database is away.
pub async fn people_of_accounts(
    tx: &mut TenantTx,
    accounts: &[Uuid],
    domains: &[&str],
) -> Result<Vec<PersonInput>, StoreError> {
    // The first two know the home by what they were found by, and they are nearly all: only the rest look it up.
    let sql = format!(
        "SELECT p.id, p.account_id AS home, p.work_domain, p.title FROM people p \
         WHERE p.tenant_id = $1 AND p.account_id = ANY($2) AND {LIVE_PERSON} \
         UNION ALL \
         SELECT p.id, m.merged_into, p.work_domain, p.title FROM accounts m \
         JOIN people p ON (p.tenant_id, p.account_id) = (m.tenant_id, m.id) \
         WHERE m.tenant_id = $1 AND m.merged_into = ANY($2) AND {LIVE_PERSON} \
         UNION ALL \
         SELECT p.id, {HOME}, p.work_domain, p.title FROM people p \
         WHERE p.tenant_id = $1 AND p.work_domain = ANY($3) AND {LIVE_PERSON} AND (p.account_id = ANY($2)) IS NOT TRUE \
             AND NOT EXISTS (SELECT FROM accounts m \
                 WHERE m.tenant_id = $1 AND m.id = p.account_id AND m.merged_into = ANY($2)) \
         ORDER BY id"
    );
    let query = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(accounts)
        .bind::<Array<Text>, _>(domains);
    Ok(query.load(tx.conn()).await?)
}

/// The next people after an id that belong to no account (whose `HOME` is null), in order of id.
///
/// # Errors
/// When the database is away.
pub async fn next_people_without_account(
    tx: &mut TenantTx,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<PersonInput>, StoreError> {
    let sql = format!(
        "SELECT p.id, NULL::uuid AS home, p.work_domain, p.title FROM people p WHERE p.tenant_id = $1 AND p.id > $2 \
         AND p.deleted_at IS NULL AND p.merged_into IS NULL AND NOT EXISTS ( \
             SELECT FROM accounts l WHERE l.tenant_id = $1 AND l.id = p.account_id \
             AND (l.merged_into IS NOT NULL OR l.deleted_at IS NULL)) \
         AND NOT EXISTS (SELECT FROM accounts a WHERE a.tenant_id = $1 AND a.domain = p.work_domain AND {LIVE_ACCOUNT}) \
         ORDER BY p.id LIMIT $3"
    );
    let query = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(after.unwrap_or_default())
        .bind::<BigInt, _>(limit);
    Ok(query.load(tx.conn()).await?)
}

/// The opportunities of the accounts.
///
/// # Errors
/// When the database is away.
pub async fn opportunities_of_accounts(
    tx: &mut TenantTx,
    accounts: &[Uuid],
) -> Result<Vec<OpportunityInput>, StoreError> {
    let query = diesel::sql_query(format!(
        "{OPPORTUNITY} (o.account_id = ANY($2) OR o.account_id IN ( \
             SELECT m.id FROM accounts m WHERE m.tenant_id = $1 AND m.merged_into = ANY($2))) ORDER BY o.id"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts);
    Ok(query.load(tx.conn()).await?)
}

/// The next opportunities after an id whose account is unknown, or gone, in order of id.
///
/// # Errors
/// When the database is away.
pub async fn next_opportunities_without_account(
    tx: &mut TenantTx,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OpportunityInput>, StoreError> {
    let sql = format!(
        "{OPPORTUNITY} o.id > $2 AND NOT EXISTS (SELECT FROM accounts m JOIN accounts a ON a.tenant_id = m.tenant_id \
             AND a.id = CASE WHEN m.merged_into IS NULL THEN m.id ELSE m.merged_into END \
             WHERE m.tenant_id = $1 AND m.id = o.account_id AND {LIVE_ACCOUNT}) ORDER BY o.id LIMIT $3"
    );
    let query = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(after.unwrap_or_default())
        .bind::<BigInt, _>(limit);
    Ok(query.load(tx.conn()).await?)
}

/// People by id: contacts that belong to another account than their opportunity.
///
/// # Errors
/// When the database is away.
pub async fn people_by_id(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<PersonInput>, StoreError> {
    let sql = format!(
        "SELECT p.id, {HOME} AS home, p.work_domain, p.title FROM people p \
         WHERE p.tenant_id = $1 AND p.id = ANY($2) AND p.deleted_at IS NULL AND p.merged_into IS NULL ORDER BY p.id"
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(ids);
    Ok(query.load(tx.conn()).await?)
}

/// What the people did up to `as_of`, as known then: for each of them one row, and one for each who was merged into them, read
/// from the log's covering index. Who did nothing is left out. Each row is given to `each` as it arrives, so that only one is
/// in memory beyond the caller's own.
///
/// # Errors
/// When the database is away.
pub async fn stream_activities(
    tx: &mut TenantTx,
    people: &[Uuid],
    as_of: DateTime<Utc>,
    mut each: impl FnMut(PersonLog) + Send,
) -> Result<(), StoreError> {
    let merged: Vec<(Uuid, Uuid)> = people::table
        .filter(people::tenant_id.eq(tx.tenant().0))
        .filter(people::merged_into.eq_any(people))
        .select((people::id, people::merged_into.assume_not_null()))
        .load(tx.conn())
        .await?;
    let (ids, survivors): (Vec<Uuid>, Vec<Uuid>) = people.iter().map(|id| (*id, *id)).chain(merged).unzip();
    let query = diesel::sql_query(
        "SELECT w.survivor AS person_id, l.occurred_at, l.types FROM unnest($2::uuid[], $3::uuid[]) w (id, survivor) \
         CROSS JOIN LATERAL (SELECT array_agg(a.occurred_at) AS occurred_at, array_agg(a.type) AS types FROM activities a \
             WHERE a.tenant_id = $1 AND a.person_id = w.id AND a.retracted_at IS NULL \
                 AND a.occurred_at <= $4 AND a.recorded_at <= $4) l \
         WHERE l.types IS NOT NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SqlUuid>, _>(survivors)
    .bind::<Timestamptz, _>(as_of);
    let mut rows = query.load_stream::<PersonLog>(tx.conn()).await?.boxed();
    while let Some(row) = rows.try_next().await? {
        each(row);
    }
    Ok(())
}
