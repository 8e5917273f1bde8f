//! The database a command works with: the one it was given, or a private one in the data folder.

use store::{
    Store, StoreConfig, StoreError,
    private_postgres::{PrivatePostgres, PrivatePostgresError, PrivatePostgresOptions},
};

use super::exit::{Exit, Failure};
use crate::{
    config::{Config, Database, prepare_data_dir},
    server::Secret,
};

/// Holds the private server, if there is one, for as long as it lives.
pub struct Opened {
    app_url: Secret,
    owner_url: Option<Secret>,
    private: Option<PrivatePostgres>,
}

/// Starts or finds the database.
///
/// # Errors
/// One line with what to do: the folder, the missing PostgreSQL, the server that does not start.
pub async fn open(config: &Config) -> Result<Opened, Failure> {
    match &config.database {
        Database::Given { url, owner_url } => {
            Ok(Opened { app_url: url.clone(), owner_url: owner_url.clone(), private: None })
        }
        Database::Embedded => {
            let server = start_private(config).await?;
            Ok(Opened {
                app_url: Secret::new(server.app_url()),
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
pub(super) async fn recreate(config: &Config) -> Result<(), Failure> {
    start_private(config).await?.recreate_database().await.map_err(told)
}

async fn start_private(config: &Config) -> Result<PrivatePostgres, Failure> {
    prepare_data_dir(&config.data_dir)?;
    PrivatePostgres::start(PrivatePostgresOptions::new(config.data_dir.join("postgres"))).await.map_err(told)
}

fn told(error: PrivatePostgresError) -> Failure {
    let exit = match error {
        PrivatePostgresError::Start(..) | PrivatePostgresError::Connect(_) => Exit::Unavailable,
        _ => Exit::Usage,
    };
    Failure::new(exit, error)
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
        store::migrate(owner.expose()).await.map_err(|error| Failure::new(Exit::Unavailable, error))
    }

    /// The store, under the role that serves.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn store(&self) -> Result<Store, Failure> {
        let connected = Store::connect(&StoreConfig::for_calls(self.app_url.expose())).await;
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
