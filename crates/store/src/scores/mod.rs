//! The scores as the last run left them: lists, the matrix, one entity, the history of its tier, the last run.
//!
//! An entity that was deleted or merged away since is not shown. Who writes scores is not known here.

mod list;
mod matrix;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub use list::{ScoreFilter, ScorePosition, ScoreSort, count_entities, list_entities};
pub use matrix::{Matrix, MatrixCount, MatrixPoint, get_matrix};

use crate::schema::{scoring_runs, tier_history};
use crate::{StoreError, TenantTx};

/// A kind of thing that has scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScoredKind {
    Account,
    Person,
    Opportunity,
}

impl ScoredKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Person => "person",
            Self::Opportunity => "opportunity",
        }
    }

    /// The three tables differ in names only, and one query over each of them in the DSL would be three. `x` is the
    /// entity, `a` its account. Joined by composite keys on both sides, so that a page is read off an index.
    const fn parts(self) -> Parts {
        match self {
            Self::Account => Parts {
                join: "JOIN accounts x ON x.tenant_id = e.tenant_id AND x.id = e.account_id",
                live: "x.deleted_at IS NULL AND x.merged_into IS NULL",
                name: "x.name",
                detail: "x.domain",
                account: "",
                account_id: "x.id",
            },
            Self::Person => Parts {
                join: "JOIN people x ON x.tenant_id = e.tenant_id AND x.id = e.person_id",
                live: "x.deleted_at IS NULL AND x.merged_into IS NULL",
                name: "coalesce(nullif(concat_ws(' ', x.first_name, x.last_name), ''), x.email, 'unknown')",
                detail: "x.title",
                account: "LEFT JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id",
                account_id: "x.account_id",
            },
            Self::Opportunity => Parts {
                join: "JOIN opportunities x ON x.tenant_id = e.tenant_id AND x.id = e.opportunity_id",
                live: "x.deleted_at IS NULL",
                name: "x.name",
                detail: "x.stage",
                account: "LEFT JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id",
                account_id: "x.account_id",
            },
        }
    }
}

struct Parts {
    join: &'static str,
    live: &'static str,
    name: &'static str,
    detail: &'static str,
    account: &'static str,
    account_id: &'static str,
}

/// An entity with its scores. Points are thousandths of a point, coverage thousandths.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct ScoredEntity {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub(crate) name_lower: String,
    /// A second line: an account's domain, a person's title, an opportunity's stage.
    #[diesel(sql_type = Nullable<Text>)]
    pub detail: Option<String>,
    /// A person's or an opportunity's account.
    #[diesel(embed)]
    pub account: AccountOf,
    #[diesel(embed)]
    pub scores: Scores,
}

/// The account something belongs to; all `None` where it belongs to none.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct AccountOf {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub account_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_domain: Option<String>,
}

/// The columns of a score.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct Scores {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub fit: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub fit_low: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub fit_high: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub coverage: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub engagement: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub combined: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub quadrant: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub tier: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub next_transition_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_activity_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub inputs_through: Option<DateTime<Utc>>,
    /// The instant as of which it is scored.
    #[diesel(sql_type = Timestamptz)]
    pub scored_at: DateTime<Utc>,
    #[diesel(sql_type = Bytea)]
    pub config_hash: Vec<u8>,
}

/// `SELECT … FROM … WHERE` for one kind, with the tenant as `$1`.
fn select(kind: ScoredKind) -> String {
    let Parts { join, live, name, detail, account, .. } = kind.parts();
    let of_account = match kind {
        ScoredKind::Account => {
            "NULL::uuid AS account_id, NULL::text AS account_name, NULL::text AS account_domain"
        }
        ScoredKind::Person | ScoredKind::Opportunity => {
            "a.id AS account_id, a.name AS account_name, a.domain AS account_domain"
        }
    };
    format!(
        "SELECT x.id, {name} AS name, x.name_lower, {detail} AS detail, {of_account}, e.fit, e.fit_low, e.fit_high, \
           e.coverage, e.engagement, e.combined, e.quadrant, e.tier, e.since, e.next_transition_at, \
           e.last_activity_at, e.inputs_through, e.scored_at, e.config_hash \
         FROM engagements e {join} {account} \
         WHERE e.tenant_id = $1 AND e.entity_type = '{}' AND {live}",
        kind.as_str()
    )
}

/// One entity with its scores; `None` when it has none yet.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such entity.
pub async fn get_entity(
    tx: &mut TenantTx,
    kind: ScoredKind,
    id: Uuid,
) -> Result<Option<ScoredEntity>, StoreError> {
    let found = entities(tx, kind, &[id], 1).await?.pop();
    if found.is_none() && !exists(tx, kind, id).await? {
        return Err(StoreError::NotFound);
    }
    Ok(found)
}

/// Of these entities the `limit` with the most engagement, best first.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn entities(
    tx: &mut TenantTx,
    kind: ScoredKind,
    ids: &[Uuid],
    limit: i64,
) -> Result<Vec<ScoredEntity>, StoreError> {
    let order = "ORDER BY e.engagement DESC NULLS LAST, e.entity_id LIMIT $3";
    let query = diesel::sql_query(format!("{} AND e.entity_id = ANY ($2) {order}", select(kind)));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(ids);
    Ok(query.bind::<BigInt, _>(limit).load(tx.conn()).await?)
}

async fn exists(tx: &mut TenantTx, kind: ScoredKind, id: Uuid) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        found: bool,
    }
    let table = match kind {
        ScoredKind::Account => "accounts",
        ScoredKind::Person => "people",
        ScoredKind::Opportunity => "opportunities",
    };
    let live = kind.parts().live;
    let sql = format!(
        "SELECT EXISTS (SELECT FROM {table} x WHERE x.tenant_id = $1 AND x.id = $2 AND {live}) AS found"
    );
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(id);
    Ok(query.get_result::<Found>(tx.conn()).await?.found)
}

/// A change of an entity's tier.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = tier_history, check_for_backend(diesel::pg::Pg))]
pub struct TierChange {
    pub changed_at: DateTime<Utc>,
    pub from_tier: Option<String>,
    pub to_tier: String,
    pub to_quadrant: Option<String>,
    pub fit: Option<i64>,
    pub engagement: Option<i64>,
}

/// The latest changes of an entity's tier, newest first.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn tier_changes(
    tx: &mut TenantTx,
    kind: ScoredKind,
    id: Uuid,
    limit: i64,
) -> Result<Vec<TierChange>, StoreError> {
    let query = tier_history::table
        .filter(tier_history::tenant_id.eq(tx.tenant().0))
        .filter(tier_history::entity_type.eq(kind.as_str()).and(tier_history::entity_id.eq(id)))
        .order(tier_history::changed_at.desc())
        .limit(limit)
        .select(TierChange::as_select());
    Ok(query.load(tx.conn()).await?)
}

/// A scoring run.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = scoring_runs, check_for_backend(diesel::pg::Pg))]
pub struct ScoringRun {
    pub id: Uuid,
    pub job_id: Option<Uuid>,
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

/// The latest scoring run, under way or ended.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn last_scoring_run(tx: &mut TenantTx) -> Result<Option<ScoringRun>, StoreError> {
    let query = scoring_runs::table
        .filter(scoring_runs::tenant_id.eq(tx.tenant().0))
        .order((scoring_runs::started_at.desc(), scoring_runs::id.desc()))
        .select(ScoringRun::as_select());
    Ok(query.first(tx.conn()).await.optional()?)
}
