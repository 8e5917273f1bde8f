//! What was changed, told to whoever shows it: in this process at once, in others over the database's notifications.
//!
//! A transaction says which topics it changes and leaves a marker in its own commit; afterwards, on another connection and
//! many at a time, the other processes are notified. (A notification inside the transaction would make all commits wait for
//! each other.) A notification may be lost, and a process may die before it sends one: so listeners look at the markers, too.
//! Nothing here knows what a topic's rows are.

mod listener;
mod publisher;
mod topics;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use tenancy::TenantId;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{StoreConfig, StoreError, TenantTx, statement::statement};

pub use topics::{Topic, Topics};

/// Where the processes on one database notify each other.
const CHANNEL: &str = "fairlead_changes";

/// What a listener hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// These topics of this tenant are not what they were.
    Changed { tenant: TenantId, topics: Topics },
    /// Anything may have changed: for a while nothing could be heard.
    Anything,
}

type Ear = Arc<dyn Fn(Heard) + Send + Sync>;

/// The changes that commits of this store make, and those that others tell of.
#[derive(Clone)]
pub struct Changes(Arc<Inner>);

struct Inner {
    config: StoreConfig,
    /// Tells our own notifications from others'.
    origin: u64,
    ears: Mutex<Vec<Ear>>,
    pending: Mutex<Pending>,
    wake: Arc<Notify>,
    publishing: AtomicBool,
    listening: AtomicBool,
    known: Mutex<Known>,
}

/// What is to be told to other processes.
#[derive(Default)]
struct Pending {
    by_tenant: HashMap<TenantId, Batch>,
    /// There was too much to be told one by one.
    anything: bool,
}

#[derive(Default)]
struct Batch {
    topics: Topics,
    ids: Vec<i64>,
}

/// Changes that were heard of lately, so that their markers are no news. Two generations, the older one forgotten in time.
#[derive(Default)]
struct Known {
    young: HashSet<i64>,
    old: HashSet<i64>,
}

impl Known {
    /// Whether it is news.
    fn add(&mut self, id: i64) -> bool {
        !self.old.contains(&id) && self.young.insert(id)
    }

    fn forget_the_old(&mut self) {
        self.old = std::mem::take(&mut self.young);
    }
}

impl Changes {
    pub(crate) fn new(config: StoreConfig) -> Self {
        Changes(Arc::new(Inner {
            config,
            origin: Uuid::new_v4().as_u64_pair().0,
            ears: Mutex::default(),
            pending: Mutex::default(),
            wake: Arc::new(Notify::new()),
            publishing: AtomicBool::new(false),
            listening: AtomicBool::new(false),
            known: Mutex::default(),
        }))
    }

    pub(crate) fn config(&self) -> &StoreConfig {
        &self.0.config
    }

    /// Calls `ear` for every change from now on, whoever makes it. It must be quick: a commit waits for it.
    ///
    /// Listening to other processes begins with the first ear, and is known to work once [`Heard::Anything`] was heard.
    pub fn listen(&self, ear: impl Fn(Heard) + Send + Sync + 'static) {
        lock(&self.0.ears).push(Arc::new(ear));
        if !self.0.listening.swap(true, Ordering::SeqCst) {
            tokio::spawn(listener::run(Arc::downgrade(&self.0)));
        }
    }

    /// After a commit: tells this process now, and others soon.
    pub(crate) fn publish(&self, tenant: TenantId, topics: Topics, id: i64) {
        let inner = &self.0;
        // Nobody forgets where nobody listens.
        if inner.listening.load(Ordering::SeqCst) {
            lock(&inner.known).add(id);
        }
        inner.tell(Heard::Changed { tenant, topics });
        lock(&inner.pending).add(tenant, topics, id);
        if !inner.publishing.swap(true, Ordering::SeqCst) {
            tokio::spawn(publisher::run(Arc::downgrade(inner), inner.wake.clone()));
        }
        inner.wake.notify_one();
    }
}

impl Pending {
    /// Beyond this, listeners are told to look at everything.
    const MOST: usize = 10_000;

    fn add(&mut self, tenant: TenantId, topics: Topics, id: i64) {
        if self.anything || self.by_tenant.len() >= Self::MOST {
            *self = Pending { anything: true, ..Pending::default() };
            return;
        }
        let batch = self.by_tenant.entry(tenant).or_default();
        batch.topics = batch.topics.and(topics);
        if batch.ids.len() < Self::MOST {
            batch.ids.push(id);
        }
    }
}

impl Inner {
    fn tell(&self, heard: Heard) {
        // Not under the lock: an ear may want to listen to more.
        let ears = lock(&self.ears).clone();
        for ear in ears {
            ear(heard);
        }
    }

    /// What another process tells of, or a marker says, unless it was heard before.
    fn hear(&self, tenant: TenantId, topics: Topics, ids: &[i64]) {
        let news = {
            let mut known = lock(&self.known);
            // Each is to be known, also after the first that is news.
            ids.iter().filter(|id| known.add(**id)).count() > 0
        };
        if news && !topics.is_empty() {
            self.tell(Heard::Changed { tenant, topics });
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The publisher holds us weakly and finds us gone.
        self.wake.notify_one();
    }
}

/// The topics that a transaction has said it changes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Marks {
    changed: Topics,
    written: Topics,
    id: i64,
}

impl Marks {
    pub(crate) fn add(&mut self, topics: Topics) {
        self.changed = self.changed.and(topics);
    }

    /// What no marker says yet, with the id for the one that will. `None` when there is nothing to say.
    pub(crate) fn take_unwritten(&mut self) -> Option<(Topics, i64)> {
        let unwritten = self.changed.without(self.written);
        if unwritten.is_empty() {
            return None;
        }
        self.written = self.changed;
        self.id = Uuid::new_v4().as_u64_pair().1.cast_signed();
        Some((unwritten, self.id))
    }

    /// What to tell after the commit.
    pub(crate) fn to_publish(self) -> Option<(Topics, i64)> {
        (!self.changed.is_empty()).then_some((self.changed, self.id))
    }
}

/// Names for the marker's column.
pub(crate) fn names(topics: Topics) -> Vec<&'static str> {
    topics.iter().map(Topic::as_str).collect()
}

/// Leaves the marker, if there is something that none says yet.
pub(crate) async fn mark(tx: &mut TenantTx) -> Result<(), StoreError> {
    // Its methods would hide those of other types in the rest of this module.
    use diesel_async::RunQueryDsl;
    let Some((topics, id)) = tx.marks().take_unwritten() else { return Ok(()) };
    statement("INSERT INTO changes (id, tenant_id, topics) VALUES ($1, $2, $3)")
        .bind::<BigInt, _>(id)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<Text>, _>(names(topics))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection of our own: a notification must not wait for a place in the pool.
async fn connect(inner: &Weak<Inner>) -> Option<Result<crate::pool::Connection, StoreError>> {
    let config = inner.upgrade()?.config.clone();
    let connection = crate::pool::establish(config.url, config.statement_timeout).await;
    Some(connection.map_err(|error| {
        tracing::warn!(%error, "no connection for changes");
        StoreError::Unavailable
    }))
}
