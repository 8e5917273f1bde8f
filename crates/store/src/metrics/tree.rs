//! The whole tree that a caller sees, and the sums of each place's own figures, from which everything is rolled up.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamp, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::Level;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// A place of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    pub level: Level,
    pub id: Uuid,
    /// Of the level above; `None` for a client.
    pub parent: Option<Uuid>,
    pub client: Uuid,
    /// A client's channel is called as the channel is.
    pub name: String,
    pub currency: String,
    /// A group's, in minor units.
    pub weekly_budget: Option<i64>,
    /// A campaign's, in ten-thousandths.
    pub target_roas: Option<i64>,
    pub settle_days: i64,
    pub is_active: bool,
    /// Removed meanwhile; there for what was known before.
    pub is_removed: bool,
}

/// The tree, parents before children, and the organization's local time.
#[derive(Clone, Debug)]
pub struct TreeRows {
    pub nodes: Vec<TreeNode>,
    pub local_now: NaiveDateTime,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    parent_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    client_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    weekly_budget: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    target_roas: Option<i64>,
    #[diesel(sql_type = BigInt)]
    settle_days: i64,
    #[diesel(sql_type = Bool)]
    is_active: bool,
    #[diesel(sql_type = Bool)]
    is_removed: bool,
}

/// $1 tenant, $2 the caller's clients or null, $3 whether with what was removed.
const TREE: &str = "\
SELECT 'client' AS level, 1 AS depth, c.id, NULL::uuid AS parent_id, c.id AS client_id, c.name, c.name_lower COLLATE \"C\" AS sort,
  c.currency, NULL::bigint AS weekly_budget, NULL::bigint AS target_roas, 14::bigint AS settle_days, c.is_active,
  c.removed_at IS NOT NULL AS is_removed
FROM clients c
WHERE c.tenant_id = $1 AND ($2 IS NULL OR c.id = ANY ($2)) AND ($3 OR c.removed_at IS NULL)
UNION ALL
SELECT 'client_channel', 2, cc.id, cc.client_id, cc.client_id, ch.name, ch.name, c.currency, NULL, NULL, cc.settle_days,
  cc.is_active, cc.removed_at IS NOT NULL
FROM client_channels cc
JOIN channels ch ON ch.id = cc.channel_id
JOIN clients c ON c.tenant_id = cc.tenant_id AND c.id = cc.client_id
WHERE cc.tenant_id = $1 AND ($2 IS NULL OR cc.client_id = ANY ($2)) AND ($3 OR cc.removed_at IS NULL)
UNION ALL
SELECT 'campaign_group', 3, g.id, g.client_channel_id, g.client_id, g.name, g.name_lower, c.currency, g.weekly_budget, NULL,
  cc.settle_days, g.is_active, g.removed_at IS NOT NULL
FROM campaign_groups g
JOIN client_channels cc ON cc.tenant_id = g.tenant_id AND cc.id = g.client_channel_id
JOIN clients c ON c.tenant_id = g.tenant_id AND c.id = g.client_id
WHERE g.tenant_id = $1 AND ($2 IS NULL OR g.client_id = ANY ($2)) AND ($3 OR g.removed_at IS NULL)
UNION ALL
SELECT 'campaign', 4, p.id, p.campaign_group_id, p.client_id, p.name, p.name_lower, c.currency, NULL, p.target_roas,
  cc.settle_days, p.is_active, p.removed_at IS NOT NULL
FROM campaigns p
JOIN campaign_groups g ON g.tenant_id = p.tenant_id AND g.id = p.campaign_group_id
JOIN client_channels cc ON cc.tenant_id = g.tenant_id AND cc.id = g.client_channel_id
JOIN clients c ON c.tenant_id = p.tenant_id AND c.id = p.client_id
WHERE p.tenant_id = $1 AND ($2 IS NULL OR p.client_id = ANY ($2)) AND ($3 OR p.removed_at IS NULL)
ORDER BY depth, sort, id";

/// Everything the caller sees; with what was removed, where the past is asked about.
///
/// # Errors
/// When the database refuses.
pub async fn load_tree(tx: &mut TenantTx, with_removed: bool) -> Result<TreeRows, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let rows: Vec<Row> = statement(TREE)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Nullable<Array<SqlUuid>>, _>(clients)
        .bind::<Bool, _>(with_removed)
        .load(tx.conn())
        .await?;
    let nodes = rows.into_iter().map(node).collect::<Result<_, _>>()?;
    Ok(TreeRows { nodes, local_now: local_now(tx).await? })
}

fn node(row: Row) -> Result<TreeNode, StoreError> {
    Ok(TreeNode {
        level: Level::parse(&row.level)?,
        id: row.id,
        parent: row.parent_id,
        client: row.client_id,
        name: row.name,
        currency: row.currency,
        weekly_budget: row.weekly_budget,
        target_roas: row.target_roas,
        settle_days: row.settle_days,
        is_active: row.is_active,
        is_removed: row.is_removed,
    })
}

/// What the clocks on the organization's walls show.
///
/// # Errors
/// When the database refuses.
pub async fn local_now(tx: &mut TenantTx) -> Result<NaiveDateTime, StoreError> {
    #[derive(QueryableByName)]
    struct Now {
        #[diesel(sql_type = Timestamp)]
        local_now: NaiveDateTime,
    }
    let now: Now =
        statement("SELECT now() AT TIME ZONE time_zone AS local_now FROM tenants WHERE tenant_id = $1")
            .bind::<SqlUuid, _>(tx.tenant().0)
            .get_result(tx.conn())
            .await?;
    Ok(now.local_now)
}

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

macro_rules! sums {
    ($from:literal) => {
        concat!(
            "SELECT CASE WHEN $7 THEN client_id ELSE entity_id END AS entity_id, CASE WHEN $6 OR week_start >= $5 - 7 THEN week_start WHEN week_start >= $4 THEN $4 ELSE $3 END \
               AS week_start, sum(ad_spend)::bigint AS ad_spend, sum(sales)::bigint AS sales FROM (",
            $from,
            ") AS known WHERE ad_spend IS NOT NULL GROUP BY 1, 2"
        )
    };
}

const NOW: &str = sums!(
    "SELECT client_id, entity_id, week_start, ad_spend, sales FROM weekly_metrics \
     WHERE tenant_id = $1 AND ($2 IS NULL OR client_id = ANY ($2)) AND ($8 IS NULL OR client_id = $8) \
       AND week_start BETWEEN $3 AND $5"
);

const THEN: &str = sums!(
    "SELECT DISTINCT ON (entity_id, week_start) client_id, entity_id, week_start, ad_spend, sales \
     FROM weekly_metric_revisions \
     WHERE tenant_id = $1 AND ($2 IS NULL OR client_id = ANY ($2)) AND ($8 IS NULL OR client_id = $8) \
       AND week_start BETWEEN $3 AND $5 AND recorded_at <= $9 \
     ORDER BY entity_id, week_start, recorded_at DESC"
);

/// What is known now, or was known at an instant.
///
/// # Errors
/// When the database refuses.
pub async fn own_sums(
    tx: &mut TenantTx,
    weeks: SumWeeks,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<OwnSum>, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let query = statement(if known_at.is_some() { THEN } else { NOW })
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Nullable<Array<SqlUuid>>, _>(clients)
        .bind::<Date, _>(weeks.previous)
        .bind::<Date, _>(weeks.first)
        .bind::<Date, _>(weeks.last)
        .bind::<Bool, _>(weeks.each)
        .bind::<Bool, _>(weeks.by_client)
        .bind::<Nullable<SqlUuid>, _>(weeks.client);
    let query = match known_at {
        Some(instant) => query.bind::<Timestamptz, _>(instant),
        None => query,
    };
    Ok(query.load(tx.conn()).await?)
}
