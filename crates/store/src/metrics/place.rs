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
pub(super) struct Row {
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

/// The places of one level, `$place` the table's name in `$from`. The rows are held with the lock that a foreign key takes:
/// nobody removes or deactivates a place while figures are being put there. $1 tenant, $2 ids, $3 the caller's clients or null.
macro_rules! places {
    ($level:literal, $client:literal, $channel:literal, $group:literal, $days:literal, $inactive:literal, $from:literal, $place:literal) => {
        concat!(
            "SELECT '",
            $level,
            "' AS level, ",
            $place,
            ".id, ",
            $client,
            " AS client_id, ",
            $channel,
            " AS client_channel_id, ",
            $group,
            " AS campaign_group_id, c.currency, ",
            $days,
            " AS settle_days, CASE WHEN NOT c.is_active THEN 'client' ",
            $inactive,
            " END AS inactive, now() AT TIME ZONE t.time_zone AS local_now FROM ",
            $from,
            " JOIN tenants t ON t.tenant_id = c.tenant_id WHERE ",
            $place,
            ".tenant_id = $1 AND ",
            $place,
            ".id = ANY ($2) AND ",
            $place,
            ".removed_at IS NULL AND ($3 IS NULL OR ",
            $client,
            " = ANY ($3)) FOR KEY SHARE OF ",
            $place
        )
    };
}

/// A statement for each level: what a call does not name costs it nothing.
pub(super) const fn places(level: Level) -> &'static str {
    match level {
        Level::Client => {
            places!("client", "c.id", "NULL::uuid", "NULL::uuid", "14::bigint", "", "clients c", "c")
        }
        Level::ClientChannel => places!(
            "client_channel",
            "cc.client_id",
            "cc.id",
            "NULL::uuid",
            "cc.settle_days",
            "WHEN NOT cc.is_active THEN 'client_channel'",
            "client_channels cc JOIN clients c ON c.tenant_id = cc.tenant_id AND c.id = cc.client_id",
            "cc"
        ),
        Level::CampaignGroup => places!(
            "campaign_group",
            "g.client_id",
            "g.client_channel_id",
            "g.id",
            "cc.settle_days",
            "WHEN NOT cc.is_active THEN 'client_channel' WHEN NOT g.is_active THEN 'campaign_group'",
            "campaign_groups g JOIN client_channels cc ON cc.tenant_id = g.tenant_id AND cc.id = g.client_channel_id \
             JOIN clients c ON c.tenant_id = g.tenant_id AND c.id = g.client_id",
            "g"
        ),
        Level::Campaign => places!(
            "campaign",
            "p.client_id",
            "g.client_channel_id",
            "g.id",
            "cc.settle_days",
            "WHEN NOT cc.is_active THEN 'client_channel' WHEN NOT g.is_active THEN 'campaign_group' \
             WHEN NOT p.is_active THEN 'campaign'",
            "campaigns p JOIN campaign_groups g ON g.tenant_id = p.tenant_id AND g.id = p.campaign_group_id \
             JOIN client_channels cc ON cc.tenant_id = g.tenant_id AND cc.id = g.client_channel_id \
             JOIN clients c ON c.tenant_id = p.tenant_id AND c.id = p.client_id",
            "p"
        ),
    }
}

/// Those of these places that there are, for the caller.
///
/// # Errors
/// When the database refuses.
pub async fn find_places(tx: &mut TenantTx, named: &[(Level, Uuid)]) -> Result<Vec<Place>, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let mut found = Vec::with_capacity(named.len());
    for level in Level::ALL {
        let ids: Vec<Uuid> = named.iter().filter(|it| it.0 == level).map(|it| it.1).collect();
        if ids.is_empty() {
            continue;
        }
        let rows: Vec<Row> = statement(places(level))
            .bind::<SqlUuid, _>(tx.tenant().0)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Nullable<Array<SqlUuid>>, _>(&clients)
            .load(tx.conn())
            .await?;
        for row in rows {
            found.push(place(row)?);
        }
    }
    Ok(found)
}

pub(super) fn place(row: Row) -> Result<Place, StoreError> {
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
