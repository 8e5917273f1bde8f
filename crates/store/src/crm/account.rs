//! Accounts.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Scores, best_first, by_score};
use crate::page::{Key, ListPage, PageRequest, Position, end_of_prefix};
use crate::pool::Connection;
use crate::schema::{accounts, buying_groups, engagements};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// An account with its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub fields: AccountFields,
    pub scores: Option<Scores>,
}

/// An account's own columns. Revenue in the currency's minor units.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct AccountFields {
    pub id: Uuid,
    pub name: String,
    pub(super) name_lower: String,
    pub domain: Option<String>,
    pub industry: Option<String>,
    pub employee_count: Option<i64>,
    pub annual_revenue: Option<i64>,
    pub currency: Option<String>,
    pub country: Option<String>,
    pub owner_email: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// Which accounts to list.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// The beginning of the name, in any case.
    pub search: Option<String>,
    pub domain: Option<String>,
    pub tier: Option<String>,
    pub industry: Option<String>,
    /// Only accounts with a buying group, such as this.
    pub group: Option<GroupFilter>,
}

/// Which buying groups an account may have to be listed.
#[derive(Clone, Debug, Default)]
pub struct GroupFilter {
    pub status: Option<String>,
    pub solution_tag: Option<String>,
    /// A role that it lacks.
    pub missing: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountSort {
    #[default]
    Name,
    /// Best first, those without a score last.
    Combined,
    /// Latest change first.
    Updated,
}

#[diesel::dsl::auto_type]
fn scored() -> _ {
    let score_of_it = engagements::tenant_id
        .eq(accounts::tenant_id)
        .and(engagements::entity_type.eq("account"))
        .and(engagements::entity_id.eq(accounts::id));
    accounts::table.left_join(engagements::table.on(score_of_it))
}

pub(super) type Query<'a> = diesel::helper_types::IntoBoxed<'a, scored, Pg>;

pub(super) fn matching<'a>(tenant: Uuid, filter: &AccountFilter) -> Query<'a> {
    let mut query = scored()
        .into_boxed()
        .filter(accounts::tenant_id.eq(tenant))
        .filter(accounts::deleted_at.is_null().and(accounts::merged_into.is_null()));
    if let Some(search) = &filter.search {
        let from = search.to_lowercase();
        let to = end_of_prefix(&from);
        query = query.filter(accounts::name_lower.ge(from)).filter(accounts::name_lower.lt(to));
    }
    if let Some(domain) = filter.domain.clone() {
        query = query.filter(accounts::domain.eq(domain));
    }
    if let Some(tier) = filter.tier.clone() {
        query = query.filter(engagements::tier.eq(tier));
    }
    if let Some(industry) = filter.industry.clone() {
        query = query.filter(accounts::industry.eq(industry));
    }
    if let Some(group) = &filter.group {
        let mut with_one = buying_groups::table
            .filter(buying_groups::tenant_id.eq(tenant))
            .select(buying_groups::account_id)
            .into_boxed();
        if let Some(status) = group.status.clone() {
            with_one = with_one.filter(buying_groups::status.eq(status));
        }
        if let Some(tag) = group.solution_tag.clone() {
            with_one = with_one.filter(buying_groups::solution_tag.eq(tag));
        }
        if let Some(role) = group.missing.clone() {
            with_one = with_one.filter(buying_groups::missing.contains(vec![role]));
        }
        query = query.filter(accounts::id.eq_any(with_one));
    }
    query
}

/// # Errors
/// When the database refuses.
pub async fn list_accounts(
    tx: &mut TenantTx,
    filter: &AccountFilter,
    sort: AccountSort,
    page: &PageRequest,
) -> Result<ListPage<Account>, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let rows = match sort {
        AccountSort::Name => {
            let mut query = matching(tenant, filter).order((accounts::name_lower.asc(), accounts::id.asc()));
            if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
                let later = accounts::name_lower.gt(name.clone()).or(accounts::id.gt(id));
                query = query.filter(accounts::name_lower.ge(name)).filter(later);
            }
            load(query, page.fetch(), conn).await?
        }
        AccountSort::Updated => {
            let mut query =
                matching(tenant, filter).order((accounts::updated_at.desc(), accounts::id.desc()));
            if let Some((time, id)) = page.after.as_ref().and_then(|p| Some((p.time()?, p.id))) {
                let earlier = accounts::updated_at.lt(time).or(accounts::id.lt(id));
                query = query.filter(accounts::updated_at.le(time)).filter(earlier);
            }
            load(query, page.fetch(), conn).await?
        }
        AccountSort::Combined => best_first!(conn, page, matching(tenant, filter), accounts::id, load),
    };
    Ok(ListPage::of(rows, page, |row| match sort {
        AccountSort::Name => Position { key: Key::Text(row.fields.name_lower.clone()), id: row.fields.id },
        AccountSort::Updated => Position { key: Key::Time(row.fields.updated_at), id: row.fields.id },
        AccountSort::Combined => by_score(row.scores.as_ref(), row.fields.id),
    }))
}

/// # Errors
/// When the database refuses.
pub async fn count_accounts(tx: &mut TenantTx, filter: &AccountFilter) -> Result<i64, StoreError> {
    Ok(matching(tx.tenant().0, filter).count().get_result(tx.conn()).await?)
}

pub(super) async fn load(
    query: Query<'_>,
    most: i64,
    mut conn: &Connection,
) -> Result<Vec<Account>, StoreError> {
    let select = (AccountFields::as_select(), Option::<Scores>::as_select());
    type Row = (AccountFields, Option<Scores>);
    let rows = first_of(query.select(select), most).load::<Row>(&mut conn).await?;
    Ok(rows.into_iter().map(|(fields, scores)| Account { fields, scores }).collect())
}

/// One, with what lists leave out: its attributes, and when it was created.
pub(super) async fn load_one(
    query: Query<'_>,
    mut conn: &Connection,
) -> Result<Option<(Account, Value, DateTime<Utc>)>, StoreError> {
    type Row = (AccountFields, Option<Scores>, Value, DateTime<Utc>);
    let select = (
        AccountFields::as_select(),
        Option::<Scores>::as_select(),
        accounts::attributes,
        accounts::created_at,
    );
    let row = query.select(select).first::<Row>(&mut conn).await.optional()?;
    Ok(row
        .map(|(fields, scores, attributes, created_at)| (Account { fields, scores }, attributes, created_at)))
}
