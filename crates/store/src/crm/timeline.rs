//! What happened at an entity, newest first: activities, stages entered, tiers changed, merged by time.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::activity::newest;
use super::{Activity, ActivityFilter, ActivityScope};
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::{StoreError, TenantTx};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineKind {
    Activity,
    StageChange,
    TierChange,
}

/// Which part of the timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelineRange {
    /// All, when empty.
    pub kinds: Vec<TimelineKind>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TimelineItem {
    Activity(Box<Activity>),
    StageChange(StageChange),
    TierChange(TierChange),
}

impl TimelineItem {
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Activity(item) => item.occurred_at,
            Self::StageChange(item) => item.entered_at,
            Self::TierChange(item) => item.changed_at,
        }
    }

    fn id(&self) -> Uuid {
        match self {
            Self::Activity(item) => item.id,
            Self::StageChange(item) => item.opportunity_id,
            Self::TierChange(item) => item.entity_id,
        }
    }
}

#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct StageChange {
    #[diesel(sql_type = SqlUuid)]
    pub opportunity_id: Uuid,
    #[diesel(sql_type = Text)]
    pub opportunity_name: String,
    #[diesel(sql_type = Text)]
    pub stage: String,
    #[diesel(sql_type = Timestamptz)]
    pub entered_at: DateTime<Utc>,
}

/// Points are thousandths of a point.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct TierChange {
    #[diesel(sql_type = Text)]
    pub entity_type: String,
    #[diesel(sql_type = SqlUuid)]
    pub entity_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub changed_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub from_tier: Option<String>,
    #[diesel(sql_type = Text)]
    pub to_tier: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub to_quadrant: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub fit: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub engagement: Option<i64>,
}

/// What its people did, stages its deals entered, changes of its tier.
///
/// # Errors
/// When the database refuses.
pub async fn account_timeline(
    tx: &mut TenantTx,
    account: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let stages = "o.account_id = $2";
    timeline(tx, "account", account, Some(ActivityScope::Account(account)), Some(stages), range, page).await
}

/// What the person did, and changes of their tier.
///
/// # Errors
/// When the database refuses.
pub async fn person_timeline(
    tx: &mut TenantTx,
    person: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    timeline(tx, "person", person, Some(ActivityScope::Person(person)), None, range, page).await
}

/// Its stages, changes of its tier, and what happened at its account.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such opportunity.
pub async fn opportunity_timeline(
    tx: &mut TenantTx,
    opportunity: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let account = super::get_opportunity(tx, opportunity).await?.account;
    let scope = account.map(|account| ActivityScope::Account(account.id));
    timeline(tx, "opportunity", opportunity, scope, Some("o.id = $2"), range, page).await
}

async fn timeline(
    tx: &mut TenantTx,
    entity_type: &'static str,
    entity: Uuid,
    scope: Option<ActivityScope>,
    stages_of: Option<&'static str>,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let wanted = |kind| range.kinds.is_empty() || range.kinds.contains(&kind);
    let after = page.after.as_ref().and_then(|after| Some((after.time()?, after.id)));
    let mut items = Vec::new();
    if let (Some(scope), true) = (scope, wanted(TimelineKind::Activity)) {
        let filter = ActivityFilter { scope, from: range.from, to: range.to, ..ActivityFilter::default() };
        let activities = newest(tx, &filter, after, page.fetch()).await?;
        items.extend(activities.into_iter().map(|activity| TimelineItem::Activity(Box::new(activity))));
    }
    if let (Some(stages_of), true) = (stages_of, wanted(TimelineKind::StageChange)) {
        let sql = format!(
            "SELECT o.id AS opportunity_id, o.name AS opportunity_name, s.stage, s.entered_at \
             FROM opportunities o JOIN opportunity_stages s ON s.tenant_id = o.tenant_id AND s.opportunity_id = o.id \
             WHERE o.tenant_id = $1 AND {stages_of} AND $3 <> '' AND o.deleted_at IS NULL AND {} \
             ORDER BY s.entered_at DESC, o.id DESC LIMIT $8",
            between("s.entered_at", "o.id")
        );
        let stages = rows::<StageChange>(tx, sql, entity, entity_type, range, after, page).await?;
        items.extend(stages.into_iter().map(TimelineItem::StageChange));
    }
    if wanted(TimelineKind::TierChange) {
        let sql = format!(
            "SELECT h.entity_type, h.entity_id, h.changed_at, h.from_tier, h.to_tier, h.to_quadrant, h.fit, h.engagement \
             FROM tier_history h WHERE h.tenant_id = $1 AND h.entity_type = $3 AND h.entity_id = $2 AND {} \
             ORDER BY h.changed_at DESC LIMIT $8",
            between("h.changed_at", "h.entity_id")
        );
        let tiers = rows::<TierChange>(tx, sql, entity, entity_type, range, after, page).await?;
        items.extend(tiers.into_iter().map(TimelineItem::TierChange));
    }
    items.sort_by_key(|item| std::cmp::Reverse((item.at(), item.id())));
    items.truncate(usize::try_from(page.fetch()).expect("a page is small"));
    Ok(ListPage::of(items, page, |item| Position { key: Key::Time(item.at()), id: item.id() }))
}

/// $4 from, $5 to, $6 and $7 position.
fn between(time: &str, id: &str) -> String {
    format!(
        "{time} >= coalesce($4::timestamptz, '-infinity') AND {time} < coalesce($5::timestamptz, 'infinity') \
         AND ($6::timestamptz IS NULL OR {time} < $6 OR ({time} = $6 AND {id} < $7))"
    )
}

async fn rows<T: QueryableByName<diesel::pg::Pg> + Send + 'static>(
    tx: &mut TenantTx,
    sql: String,
    entity: Uuid,
    entity_type: &'static str,
    range: &TimelineRange,
    after: Option<(DateTime<Utc>, Uuid)>,
    page: &PageRequest,
) -> Result<Vec<T>, StoreError> {
    let query = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(entity)
        .bind::<Text, _>(entity_type)
        .bind::<Nullable<Timestamptz>, _>(range.from)
        .bind::<Nullable<Timestamptz>, _>(range.to)
        .bind::<Nullable<Timestamptz>, _>(after.map(|(time, _)| time))
        .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
        .bind::<BigInt, _>(page.fetch());
    Ok(query.load(tx.conn()).await?)
}
