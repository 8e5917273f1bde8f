//! Progress of long work: a bar that follows a job, on a terminal; plain lines elsewhere.

use std::{
    future::Future,
    io::IsTerminal,
    time::{Duration, Instant},
};

use api::{
    routers::{
        connector::TriggerSync,
        job::{Get, List},
    },
    types::{ConnectorId, Job, JobId, JobKind, JobPhase, JobStatus, PageSize, SyncMode},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rpc::client::{Client, ClientError};

use super::{
    super::exit::{Exit, Failure},
    Took,
};
use crate::methods::rows::word;

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the server may be unable to tell how a job stands.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where progress is shown: the error stream, so that the standard output holds results only.
pub(super) struct Progress {
    terminal: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Progress { terminal: std::io::stderr().is_terminal() }
    }

    /// Short work without a measure: its name and how long it took.
    pub(super) async fn step<T>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let begun = Instant::now();
        let done = work.await?;
        self.line(name, begun.elapsed(), "");
        Ok(done)
    }

    pub(super) async fn sync(
        &self,
        client: &Client,
        connector_id: ConnectorId,
        mode: SyncMode,
    ) -> Result<Took, Failure> {
        let name = match mode {
            SyncMode::Full => "full sync",
            SyncMode::Incremental => "incremental sync",
        };
        let started = client.call(&TriggerSync { connector_id, mode }).await?;
        self.job(client, name, &started.job).await
    }

    /// Follows a job to its end. Answers with how long it ran, by the server's clock.
    pub(super) async fn job(&self, client: &Client, name: &str, job: &Job) -> Result<Took, Failure> {
        let bar = self.bar(name);
        let ended = loop {
            let job = self.look(client, job.id).await?;
            if job.status.is_final() {
                break job;
            }
            bar.set_length(job.progress.total.unwrap_or(job.progress.done));
            bar.set_position(job.progress.done);
            bar.set_message(job.progress.phase.map_or("waiting", phase));
            tokio::time::sleep(LOOK_EVERY).await;
        };
        bar.finish_and_clear();
        if ended.status != JobStatus::Complete {
            let why = ended
                .error
                .map_or_else(|| "without a reason".into(), |it| format!("{}: {}", it.code, it.message));
            let how = word(ended.status).replace('_', " ");
            return Err(Failure::new(Exit::Other, format!("{name} ended as {how}, {why}")));
        }
        let took = match (ended.started_at, ended.finished_at) {
            (Some(from), Some(to)) => (to.0 - from.0).to_std().unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let rate = ended.progress.done as f64 / took.as_secs_f64().max(0.001);
        self.line(name, took, &format!("{} rows, {}/s", grouped(ended.progress.done), grouped(rate as u64)));
        Ok(took)
    }

    /// A database that is away for a moment is no reason to give up: the job is not lost.
    async fn look(&self, client: &Client, job_id: JobId) -> Result<Job, Failure> {
        let begun = Instant::now();
        loop {
            match client.call(&Get { job_id }).await {
                Err(ClientError::Refused(refused)) if refused.retryable && begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(refused.retry_after_ms.map_or(LOOK_EVERY, Duration::from_millis))
                        .await;
                }
                answer => return Ok(answer?),
            }
        }
    }

    /// Waits for the look at buying groups that a sync has started, if it is still under way.
    pub(super) async fn groups(&self, client: &Client) -> Result<(), Failure> {
        let list = List {
            kind: Some(JobKind::BuyingGroups),
            status: None,
            connector_id: None,
            page_size: PageSize::default(),
            cursor: None,
        };
        for job in client.call(&list).await?.items.into_iter().filter(|it| !it.status.is_final()) {
            self.job(client, "buying groups", &job).await?;
        }
        Ok(())
    }

    fn bar(&self, name: &str) -> ProgressBar {
        let target = if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("  {prefix:<18} [{bar:32}] {human_pos}/{human_len} {msg}")
            .expect("the template is one that indicatif knows")
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style);
        bar.set_prefix(name.to_owned());
        bar
    }

    fn line(&self, name: &str, took: Duration, note: &str) {
        eprintln!("  {name:<42} {:>7.2} s  {note}", took.as_secs_f64());
    }
}

fn phase(phase: JobPhase) -> &'static str {
    match phase {
        JobPhase::Authenticating => "authenticating",
        JobPhase::Syncing => "reading",
        JobPhase::Writing => "writing",
        JobPhase::Finalizing => "finalizing",
        JobPhase::Folding => "folding",
        JobPhase::RollingUp => "rolling up",
        JobPhase::Tiers => "placing in tiers",
        JobPhase::Publishing => "publishing",
        JobPhase::Regrouping => "regrouping",
    }
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_kept_apart() {
        assert_eq!(
            [0, 999, 1000, 65_300, 1_234_567].map(grouped),
            ["0", "999", "1,000", "65,300", "1,234,567"]
        );
    }
}
