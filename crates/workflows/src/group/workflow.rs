//! Drives the machine of buying groups: each step's effect and the state after it are stored in one transaction.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use store::buying_groups::{self as groups, Regrouped};
use store::jobs::{self, Ending, Lease, Progress};
use store::{StoreError, TenantTx};
use uuid::Uuid;

use super::KIND;
use super::machine::{self, GroupCommand, GroupCounts, GroupEvent, GroupOutcome, GroupState};
use crate::failure::{Failed, Failure, Remedy};
use crate::runner::{Run, Workflow, jitter};

/// Accounts of one step: a transaction of about a tenth of a second.
const BATCH: i64 = 100;

/// Runs looks at buying groups.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupingWorkflow;

#[async_trait]
impl Workflow for GroupingWorkflow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, run: &Run) -> Result<(), StoreError> {
        let job = run.take_up().await?;
        let (mut state, mut command) = machine::next(&stored(job.state)?, GroupEvent::Resumed);
        if job.cancel_requested_at.is_some() {
            (state, command) = machine::next(&state, GroupEvent::CancelRequested);
        }
        loop {
            (state, command) = match perform(run, &state, &command).await {
                Ok(Some(next)) => next,
                Ok(None) => return Ok(()),
                Err(StoreError::StaleLease) => return Err(StoreError::StaleLease),
                Err(error) => machine::next(&state, GroupEvent::Failed(failed(error))),
            };
        }
    }

    async fn parked(&self, tx: &mut TenantTx, lease: &Lease, _: &str) -> Result<(), StoreError> {
        let job = jobs::get_job(tx, lease.job).await?;
        // What cannot be read any more named accounts that nobody will find again: only a change of theirs will.
        let state = stored(job.state).unwrap_or_else(|_| GroupState::begin());
        groups::touch_accounts(tx, state.in_hand()).await
    }
}

fn stored(state: Option<Value>) -> Result<GroupState, StoreError> {
    let state = state.map(serde_json::from_value).transpose().map_err(|_| StoreError::Rule)?;
    Ok(state.unwrap_or_else(GroupState::begin))
}

type Next = Option<(GroupState, GroupCommand)>;

async fn perform(run: &Run, state: &GroupState, command: &GroupCommand) -> Result<Next, StoreError> {
    match command {
        GroupCommand::Take | GroupCommand::Regroup(_) if run.is_draining() => wait(run, state, None).await,
        GroupCommand::Take => {
            let mut tx = begin(run).await?;
            let taken = groups::take_touched(&mut tx, BATCH).await?;
            store(run, tx, state, GroupEvent::Taken(taken)).await.map(Some)
        }
        GroupCommand::Regroup(accounts) => {
            let mut tx = begin(run).await?;
            let done = groups::regroup_accounts(&mut tx, accounts, Utc::now()).await?;
            store(run, tx, state, GroupEvent::Regrouped(counts(accounts, done))).await.map(Some)
        }
        GroupCommand::WaitUntil(until) => wait(run, state, Some(*until)).await,
        GroupCommand::End { outcome, left } => end(run, state, outcome, left).await,
        GroupCommand::Abandon => Err(StoreError::StaleLease),
    }
}

async fn begin(run: &Run) -> Result<TenantTx, StoreError> {
    let mut tx = run.tx().await?;
    jobs::check_lease(&mut tx, &run.lease).await?;
    Ok(tx)
}

fn counts(named: &[Uuid], done: Regrouped) -> GroupCounts {
    let count = |n: usize| n as u64;
    GroupCounts {
        accounts: count(named.len()),
        created: count(done.created),
        changed: count(done.changed),
        left: count(done.left),
    }
}

/// Stores the state after an event in the transaction of its effect.
async fn store(
    run: &Run,
    mut tx: TenantTx,
    state: &GroupState,
    event: GroupEvent,
) -> Result<(GroupState, GroupCommand), StoreError> {
    let (after, command) = machine::next(state, event);
    let cancelled = record(run, &mut tx, &after).await?;
    tx.commit().await?;
    Ok(if cancelled { machine::next(&after, GroupEvent::CancelRequested) } else { (after, command) })
}

async fn record(run: &Run, tx: &mut TenantTx, state: &GroupState) -> Result<bool, StoreError> {
    let stored = serde_json::to_value(state).expect("a state has a JSON form");
    let done = i64::try_from(state.done.accounts).unwrap_or(i64::MAX);
    let in_hand = i64::try_from(state.in_hand().len()).expect("a batch is small");
    let total = Some(done + in_hand + groups::count_touched(tx).await?);
    let progress = Progress { phase: state.phase(), state: &stored, done, total };
    jobs::record_step(tx, &run.lease, &progress).await
}

async fn wait(run: &Run, state: &GroupState, until: Option<DateTime<Utc>>) -> Result<Next, StoreError> {
    let mut tx = run.tx().await?;
    record(run, &mut tx, state).await?;
    jobs::hand_back(&mut tx, &run.lease, until).await?;
    tx.commit().await?;
    Ok(None)
}

async fn end(
    run: &Run,
    state: &GroupState,
    outcome: &GroupOutcome,
    left: &[Uuid],
) -> Result<Next, StoreError> {
    let mut tx = begin(run).await?;
    groups::touch_accounts(&mut tx, left).await?;
    let reason = match outcome {
        GroupOutcome::Failed { reason } => Some(reason.as_str()),
        GroupOutcome::Complete | GroupOutcome::Cancelled => None,
    };
    let told = json!({ "outcome": outcome.name(), "reason": reason, "counts": state.done });
    let ending = Ending { status: outcome.name(), outcome: told, error_code: reason };
    jobs::finish(&mut tx, &run.lease, &ending).await?;
    // Looked for after the job is marked ended: whoever touches an account and finds this job still open has done so before,
    // and whoever comes later starts another.
    if *outcome == GroupOutcome::Complete && groups::any_touched(&mut tx).await? {
        tx.rollback().await?;
        return Ok(Some(machine::next(state, GroupEvent::TouchedMeanwhile)));
    }
    tx.commit().await?;
    Ok(None)
}

fn failed(error: StoreError) -> Failed {
    let remedy = if error.retryable() { Remedy::Time } else { Remedy::Person };
    let code = if error.retryable() { "database_unavailable" } else { "store" };
    Failed { failure: Failure::new(code, remedy), now: Utc::now(), jitter: jitter() }
}
