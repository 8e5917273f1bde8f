//! Whether this process should receive calls, and its figures for Prometheus.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Asked again and again whether what the calls need (the database) is there.
pub type Probe = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// The last word on readiness. Load balancers read it; calls are answered either way.
#[derive(Debug, Default)]
pub(crate) struct Readiness(AtomicU8);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Starting = 0,
    Ready = 1,
    DatabaseUnavailable = 2,
    Stopping = 3,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Ready => "ready",
            State::DatabaseUnavailable => "database_unavailable",
            State::Stopping => "stopping",
        }
    }
}

impl Readiness {
    pub(crate) fn state(&self) -> State {
        match self.0.load(Ordering::Acquire) {
            1 => State::Ready,
            2 => State::DatabaseUnavailable,
            3 => State::Stopping,
            _ => State::Starting,
        }
    }

    pub(crate) fn stop(&self) {
        self.0.store(State::Stopping as u8, Ordering::Release);
    }

    /// Takes a probe's answer, unless we are stopping: that is final.
    fn report(&self, well: bool) {
        let next = if well { State::Ready } else { State::DatabaseUnavailable };
        let before = self.state();
        let kept = self.0.try_update(Ordering::AcqRel, Ordering::Acquire, |it| {
            (it != State::Stopping as u8).then_some(next as u8)
        });
        if kept.is_ok() && before != next {
            tracing::info!(from = before.as_str(), to = next.as_str(), "readiness changed");
        }
    }

    /// Probes for ever. An answer that takes longer than `time` counts as no.
    pub(crate) async fn watch(&self, probe: Probe, every: Duration, time: Duration) {
        loop {
            let well = tokio::time::timeout(time, probe()).await.unwrap_or(false);
            self.report(well);
            tokio::time::sleep(every).await;
        }
    }
}

/// The process's one recorder: the `metrics` crate knows only one, however many servers a test starts.
pub(crate) fn prometheus() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &buckets)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics will stay empty");
        }
        metrics::describe_counter!("fairlead_calls_total", "Calls answered, by method and outcome.");
        metrics::describe_histogram!("fairlead_call_seconds", "Time from a call's start to its answer.");
        metrics::describe_counter!(
            "fairlead_refused_total",
            "Requests and sockets refused before any call, by reason."
        );
        metrics::describe_gauge!("fairlead_sockets", "Open sockets.");
        metrics::describe_gauge!("fairlead_websockets", "Open WebSockets.");
        metrics::describe_gauge!("fairlead_ready", "1 while calls can be served.");
        handle
    })
}
