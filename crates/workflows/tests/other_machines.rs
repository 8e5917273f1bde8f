//! The machines of the scheduled sync and of the scoring run, step × fault, as tables.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Utc};
use uuid::Uuid;
use workflows::failure::Failed;
use workflows::schedule::machine::{
    self as schedule, ChildCounts, ScheduleCommand, ScheduleEvent, ScheduleOutcome, ScheduleState,
};
use workflows::score::machine::{
    self as score, RunClock, ScoreCommand, ScoreEvent, ScoreOutcome, ScoreState, Walk,
};
use workflows::{Failure, Remedy};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    FailsBefore,
    CrashesAfter,
    CrashesBefore,
    Repeats,
    LosesLease,
    Cancelled,
}

const FAULTS: [Fault; 6] = [
    Fault::FailsBefore,
    Fault::CrashesAfter,
    Fault::CrashesBefore,
    Fault::Repeats,
    Fault::LosesLease,
    Fault::Cancelled,
];

fn failed() -> Failed {
    Failed { failure: Failure::new("unavailable", Remedy::Time), now: DateTime::UNIX_EPOCH, jitter: 0 }
}

/// Scores three stretches on each walk; the database keeps what was scored beside the state.
fn score_with(fault_at: usize, fault: Fault) -> (ScoreOutcome, Vec<(Walk, u128)>) {
    let (mut stored, mut scored, mut step) = (ScoreState::begin(), Vec::new(), 0);
    for _worker in 0..50 {
        let (mut state, mut command) = score::next(&stored, ScoreEvent::Resumed);
        loop {
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<ScoreState>(&text).unwrap(), state);
            let now = (step == fault_at).then_some(fault);
            step += 1;
            match now {
                Some(Fault::CrashesBefore) => break,
                Some(Fault::LosesLease) => {
                    assert_eq!(score::next(&state, ScoreEvent::LeaseLost), (state, ScoreCommand::Abandon));
                    break;
                }
                Some(Fault::FailsBefore) => {
                    (state, command) = score::next(&state, ScoreEvent::Failed(failed()))
                }
                Some(Fault::Cancelled) => (state, command) = score::next(&state, ScoreEvent::CancelRequested),
                _ => {}
            }
            let run = RunClock { run: Uuid::nil(), as_of: DateTime::<Utc>::UNIX_EPOCH };
            let event = match &command {
                ScoreCommand::Begin => ScoreEvent::Begun(run),
                ScoreCommand::Score { walk, after, .. } => {
                    let reached = after.map_or(1, |id| id.as_u128() + 1);
                    let reached = (reached <= 3).then_some(reached);
                    scored.extend(reached.map(|id| (*walk, id)));
                    ScoreEvent::Scored { reached: reached.map(Uuid::from_u128) }
                }
                ScoreCommand::Settle { .. } => ScoreEvent::Settled,
                ScoreCommand::Publish { .. } => ScoreEvent::Published,
                ScoreCommand::WaitUntil(_) => {
                    stored = state;
                    break;
                }
                ScoreCommand::End(outcome) => return (outcome.clone(), scored),
                ScoreCommand::Abandon => panic!("only after a lost lease"),
            };
            (state, command) = score::next(&state, event.clone());
            // Effect and state are one transaction.
            stored = state.clone();
            match now {
                Some(Fault::CrashesAfter) => break,
                Some(Fault::Repeats) if !matches!(event, ScoreEvent::Scored { .. }) => {
                    assert_eq!(score::next(&state, event), (state.clone(), command.clone()));
                }
                _ => {}
            }
        }
    }
    panic!("stuck at {stored:?} with {fault:?} at {fault_at}");
}

#[test]
fn a_scoring_run_scores_each_stretch_once_whatever_goes_wrong_once() {
    let all: Vec<_> = [Walk::Accounts, Walk::People, Walk::Opportunities]
        .into_iter()
        .flat_map(|walk| [1, 2, 3].map(|id| (walk, id)))
        .collect();
    for step in 0..20 {
        for fault in FAULTS {
            let (outcome, scored) = score_with(step, fault);
            match outcome {
                ScoreOutcome::Complete => assert_eq!(scored, all, "{fault:?} at {step}"),
                ScoreOutcome::Cancelled if fault == Fault::Cancelled => assert!(all.starts_with(&scored)),
                other => panic!("{other:?}: {fault:?} at {step}"),
            }
        }
    }
}

/// Two children, one of which fails.
fn schedule_with(fault_at: usize, fault: Fault) -> (ScheduleOutcome, u32) {
    let children = vec![Uuid::from_u128(1), Uuid::from_u128(2)];
    let (mut stored, mut started, mut looks, mut step) = (ScheduleState::begin(), 0, 0, 0);
    for _worker in 0..50 {
        let (mut state, mut command) = schedule::next(&stored, ScheduleEvent::Resumed);
        loop {
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<ScheduleState>(&text).unwrap(), state);
            let now = (step == fault_at).then_some(fault);
            step += 1;
            match now {
                Some(Fault::CrashesBefore) => break,
                Some(Fault::LosesLease) => {
                    assert_eq!(
                        schedule::next(&state, ScheduleEvent::LeaseLost),
                        (state, ScheduleCommand::Abandon)
                    );
                    break;
                }
                Some(Fault::FailsBefore) => {
                    (state, command) = schedule::next(&state, ScheduleEvent::Failed(failed()));
                }
                Some(Fault::Cancelled) => {
                    (state, command) = schedule::next(&state, ScheduleEvent::CancelRequested)
                }
                _ => {}
            }
            let event = match &command {
                ScheduleCommand::Start => {
                    started += 1;
                    ScheduleEvent::Started { children: children.clone() }
                }
                ScheduleCommand::Look { .. } => {
                    looks += 1;
                    let counts = match looks {
                        1 => ChildCounts { processed: 1, succeeded: 0, failed: 1 },
                        _ => ChildCounts { processed: 2, succeeded: 1, failed: 1 },
                    };
                    ScheduleEvent::Looked { counts, now: DateTime::UNIX_EPOCH }
                }
                ScheduleCommand::WaitUntil(_) => {
                    stored = state;
                    break;
                }
                ScheduleCommand::End(outcome) => return (outcome.clone(), started),
                ScheduleCommand::Abandon => panic!("only after a lost lease"),
            };
            (state, command) = schedule::next(&state, event.clone());
            stored = state.clone();
            match now {
                Some(Fault::CrashesAfter) => break,
                Some(Fault::Repeats) if matches!(event, ScheduleEvent::Started { .. }) => {
                    assert_eq!(schedule::next(&state, event), (state.clone(), command.clone()));
                }
                _ => {}
            }
        }
    }
    panic!("stuck at {stored:?} with {fault:?} at {fault_at}");
}

#[test]
fn a_scheduled_sync_starts_its_children_once_and_one_failure_blocks_no_other() {
    let counts = ChildCounts { processed: 2, succeeded: 1, failed: 1 };
    for step in 0..8 {
        for fault in FAULTS {
            match schedule_with(step, fault) {
                (ScheduleOutcome::Partial { counts: found }, started) => {
                    assert_eq!((found, started), (counts, 1), "{fault:?} at {step}");
                }
                (ScheduleOutcome::Cancelled, started) if fault == Fault::Cancelled => assert!(started <= 1),
                other => panic!("{other:?}: {fault:?} at {step}"),
            }
        }
    }
}
