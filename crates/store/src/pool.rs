//! The way to a connection: a transaction that has entered one tenant, or one that has entered none.
//!
//! Nothing here knows what the tables mean. `TenantTx` and `SystemTx` give out their connection only inside this
//! crate, so that every statement is in the store and none runs without having said for whom.

use std::time::Duration;

use deadpool::managed::{Object, PoolError, QueueMode, Timeouts};
use diesel::connection::{TransactionDepthChange, TransactionManagerStatus};
use diesel::sql_types::Bool;
use diesel::{ConnectionError, ConnectionResult, QueryableByName};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
};
use futures::{FutureExt, future::BoxFuture};
use tenancy::TenantId;
use tokio::time::timeout;

use crate::{
    ClientScope, StoreError, Topics,
    changes::{self, Changes, Marks},
    migrate,
};

pub(crate) type Connection = AsyncPgConnection;
type Manager = AsyncDieselConnectionManager<Connection>;
type Pool = deadpool::managed::Pool<Manager>;

/// How long a caller waits for a connection and its BEGIN before it is told that the database is away.
pub const WAIT: Duration = Duration::from_secs(2);

/// How to reach the database.
#[derive(Clone)]
pub struct StoreConfig {
    /// Of the application's role, never of the owner's.
    pub url: String,
    /// Connections for work; the health check has one more of its own.
    pub max_connections: usize,
    /// Beyond this a statement is cancelled.
    pub statement_timeout: Duration,
}

impl StoreConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: 16, statement_timeout: Duration::from_secs(30) }
    }

    /// For many short calls. More connections than keep the processors busy make them slower: each is a process of
    /// PostgreSQL's with caches of its own, and they push each other out of the processors'.
    pub fn for_calls(url: impl Into<String>) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self { max_connections: (2 * processors).max(4), ..Self::new(url) }
    }
}

/// The database, as the application may use it.
#[derive(Clone)]
pub struct Store {
    work: Pool,
    health: Pool,
    changes: Changes,
}

/// Why a transaction is opened outside of any tenant. Such a transaction sees the global tables only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemReason {
    /// Finding out who is calling, and for which tenant.
    SignIn,
    /// Giving a new organization its place in the directory.
    CreateTenant,
    /// Looking for work that is due, over all tenants.
    ClaimJobs,
    /// Whether the database answers, and as what.
    Health,
    /// What an operator asks for on the command line.
    Operator,
}

impl Store {
    /// Connects, and refuses a role that could get around row security and a schema of another version.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::UnsafeRole`] or [`StoreError::SchemaMismatch`].
    pub async fn connect(config: &StoreConfig) -> Result<Self, StoreError> {
        let store = Self {
            work: pool(config, config.max_connections)?,
            health: pool(config, 1)?,
            changes: Changes::new(config.clone()),
        };
        store.refuse_unsafe_role().await?;
        let mut tx = store.system(SystemReason::Health).await?;
        migrate::refuse_other_version(tx.conn()).await?;
        tx.commit().await?;
        Ok(store)
    }

    /// The same database through connections of its own, for work that keeps them long: calls do not wait for it.
    ///
    /// # Errors
    /// [`StoreError::Bug`] when the pool cannot be built.
    pub fn for_work(&self) -> Result<Self, StoreError> {
        let config = StoreConfig::new(&self.changes.config().url);
        Ok(Self { work: pool(&config, config.max_connections)?, ..self.clone() })
    }

    /// A transaction that sees and writes one tenant's rows and the global tables. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no connection within [`WAIT`].
    pub async fn tenant(&self, tenant: TenantId) -> Result<TenantTx, StoreError> {
        let tx = Tx::begin(&self.work, &begin(tenant)).await?;
        Ok(self.entered(tx, tenant))
    }

    /// As [`tenant`](Self::tenant), with the answer to a first question, in the same round trip.
    pub(crate) async fn tenant_asking<T: Send>(
        &self,
        tenant: TenantId,
        question: impl for<'a> Fn(&'a Connection) -> BoxFuture<'a, Result<T, StoreError>> + Sync,
    ) -> Result<(TenantTx, T), StoreError> {
        let (tx, answer) = Tx::begin_asking(&self.work, &begin(tenant), question).await?;
        Ok((self.entered(tx, tenant), answer))
    }

    /// A tenant's transaction for a page of many rows, whose loss repeats the page and nothing else.
    ///
    /// Its commit does not wait for the disk: what it wrote and where to go on from there are lost together or not at
    /// all, and a later commit that does wait takes everything before it to the disk, too. So it is not for what
    /// somebody is told about.
    ///
    /// # Errors
    /// As for [`tenant`](Self::tenant).
    pub async fn tenant_bulk(&self, tenant: TenantId) -> Result<TenantTx, StoreError> {
        let tx = Tx::begin(&self.work, &format!("{}{BULK}", begin(tenant))).await?;
        Ok(self.entered(tx, tenant))
    }

    fn entered(&self, tx: Tx, tenant: TenantId) -> TenantTx {
        let (marks, changes) = (Marks::default(), self.changes.clone());
        TenantTx { tx, tenant, clients: ClientScope::All, marks, changes }
    }

    /// A transaction that sees the global tables only: row security shows it nobody's rows.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no connection within [`WAIT`].
    pub async fn system(&self, reason: SystemReason) -> Result<SystemTx, StoreError> {
        tracing::trace!(?reason, "system transaction");
        let pool = if reason == SystemReason::Health { &self.health } else { &self.work };
        Ok(SystemTx { tx: Tx::begin(pool, "BEGIN").await? })
    }

    /// Whether the database answers now. Has its own connection, so that a full pool does not look like a dead
    /// database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not, within [`WAIT`].
    pub async fn health(&self) -> Result<(), StoreError> {
        let ask = async {
            let mut tx = self.system(SystemReason::Health).await?;
            diesel::sql_query("SELECT 1").execute(tx.conn()).await?;
            tx.commit().await
        };
        timeout(WAIT, ask).await.map_err(|_| StoreError::Unavailable)?.map_err(|_| StoreError::Unavailable)
    }

    /// What is changed, here and by other processes.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Connections of the working pool: open, idle, and callers waiting.
    pub fn pool_status(&self) -> PoolStatus {
        let status = self.work.status();
        PoolStatus { open: status.size, idle: status.available, waiting: status.waiting }
    }

    /// A connection is closed instead of kept when the program ends or the database is to be dropped.
    pub fn close(&self) {
        self.work.close();
        self.health.close();
    }

    async fn refuse_unsafe_role(&self) -> Result<(), StoreError> {
        #[derive(QueryableByName)]
        struct Role {
            #[diesel(sql_type = Bool)]
            superuser: bool,
            #[diesel(sql_type = Bool)]
            bypasses_rls: bool,
            #[diesel(sql_type = Bool)]
            owns_tables: bool,
            #[diesel(sql_type = Bool)]
            may_truncate: bool,
        }
        let mut tx = self.system(SystemReason::Health).await?;
        let role: Role = diesel::sql_query(
            "SELECT r.rolsuper AS superuser, r.rolbypassrls AS bypasses_rls, \
               EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace \
                       AND pg_has_role(current_user, c.relowner, 'member')) AS owns_tables, \
               EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
                       AND has_table_privilege(current_user, c.oid, 'TRUNCATE')) AS may_truncate \
             FROM pg_roles r WHERE r.rolname = current_user",
        )
        .get_result(tx.conn())
        .await?;
        tx.commit().await?;
        let refused = [
            (role.superuser, "it is a superuser"),
            (role.bypasses_rls, "it has BYPASSRLS"),
            (role.owns_tables, "it owns tables, or is a member of the role that does"),
            (role.may_truncate, "it may TRUNCATE"),
        ];
        match refused.into_iter().find(|(refused, _)| *refused) {
            None => Ok(()),
            Some((_, why)) => {
                tracing::error!(why, "the database role is refused: use fairlead_app's URL, not the owner's");
                Err(StoreError::UnsafeRole)
            }
        }
    }
}

/// How busy the pool is.
#[derive(Clone, Copy, Debug)]
pub struct PoolStatus {
    pub open: usize,
    pub idle: usize,
    pub waiting: usize,
}

/// One tenant's transaction. Ends with [`commit`](Self::commit) or [`rollback`](Self::rollback); dropped without
/// either, as when a caller went away, its connection is closed and the server rolls back.
pub struct TenantTx {
    tx: Tx,
    tenant: TenantId,
    clients: ClientScope,
    marks: Marks,
    changes: Changes,
}

impl TenantTx {
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The clients this transaction is for: all of the tenant's, until a limited member's rights are read in it.
    pub fn clients(&self) -> &ClientScope {
        &self.clients
    }

    pub(crate) fn set_clients(&mut self, clients: ClientScope) {
        self.clients = clients;
    }

    /// # Errors
    /// When the database refused or could not be reached; then nothing is known to be written.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        changes::mark(&mut self).await?;
        self.tx.end(End::Commit).await?;
        if let Some((topics, id)) = self.marks.to_publish() {
            self.changes.publish(self.tenant, topics, id);
        }
        Ok(())
    }

    /// Says what this transaction changes, for those who look at it: they are told once it is committed.
    pub fn changes(&mut self, topics: impl Into<Topics>) {
        self.marks.add(topics.into());
    }

    pub(crate) fn marks(&mut self) -> &mut Marks {
        &mut self.marks
    }

    /// Undoes everything and keeps the connection; cheaper than dropping.
    ///
    /// # Errors
    /// When the database could not be reached; it has rolled back by itself then.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.tx.end(End::Rollback).await
    }

    pub(crate) fn conn(&mut self) -> &mut Connection {
        self.tx.conn()
    }
}

/// A transaction outside of any tenant; ends as [`TenantTx`] does.
pub struct SystemTx {
    tx: Tx,
}

impl SystemTx {
    /// # Errors
    /// As for [`TenantTx::commit`].
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.end(End::Commit).await
    }

    /// # Errors
    /// As for [`TenantTx::rollback`].
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.tx.end(End::Rollback).await
    }

    pub(crate) fn conn(&mut self) -> &mut Connection {
        self.tx.conn()
    }
}

enum End {
    Commit,
    Rollback,
}

struct Tx {
    /// Some until the transaction has ended.
    connection: Option<Object<Manager>>,
}

impl Tx {
    async fn begin(pool: &Pool, sql: &str) -> Result<Self, StoreError> {
        let (tx, ()) = Self::begin_asking(pool, sql, |_| futures::future::ready(Ok(())).boxed()).await?;
        Ok(tx)
    }

    /// The question goes out behind the BEGIN without waiting for its answer; PostgreSQL answers in order.
    async fn begin_asking<T: Send>(
        pool: &Pool,
        sql: &str,
        question: impl for<'a> Fn(&'a Connection) -> BoxFuture<'a, Result<T, StoreError>> + Sync,
    ) -> Result<(Self, T), StoreError> {
        let begun = async {
            loop {
                let mut tx =
                    Self { connection: Some(pool.get().await.map_err(|error| no_connection(&error))?) };
                let shared: &Connection = tx.conn();
                let (begun, answer) = futures::join!(begin_on(shared, sql), question(shared));
                match begun {
                    Ok(()) => {
                        note_begun(tx.conn())?;
                        return Ok((tx, answer?));
                    }
                    // The server went away while this connection was idle; another one may be fresh.
                    Err(StoreError::Unavailable) => drop(tx),
                    Err(other) => return Err(other),
                }
            }
        };
        timeout(WAIT, begun).await.unwrap_or(Err(StoreError::Unavailable))
    }

    fn conn(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a transaction has its connection until it ends")
    }

    async fn end(mut self, end: End) -> Result<(), StoreError> {
        let connection = self.conn();
        let ended = match end {
            End::Commit => AnsiTransactionManager::commit_transaction(connection).await,
            End::Rollback => AnsiTransactionManager::rollback_transaction(connection).await,
        };
        ended?;
        // Only now may it go back to the pool.
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Tx {
    /// A query may still be under way and locks may be held, so the connection is closed, not returned.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// Formatted from a UUID, so there is nothing to inject; binds are not possible in this statement.
fn begin(tenant: TenantId) -> String {
    format!("BEGIN; SET LOCAL app.tenant_id = '{}'", tenant.0.as_hyphenated())
}

async fn begin_on(mut connection: &Connection, sql: &str) -> Result<(), StoreError> {
    Ok(connection.batch_execute(sql).await?)
}

/// What diesel's own way of beginning does once BEGIN is answered; it does not let a question go out beside it.
fn note_begun(connection: &mut Connection) -> Result<(), StoreError> {
    match AnsiTransactionManager::transaction_manager_status_mut(connection) {
        TransactionManagerStatus::Valid(status) => {
            Ok(status.change_transaction_depth(TransactionDepthChange::IncreaseDepth)?)
        }
        TransactionManagerStatus::InError => Err(StoreError::Unavailable),
    }
}

fn no_connection(error: &PoolError<diesel_async::pooled_connection::PoolError>) -> StoreError {
    tracing::warn!(%error, "no connection to the database");
    StoreError::Unavailable
}

fn pool(config: &StoreConfig, size: usize) -> Result<Pool, StoreError> {
    let mut manager = ManagerConfig::default();
    // The default asks SELECT 1 at each checkout, a round trip more on every call.
    manager.recycling_method = RecyclingMethod::Fast;
    let statement_timeout = config.statement_timeout;
    manager.custom_setup = Box::new(move |url| establish(url.to_owned(), statement_timeout).boxed());
    let limits = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
    Pool::builder(Manager::new_with_config(&config.url, manager))
        .max_size(size)
        // The one used last is the warmest.
        .queue_mode(QueueMode::Lifo)
        .timeouts(limits)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| {
            tracing::error!(%error, "the pool could not be built");
            StoreError::Bug
        })
}

/// Looking 2,000 keys up by index is cheaper than walking a table wherever the index is in memory; the default of 4,
/// made for turning disks, walks it.
const PLANNER: &str = "-c random_page_cost=1.1 -c jit=off";

/// A page names its rows by key, thousands at once, in tables that grow faster than their statistics: the keys decide
/// the plan, not the statistics. (Planning anew each time would help as well, but also plan the check of every single
/// foreign key anew.)
const BULK: &str = "; SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off; \
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// What each connection is opened with, as PostgreSQL's own programs take it from `PGOPTIONS`.
pub fn connection_options(statement_timeout: Duration) -> String {
    let milliseconds = statement_timeout.as_millis();
    format!(
        "-c statement_timeout={milliseconds} -c idle_in_transaction_session_timeout=30000 \
         -c client_min_messages=warning {PLANNER}"
    )
}

/// Opens one connection with its time limits in the start-up packet.
pub(crate) async fn establish(url: String, statement_timeout: Duration) -> ConnectionResult<Connection> {
    let bad = |error: tokio_postgres::Error| ConnectionError::BadConnection(error.to_string());
    let mut settings: tokio_postgres::Config = url
        .parse()
        .map_err(|error: tokio_postgres::Error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
    let options = connection_options(statement_timeout);
    settings.connect_timeout(WAIT).application_name("fairlead").options(options);
    let (client, connection) = settings.connect(tokio_postgres::NoTls).await.map_err(bad)?;
    Connection::try_from_client_and_connection(client, connection).await
}
