//! Weeks as they are written: the figures as known now, and beside them every revision.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::{EntityError, Level};
use super::place::{self, Place, places};
use crate::statement::statement;
use crate::{ClientScope, StoreError, TenantTx};

/// Where a revision came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Manual,
    Import,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Manual => "manual",
            Source::Import => "import",
        }
    }
}

/// Figures of one week at one place, in minor units. The week is one: somebody has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewWeek {
    pub level: Level,
    pub place: Uuid,
    pub client: Uuid,
    /// A Monday.
    pub week_start: NaiveDate,
    pub ad_spend: i64,
    pub sales: i64,
}

impl NewWeek {
    pub fn at(place: &Place, week_start: NaiveDate, ad_spend: i64, sales: i64) -> Self {
        NewWeek { level: place.level, place: place.id, client: place.client, week_start, ad_spend, sales }
    }
}

/// What became of a week that was written.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct WrittenWeek {
    #[diesel(sql_type = SqlUuid)]
    pub entity_id: Uuid,
    #[diesel(sql_type = Date)]
    pub week_start: NaiveDate,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub before_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub before_sales: Option<i64>,
    /// When the figures became known that are there now.
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// Where they came from.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// False: the same figures were there already, and nothing was written.
    #[diesel(sql_type = Bool)]
    pub changed: bool,
}

/// Writes what is `given`. `written` reads `before`, so that the rows are locked and read before they are written. $1 tenant,
/// $4 source, $5 by whom, $6 import.
macro_rules! upsert {
    (before: $before:literal, known: $known:literal) => {
        concat!(
            "before AS MATERIALIZED (
  SELECT w.entity_id, w.week_start, w.ad_spend, w.sales, w.recorded_at, w.source FROM weekly_metrics w ",
            $before,
            " FOR UPDATE OF w
), written AS (
  INSERT INTO weekly_metrics AS w (tenant_id, client_id, entity_id, level, week_start, ad_spend, sales, source,
                                   recorded_at, recorded_by)
  SELECT $1, g.client_id, g.entity_id, g.level, g.week_start, g.ad_spend, g.sales, $4, clock_timestamp(), $5
  FROM given g LEFT JOIN before b ON ",
            $known,
            " WHERE (b.ad_spend, b.sales) IS DISTINCT FROM (g.ad_spend, g.sales)
  ON CONFLICT (tenant_id, entity_id, week_start) DO UPDATE SET ad_spend = excluded.ad_spend, sales = excluded.sales,
    source = excluded.source, recorded_by = excluded.recorded_by,
    recorded_at = greatest(excluded.recorded_at, w.recorded_at + interval '1 microsecond')
  RETURNING w.client_id, w.entity_id, w.week_start, w.ad_spend, w.sales, w.source, w.recorded_at, w.recorded_by
), revised AS (
  INSERT INTO weekly_metric_revisions (tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source,
                                       recorded_by, import_id)
  SELECT $1, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source, recorded_by, $6 FROM written
)"
        )
    };
}

/// What became of it.
macro_rules! outcome {
    () => {
        "b.ad_spend AS before_ad_spend, b.sales AS before_sales, coalesce(w.recorded_at, b.recorded_at) AS recorded_at,
  coalesce(w.source, b.source) AS source, w.recorded_at IS NOT NULL AS changed"
    };
}

const UPSERT: &str = concat!(
    "WITH given AS (
  SELECT * FROM unnest($2, $3, $7, $8, $9, $10) AS g (client_id, entity_id, level, week_start, ad_spend, sales)
), ",
    upsert!(
        before: "JOIN given g ON w.entity_id = g.entity_id AND w.week_start = g.week_start WHERE w.tenant_id = $1",
        known: "b.entity_id = g.entity_id AND b.week_start = g.week_start"
    ),
    " SELECT g.entity_id, g.week_start, ",
    outcome!(),
    " FROM given g
LEFT JOIN before b ON b.entity_id = g.entity_id AND b.week_start = g.week_start
LEFT JOIN written w ON w.entity_id = g.entity_id AND w.week_start = g.week_start"
);

/// Writes weeks at places that [`find_places`](super::find_places) has found in this transaction. The same figures again are
/// no revision. No two may be of one place and week.
///
/// # Errors
/// When the database refuses.
pub async fn upsert_weeks(
    tx: &mut TenantTx,
    weeks: &[NewWeek],
    source: Source,
    by: &str,
    import: Option<Uuid>,
) -> Result<Vec<WrittenWeek>, StoreError> {
    // Everybody locks in this order, so that nobody waits for somebody who waits for them.
    let mut weeks = weeks.to_vec();
    weeks.sort_unstable_by_key(|it| (it.place, it.week_start));
    let written = statement(UPSERT)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(weeks.iter().map(|it| it.client).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(weeks.iter().map(|it| it.place).collect::<Vec<_>>())
        .bind::<Text, _>(source.as_str())
        .bind::<Text, _>(by)
        .bind::<Nullable<SqlUuid>, _>(import)
        .bind::<Array<Text>, _>(weeks.iter().map(|it| it.level.as_str()).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(weeks.iter().map(|it| it.week_start).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(weeks.iter().map(|it| it.ad_spend).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(weeks.iter().map(|it| it.sales).collect::<Vec<_>>());
    Ok(written.load(tx.conn()).await?)
}

/// One week that somebody puts in, at a place that is still to be found.
#[derive(Clone, Copy, Debug)]
pub struct GivenWeek<'a> {
    pub level: Level,
    pub place: Uuid,
    /// A Monday.
    pub week_start: NaiveDate,
    pub ad_spend: i64,
    pub sales: i64,
    /// Of both amounts; all must be the place's.
    pub currencies: [&'a str; 2],
}

/// The place is found and the week written in one round trip, unless the caller may not, something is not active, or a currency
/// is another: then nothing is `given`. One week is looked for by its key; joining it, as many are, costs a tenth more. $2 and
/// $3 are the place's.
static UPSERT_AT: LazyLock<[String; 4]> = LazyLock::new(|| {
    Level::ALL.map(|level| {
        format!(
            "WITH place AS MATERIALIZED ({}), given AS (
  SELECT p.client_id, p.id AS entity_id, p.level, $7::date AS week_start, $8::bigint AS ad_spend, $9::bigint AS sales
  FROM place p
  WHERE p.inactive IS NULL AND p.currency = ALL ($10::text[]) AND ($11::uuid[] IS NULL OR p.client_id = ANY ($11))
), {} SELECT p.*, {} FROM place p
LEFT JOIN given g ON true LEFT JOIN before b ON g.entity_id IS NOT NULL LEFT JOIN written w ON true",
            places(level),
            upsert!(
                before: "WHERE w.tenant_id = $1 AND w.entity_id = ANY ($2) AND w.week_start = $7",
                known: "true"
            ),
            outcome!()
        )
    })
});

/// Writes one week. Answers with its place, if the caller has such a one, and with what was written there, if it could be.
///
/// # Errors
/// When the database refuses.
pub async fn upsert_week(
    tx: &mut TenantTx,
    week: &GivenWeek<'_>,
    by: &str,
) -> Result<Option<(Place, Option<WrittenWeek>)>, StoreError> {
    #[derive(QueryableByName)]
    struct Placed {
        #[diesel(embed)]
        place: place::Row,
        #[diesel(sql_type = Nullable<BigInt>)]
        before_ad_spend: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        before_sales: Option<i64>,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        recorded_at: Option<DateTime<Utc>>,
        #[diesel(sql_type = Nullable<Text>)]
        source: Option<String>,
        #[diesel(sql_type = Nullable<Bool>)]
        changed: Option<bool>,
    }
    let (reads, writes) = match tx.clients() {
        ClientScope::All => (None, None),
        ClientScope::Named { reads, writes } => (Some(reads.clone()), Some(writes.clone())),
    };
    let placed: Option<Placed> = statement(UPSERT_AT[week.level as usize].as_str())
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(vec![week.place])
        .bind::<Nullable<Array<SqlUuid>>, _>(reads)
        .bind::<Text, _>(Source::Manual.as_str())
        .bind::<Text, _>(by)
        .bind::<Nullable<SqlUuid>, _>(None::<Uuid>)
        .bind::<Date, _>(week.week_start)
        .bind::<BigInt, _>(week.ad_spend)
        .bind::<BigInt, _>(week.sales)
        .bind::<Array<Text>, _>(week.currencies.to_vec())
        .bind::<Nullable<Array<SqlUuid>>, _>(writes)
        .get_result(tx.conn())
        .await
        .optional()?;
    let Some(placed) = placed else { return Ok(None) };
    let written = placed.recorded_at.zip(placed.source).zip(placed.changed);
    let written = written.map(|((recorded_at, source), changed)| WrittenWeek {
        entity_id: week.place,
        week_start: week.week_start,
        before_ad_spend: placed.before_ad_spend,
        before_sales: placed.before_sales,
        recorded_at,
        source,
        changed,
    });
    Ok(Some((place::place(placed.place)?, written)))
}

/// Figures are taken away by a revision without any.
macro_rules! retire {
    ($which:literal) => {
        concat!(
            "WITH gone AS (
  UPDATE weekly_metrics w SET ad_spend = NULL, sales = NULL, source = $4, recorded_by = $3,
    recorded_at = greatest(clock_timestamp(), w.recorded_at + interval '1 microsecond')
  FROM (SELECT entity_id, week_start, ad_spend, sales FROM weekly_metrics
        WHERE tenant_id = $1 AND ad_spend IS NOT NULL AND ",
            $which,
            " FOR UPDATE) b
  WHERE w.tenant_id = $1 AND w.entity_id = b.entity_id AND w.week_start = b.week_start
  RETURNING w.client_id, w.entity_id, w.week_start, w.recorded_at, b.ad_spend, b.sales
), revised AS (
  INSERT INTO weekly_metric_revisions (tenant_id, client_id, entity_id, week_start, recorded_at, source, recorded_by)
  SELECT $1, client_id, entity_id, week_start, recorded_at, $4, $3 FROM gone
)
SELECT entity_id, week_start, ad_spend AS before_ad_spend, sales AS before_sales, recorded_at, $4 AS source, true AS changed
FROM gone"
        )
    };
}

/// Takes a week's figures away; `None` when there are none.
///
/// # Errors
/// When the database refuses.
pub async fn remove_week(
    tx: &mut TenantTx,
    place: Uuid,
    week_start: NaiveDate,
    by: &str,
) -> Result<Option<WrittenWeek>, StoreError> {
    let gone = statement(retire!("entity_id = $2 AND week_start = $5"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(place)
        .bind::<Text, _>(by)
        .bind::<Text, _>(Source::Manual.as_str())
        .bind::<Date, _>(week_start);
    Ok(gone.get_result(tx.conn()).await.optional()?)
}

/// Takes the figures of many weeks away.
///
/// # Errors
/// When the database refuses.
pub(super) async fn remove_weeks(
    tx: &mut TenantTx,
    weeks: &[(Uuid, NaiveDate)],
    by: &str,
) -> Result<(), StoreError> {
    statement(retire!("(entity_id, week_start) IN (SELECT * FROM unnest($2, $5))"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(weeks.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Text, _>(by)
        .bind::<Text, _>(Source::Manual.as_str())
        .bind::<Array<Date>, _>(weeks.iter().map(|it| it.1).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes all figures of a place away that is to be removed. Answers with how many weeks' there were.
///
/// # Errors
/// [`EntityError::HasWeeks`] when there are any and nobody said `force`.
pub(super) async fn retire_weeks(
    tx: &mut TenantTx,
    place: Uuid,
    force: bool,
    by: &str,
) -> Result<i64, EntityError> {
    let gone: Vec<WrittenWeek> = statement(retire!("entity_id = $2"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(place)
        .bind::<Text, _>(by)
        .bind::<Text, _>(Source::Manual.as_str())
        .load(tx.conn())
        .await?;
    let count = i64::try_from(gone.len()).unwrap_or(i64::MAX);
    // Refusing rolls the transaction back, and with it what was just taken away.
    if count > 0 && !force { Err(EntityError::HasWeeks(count)) } else { Ok(count) }
}
