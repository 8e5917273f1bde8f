//! Latencies, and how they are told.

use std::time::Duration;

#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Latencies(all)
    }

    pub(crate) fn at(&self, share: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share) as usize).copied().unwrap_or(Duration::MAX)
    }

    pub(crate) fn p50(&self) -> String {
        show(self.at(0.5))
    }

    pub(crate) fn p99(&self) -> String {
        show(self.at(0.99))
    }

    pub(crate) fn max(&self) -> String {
        show(self.at(1.0))
    }
}

pub(crate) fn ratio(ours: &Latencies, bare: &Latencies, share: f64) -> f64 {
    ours.at(share).as_secs_f64() / bare.at(share).as_secs_f64()
}

fn show(time: Duration) -> String {
    format!("{:6.2} ms", time.as_secs_f64() * 1000.0)
}
