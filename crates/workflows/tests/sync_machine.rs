//! Every step of a sync × every way in which it can go wrong, and every two of them, as a table.
//!
//! The world here is a vendor of some pages and a database that keeps rows, cursor and state together; a worker's
//! memory is lost with the worker.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use workflows::failure::Failed;
use workflows::sync::machine::{SyncCommand, SyncEvent, SyncOutcome, SyncState, SyncStep, next};
use workflows::{Failure, Remedy};

const PAGES: u64 = 3;
/// One to a slice.
const WAITING: [&str; 2] = ["a", "b"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    FailsBefore,
    /// The effect is in the database, and the worker dies before it knows.
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

struct World {
    /// As the database has it.
    stored: SyncState,
    cursor: Value,
    rows: Vec<u64>,
    /// What waits for others to come, and what has found its place.
    waiting: Vec<&'static str>,
    placed: Vec<&'static str>,
    /// Commands performed so far, over all workers.
    step: usize,
    now: DateTime<Utc>,
    outcome: Option<SyncOutcome>,
}

impl World {
    fn new(cursor: Value) -> Self {
        let stored = SyncState::begin(cursor.clone());
        Self {
            stored,
            cursor,
            rows: Vec::new(),
            waiting: WAITING.to_vec(),
            placed: Vec::new(),
            step: 0,
            now: DateTime::UNIX_EPOCH,
            outcome: None,
        }
    }

    /// Workers take over from each other until the run has ended.
    fn run(&mut self, faults: &[(usize, Fault)]) {
        for _worker in 0..50 {
            self.work(faults);
            if self.outcome.is_some() {
                return;
            }
        }
        panic!("stuck at {:?} with {faults:?}", self.stored);
    }

    /// One worker's life.
    fn work(&mut self, faults: &[(usize, Fault)]) {
        let (mut state, mut command) = next(&self.stored, SyncEvent::Resumed);
        loop {
            // A state must survive the database.
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(serde_json::from_str::<SyncState>(&text).unwrap(), state);
            let fault = faults.iter().find(|(at, _)| *at == self.step).map(|(_, fault)| *fault);
            self.step += 1;
            match fault {
                Some(Fault::CrashesBefore) => return,
                Some(Fault::LosesLease) => {
                    let (same, abandon) = next(&state, SyncEvent::LeaseLost);
                    assert_eq!((same, abandon), (state, SyncCommand::Abandon));
                    return;
                }
                Some(Fault::Cancelled) => (state, command) = next(&state, SyncEvent::CancelRequested),
                Some(Fault::FailsBefore) => {
                    let failure = Failure::new("unavailable", Remedy::Time);
                    let failed = Failed { failure, now: self.now, jitter: 500 };
                    (state, command) = next(&state, SyncEvent::Failed(failed));
                }
                _ => {}
            }
            let Some(event) = self.effect(&state, &command) else { return };
            if fault == Some(Fault::CrashesAfter) {
                return;
            }
            (state, command) = next(&state, event.clone());
            if fault == Some(Fault::Repeats) {
                // A repeated message must change nothing but ask for the same again.
                let again = next(&state, event);
                if !matches!(state.step, SyncStep::Writing { .. }) {
                    assert_eq!(again, (state.clone(), command.clone()));
                }
            }
        }
    }

    /// Does what the command says, to the vendor or the database. `None` when the worker's part is over.
    fn effect(&mut self, state: &SyncState, command: &SyncCommand) -> Option<SyncEvent> {
        match command {
            SyncCommand::Authenticate => {
                self.stored = next(state, SyncEvent::Authenticated).0;
                Some(SyncEvent::Authenticated)
            }
            SyncCommand::Fetch { cursor } => {
                let page = cursor.as_u64().unwrap_or(0) + 1;
                Some(SyncEvent::Fetched { next: json!(page), last: page >= PAGES })
            }
            SyncCommand::Write => {
                let SyncStep::Writing { next: cursor, .. } = &state.step else { panic!("{state:?}") };
                self.rows.push(cursor.as_u64().unwrap());
                self.cursor = cursor.clone();
                self.stored = next(state, SyncEvent::Written).0;
                Some(SyncEvent::Written)
            }
            SyncCommand::Replay { after } => {
                let waits = self.waiting.iter().position(|id| **id > **after);
                let placed = waits.map(|at| self.waiting.remove(at));
                self.placed.extend(placed);
                let event = SyncEvent::Replayed { next: placed.map(str::to_owned) };
                self.stored = next(state, event.clone()).0;
                Some(event)
            }
            SyncCommand::Finalize => Some(SyncEvent::Finalized),
            SyncCommand::WaitUntil(until) => {
                assert!(*until > self.now && *until < self.now + TimeDelta::minutes(20));
                self.now = *until;
                self.stored = state.clone();
                None
            }
            SyncCommand::End(outcome) => {
                self.stored = state.clone();
                self.outcome = Some(outcome.clone());
                None
            }
            SyncCommand::Abandon => None,
        }
    }

    fn check(&mut self, faults: &[(usize, Fault)]) {
        let cancelled = faults.iter().any(|(_, fault)| *fault == Fault::Cancelled);
        match self.outcome.take().unwrap() {
            SyncOutcome::Complete => assert_eq!(self.placed, WAITING, "{faults:?}"),
            SyncOutcome::Cancelled if cancelled => {
                // Whatever is missing comes with the next run, from the cursor.
                let mut following = World::new(self.cursor.clone());
                if self.cursor.as_u64().unwrap_or(0) < PAGES {
                    following.run(&[]);
                    self.rows.extend(following.rows);
                }
            }
            other => panic!("{other:?} with {faults:?}"),
        }
        assert_eq!(self.rows, (1..=PAGES).collect::<Vec<_>>(), "{faults:?}");
    }
}

/// Commands of a run without faults, and some more for what the faults add.
const STEPS: usize = 17;

#[test]
fn each_fault_at_each_step_loses_and_doubles_nothing() {
    for step in 0..STEPS {
        for fault in FAULTS {
            let mut world = World::new(Value::Null);
            world.run(&[(step, fault)]);
            world.check(&[(step, fault)]);
        }
    }
}

#[test]
fn any_two_faults_lose_and_double_nothing() {
    for first in 0..STEPS {
        for second in first + 1..STEPS + 4 {
            for faults in FAULTS.into_iter().flat_map(|a| FAULTS.map(|b| [(first, a), (second, b)])) {
                let mut world = World::new(Value::Null);
                world.run(&faults);
                world.check(&faults);
            }
        }
    }
}

#[test]
fn each_remedy_has_its_named_outcome_at_each_step() {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let states = |pages: u64| {
        let begun = SyncState { pages, ..SyncState::begin(json!(pages)) };
        let step = |step| SyncState { step, ..begun.clone() };
        [
            begun.clone(),
            step(SyncStep::Syncing),
            step(SyncStep::Writing { next: json!(9), last: false }),
            step(SyncStep::Replaying { after: "a".to_owned() }),
            step(SyncStep::Finalizing),
        ]
    };
    let after = |state: &SyncState, remedy, times: u32| {
        let mut state = state.clone();
        for _ in 0..times {
            let failed = Failed { failure: Failure::new("x", remedy), now: at(1_000), jitter: 0 };
            state = next(&state, SyncEvent::Failed(failed)).0;
        }
        match state.step {
            SyncStep::Ended { outcome } => Some((outcome.name(), outcome.resume_at())),
            _ => None,
        }
    };
    for pages in [0, 2] {
        for state in states(pages) {
            assert_eq!(after(&state, Remedy::Authorisation, 1), Some(("auth_required", None)));
            assert_eq!(after(&state, Remedy::Person, 1), Some(("failed", None)));
            assert_eq!(after(&state, Remedy::Quota(at(9_000)), 1), Some(("partial", Some(at(9_000)))));
            assert_eq!(after(&state, Remedy::TimeAfter(at(1_060)), 1), None);
            assert_eq!(after(&state, Remedy::TimeAfter(at(9_000)), 1), Some(("partial", Some(at(9_000)))));
            assert_eq!(after(&state, Remedy::Time, 5), None);
            let ended = if pages == 0 { "failed" } else { "partial" };
            assert_eq!(after(&state, Remedy::Time, 6), Some((ended, None)));
        }
    }
}

#[test]
fn a_cursor_that_does_not_move_ends_the_run() {
    let state = SyncState { step: SyncStep::Syncing, pages: 4, ..SyncState::begin(json!("here")) };
    let (after, command) = next(&state, SyncEvent::Fetched { next: json!("here"), last: false });
    let reason = "cursor_loop".to_owned();
    assert_eq!(command, SyncCommand::End(SyncOutcome::Partial { reason, resume_at: None }));
    assert_eq!(next(&after, SyncEvent::Resumed).1, command);
}

#[test]
fn a_cancel_lets_the_page_at_hand_be_stored_and_then_stops() {
    let step = SyncStep::Writing { next: json!(2), last: false };
    let writing = SyncState { step, pages: 1, ..SyncState::begin(json!(1)) };
    let (writing, command) = next(&writing, SyncEvent::CancelRequested);
    assert_eq!(command, SyncCommand::Write);
    let (after, command) = next(&writing, SyncEvent::Written);
    assert_eq!((after.cursor, after.pages, command), (json!(2), 2, SyncCommand::End(SyncOutcome::Cancelled)));
}
