//! People.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{AccountRef, Scores, best_first, by_score};
use crate::page::{Key, ListPage, PageRequest, Position, end_of_prefix};
use crate::pool::Connection;
use crate::schema::{accounts, engagements, people};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// A person with their account and scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub fields: PersonFields,
    pub account: Option<AccountRef>,
    pub scores: Option<Scores>,
}

/// A person's own columns.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct PersonFields {
    pub id: Uuid,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub(super) name_lower: String,
    pub title: Option<String>,
    pub seniority: Option<String>,
    pub phone: Option<String>,
    pub lead_status: Option<String>,
    pub is_lead: bool,
    pub opted_out: bool,
    pub updated_at: DateTime<Utc>,
}

/// Which people to list.
#[derive(Clone, Debug, Default)]
pub struct PersonFilter {
    /// The beginning of `last name first name`, in any case.
    pub search: Option<String>,
    pub email: Option<String>,
    /// People linked to this account by id or by e-mail domain.
    pub account: Option<Uuid>,
    pub tier: Option<String>,
    pub seniority: Option<String>,
    pub is_lead: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonSort {
    #[default]
    Name,
    /// Best first, those without a score last.
    Combined,
    /// Latest change first.
    Updated,
}

#[diesel::dsl::auto_type]
fn scored() -> _ {
    let account_of_it =
        accounts::tenant_id.eq(people::tenant_id).and(accounts::id.nullable().eq(people::account_id));
    let score_of_it = engagements::tenant_id
        .eq(people::tenant_id)
        .and(engagements::entity_type.eq("person"))
        .and(engagements::entity_id.eq(people::id));
    people::table.left_join(accounts::table.on(account_of_it)).left_join(engagements::table.on(score_of_it))
}

pub(super) type Query<'a> = diesel::helper_types::IntoBoxed<'a, scored, Pg>;

pub(super) fn matching<'a>(tenant: Uuid, filter: &PersonFilter) -> Query<'a> {
    let mut query = scored()
        .into_boxed()
        .filter(people::tenant_id.eq(tenant))
        .filter(people::deleted_at.is_null().and(people::merged_into.is_null()));
    if let Some(search) = &filter.search {
        let from = search.to_lowercase();
        let to = end_of_prefix(&from);
        query = query.filter(people::name_lower.ge(from)).filter(people::name_lower.lt(to));
    }
    if let Some(email) = &filter.email {
        query = query.filter(people::email.eq(email.to_lowercase()));
    }
    if let Some(account) = filter.account {
        query = of_account(query, tenant, account);
    }
    if let Some(tier) = filter.tier.clone() {
        query = query.filter(engagements::tier.eq(tier));
    }
    if let Some(seniority) = filter.seniority.clone() {
        query = query.filter(people::seniority.eq(seniority));
    }
    if let Some(is_lead) = filter.is_lead {
        query = query.filter(people::is_lead.eq(is_lead));
    }
    query
}

/// # Errors
/// When the database refuses.
pub async fn list_people(
    tx: &mut TenantTx,
    filter: &PersonFilter,
    sort: PersonSort,
    page: &PageRequest,
) -> Result<ListPage<Person>, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let rows = match sort {
        PersonSort::Name => {
            let mut query = matching(tenant, filter).order((people::name_lower.asc(), people::id.asc()));
            if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
                let later = people::name_lower.gt(name.clone()).or(people::id.gt(id));
                query = query.filter(people::name_lower.ge(name)).filter(later);
            }
            load(query, page.fetch(), conn).await?
        }
        PersonSort::Updated => {
            let mut query = matching(tenant, filter).order((people::updated_at.desc(), people::id.desc()));
            if let Some((time, id)) = page.after.as_ref().and_then(|p| Some((p.time()?, p.id))) {
                let earlier = people::updated_at.lt(time).or(people::id.lt(id));
                query = query.filter(people::updated_at.le(time)).filter(earlier);
            }
            load(query, page.fetch(), conn).await?
        }
        PersonSort::Combined => best_first!(conn, page, matching(tenant, filter), people::id, load),
    };
    Ok(ListPage::of(rows, page, |row| match sort {
        PersonSort::Name => Position { key: Key::Text(row.fields.name_lower.clone()), id: row.fields.id },
        PersonSort::Updated => Position { key: Key::Time(row.fields.updated_at), id: row.fields.id },
        PersonSort::Combined => by_score(row.scores.as_ref(), row.fields.id),
    }))
}

/// # Errors
/// When the database refuses.
pub async fn count_people(tx: &mut TenantTx, filter: &PersonFilter) -> Result<i64, StoreError> {
    Ok(matching(tx.tenant().0, filter).count().get_result(tx.conn()).await?)
}

/// Those linked to the account by id, and those whose e-mail domain is the account's.
pub(super) fn of_account<'a>(query: Query<'a>, tenant: Uuid, account: Uuid) -> Query<'a> {
    let its_domain = diesel::alias!(accounts as named);
    let domain = its_domain
        .filter(its_domain.field(accounts::tenant_id).eq(tenant))
        .filter(its_domain.field(accounts::id).eq(account))
        .select(its_domain.field(accounts::domain))
        .single_value();
    query.filter(people::account_id.eq(account).or(people::work_domain.eq(domain)))
}

pub(super) async fn load(
    query: Query<'_>,
    most: i64,
    mut conn: &Connection,
) -> Result<Vec<Person>, StoreError> {
    type Row = (PersonFields, Option<AccountRef>, Option<Scores>);
    let select =
        (PersonFields::as_select(), Option::<AccountRef>::as_select(), Option::<Scores>::as_select());
    let rows = first_of(query.select(select), most).load::<Row>(&mut conn).await?;
    Ok(rows.into_iter().map(|(fields, account, scores)| Person { fields, account, scores }).collect())
}

/// One, with what lists leave out: its attributes, and when it was created.
pub(super) async fn load_one(
    query: Query<'_>,
    mut conn: &Connection,
) -> Result<Option<(Person, Value, DateTime<Utc>)>, StoreError> {
    type Row = (PersonFields, Option<AccountRef>, Option<Scores>, Value, DateTime<Utc>);
    let select = (
        PersonFields::as_select(),
        Option::<AccountRef>::as_select(),
        Option::<Scores>::as_select(),
        people::attributes,
        people::created_at,
    );
    let row = query.select(select).first::<Row>(&mut conn).await.optional()?;
    Ok(row.map(|(fields, account, scores, attributes, created_at)| {
        (Person { fields, account, scores }, attributes, created_at)
    }))
}
