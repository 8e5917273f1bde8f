//! The embedded runner: claims jobs from PostgreSQL under leases and drives each one's machine, several at a time.
//!
//! It knows nothing of what a job does. It keeps the lease alive, ends a run whose lease is lost, sets jobs aside that
//! only crash, and gives everything back when the process is asked to end.

mod claimed;
mod config;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use store::jobs::{self, JobRecord, Lease};
use store::{Store, StoreError, TenantId, TenantTx};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

pub(crate) use claimed::jitter;
pub use config::RunnerConfig;

/// A kind of job, and how it is run.
#[async_trait]
pub trait Workflow: Send + Sync {
    /// As in `jobs.kind`.
    fn kind(&self) -> &'static str;

    /// Drives the job until it has ended or was handed back. Between steps it looks at [`Run::is_draining`]. It may be
    /// dropped at any await, and is then run again from what it stored last.
    ///
    /// # Errors
    /// What the store could not do. A lost lease ends the run quietly; anything else is an attempt that brought nothing.
    async fn run(&self, run: &Run) -> Result<(), StoreError>;

    /// The job is set aside: bring to an end what its history shows as running.
    ///
    /// # Errors
    /// When the database is away.
    async fn parked(&self, tx: &mut TenantTx, lease: &Lease, reason: &str) -> Result<(), StoreError>;
}

/// One run of one job by this worker.
#[derive(Clone)]
pub struct Run {
    pub store: Store,
    pub lease: Lease,
    draining: watch::Receiver<bool>,
}

impl Run {
    pub fn tenant(&self) -> TenantId {
        self.lease.tenant
    }

    /// Whether the process wants to end: store the state and hand the job back.
    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// A transaction in the job's tenant.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn tx(&self) -> Result<TenantTx, StoreError> {
        self.store.tenant(self.lease.tenant).await
    }

    /// A transaction in the job's tenant for a step that is merely repeated when it is lost: see
    /// [`Store::tenant_bulk`].
    ///
    /// # Errors
    /// When the database is away.
    pub async fn bulk_tx(&self) -> Result<TenantTx, StoreError> {
        self.store.tenant_bulk(self.lease.tenant).await
    }

    /// Takes the job up: marks it running and reads it.
    ///
    /// # Errors
    /// [`StoreError::StaleLease`].
    pub async fn take_up(&self) -> Result<JobRecord, StoreError> {
        let mut tx = self.tx().await?;
        let job = jobs::take_up(&mut tx, &self.lease).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// Gives the job back as it was stored last, to go on at once wherever there is a worker.
    ///
    /// # Errors
    /// [`StoreError::StaleLease`].
    pub async fn hand_back(&self, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let mut tx = self.tx().await?;
        jobs::hand_back(&mut tx, &self.lease, at).await?;
        tx.commit().await
    }
}

/// Tells a runner in this process that there is new work, so that it need not wait for its next look.
#[derive(Clone, Default)]
pub struct Handle(Arc<Notify>);

impl Handle {
    /// Call it after the transaction that enqueued the job has committed.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Claims and drives jobs until it is told to stop.
pub struct Runner {
    store: Store,
    config: RunnerConfig,
    workflows: HashMap<&'static str, Arc<dyn Workflow>>,
    handle: Handle,
    worker: Uuid,
}

impl Runner {
    pub fn new(store: Store, config: RunnerConfig) -> Self {
        let workflows = HashMap::new();
        Self { store, config, workflows, handle: Handle::default(), worker: Uuid::now_v7() }
    }

    #[must_use]
    pub fn with(mut self, workflow: impl Workflow + 'static) -> Self {
        self.workflows.insert(workflow.kind(), Arc::new(workflow));
        self
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Runs until `shutdown` is done, then gives every job back within [`RunnerConfig::drain`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let kinds: Vec<&'static str> = self.workflows.keys().copied().collect();
        let (drain, draining) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut served: Option<TenantId> = None;
        let mut shutdown = std::pin::pin!(shutdown);
        tracing::info!(worker = %self.worker, slots = self.config.slots, "the runner has started");
        loop {
            let free = running.len() < self.config.slots;
            let claimed = if free { self.claim(&kinds, served).await } else { None };
            if let Some(lease) = claimed {
                served = Some(lease.tenant);
                let workflow = self.workflows[lease.kind.as_str()].clone();
                let run = Run { store: self.store.clone(), lease, draining: draining.clone() };
                running.spawn(claimed::drive(workflow, run, self.config));
                // A stop is not kept waiting by a long queue.
                if is_done(shutdown.as_mut()).await {
                    break;
                }
                continue;
            }
            tokio::select! {
                () = &mut shutdown => break,
                // A slot is free again.
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = self.handle.0.notified(), if free => {}
                () = tokio::time::sleep(self.config.poll), if free => {}
            }
        }
        tracing::info!(running = running.len(), "the runner gives its jobs back");
        // Every drive sees it, and ends within the time to drain.
        let _ = drain.send(true);
        while running.join_next().await.is_some() {}
        tracing::info!("the runner has stopped");
    }

    async fn claim(&self, kinds: &[&str], served: Option<TenantId>) -> Option<Lease> {
        match jobs::claim(&self.store, self.worker, kinds, self.config.lease, served).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(%error, "looking for work failed");
                None
            }
        }
    }
}

async fn is_done(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
    futures::poll!(future).is_ready()
}
