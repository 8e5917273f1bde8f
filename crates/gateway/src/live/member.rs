//! One who watches: a bounded row of messages between the group and the socket, and the last word when it ends otherwise than by
//! the client's wish.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use futures::stream;
use rpc::{Code, Messages, RpcError};
use serde_json::{json, value::RawValue};
use tenancy::{Principal, Role, Subject};
use tokio::sync::mpsc::{self, error::TrySendError};

use super::{
    Ask, Watcher,
    memory::{Greeting, Memory, Payload},
};

/// Messages that may wait for a slow socket, beside those in the socket's own row. At least as many as are replayed at once.
const WAITING: usize = 32;

enum Event {
    /// Boxed once, shared by all.
    State(Arc<Payload>),
    /// The client has the present state.
    UpToDate,
    Reset,
    End,
}

/// Why it ended.
#[derive(Clone)]
enum LastWord {
    Refused(RpcError),
    TooSlow,
}

/// The group's side.
pub(super) struct Member {
    watcher: Watcher,
    admitted_as: Role,
    resume: Option<u64>,
    is_last: Option<fn(&str) -> bool>,
    greeted: bool,
    /// It was with another group before, whose states have nothing to do with this one's.
    moved: bool,
    events: mpsc::Sender<Event>,
    last_word: Arc<OnceLock<LastWord>>,
}

/// The socket's side.
pub(super) struct Seat {
    events: mpsc::Receiver<Event>,
    first: Option<Event>,
    last_word: Arc<OnceLock<LastWord>>,
    about: Option<&'static str>,
    /// The state sent last.
    seq: Option<u64>,
    over: bool,
}

impl Member {
    pub(super) fn new(watcher: Watcher, ask: &Ask) -> (Member, Seat) {
        let (sender, events) = mpsc::channel(WAITING);
        let last_word = Arc::new(OnceLock::new());
        let seat = Seat {
            events,
            first: None,
            last_word: last_word.clone(),
            about: ask.about,
            seq: ask.resume,
            over: false,
        };
        let member = Member {
            watcher,
            admitted_as: watcher.principal.role,
            resume: ask.resume,
            is_last: ask.is_last,
            greeted: false,
            moved: false,
            events: sender,
            last_word,
        };
        (member, seat)
    }

    pub(super) fn principal(&self) -> Principal {
        self.watcher.principal
    }

    pub(super) fn is_greeted(&self) -> bool {
        self.greeted
    }

    pub(super) fn is_gone(&self) -> bool {
        self.events.is_closed()
    }

    pub(super) fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.watcher.expires_at.is_some_and(|end| end <= now)
    }

    pub(super) fn watcher(&self) -> Watcher {
        self.watcher
    }

    /// As admission would find it now, by what the books say of its subject.
    pub(super) fn renew(&mut self, books: Watcher) {
        let outside = matches!(books.principal.subject, Subject::User { session: None, .. });
        self.watcher = if outside {
            // A token of an outside issuer may say less than the books, never more, and ends when it says.
            let role = books.principal.role.min(self.admitted_as);
            Watcher { principal: Principal { role, ..books.principal }, expires_at: self.watcher.expires_at }
        } else {
            books
        };
    }

    /// Makes it ready to be greeted by another group.
    pub(super) fn moving(self) -> Member {
        Member { resume: None, moved: self.greeted || self.moved, greeted: false, ..self }
    }

    /// Brings it up to the present state. Answers whether it stays.
    pub(super) fn greet(&mut self, memory: &Memory) -> bool {
        let Some(greeting) = memory.greet(self.resume) else { return true };
        self.greeted = true;
        let unknown = self.resume.is_some_and(|seq| !memory.knows(seq));
        let events: Vec<Event> = match greeting {
            Greeting::UpToDate => vec![Event::UpToDate],
            Greeting::Missed(missed) => missed.into_iter().map(Event::State).collect(),
            Greeting::Whole(payload) if self.moved || unknown => vec![Event::Reset, Event::State(payload)],
            Greeting::Whole(payload) => vec![Event::State(payload)],
        };
        events.into_iter().all(|event| self.send(event)) && self.goes_on(memory)
    }

    /// Passes a new state on. Answers whether it stays.
    pub(super) fn tell(&mut self, payload: &Arc<Payload>, memory: &Memory) -> bool {
        self.send(Event::State(payload.clone())) && self.goes_on(memory)
    }

    fn goes_on(&self, memory: &Memory) -> bool {
        let over = self.is_last.zip(memory.text()).is_some_and(|(is_last, text)| is_last(text));
        if over {
            self.send(Event::End);
        }
        !over
    }

    fn send(&self, event: Event) -> bool {
        match self.events.try_send(event) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(_)) => {
                self.last_word.set(LastWord::TooSlow).ok();
                metrics::counter!("fairlead_live_too_slow_total").increment(1);
                false
            }
        }
    }

    /// Ends it with this error as the last word. Nothing that still waits is sent.
    pub(super) fn close(self, error: RpcError) {
        self.last_word.set(LastWord::Refused(error)).ok();
    }

    /// Its rights have ended.
    pub(super) fn expel(self) {
        self.close(RpcError::new(Code::Forbidden, "rights_ended", "your rights to watch this have ended"));
    }
}

impl Seat {
    /// Waits for the first state.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn messages(mut self) -> Result<Messages, RpcError> {
        self.first = self.events.recv().await;
        if let Some(word) = self.last_word.get() {
            return Err(self.error(word.clone()));
        }
        if self.first.is_none() {
            tracing::error!("a watch ended without a word");
            return Err(RpcError::internal());
        }
        Ok(Box::pin(stream::unfold(self, |mut seat| async move { Some((seat.next().await?, seat)) })))
    }

    async fn next(&mut self) -> Option<Result<Box<RawValue>, RpcError>> {
        while !self.over {
            let event = match self.first.take() {
                Some(event) => Some(event),
                None => self.events.recv().await,
            };
            // Rights that have ended also end what was made under them and still waits here.
            if let Some(word) = self.last_word.get() {
                self.over = true;
                return Some(Err(self.error(word.clone())));
            }
            return Some(Ok(match event? {
                Event::State(payload) => {
                    self.seq = Some(payload.seq);
                    payload.json.clone()
                }
                Event::UpToDate => continue,
                Event::Reset => fixed("{\"reset\":true}"),
                Event::End => {
                    self.over = true;
                    fixed("{\"end\":true}")
                }
            }));
        }
        None
    }

    fn error(&self, word: LastWord) -> RpcError {
        match word {
            LastWord::Refused(error) => RpcError { about: error.about.and(self.about), ..error },
            LastWord::TooSlow => {
                let mut error = RpcError::new(
                    Code::TooManyRequests,
                    "too_slow",
                    "there was more to tell than was taken; watch again, with `resume`",
                );
                if let Some(seq) = self.seq {
                    error.details.insert("seq".to_owned(), json!(seq));
                }
                error
            }
        }
    }
}

fn fixed(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).expect("it is JSON")
}
