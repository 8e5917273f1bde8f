//! One claimed job: its heartbeat beside its run, and what to do when the run crashes, or the process ends.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use futures::FutureExt;
use store::StoreError;
use store::jobs;

use super::{Run, RunnerConfig, Workflow};
use crate::failure::RetryPlan;

/// How a run came to its end, as the runner sees it.
enum Ended {
    InOrder,
    LeaseLost,
    /// Without progress, and not by its own decision.
    Crashed(&'static str),
    /// The time to drain was over first.
    OutOfTime,
}

pub(super) async fn drive(workflow: Arc<dyn Workflow>, run: Run, config: RunnerConfig) {
    let job = run.lease.job.0;
    if run.lease.attempt > config.attempts {
        // The workers before died so suddenly that nobody could say so.
        return park(&*workflow, &run, "crash_loop").await;
    }
    let ended = tokio::select! {
        // Dropping the run's future is safe at any point: what it has not committed did not happen.
        ended = run_to_end(&*workflow, &run) => ended,
        () = keep_lease(&run, config) => Ended::LeaseLost,
        () = time_to_drain(&run, config) => Ended::OutOfTime,
    };
    match ended {
        Ended::InOrder => {}
        Ended::LeaseLost => tracing::warn!(%job, "another worker has the job now"),
        Ended::OutOfTime => give_back(&run).await,
        Ended::Crashed(reason) if run.lease.attempt >= config.attempts => {
            park(&*workflow, &run, reason).await
        }
        Ended::Crashed(reason) => release(&run, reason).await,
    }
}

async fn run_to_end(workflow: &dyn Workflow, run: &Run) -> Ended {
    match AssertUnwindSafe(workflow.run(run)).catch_unwind().await {
        Ok(Ok(())) => Ended::InOrder,
        Ok(Err(StoreError::StaleLease)) => Ended::LeaseLost,
        Ok(Err(error)) => {
            tracing::warn!(job = %run.lease.job.0, %error, "a run broke off");
            Ended::Crashed(if error.retryable() { "database_unavailable" } else { "store" })
        }
        Err(_) => Ended::Crashed("panic"),
    }
}

/// Ends when the lease is lost, or must be taken for lost because the database was away for as long as it lasts.
async fn keep_lease(run: &Run, config: RunnerConfig) {
    let mut kept = Instant::now();
    loop {
        tokio::time::sleep(config.lease / 3).await;
        let began = Instant::now();
        match jobs::heartbeat(&run.store, &run.lease, config.lease).await {
            Ok(()) => kept = began,
            Err(StoreError::StaleLease) => return,
            Err(_) if kept.elapsed() > config.lease => return,
            Err(error) => tracing::warn!(%error, "a heartbeat failed"),
        }
    }
}

async fn time_to_drain(run: &Run, config: RunnerConfig) {
    let mut draining = run.draining.clone();
    if draining.wait_for(|draining| *draining).await.is_err() {
        // The runner is gone without a word, so nobody counts the time.
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(config.drain).await;
}

async fn give_back(run: &Run) {
    // Failing that, the lease runs out by itself.
    if let Err(error) = run.hand_back(None).await {
        tracing::warn!(job = %run.lease.job.0, %error, "a job could not be handed back");
    }
}

async fn release(run: &Run, reason: &str) {
    let wait = RetryPlan::STANDARD.delay(run.lease.attempt.unsigned_abs(), jitter());
    let released = async {
        let mut tx = run.tx().await?;
        jobs::release_after_crash(&mut tx, &run.lease, Utc::now() + wait).await?;
        tx.commit().await
    };
    tracing::error!(job = %run.lease.job.0, attempt = run.lease.attempt, reason, "a run crashed");
    if let Err(error) = released.await {
        tracing::warn!(%error, "a crashed job could not be handed back");
    }
}

async fn park(workflow: &dyn Workflow, run: &Run, reason: &str) {
    let parked = async {
        let mut tx = run.tx().await?;
        workflow.parked(&mut tx, &run.lease, reason).await?;
        jobs::park(&mut tx, &run.lease, reason).await?;
        tx.commit().await
    };
    tracing::error!(job = %run.lease.job.0, attempt = run.lease.attempt, reason, "a job is set aside");
    if let Err(error) = parked.await {
        tracing::warn!(%error, "a job could not be set aside");
    }
}

/// Thousandths, for the waits of machines.
pub(crate) fn jitter() -> u16 {
    u16::try_from(uuid::Uuid::new_v4().as_u128() % 1001).expect("at most 1000")
}
