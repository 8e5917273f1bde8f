//! Fit against engagement: the points, and how many are where.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Parts, ScoredKind};
use crate::{StoreError, TenantTx};

/// The points and the counts of one kind.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Best combined score first.
    pub points: Vec<MatrixPoint>,
    pub counts: Vec<MatrixCount>,
}

/// An entity that has both a fit and an engagement. Points are thousandths.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct MatrixPoint {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub fit: i64,
    #[diesel(sql_type = BigInt)]
    pub engagement: i64,
    #[diesel(sql_type = BigInt)]
    pub combined: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub quadrant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub tier: Option<String>,
}

/// How many entities share a quadrant and a tier.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct MatrixCount {
    #[diesel(sql_type = Nullable<Text>)]
    pub quadrant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub tier: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// Of these, how many have a point.
    #[diesel(sql_type = BigInt)]
    pub placed: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub inputs_through: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub scored_at: Option<DateTime<Utc>>,
}

/// Up to `limit` points, of one tier where one is given, and the counts of all.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn get_matrix(
    tx: &mut TenantTx,
    kind: ScoredKind,
    tier: Option<&str>,
    limit: i64,
) -> Result<Matrix, StoreError> {
    let Parts { join, live, name, .. } = kind.parts();
    let from = format!(
        "FROM engagements e {join} WHERE e.tenant_id = $1 AND e.entity_type = '{}' AND {live}",
        kind.as_str()
    );
    let of_tier = if tier.is_some() { "AND e.tier = $3" } else { "AND ($3::text IS NULL)" };
    let points = diesel::sql_query(format!(
        "SELECT x.id, {name} AS name, e.fit, e.engagement, e.combined, e.quadrant, e.tier {from} \
           AND e.fit IS NOT NULL AND e.engagement IS NOT NULL AND e.combined IS NOT NULL {of_tier} \
         ORDER BY e.combined DESC, e.entity_id DESC LIMIT $2"
    ));
    let counts = diesel::sql_query(format!(
        "SELECT e.quadrant, e.tier, count(*) AS count, count(e.fit + e.engagement + e.combined) AS placed, \
           min(e.inputs_through) AS inputs_through, max(e.scored_at) AS scored_at {from} GROUP BY 1, 2"
    ));
    let tenant = tx.tenant().0;
    let points = points.bind::<SqlUuid, _>(tenant).bind::<BigInt, _>(limit).bind::<Nullable<Text>, _>(tier);
    Ok(Matrix {
        points: points.load(tx.conn()).await?,
        counts: counts.bind::<SqlUuid, _>(tenant).load(tx.conn()).await?,
    })
}
