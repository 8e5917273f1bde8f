//! A look at buying groups as a pure step machine: take touched accounts off the list, regroup them, and again until the list
//! is empty.
//!
//! What was taken is in the state until it is done, so a crash at any point repeats at most one regrouping, which changes
//! nothing the second time, and forgets no account.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::{Failed, RetryPlan, Verdict};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupState {
    pub step: GroupStep,
    pub done: GroupCounts,
    /// Failures in a row of the present step.
    pub failures: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum GroupStep {
    Looking,
    Regrouping {
        accounts: Vec<Uuid>,
    },
    Ended {
        outcome: GroupOutcome,
        /// Taken off the list and not done: they go back to it.
        left: Vec<Uuid>,
    },
}

/// What a run has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupCounts {
    pub accounts: u64,
    pub created: u64,
    pub changed: u64,
    pub left: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum GroupOutcome {
    Complete,
    Failed { reason: String },
    Cancelled,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupEvent {
    Resumed,
    /// These are off the list; none when it was empty.
    Taken(Vec<Uuid>),
    Regrouped(GroupCounts),
    /// The list filled up again before the end was stored.
    TouchedMeanwhile,
    Failed(Failed),
    CancelRequested,
    LeaseLost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupCommand {
    /// Take accounts off the list, and store the state with them.
    Take,
    /// Regroup these, and store the state without them.
    Regroup(Vec<Uuid>),
    WaitUntil(DateTime<Utc>),
    /// Store the end, with `left` back on the list.
    End {
        outcome: GroupOutcome,
        left: Vec<Uuid>,
    },
    Abandon,
}

impl GroupState {
    pub fn begin() -> Self {
        Self { step: GroupStep::Looking, done: GroupCounts::default(), failures: 0 }
    }

    pub fn phase(&self) -> &'static str {
        match &self.step {
            GroupStep::Looking | GroupStep::Regrouping { .. } => "regrouping",
            GroupStep::Ended { outcome, .. } => outcome.name(),
        }
    }

    /// What was taken off the list and is not done.
    pub fn in_hand(&self) -> &[Uuid] {
        match &self.step {
            GroupStep::Regrouping { accounts } => accounts,
            GroupStep::Ended { left, .. } => left,
            GroupStep::Looking => &[],
        }
    }

    fn command(&self) -> GroupCommand {
        match &self.step {
            GroupStep::Looking => GroupCommand::Take,
            GroupStep::Regrouping { accounts } => GroupCommand::Regroup(accounts.clone()),
            GroupStep::Ended { outcome, left } => {
                GroupCommand::End { outcome: outcome.clone(), left: left.clone() }
            }
        }
    }

    fn at(&self, step: GroupStep) -> Self {
        Self { step, failures: 0, ..*self }
    }

    fn ended(&self, outcome: GroupOutcome) -> Self {
        self.at(GroupStep::Ended { outcome, left: self.in_hand().to_vec() })
    }
}

impl GroupCounts {
    fn plus(self, other: Self) -> Self {
        Self {
            accounts: self.accounts + other.accounts,
            created: self.created + other.created,
            changed: self.changed + other.changed,
            left: self.left + other.left,
        }
    }
}

impl GroupOutcome {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl GroupCommand {
    pub const fn time_limit(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }
}

/// The one rule of a look at buying groups. Total, as `sync::machine::next` is.
pub fn next(state: &GroupState, event: GroupEvent) -> (GroupState, GroupCommand) {
    let after = match (&state.step, event) {
        (_, GroupEvent::LeaseLost) => return (state.clone(), GroupCommand::Abandon),
        (GroupStep::Looking, GroupEvent::Taken(accounts)) if accounts.is_empty() => {
            state.ended(GroupOutcome::Complete)
        }
        (GroupStep::Looking, GroupEvent::Taken(accounts)) => state.at(GroupStep::Regrouping { accounts }),
        (GroupStep::Regrouping { .. }, GroupEvent::Regrouped(counts)) => {
            GroupState { done: state.done.plus(counts), ..state.at(GroupStep::Looking) }
        }
        (GroupStep::Ended { outcome: GroupOutcome::Complete, .. }, GroupEvent::TouchedMeanwhile) => {
            state.at(GroupStep::Looking)
        }
        (step, GroupEvent::Failed(failed)) => {
            let failures = state.failures.saturating_add(1);
            let waiting = GroupState { failures, ..state.clone() };
            match (step, RetryPlan::STANDARD.verdict(&failed, failures)) {
                // The end is decided; only storing it failed.
                (GroupStep::Ended { .. }, _) => {
                    let until = failed.now + RetryPlan::STANDARD.delay(failures, failed.jitter);
                    return (waiting, GroupCommand::WaitUntil(until));
                }
                (_, Verdict::RetryAt(until)) => return (waiting, GroupCommand::WaitUntil(until)),
                (_, _) => state.ended(GroupOutcome::Failed { reason: failed.failure.code }),
            }
        }
        (GroupStep::Looking | GroupStep::Regrouping { .. }, GroupEvent::CancelRequested) => {
            state.ended(GroupOutcome::Cancelled)
        }
        (_, _) => state.clone(),
    };
    let command = after.command();
    (after, command)
}
