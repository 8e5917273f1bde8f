//! Scoring runs: started here, carried out by a worker.

use api::{
    routers::scoring::{
        GetLastScoringRun, LastScoringRun, RunScoring, ScoringRun, ScoringRunStatus, ScoringTrigger,
    },
    types::{JobId, ScoringRunId, StartedJob, Timestamp},
};
use chrono::Utc;
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{jobs, scores};
use workflows::score::{Trigger, enqueue_scoring};

use crate::{
    host::{Failure, Gateway, Scope, store_error},
    methods::{convert::total as count, job, scoring_config::hex},
};

impl Handle<RunScoring> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: RunScoring) -> Result<StartedJob, Failure<NoRefusal>> {
        let started = start_scoring(scope, Trigger::Manual).await?;
        scope.audit(started.job.id, json!({ "after": { "joined": started.joined } }));
        Ok(started)
    }
}

/// Starts a scoring run when this call commits, or joins the one under way.
pub(in crate::methods) async fn start_scoring(
    scope: &mut Scope,
    trigger: Trigger,
) -> Result<StartedJob, RpcError> {
    let actor = scope.principal().actor();
    let enqueued = enqueue_scoring(scope.tx(), trigger, actor, Utc::now()).await.map_err(store_error)?;
    scope.queued_work();
    let record = jobs::get_job(scope.tx(), enqueued.id).await.map_err(store_error)?;
    let job = job::job(scope.tx(), record).await.map_err(store_error)?;
    Ok(StartedJob { job, joined: enqueued.joined })
}

impl Handle<GetLastScoringRun> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        _: GetLastScoringRun,
    ) -> Result<LastScoringRun, Failure<NoRefusal>> {
        let run = scores::last_scoring_run(scope.tx()).await?;
        Ok(LastScoringRun { run: run.map(scoring_run).transpose()? })
    }
}

fn scoring_run(row: scores::ScoringRun) -> Result<ScoringRun, RpcError> {
    Ok(ScoringRun {
        id: ScoringRunId(row.id),
        job_id: row.job_id.map(JobId),
        trigger: match row.trigger.as_str() {
            "manual" => ScoringTrigger::Manual,
            "schedule" => ScoringTrigger::Schedule,
            "sync" => ScoringTrigger::Sync,
            "config" => ScoringTrigger::Config,
            other => return Err(unknown("trigger", other)),
        },
        status: match row.status.as_str() {
            "running" => ScoringRunStatus::Running,
            "complete" => ScoringRunStatus::Complete,
            "failed" => ScoringRunStatus::Failed,
            "cancelled" => ScoringRunStatus::Cancelled,
            other => return Err(unknown("status", other)),
        },
        reason: row.reason,
        as_of: row.as_of.into(),
        inputs_through: row.inputs_through.map(Timestamp),
        activities_read: count(row.activities_read),
        people_scored: count(row.people_scored),
        accounts_scored: count(row.accounts_scored),
        opportunities_scored: count(row.opportunities_scored),
        tier_changes: count(row.tier_changes),
        state_hash: row.state_hash.as_deref().map(hex),
        started_at: row.started_at.into(),
        finished_at: row.finished_at.map(Timestamp),
    })
}

fn unknown(what: &str, word: &str) -> RpcError {
    tracing::error!(what, word, "a scoring run's row has a word that nobody knows");
    RpcError::internal()
}
