//! A connector sync as a pure step machine: authenticate, then page by page fetch and write, then slice by slice replay
//! what had waited for others to come, then finalize.
//!
//! It knows no clock, no vendor and no database. What the runner stores is the state *after* an effect, in the
//! transaction of that effect; so a crash at any point repeats the step whose effect was not stored, and only that.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::{Failed, RetryPlan, Verdict};

/// How far a run is. Stored with every page, so it must stay readable: add fields with defaults, rename none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncState {
    pub step: SyncStep,
    /// Where the next page begins, in the connector's own words; `null` is the beginning of everything.
    pub cursor: Value,
    /// Pages stored by this run.
    pub pages: u64,
    /// Failures in a row of the present step.
    pub failures: u32,
    /// A cancel arrived while a page was being written: stop when it is.
    #[serde(default)]
    pub cancelling: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum SyncStep {
    Authenticating,
    Syncing,
    /// Holds where the page ends. Never stored: the page itself is in the worker's memory only.
    Writing {
        next: Value,
        last: bool,
    },
    /// Everybody has come: what waited for somebody is tried again. Holds where the next slice of it begins.
    Replaying {
        after: String,
    },
    Finalizing,
    Ended {
        outcome: SyncOutcome,
    },
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum SyncOutcome {
    /// Every row of the window is stored, or quarantined by name.
    Complete,
    /// What was read is stored; the next run goes on from there, not before `resume_at` where one is given.
    Partial {
        reason: String,
        resume_at: Option<DateTime<Utc>>,
    },
    AuthRequired {
        reason: String,
    },
    Failed {
        reason: String,
    },
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncEvent {
    /// A worker has taken up the stored state: at the start, after a wait, or after another worker's crash.
    Resumed,
    Authenticated,
    Fetched {
        next: Value,
        last: bool,
    },
    Written,
    /// A slice was tried again; `None` when it was the last one.
    Replayed {
        next: Option<String>,
    },
    Finalized,
    Failed(Failed),
    CancelRequested,
    /// Another worker owns the run now.
    LeaseLost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncCommand {
    Authenticate,
    Fetch {
        cursor: Value,
    },
    /// Store the page that was just fetched together with the state that follows [`SyncEvent::Written`].
    Write,
    /// Try a slice of what waits again, and store its outcome together with the state that follows
    /// [`SyncEvent::Replayed`].
    Replay {
        after: String,
    },
    /// Store the end of a complete run.
    Finalize,
    /// Store the state and give the worker's slot back until then.
    WaitUntil(DateTime<Utc>),
    /// Store how the run ended.
    End(SyncOutcome),
    /// Write nothing more.
    Abandon,
}

impl SyncState {
    /// A full run begins at nothing; an incremental one where the last run stopped.
    pub fn begin(cursor: Value) -> Self {
        Self { step: SyncStep::Authenticating, cursor, pages: 0, failures: 0, cancelling: false }
    }

    /// The step's name as shown to people and kept in `sync_runs.status`.
    pub fn phase(&self) -> &'static str {
        match &self.step {
            SyncStep::Authenticating => "authenticating",
            SyncStep::Syncing => "syncing",
            SyncStep::Writing { .. } => "writing",
            SyncStep::Replaying { .. } | SyncStep::Finalizing => "finalizing",
            SyncStep::Ended { outcome } => outcome.name(),
        }
    }

    /// What the present step asks for; asking again is harmless.
    fn command(&self) -> SyncCommand {
        match &self.step {
            SyncStep::Authenticating => SyncCommand::Authenticate,
            SyncStep::Syncing => SyncCommand::Fetch { cursor: self.cursor.clone() },
            SyncStep::Writing { .. } => SyncCommand::Write,
            SyncStep::Replaying { after } => SyncCommand::Replay { after: after.clone() },
            SyncStep::Finalizing => SyncCommand::Finalize,
            SyncStep::Ended { outcome } => SyncCommand::End(outcome.clone()),
        }
    }

    fn at(&self, step: SyncStep) -> Self {
        Self { step, failures: 0, ..self.clone() }
    }

    fn ended(&self, outcome: SyncOutcome) -> Self {
        self.at(SyncStep::Ended { outcome })
    }
}

impl SyncOutcome {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial { .. } => "partial",
            Self::AuthRequired { .. } => "auth_required",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Partial { reason, .. } | Self::AuthRequired { reason } | Self::Failed { reason } => {
                Some(reason)
            }
            Self::Complete | Self::Cancelled => None,
        }
    }

    pub fn resume_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Partial { resume_at, .. } => *resume_at,
            _ => None,
        }
    }
}

impl SyncCommand {
    /// How long the activity may take before it counts as failed with `timeout`.
    pub const fn time_limit(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Authenticate => 5 * 60,
            Self::Fetch { .. } => 10 * 60,
            Self::Write | Self::Replay { .. } => 5 * 60,
            Self::Finalize | Self::WaitUntil(_) | Self::End(_) | Self::Abandon => 60,
        })
    }
}

/// The one rule of a sync. Total: an event that does not belong to the step is a late or repeated one, and is answered by
/// the step's own command again.
pub fn next(state: &SyncState, event: SyncEvent) -> (SyncState, SyncCommand) {
    if event == SyncEvent::LeaseLost {
        return (state.clone(), SyncCommand::Abandon);
    }
    let after = match (&state.step, event) {
        // The page was in the memory of whoever fetched it.
        (SyncStep::Writing { .. }, SyncEvent::Resumed) => state.at(SyncStep::Syncing),
        (SyncStep::Authenticating, SyncEvent::Authenticated) => state.at(SyncStep::Syncing),
        // The same place again without an end would go round for ever.
        (SyncStep::Syncing, SyncEvent::Fetched { next, last: false }) if next == state.cursor => {
            given_up(state, "cursor_loop", None)
        }
        (SyncStep::Syncing, SyncEvent::Fetched { next, last }) => {
            // A page that can be fetched but never stored must not retry for ever, so failures are kept until it is.
            SyncState { step: SyncStep::Writing { next, last }, ..state.clone() }
        }
        (SyncStep::Writing { next, last }, SyncEvent::Written) => written(state, next, *last),
        (SyncStep::Replaying { .. }, SyncEvent::Replayed { next: Some(after) }) => {
            state.at(SyncStep::Replaying { after })
        }
        (SyncStep::Replaying { .. }, SyncEvent::Replayed { next: None }) => state.at(SyncStep::Finalizing),
        (SyncStep::Finalizing, SyncEvent::Finalized) => state.ended(SyncOutcome::Complete),
        (SyncStep::Ended { .. }, SyncEvent::Failed(failed)) => {
            // The end is decided; only storing it failed. Try again for as long as it takes.
            let failures = state.failures.saturating_add(1);
            let until = failed.now + RetryPlan::STANDARD.delay(failures, failed.jitter);
            return (SyncState { failures, ..state.clone() }, SyncCommand::WaitUntil(until));
        }
        (_, SyncEvent::Failed(failed)) => return failed_step(state, &failed),
        (SyncStep::Authenticating | SyncStep::Syncing, SyncEvent::CancelRequested) => {
            state.ended(SyncOutcome::Cancelled)
        }
        (SyncStep::Writing { .. }, SyncEvent::CancelRequested) => {
            SyncState { cancelling: true, ..state.clone() }
        }
        // Everything is read by now: to stop here would only hide that.
        (
            SyncStep::Replaying { .. } | SyncStep::Finalizing | SyncStep::Ended { .. },
            SyncEvent::CancelRequested,
        ) => state.clone(),
        (_, _) => state.clone(),
    };
    let command = after.command();
    (after, command)
}

fn written(state: &SyncState, next: &Value, last: bool) -> SyncState {
    let step = match (last, state.cancelling) {
        (true, _) => SyncStep::Replaying { after: String::new() },
        (false, true) => SyncStep::Ended { outcome: SyncOutcome::Cancelled },
        (false, false) => SyncStep::Syncing,
    };
    SyncState { cursor: next.clone(), pages: state.pages + 1, ..state.at(step) }
}

fn failed_step(state: &SyncState, failed: &Failed) -> (SyncState, SyncCommand) {
    let failures = state.failures.saturating_add(1);
    let after = match RetryPlan::STANDARD.verdict(failed, failures) {
        Verdict::RetryAt(until) => {
            // A page that could not be stored is read again: it cannot be kept across the wait.
            let step = match &state.step {
                SyncStep::Writing { .. } => SyncStep::Syncing,
                step => step.clone(),
            };
            return (SyncState { step, failures, ..state.clone() }, SyncCommand::WaitUntil(until));
        }
        Verdict::GiveUp { resume_at } => given_up(state, &failed.failure.code, resume_at),
        Verdict::Authorisation => {
            state.ended(SyncOutcome::AuthRequired { reason: failed.failure.code.clone() })
        }
        Verdict::Refused => state.ended(SyncOutcome::Failed { reason: failed.failure.code.clone() }),
    };
    let command = after.command();
    (after, command)
}

/// With something stored, or a time to go on at, the run is a part of a longer one; with neither it is a failure.
fn given_up(state: &SyncState, reason: &str, resume_at: Option<DateTime<Utc>>) -> SyncState {
    let reason = reason.to_owned();
    state.ended(match (state.pages, resume_at) {
        (0, None) => SyncOutcome::Failed { reason },
        _ => SyncOutcome::Partial { reason, resume_at },
    })
}
