//! Scoring runs: their history, the rules they apply, and the scores they write.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use scoring::{CombinedConfig, EngagementConfig, FitConfig};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::jobs::JobId;
use crate::schema::{connectors, scoring_configs, scoring_runs, tenants};
use crate::{StoreError, TenantTx, Topic};

/// A run as its tenant sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = scoring_runs, check_for_backend(diesel::pg::Pg))]
pub struct ScoringRunRecord {
    pub id: Uuid,
    pub trigger: String,
    pub status: String,
    pub reason: Option<String>,
    pub as_of: DateTime<Utc>,
    pub inputs_through: Option<DateTime<Utc>>,
    pub activities_read: i64,
    pub people_scored: i64,
    pub accounts_scored: i64,
    pub opportunities_scored: i64,
    pub tier_changes: i64,
    pub state_hash: Option<Vec<u8>>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

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

/// The active configurations, the defaults where a tenant has none.
///
/// # Errors
/// [`StoreError::Rule`] when a stored configuration cannot be read.
pub async fn active_rules(tx: &mut TenantTx) -> Result<ActiveRules, StoreError> {
    let tenant = tx.tenant().0;
    let rows: Vec<(String, Vec<u8>, serde_json::Value)> = scoring_configs::table
        .filter(scoring_configs::tenant_id.eq(tenant).and(scoring_configs::status.eq("active")))
        .select((scoring_configs::type_, scoring_configs::hash, scoring_configs::config))
        .load(tx.conn())
        .await?;
    let (fit, fit_hash) = active::<FitConfig>(&rows, "fit")?;
    let (engagement, engagement_hash) = active::<EngagementConfig>(&rows, "engagement")?;
    let (combined, combined_hash) = active::<CombinedConfig>(&rows, "combined")?;
    let hash = Sha256::digest([fit_hash, engagement_hash, combined_hash].concat()).into();
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
    Ok(ActiveRules { fit, engagement, combined, hash, engagement_hash, currency, inputs_through })
}

fn active<T: DeserializeOwned + serde::Serialize + Default>(
    rows: &[(String, Vec<u8>, serde_json::Value)],
    kind: &str,
) -> Result<(T, [u8; 32]), StoreError> {
    match rows.iter().find(|(type_, ..)| type_ == kind) {
        Some((_, hash, config)) => {
            let config = T::deserialize(config).map_err(|error| {
                tracing::error!(kind, %error, "an active configuration cannot be read");
                StoreError::Rule
            })?;
            Ok((config, hash.as_slice().try_into().map_err(|_| StoreError::Rule)?))
        }
        None => {
            let config = T::default();
            let canonical = serde_json::to_vec(&config).map_err(|_| StoreError::Bug)?;
            Ok((config, Sha256::digest(canonical).into()))
        }
    }
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

/// The run that began last.
///
/// # Errors
/// When the database is away.
pub async fn get_last_scoring_run(tx: &mut TenantTx) -> Result<Option<ScoringRunRecord>, StoreError> {
    let query = scoring_runs::table
        .filter(scoring_runs::tenant_id.eq(tx.tenant().0))
        .order((scoring_runs::started_at.desc(), scoring_runs::id.desc()))
        .select(ScoringRunRecord::as_select());
    Ok(query.first(tx.conn()).await.optional()?)
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
    let (types, ids): (Vec<&str>, Vec<Uuid>) = entities.iter().copied().unzip();
    // What a fold no longer finds was wrong: a late activity, a merge, another configuration.
    diesel::sql_query(
        "DELETE FROM tier_history h USING unnest($2::text[], $3::uuid[]) e (entity_type, entity_id) \
         WHERE h.tenant_id = $1 AND h.entity_type = e.entity_type AND h.entity_id = e.entity_id AND NOT EXISTS ( \
             SELECT FROM unnest($4::text[], $5::uuid[], $6::timestamptz[]) n (entity_type, entity_id, changed_at) \
             WHERE n.entity_type = h.entity_type AND n.entity_id = h.entity_id AND n.changed_at = h.changed_at)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<Text>, _>(types)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(column!(entity_type))
    .bind::<Array<SqlUuid>, _>(column!(entity_id))
    .bind::<Array<Timestamptz>, _>(column!(changed_at))
    .execute(tx.conn())
    .await?;
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = BigInt)]
        inserted: i64,
    }
    let counted: Inserted = diesel::sql_query(
        "WITH written AS ( \
             INSERT INTO tier_history AS h (tenant_id, entity_type, entity_id, changed_at, from_tier, to_tier, \
                 from_quadrant, to_quadrant, fit, engagement, config_hash) \
             SELECT $1, n.*, $11 FROM unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], \
                 $7::text[], $8::text[], $9::bigint[], $10::bigint[]) n \
             ON CONFLICT (tenant_id, entity_type, entity_id, changed_at) DO UPDATE SET from_tier = excluded.from_tier, \
                 to_tier = excluded.to_tier, from_quadrant = excluded.from_quadrant, to_quadrant = excluded.to_quadrant, \
                 fit = excluded.fit, engagement = excluded.engagement, config_hash = excluded.config_hash \
             WHERE (h.from_tier, h.to_tier, h.from_quadrant, h.to_quadrant, h.fit, h.engagement, h.config_hash) \
                 IS DISTINCT FROM (excluded.from_tier, excluded.to_tier, excluded.from_quadrant, excluded.to_quadrant, \
                                   excluded.fit, excluded.engagement, excluded.config_hash) \
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
