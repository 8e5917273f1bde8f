//! What a group remembers: its present state and the messages that led to it, within bounds.

use std::{collections::VecDeque, sync::Arc};

use rpc::patch::diff;
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

/// Messages kept for those who come back.
const MOST_MESSAGES: usize = 64;
const MOST_BYTES: usize = 256 * 1024;
/// So many messages are sent to whoever comes back; who missed more gets the whole state.
const MOST_REPLAYED: usize = 16;
/// Bits of a number that count states; the ones above tell this memory from every other. Together they stay below 2^53.
const COUNTED: u32 = 24;

/// A message as it goes over the wire, shared by all who get it.
#[derive(Debug)]
pub(super) struct Payload {
    pub(super) seq: u64,
    pub(super) json: Box<RawValue>,
}

/// The states of one question, newest in full.
pub(super) struct Memory {
    seq: u64,
    text: Option<Box<str>>,
    recent: VecDeque<Arc<Payload>>,
    recent_bytes: usize,
}

/// How somebody who comes with a number is brought up to date.
#[derive(Debug)]
pub(super) enum Greeting {
    /// Nothing has changed meanwhile.
    UpToDate,
    Missed(Vec<Arc<Payload>>),
    /// The number is not known here, or too long ago.
    Whole(Arc<Payload>),
}

impl Memory {
    pub(super) fn new() -> Self {
        let own = Uuid::new_v4().as_u64_pair().0 >> (64 - (53 - COUNTED));
        Memory { seq: own << COUNTED, text: None, recent: VecDeque::new(), recent_bytes: 0 }
    }

    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.recent_bytes + self.text.as_ref().map_or(0, |it| it.len())
    }

    /// Takes in an answer. `None` when it is the one we have.
    pub(super) fn advance(&mut self, answer: &str) -> Option<Arc<Payload>> {
        if self.text.as_deref() == Some(answer) {
            return None;
        }
        self.seq += 1;
        let patch = self.text.as_deref().and_then(|before| patch(self.seq, before, answer));
        self.text = Some(answer.into());
        let payload = patch.unwrap_or_else(|| Arc::new(whole(self.seq, answer)));
        self.recent_bytes += payload.json.get().len();
        self.recent.push_back(payload.clone());
        while self.recent.len() > MOST_MESSAGES || self.recent_bytes > MOST_BYTES {
            let Some(oldest) = self.recent.pop_front() else { break };
            self.recent_bytes -= oldest.json.get().len();
        }
        Some(payload)
    }

    /// `None` while there is no state.
    pub(super) fn greet(&self, resume: Option<u64>) -> Option<Greeting> {
        let text = self.text.as_deref()?;
        if resume == Some(self.seq) {
            return Some(Greeting::UpToDate);
        }
        // The one after it must still be here, and all between are then, too.
        let at = resume.and_then(|seq| self.recent.iter().position(|it| it.seq == seq + 1));
        if let Some(at) = at {
            let missed: Vec<_> = self.recent.range(at..).cloned().collect();
            let bytes: usize = missed.iter().map(|it| it.json.get().len()).sum();
            if missed.len() <= MOST_REPLAYED && bytes <= text.len() {
                return Some(Greeting::Missed(missed));
            }
        }
        Some(Greeting::Whole(Arc::new(whole(self.seq, text))))
    }

    /// Whether that number was one of ours.
    pub(super) fn knows(&self, seq: u64) -> bool {
        seq >> COUNTED == self.seq >> COUNTED && seq <= self.seq
    }
}

fn whole(seq: u64, answer: &str) -> Payload {
    Payload { seq, json: raw(format!("{{\"seq\":{seq},\"result\":{answer}}}")) }
}

/// The patch as a message, if that is shorter than the answer.
fn patch(seq: u64, before: &str, answer: &str) -> Option<Arc<Payload>> {
    let (before, after): (Value, Value) = (read(before)?, read(answer)?);
    let patch = serde_json::to_string(&diff(&before, &after)).ok()?;
    (patch.len() < answer.len())
        .then(|| Arc::new(Payload { seq, json: raw(format!("{{\"seq\":{seq},\"patch\":{patch}}}")) }))
}

fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).expect("it was put together from JSON")
}

#[cfg(test)]
mod tests {
    use rpc::live::{Fold, Folded};
    use serde_json::json;

    use super::*;

    fn state(n: usize) -> Value {
        let items: Vec<Value> = (0..20)
            .map(|i| json!({ "id": i.to_string(), "n": if i == n % 20 { n } else { 0 }, "text": "some words" }))
            .collect();
        json!({ "items": items })
    }

    fn fold(folded: &mut Folded, payload: &Payload) {
        assert_eq!(folded.fold(serde_json::from_str(payload.json.get()).unwrap()).unwrap(), Fold::Changed);
        assert_eq!(folded.seq(), Some(payload.seq));
    }

    #[test]
    fn whoever_comes_back_after_any_number_of_states_folds_to_the_present_one() {
        let mut memory = Memory::new();
        let mut watchers = vec![Folded::default()];
        for n in 0..200 {
            let payload = memory.advance(&state(n).to_string()).unwrap();
            assert!(payload.seq < 1 << 53);
            assert_eq!(n == 0, payload.json.get().contains("result"), "a small change is a patch");
            watchers.iter_mut().take(1).for_each(|it| fold(it, &payload));
            watchers.push(watchers[0].clone());
        }
        for (n, mut watcher) in watchers.into_iter().enumerate() {
            match memory.greet(watcher.seq()).unwrap() {
                Greeting::UpToDate => assert!(n == 0 || n == 200, "{n}"),
                Greeting::Missed(missed) => {
                    assert!(missed.len() <= MOST_REPLAYED);
                    missed.iter().for_each(|it| fold(&mut watcher, it));
                }
                Greeting::Whole(payload) => fold(&mut watcher, &payload),
            }
            assert_eq!(watcher.state(), Some(&state(199)));
        }
        assert!(memory.recent.len() <= MOST_MESSAGES && memory.bytes() < MOST_BYTES + 10_000);
    }

    #[test]
    fn the_same_answer_is_no_news_and_a_number_of_another_memory_is_not_known() {
        let (mut memory, other) = (Memory::new(), Memory::new());
        assert!(memory.greet(None).is_none(), "there is nothing yet");
        let first = memory.advance("{\"a\":1}").unwrap();
        assert!(memory.advance("{\"a\":1}").is_none());
        assert!(matches!(memory.greet(Some(first.seq)), Some(Greeting::UpToDate)));
        assert!(memory.knows(first.seq) && !memory.knows(first.seq + 1) && !other.knows(first.seq));
        assert!(matches!(memory.greet(Some(other.seq)), Some(Greeting::Whole(_))));
        let whole = memory.advance("[1,2,3,4]").unwrap();
        assert!(whole.json.get().contains("result"), "what has nothing in common is sent whole");
    }
}
