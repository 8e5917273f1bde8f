//! What happened at an entity, newest first: activities, stages entered, tiers changed, merged by time.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::activity::{Of, newest};
use super::{Activity, ActivityFilter, survivor};
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::pool::Connection;
use crate::statement::{Statement, statement};
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

    /// Tells items of one instant apart, so that a page may end between them.
    fn id(&self) -> Uuid {
        match self {
            Self::Activity(item) => item.id,
            Self::StageChange(item) => item.id,
            Self::TierChange(item) => item.entity_id,
        }
    }
}

#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct StageChange {
    /// Of the entry: made from deal and stage, since a deal may enter two stages in one instant.
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
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
/// [`StoreError::NotFound`] when the tenant has no such account.
pub async fn account_timeline(
    tx: &mut TenantTx,
    account: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let id = survivor(tx, "accounts", account).await?;
    let sources =
        Sources { entity: "account", id, activities: Of::Account(id), stages: Some(STAGES_OF_ACCOUNT) };
    timeline(tx, &sources, range, page).await
}

/// What the person did, and changes of their tier.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such person.
pub async fn person_timeline(
    tx: &mut TenantTx,
    person: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let id = survivor(tx, "people", person).await?;
    let sources = Sources { entity: "person", id, activities: Of::Person(id), stages: None };
    timeline(tx, &sources, range, page).await
}

/// Its stages, what its contacts did, changes of its tier.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such opportunity.
pub async fn opportunity_timeline(
    tx: &mut TenantTx,
    opportunity: Uuid,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let id = survivor(tx, "opportunities", opportunity).await?;
    let sources = Sources { entity: "opportunity", id, activities: Of::Contacts(id), stages: Some(STAGES) };
    timeline(tx, &sources, range, page).await
}

/// Where the items of one timeline come from.
struct Sources {
    entity: &'static str,
    id: Uuid,
    activities: Of,
    stages: Option<&'static str>,
}

/// $1 tenant, $2 entity's id, $3 from, $4 to, $5 and $6 position, $7 limit.
macro_rules! between {
    ($time:literal, $id:literal) => {
        concat!(
            $time,
            " >= CASE WHEN $3::timestamptz IS NULL THEN '-infinity' ELSE $3 END AND ",
            $time,
            " < CASE WHEN $4::timestamptz IS NULL THEN 'infinity' ELSE $4 END AND ($5::timestamptz IS NULL OR ",
            $time,
            " < $5 OR (",
            $time,
            " = $5 AND ",
            $id,
            " < $6)) ORDER BY ",
            $time,
            " DESC, ",
            $id,
            " DESC LIMIT $7"
        )
    };
}

macro_rules! stages {
    ($whose:literal) => {
        concat!(
            "SELECT * FROM (SELECT md5(o.id::text || s.stage)::uuid AS id, o.id AS opportunity_id, \
             o.name AS opportunity_name, s.stage, s.entered_at FROM opportunities o \
             JOIN opportunity_stages s ON s.tenant_id = o.tenant_id AND s.opportunity_id = o.id \
             WHERE o.tenant_id = $1 AND ",
            $whose,
            " = $2 AND o.deleted_at IS NULL) e WHERE ",
            between!("e.entered_at", "e.id")
        )
    };
}

const STAGES_OF_ACCOUNT: &str = stages!("o.account_id");
const STAGES: &str = stages!("o.id");
const TIERS: &str = concat!(
    "SELECT h.entity_type, h.entity_id, h.changed_at, h.from_tier, h.to_tier, h.to_quadrant, h.fit, h.engagement \
     FROM tier_history h WHERE h.tenant_id = $1 AND h.entity_id = $2 AND h.entity_type = $8 AND ",
    between!("h.changed_at", "h.entity_id")
);

async fn timeline(
    tx: &mut TenantTx,
    sources: &Sources,
    range: &TimelineRange,
    page: &PageRequest,
) -> Result<ListPage<TimelineItem>, StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let after = page.after.as_ref().and_then(|after| Some((after.time()?, after.id)));
    let wanted = |kind| range.kinds.is_empty() || range.kinds.contains(&kind);
    let some_of = |text: &'static str| -> Statement<'_> {
        statement(text)
            .bind::<SqlUuid, _>(tenant)
            .bind::<SqlUuid, _>(sources.id)
            .bind::<Nullable<Timestamptz>, _>(range.from)
            .bind::<Nullable<Timestamptz>, _>(range.to)
            .bind::<Nullable<Timestamptz>, _>(after.map(|(time, _)| time))
            .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
            .bind::<BigInt, _>(page.fetch())
    };
    let activities = async {
        if !wanted(TimelineKind::Activity) {
            return Ok(Vec::new());
        }
        let filter = ActivityFilter { from: range.from, to: range.to, ..ActivityFilter::default() };
        newest(conn, tenant, sources.activities, &filter, after, page.fetch()).await
    };
    let stages = async {
        match sources.stages.filter(|_| wanted(TimelineKind::StageChange)) {
            Some(text) => Ok(some_of(text).load::<StageChange>(&mut &*conn).await?),
            None => Ok(Vec::new()),
        }
    };
    let tiers = async {
        if !wanted(TimelineKind::TierChange) {
            return Ok(Vec::new());
        }
        Ok(some_of(TIERS).bind::<Text, _>(sources.entity).load::<TierChange>(&mut &*conn).await?)
    };
    // Sent together, answered together: one round trip.
    let (activities, stages, tiers): (Vec<Activity>, Vec<StageChange>, Vec<TierChange>) =
        futures::try_join!(activities, stages, tiers).map_err(|error: StoreError| error)?;
    let activities = activities.into_iter().map(|it| TimelineItem::Activity(Box::new(it)));
    let stages = stages.into_iter().map(TimelineItem::StageChange);
    let tiers = tiers.into_iter().map(TimelineItem::TierChange);
    let mut items: Vec<TimelineItem> = activities.chain(stages).chain(tiers).collect();
    items.sort_by_key(|item| std::cmp::Reverse((item.at(), item.id())));
    Ok(ListPage::of(items, page, |item| Position { key: Key::Time(item.at()), id: item.id() }))
}
