//! Scored entities in any of five orders, a page at a time.
//!
//! Each order is total (the id breaks ties) and those without a value come last, in a second stretch of their own:
//! so each stretch is read off its index, and a position is the last row's value and id.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::BoxedSqlQuery;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ScoredEntity, ScoredKind, select};
use crate::{StoreError, TenantTx};

/// Which entities.
#[derive(Clone, Debug, Default)]
pub struct ScoreFilter {
    pub tier: Option<&'static str>,
    pub quadrant: Option<&'static str>,
    /// Only what belongs to this account; an account belongs to itself.
    pub account: Option<Uuid>,
    /// The beginning of the name, in any case; of people, of the last name.
    pub search: Option<String>,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreSort {
    /// Best first.
    Combined,
    /// Best first.
    Fit,
    /// Best first.
    Engagement,
    /// From A.
    Name,
    /// Soonest first.
    NextTransition,
}

impl ScoreSort {
    fn column(self) -> &'static str {
        match self {
            Self::Combined => "e.combined",
            Self::Fit => "e.fit",
            Self::Engagement => "e.engagement",
            Self::Name => "x.name_lower",
            Self::NextTransition => "e.next_transition_at",
        }
    }

    /// The direction, and what a later row compares as.
    fn direction(self) -> (&'static str, &'static str) {
        match self {
            Self::Combined | Self::Fit | Self::Engagement => ("DESC", "<"),
            Self::Name | Self::NextTransition => ("ASC", ">"),
        }
    }
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ScorePosition {
    Points(i64, Uuid),
    Text(String, Uuid),
    Time(DateTime<Utc>, Uuid),
    /// Among those without a value.
    Unvalued(Uuid),
}

impl ScoredEntity {
    /// Where a list in this order goes on after this row.
    pub fn position(&self, sort: ScoreSort) -> ScorePosition {
        let points = |points: Option<i64>| points.map(|points| ScorePosition::Points(points, self.id));
        let position = match sort {
            ScoreSort::Combined => points(self.scores.combined),
            ScoreSort::Fit => points(self.scores.fit),
            ScoreSort::Engagement => points(self.scores.engagement),
            ScoreSort::Name => Some(ScorePosition::Text(self.name_lower.clone(), self.id)),
            ScoreSort::NextTransition => {
                self.scores.next_transition_at.map(|at| ScorePosition::Time(at, self.id))
            }
        };
        position.unwrap_or(ScorePosition::Unvalued(self.id))
    }
}

type Query = BoxedSqlQuery<'static, Pg, diesel::query_builder::SqlQuery>;

/// Up to `limit` entities of a kind, after a position of the same order.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn list_entities(
    tx: &mut TenantTx,
    kind: ScoredKind,
    filter: &ScoreFilter,
    sort: ScoreSort,
    after: Option<&ScorePosition>,
    limit: usize,
) -> Result<Vec<ScoredEntity>, StoreError> {
    let unvalued = match after {
        Some(ScorePosition::Unvalued(id)) => Some(*id),
        _ => None,
    };
    let mut rows = match unvalued {
        Some(_) => Vec::new(),
        None => valued(tx, kind, filter, sort, after, limit).await?,
    };
    let room = limit - rows.len();
    if room > 0 && sort != ScoreSort::Name {
        rows.extend(without_value(tx, kind, filter, sort, unvalued, room).await?);
    }
    Ok(rows)
}

async fn valued(
    tx: &mut TenantTx,
    kind: ScoredKind,
    filter: &ScoreFilter,
    sort: ScoreSort,
    after: Option<&ScorePosition>,
    limit: usize,
) -> Result<Vec<ScoredEntity>, StoreError> {
    let (column, (direction, later)) = (sort.column(), sort.direction());
    let mut sql = Sql::select(kind, filter);
    sql.text.push_str(&format!(" AND {column} IS NOT NULL"));
    if let Some(after) = after {
        let (value, id) = match after {
            ScorePosition::Points(points, id) => (Bind::Number(*points), *id),
            ScorePosition::Text(text, id) => (Bind::Text(text.clone()), *id),
            ScorePosition::Time(time, id) => (Bind::Time(*time), *id),
            ScorePosition::Unvalued(_) => return Ok(Vec::new()),
        };
        let (value, id) = (sql.bind(value), sql.bind(Bind::Id(id)));
        sql.text.push_str(&format!(" AND ({column}, e.entity_id) {later} ({value}, {id})"));
    }
    sql.text.push_str(&format!(" ORDER BY {column} {direction}, e.entity_id {direction}"));
    sql.load(tx, limit).await
}

async fn without_value(
    tx: &mut TenantTx,
    kind: ScoredKind,
    filter: &ScoreFilter,
    sort: ScoreSort,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<ScoredEntity>, StoreError> {
    let mut sql = Sql::select(kind, filter);
    sql.text.push_str(&format!(" AND {} IS NULL", sort.column()));
    if let Some(after) = after {
        let id = sql.bind(Bind::Id(after));
        sql.text.push_str(&format!(" AND e.entity_id > {id}"));
    }
    sql.text.push_str(" ORDER BY e.entity_id");
    sql.load(tx, limit).await
}

/// How many entities of a kind the filter lets through.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn count_entities(
    tx: &mut TenantTx,
    kind: ScoredKind,
    filter: &ScoreFilter,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut sql = Sql::select(kind, filter);
    sql.text = format!("SELECT count(*) AS count FROM ({}) listed", sql.text);
    let counted: Count = sql.query(tx).get_result(tx.conn()).await?;
    Ok(counted.count)
}

enum Bind {
    Number(i64),
    Text(String),
    Time(DateTime<Utc>),
    Id(Uuid),
}

/// A statement that grows; values never become part of its text.
struct Sql {
    text: String,
    binds: Vec<Bind>,
}

impl Sql {
    fn select(kind: ScoredKind, filter: &ScoreFilter) -> Self {
        let mut sql = Self { text: select(kind), binds: Vec::new() };
        let equal = [("e.tier", filter.tier), ("e.quadrant", filter.quadrant)];
        for (column, value) in equal.into_iter().filter_map(|(column, value)| Some((column, value?))) {
            let value = sql.bind(Bind::Text(value.to_owned()));
            sql.text.push_str(&format!(" AND {column} = {value}"));
        }
        if let Some(account) = filter.account {
            let account = sql.bind(Bind::Id(account));
            sql.text.push_str(&format!(" AND {} = {account}", kind.parts().account_id));
        }
        if let Some(search) = &filter.search {
            // As a range: under row security LIKE would keep the index out of use. The last code point ends it.
            let prefix = sql.bind(Bind::Text(search.clone()));
            sql.text.push_str(&format!(
                " AND x.name_lower >= lower({prefix}) AND x.name_lower < lower({prefix}) || U&'\\+10FFFF'"
            ));
        }
        sql
    }

    /// The placeholder of one more value. `$1` is the tenant.
    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len() + 1)
    }

    fn query(self, tx: &TenantTx) -> Query {
        let mut query = diesel::sql_query(self.text).into_boxed::<Pg>().bind::<SqlUuid, _>(tx.tenant().0);
        for bind in self.binds {
            query = match bind {
                Bind::Number(value) => query.bind::<BigInt, _>(value),
                Bind::Text(value) => query.bind::<Text, _>(value),
                Bind::Time(value) => query.bind::<Timestamptz, _>(value),
                Bind::Id(value) => query.bind::<SqlUuid, _>(value),
            };
        }
        query
    }

    async fn load(mut self, tx: &mut TenantTx, limit: usize) -> Result<Vec<ScoredEntity>, StoreError> {
        let limit = self.bind(Bind::Number(limit as i64));
        self.text.push_str(&format!(" LIMIT {limit}"));
        Ok(self.query(tx).load(tx.conn()).await?)
    }
}
