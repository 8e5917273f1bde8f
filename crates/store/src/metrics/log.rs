//! The log of revisions, from which alerts and restatements are folded.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Timestamp, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// One writing of a week at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct LoggedRevision {
    #[diesel(sql_type = SqlUuid)]
    pub entity_id: Uuid,
    #[diesel(sql_type = Date)]
    pub week_start: NaiveDate,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// What the clocks on the organization's walls showed then.
    #[diesel(sql_type = Timestamp)]
    pub local_recorded_at: NaiveDateTime,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub sales: Option<i64>,
}

macro_rules! log {
    ($which:literal) => {
        concat!(
            "SELECT r.entity_id, r.week_start, r.recorded_at, r.recorded_at AT TIME ZONE t.time_zone AS local_recorded_at, \
               r.ad_spend, r.sales \
             FROM weekly_metric_revisions r JOIN tenants t ON t.tenant_id = r.tenant_id \
             WHERE r.tenant_id = $1 AND ($2 IS NULL OR r.client_id = ANY ($2)) AND r.recorded_at <= $3 AND ",
            $which
        )
    };
}

/// Everything written up to `known_at` of weeks that start on `from` or later, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn revision_log(
    tx: &mut TenantTx,
    from: NaiveDate,
    known_at: DateTime<Utc>,
) -> Result<Vec<LoggedRevision>, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let log = statement(log!("r.week_start >= $4 ORDER BY r.recorded_at, r.entity_id, r.week_start"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Nullable<Array<SqlUuid>>, _>(clients)
        .bind::<Timestamptz, _>(known_at)
        .bind::<Date, _>(from);
    Ok(log.load(tx.conn()).await?)
}

/// All revisions up to `known_at` of weeks of which some came after `after`, week by week, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn revisions_of_changed(
    tx: &mut TenantTx,
    after: DateTime<Utc>,
    known_at: DateTime<Utc>,
) -> Result<Vec<LoggedRevision>, StoreError> {
    let clients = tx.clients().reads().map(<[Uuid]>::to_vec);
    let log = statement(log!(
        "(r.entity_id, r.week_start) IN (SELECT c.entity_id, c.week_start FROM weekly_metric_revisions c \
           WHERE c.tenant_id = $1 AND c.recorded_at > $4 AND c.recorded_at <= $3) \
         ORDER BY r.entity_id, r.week_start, r.recorded_at"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Nullable<Array<SqlUuid>>, _>(clients)
    .bind::<Timestamptz, _>(known_at)
    .bind::<Timestamptz, _>(after);
    Ok(log.load(tx.conn()).await?)
}
