//! A database for each test: cloned from a template that was migrated once, dropped afterwards.
//!
//! All test processes of a run share one private server in `<target>/test-postgres`. It is found again through its
//! postmaster.pid, and stops by itself half a minute after its last user is gone; who does not want to wait sends
//! SIGINT to the pid in the first line of `<target>/test-postgres/data/postmaster.pid`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tenancy::TenantId;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::private_postgres::{PrivatePostgres, PrivatePostgresOptions};
use crate::{Store, StoreConfig, migrate};

const LINGER_SECONDS: u32 = 30;
const TEMPLATE: &str = concat!("fairlead_template_", env!("FAIRLEAD_MIGRATIONS_HASH"));
static COUNT: AtomicU64 = AtomicU64::new(0);

/// One test's own database, empty but for the schema.
pub struct TestDatabase {
    server: PrivatePostgres,
    name: String,
}

impl TestDatabase {
    /// # Panics
    /// When there is no PostgreSQL to be had, with what to do about it.
    pub async fn start() -> Self {
        let folder = target_folder().join("test-postgres");
        let options = PrivatePostgresOptions {
            throwaway: true,
            linger_seconds: LINGER_SECONDS,
            ..PrivatePostgresOptions::new(folder)
        };
        let server = PrivatePostgres::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let this = Self { server, name };
        let admin = this.administrator().await;
        this.make_template(&admin).await;
        // A killed test of the same pid may have left its own.
        run(&admin, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", this.name)).await;
        run(&admin, &format!("CREATE DATABASE {} TEMPLATE {TEMPLATE} OWNER fairlead_owner", this.name)).await;
        this
    }

    /// The store on this database, as the application.
    ///
    /// # Panics
    /// When it cannot connect.
    pub async fn store(&self) -> Store {
        Store::connect(&StoreConfig::new(self.app_url())).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn app_url(&self) -> String {
        self.server.url("fairlead_app", &self.name)
    }

    pub fn owner_url(&self) -> String {
        self.server.url("fairlead_owner", &self.name)
    }

    /// For looking at, and breaking, what the application cannot.
    pub fn superuser_url(&self) -> String {
        self.server.url("postgres", &self.name)
    }

    /// A connection that no wall stops: for arranging, checking and sabotage.
    ///
    /// # Panics
    /// When it cannot connect.
    pub async fn superuser(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.superuser_url()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What only the owner of everything could do.
    ///
    /// # Panics
    /// When the statements fail.
    pub async fn execute(&self, sql: &str) {
        self.superuser().await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The one text that a query answers with, whatever walls there are.
    ///
    /// # Panics
    /// When it is not one text.
    pub async fn text(&self, sql: &str) -> String {
        let client = connect(&self.superuser_url()).await;
        client.query_one(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}")).get(0)
    }

    /// A tenant to put rows in, made directly in the tables.
    ///
    /// # Panics
    /// When the slug is taken.
    pub async fn tenant(&self, slug: &str) -> TenantId {
        let id = Uuid::now_v7();
        let sql = format!(
            "INSERT INTO tenant_directory (tenant_id, slug) VALUES ('{id}', '{slug}'); \
             INSERT INTO tenants (tenant_id, name) VALUES ('{id}', '{slug}')"
        );
        self.superuser().await.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{error}"));
        TenantId(id)
    }

    async fn administrator(&self) -> Client {
        connect(&self.server.superuser_url("postgres")).await
    }

    async fn make_template(&self, admin: &Client) {
        let exists = "SELECT 1 FROM pg_database WHERE datname = $1";
        if admin.query_opt(exists, &[&TEMPLATE]).await.expect("the catalogue can be read").is_some() {
            return;
        }
        let path = self.server.folder().join("template.lock");
        let lock = File::create(path).expect("the server's folder is writable");
        let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
        let _locked = lock.await.expect("locking does not panic").expect("files can be locked");
        if admin.query_opt(exists, &[&TEMPLATE]).await.expect("the catalogue can be read").is_some() {
            return;
        }
        drop_old(admin).await;
        run(admin, "CREATE DATABASE template_in_the_making OWNER fairlead_owner").await;
        let url = self.server.url("fairlead_owner", "template_in_the_making");
        migrate(&url).await.unwrap_or_else(|error| panic!("{error}"));
        run(admin, &format!("ALTER DATABASE template_in_the_making RENAME TO {TEMPLATE}")).await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let url = self.server.superuser_url("postgres");
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The test's own runtime may be going down or single-threaded: another thread, another runtime.
        let dropping = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async { run(&connect(&url).await, &sql).await });
        });
        let _ = dropping.join();
    }
}

/// Templates of other schemas, and databases of tests that were killed.
async fn drop_old(admin: &Client) {
    let old = "SELECT datname FROM pg_database WHERE datname LIKE 'fairlead\\_template\\_%' \
               OR datname LIKE 'test\\_%' OR datname = 'template_in_the_making'";
    for row in admin.query(old, &[]).await.expect("the catalogue can be read") {
        let name: String = row.get(0);
        run(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the private server answers");
    tokio::spawn(connection);
    client
}

async fn run(client: &Client, sql: &str) {
    client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => dir.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
    }
}
