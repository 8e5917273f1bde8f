//! A scoring run as a pure step machine: fold the log, roll up, settle the tiers, publish.
//!
//! The fold goes over the accounts with their people and opportunities, then over the people, then over the opportunities
//! that belong to no account, a stretch at a time; each stretch's scores commit together with where it ended. All
//! stretches use one clock, taken at the beginning, so that a run that was interrupted scores as one that was not.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::{Failed, RetryPlan, Verdict};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreState {
    pub step: ScoreStep,
    pub failures: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum ScoreStep {
    Beginning,
    /// Scores what lies after the given id on the walk.
    Walking {
        run: RunClock,
        walk: Walk,
        after: Option<Uuid>,
    },
    /// Takes away the scores and the tiers of what is no longer there.
    Settling {
        run: RunClock,
    },
    Publishing {
        run: RunClock,
    },
    Ended {
        outcome: ScoreOutcome,
    },
}

/// What a run is and the instant it scores at; the same for all its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunClock {
    pub run: Uuid,
    pub as_of: DateTime<Utc>,
}

/// What is walked over, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Walk {
    /// Accounts with their people and opportunities.
    Accounts,
    /// People of no account.
    People,
    /// Opportunities of no account: contacts of anywhere, rolled up.
    Opportunities,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ScoreOutcome {
    Complete,
    Failed { reason: String },
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreEvent {
    Resumed,
    Begun(RunClock),
    /// A stretch is scored; `reached` is its last id, none when nothing was left.
    Scored {
        reached: Option<Uuid>,
    },
    Settled,
    Published,
    Failed(Failed),
    CancelRequested,
    LeaseLost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreCommand {
    Begin,
    Score { run: RunClock, walk: Walk, after: Option<Uuid> },
    Settle { run: RunClock },
    Publish { run: RunClock },
    WaitUntil(DateTime<Utc>),
    End(ScoreOutcome),
    Abandon,
}

impl ScoreState {
    pub fn begin() -> Self {
        Self { step: ScoreStep::Beginning, failures: 0 }
    }

    pub fn phase(&self) -> &'static str {
        match &self.step {
            ScoreStep::Beginning | ScoreStep::Walking { walk: Walk::Accounts | Walk::People, .. } => {
                "folding"
            }
            ScoreStep::Walking { walk: Walk::Opportunities, .. } => "rolling_up",
            ScoreStep::Settling { .. } => "tiers",
            ScoreStep::Publishing { .. } => "publishing",
            ScoreStep::Ended { outcome } => outcome.name(),
        }
    }

    /// The run's id and clock, once it has begun and until it has ended.
    pub fn clock(&self) -> Option<RunClock> {
        match &self.step {
            ScoreStep::Walking { run, .. } | ScoreStep::Settling { run } | ScoreStep::Publishing { run } => {
                Some(*run)
            }
            ScoreStep::Beginning | ScoreStep::Ended { .. } => None,
        }
    }

    fn command(&self) -> ScoreCommand {
        match &self.step {
            ScoreStep::Beginning => ScoreCommand::Begin,
            ScoreStep::Walking { run, walk, after } => {
                ScoreCommand::Score { run: *run, walk: *walk, after: *after }
            }
            ScoreStep::Settling { run } => ScoreCommand::Settle { run: *run },
            ScoreStep::Publishing { run } => ScoreCommand::Publish { run: *run },
            ScoreStep::Ended { outcome } => ScoreCommand::End(outcome.clone()),
        }
    }

    fn at(step: ScoreStep) -> Self {
        Self { step, failures: 0 }
    }
}

impl Walk {
    pub(super) const fn following(self) -> Option<Self> {
        match self {
            Self::Accounts => Some(Self::People),
            Self::People => Some(Self::Opportunities),
            Self::Opportunities => None,
        }
    }
}

impl ScoreOutcome {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl ScoreCommand {
    pub const fn time_limit(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }
}

/// The one rule of a scoring run. Total, as `sync::machine::next` is.
pub fn next(state: &ScoreState, event: ScoreEvent) -> (ScoreState, ScoreCommand) {
    let ended = |outcome| ScoreState::at(ScoreStep::Ended { outcome });
    let after = match (&state.step, event) {
        (_, ScoreEvent::LeaseLost) => return (state.clone(), ScoreCommand::Abandon),
        (ScoreStep::Beginning, ScoreEvent::Begun(run)) => {
            ScoreState::at(ScoreStep::Walking { run, walk: Walk::Accounts, after: None })
        }
        (ScoreStep::Walking { run, walk, .. }, ScoreEvent::Scored { reached: Some(id) }) => {
            ScoreState::at(ScoreStep::Walking { run: *run, walk: *walk, after: Some(id) })
        }
        (ScoreStep::Walking { run, walk, .. }, ScoreEvent::Scored { reached: None }) => {
            ScoreState::at(match walk.following() {
                Some(walk) => ScoreStep::Walking { run: *run, walk, after: None },
                None => ScoreStep::Settling { run: *run },
            })
        }
        (ScoreStep::Settling { run }, ScoreEvent::Settled) => {
            ScoreState::at(ScoreStep::Publishing { run: *run })
        }
        (ScoreStep::Publishing { .. }, ScoreEvent::Published) => ended(ScoreOutcome::Complete),
        (step, ScoreEvent::Failed(failed)) => {
            let failures = state.failures.saturating_add(1);
            let waiting = ScoreState { failures, ..state.clone() };
            match (step, RetryPlan::STANDARD.verdict(&failed, failures)) {
                (ScoreStep::Ended { .. }, _) => {
                    let until = failed.now + RetryPlan::STANDARD.delay(failures, failed.jitter);
                    return (waiting, ScoreCommand::WaitUntil(until));
                }
                (_, Verdict::RetryAt(until)) => return (waiting, ScoreCommand::WaitUntil(until)),
                (_, _) => ended(ScoreOutcome::Failed { reason: failed.failure.code }),
            }
        }
        // What is published stays: a cancel comes too late then.
        (
            ScoreStep::Beginning | ScoreStep::Walking { .. } | ScoreStep::Settling { .. },
            ScoreEvent::CancelRequested,
        ) => ended(ScoreOutcome::Cancelled),
        (_, _) => state.clone(),
    };
    let command = after.command();
    (after, command)
}
