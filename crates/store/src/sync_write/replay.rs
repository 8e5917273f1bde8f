//! The activities that came before their person or account, tried again when everybody has come: at the end of a run.

use std::collections::HashSet;

use canonical::{Activity, ConnectorId};
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::activities::{self, UNRESOLVED};
use super::{FactKind, Lease, Names, PageCounts, check_lease, run};
use crate::{StoreError, TenantTx, Topic};

/// A slice of what waits, so that a transaction stays short however much that is.
#[derive(Clone, Copy, Debug)]
pub struct UnresolvedSlice<'a> {
    pub connector: ConnectorId,
    pub sync_run: Option<Uuid>,
    pub lease: Option<Lease>,
    /// Where the slice before ended, in external ids; empty at the beginning.
    pub after: &'a str,
    pub limit: i64,
}

/// What became of a slice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Activities that are in the log now.
    pub placed: i64,
    /// Where the next slice begins; `None` when this was the last one.
    pub next: Option<String>,
}

/// Tries one slice of the waiting activities again and counts those that found their place: what this very run had put
/// into quarantine is moved from there to the inserted, what an earlier run left is read and inserted by this one.
/// The others wait on. The caller commits, together with where it goes on.
///
/// # Errors
/// As for `write_page`.
pub async fn replay_unresolved_activities(
    tx: &mut TenantTx,
    slice: &UnresolvedSlice<'_>,
) -> Result<Replayed, StoreError> {
    if let Some(lease) = slice.lease {
        check_lease(tx, lease).await?;
    }
    run::one_writer_at_a_time(tx).await?;
    let rows = waiting(tx, slice).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows == slice.limit);
    let next = rows.last().filter(|_| is_full).map(|row| row.external_id.clone());
    // A row that cannot be read any more waits for a person to look at it.
    let records: Vec<Activity> = rows.iter().filter_map(|row| Activity::deserialize(&row.raw).ok()).collect();
    let mut counts = PageCounts::default();
    let mut names = Names::default();
    let lost = activities::write(tx, slice.connector, &records, &mut names, &mut counts.activity).await?;
    let mut placed: HashSet<&str> = records.iter().map(|record| record.external_id.as_str()).collect();
    for record in &lost {
        placed.remove(record.external_id.as_str());
    }
    if !placed.is_empty() {
        tx.changes([Topic::Activities, Topic::Connectors]);
    }
    run::resolve(tx, slice.connector, FactKind::Activity, placed.iter().copied().collect()).await?;
    if let Some(run) = slice.sync_run {
        let of_this_run = rows.iter().filter(|row| placed.contains(row.external_id.as_str()));
        let of_this_run = of_this_run.filter(|row| row.sync_run_id == Some(run)).count();
        let of_this_run = i64::try_from(of_this_run).expect("a slice is small");
        counts.activity.read -= of_this_run;
        counts.activity.quarantined -= of_this_run;
        run::add_counts(tx, run, &counts).await?;
    }
    Ok(Replayed { placed: i64::try_from(placed.len()).expect("a slice is small"), next })
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    sync_run_id: Option<Uuid>,
    #[diesel(sql_type = Jsonb)]
    raw: Value,
}

/// `detail` is the person an activity names. Where it names one who is still missing, and no address besides, another
/// try would find nobody.
const WAITING: &str = "SELECT q.external_id, q.sync_run_id, q.raw FROM quarantine q \
    WHERE q.tenant_id = $1 AND q.connector_id = $2 AND q.entity = 'activity' AND q.status = 'open' AND q.reason = $3 \
      AND q.external_id > $4 AND (q.detail IS NULL OR q.raw ->> 'email' IS NOT NULL OR EXISTS ( \
        SELECT FROM external_ids x WHERE x.tenant_id = q.tenant_id AND x.connector_id = q.connector_id \
          AND x.entity = 'person' AND x.external_id = q.detail)) \
    ORDER BY q.external_id LIMIT $5";

async fn waiting(tx: &mut TenantTx, slice: &UnresolvedSlice<'_>) -> Result<Vec<Waiting>, StoreError> {
    let rows = sql_query(WAITING)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(slice.connector.0)
        .bind::<Text, _>(UNRESOLVED)
        .bind::<Text, _>(slice.after)
        .bind::<BigInt, _>(slice.limit);
    Ok(rows.load(tx.conn()).await?)
}
