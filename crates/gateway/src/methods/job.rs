//! `job`, and jobs as other routers show them.

use std::collections::HashMap;

use api::{
    routers::job::{Cancel, CancelJobRefusal, Get, JobRefusal, List},
    types::{
        ConnectorId, Job, JobError, JobId, JobKind, JobOutcome, JobProgress, JobStatus, JobWait,
        JobWaitReason, Page, RecordKind, ScoringRunId, SyncCounts, SyncRunId, Timestamp,
    },
};
use chrono::Utc;
use rpc::{Handle, NoRefusal};
use serde_json::{Value, json};
use store::{
    StoreError, TenantTx, actors,
    jobs::{self, Brought, JobFilter, JobRecord, Turn},
    page::ListPage,
};
use uuid::Uuid;
use workflows::waiting::{Wait, wait};

use super::{convert, missing, rows};
use crate::host::{Failure, Gateway, Scope};

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<Job, Failure<JobRefusal>> {
        let record = jobs::get_job(scope.tx(), jobs::JobId(get.job_id.0)).await;
        let record = record.map_err(|error| missing(error, JobRefusal::NoSuchJob))?;
        Ok(job(scope.tx(), record).await?)
    }
}

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<Job>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = JobFilter {
            kind: list.kind.map(|kind| stored_kind(kind).to_owned()),
            status: rows::maybe_word(list.status),
            connector: list.connector_id.map(|it| it.0),
            ..JobFilter::default()
        };
        let ListPage { items, next } = jobs::list_jobs(scope.tx(), &filter, &request).await?;
        let items = described(scope.tx(), items).await?;
        Ok(self.page(scope, &list, ListPage { items, next }, |job| job))
    }
}

impl Handle<Cancel> for Gateway {
    async fn handle(&self, scope: &mut Scope, cancel: Cancel) -> Result<Job, Failure<CancelJobRefusal>> {
        let id = jobs::JobId(cancel.job_id.0);
        let before = jobs::get_job(scope.tx(), id).await;
        let before = before.map_err(|error| missing(error, CancelJobRefusal::NoSuchJob))?;
        if before.status != "cancelled" && !jobs::cancel_job(scope.tx(), id).await? {
            return Err(Failure::Refused(CancelJobRefusal::AlreadyFinished));
        }
        let after = jobs::get_job(scope.tx(), id).await?;
        scope.audit(id.0, json!({ "before": change(&before), "after": change(&after) }));
        Ok(job(scope.tx(), after).await?)
    }
}

fn change(record: &JobRecord) -> Value {
    json!({ "status": record.status, "cancelRequestedAt": record.cancel_requested_at.map(Timestamp) })
}

/// One job with the names and figures that belong to it.
pub(crate) async fn job(tx: &mut TenantTx, record: JobRecord) -> Result<Job, StoreError> {
    described(tx, vec![record]).await?.pop().ok_or(StoreError::Bug)
}

async fn described(tx: &mut TenantTx, mut records: Vec<JobRecord>) -> Result<Vec<Job>, StoreError> {
    let open: Vec<Uuid> = records.iter().filter(|it| it.finished_at.is_none()).map(|it| it.id).collect();
    let turns = if open.is_empty() { HashMap::new() } else { jobs::turns(tx, &open).await? };
    for record in &mut records {
        // It has left the queue since it was read: half of each would be a state that never was.
        if record.finished_at.is_none() && !turns.contains_key(&record.id) {
            *record = jobs::get_job(tx, record.id()).await?;
        }
    }
    let requesters = records.iter().filter_map(|it| jobs::requester(it.created_by.as_deref()?));
    let names = actors::names_of(tx, requesters).await?;
    let ended: Vec<Uuid> = records.iter().filter(|it| it.finished_at.is_some()).map(|it| it.id).collect();
    let mut brought = if ended.is_empty() { HashMap::new() } else { jobs::brought_about(tx, &ended).await? };
    let one = |record: JobRecord| wire(&names, brought.remove(&record.id), turns.get(&record.id), record);
    records.into_iter().map(one).collect()
}

fn wire(
    names: &HashMap<tenancy::Actor, String>,
    brought: Option<Brought>,
    turn: Option<&Turn>,
    record: JobRecord,
) -> Result<Job, StoreError> {
    let kind = KINDS.iter().find(|(_, stored)| *stored == record.kind).ok_or(StoreError::Bug)?.0;
    let status: JobStatus = rows::from_word(&record.status).ok_or(StoreError::Bug)?;
    let eta = record.eta().map(|at| (at - Utc::now()).num_seconds().max(0));
    Ok(Job {
        id: JobId(record.id),
        kind,
        status,
        waiting: turn.and_then(|turn| wait(record.state.as_ref(), turn)).map(waiting),
        progress: JobProgress {
            phase: record.phase.as_deref().and_then(rows::from_word),
            done: convert::total(record.progress_done),
            total: record.progress_total.map(convert::total),
            rate: record.rate().map(f64::round),
            eta_seconds: eta.map(convert::total),
        },
        attempt: record.attempt.try_into().unwrap_or(0),
        connector_id: record.input["connectorId"].as_str().and_then(|id| id.parse().ok()).map(ConnectorId),
        parent_id: record.parent_id.map(JobId),
        created_by: record
            .created_by
            .as_deref()
            .and_then(jobs::requester)
            .map(|actor| convert::actor(actor, names)),
        created_at: Timestamp(record.created_at),
        started_at: rows::time(record.started_at),
        finished_at: rows::time(record.finished_at),
        cancel_requested_at: rows::time(record.cancel_requested_at),
        outcome: record.finished_at.and_then(|_| outcome(kind, &record, brought)),
        error: record.error_code.as_deref().map(failed),
    })
}

fn waiting(wait: Wait) -> JobWait {
    let (reason, until) = match wait {
        Wait::Planned(at) => (JobWaitReason::Planned, Some(at)),
        Wait::Retry(at) => (JobWaitReason::RetryAfterFailure, Some(at)),
        Wait::ItsJobs(at) => (JobWaitReason::ItsJobs, Some(at)),
        Wait::Worker => (JobWaitReason::NoFreeWorker, None),
        Wait::WorkerLost => (JobWaitReason::WorkerLost, None),
    };
    JobWait { reason, until: rows::time(until) }
}

const KINDS: [(JobKind, &str); 4] = [
    (JobKind::ConnectorSync, workflows::sync::KIND),
    (JobKind::ScheduledSync, workflows::schedule::KIND),
    (JobKind::ScoringRun, workflows::score::KIND),
    (JobKind::BuyingGroups, workflows::group::KIND),
];

fn stored_kind(kind: JobKind) -> &'static str {
    KINDS.iter().find(|(it, _)| *it == kind).expect("each kind has its name").1
}

/// Null where a job ended before it had brought anything about.
fn outcome(kind: JobKind, record: &JobRecord, brought: Option<Brought>) -> Option<JobOutcome> {
    match (kind, brought) {
        (JobKind::ConnectorSync, Some(Brought::Synced(by_entity))) => Some(JobOutcome::ConnectorSync {
            sync_run_id: SyncRunId(record.id),
            entities: by_entity.into_iter().filter_map(|(entity, it)| counts(&entity, it)).collect(),
        }),
        (JobKind::ScoringRun, Some(Brought::Scored(it))) => Some(JobOutcome::ScoringRun {
            scoring_run_id: ScoringRunId(it.run),
            activities: convert::total(it.activities),
            people: convert::total(it.people),
            accounts: convert::total(it.accounts),
            opportunities: convert::total(it.opportunities),
            tier_changes: convert::total(it.tier_changes),
        }),
        (JobKind::ScheduledSync, _) => {
            let counts = record.outcome.as_ref()?.get("counts")?;
            let count = |name: &str| counts.get(name).and_then(Value::as_u64);
            Some(JobOutcome::ScheduledSync {
                processed: count("processed")?,
                succeeded: count("succeeded")?,
                failed: count("failed")?,
            })
        }
        (JobKind::BuyingGroups, _) => {
            let counts = record.outcome.as_ref()?.get("counts")?;
            let count = |name: &str| counts.get(name).and_then(Value::as_u64);
            Some(JobOutcome::BuyingGroups {
                accounts: count("accounts")?,
                created: count("created")?,
                changed: count("changed")?,
                left: count("left")?,
            })
        }
        _ => None,
    }
}

fn counts(entity: &str, it: store::sync_runs::SyncCounts) -> Option<SyncCounts> {
    Some(SyncCounts {
        entity: rows::from_word::<RecordKind>(entity)?,
        read: convert::total(it.read),
        inserted: convert::total(it.inserted),
        updated: convert::total(it.updated),
        unchanged: convert::total(it.unchanged),
        quarantined: convert::total(it.quarantined),
        deleted: convert::total(it.deleted),
    })
}

/// Our own words for a reason; a vendor's are never kept.
fn failed(code: &str) -> JobError {
    let message = match code {
        "auth_required" => "the connector has to be authorised again",
        "crash_loop" => "it was given up after too many attempts",
        "quota_exhausted" => "the vendor's quota is used up; it goes on when there is more",
        "not_permitted" => "whoever asked for it may not do this any more",
        _ => "it ended early; the code says why",
    };
    JobError { code: code.to_owned(), message: message.to_owned() }
}
