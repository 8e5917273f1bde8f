//! The database a command works with: the one it was given, or a private one in the data folder.

use std::path::Path;

use store::{
    LoginRefused, MigrateError, Store, StoreConfig, StoreError, log_in,
    private_postgres::{PrivatePostgres, PrivatePostgresError, PrivatePostgresOptions},
};

use super::exit::{Exit, Failure};
use crate::{
    config::{Database, prepare_data_dir},
    server::Secret,
};

/// Holds the private server, if there is one, for as long as it lives.
pub struct Opened {
    app_url: Option<Secret>,
    owner_url: Option<Secret>,
    private: Option<PrivatePostgres>,
}

/// Starts or finds the database. A private one is started again if it dies while it is held.
///
/// # Errors
/// One line with what to do: the folder, the missing PostgreSQL, the server that does not start.
pub async fn open(database: &Database, data_dir: &Path) -> Result<Opened, Failure> {
    match database {
        Database::Given { url, owner_url } => {
            Ok(Opened { app_url: url.clone(), owner_url: owner_url.clone(), private: None })
        }
        Database::Embedded => {
            let mut server = start_private(data_dir).await?;
            server.keep_alive();
            Ok(Opened {
                app_url: Some(Secret::new(server.app_url())),
                owner_url: Some(Secret::new(server.owner_url())),
                private: Some(server),
            })
        }
    }
}

/// Empties the private database. Somebody who uses it keeps it: then this is refused.
///
/// # Errors
/// As for [`open`].
pub(super) async fn recreate(data_dir: &Path) -> Result<(), Failure> {
    start_private(data_dir).await?.recreate_database().await.map_err(told)
}

async fn start_private(data_dir: &Path) -> Result<PrivatePostgres, Failure> {
    prepare_data_dir(data_dir)?;
    PrivatePostgres::start(PrivatePostgresOptions::new(data_dir.join("postgres"))).await.map_err(told)
}

fn told(error: PrivatePostgresError) -> Failure {
    let exit = match error {
        PrivatePostgresError::Start(..) | PrivatePostgresError::Connect(_) => Exit::Unavailable,
        PrivatePostgresError::InUse => Exit::Conflict,
        _ => Exit::Usage,
    };
    Failure::new(exit, error)
}

/// A login that was refused, by the setting that it came from.
fn not_let_in(setting: &str, refused: &LoginRefused) -> Failure {
    let exit = if refused.may_heal() { Exit::Unavailable } else { Exit::Usage };
    Failure::new(exit, format!("`{setting}`: {refused}"))
}

fn not_migrated(error: MigrateError) -> Failure {
    match error {
        MigrateError::Login(refused) => not_let_in("database_owner_url", &refused),
        MigrateError::NoApplicationRole => Failure::new(Exit::Usage, error),
        MigrateError::UnknownVersions(_) => {
            Failure::new(Exit::Usage, format!("{error}: use the program that made it, or a newer one"))
        }
        MigrateError::Failed(_) => Failure::new(Exit::Internal, error),
    }
}

impl Opened {
    /// Whether it is a private one of ours, which nobody else migrates.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Whether this process can bring the schema up to date: it has the owner's address.
    pub fn can_migrate(&self) -> bool {
        self.owner_url.is_some()
    }

    /// Brings the schema to this program's version. Answers with the migrations that were run.
    ///
    /// # Errors
    /// Without the owner's address, or when a migration fails.
    pub async fn migrate(&self) -> Result<Vec<String>, Failure> {
        let owner = self.owner_url.as_ref().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "configuration: `database_owner_url`: must be set to migrate a given database",
            )
        })?;
        store::migrate(owner.expose()).await.map_err(not_migrated)
    }

    /// The store, under the role that serves.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn store(&self) -> Result<Store, Failure> {
        let url = self.app_url.as_ref().ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "configuration: `database_url`: must be set to work on a given database",
            )
        })?;
        if !self.is_private() {
            log_in(url.expose()).await.map_err(|refused| not_let_in("database_url", &refused))?;
        }
        let connected = Store::connect(&StoreConfig::for_calls(url.expose())).await;
        connected.map_err(|error| match error {
            StoreError::SchemaMismatch => Failure::new(
                Exit::Usage,
                format!("{error}: run `fairlead migrate`, or the program that made it"),
            ),
            StoreError::UnsafeRole => {
                let advice =
                    "`database_url` must be of the role fairlead_app, not of the owner or a superuser";
                Failure::new(Exit::Usage, format!("{error}: {advice}"))
            }
            _ => {
                Failure::new(Exit::Unavailable, format!("{error}; is PostgreSQL running at `database_url`?"))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use store::testing::TestDatabase;

    use super::*;

    fn given(url: Option<String>, owner_url: Option<String>) -> Database {
        Database::Given { url: url.map(Secret::new), owner_url: owner_url.map(Secret::new) }
    }

    async fn refused(database: Database) -> Failure {
        let opened = open(&database, Path::new("/nowhere")).await.unwrap();
        let failure = match opened.can_migrate() {
            true => opened.migrate().await.map(|_| ()).unwrap_err(),
            false => opened.store().await.map(|_| ()).unwrap_err(),
        };
        assert!(!failure.message.contains('\n') && !failure.message.contains("os error"), "{failure}");
        failure
    }

    #[tokio::test]
    async fn each_way_not_to_get_at_the_database_names_its_setting_and_what_to_do() {
        let database = TestDatabase::start().await;
        let (app, owner) = (database.app_url(), database.owner_url());
        let away = || Some("postgres://a:b@127.0.0.1:1/d".to_owned());
        let nobody = app.replace("=fairlead_app", "=nobody_here");
        let cases = [
            (given(Some(nobody), None), Exit::Usage, "no role nobody_here"),
            (given(Some(database.superuser_url()), None), Exit::Usage, "superuser"),
            (given(away(), None), Exit::Unavailable, "127.0.0.1:1"),
            (given(None, Some(owner.replace("/test_", "/gone_"))), Exit::Usage, "no database gone_"),
            (given(None, away()), Exit::Unavailable, "127.0.0.1:1"),
        ];
        for (given, exit, words) in cases {
            let setting = match &given {
                Database::Given { url: Some(_), .. } => "`database_url`",
                _ => "`database_owner_url`",
            };
            let failure = refused(given).await;
            assert_eq!(failure.exit, exit, "{failure}");
            assert!(failure.message.contains(words) && failure.message.contains(setting), "{failure}");
        }
        // The owner's address is enough to migrate.
        open(&given(None, Some(owner)), Path::new("/nowhere")).await.unwrap().migrate().await.unwrap();
    }
}
