//! Scoring runs: how they begin and end, the rules they apply, and the scores they write.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use scoring::{CombinedConfig, EngagementConfig, FitConfig};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::jobs::JobId;
use crate::schema::{connectors, scoring_runs, tenants};
use crate::{StoreError, TenantTx, Topic, scoring_configs};

/// The rules in force.
#[derive(Clone, Debug)]
pub struct ActiveRules {
    pub fit: FitConfig,
    pub engagement: EngagementConfig,
    pub combined: CombinedConfig,
    /// SHA-256 over the three configurations' hashes.
    pub hash: [u8; 32],
    pub engagement_hash: [u8; 32],
    /// The organization's currency: revenues in another are unknown to fit.
    pub currency: String,
    /// All connected sources have been read up to here.
    pub inputs_through: Option<DateTime<Utc>>,
}

/// How much a stretch of a run has scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoredCounts {
    pub activities: i64,
    pub people: i64,
    pub accounts: i64,
    pub opportunities: i64,
    pub tier_changes: i64,
}

/// One entity's scores, in thousandths of a point.
#[derive(Clone, Debug)]
pub struct ScoreRow {
    pub entity_type: &'static str,
    pub entity_id: Uuid,
    pub fit: Option<i64>,
    pub fit_low: Option<i64>,
    pub fit_high: Option<i64>,
    pub coverage: Option<i64>,
    pub engagement: Option<i64>,
    pub combined: Option<i64>,
    pub quadrant: Option<&'static str>,
    pub tier: Option<&'static str>,
    pub since: Option<DateTime<Utc>>,
    pub next_transition_at: Option<DateTime<Utc>>,
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// One change of tier, when it happened in event time.
#[derive(Clone, Debug)]
pub struct TierRow {
    pub entity_type: &'static str,
    pub entity_id: Uuid,
    pub changed_at: DateTime<Utc>,
    pub from_tier: Option<&'static str>,
    pub to_tier: &'static str,
    pub from_quadrant: Option<&'static str>,
    pub to_quadrant: Option<&'static str>,
    pub fit: Option<i64>,
    pub engagement: Option<i64>,
}

/// One person's engagement, as sums from which it can be told at any time.
#[derive(Clone, Debug)]
pub struct StateRow {
    pub person_id: Uuid,
    pub accumulators: Vec<u8>,
    pub activity_count: i64,
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// The rules in force, the defaults where a tenant has none, and what else a run needs to know.
///
/// # Errors
/// When the database is away.
pub async fn active_rules(tx: &mut TenantTx) -> Result<ActiveRules, StoreError> {
    let tenant = tx.tenant().0;
    let configs = scoring_configs::active_configs(tx).await?;
    let currency = tenants::table
        .filter(tenants::tenant_id.eq(tenant))
        .select(tenants::currency)
        .first(tx.conn())
        .await?;
    let sources: Vec<Option<DateTime<Utc>>> = connectors::table
        .filter(connectors::tenant_id.eq(tenant).and(connectors::status.ne_all(["pending", "disconnected"])))
        .select(connectors::watermark)
        .load(tx.conn())
        .await?;
    // A source that was never read to its end leaves the whole without an end.
    let inputs_through =
        sources.into_iter().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min());
    Ok(ActiveRules {
        hash: configs.hash(),
        engagement_hash: configs.engagement.hash,
        fit: configs.fit.config,
        engagement: configs.engagement.config,
        combined: configs.combined.config,
        currency,
        inputs_through,
    })
}

/// Begins a run; its id is its job's, so beginning twice is beginning once. Answers with the instant it scores at.
///
/// # Errors
/// When the database is away.
pub async fn begin_scoring_run(
    tx: &mut TenantTx,
    job: JobId,
    trigger: &str,
    as_of: DateTime<Utc>,
    rules: &ActiveRules,
) -> Result<DateTime<Utc>, StoreError> {
    tx.changes(Topic::ScoringRuns);
    let tenant = tx.tenant().0;
    diesel::insert_into(scoring_runs::table)
        .values((
            scoring_runs::tenant_id.eq(tenant),
            scoring_runs::id.eq(job.0),
            scoring_runs::job_id.eq(job.0),
            scoring_runs::trigger.eq(trigger),
            scoring_runs::status.eq("running"),
            scoring_runs::config_hash.eq(&rules.hash[..]),
            scoring_runs::as_of.eq(as_of),
            scoring_runs::inputs_through.eq(rules.inputs_through),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    let mine = scoring_runs::tenant_id.eq(tenant).and(scoring_runs::id.eq(job.0));
    Ok(scoring_runs::table.filter(mine).select(scoring_runs::as_of).first(tx.conn()).await?)
}

/// Adds a stretch's counts to its run.
///
/// # Errors
/// When the database is away.
pub async fn add_scored(tx: &mut TenantTx, job: JobId, scored: &ScoredCounts) -> Result<(), StoreError> {
    tx.changes(Topic::ScoringRuns);
    use scoring_runs as table;
    let mine = table::tenant_id.eq(tx.tenant().0).and(table::id.eq(job.0));
    diesel::update(table::table.filter(mine))
        .set((
            table::activities_read.eq(table::activities_read + scored.activities),
            table::people_scored.eq(table::people_scored + scored.people),
            table::accounts_scored.eq(table::accounts_scored + scored.accounts),
            table::opportunities_scored.eq(table::opportunities_scored + scored.opportunities),
            table::tier_changes.eq(table::tier_changes + scored.tier_changes),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a run: `complete` with its state hash, `failed` with its reason, or `cancelled`.
///
/// # Errors
/// When the database is away.
pub async fn finish_scoring_run(
    tx: &mut TenantTx,
    job: JobId,
    status: &str,
    reason: Option<&str>,
    state_hash: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    tx.changes(Topic::ScoringRuns);
    let mine = scoring_runs::tenant_id.eq(tx.tenant().0).and(scoring_runs::id.eq(job.0));
    diesel::update(scoring_runs::table.filter(mine))
        .set((
            scoring_runs::status.eq(status),
            scoring_runs::reason.eq(reason),
            scoring_runs::state_hash.eq(state_hash.map(|hash| hash.to_vec())),
            scoring_runs::finished_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes scores in bulk; a row that says the same as before is left alone but for when it was scored.
///
/// # Errors
/// [`StoreError::Reference`] when an entity is gone meanwhile.
pub async fn write_scores(
    tx: &mut TenantTx,
    rows: &[ScoreRow],
    rules: &ActiveRules,
    scored_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.changes(Topic::Scores);
    macro_rules! column {
        ($field:ident) => {
            rows.iter().map(|row| row.$field).collect::<Vec<_>>()
        };
    }
    diesel::sql_query(
        "INSERT INTO engagements AS e (tenant_id, entity_type, entity_id, fit, fit_low, fit_high, coverage, engagement, \
             combined, quadrant, tier, since, next_transition_at, last_activity_at, inputs_through, config_hash, scored_at) \
         SELECT $1, n.*, $15, $16, $17 FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], \
             $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], \
             $14::timestamptz[]) n \
         ON CONFLICT (tenant_id, entity_type, entity_id) DO UPDATE SET fit = excluded.fit, fit_low = excluded.fit_low, \
             fit_high = excluded.fit_high, coverage = excluded.coverage, engagement = excluded.engagement, \
             combined = excluded.combined, quadrant = excluded.quadrant, tier = excluded.tier, since = excluded.since, \
             next_transition_at = excluded.next_transition_at, last_activity_at = excluded.last_activity_at, \
             inputs_through = excluded.inputs_through, config_hash = excluded.config_hash, scored_at = excluded.scored_at",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<Text>, _>(column!(entity_type))
    .bind::<Array<SqlUuid>, _>(column!(entity_id))
    .bind::<Array<Nullable<BigInt>>, _>(column!(fit))
    .bind::<Array<Nullable<BigInt>>, _>(column!(fit_low))
    .bind::<Array<Nullable<BigInt>>, _>(column!(fit_high))
    .bind::<Array<Nullable<BigInt>>, _>(column!(coverage))
    .bind::<Array<Nullable<BigInt>>, _>(column!(engagement))
    .bind::<Array<Nullable<BigInt>>, _>(column!(combined))
    .bind::<Array<Nullable<Text>>, _>(column!(quadrant))
    .bind::<Array<Nullable<Text>>, _>(column!(tier))
    .bind::<Array<Nullable<Timestamptz>>, _>(column!(since))
    .bind::<Array<Nullable<Timestamptz>>, _>(column!(next_transition_at))
    .bind::<Array<Nullable<Timestamptz>>, _>(column!(last_activity_at))
    .bind::<Nullable<Timestamptz>, _>(rules.inputs_through)
    .bind::<Binary, _>(&rules.hash[..])
    .bind::<Timestamptz, _>(scored_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes the tier history of `entities` be exactly `rows`. Answers how many of them are new.
///
/// # Errors
/// When the database is away.
pub async fn write_tier_history(
    tx: &mut TenantTx,
    entities: &[(&'static str, Uuid)],
    rows: &[TierRow],
    rules: &ActiveRules,
) -> Result<i64, StoreError> {
    tx.changes(Topic::Scores);
    macro_rules! column {
        ($field:ident) => {
            rows.iter().map(|row| row.$field).collect::<Vec<_>>()
        };
    }
    // What a fold no longer finds was wrong: a late activity, a merge, another configuration. A list of ids for each kind,
    // because a join over both would read the whole history.
    for kind in ["account", "person", "opportunity"] {
        let ids: Vec<Uuid> =
            entities.iter().filter(|entity| entity.0 == kind).map(|entity| entity.1).collect();
        if ids.is_empty() {
            continue;
        }
        let found = rows.iter().filter(|row| row.entity_type == kind);
        let (found, at): (Vec<Uuid>, Vec<DateTime<Utc>>) =
            found.map(|row| (row.entity_id, row.changed_at)).unzip();
        diesel::sql_query(
            "DELETE FROM tier_history h WHERE h.tenant_id = $1 AND h.entity_type = $2 AND h.entity_id = ANY ($3) \
             AND NOT EXISTS (SELECT FROM unnest($4::uuid[], $5::timestamptz[]) n (entity_id, changed_at) \
                 WHERE n.entity_id = h.entity_id AND n.changed_at = h.changed_at)",
        )
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Text, _>(kind)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(found)
        .bind::<Array<Timestamptz>, _>(at)
        .execute(tx.conn())
        .await?;
    }
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = BigInt)]
        inserted: i64,
    }
    // What is there already is left out before, not by the conflict: that would lock each row, and write.
    let counted: Inserted = diesel::sql_query(
        "WITH written AS ( \
             INSERT INTO tier_history AS h (tenant_id, entity_type, entity_id, changed_at, from_tier, to_tier, \
                 from_quadrant, to_quadrant, fit, engagement, config_hash) \
             SELECT $1, n.*, $11 FROM unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], \
                 $7::text[], $8::text[], $9::bigint[], $10::bigint[]) \
                 n (entity_type, entity_id, changed_at, from_tier, to_tier, from_quadrant, to_quadrant, fit, engagement) \
             WHERE (SELECT (h.from_tier, h.to_tier, h.from_quadrant, h.to_quadrant, h.fit, h.engagement, h.config_hash) \
                     IS NOT DISTINCT FROM (n.from_tier, n.to_tier, n.from_quadrant, n.to_quadrant, n.fit, n.engagement, $11) \
                 FROM tier_history h WHERE h.tenant_id = $1 AND h.entity_type = n.entity_type \
                     AND h.entity_id = n.entity_id AND h.changed_at = n.changed_at) IS NOT TRUE \
             ON CONFLICT (tenant_id, entity_type, entity_id, changed_at) DO UPDATE SET from_tier = excluded.from_tier, \
                 to_tier = excluded.to_tier, from_quadrant = excluded.from_quadrant, to_quadrant = excluded.to_quadrant, \
                 fit = excluded.fit, engagement = excluded.engagement, config_hash = excluded.config_hash \
             RETURNING (xmax = 0) AS fresh) \
         SELECT count(*) FILTER (WHERE fresh) AS inserted FROM written",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<Text>, _>(column!(entity_type))
    .bind::<Array<SqlUuid>, _>(column!(entity_id))
    .bind::<Array<Timestamptz>, _>(column!(changed_at))
    .bind::<Array<Nullable<Text>>, _>(column!(from_tier))
    .bind::<Array<Text>, _>(column!(to_tier))
    .bind::<Array<Nullable<Text>>, _>(column!(from_quadrant))
    .bind::<Array<Nullable<Text>>, _>(column!(to_quadrant))
    .bind::<Array<Nullable<BigInt>>, _>(column!(fit))
    .bind::<Array<Nullable<BigInt>>, _>(column!(engagement))
    .bind::<Binary, _>(&rules.hash[..])
    .get_result(tx.conn())
    .await?;
    Ok(counted.inserted)
}

/// Writes people's engagement states in bulk.
///
/// # Errors
/// [`StoreError::Reference`] when a person is gone meanwhile.
pub async fn write_engagement_states(
    tx: &mut TenantTx,
    rows: &[StateRow],
    rules: &ActiveRules,
    recorded_through: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::sql_query(
        "INSERT INTO engagement_states (tenant_id, config_hash, recorded_through, person_id, accumulators, \
             activity_count, last_activity_at) \
         SELECT $1, $2, $3, n.* FROM unnest($4::uuid[], $5::bytea[], $6::bigint[], $7::timestamptz[]) n \
         ON CONFLICT (tenant_id, config_hash, person_id) DO UPDATE SET accumulators = excluded.accumulators, \
             activity_count = excluded.activity_count, last_activity_at = excluded.last_activity_at, \
             recorded_through = excluded.recorded_through",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Binary, _>(&rules.engagement_hash[..])
    .bind::<Timestamptz, _>(recorded_through)
    .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.person_id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(rows.iter().map(|row| row.accumulators.as_slice()).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.activity_count).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(rows.iter().map(|row| row.last_activity_at).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes away the scores and tiers of entities that are no longer there: deleted, or merged into another.
///
/// # Errors
/// When the database is away.
pub async fn settle_scores(tx: &mut TenantTx) -> Result<(), StoreError> {
    tx.changes(Topic::Scores);
    for (entity, live) in [
        (
            "account",
            "SELECT id FROM accounts WHERE tenant_id = $1 AND deleted_at IS NULL AND merged_into IS NULL",
        ),
        (
            "person",
            "SELECT id FROM people WHERE tenant_id = $1 AND deleted_at IS NULL AND merged_into IS NULL",
        ),
        ("opportunity", "SELECT id FROM opportunities WHERE tenant_id = $1 AND deleted_at IS NULL"),
    ] {
        for table in ["engagements", "tier_history"] {
            // Both names are ours, from the two lists above.
            let sql = format!(
                "DELETE FROM {table} s WHERE s.tenant_id = $1 AND s.entity_type = $2 AND NOT EXISTS ( \
                     SELECT FROM ({live}) live WHERE live.id = s.entity_id)"
            );
            diesel::sql_query(sql)
                .bind::<SqlUuid, _>(tx.tenant().0)
                .bind::<Text, _>(entity)
                .execute(tx.conn())
                .await?;
        }
    }
    Ok(())
}

/// SHA-256 over all scores in order of (type, id): equal states have equal hashes, however they came about.
///
/// # Errors
/// When the database is away.
pub async fn state_hash(tx: &mut TenantTx) -> Result<[u8; 32], StoreError> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let query = diesel::sql_query(
        "SELECT concat_ws('|', entity_type, entity_id, coalesce(fit::text, '-'), coalesce(engagement::text, '-'), \
             coalesce(combined::text, '-'), coalesce(coverage::text, '-'), coalesce(quadrant, '-'), coalesce(tier, '-'), \
             encode(config_hash, 'hex')) AS line \
         FROM engagements WHERE tenant_id = $1 ORDER BY entity_type, entity_id",
    )
    .bind::<SqlUuid, _>(tx.tenant().0);
    let mut hash = Sha256::new();
    let mut lines = query.load_stream::<Line>(tx.conn()).await?.boxed();
    while let Some(row) = lines.try_next().await? {
        hash.update(row.line.as_bytes());
        hash.update(b"\n");
    }
    Ok(hash.finalize().into())
}
