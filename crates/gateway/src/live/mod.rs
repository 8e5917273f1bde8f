//! Live queries: equal questions of callers with equal rights are asked once for all of them, again whenever something they
//! depend on has changed, and what is new goes to everybody who watches.
//!
//! A [`Group`](group::Group) is one such question with its watchers. Changes come from the store's bus; nothing here knows what a
//! query means, only which topics it depends on.

mod evaluate;
mod group;
mod member;
mod memory;
mod rights;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use rpc::{Code, Messages, Query, RpcError};
use store::{Topic, Topics, changes::Heard};
use tenancy::{Principal, Subject, TenantId};
use tokio::sync::{Notify, Semaphore};

use self::{group::Group, member::Member};
use crate::host::{Gateway, covers};

/// Questions asked at once, so that those who watch leave connections to those who call.
const TURNS: usize = 2;
/// How long a question that nobody watches any more is remembered, for those who come back after a broken connection.
const LINGER: Duration = Duration::from_secs(60);
/// What all states together may take. Beyond it no new question is taken on.
const MOST_BYTES: usize = 64 << 20;
const MOST_GROUPS: usize = 10_000;
/// Topics whose change may end somebody's rights.
const ABOUT_RIGHTS: [Topic; 4] = [Topic::Rights, Topic::Team, Topic::ApiKeys, Topic::Tenant];

/// A method that can be watched.
pub(crate) type Watchable = Query<Gateway>;

/// Who watches, as admission found it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watcher {
    pub(crate) principal: Principal,
    /// When the credential ends by itself.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// What is to be watched, and how.
pub(crate) struct Ask {
    pub(crate) query: &'static Watchable,
    /// In their canonical form.
    pub(crate) params: String,
    pub(crate) resume: Option<u64>,
    /// Whether a state is the last one there will be.
    pub(crate) is_last: Option<fn(&str) -> bool>,
    /// Under which method's name the query's own refusals are documented, if not under the subscription's.
    pub(crate) about: Option<&'static str>,
}

/// What is asked once for everybody who asks the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    /// The rights that all who ask have in common; with the subject only where the answer depends on it.
    asker: Principal,
    method: &'static str,
    params: Arc<str>,
}

/// All that is watched at this gateway.
#[derive(Default)]
pub(crate) struct Live {
    groups: Mutex<HashMap<TenantId, HashMap<Question, Arc<Group>>>>,
    /// Questions whose answers turned out to depend on who asks.
    personal: Mutex<HashSet<(&'static str, Arc<str>)>>,
    turns: Turns,
    started: AtomicBool,
    /// Tenants in which somebody's rights may have changed.
    rights_due: Mutex<HashSet<TenantId>>,
    rights_wake: Notify,
    bytes: AtomicUsize,
}

struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Turns(Arc::new(Semaphore::new(TURNS)))
    }
}

impl Live {
    /// Begins to watch. Answers once the first state, or the reason why there is none, is known.
    ///
    /// # Errors
    /// As the query itself refuses, and when the rights do not cover it or there is no room.
    pub(crate) async fn watch(
        gateway: &Arc<Gateway>,
        ask: Ask,
        watcher: Watcher,
    ) -> Result<Messages, RpcError> {
        if !covers(watcher.principal.role, ask.query.access) {
            return Err(RpcError { about: ask.about, ..RpcError::forbidden() });
        }
        gateway.live.start(gateway);
        let (member, seat) = Member::new(watcher, &ask);
        gateway.live.enter(gateway, ask.query, ask.params.into(), member)?;
        seat.messages().await
    }

    fn start(&self, gateway: &Arc<Gateway>) {
        if self.started.swap(true, Ordering::SeqCst) {
            return;
        }
        let listening = Arc::downgrade(gateway);
        gateway.store.changes().listen(move |heard| {
            if let Some(gateway) = listening.upgrade() {
                gateway.live.hear(heard);
            }
        });
        tokio::spawn(rights::keep(Arc::downgrade(gateway)));
    }

    /// Marks what depends on the change. Called within a commit, so nothing is asked here.
    fn hear(&self, heard: Heard) {
        let groups = lock(&self.groups);
        match heard {
            Heard::Anything => {
                groups.values().flat_map(HashMap::values).for_each(|group| group.is_stale());
                lock(&self.rights_due).extend(groups.keys());
                self.rights_wake.notify_one();
            }
            Heard::Changed { tenant, topics } => {
                let Some(ours) = groups.get(&tenant) else { return };
                ours.values().filter(|group| group.topics.meets(topics)).for_each(|group| group.is_stale());
                if topics.meets(ABOUT_RIGHTS.into()) {
                    lock(&self.rights_due).insert(tenant);
                    self.rights_wake.notify_one();
                }
            }
        }
    }

    /// Seats a watcher with those who ask the same.
    fn enter(
        &self,
        gateway: &Arc<Gateway>,
        query: &'static Watchable,
        params: Arc<str>,
        member: Member,
    ) -> Result<(), RpcError> {
        let principal = member.principal();
        let personal = lock(&self.personal).contains(&(query.name, params.clone()));
        let subject = if personal { principal.subject } else { Subject::System };
        let question = Question { asker: Principal { subject, ..principal }, method: query.name, params };
        let mut groups = lock(&self.groups);
        let ours = groups.entry(principal.tenant).or_default();
        let group = match ours.get(&question) {
            Some(group) => group,
            None => {
                if self.bytes.load(Ordering::Relaxed) > MOST_BYTES || ours.len() >= MOST_GROUPS {
                    member.close(no_room());
                    return Err(no_room());
                }
                let group = Arc::new(Group::new(question.clone(), query));
                tokio::spawn(group::run(group.clone(), Arc::downgrade(gateway)));
                ours.entry(question).or_insert(group)
            }
        };
        // Under the lock, so that the group cannot be forgotten meanwhile.
        group.enter(member);
        Ok(())
    }

    /// Forgets a group that nobody watches. Answers whether it did.
    fn forget(&self, group: &Group) -> bool {
        let mut groups = lock(&self.groups);
        if !group.is_deserted() {
            return false;
        }
        let tenant = group.question.asker.tenant;
        if let Some(ours) = groups.get_mut(&tenant) {
            ours.remove(&group.question);
            if ours.is_empty() {
                groups.remove(&tenant);
            }
        }
        self.bytes.fetch_sub(group.bytes(), Ordering::Relaxed);
        true
    }

    /// From now on this question is asked for each watcher alone.
    fn is_personal(&self, group: &Group) {
        let mut personal = lock(&self.personal);
        if personal.len() >= MOST_GROUPS {
            personal.clear();
        }
        personal.insert((group.question.method, group.question.params.clone()));
    }

    fn groups_of(&self, tenant: TenantId) -> Vec<Arc<Group>> {
        lock(&self.groups).get(&tenant).into_iter().flat_map(HashMap::values).cloned().collect()
    }

    fn tenants(&self) -> Vec<TenantId> {
        lock(&self.groups).keys().copied().collect()
    }
}

/// The query of that name.
pub(crate) fn watchable(name: &str) -> Option<&'static Watchable> {
    static WATCHABLE: std::sync::OnceLock<HashMap<&'static str, Watchable>> = std::sync::OnceLock::new();
    let all =
        WATCHABLE.get_or_init(|| api::queries::<Gateway>().into_iter().map(|it| (it.name, it)).collect());
    all.get(name)
}

fn topics_of(query: &Watchable) -> Topics {
    Topics::named(query.topics.iter().map(|it| it.0))
}

fn no_room() -> RpcError {
    RpcError {
        retry_after_ms: Some(5_000),
        ..RpcError::new(Code::ServiceUnavailable, "busy", "too much is being watched here; try again")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a group's task holds of the gateway: it must not keep it alive.
type Home = Weak<Gateway>;
