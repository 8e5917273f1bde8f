//! The whole tree that a caller sees.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::Level;
use super::sums::{OwnSum, SumWeeks, sums};
use crate::pool::Connection;
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

/// Everything the caller sees, parents before children; with what was removed, where the past is asked about.
///
/// # Errors
/// When the database refuses.
pub async fn load_tree(tx: &mut TenantTx, with_removed: bool) -> Result<Vec<TreeNode>, StoreError> {
    let asker = Asker::of(tx);
    tree(tx.conn(), &asker, with_removed).await
}

/// The tree, with the sums of each place's own figures as known now and, if asked for, as known at an instant. Everything is
/// asked at once and of one transaction.
///
/// # Errors
/// When the database refuses.
pub async fn load_tree_with_sums(
    tx: &mut TenantTx,
    weeks: SumWeeks,
    known_at: Option<DateTime<Utc>>,
) -> Result<TreeWithSums, StoreError> {
    let asker = Asker::of(tx);
    let conn: &Connection = tx.conn();
    let then = async {
        match known_at {
            Some(_) => sums(conn, &asker, weeks, known_at).await.map(Some),
            None => Ok(None),
        }
    };
    let (nodes, now, then) =
        futures::try_join!(tree(conn, &asker, known_at.is_some()), sums(conn, &asker, weeks, None), then)?;
    Ok(TreeWithSums { nodes, now, then })
}

/// A tree and what is summed up in it.
#[derive(Clone, Debug)]
pub struct TreeWithSums {
    pub nodes: Vec<TreeNode>,
    pub now: Vec<OwnSum>,
    /// `None` unless an instant was asked for.
    pub then: Option<Vec<OwnSum>>,
}

/// Whose tree: the organization, and the clients the caller is limited to.
pub(super) struct Asker {
    pub(super) tenant: Uuid,
    pub(super) clients: Option<Vec<Uuid>>,
}

impl Asker {
    pub(super) fn of(tx: &TenantTx) -> Self {
        Asker { tenant: tx.tenant().0, clients: tx.clients().reads().map(<[Uuid]>::to_vec) }
    }
}

async fn tree(mut conn: &Connection, asker: &Asker, with_removed: bool) -> Result<Vec<TreeNode>, StoreError> {
    let rows: Vec<Row> = statement(TREE)
        .bind::<SqlUuid, _>(asker.tenant)
        .bind::<Nullable<Array<SqlUuid>>, _>(&asker.clients)
        .bind::<Bool, _>(with_removed)
        .load(&mut conn)
        .await?;
    rows.into_iter().map(node).collect()
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
