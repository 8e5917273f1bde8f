//! Drives the machine of a scheduled sync. Children are started in the transaction that stores which they are, so a crash
//! starts none twice, and each is a job of its own, so that no failure reaches another.

use async_trait::async_trait;
use canonical::ConnectorId;
use chrono::{TimeDelta, Utc};
use serde_json::json;
use store::jobs::{self, Ending, JobId, Lease, Progress};
use store::{Actor, StoreError, TenantTx, connectors};
use uuid::Uuid;

use super::machine::{self, ChildCounts, ScheduleCommand, ScheduleEvent, ScheduleOutcome, ScheduleState};
use super::{KIND, ScheduleInput, enqueue_scheduled_sync};
use crate::failure::{Failed, Failure, Remedy};
use crate::runner::{Run, Workflow, jitter};
use crate::sync::{SyncInput, Trigger, enqueue_sync};

/// Runs scheduled syncs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScheduledSyncWorkflow;

#[async_trait]
impl Workflow for ScheduledSyncWorkflow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, run: &Run) -> Result<(), StoreError> {
        let job = run.take_up().await?;
        let input: ScheduleInput = serde_json::from_value(job.input.clone()).map_err(|_| StoreError::Rule)?;
        let stored =
            job.state.clone().map(serde_json::from_value).transpose().map_err(|_| StoreError::Rule)?;
        let (mut state, mut command) =
            machine::next(&stored.unwrap_or_else(ScheduleState::begin), ScheduleEvent::Resumed);
        if job.cancel_requested_at.is_some() {
            (state, command) = machine::next(&state, ScheduleEvent::CancelRequested);
        }
        loop {
            let outcome = match &command {
                ScheduleCommand::Start => start(run, &state).await.map(Some),
                ScheduleCommand::Look { children } => {
                    look(run, children).await.map(|event| Some(machine::next(&state, event)))
                }
                ScheduleCommand::WaitUntil(until) => {
                    let mut tx = run.tx().await?;
                    record(&mut tx, run, &state).await?;
                    jobs::hand_back(&mut tx, &run.lease, Some(*until)).await?;
                    return tx.commit().await;
                }
                ScheduleCommand::End(outcome) => end(run, input, outcome).await.map(|()| None),
                ScheduleCommand::Abandon => return Err(StoreError::StaleLease),
            };
            (state, command) = match outcome {
                Ok(Some(next)) => next,
                Ok(None) => return Ok(()),
                Err(StoreError::StaleLease) => return Err(StoreError::StaleLease),
                Err(error) => machine::next(&state, ScheduleEvent::Failed(failed(error))),
            };
        }
    }

    async fn parked(&self, _: &mut TenantTx, _: &Lease, _: &str) -> Result<(), StoreError> {
        // Its history is the job itself, and the children have their own.
        Ok(())
    }
}

/// Starts the children and stores which they are, at once.
async fn start(run: &Run, state: &ScheduleState) -> Result<(ScheduleState, ScheduleCommand), StoreError> {
    let mut tx = run.tx().await?;
    jobs::check_lease(&mut tx, &run.lease).await?;
    let all = connectors::list_connectors(&mut tx).await?;
    let mut children = Vec::new();
    // One that asks for a new authorisation, or was refused, waits for a person.
    for connector in all.iter().filter(|connector| connector.status == "connected") {
        let input = SyncInput {
            connector_id: ConnectorId(connector.id),
            full_sync: false,
            trigger: Trigger::Schedule,
            then_score: true,
        };
        let child = enqueue_sync(&mut tx, input, Actor::System, Some(run.lease.job), Utc::now()).await?;
        children.push(child.id.0);
    }
    let (after, command) = machine::next(state, ScheduleEvent::Started { children });
    record(&mut tx, run, &after).await?;
    tx.commit().await?;
    Ok((after, command))
}

async fn look(run: &Run, children: &[Uuid]) -> Result<ScheduleEvent, StoreError> {
    let mut counts = ChildCounts::default();
    let mut tx = run.tx().await?;
    for child in children {
        let job = jobs::get_job(&mut tx, JobId(*child)).await?;
        if job.finished_at.is_some() {
            counts.processed += 1;
            if job.status == "complete" { counts.succeeded += 1 } else { counts.failed += 1 }
        }
    }
    tx.commit().await?;
    Ok(ScheduleEvent::Looked { counts, now: Utc::now() })
}

async fn record(tx: &mut TenantTx, run: &Run, state: &ScheduleState) -> Result<(), StoreError> {
    let stored = serde_json::to_value(state).expect("a state has a JSON form");
    let progress = Progress { phase: state.phase(), state: &stored, done: 0, total: None };
    jobs::record_step(tx, &run.lease, &progress).await?;
    Ok(())
}

/// Ends this round and, where it is to be repeated, queues the next in the same transaction.
async fn end(run: &Run, input: ScheduleInput, outcome: &ScheduleOutcome) -> Result<(), StoreError> {
    let mut tx = run.tx().await?;
    let error = match outcome {
        ScheduleOutcome::Failed { reason } => Some(reason.as_str()),
        _ => None,
    };
    let told = serde_json::to_value(outcome).unwrap_or_else(|_| json!({}));
    jobs::finish(&mut tx, &run.lease, &Ending { status: outcome.name(), outcome: told, error_code: error })
        .await?;
    if let (Some(seconds), false) = (input.every_seconds, *outcome == ScheduleOutcome::Cancelled) {
        // Up to a hundredth later, so that tenants created together do not sync together for ever.
        let spread = i64::from(seconds) * 10 * i64::from(jitter()) / 1000;
        let after = Utc::now() + TimeDelta::seconds(i64::from(seconds)) + TimeDelta::milliseconds(spread);
        enqueue_scheduled_sync(&mut tx, input, Utc::now(), Some(after)).await?;
    }
    tx.commit().await
}

fn failed(error: StoreError) -> Failed {
    let remedy = if error.retryable() { Remedy::Time } else { Remedy::Person };
    let code = if error.retryable() { "database_unavailable" } else { "store" };
    Failed { failure: Failure::new(code, remedy), now: Utc::now(), jitter: jitter() }
}
