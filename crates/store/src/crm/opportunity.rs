//! Opportunities, their stages and their contact roles.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{AccountRef, Scores, best_first, by_score};
use crate::page::{Key, ListPage, PageRequest, Position, end_of_prefix};
use crate::pool::Connection;
use crate::schema::{accounts, engagements, opportunities, opportunity_stages};
use crate::statement::{first_of, statement};
use crate::{StoreError, TenantTx};

/// An opportunity with its account and scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    pub fields: OpportunityFields,
    pub account: Option<AccountRef>,
    pub scores: Option<Scores>,
}

/// An opportunity's own columns. The amount in the currency's minor units.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = opportunities)]
pub struct OpportunityFields {
    pub id: Uuid,
    pub name: String,
    pub(super) name_lower: String,
    pub stage: String,
    pub stage_entered_at: Option<DateTime<Utc>>,
    pub amount: Option<i64>,
    pub currency: Option<String>,
    pub close_date: Option<NaiveDate>,
    pub is_closed: bool,
    pub is_won: bool,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpportunityStatus {
    Open,
    Won,
    Lost,
}

/// Which opportunities to list.
#[derive(Clone, Debug, Default)]
pub struct OpportunityFilter {
    /// The beginning of the name, in any case.
    pub search: Option<String>,
    pub account: Option<Uuid>,
    pub stage: Option<String>,
    pub status: Option<OpportunityStatus>,
    pub tier: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpportunitySort {
    #[default]
    Name,
    /// Best first, those without a score last.
    Combined,
    /// Soonest first, those without a date last.
    CloseDate,
    /// Latest change first.
    Updated,
}

#[diesel::dsl::auto_type]
fn scored() -> _ {
    let account_of_it = accounts::tenant_id
        .eq(opportunities::tenant_id)
        .and(accounts::id.nullable().eq(opportunities::account_id));
    let score_of_it = engagements::tenant_id
        .eq(opportunities::tenant_id)
        .and(engagements::entity_type.eq("opportunity"))
        .and(engagements::entity_id.eq(opportunities::id));
    opportunities::table
        .left_join(accounts::table.on(account_of_it))
        .left_join(engagements::table.on(score_of_it))
}

pub(super) type Query<'a> = diesel::helper_types::IntoBoxed<'a, scored, Pg>;

pub(super) fn matching<'a>(tenant: Uuid, filter: &OpportunityFilter) -> Query<'a> {
    let mut query = scored()
        .into_boxed()
        .filter(opportunities::tenant_id.eq(tenant))
        .filter(opportunities::deleted_at.is_null());
    if let Some(search) = &filter.search {
        let from = search.to_lowercase();
        let to = end_of_prefix(&from);
        query = query.filter(opportunities::name_lower.ge(from)).filter(opportunities::name_lower.lt(to));
    }
    if let Some(account) = filter.account {
        query = query.filter(opportunities::account_id.eq(account));
    }
    if let Some(stage) = filter.stage.clone() {
        query = query.filter(opportunities::stage.eq(stage));
    }
    query = match filter.status {
        None => query,
        Some(OpportunityStatus::Open) => query.filter(opportunities::is_closed.eq(false)),
        Some(OpportunityStatus::Won) => query.filter(opportunities::is_won.eq(true)),
        Some(OpportunityStatus::Lost) => {
            query.filter(opportunities::is_closed.eq(true)).filter(opportunities::is_won.eq(false))
        }
    };
    if let Some(tier) = filter.tier.clone() {
        query = query.filter(engagements::tier.eq(tier));
    }
    query
}

/// # Errors
/// When the database refuses.
pub async fn list_opportunities(
    tx: &mut TenantTx,
    filter: &OpportunityFilter,
    sort: OpportunitySort,
    page: &PageRequest,
) -> Result<ListPage<Opportunity>, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let rows = match sort {
        OpportunitySort::Name => {
            let mut query =
                matching(tenant, filter).order((opportunities::name_lower.asc(), opportunities::id.asc()));
            if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
                let later = opportunities::name_lower.gt(name.clone()).or(opportunities::id.gt(id));
                query = query.filter(opportunities::name_lower.ge(name)).filter(later);
            }
            load(query, page.fetch(), conn).await?
        }
        OpportunitySort::Updated => {
            let mut query =
                matching(tenant, filter).order((opportunities::updated_at.desc(), opportunities::id.desc()));
            if let Some((time, id)) = page.after.as_ref().and_then(|p| Some((p.time()?, p.id))) {
                let earlier = opportunities::updated_at.lt(time).or(opportunities::id.lt(id));
                query = query.filter(opportunities::updated_at.le(time)).filter(earlier);
            }
            load(query, page.fetch(), conn).await?
        }
        OpportunitySort::CloseDate => soonest_first(conn, tenant, filter, page).await?,
        OpportunitySort::Combined => {
            best_first!(conn, page, matching(tenant, filter), opportunities::id, load)
        }
    };
    Ok(ListPage::of(rows, page, |row| {
        let fields = &row.fields;
        let key = match sort {
            OpportunitySort::Name => Key::Text(fields.name_lower.clone()),
            OpportunitySort::Updated => Key::Time(fields.updated_at),
            OpportunitySort::CloseDate => {
                fields.close_date.map_or(Key::None, |date| Key::Text(date.to_string()))
            }
            OpportunitySort::Combined => return by_score(row.scores.as_ref(), fields.id),
        };
        Position { key, id: fields.id }
    }))
}

/// Dated ones, then those without a date.
async fn soonest_first(
    conn: &Connection,
    tenant: Uuid,
    filter: &OpportunityFilter,
    page: &PageRequest,
) -> Result<Vec<Opportunity>, StoreError> {
    let order = (opportunities::close_date.asc(), opportunities::id.asc());
    let after = page.after.as_ref().map(|p| (p.text().and_then(|text| text.parse::<NaiveDate>().ok()), p.id));
    let mut rows = Vec::new();
    if !matches!(after, Some((None, _))) {
        let mut query = matching(tenant, filter).filter(opportunities::close_date.is_not_null()).order(order);
        if let Some((Some(date), id)) = after {
            let later = opportunities::close_date.gt(date).or(opportunities::id.nullable().gt(id));
            query = query.filter(opportunities::close_date.ge(date)).filter(later);
        }
        rows = load(query, page.fetch(), conn).await?;
    }
    let missing = page.fetch() - i64::try_from(rows.len()).expect("a page is small");
    if missing > 0 {
        let mut query = matching(tenant, filter).filter(opportunities::close_date.is_null());
        if let Some((None, id)) = after {
            query = query.filter(opportunities::id.gt(id));
        }
        rows.extend(load(query.order(opportunities::id.asc()), missing, conn).await?);
    }
    Ok(rows)
}

/// # Errors
/// When the database refuses.
pub async fn count_opportunities(tx: &mut TenantTx, filter: &OpportunityFilter) -> Result<i64, StoreError> {
    Ok(matching(tx.tenant().0, filter).count().get_result(tx.conn()).await?)
}

pub(super) async fn load(
    query: Query<'_>,
    most: i64,
    mut conn: &Connection,
) -> Result<Vec<Opportunity>, StoreError> {
    type Row = (OpportunityFields, Option<AccountRef>, Option<Scores>);
    let select =
        (OpportunityFields::as_select(), Option::<AccountRef>::as_select(), Option::<Scores>::as_select());
    let rows = first_of(query.select(select), most).load::<Row>(&mut conn).await?;
    Ok(rows.into_iter().map(|(fields, account, scores)| Opportunity { fields, account, scores }).collect())
}

/// One, with what lists leave out: its attributes, and when it was created.
pub(super) async fn load_one(
    query: Query<'_>,
    mut conn: &Connection,
) -> Result<Option<(Opportunity, Value, DateTime<Utc>)>, StoreError> {
    type Row =
        (OpportunityFields, Option<AccountRef>, Option<Scores>, Value, Option<DateTime<Utc>>, DateTime<Utc>);
    let select = (
        OpportunityFields::as_select(),
        Option::<AccountRef>::as_select(),
        Option::<Scores>::as_select(),
        opportunities::attributes,
        opportunities::source_created_at,
        opportunities::created_at,
    );
    let row = query.select(select).first::<Row>(&mut conn).await.optional()?;
    Ok(row.map(|(fields, account, scores, attributes, there, here)| {
        (Opportunity { fields, account, scores }, attributes, there.unwrap_or(here))
    }))
}

/// When an opportunity entered a stage.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = opportunity_stages)]
pub struct StageEntry {
    pub stage: String,
    pub entered_at: DateTime<Utc>,
}

pub(super) async fn stages(
    mut conn: &Connection,
    tenant: Uuid,
    opportunity: Uuid,
) -> Result<Vec<StageEntry>, StoreError> {
    use opportunity_stages::dsl;
    let query = dsl::opportunity_stages
        .filter(dsl::tenant_id.eq(tenant).and(dsl::opportunity_id.eq(opportunity)))
        .order((dsl::entered_at, dsl::stage))
        .select(StageEntry::as_select());
    Ok(query.load(&mut conn).await?)
}

/// A person's part in an opportunity, with their engagement in thousandths of a point.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct ContactRole {
    #[diesel(sql_type = SqlUuid)]
    pub person: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub first_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_primary: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub engagement: Option<i64>,
}

/// The primary one first; whoever was merged is shown as the survivor, once.
pub(super) async fn contacts(
    mut conn: &Connection,
    tenant: Uuid,
    opportunity: Uuid,
) -> Result<Vec<ContactRole>, StoreError> {
    let query = statement(
        "SELECT * FROM (SELECT DISTINCT ON (p.id) p.id AS person, p.first_name, p.last_name, p.email, p.title, \
           c.role, c.is_primary, s.engagement, p.name_lower \
         FROM opportunity_contacts c \
         JOIN people o ON o.tenant_id = c.tenant_id AND o.id = c.person_id \
         JOIN people p ON p.tenant_id = c.tenant_id AND p.deleted_at IS NULL \
           AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END \
         LEFT JOIN engagements s ON s.tenant_id = c.tenant_id AND s.entity_type = 'person' AND s.entity_id = p.id \
         WHERE c.tenant_id = $1 AND c.opportunity_id = $2 ORDER BY p.id, c.is_primary DESC, c.role) c \
         ORDER BY c.is_primary DESC, c.name_lower, c.person",
    );
    Ok(query.bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(opportunity).load(&mut conn).await?)
}
