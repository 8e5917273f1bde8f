//! The sums of each place's own figures, from which everything is rolled up.

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::tree::Asker;
use crate::pool::Connection;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// Figures of a place's own, added up over some weeks that are named by one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct OwnSum {
    #[diesel(sql_type = SqlUuid)]
    pub entity_id: Uuid,
    #[diesel(sql_type = Date)]
    pub week_start: NaiveDate,
    #[diesel(sql_type = BigInt)]
    pub ad_spend: i64,
    #[diesel(sql_type = BigInt)]
    pub sales: i64,
}

/// Which weeks are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumWeeks {
    /// Where the weeks before begin; `first` if they are not asked for.
    pub previous: NaiveDate,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Whether every week is a sum of its own, or only those that a summary tells apart: the last, the one before it, the
    /// rest from `first` on, and the rest before `first`.
    pub each: bool,
    /// Whether all of a client's places are one sum, under the client's id.
    pub by_client: bool,
    /// Of this client only.
    pub client: Option<Uuid>,
}

/// $1 tenant, $2 the caller's clients or null, $3 to $5 the first week before, the first and the last, $6 whether by client,
/// $7 a client or null, $8 the instant, where the past is asked about.
macro_rules! sums {
    ($columns:literal, $from:literal, $by:literal) => {
        concat!(
            "SELECT CASE WHEN $6 THEN client_id ELSE entity_id END AS entity_id, ",
            $columns,
            " FROM (",
            $from,
            ") AS known WHERE ad_spend IS NOT NULL GROUP BY ",
            $by
        )
    };
}

macro_rules! each_week {
    ($from:literal) => {
        sums!("week_start, sum(ad_spend)::bigint AS ad_spend, sum(sales)::bigint AS sales", $from, "1, 2")
    };
}

/// One row for each place, whose parts are columns: to tell them apart by a row each would take PostgreSQL longer than all
/// the rest.
macro_rules! parts {
    ($from:literal) => {
        sums!(
            "sum(ad_spend) FILTER (WHERE week_start = $5)::bigint AS last_ad_spend, \
             sum(sales) FILTER (WHERE week_start = $5)::bigint AS last_sales, \
             sum(ad_spend) FILTER (WHERE week_start = $5 - 7)::bigint AS before_ad_spend, \
             sum(sales) FILTER (WHERE week_start = $5 - 7)::bigint AS before_sales, \
             sum(ad_spend) FILTER (WHERE week_start < $5 - 7 AND week_start >= $4)::bigint AS rest_ad_spend, \
             sum(sales) FILTER (WHERE week_start < $5 - 7 AND week_start >= $4)::bigint AS rest_sales, \
             sum(ad_spend) FILTER (WHERE week_start < $5 - 7 AND week_start < $4)::bigint AS previous_ad_spend, \
             sum(sales) FILTER (WHERE week_start < $5 - 7 AND week_start < $4)::bigint AS previous_sales",
            $from,
            "1"
        )
    };
}

macro_rules! now {
    ($sums:ident) => {
        $sums!(
            "SELECT client_id, entity_id, week_start, ad_spend, sales FROM weekly_metrics \
             WHERE tenant_id = $1 AND ($2 IS NULL OR client_id = ANY ($2)) AND ($7 IS NULL OR client_id = $7) \
               AND week_start BETWEEN $3 AND $5"
        )
    };
}

macro_rules! then {
    ($sums:ident) => {
        $sums!(
            "SELECT DISTINCT ON (entity_id, week_start) client_id, entity_id, week_start, ad_spend, sales \
             FROM weekly_metric_revisions \
             WHERE tenant_id = $1 AND ($2 IS NULL OR client_id = ANY ($2)) AND ($7 IS NULL OR client_id = $7) \
               AND week_start BETWEEN $3 AND $5 AND recorded_at <= $8 \
             ORDER BY entity_id, week_start, recorded_at DESC"
        )
    };
}

#[derive(QueryableByName)]
struct Parts {
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_sales: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    before_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    before_sales: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rest_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rest_sales: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    previous_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    previous_sales: Option<i64>,
}

impl Parts {
    /// Only those parts of which something is known.
    fn sums(self, weeks: SumWeeks) -> impl Iterator<Item = OwnSum> {
        let parts = [
            (weeks.last, self.last_ad_spend, self.last_sales),
            (weeks.last - Days::new(7), self.before_ad_spend, self.before_sales),
            (weeks.first, self.rest_ad_spend, self.rest_sales),
            (weeks.previous, self.previous_ad_spend, self.previous_sales),
        ];
        parts.into_iter().filter_map(move |(week_start, ad_spend, sales)| {
            Some(OwnSum { entity_id: self.entity_id, week_start, ad_spend: ad_spend?, sales: sales? })
        })
    }
}

/// What is known now, or was known at an instant.
///
/// # Errors
/// When the database refuses.
pub async fn own_sums(
    tx: &mut TenantTx,
    weeks: SumWeeks,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<OwnSum>, StoreError> {
    let asker = Asker::of(tx);
    sums(tx.conn(), &asker, weeks, known_at).await
}

pub(super) async fn sums(
    mut conn: &Connection,
    asker: &Asker,
    weeks: SumWeeks,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<OwnSum>, StoreError> {
    let text = match (weeks.each, known_at) {
        (true, None) => now!(each_week),
        (true, Some(_)) => then!(each_week),
        (false, None) => now!(parts),
        (false, Some(_)) => then!(parts),
    };
    let query = statement(text)
        .planned_for_its_values()
        .bind::<SqlUuid, _>(asker.tenant)
        .bind::<Nullable<Array<SqlUuid>>, _>(&asker.clients)
        .bind::<Date, _>(weeks.previous)
        .bind::<Date, _>(weeks.first)
        .bind::<Date, _>(weeks.last)
        .bind::<Bool, _>(weeks.by_client)
        .bind::<Nullable<SqlUuid>, _>(weeks.client);
    let query = match known_at {
        Some(instant) => query.bind::<Timestamptz, _>(instant),
        None => query,
    };
    if weeks.each {
        return Ok(query.load(&mut conn).await?);
    }
    let rows: Vec<Parts> = query.load(&mut conn).await?;
    Ok(rows.into_iter().flat_map(|row| row.sums(weeks)).collect())
}
