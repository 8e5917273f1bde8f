//! Drives the scoring machine: takes a stretch that was read, scored and written ahead, and commits it with the state
//! after it.
//!
//! Memory holds a few stretches, whatever the length of the log; the largest account is the smallest stretch.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use scoring::PreparedConfig;
use serde_json::json;
use store::jobs::{self, Ending, JobRecord, Lease, Progress};
use store::scoring_runs::ActiveRules;
use store::{Operation, StoreError, TenantTx, scoring_runs as runs, scoring_writes as writes};
use uuid::Uuid;

use super::ahead::{Ahead, Stretch};
use super::machine::{self, RunClock, ScoreCommand, ScoreEvent, ScoreOutcome, ScoreState, Walk};
use super::stretch::Ruler;
use super::write::Written;
use super::{KIND, ScoreInput};
use crate::failure::{Failed, Failure, Remedy};
use crate::runner::{Run, Workflow, jitter};

/// Runs scoring runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScoringWorkflow;

#[async_trait]
impl Workflow for ScoringWorkflow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, run: &Run) -> Result<(), StoreError> {
        let job = run.take_up().await?;
        let input: ScoreInput = serde_json::from_value(job.input.clone()).map_err(|_| StoreError::Rule)?;
        let Some(mut drive) = begin(run, &job, input).await? else { return Ok(()) };
        let stored =
            job.state.clone().map(serde_json::from_value).transpose().map_err(|_| StoreError::Rule)?;
        let state = stored.unwrap_or_else(ScoreState::begin);
        let (mut state, mut command) = machine::next(&state, ScoreEvent::Resumed);
        if job.cancel_requested_at.is_some() {
            (state, command) = machine::next(&state, ScoreEvent::CancelRequested);
        }
        loop {
            (state, command) = match drive.perform(&state, &command).await {
                Ok(Some(next)) => next,
                Ok(None) => return Ok(()),
                Err(StoreError::StaleLease) => return Err(StoreError::StaleLease),
                Err(error) => machine::next(&state, ScoreEvent::Failed(failed(error))),
            };
        }
    }

    async fn parked(&self, tx: &mut TenantTx, lease: &Lease, reason: &str) -> Result<(), StoreError> {
        runs::finish_scoring_run(tx, lease.job, "failed", Some(reason), None).await
    }
}

/// Borrowed mutably throughout: the writing ahead is for one thread at a time.
struct Drive<'a> {
    run: &'a Run,
    input: ScoreInput,
    rules: Arc<ActiveRules>,
    config: PreparedConfig,
    done: i64,
    ahead: Option<Ahead>,
}

/// Reads the rules; `None` when the run must not be.
async fn begin<'a>(
    run: &'a Run,
    job: &JobRecord,
    input: ScoreInput,
) -> Result<Option<Drive<'a>>, StoreError> {
    let mut tx = run.tx().await?;
    let permitted = jobs::still_permitted(&mut tx, job, Operation::RunScoring).await?;
    let rules = runs::active_rules(&mut tx).await?;
    let prepared = PreparedConfig::new(&rules.fit, &rules.engagement, &rules.combined);
    let reason = match (permitted, &prepared) {
        (false, _) => "requester_not_permitted",
        (true, Err(_)) => "configuration_invalid",
        (true, Ok(_)) => "",
    };
    if let (true, Ok(config)) = (permitted, prepared) {
        tx.commit().await?;
        let rules = Arc::new(rules);
        return Ok(Some(Drive { run, input, rules, config, done: job.progress_done, ahead: None }));
    }
    let outcome = json!({ "outcome": "failed", "reason": reason });
    jobs::finish(&mut tx, &run.lease, &Ending { status: "failed", outcome, error_code: Some(reason) })
        .await?;
    tx.commit().await?;
    Ok(None)
}

type Next = Option<(ScoreState, ScoreCommand)>;

impl Drive<'_> {
    async fn perform(&mut self, state: &ScoreState, command: &ScoreCommand) -> Result<Next, StoreError> {
        match command {
            ScoreCommand::Begin => self.begin(state).await.map(Some),
            ScoreCommand::Score { .. } if self.run.is_draining() => self.wait(state, None).await,
            ScoreCommand::Score { run, walk, after } => {
                self.score(state, *run, *walk, *after).await.map(Some)
            }
            ScoreCommand::Settle { .. } => {
                let mut tx = self.run.tx().await?;
                jobs::check_lease(&mut tx, &self.run.lease).await?;
                runs::settle_scores(&mut tx).await?;
                self.store(tx, state, ScoreEvent::Settled).await.map(Some)
            }
            // The end is stored with what is published: see `end`.
            ScoreCommand::Publish { .. } => Ok(Some(machine::next(state, ScoreEvent::Published))),
            ScoreCommand::WaitUntil(until) => self.wait(state, Some(*until)).await,
            ScoreCommand::End(outcome) => self.end(outcome).await.map(|()| None),
            ScoreCommand::Abandon => Err(StoreError::StaleLease),
        }
    }

    async fn begin(&mut self, state: &ScoreState) -> Result<(ScoreState, ScoreCommand), StoreError> {
        let job = self.run.lease.job;
        let mut tx = self.run.tx().await?;
        jobs::check_lease(&mut tx, &self.run.lease).await?;
        let as_of =
            runs::begin_scoring_run(&mut tx, job, self.input.trigger.as_str(), Utc::now(), &self.rules)
                .await?;
        self.store(tx, state, ScoreEvent::Begun(RunClock { run: job.0, as_of })).await
    }

    /// One stretch: read, scored and written ahead, and committed together with where it ended.
    async fn score(
        &mut self,
        state: &ScoreState,
        clock: RunClock,
        walk: Walk,
        after: Option<Uuid>,
    ) -> Result<(ScoreState, ScoreCommand), StoreError> {
        let mut ahead = match self.ahead.take() {
            Some(ahead) if ahead.is_for(clock.as_of, walk, after) => ahead,
            _ => {
                let (config, currency) = (self.config.clone(), self.rules.currency.clone());
                let ruler = Arc::new(Ruler { config, currency, as_of: clock.as_of });
                let mut tx = self.run.tx().await?;
                let before = writes::anything_before(&mut tx).await?;
                tx.commit().await?;
                Ahead::from(self.run, ruler, self.rules.clone(), before, walk, after)
            }
        };
        // Kept only when it can go on: after a failure the next attempt begins to read anew.
        let Stretch { reached, of: Written { mut tx, counts, entities }, .. } = ahead.take().await?;
        self.ahead = Some(ahead);
        jobs::check_lease(&mut tx, &self.run.lease).await?;
        runs::add_scored(&mut tx, self.run.lease.job, &counts).await?;
        self.done += i64::try_from(entities).expect("a stretch fits in memory");
        self.store(tx, state, ScoreEvent::Scored { reached }).await
    }

    /// Stores the state after an event in the transaction of its effect.
    async fn store(
        &mut self,
        mut tx: TenantTx,
        state: &ScoreState,
        event: ScoreEvent,
    ) -> Result<(ScoreState, ScoreCommand), StoreError> {
        let (after, command) = machine::next(state, event);
        let cancelled = self.record(&mut tx, &after).await?;
        tx.commit().await?;
        Ok(if cancelled { machine::next(&after, ScoreEvent::CancelRequested) } else { (after, command) })
    }

    async fn record(&mut self, tx: &mut TenantTx, state: &ScoreState) -> Result<bool, StoreError> {
        let stored = serde_json::to_value(state).expect("a state has a JSON form");
        let progress = Progress { phase: state.phase(), state: &stored, done: self.done, total: None };
        jobs::record_step(tx, &self.run.lease, &progress).await
    }

    async fn wait(
        &mut self,
        state: &ScoreState,
        until: Option<chrono::DateTime<Utc>>,
    ) -> Result<Next, StoreError> {
        let mut tx = self.run.tx().await?;
        self.record(&mut tx, state).await?;
        jobs::hand_back(&mut tx, &self.run.lease, until).await?;
        tx.commit().await?;
        Ok(None)
    }

    async fn end(&mut self, outcome: &ScoreOutcome) -> Result<(), StoreError> {
        let job = self.run.lease.job;
        let mut tx = self.run.tx().await?;
        jobs::check_lease(&mut tx, &self.run.lease).await?;
        let (reason, hash) = match outcome {
            ScoreOutcome::Complete => (None, Some(runs::state_hash(&mut tx).await?)),
            ScoreOutcome::Failed { reason } => (Some(reason.as_str()), None),
            ScoreOutcome::Cancelled => (None, None),
        };
        runs::finish_scoring_run(&mut tx, job, outcome.name(), reason, hash).await?;
        let told = json!({ "outcome": outcome.name(), "reason": reason });
        let ending = Ending { status: outcome.name(), outcome: told, error_code: reason };
        jobs::finish(&mut tx, &self.run.lease, &ending).await?;
        tx.commit().await
    }
}

fn failed(error: StoreError) -> Failed {
    let remedy = if error.retryable() { Remedy::Time } else { Remedy::Person };
    let code = if error.retryable() { "database_unavailable" } else { "store" };
    Failed { failure: Failure::new(code, remedy), now: Utc::now(), jitter: jitter() }
}
