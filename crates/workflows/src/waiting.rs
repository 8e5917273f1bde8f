//! Why an unfinished job is not being worked at, from what is stored of it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use store::jobs::Turn;

/// What a job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For the instant it was queued for.
    Planned(DateTime<Utc>),
    /// For another attempt: a step failed, or the far side asked for patience.
    Retry(DateTime<Utc>),
    /// For the jobs it has started; it looks after them at the instant.
    ItsJobs(DateTime<Utc>),
    /// For a worker: it may run.
    Worker,
    /// For another worker, because the one that had it has gone silent.
    WorkerLost,
}

/// `None` while a worker is at it. `state` is the job's machine as it was stored last.
pub fn wait(state: Option<&Value>, turn: &Turn) -> Option<Wait> {
    if let Some(until) = turn.lease_until {
        return (until <= turn.now).then_some(Wait::WorkerLost);
    }
    if turn.run_after <= turn.now {
        return Some(Wait::Worker);
    }
    // Every machine counts the failures of its present step in `failures`, and says what it is at in `step`.
    let failures = state.and_then(|it| it["failures"].as_u64()).unwrap_or(0);
    let has_jobs = state.is_some_and(|it| it["step"]["at"] == "waiting");
    Some(if failures > 0 || turn.attempt > 0 {
        Wait::Retry(turn.run_after)
    } else if has_jobs {
        Wait::ItsJobs(turn.run_after)
    } else {
        Wait::Planned(turn.run_after)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::to_value;
    use uuid::Uuid;

    use super::*;
    use crate::failure::{Failed, Failure, Remedy};
    use crate::schedule::machine::{ChildCounts, ScheduleEvent, ScheduleState, next as schedule};
    use crate::sync::machine::{SyncCommand, SyncEvent, SyncState, next as sync};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// Queued for second 100, and never taken.
    fn turn(now: i64) -> Turn {
        Turn { run_after: at(100), lease_until: None, attempt: 0, fence: 0, now: at(now) }
    }

    #[test]
    fn a_job_waits_for_its_time_then_for_a_worker_and_then_not_at_all() {
        assert_eq!(wait(None, &turn(99)), Some(Wait::Planned(at(100))));
        assert_eq!(wait(None, &turn(100)), Some(Wait::Worker));
        let taken = Turn { lease_until: Some(at(130)), run_after: at(130), fence: 1, ..turn(100) };
        assert_eq!(wait(None, &taken), None);
        assert_eq!(wait(None, &Turn { now: at(130), ..taken }), Some(Wait::WorkerLost));
    }

    #[test]
    fn a_failed_step_is_tried_again_and_so_is_a_run_that_crashed() {
        let patience = Failure::new("rate_limited", Remedy::TimeAfter(at(90)));
        let failed = Failed { failure: patience, now: at(60), jitter: 0 };
        let (state, command) = sync(&SyncState::begin(Value::Null), SyncEvent::Failed(failed));
        assert!(matches!(command, SyncCommand::WaitUntil(_)));
        let waiting = wait(Some(&to_value(&state).unwrap()), &Turn { fence: 1, ..turn(70) });
        assert_eq!(waiting, Some(Wait::Retry(at(100))));
        let crashed = Turn { attempt: 2, fence: 2, ..turn(70) };
        assert_eq!(wait(None, &crashed), Some(Wait::Retry(at(100))));
    }

    #[test]
    fn a_scheduled_sync_waits_for_the_syncs_it_started() {
        let started = ScheduleEvent::Started { children: vec![Uuid::nil()] };
        let (state, _) = schedule(&ScheduleState::begin(), started);
        let looked = ScheduleEvent::Looked { counts: ChildCounts::default(), now: at(90) };
        let (state, _) = schedule(&state, looked);
        let waiting = wait(Some(&to_value(&state).unwrap()), &Turn { fence: 1, ..turn(90) });
        assert_eq!(waiting, Some(Wait::ItsJobs(at(100))));
    }
}
