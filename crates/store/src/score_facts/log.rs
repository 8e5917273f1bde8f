//! The log of what people did, as a stream: memory does not grow with it.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::TryStreamExt;
use scoring::Clock;
use uuid::Uuid;

use super::instant;
use crate::{StoreError, TenantTx};

/// One thing a person did.
#[derive(Clone, Debug, QueryableByName)]
pub struct LoggedActivity {
    /// The person it counts for: the survivor, where the one it was recorded for was merged.
    #[diesel(sql_type = SqlUuid)]
    pub person: Uuid,
    #[diesel(sql_type = Text)]
    pub activity_type: String,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
}

/// Answered from the index activities_fold alone.
const LOG: &str = "\
WITH lives AS ( \
  SELECT p.id, p.id AS person FROM people p WHERE p.tenant_id = $1 AND p.id = ANY ($2) \
  UNION ALL \
  SELECT p.id, p.merged_into FROM people p WHERE p.tenant_id = $1 AND p.merged_into = ANY ($2)) \
SELECT l.person, a.type AS activity_type, a.occurred_at, a.recorded_at \
FROM lives l JOIN activities a ON a.tenant_id = $1 AND a.person_id = l.id \
WHERE a.occurred_at <= $3 AND a.recorded_at <= $4 AND (a.retracted_at IS NULL OR a.retracted_at > $4)";

/// Every activity of these people that counts at the clock, in no order, one after the other into `fold`. What was
/// taken back after the clock's `known_at` still counts at it.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn fold_activities(
    tx: &mut TenantTx,
    people: &[Uuid],
    clock: Clock,
    mut fold: impl FnMut(LoggedActivity) + Send,
) -> Result<(), StoreError> {
    let query = diesel::sql_query(LOG)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(people)
        .bind::<Timestamptz, _>(instant(clock.as_of))
        .bind::<Timestamptz, _>(instant(clock.known_at));
    let mut rows = query.load_stream::<LoggedActivity>(tx.conn()).await?;
    while let Some(activity) = rows.try_next().await? {
        fold(activity);
    }
    Ok(())
}
