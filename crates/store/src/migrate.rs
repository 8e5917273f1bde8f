//! Brings the database's schema to this program's version, under the owner's role.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{LoginRefused, StoreError, login::log_in};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");
/// Two programs that start at once must not migrate at once; any number that nobody else uses.
const LOCK: i64 = 0x6661_6972_6c65_6164;
const TRIES: u32 = 20;

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(transparent)]
    Login(#[from] LoginRefused),
    #[error(
        "there is no role fairlead_app to grant rights to: \
         CREATE ROLE fairlead_app LOGIN PASSWORD '…' NOBYPASSRLS, then migrate again"
    )]
    NoApplicationRole,
    #[error("the database has migrations this program does not know ({}): it is newer than this program", .0.join(", "))]
    UnknownVersions(Vec<String>),
    #[error("a migration failed and was rolled back: {0}")]
    Failed(String),
}

/// Runs what is missing, oldest first, each in its own transaction. Answers with the versions that were run.
///
/// # Errors
/// See [`MigrateError`]. A migration that waits for a lock longer than its `lock_timeout` is tried again.
pub async fn migrate(owner_url: &str) -> Result<Vec<String>, MigrateError> {
    log_in(owner_url).await?;
    let url = owner_url.to_owned();
    // diesel's migrations are blocking; the wrapper drives the async connection on this thread.
    tokio::task::spawn_blocking(move || migrate_blocking(&url))
        .await
        .map_err(|error| MigrateError::Failed(error.to_string()))?
}

fn migrate_blocking(url: &str) -> Result<Vec<String>, MigrateError> {
    let failed = |error: &dyn std::fmt::Display| MigrateError::Failed(error.to_string());
    let mut conn =
        AsyncConnectionWrapper::<AsyncPgConnection>::establish(url).map_err(|error| failed(&error))?;
    refuse_without_application_role(&mut conn)?;
    // Held until the connection closes.
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).map_err(|error| failed(&error))?;
    let applied = conn.applied_migrations().map_err(|error| failed(&error))?;
    let known = known_versions();
    let unknown: Vec<_> = applied.iter().map(ToString::to_string).filter(|v| !known.contains(v)).collect();
    if !unknown.is_empty() {
        return Err(MigrateError::UnknownVersions(unknown));
    }
    let mut done = Vec::new();
    for migration in conn.pending_migrations(MIGRATIONS).map_err(|error| failed(&error))? {
        run_one(&mut conn, &*migration)?;
        done.push(migration.name().to_string());
    }
    conn.batch_execute("GRANT SELECT ON __diesel_schema_migrations TO fairlead_app")
        .map_err(|error| failed(&error))?;
    Ok(done)
}

/// The migrations grant rights to it; that it is missing would be told by the first of them, in the database's words.
fn refuse_without_application_role(
    conn: &mut AsyncConnectionWrapper<AsyncPgConnection>,
) -> Result<(), MigrateError> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        there: bool,
    }
    let asked = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fairlead_app') AS there";
    let answer: Answer = diesel::RunQueryDsl::get_result(diesel::sql_query(asked), conn)
        .map_err(|error: diesel::result::Error| MigrateError::Failed(error.to_string()))?;
    if answer.there { Ok(()) } else { Err(MigrateError::NoApplicationRole) }
}

fn run_one(
    conn: &mut AsyncConnectionWrapper<AsyncPgConnection>,
    migration: &dyn Migration<Pg>,
) -> Result<(), MigrateError> {
    for attempt in 1.. {
        match conn.run_migration(migration) {
            Ok(_) => return Ok(()),
            Err(error) if attempt < TRIES && error.to_string().contains("lock timeout") => {
                tracing::warn!(migration = %migration.name(), attempt, "a migration waits for a lock, trying again");
                std::thread::sleep(Duration::from_millis(250));
            }
            Err(error) => return Err(MigrateError::Failed(format!("{}: {error}", migration.name()))),
        }
    }
    unreachable!("the loop ends by returning")
}

/// Refuses a database that is behind or ahead of this program.
pub(crate) async fn refuse_other_version(conn: &mut AsyncPgConnection) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let versions = diesel::sql_query("SELECT version::text AS version FROM __diesel_schema_migrations");
    let applied: Vec<Applied> = versions.load(conn).await.map_err(|error| match StoreError::from(error) {
        // The table is not there: never migrated.
        StoreError::Bug => StoreError::SchemaMismatch,
        other => other,
    })?;
    let applied: BTreeSet<_> = applied.into_iter().map(|row| row.version).collect();
    if applied == known_versions() {
        return Ok(());
    }
    tracing::error!(
        applied = applied.len(),
        known = known_versions().len(),
        "the schema does not fit this program: run `fairlead migrate`, or the program that made it"
    );
    Err(StoreError::SchemaMismatch)
}

fn known_versions() -> BTreeSet<String> {
    migrations().iter().map(|migration| migration.name().version().to_string()).collect()
}

fn migrations() -> Vec<Box<dyn Migration<Pg>>> {
    MIGRATIONS.migrations().expect("embedded migrations were read when this was compiled")
}
