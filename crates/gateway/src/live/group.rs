//! One question and all who watch its answer. A task of its own asks again when something has changed, never twice at once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::Utc;
use rpc::{Code, RpcError};
use store::Topics;
use tenancy::{Principal, Subject};
use tokio::sync::Notify;

use super::{
    Home, LINGER, Question, Watchable, Watcher, evaluate::Answer, lock, member::Member, memory::Memory,
    topics_of,
};
use crate::host::{Gateway, covers};

/// Between two evaluations at least, so that changes close together are told together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Group {
    pub(super) question: Question,
    pub(super) query: &'static Watchable,
    pub(super) topics: Topics,
    stale: AtomicBool,
    wake: Notify,
    inner: Mutex<Inner>,
}

struct Inner {
    memory: Memory,
    members: Vec<Member>,
    deserted_since: Instant,
}

impl Group {
    pub(super) fn new(question: Question, query: &'static Watchable) -> Self {
        Group {
            question,
            query,
            topics: topics_of(query),
            stale: AtomicBool::new(true),
            wake: Notify::new(),
            inner: Mutex::new(Inner {
                memory: Memory::new(),
                members: Vec::new(),
                deserted_since: Instant::now(),
            }),
        }
    }

    /// What it depends on has changed.
    pub(super) fn is_stale(&self) {
        self.stale.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    /// Whoever comes next must not be greeted with what it remembers.
    fn has_no_answer(&self) {
        self.stale.store(true, Ordering::SeqCst);
    }

    pub(super) fn enter(&self, mut member: Member) {
        let mut inner = lock(&self.inner);
        let stays = self.stale.load(Ordering::SeqCst) || member.greet(&inner.memory);
        if stays {
            inner.members.push(member);
        }
        self.wake.notify_one();
    }

    /// Forgets those who went. Answers whether nobody is left.
    pub(super) fn is_deserted(&self) -> bool {
        let mut inner = lock(&self.inner);
        let before = inner.members.len();
        inner.members.retain(|it| !it.is_gone());
        if before > 0 && inner.members.is_empty() {
            inner.deserted_since = Instant::now();
        }
        inner.members.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        lock(&self.inner).memory.bytes()
    }

    /// Those who watch, each once.
    pub(super) fn watchers(&self) -> HashMap<Subject, Watcher> {
        lock(&self.inner).members.iter().map(|it| (it.principal().subject, it.watcher())).collect()
    }

    /// Lets go of those whose credential has ended by itself.
    pub(super) fn drop_the_expired(&self) {
        let now = Utc::now();
        let mut inner = lock(&self.inner);
        let (over, staying) =
            std::mem::take(&mut inner.members).into_iter().partition(|it: &Member| it.has_expired(now));
        inner.members = staying;
        drop(inner);
        over.into_iter().for_each(Member::expel);
    }

    /// Lets go of those who may not watch this any more, and hands out those whose rights are others now.
    pub(super) fn sort_out(&self, present: &HashMap<Subject, Option<Watcher>>) -> Vec<Member> {
        let (mut expelled, mut moving) = (Vec::new(), Vec::new());
        let mut inner = lock(&self.inner);
        for mut member in std::mem::take(&mut inner.members) {
            match present.get(&member.principal().subject) {
                // Came after the rights were read; its own were read as it came.
                None => inner.members.push(member),
                Some(None) => expelled.push(member),
                Some(Some(books)) => {
                    member.renew(*books);
                    let now = member.principal();
                    let rights = Principal { subject: self.question.asker.subject, ..now };
                    if !covers(now.role, self.query.access) {
                        expelled.push(member);
                    } else if rights == self.question.asker {
                        inner.members.push(member);
                    } else {
                        moving.push(member.moving());
                    }
                }
            }
        }
        drop(inner);
        expelled.into_iter().for_each(Member::expel);
        moving
    }

    /// Everybody leaves.
    fn scatter(&self) -> Vec<Member> {
        std::mem::take(&mut lock(&self.inner).members)
    }

    /// Takes in an answer and passes on what is new. Answers by how much more or less is held now.
    fn tell(&self, answer: &str) -> (usize, usize) {
        let mut inner = lock(&self.inner);
        let Inner { memory, members, .. } = &mut *inner;
        let before = memory.bytes();
        let news = memory.advance(answer);
        members.retain_mut(|member| match (&news, member.is_greeted()) {
            (_, false) => member.greet(memory),
            (Some(payload), true) => member.tell(payload, memory),
            (None, true) => !member.is_gone(),
        });
        (before, memory.bytes())
    }

    /// The answer is an error that will not go away by itself: everybody gets it, as from the method itself.
    fn refuse(&self, error: &RpcError) {
        for member in self.scatter() {
            member.close(error.clone());
        }
    }

    fn has_deserted_for(&self) -> Duration {
        lock(&self.inner).deserted_since.elapsed()
    }

    /// Whether somebody waits for the first state in vain as long as nothing is asked.
    fn refuse_the_waiting(&self, error: &RpcError) {
        let mut inner = lock(&self.inner);
        let (greeted, waiting) =
            std::mem::take(&mut inner.members).into_iter().partition(|it: &Member| it.is_greeted());
        inner.members = greeted;
        drop(inner);
        let waiting: Vec<Member> = waiting;
        waiting.into_iter().for_each(|it| it.close(error.clone()));
    }
}

/// Asks whenever it is due, until the question is forgotten.
pub(super) async fn run(group: Arc<Group>, home: Home) {
    let mut trouble = 0_u32;
    loop {
        tokio::select! {
            () = group.wake.notified() => {}
            () = tokio::time::sleep(LINGER) => {}
        }
        let Some(gateway) = home.upgrade() else { return };
        if group.is_deserted() {
            if group.has_deserted_for() >= LINGER && gateway.live.forget(&group) {
                return;
            }
            // What changes meanwhile is asked for when somebody comes back.
            continue;
        }
        if !group.stale.load(Ordering::SeqCst) {
            continue;
        }
        let turn = gateway.live.turn().await;
        group.stale.store(false, Ordering::SeqCst);
        let begun = Instant::now();
        let answer = gateway.evaluate(&group, turn).await;
        let pause = match settle(&gateway, &group, answer) {
            Ok(()) => {
                trouble = 0;
                begun.elapsed().clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
            }
            Err(()) => {
                trouble = (trouble + 1).min(6);
                group.is_stale();
                Duration::from_millis(50 << trouble)
            }
        };
        drop(gateway);
        tokio::time::sleep(pause).await;
    }
}

/// Acts on an answer. An error says that it must be asked again although nothing has changed.
fn settle(gateway: &Arc<Gateway>, group: &Arc<Group>, answer: Answer) -> Result<(), ()> {
    match answer {
        Answer::State { text, moved } => {
            let (before, after) = group.tell(&text);
            gateway.live.holds(before, after);
            reseat(gateway, group, moved);
            Ok(())
        }
        Answer::Personal { moved } => {
            group.has_no_answer();
            gateway.live.is_personal(group);
            let all = group.scatter().into_iter().map(Member::moving).chain(moved).collect();
            reseat(gateway, group, all);
            Ok(())
        }
        Answer::Nobody { moved } => {
            group.has_no_answer();
            reseat(gateway, group, moved);
            Ok(())
        }
        Answer::Refused(error) if is_passing(&error) => {
            // Who has a state keeps it until there is a newer one; who has none is not kept waiting.
            group.refuse_the_waiting(&error);
            Err(())
        }
        Answer::Refused(error) => {
            group.has_no_answer();
            group.refuse(&error);
            Ok(())
        }
    }
}

/// Whether the same question may be answered later.
fn is_passing(error: &RpcError) -> bool {
    error.code.retryable() || error.code == Code::InternalServerError
}

/// Seats members with those who ask the same as they do now.
pub(super) fn reseat(gateway: &Arc<Gateway>, group: &Group, members: Vec<Member>) {
    for member in members {
        // Where there is no room the member has been told so.
        gateway.live.enter(gateway, group.query, group.question.params.clone(), member).ok();
    }
}
