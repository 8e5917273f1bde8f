//! Reads of the CRM's facts as lists, pages and timelines show them, each with its scores.
//!
//! Deleted entities and merged ones are not shown; what belonged to a merged one shows under its survivor.

mod account;
mod activity;
mod opportunity;
mod person;
mod timeline;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::{accounts, engagements};
use crate::{StoreError, TenantTx};

pub use account::{
    Account, AccountFields, AccountFilter, AccountSort, count_accounts, get_account, list_accounts,
};
pub use activity::{
    Activity, ActivityFilter, ActivityScope, NewActivity, get_activity, list_activities, record_activity,
};
pub use opportunity::{
    ContactRole, Opportunity, OpportunityFields, OpportunityFilter, OpportunitySort, OpportunityStatus,
    StageEntry, count_opportunities, get_opportunity, list_opportunities, opportunity_contacts,
    opportunity_stages,
};
pub use person::{
    Person, PersonFields, PersonFilter, PersonSort, count_people, get_person, list_people, people_of_account,
};
pub use timeline::{
    TimelineItem, TimelineKind, TimelineRange, account_timeline, opportunity_timeline, person_timeline,
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
///
/// # Errors
/// When the database refuses.
pub async fn list_sources(tx: &mut TenantTx, entity: Uuid) -> Result<Vec<SourceRef>, StoreError> {
    let query = diesel::sql_query(
        "SELECT x.connector_id, c.name AS connector_name, x.external_id, x.source_modified_at AS modified_at \
         FROM external_ids x JOIN connectors c ON c.tenant_id = x.tenant_id AND c.id = x.connector_id \
         WHERE x.tenant_id = $1 AND x.entity_id = $2 AND x.deleted_at IS NULL ORDER BY c.name, x.external_id",
    );
    Ok(query.bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(entity).load(tx.conn()).await?)
}

/// Best score first, those without one last: the scored and the unscored are two ranges, and a page may begin in
/// the one and end in the other.
macro_rules! best_first {
    ($tx:expr, $page:expr, $query:expr, $id:expr, $load:expr) => {{
        let (page, id) = ($page, $id);
        let after_score = page.after.as_ref().and_then(|after| after.number());
        let in_unscored = page.after.is_some() && after_score.is_none();
        let mut rows = Vec::new();
        if !in_unscored {
            let mut query = $query
                .filter(engagements::combined.is_not_null())
                .order((engagements::combined.desc(), engagements::entity_id.desc()))
                .limit(page.fetch());
            if let (Some(score), Some(after)) = (after_score, &page.after) {
                let lower = engagements::combined.lt(score).or(engagements::entity_id.lt(after.id));
                query = query.filter(engagements::combined.le(score)).filter(lower);
            }
            rows = $load(query, $tx).await?;
        }
        let missing = page.fetch() - i64::try_from(rows.len()).expect("a page is small");
        if missing > 0 {
            let mut query = $query.filter(engagements::combined.is_null()).order(id.asc()).limit(missing);
            if let (true, Some(after)) = (in_unscored, &page.after) {
                query = query.filter(id.gt(after.id));
            }
            rows.extend($load(query, $tx).await?);
        }
        rows
    }};
}
pub(crate) use best_first;

/// The position of a row in a list by score.
pub(crate) fn by_score(scores: Option<&Scores>, id: Uuid) -> crate::page::Position {
    use crate::page::{Key, Position};
    let key = scores.and_then(|scores| scores.combined).map_or(Key::None, Key::Number);
    Position { key, id }
}
