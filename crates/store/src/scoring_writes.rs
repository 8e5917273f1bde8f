//! What a scoring run writes of a stretch of entities: scores, tier histories and engagement states, in bulk. What is
//! there already and says the same stays as it is, so that a stretch that is written again costs little.
//!
//! For one writer at a time: a run holds its job's lease while it writes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::scoring_runs::ActiveRules;
use crate::statement::statement;
use crate::{StoreError, TenantTx, Topic};

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

/// What may be there already of what is about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// The tenant had no rows of any of the three kinds when the run was taken up, and the run writes each entity once. So
    /// nothing is looked up before it is inserted, which saves a third of writing it. A row that is there all the same is
    /// [`StoreError::Conflict`], and the transaction is lost.
    Nothing,
    Anything,
}

impl Before {
    /// The statement, with what it does to a row that is there where one may be.
    fn statement(self, insert: &'static str, update: &str) -> Cow<'static, str> {
        match self {
            Self::Nothing => Cow::Borrowed(insert),
            Self::Anything => Cow::Owned(format!("{insert} {update}")),
        }
    }
}

/// Whether anything is there of what a scoring run writes.
///
/// # Errors
/// When the database is away.
pub async fn anything_before(tx: &mut TenantTx) -> Result<Before, StoreError> {
    let some = statement(
        "SELECT WHERE EXISTS (SELECT FROM engagements WHERE tenant_id = $1) \
           OR EXISTS (SELECT FROM engagement_states WHERE tenant_id = $1) \
           OR EXISTS (SELECT FROM tier_history WHERE tenant_id = $1)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .execute(tx.conn())
    .await?;
    Ok(if some == 0 { Before::Nothing } else { Before::Anything })
}

/// An array of one field of all rows.
macro_rules! column {
    ($rows:expr, $field:ident) => {
        $rows.iter().map(|row| row.$field).collect::<Vec<_>>()
    };
}

const SCORES: &str = "\
INSERT INTO engagements AS e (tenant_id, entity_type, entity_id, fit, fit_low, fit_high, coverage, engagement, combined, \
    quadrant, tier, since, next_transition_at, last_activity_at, inputs_through, config_hash, scored_at) \
SELECT $1, n.*, $15, $16, $17 FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], \
    $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[]) n";

/// A row that says the same stays as it is. No look before the write would pay: between two runs the clock has moved, and
/// nearly every row says something else.
const UPDATE_SCORES: &str = "\
ON CONFLICT (tenant_id, entity_type, entity_id) DO UPDATE SET fit = excluded.fit, fit_low = excluded.fit_low, \
    fit_high = excluded.fit_high, coverage = excluded.coverage, engagement = excluded.engagement, \
    combined = excluded.combined, quadrant = excluded.quadrant, tier = excluded.tier, since = excluded.since, \
    next_transition_at = excluded.next_transition_at, last_activity_at = excluded.last_activity_at, \
    inputs_through = excluded.inputs_through, config_hash = excluded.config_hash, scored_at = excluded.scored_at \
WHERE (e.fit, e.fit_low, e.fit_high, e.coverage, e.engagement, e.combined, e.quadrant, e.tier, e.since, \
        e.next_transition_at, e.last_activity_at, e.inputs_through, e.config_hash, e.scored_at) \
    IS DISTINCT FROM (excluded.fit, excluded.fit_low, excluded.fit_high, excluded.coverage, excluded.engagement, \
        excluded.combined, excluded.quadrant, excluded.tier, excluded.since, excluded.next_transition_at, \
        excluded.last_activity_at, excluded.inputs_through, excluded.config_hash, excluded.scored_at)";

/// Writes scores, each entity's once.
///
/// # Errors
/// [`StoreError::Reference`] when an entity is gone meanwhile.
pub async fn write_scores(
    tx: &mut TenantTx,
    before: Before,
    rows: &[ScoreRow],
    rules: &ActiveRules,
    scored_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.changes(Topic::Scores);
    diesel::sql_query(before.statement(SCORES, UPDATE_SCORES))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<Text>, _>(column!(rows, entity_type))
        .bind::<Array<SqlUuid>, _>(column!(rows, entity_id))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, fit))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, fit_low))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, fit_high))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, coverage))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, engagement))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, combined))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, quadrant))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, tier))
        .bind::<Array<Nullable<Timestamptz>>, _>(column!(rows, since))
        .bind::<Array<Nullable<Timestamptz>>, _>(column!(rows, next_transition_at))
        .bind::<Array<Nullable<Timestamptz>>, _>(column!(rows, last_activity_at))
        .bind::<Nullable<Timestamptz>, _>(rules.inputs_through)
        .bind::<Binary, _>(&rules.hash[..])
        .bind::<Timestamptz, _>(scored_at)
        .execute(tx.conn())
        .await?;
    Ok(())
}

const STATES: &str = "\
INSERT INTO engagement_states AS s (tenant_id, config_hash, recorded_through, person_id, accumulators, activity_count, \
    last_activity_at) \
SELECT $1, $2, $3, n.* FROM unnest($4::uuid[], $5::bytea[], $6::bigint[], $7::timestamptz[]) n";

const UPDATE_STATES: &str = "\
ON CONFLICT (tenant_id, config_hash, person_id) DO UPDATE SET accumulators = excluded.accumulators, \
    activity_count = excluded.activity_count, last_activity_at = excluded.last_activity_at, \
    recorded_through = excluded.recorded_through \
WHERE (s.accumulators, s.activity_count, s.last_activity_at, s.recorded_through) IS DISTINCT FROM ( \
    excluded.accumulators, excluded.activity_count, excluded.last_activity_at, excluded.recorded_through)";

/// Writes people's engagement states, each person's once.
///
/// # Errors
/// When the database is away.
pub async fn write_engagement_states(
    tx: &mut TenantTx,
    before: Before,
    rows: &[StateRow],
    rules: &ActiveRules,
    recorded_through: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::sql_query(before.statement(STATES, UPDATE_STATES))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Binary, _>(&rules.engagement_hash[..])
        .bind::<Timestamptz, _>(recorded_through)
        .bind::<Array<SqlUuid>, _>(column!(rows, person_id))
        .bind::<Array<Binary>, _>(rows.iter().map(|row| &row.accumulators[..]).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(column!(rows, activity_count))
        .bind::<Array<Nullable<Timestamptz>>, _>(column!(rows, last_activity_at))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A row of the history as it is stored.
#[derive(QueryableByName)]
struct StoredTier {
    #[diesel(sql_type = Text)]
    entity_type: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    from_tier: Option<String>,
    #[diesel(sql_type = Text)]
    to_tier: String,
    #[diesel(sql_type = Nullable<Text>)]
    from_quadrant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    to_quadrant: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    fit: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    engagement: Option<i64>,
    #[diesel(sql_type = Binary)]
    config_hash: Vec<u8>,
}

impl StoredTier {
    fn says(&self, row: &TierRow, rules: &ActiveRules) -> bool {
        self.from_tier.as_deref() == row.from_tier
            && self.to_tier == row.to_tier
            && self.from_quadrant.as_deref() == row.from_quadrant
            && self.to_quadrant.as_deref() == row.to_quadrant
            && (self.fit, self.engagement) == (row.fit, row.engagement)
            && self.config_hash == rules.hash
    }
}

/// Makes the tier history of `entities` be exactly `rows`. Answers how many of them are new.
///
/// # Errors
/// When the database is away.
pub async fn write_tier_history(
    tx: &mut TenantTx,
    before: Before,
    entities: &[(&'static str, Uuid)],
    rows: &[TierRow],
    rules: &ActiveRules,
) -> Result<i64, StoreError> {
    tx.changes(Topic::Scores);
    if before == Before::Nothing {
        let all: Vec<&TierRow> = rows.iter().collect();
        write_tiers(tx, before, &all, rules).await?;
        return Ok(i64::try_from(all.len()).expect("a stretch fits in memory"));
    }
    let stored = stored_tiers(tx, entities).await?;
    let key = |row: &TierRow| (row.entity_type, row.entity_id, row.changed_at);
    let by_key: HashMap<_, _> =
        stored.iter().map(|row| ((&row.entity_type[..], row.entity_id, row.changed_at), row)).collect();
    let wanted: HashSet<_> = rows.iter().map(key).collect();
    // What a fold no longer finds was wrong: a late activity, a merge, another configuration.
    let wrong: Vec<&StoredTier> =
        by_key.iter().filter(|(key, _)| !wanted.contains(*key)).map(|(_, row)| *row).collect();
    let says_so = |row: &&TierRow| by_key.get(&key(row)).is_some_and(|stored| stored.says(row, rules));
    let unsaid: Vec<&TierRow> = rows.iter().filter(|row| !says_so(row)).collect();
    let new = unsaid.iter().filter(|row| !by_key.contains_key(&key(row))).count();
    delete_tiers(tx, &wrong).await?;
    write_tiers(tx, before, &unsaid, rules).await?;
    Ok(i64::try_from(new).expect("a stretch fits in memory"))
}

async fn stored_tiers(
    tx: &mut TenantTx,
    entities: &[(&'static str, Uuid)],
) -> Result<Vec<StoredTier>, StoreError> {
    let (types, ids): (Vec<&str>, Vec<Uuid>) = entities.iter().copied().unzip();
    let query = diesel::sql_query(
        "SELECT h.entity_type, h.entity_id, h.changed_at, h.from_tier, h.to_tier, h.from_quadrant, h.to_quadrant, h.fit, \
             h.engagement, h.config_hash \
         FROM unnest($2::text[], $3::uuid[]) n (entity_type, entity_id) CROSS JOIN LATERAL ( \
             SELECT * FROM tier_history h \
             WHERE h.tenant_id = $1 AND h.entity_type = n.entity_type AND h.entity_id = n.entity_id OFFSET 0) h",
    );
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<Text>, _>(types);
    Ok(query.bind::<Array<SqlUuid>, _>(ids).load(tx.conn()).await?)
}

async fn delete_tiers(tx: &mut TenantTx, rows: &[&StoredTier]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "DELETE FROM tier_history WHERE ctid IN ( \
             SELECT h.at FROM unnest($2::text[], $3::uuid[], $4::timestamptz[]) n (entity_type, entity_id, changed_at) \
             CROSS JOIN LATERAL (SELECT h.ctid AS at FROM tier_history h WHERE h.tenant_id = $1 \
                 AND h.entity_type = n.entity_type AND h.entity_id = n.entity_id AND h.changed_at = n.changed_at OFFSET 0) h)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<Text>, _>(rows.iter().map(|row| &row.entity_type[..]).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(column!(rows, entity_id))
    .bind::<Array<Timestamptz>, _>(column!(rows, changed_at))
    .execute(tx.conn())
    .await?;
    Ok(())
}

const TIERS: &str = "\
INSERT INTO tier_history (tenant_id, entity_type, entity_id, changed_at, from_tier, to_tier, from_quadrant, to_quadrant, \
    fit, engagement, config_hash) \
SELECT $1, n.*, $11 FROM unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], \
    $8::text[], $9::bigint[], $10::bigint[]) n";

const UPDATE_TIERS: &str = "\
ON CONFLICT (tenant_id, entity_type, entity_id, changed_at) DO UPDATE SET from_tier = excluded.from_tier, \
    to_tier = excluded.to_tier, from_quadrant = excluded.from_quadrant, to_quadrant = excluded.to_quadrant, \
    fit = excluded.fit, engagement = excluded.engagement, config_hash = excluded.config_hash";

async fn write_tiers(
    tx: &mut TenantTx,
    before: Before,
    rows: &[&TierRow],
    rules: &ActiveRules,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(before.statement(TIERS, UPDATE_TIERS))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<Text>, _>(column!(rows, entity_type))
        .bind::<Array<SqlUuid>, _>(column!(rows, entity_id))
        .bind::<Array<Timestamptz>, _>(column!(rows, changed_at))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, from_tier))
        .bind::<Array<Text>, _>(column!(rows, to_tier))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, from_quadrant))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, to_quadrant))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, fit))
        .bind::<Array<Nullable<BigInt>>, _>(column!(rows, engagement))
        .bind::<Binary, _>(&rules.hash[..])
        .execute(tx.conn())
        .await?;
    Ok(())
}
