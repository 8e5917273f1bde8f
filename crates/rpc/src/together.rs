//! Calls of one caller that come at the same time, answered in one transaction.
//!
//! A caller's first calls go at once. Those that come while they are under way wait, a moment at most, and when one has ended,
//! all who wait go together: their rights are read once, after all of them had come, and one commit makes their effects last.
//! Nobody waits for company, and nobody is answered before the commit.
//!
//! Only what succeeds is answered here. A call that is to be refused, that has an idempotency key, that is in another's way, or
//! whose group fails, is made again alone: errors have one path.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::value::RawValue;
use tokio::{runtime, sync::oneshot, time::timeout};

use crate::{Call, DATABASE_UNAVAILABLE, Extensions, Handle, Method, RpcError, params};

/// So many of a caller's transactions are under way; whoever comes meanwhile goes with the next.
const ABREAST: usize = 2;
/// So many calls go together.
const MOST: usize = 32;

/// The calls of a method that hosts answer together, by whose they are.
pub(crate) struct Together<M: Method, H: Handle<M>> {
    lanes: Lanes<H::Company, Waiting<M, H>>,
}

impl<M: Method, H: Handle<M>> Default for Together<M, H> {
    fn default() -> Self {
        Together { lanes: Lanes::new() }
    }
}

/// How a call goes on that came here.
pub(crate) enum Word<M: Method, H: Handle<M>> {
    Answered(Answer),
    /// Alone; others of its company wait until this is dropped.
    YourTurn(Turn<M, H>),
    /// Alone.
    Alone,
}

struct Waiting<M: Method, H: Handle<M>> {
    params: String,
    ext: Extensions,
    call: Call,
    answer: oneshot::Sender<Word<M, H>>,
}

/// A company's right to have something under way. When it is given up, those who wait have it.
pub(crate) struct Turn<M: Method, H: Handle<M>> {
    host: Arc<H>,
    together: Arc<Together<M, H>>,
    company: H::Company,
}

impl<M: Method, H: Handle<M>> Together<M, H> {
    /// Waits for company, if this caller's calls are under way.
    pub(crate) async fn join(
        self: &Arc<Self>,
        host: &Arc<H>,
        params: Option<&str>,
        ext: &Extensions,
        call: &Call,
    ) -> Word<M, H> {
        let Some(company) = host.company(ext) else { return Word::Alone };
        let mut word = None;
        let wait = || {
            let (answer, receiver) = oneshot::channel();
            word = Some(receiver);
            let params = params.unwrap_or("{}").to_owned();
            Waiting { params, ext: ext.clone(), call: call.clone(), answer }
        };
        let place = self.lanes.enter(&company, wait);
        let (Some(mut word), Some(place)) = (word, place) else {
            return Word::YourTurn(Turn { host: host.clone(), together: self.clone(), company });
        };
        let word = match timeout(host.patience(), &mut word).await {
            Ok(word) => word,
            Err(_) if place.leave() => return Word::Alone,
            // It is being answered already.
            Err(_) => word.await,
        };
        word.unwrap_or(Word::Alone)
    }
}

impl<M: Method, H: Handle<M>> Drop for Turn<M, H> {
    fn drop(&mut self) {
        let Some(mut group) = self.together.lanes.next(&self.company) else { return };
        let turn =
            Turn { host: self.host.clone(), together: self.together.clone(), company: self.company.clone() };
        if group.len() == 1
            && let Some(only) = group.pop()
        {
            // If it has gone away meanwhile, its turn comes back here and is given up as well.
            drop(only.answer.send(Word::YourTurn(turn)));
        } else if let Ok(runtime) = runtime::Handle::try_current() {
            // Not in one of the callers' tasks: one who hangs up takes nobody's answer away.
            runtime.spawn(turn.answer(group));
        }
    }
}

impl<M: Method, H: Handle<M>> Turn<M, H> {
    async fn answer(self, group: Vec<Waiting<M, H>>) {
        // By then its callers, who came before it began, have given up: nobody makes alone what may just be committing.
        let _ = timeout(self.host.deadline(), answer(&*self.host, group)).await;
    }
}

async fn answer<M: Method, H: Handle<M>>(host: &H, group: Vec<Waiting<M, H>>) {
    let Some(first) = group.first() else { return };
    let extensions: Vec<&Extensions> = group.iter().map(|it| &it.ext).collect();
    let mut lead = match host.admit_company(&extensions, &first.call).await {
        Ok(lead) => lead,
        // Nobody is let wait for the database a second time.
        Err(error) if error.reason == DATABASE_UNAVAILABLE => {
            let answers = group.into_iter().map(|one| (one.answer, Err(error.clone())));
            return answers.for_each(tell);
        }
        Err(_) => return,
    };
    let (mut waiting, mut scopes, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for one in group {
        if let Ok((params, None)) = params::parse::<M>(Some(&one.params))
            && let Ok(scope) = host.join(&lead, &one.ext)
        {
            waiting.push(one);
            scopes.push(scope);
            asked.push(params);
        }
    }
    let outputs = host.handle_together(&mut lead, &mut scopes, asked).await.unwrap_or_default();
    let mut answered = Vec::with_capacity(outputs.len());
    let mut done = Vec::with_capacity(outputs.len());
    for ((one, scope), output) in waiting.into_iter().zip(scopes).zip(outputs) {
        let Some(output) = output else { continue };
        // What was done and cannot be told is not to last: with the transaction, all of it goes.
        let Ok(reply) = serde_json::value::to_raw_value(&output) else { return };
        done.push((scope, one.call));
        answered.push((one.answer, reply));
    }
    let committed = host.commit_together(lead, done).await;
    answered.into_iter().map(|(answer, reply)| (answer, committed.clone().map(|()| reply))).for_each(tell);
}

type Answer = Result<Box<RawValue>, RpcError>;

fn tell<M: Method, H: Handle<M>>((caller, answer): (oneshot::Sender<Word<M, H>>, Answer)) {
    // One who has gone away needs no answer.
    let _ = caller.send(Word::Answered(answer));
}

/// Who has something under way, and who waits.
struct Lanes<C, T>(Mutex<State<C, T>>);

struct State<C, T> {
    lanes: HashMap<C, Lane<T>>,
    ticket: u64,
}

struct Lane<T> {
    under_way: usize,
    waiting: Vec<(u64, T)>,
}

/// A place among those who wait; left when it is dropped.
struct Place<'a, C: Clone + Eq + Hash, T> {
    lanes: &'a Lanes<C, T>,
    company: &'a C,
    ticket: u64,
}

impl<C: Clone + Eq + Hash, T> Lanes<C, T> {
    fn new() -> Self {
        Lanes(Mutex::new(State { lanes: HashMap::new(), ticket: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, State<C, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more under way, or lets it wait in its place.
    fn enter<'a>(&'a self, company: &'a C, wait: impl FnOnce() -> T) -> Option<Place<'a, C, T>> {
        let mut state = self.lock();
        state.ticket += 1;
        let ticket = state.ticket;
        match state.lanes.get_mut(company) {
            Some(lane) if lane.under_way == ABREAST => {
                lane.waiting.push((ticket, wait()));
                return Some(Place { lanes: self, company, ticket });
            }
            Some(lane) => lane.under_way += 1,
            None => {
                state.lanes.insert(company.clone(), Lane { under_way: 1, waiting: Vec::new() });
            }
        }
        None
    }

    /// One has ended: those who go in its place.
    fn next(&self, company: &C) -> Option<Vec<T>> {
        let mut state = self.lock();
        let lane = state.lanes.get_mut(company)?;
        if lane.waiting.is_empty() {
            lane.under_way -= 1;
            if lane.under_way == 0 {
                state.lanes.remove(company);
            }
            return None;
        }
        let going = lane.waiting.len().min(MOST);
        Some(lane.waiting.drain(..going).map(|(_, it)| it).collect())
    }
}

impl<C: Clone + Eq + Hash, T> Place<'_, C, T> {
    /// Whether it was still waiting.
    fn leave(&self) -> bool {
        let mut state = self.lanes.lock();
        let Some(lane) = state.lanes.get_mut(self.company) else { return false };
        let at = lane.waiting.iter().position(|it| it.0 == self.ticket);
        at.map(|at| lane.waiting.remove(at)).is_some()
    }
}

impl<C: Clone + Eq + Hash, T> Drop for Place<'_, C, T> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_go_at_once_and_the_rest_go_together_when_one_has_ended() {
        let lanes = Lanes::new();
        for call in 0..ABREAST {
            assert!(lanes.enter(&"a", || call).is_none());
        }
        assert!(lanes.enter(&"b", || 0).is_none(), "another's calls are in nobody's way");
        let places = [10, 11, 12].map(|call| lanes.enter(&"a", || call).unwrap());
        assert!(places[1].leave(), "one goes away");
        assert_eq!(lanes.next(&"a"), Some(vec![10, 12]));
        assert!(!places[0].leave(), "it has gone on");
        assert_eq!((lanes.next(&"a"), lanes.next(&"b")), (None, None));
        assert!(lanes.enter(&"a", || 13).is_none(), "there is a place again");
        drop(lanes.enter(&"a", || 14).unwrap());
        for _ in 0..ABREAST {
            assert_eq!(lanes.next(&"a"), None);
        }
        assert!(lanes.lock().lanes.is_empty(), "nothing is kept of those who have ended");
    }

    #[test]
    fn no_group_is_larger_than_the_most() {
        let lanes = Lanes::new();
        let _places: Vec<_> = (0..ABREAST + MOST + 3).map(|call| lanes.enter(&(), || call)).collect();
        let sizes = [(); 2].map(|()| lanes.next(&()).map(|group| group.len()));
        assert_eq!(sizes, [Some(MOST), Some(3)]);
    }
}
