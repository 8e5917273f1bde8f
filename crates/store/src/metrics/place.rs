//! Where figures are put: a campaign, or something above it, with all that writing a week there depends on.

use chrono::NaiveDateTime;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::Level;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// A place in the tree of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub level: Level,
    pub id: Uuid,
    pub client: Uuid,
    pub client_channel: Option<Uuid>,
    pub campaign_group: Option<Uuid>,
    pub currency: String,
    /// The highest level, of the place and all above it, that is not active.
    pub inactive: Option<Level>,
    /// How many days after its end a week's figures count as settled here.
    pub settle_days: i64,
    /// What the clocks on the organization's walls show.
    pub local_now: NaiveDateTime,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    client_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    client_channel_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    campaign_group_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Nullable<Text>)]
    inactive: Option<String>,
    #[diesel(sql_type = BigInt)]
    settle_days: i64,
    #[diesel(sql_type = Timestamp)]
    local_now: NaiveDateTime,
}

/// The rows are held with the lock that a foreign key takes: nobody removes or deactivates a place while figures are being
/// put there. $1 tenant, $2 ids, $3 the caller's clients or null.
const PLACES: &str = "\
WITH campaign AS MATERIALIZED (
  SELECT id, client_id, campaign_group_id, is_active FROM campaigns
  WHERE tenant_id = $1 AND id = ANY ($2) AND removed_at IS NULL AND ($3 IS NULL OR client_id = ANY ($3)) FOR KEY SHARE
), campaign_group AS MATERIALIZED (
  SELECT id, client_id, client_channel_id, is_active FROM campaign_groups
  WHERE tenant_id = $1 AND id = ANY ($2) AND removed_at IS NULL AND ($3 IS NULL OR client_id = ANY ($3)) FOR KEY SHARE
), client_channel AS MATERIALIZED (
  SELECT id, client_id, settle_days, is_active FROM client_channels
  WHERE tenant_id = $1 AND id = ANY ($2) AND removed_at IS NULL AND ($3 IS NULL OR client_id = ANY ($3)) FOR KEY SHARE
), client AS MATERIALIZED (
  SELECT id, currency, is_active FROM clients
  WHERE tenant_id = $1 AND id = ANY ($2) AND removed_at IS NULL AND ($3 IS NULL OR id = ANY ($3)) FOR KEY SHARE
), place AS (
  SELECT 'campaign' AS level, p.id, p.client_id, g.client_channel_id, g.id AS campaign_group_id, c.currency,
    cc.settle_days, c.is_active AS client_active, cc.is_active AS channel_active, g.is_active AS group_active,
    p.is_active AS campaign_active
  FROM campaign p JOIN campaign_groups g ON g.tenant_id = $1 AND g.id = p.campaign_group_id
  JOIN client_channels cc ON cc.tenant_id = $1 AND cc.id = g.client_channel_id
  JOIN clients c ON c.tenant_id = $1 AND c.id = p.client_id
  UNION ALL
  SELECT 'campaign_group', g.id, g.client_id, g.client_channel_id, g.id, c.currency, cc.settle_days, c.is_active,
    cc.is_active, g.is_active, true
  FROM campaign_group g JOIN client_channels cc ON cc.tenant_id = $1 AND cc.id = g.client_channel_id
  JOIN clients c ON c.tenant_id = $1 AND c.id = g.client_id
  UNION ALL
  SELECT 'client_channel', cc.id, cc.client_id, cc.id, NULL, c.currency, cc.settle_days, c.is_active, cc.is_active, true,
    true
  FROM client_channel cc JOIN clients c ON c.tenant_id = $1 AND c.id = cc.client_id
  UNION ALL
  SELECT 'client', c.id, c.id, NULL, NULL, c.currency, 14, c.is_active, true, true, true FROM client c
)
SELECT p.level, p.id, p.client_id, p.client_channel_id, p.campaign_group_id, p.currency, p.settle_days,
  CASE WHEN NOT client_active THEN 'client' WHEN NOT channel_active THEN 'client_channel'
    WHEN NOT group_active THEN 'campaign_group' WHEN NOT campaign_active THEN 'campaign' END AS inactive,
  now() AT TIME ZONE t.time_zone AS local_now
FROM place p JOIN tenants t ON t.tenant_id = $1";

/// Those of these places that there are, for the caller.
///
/// # Errors
/// When the database refuses.
pub async fn find_places(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Place>, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let rows: Vec<Row> = statement(PLACES)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Nullable<Array<SqlUuid>>, _>(clients)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(place).collect()
}

fn place(row: Row) -> Result<Place, StoreError> {
    Ok(Place {
        level: Level::parse(&row.level)?,
        id: row.id,
        client: row.client_id,
        client_channel: row.client_channel_id,
        campaign_group: row.campaign_group_id,
        currency: row.currency,
        inactive: row.inactive.as_deref().map(Level::parse).transpose()?,
        settle_days: row.settle_days,
        local_now: row.local_now,
    })
}
