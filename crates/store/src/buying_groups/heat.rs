//! What the members of a group earned week by week, before decay.

use std::collections::HashMap;

use buying_groups::{HeatMap, Week, heat_map};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use scoring::PreparedEngagement;
use uuid::Uuid;

use super::MemberBrief;
use super::groups::account_of;
use crate::schema::tenants;
use crate::scoring_configs::active_configs;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// The rows of the map belong to these members, in this order.
#[derive(Clone, Debug)]
pub struct MemberHeat {
    pub members: Vec<MemberBrief>,
    pub map: HeatMap,
}

/// The heat map of the weeks up to the one of `now`. Weeks and days are those of the tenant's time zone, points those of the
/// rules in force: quality times weight of each activity.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such group.
pub async fn get_member_engagement(
    tx: &mut TenantTx,
    group: Uuid,
    weeks: u32,
    now: DateTime<Utc>,
) -> Result<MemberHeat, StoreError> {
    account_of(tx, group).await?;
    let tenant = tx.tenant().0;
    let query = statement(
        "SELECT m.person_id, p.first_name, p.last_name, p.email, p.title FROM buying_group_members m \
           JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id \
         WHERE m.tenant_id = $1 AND m.group_id = $2 AND p.deleted_at IS NULL AND p.merged_into IS NULL \
         ORDER BY m.confidence DESC, m.person_id",
    );
    let query = query.bind::<SqlUuid, _>(tenant).bind::<SqlUuid, _>(group);
    let members: Vec<MemberBrief> = query.load(tx.conn()).await?;
    let zone: String = tenants::table.find(tenant).select(tenants::time_zone).first(tx.conn()).await?;
    let today = today(tx, &zone, now).await?;
    let last = Week::of_day(today);
    let days = i64::from(weeks) * 7;
    let people: Vec<Uuid> = members.iter().map(|it| it.person_id).collect();
    let engagement = active_configs(tx).await?.engagement.config;
    let rules = PreparedEngagement::new(&engagement).map_err(|_| StoreError::Bug)?;
    let mut earned: HashMap<Uuid, Vec<(Week, i64)>> = HashMap::new();
    for row in days_of(tx, people, &zone, last.monday() + 7 - days, now).await? {
        let Some(rule) = rules.type_rule(rules.type_index(&row.kind)) else { continue };
        // Thousandths times thousandths.
        let points = rule.weight.thousandths() * rule.quality.thousandths() / 1000;
        earned.entry(row.person).or_default().push((Week::of_day(row.day), points.saturating_mul(row.times)));
    }
    let rows: Vec<Vec<(Week, i64)>> =
        members.iter().map(|it| earned.remove(&it.person_id).unwrap_or_default()).collect();
    Ok(MemberHeat { members, map: heat_map(&rows, last, weeks) })
}

async fn today(tx: &mut TenantTx, zone: &str, now: DateTime<Utc>) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Day {
        #[diesel(sql_type = BigInt)]
        day: i64,
    }
    let query = statement("SELECT (($1 AT TIME ZONE $2)::date - DATE '1970-01-01')::bigint AS day");
    let query = query.bind::<Timestamptz, _>(now).bind::<Text, _>(zone.to_owned());
    let row: Day = query.get_result(tx.conn()).await?;
    Ok(row.day)
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = SqlUuid)]
    person: Uuid,
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// What these people and those merged into them did, by day and type, from a day on.
async fn days_of(
    tx: &mut TenantTx,
    people: Vec<Uuid>,
    zone: &str,
    from_day: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Done>, StoreError> {
    let query = statement(
        "SELECT l.person, ((a.occurred_at AT TIME ZONE $3)::date - DATE '1970-01-01')::bigint AS day, a.type AS kind, \
           count(*) AS times FROM ( \
             SELECT p.id, p.id AS person FROM people p WHERE p.tenant_id = $1 AND p.id = ANY ($2) \
             UNION ALL SELECT p.id, p.merged_into FROM people p WHERE p.tenant_id = $1 AND p.merged_into = ANY ($2)) l \
           JOIN activities a ON a.tenant_id = $1 AND a.person_id = l.id \
         WHERE a.retracted_at IS NULL AND a.occurred_at <= $5 \
           AND a.occurred_at >= (DATE '1970-01-01' + $4::int)::timestamp AT TIME ZONE $3 \
         GROUP BY 1, 2, 3",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Text, _>(zone.to_owned())
    .bind::<BigInt, _>(from_day)
    .bind::<Timestamptz, _>(now);
    Ok(query.load(tx.conn()).await?)
}
