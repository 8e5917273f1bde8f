//! `scoring`: who deserves attention now, and why exactly.

use super::prelude::*;

/// A scored person, account or opportunity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityRow {
    /// The kind.
    pub entity_type: EntityType,
    /// Which one.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// A second line to show: an account's domain, a person's title, an opportunity's stage.
    pub detail: Option<String>,
    /// A person's or opportunity's account; null for accounts.
    pub account: Option<AccountRef>,
    /// Its scores.
    pub scores: Scores,
}

fn example_row() -> EntityRow {
    EntityRow {
        entity_type: EntityType::Account,
        id: sample::ACCOUNT_ID.into(),
        name: "Example Manufacturing".into(),
        detail: Some("example.com".into()),
        account: None,
        scores: sample::account_scores(),
    }
}

/// Fit against engagement for one kind of thing: the points of a scatter plot, the lines that cut it, and how many are where.
///
/// When there are more than `limit`, the best by combined score are shown; the counts are always of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMatrixData {
    /// Which kind.
    pub entity_type: EntityType,
    /// Only this tier's points. The counts are not affected.
    pub tier: Option<Tier>,
    /// How many points at most, 1 to 5000.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// Fit against engagement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixData {
    /// Which kind.
    pub entity_type: EntityType,
    /// The points, best combined score first. Only what has both a fit and an engagement has one.
    pub points: Vec<MatrixPoint>,
    /// How many points there would be without the limit.
    pub total: u64,
    /// How many have no point because fit or engagement cannot be said.
    pub unplaced: u64,
    /// How many are in which quadrant.
    pub quadrants: Vec<QuadrantCount>,
    /// How many have which tier.
    pub tiers: Vec<TierCount>,
    /// From where on fit counts as high, give or take the band.
    pub fit_threshold: Points,
    /// From where on engagement counts as high, give or take the band.
    pub engagement_threshold: Points,
    /// How far beyond a threshold a score must go to change sides.
    pub band: Points,
    /// Up to when all connected sources had been read.
    pub inputs_through: Option<Timestamp>,
    /// When the scores were computed; null before the first scoring run.
    pub scored_at: Option<Timestamp>,
}

/// One point of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixPoint {
    /// Which one.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// The fit, 0 to 100.
    pub fit: Points,
    /// The engagement, 0 to 100.
    pub engagement: Points,
    /// The combined score, 0 to 100.
    pub combined: Points,
    /// The quadrant. Near a threshold it may be another than the position says: see `band`.
    pub quadrant: Option<Quadrant>,
    /// The tier.
    pub tier: Option<Tier>,
}

/// How many are in a quadrant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuadrantCount {
    /// The quadrant.
    pub quadrant: Quadrant,
    /// How many.
    pub count: u64,
}

impl Method for GetMatrixData {
    const NAME: &'static str = "scoring.getMatrixData";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES, topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = MatrixData;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetMatrixData {
                entity_type: EntityType::Account,
                tier: None,
                limit: MatrixSize::default(),
            },
            result: MatrixData {
                entity_type: EntityType::Account,
                points: vec![MatrixPoint {
                    id: sample::ACCOUNT_ID.into(),
                    name: "Example Manufacturing".into(),
                    fit: Points(82_500),
                    engagement: Points(61_333),
                    combined: Points(71_917),
                    quadrant: Some(Quadrant::FastTrack),
                    tier: Some(Tier::Hot),
                }],
                total: 1,
                unplaced: 0,
                quadrants: vec![QuadrantCount { quadrant: Quadrant::FastTrack, count: 1 }],
                tiers: vec![TierCount { tier: Some(Tier::Hot), count: 1 }],
                fit_threshold: Points(50_000),
                engagement_threshold: Points(50_000),
                band: Points(10_000),
                inputs_through: Some(sample::minutes_ago(12)),
                scored_at: Some(sample::minutes_ago(10)),
            },
        }
    }
}

/// In which order scored entities come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntitySort {
    /// Best combined score first; those without one last.
    Combined,
    /// Best fit first; those without one last.
    Fit,
    /// Best engagement first; those without one last.
    Engagement,
    /// By name, from A.
    Name,
    /// Whose tier changes next first; those whose never does last.
    NextTransition,
}

/// Entities of one kind with their scores, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntityList {
    /// Which kind.
    pub entity_type: EntityType,
    /// Only this tier.
    pub tier: Option<Tier>,
    /// Only this quadrant.
    pub quadrant: Option<Quadrant>,
    /// Only people and opportunities of this account. Without effect on accounts.
    pub account_id: Option<AccountId>,
    /// Only those whose name begins with this, in any case; people by last name.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// The order.
    #[serde(default = "best_first")]
    pub sort: EntitySort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn best_first() -> EntitySort {
    EntitySort::Combined
}

impl Method for GetEntityList {
    const NAME: &'static str = "scoring.getEntityList";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<EntityRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetEntityList {
                entity_type: EntityType::Account,
                tier: Some(Tier::Hot),
                quadrant: None,
                account_id: None,
                search: None,
                sort: EntitySort::Combined,
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![example_row()]),
        }
    }
}

refusals! {
    /// Why there is nothing to show.
    pub enum EntityRefusal {
        /// The organization has no such entity of that kind.
        NoSuchEntity => NotFound, "no such entity";
        /// No scoring run has seen it yet.
        NotScored => PreconditionFailed, "it has not been scored yet";
    }
}

/// One entity's scores with the strongest reasons, the people behind them, and the history of its tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntityDetail {
    /// Which kind.
    pub entity_type: EntityType,
    /// Which one.
    pub entity_id: EntityId,
}

/// A scored entity and what is behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityDetail {
    /// The entity with its scores.
    pub entity: EntityRow,
    /// The three strongest reasons, strongest first.
    pub reasons: Vec<Reason>,
    /// Of an account or opportunity: the ten people whose activity counts most, best first. Empty for a person.
    pub people: Vec<EntityRow>,
    /// The latest changes of its tier, newest first, up to 20.
    pub tier_history: Vec<TierChange>,
    /// The versions of the rules that the scores were computed by.
    pub config: ConfigVersions,
}

/// A change of the tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TierChange {
    /// When, in event time.
    pub at: Timestamp,
    /// The tier before; null the first time.
    pub from: Option<Tier>,
    /// The tier after.
    pub to: Tier,
    /// The quadrant after, in the scheme that has quadrants.
    pub quadrant: Option<Quadrant>,
    /// The fit at that moment.
    pub fit: Option<Points>,
    /// The engagement at that moment.
    pub engagement: Option<Points>,
}

/// Which versions of the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigVersions {
    /// Of fit.
    pub fit: u32,
    /// Of engagement.
    pub engagement: u32,
    /// Of the combination.
    pub combined: u32,
}

fn example_reason() -> Reason {
    Reason { text: "3 demo requests by 2 people, the latest today".into(), contribution: Points(18_400) }
}

const EXAMPLE_VERSIONS: ConfigVersions = ConfigVersions { fit: 1, engagement: 1, combined: 1 };

impl Method for GetEntityDetail {
    const NAME: &'static str = "scoring.getEntityDetail";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = EntityDetail;
    type Refusal = EntityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetEntityDetail {
                entity_type: EntityType::Account,
                entity_id: sample::ACCOUNT_ID.into(),
            },
            result: EntityDetail {
                entity: example_row(),
                reasons: vec![example_reason()],
                people: vec![EntityRow {
                    entity_type: EntityType::Person,
                    id: sample::PERSON_ID.into(),
                    name: "Robin Example".into(),
                    detail: Some("Director of Operations".into()),
                    account: Some(sample::account_ref()),
                    scores: sample::person_scores(),
                }],
                tier_history: vec![TierChange {
                    at: sample::days_ago(6),
                    from: Some(Tier::Cool),
                    to: Tier::Hot,
                    quadrant: Some(Quadrant::FastTrack),
                    fit: Some(Points(82_500)),
                    engagement: Some(Points(60_000)),
                }],
                config: EXAMPLE_VERSIONS,
            },
        }
    }
}

/// Why an entity's scores are what they are. Every list of lines adds up to its score exactly, in thousandths of a point.
///
/// Computed from the log at the instant the scores were computed, by the rules they were computed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Explain {
    /// Which kind.
    pub entity_type: EntityType,
    /// Which one.
    pub entity_id: EntityId,
}

/// Why scores are what they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The entity with its scores.
    pub entity: EntityRow,
    /// The instant that is explained.
    pub as_of: Timestamp,
    /// The versions of the rules.
    pub config: ConfigVersions,
    /// Why the fit; null when there is none.
    pub fit: Option<FitExplanation>,
    /// Of a person: why the engagement. Null for accounts and opportunities.
    pub engagement: Option<EngagementExplanation>,
    /// Of an account or opportunity: how people's engagement became its own. Null for people, and when there is nobody.
    pub roll_up: Option<RollUpExplanation>,
    /// How both became one; null when either is missing.
    pub combined: Option<CombinedExplanation>,
    /// Why the tier.
    pub tier: TierExplanation,
    /// The three strongest reasons, strongest first.
    pub reasons: Vec<Reason>,
}

impl Method for Explain {
    const NAME: &'static str = "scoring.explain";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = Explanation;
    type Refusal = EntityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Explain { entity_type: EntityType::Account, entity_id: sample::ACCOUNT_ID.into() },
            result: sample::explanation(example_row(), EXAMPLE_VERSIONS, example_reason()),
        }
    }
}

/// Computes all scores now, or joins the run that is under way. Follow it with `job.get`.
///
/// Scores are also computed after each sync and each activation of rules: this is for the impatient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunScoring {}

impl Method for RunScoring {
    const NAME: &'static str = "scoring.runScoring";
    const EFFECT: Effect = Effect::Mutation { audit: "scoring.runScoring", idempotent: true };
    type Caller = Manager;
    type Output = StartedJob;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: RunScoring {},
            result: StartedJob { job: sample::queued_job(JobKind::ScoringRun, None), joined: false },
        }
    }
}

/// The latest scoring run, under way or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetLastScoringRun {}

/// The latest scoring run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastScoringRun {
    /// The run; null before the first.
    pub run: Option<ScoringRun>,
}

/// What started a scoring run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoringTrigger {
    /// Somebody.
    Manual,
    /// The schedule.
    Schedule,
    /// A sync that brought something new.
    Sync,
    /// An activation of rules.
    Config,
}

/// How a scoring run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoringRunStatus {
    /// Under way.
    Running,
    /// Ended, all scored.
    Complete,
    /// Ended without success; the scores before it stay.
    Failed,
    /// Stopped on request; the scores before it stay.
    Cancelled,
}

/// One run of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScoringRun {
    /// The run.
    pub id: ScoringRunId,
    /// The job that carries it.
    pub job_id: Option<JobId>,
    /// What started it.
    pub trigger: ScoringTrigger,
    /// How it stands.
    pub status: ScoringRunStatus,
    /// Why it failed, as a word for programs.
    pub reason: Option<String>,
    /// The instant as of which everything is scored.
    pub as_of: Timestamp,
    /// Up to when all connected sources had been read.
    pub inputs_through: Option<Timestamp>,
    /// Activities read.
    pub activities_read: u64,
    /// People scored.
    pub people_scored: u64,
    /// Accounts scored.
    pub accounts_scored: u64,
    /// Opportunities scored.
    pub opportunities_scored: u64,
    /// Entities whose tier is not the one it was before.
    pub tier_changes: u64,
    /// SHA-256 over all scores, in hex: equal inputs, rules and instant give equal hashes. Null until complete.
    pub state_hash: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; null while it runs.
    pub finished_at: Option<Timestamp>,
}

impl Method for GetLastScoringRun {
    const NAME: &'static str = "scoring.getLastScoringRun";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORING_RUNS] };
    type Caller = Viewer;
    type Output = LastScoringRun;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetLastScoringRun {},
            result: LastScoringRun {
                run: Some(ScoringRun {
                    id: sample::SCORING_RUN_ID,
                    job_id: None,
                    trigger: ScoringTrigger::Sync,
                    status: ScoringRunStatus::Complete,
                    reason: None,
                    as_of: sample::minutes_ago(10),
                    inputs_through: Some(sample::minutes_ago(12)),
                    activities_read: 60_000,
                    people_scored: 3993,
                    accounts_scored: 398,
                    opportunities_scored: 900,
                    tier_changes: 37,
                    state_hash: Some(
                        "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".into(),
                    ),
                    started_at: sample::minutes_ago(10),
                    finished_at: Some(sample::minutes_ago(10)),
                }),
            },
        }
    }
}
