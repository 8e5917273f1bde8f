//! A scheduled sync as a pure step machine: one child sync for each connected connector, then wait for them all.
//!
//! One child's failure blocks no other. It knows no clock and no database.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::{Failed, RetryPlan, Verdict};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleState {
    pub step: ScheduleStep,
    pub failures: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum ScheduleStep {
    /// Starting the children: all of them, in one transaction with the state that follows.
    Starting,
    Waiting {
        children: Vec<Uuid>,
    },
    Ended {
        outcome: ScheduleOutcome,
    },
}

/// How the children fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildCounts {
    pub processed: u64,
    pub succeeded: u64,
    pub failed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ScheduleOutcome {
    Complete {
        counts: ChildCounts,
    },
    /// Some child did not succeed.
    Partial {
        counts: ChildCounts,
    },
    Failed {
        reason: String,
    },
    /// The children that were started go on: each can be cancelled by itself.
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleEvent {
    Resumed,
    Started { children: Vec<Uuid> },
    Looked { counts: ChildCounts, now: DateTime<Utc> },
    Failed(Failed),
    CancelRequested,
    LeaseLost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleCommand {
    /// Start a sync for each connected connector; one that runs already is joined.
    Start,
    Look {
        children: Vec<Uuid>,
    },
    WaitUntil(DateTime<Utc>),
    End(ScheduleOutcome),
    Abandon,
}

/// How often the children are looked at. No worker's slot is held in between.
pub const LOOK_EVERY: TimeDelta = TimeDelta::seconds(2);

impl ScheduleState {
    pub fn begin() -> Self {
        Self { step: ScheduleStep::Starting, failures: 0 }
    }

    pub fn phase(&self) -> &'static str {
        match &self.step {
            ScheduleStep::Starting => "starting",
            ScheduleStep::Waiting { .. } => "waiting",
            ScheduleStep::Ended { outcome } => outcome.name(),
        }
    }

    fn command(&self) -> ScheduleCommand {
        match &self.step {
            ScheduleStep::Starting => ScheduleCommand::Start,
            ScheduleStep::Waiting { children } => ScheduleCommand::Look { children: children.clone() },
            ScheduleStep::Ended { outcome } => ScheduleCommand::End(outcome.clone()),
        }
    }

    fn at(step: ScheduleStep) -> Self {
        Self { step, failures: 0 }
    }
}

impl ScheduleOutcome {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete { .. } => "complete",
            Self::Partial { .. } => "partial",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl ScheduleCommand {
    pub const fn time_limit(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// The one rule of a scheduled sync. Total, as `sync::machine::next` is.
pub fn next(state: &ScheduleState, event: ScheduleEvent) -> (ScheduleState, ScheduleCommand) {
    let ended = |outcome| ScheduleState::at(ScheduleStep::Ended { outcome });
    let after = match (&state.step, event) {
        (_, ScheduleEvent::LeaseLost) => return (state.clone(), ScheduleCommand::Abandon),
        (ScheduleStep::Starting, ScheduleEvent::Started { children }) => {
            ScheduleState::at(ScheduleStep::Waiting { children })
        }
        (ScheduleStep::Waiting { children }, ScheduleEvent::Looked { counts, now }) => {
            if counts.processed < children.len() as u64 {
                return (ScheduleState::at(state.step.clone()), ScheduleCommand::WaitUntil(now + LOOK_EVERY));
            }
            ended(match counts.failed {
                0 => ScheduleOutcome::Complete { counts },
                _ => ScheduleOutcome::Partial { counts },
            })
        }
        (_, ScheduleEvent::Failed(failed)) => {
            let failures = state.failures.saturating_add(1);
            let retry = failed.now + RetryPlan::STANDARD.delay(failures, failed.jitter);
            let waiting = ScheduleState { failures, ..state.clone() };
            match (&state.step, RetryPlan::STANDARD.verdict(&failed, failures)) {
                // Children run, or the end is decided: only our looking or storing failed.
                (ScheduleStep::Waiting { .. } | ScheduleStep::Ended { .. }, _) => {
                    return (waiting, ScheduleCommand::WaitUntil(retry));
                }
                (_, Verdict::RetryAt(until)) => return (waiting, ScheduleCommand::WaitUntil(until)),
                (_, _) => ended(ScheduleOutcome::Failed { reason: failed.failure.code }),
            }
        }
        (ScheduleStep::Starting | ScheduleStep::Waiting { .. }, ScheduleEvent::CancelRequested) => {
            ended(ScheduleOutcome::Cancelled)
        }
        (_, _) => state.clone(),
    };
    let command = after.command();
    (after, command)
}
