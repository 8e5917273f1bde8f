//! Weeks as they are listed, and the revisions of one.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamp, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::Level;
use super::place::Place;
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{clients, weekly_metric_revisions as revisions};
use crate::statement::{first_of, statement};
use crate::{StoreError, TenantTx};

/// Figures of a week at a place, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekRow {
    pub place: Place,
    pub week_start: NaiveDate,
    pub ad_spend: i64,
    pub sales: i64,
    pub source: String,
    pub recorded_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    client_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    its_channel: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    its_group: Option<Uuid>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    settle_days: i64,
    #[diesel(sql_type = Timestamp)]
    local_now: NaiveDateTime,
    #[diesel(sql_type = Date)]
    week_start: NaiveDate,
    #[diesel(sql_type = BigInt)]
    ad_spend: i64,
    #[diesel(sql_type = BigInt)]
    sales: i64,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// Which weeks to list.
#[derive(Clone, Debug, Default)]
pub struct WeekFilter {
    pub client: Option<Uuid>,
    pub client_channel: Option<Uuid>,
    pub campaign_group: Option<Uuid>,
    pub campaign: Option<Uuid>,
    /// Mondays, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// $1 tenant, $2 the caller's clients or null, $3 to $6 places, $7 and $8 weeks, $9 and $10 where the page before ended.
const WEEKS: &str = "\
SELECT w.level, w.entity_id, w.client_id, cc.id AS its_channel, g.id AS its_group, c.currency,
  coalesce(cc.settle_days, 14) AS settle_days, now() AT TIME ZONE t.time_zone AS local_now, w.week_start, w.ad_spend,
  w.sales, w.source, w.recorded_at
FROM weekly_metrics w
JOIN tenants t ON t.tenant_id = w.tenant_id
JOIN clients c ON c.tenant_id = w.tenant_id AND c.id = w.client_id
LEFT JOIN campaigns p ON p.tenant_id = w.tenant_id AND p.id = w.campaign_id
LEFT JOIN campaign_groups g ON g.tenant_id = w.tenant_id AND g.id = coalesce(w.campaign_group_id, p.campaign_group_id)
LEFT JOIN client_channels cc ON cc.tenant_id = w.tenant_id AND cc.id = coalesce(w.client_channel_id, g.client_channel_id)
WHERE w.tenant_id = $1 AND w.ad_spend IS NOT NULL AND ($2 IS NULL OR w.client_id = ANY ($2))
  AND ($3 IS NULL OR w.client_id = $3) AND ($4 IS NULL OR cc.id = $4) AND ($5 IS NULL OR g.id = $5)
  AND ($6 IS NULL OR w.entity_id = $6) AND ($7 IS NULL OR w.week_start >= $7) AND ($8 IS NULL OR w.week_start <= $8)
  AND ($9 IS NULL OR w.week_start < $9 OR (w.week_start = $9 AND w.entity_id > $10))
ORDER BY w.week_start DESC, w.entity_id LIMIT $11";

/// Weeks with figures, latest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_weeks(
    tx: &mut TenantTx,
    filter: &WeekFilter,
    page: &PageRequest,
) -> Result<ListPage<WeekRow>, StoreError> {
    let after = page.after.as_ref().and_then(|it| {
        let day = i32::try_from(it.number()?).ok()?;
        Some((NaiveDate::from_num_days_from_ce_opt(day)?, it.id))
    });
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let rows: Vec<Row> = statement(WEEKS)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Nullable<Array<SqlUuid>>, _>(clients)
        .bind::<Nullable<SqlUuid>, _>(filter.client)
        .bind::<Nullable<SqlUuid>, _>(filter.client_channel)
        .bind::<Nullable<SqlUuid>, _>(filter.campaign_group)
        .bind::<Nullable<SqlUuid>, _>(filter.campaign)
        .bind::<Nullable<Date>, _>(filter.from)
        .bind::<Nullable<Date>, _>(filter.to)
        .bind::<Nullable<Date>, _>(after.map(|it| it.0))
        .bind::<Nullable<SqlUuid>, _>(after.map(|it| it.1))
        .bind::<BigInt, _>(page.fetch())
        .load(tx.conn())
        .await?;
    let rows = rows.into_iter().map(week).collect::<Result<Vec<_>, _>>()?;
    Ok(ListPage::of(rows, page, |row| Position {
        key: Key::Number(row.week_start.num_days_from_ce().into()),
        id: row.place.id,
    }))
}

fn week(row: Row) -> Result<WeekRow, StoreError> {
    let place = Place {
        level: Level::parse(&row.level)?,
        id: row.entity_id,
        client: row.client_id,
        client_channel: row.its_channel,
        campaign_group: row.its_group,
        currency: row.currency,
        inactive: None,
        settle_days: row.settle_days,
        local_now: row.local_now,
    };
    Ok(WeekRow {
        place,
        week_start: row.week_start,
        ad_spend: row.ad_spend,
        sales: row.sales,
        source: row.source,
        recorded_at: row.recorded_at,
    })
}

/// One writing of a week; figures of `None` were taken away.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Revision {
    pub row: RevisionRow,
    /// The client's.
    pub currency: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub struct RevisionRow {
    pub recorded_at: DateTime<Utc>,
    pub ad_spend: Option<i64>,
    pub sales: Option<i64>,
    pub source: String,
    /// `user:…`, `api_key:…` or `system`.
    pub recorded_by: String,
    pub import_id: Option<Uuid>,
}

/// The revisions of a week, latest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_revisions(
    tx: &mut TenantTx,
    place: Uuid,
    week_start: NaiveDate,
    page: &PageRequest,
) -> Result<ListPage<Revision>, StoreError> {
    let its_client = clients::tenant_id.eq(revisions::tenant_id).and(clients::id.eq(revisions::client_id));
    let mut query = revisions::table
        .inner_join(clients::table.on(its_client))
        .select((RevisionRow::as_select(), clients::currency))
        .into_boxed()
        .filter(revisions::tenant_id.eq(tx.tenant().0))
        .filter(revisions::entity_id.eq(place).and(revisions::week_start.eq(week_start)));
    if let Some(ids) = tx.clients().reads() {
        query = query.filter(revisions::client_id.eq_any(ids.to_vec()));
    }
    if let Some(time) = page.after.as_ref().and_then(Position::time) {
        query = query.filter(revisions::recorded_at.lt(time));
    }
    let query = query.order(revisions::recorded_at.desc());
    let rows = first_of(query, page.fetch()).load::<Revision>(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |it| Position { key: Key::Time(it.row.recorded_at), id: Uuid::nil() }))
}
