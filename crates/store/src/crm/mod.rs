//! Reads of the CRM's facts as lists, pages and timelines show them, each with its scores.
//!
//! Deleted entities and merged ones are not shown; what belonged to a merged one shows under its survivor.

mod account;
mod activity;
mod detail;
mod opportunity;
mod person;
mod timeline;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::pool::Connection;
use crate::schema::{accounts, engagements};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

pub use account::{
    Account, AccountFields, AccountFilter, AccountSort, GroupFilter, count_accounts, list_accounts,
};
pub use activity::{
    Activity, ActivityFilter, NewActivity, RecordActivityError, get_activity, list_activities,
    record_activities, record_activity,
};
pub use detail::{
    AccountDetail, OpportunityDetail, OpportunitySummary, PeopleSummary, PersonDetail, get_account_detail,
    get_opportunity_detail, get_person_detail,
};
pub use opportunity::{
    ContactRole, Opportunity, OpportunityFields, OpportunityFilter, OpportunitySort, OpportunityStatus,
    StageEntry, count_opportunities, list_opportunities,
};
pub use person::{Person, PersonFields, PersonFilter, PersonSort, count_people, list_people};
pub use timeline::{
    StageChange, TierChange, TimelineItem, TimelineKind, TimelineRange, account_timeline,
    opportunity_timeline, person_timeline,
};

/// An entity's scores as the last run left them. Points are thousandths of a point, coverage thousandths.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = engagements)]
pub struct Scores {
    pub fit: Option<i64>,
    pub fit_low: Option<i64>,
    pub fit_high: Option<i64>,
    pub coverage: Option<i64>,
    pub engagement: Option<i64>,
    pub combined: Option<i64>,
    pub quadrant: Option<String>,
    pub tier: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub next_transition_at: Option<DateTime<Utc>>,
    pub last_activity_at: Option<DateTime<Utc>>,
    pub inputs_through: Option<DateTime<Utc>>,
    pub scored_at: DateTime<Utc>,
}

/// An account, named in passing.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct AccountRef {
    pub id: Uuid,
    pub name: String,
    pub domain: Option<String>,
}

/// A vendor's record that an entity comes from.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct SourceRef {
    #[diesel(sql_type = SqlUuid)]
    pub connector_id: Uuid,
    #[diesel(sql_type = Text)]
    pub connector_name: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub modified_at: Option<DateTime<Utc>>,
}

/// Where an account, a person or an opportunity comes from.
async fn list_sources(
    mut conn: &Connection,
    tenant: Uuid,
    entity: Uuid,
) -> Result<Vec<SourceRef>, StoreError> {
    let query = statement(
        "SELECT x.connector_id, c.name AS connector_name, x.external_id, x.source_modified_at AS modified_at \
         FROM external_ids x JOIN connectors c ON c.tenant_id = x.tenant_id AND c.id = x.connector_id \
         WHERE x.tenant_id = $1 AND x.entity_id = $2 AND x.deleted_at IS NULL ORDER BY c.name, x.external_id",
    );
    Ok(query.bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(entity).load(&mut conn).await?)
}

/// The account itself, or of a merged one the survivor.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such account, or it is deleted.
pub(crate) async fn surviving_account(tx: &mut TenantTx, id: Uuid) -> Result<Uuid, StoreError> {
    survivor(tx, "accounts", id).await
}

/// The id itself, or of a merged entity the survivor's.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such row in `table`, or it is deleted.
async fn survivor(tx: &mut TenantTx, table: &'static str, id: Uuid) -> Result<Uuid, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    // By CASE: under row security coalesce() counts as leaky, and an index is not asked for what is.
    let survivor = match table {
        "opportunities" => "e.id",
        _ => "CASE WHEN e.merged_into IS NULL THEN e.id ELSE e.merged_into END",
    };
    let row: Row = statement(format!(
        "SELECT s.id FROM {table} e JOIN {table} s ON s.tenant_id = e.tenant_id AND s.id = {survivor} \
         WHERE e.tenant_id = $1 AND e.id = $2 AND s.deleted_at IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .await?;
    Ok(row.id)
}

/// Best score first, those without one last: the scored and the unscored are two ranges, and a page may begin in
/// the one and end in the other.
macro_rules! best_first {
    ($conn:expr, $page:expr, $query:expr, $id:expr, $load:expr) => {{
        let (page, id) = ($page, $id);
        let after_score = page.after.as_ref().and_then(|after| after.number());
        let in_unscored = page.after.is_some() && after_score.is_none();
        let mut rows = Vec::new();
        if !in_unscored {
            let mut query = $query
                .filter(engagements::combined.is_not_null())
                .order((engagements::combined.desc(), engagements::entity_id.desc()));
            if let (Some(score), Some(after)) = (after_score, &page.after) {
                let lower = engagements::combined.lt(score).or(engagements::entity_id.lt(after.id));
                query = query.filter(engagements::combined.le(score)).filter(lower);
            }
            rows = $load(query, page.fetch(), $conn).await?;
        }
        let missing = page.fetch() - i64::try_from(rows.len()).expect("a page is small");
        if missing > 0 {
            let mut query = $query.filter(engagements::combined.is_null()).order(id.asc());
            if let (true, Some(after)) = (in_unscored, &page.after) {
                query = query.filter(id.gt(after.id));
            }
            rows.extend($load(query, missing, $conn).await?);
        }
        rows
    }};
}
use best_first;

/// The position of a row in a list by score.
fn by_score(scores: Option<&Scores>, id: Uuid) -> crate::page::Position {
    use crate::page::{Key, Position};
    let key = scores.and_then(|scores| scores.combined).map_or(Key::None, Key::Number);
    Position { key, id }
}
