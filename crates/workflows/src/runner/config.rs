//! How eager and how patient a runner is.

use std::time::Duration;

/// The figures of a runner.
#[derive(Clone, Copy, Debug)]
pub struct RunnerConfig {
    /// Jobs at once.
    pub slots: usize,
    /// How long a worker may be silent before its job is another's; counted by the database's clock.
    pub lease: Duration,
    /// How often an idle worker looks for work.
    pub poll: Duration,
    /// How long running steps may go on after the process was told to stop.
    pub drain: Duration,
    /// Attempts in a row that brought nothing, before a job is set aside.
    pub attempts: i32,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self {
            slots: 4,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            attempts: 5,
        }
    }
}
