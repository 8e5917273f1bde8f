//! The machine of buying groups, step × fault, as a table: each account is regrouped, and none is forgotten.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use chrono::DateTime;
use uuid::Uuid;
use workflows::failure::Failed;
use workflows::group::machine::{
    GroupCommand, GroupCounts, GroupEvent, GroupOutcome, GroupState, GroupStep, next,
};
use workflows::{Failure, Remedy};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    FailsBefore,
    FailsForGood,
    CrashesAfter,
    CrashesBefore,
    Repeats,
    LosesLease,
    Cancelled,
    /// Somebody touches an account just before the end is stored.
    Touched,
}

const FAULTS: [Fault; 8] = [
    Fault::FailsBefore,
    Fault::FailsForGood,
    Fault::CrashesAfter,
    Fault::CrashesBefore,
    Fault::Repeats,
    Fault::LosesLease,
    Fault::Cancelled,
    Fault::Touched,
];

fn failed(remedy: Remedy) -> Failed {
    Failed { failure: Failure::new("store", remedy), now: DateTime::UNIX_EPOCH, jitter: 0 }
}

/// What the database keeps: the list, and what was done. A step's effect and the state after it are one transaction.
struct Tables {
    list: BTreeSet<Uuid>,
    done: Vec<Uuid>,
    stored: GroupState,
}

/// Five accounts, taken two at a time.
fn run_with(fault_at: usize, fault: Fault) -> (GroupOutcome, Tables) {
    let list = (1..=5).map(Uuid::from_u128).collect();
    let mut tables = Tables { list, done: Vec::new(), stored: GroupState::begin() };
    let mut step = 0;
    for _worker in 0..50 {
        let (mut state, mut command) = next(&tables.stored, GroupEvent::Resumed);
        loop {
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<GroupState>(&text).unwrap(), state);
            let now = (step == fault_at).then_some(fault);
            step += 1;
            match now {
                Some(Fault::CrashesBefore) => break,
                Some(Fault::LosesLease) => {
                    assert_eq!(next(&state, GroupEvent::LeaseLost), (state, GroupCommand::Abandon));
                    break;
                }
                Some(Fault::FailsBefore) => {
                    (state, command) = next(&state, GroupEvent::Failed(failed(Remedy::Time)));
                }
                Some(Fault::FailsForGood) => {
                    (state, command) = next(&state, GroupEvent::Failed(failed(Remedy::Person)));
                }
                Some(Fault::Cancelled) => (state, command) = next(&state, GroupEvent::CancelRequested),
                Some(Fault::Touched) => drop(tables.list.insert(Uuid::from_u128(9))),
                _ => {}
            }
            let event = match &command {
                GroupCommand::Take => {
                    let taken: Vec<Uuid> = tables.list.iter().take(2).copied().collect();
                    tables.list.retain(|it| !taken.contains(it));
                    GroupEvent::Taken(taken)
                }
                GroupCommand::Regroup(accounts) => {
                    tables.done.extend(accounts);
                    GroupEvent::Regrouped(GroupCounts {
                        accounts: accounts.len() as u64,
                        ..GroupCounts::default()
                    })
                }
                GroupCommand::WaitUntil(_) => {
                    tables.stored = state;
                    break;
                }
                GroupCommand::End { outcome, left } => {
                    if *outcome == GroupOutcome::Complete && !tables.list.is_empty() {
                        GroupEvent::TouchedMeanwhile
                    } else {
                        tables.list.extend(left);
                        return (outcome.clone(), tables);
                    }
                }
                GroupCommand::Abandon => panic!("only after a lost lease"),
            };
            (state, command) = next(&state, event.clone());
            tables.stored = state.clone();
            match now {
                Some(Fault::CrashesAfter) => break,
                // A late repeat of what has been told already: the step asks for the same again.
                Some(Fault::Repeats) if matches!(event, GroupEvent::Regrouped(_)) => {
                    assert_eq!(next(&state, event), (state.clone(), command.clone()));
                }
                _ => {}
            }
        }
    }
    panic!("stuck at {:?} with {fault:?} at {fault_at}", tables.stored);
}

#[test]
fn every_touched_account_is_regrouped_or_still_on_the_list_whatever_goes_wrong_once() {
    for step in 0..16 {
        for fault in FAULTS {
            let (outcome, tables) = run_with(step, fault);
            let done: BTreeSet<Uuid> = tables.done.iter().copied().collect();
            let all: BTreeSet<Uuid> = done.union(&tables.list).copied().collect();
            assert!((1..=5).map(Uuid::from_u128).all(|it| all.contains(&it)), "{fault:?} at {step}");
            match outcome {
                GroupOutcome::Complete => assert!(tables.list.is_empty(), "{fault:?} at {step}"),
                GroupOutcome::Cancelled => assert_eq!(fault, Fault::Cancelled),
                GroupOutcome::Failed { .. } => assert_eq!(fault, Fault::FailsForGood),
            }
            // Effect and state are one transaction here, so nothing is done twice.
            assert_eq!(done.len(), tables.done.len(), "{fault:?} at {step}");
        }
    }
}

#[test]
fn six_failures_in_a_row_end_the_run_with_its_accounts_back_on_the_list() {
    let accounts = vec![Uuid::from_u128(1)];
    let (mut state, _) = next(&GroupState::begin(), GroupEvent::Taken(accounts.clone()));
    for _ in 0..5 {
        let (after, command) = next(&state, GroupEvent::Failed(failed(Remedy::Time)));
        assert!(matches!(command, GroupCommand::WaitUntil(_)));
        assert_eq!(after.in_hand(), accounts);
        state = after;
    }
    let (ended, command) = next(&state, GroupEvent::Failed(failed(Remedy::Time)));
    assert!(matches!(ended.step, GroupStep::Ended { .. }));
    let outcome = GroupOutcome::Failed { reason: "store".to_owned() };
    assert_eq!(command, GroupCommand::End { outcome, left: accounts });
}
