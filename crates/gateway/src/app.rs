//! From settings to a running application: database, store, keys, vendors, methods, worker. `serve`, `demo` and the tests put
//! the same parts together here, and nowhere else.

use std::{num::NonZeroU32, sync::Arc};

use store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use workflows::{
    Runner, RunnerConfig, group::GroupingWorkflow, schedule::ScheduledSyncWorkflow, score::ScoringWorkflow,
    sync::SyncWorkflow,
};

use crate::{
    cli::{
        Exit, Failure,
        database::{self, Opened},
        told_to_stop,
    },
    config::Config,
    host::{CallQuota, Gateway, OutsideIssuers, Secrets, document},
    server::Parts,
    vault::Vault,
    vendors::Vendors,
};

/// Everything but the sockets.
pub struct Application {
    config: Config,
    store: Store,
    vendors: Vendors,
    vault: Arc<Vault>,
    gateway: Arc<Gateway>,
    /// Waits here until it is started; its handle is with the gateway.
    runner: Option<Runner>,
    worker: Option<JoinHandle<()>>,
    stopping: CancellationToken,
    /// Last, so that a private database outlives everything that uses it.
    database: Opened,
}

impl Application {
    /// Opens the database, brings a private one to this program's version, and puts the parts together. Nothing runs yet.
    ///
    /// # Errors
    /// One line with what to do: a database that is away, or not migrated, or given under the wrong role.
    pub async fn open(config: Config) -> Result<Self, Failure> {
        // Made from every method's types, which takes a moment; the database takes longer.
        let document = tokio::task::spawn_blocking(document);
        let database = database::open(&config.database, &config.data_dir).await?;
        if database.is_private() {
            database.migrate().await?;
        }
        let store = database.store().await?;
        document.await.map_err(|error| Failure::new(Exit::Internal, error))?;
        Self::with(config, database, store)
    }

    fn with(config: Config, database: Opened, store: Store) -> Result<Self, Failure> {
        let secrets = Secrets::of(&config);
        let vendors = Vendors::new(&config);
        let for_work = store.for_work().map_err(|error| Failure::new(Exit::Internal, error))?;
        let runner = Runner::new(for_work, RunnerConfig::default());
        let gateway = Gateway::new(store.clone(), secrets, quota(&config))
            .trusting(OutsideIssuers::new(&config.outside_issuers))
            .reaching(vendors.clone())
            .waking(runner.handle());
        let vault = gateway.vault.clone();
        let runner = runner
            .with(SyncWorkflow::new(vendors.services(vault.clone())))
            .with(ScheduledSyncWorkflow)
            .with(ScoringWorkflow)
            .with(GroupingWorkflow);
        Ok(Application {
            config,
            store,
            vendors,
            vault,
            gateway: Arc::new(gateway),
            runner: Some(runner),
            worker: None,
            stopping: CancellationToken::new(),
            database,
        })
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    pub fn vendors(&self) -> &Vendors {
        &self.vendors
    }

    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    pub fn database(&self) -> &Opened {
        &self.database
    }

    /// What a server needs to answer every method.
    ///
    /// # Errors
    /// When two methods share a name.
    pub fn parts(&self) -> Result<Parts, Failure> {
        let methods =
            api::mount(self.gateway.clone()).map_err(|error| Failure::new(Exit::Internal, error))?;
        let store = self.store.clone();
        Ok(Parts {
            methods,
            document: document().text.clone(),
            limits: self.config.limits.clone(),
            origins: self.config.origins.clone(),
            proxies: self.config.trusted_proxies.clone(),
            probe: Arc::new(move || {
                let store = store.clone();
                Box::pin(async move { store.health().await.is_ok() })
            }),
        })
    }

    /// Starts the worker in this process. It stops with [`Application::stop`], or by the signal that stops the process, beside
    /// the calls under way.
    pub fn start_worker(&mut self) {
        if let Some(runner) = self.runner.take() {
            let stopping = self.stopping.clone();
            let told = async move {
                tokio::select! {
                    () = stopping.cancelled() => {}
                    () = told_to_stop() => {}
                }
            };
            self.worker = Some(tokio::spawn(runner.run(told)));
        }
    }

    /// Ends in order: the worker gives its jobs back, then the connections are closed, then a private database stops.
    pub async fn stop(self) {
        self.stopping.cancel();
        if let Some(worker) = self.worker
            && worker.await.is_err()
        {
            tracing::error!("the worker broke off; its jobs go on elsewhere when their leases are over");
        }
        self.store.close();
        drop(self.database);
    }
}

/// Of one principal as much as of one address; a tenant's callers together some times that.
fn quota(config: &Config) -> CallQuota {
    let per_principal = NonZeroU32::new(config.limits.calls_per_second).unwrap_or(NonZeroU32::MIN);
    CallQuota { per_principal, per_tenant: per_principal.saturating_mul(SHARE) }
}

const SHARE: NonZeroU32 = NonZeroU32::new(4).expect("four is not zero");
