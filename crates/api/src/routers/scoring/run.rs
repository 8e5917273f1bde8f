//! Scoring runs.

use crate::routers::prelude::*;

/// Computes all scores now, or joins the run that is under way. Follow it with `job.get`.
///
/// Scores are also computed after each sync and each activation of rules: this is for the impatient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunScoring {}

impl Method for RunScoring {
    const NAME: &'static str = "scoring.runScoring";
    const EFFECT: Effect =
        Effect::Mutation { audit: "scoring.runScoring", idempotent: true, topics: &[topics::JOBS] };
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
