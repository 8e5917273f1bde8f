//! Scoring runs: how they begin and end, the rules they apply, and the hash of what they leave behind. The scores
//! themselves are written in `scoring_writes`.

use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use scoring::{CombinedConfig, EngagementConfig, FitConfig};
use sha2::{Digest, Sha256};

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

/// Takes away the scores and tiers of entities that are no longer there: deleted, or merged into another.
///
/// # Errors
/// When the database is away.
pub async fn settle_scores(tx: &mut TenantTx) -> Result<(), StoreError> {
    tx.changes(Topic::Scores);
    // Asked from those who are gone, who are few, as a list: a join would read all scores, too, where there are no
    // statistics yet. What is removed altogether takes its scores along.
    for (entity, gone) in [
        ("account", "accounts x WHERE (x.deleted_at IS NOT NULL OR x.merged_into IS NOT NULL)"),
        ("person", "people x WHERE (x.deleted_at IS NOT NULL OR x.merged_into IS NOT NULL)"),
        ("opportunity", "opportunities x WHERE x.deleted_at IS NOT NULL"),
    ] {
        for table in ["engagements", "tier_history"] {
            // All names are ours, from the two lists above.
            let sql = format!(
                "DELETE FROM {table} s WHERE s.tenant_id = $1 AND s.entity_type = $2 \
                 AND s.entity_id = ANY (ARRAY(SELECT x.id FROM {gone} AND x.tenant_id = $1))"
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
