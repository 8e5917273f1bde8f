//! Which database, and under which roles: all that a command needs which works on the database alone.

use std::path::PathBuf;

use super::{ConfigRefused, Log, Overrides, Written, refused};
use crate::server::Secret;

/// The settings of a command that opens no socket and no secret, such as `migrate`. What else is written, wrong or missing,
/// does not concern it.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    pub database: Database,
    /// Where a private database lives.
    pub data_dir: PathBuf,
    pub log: Log,
}

#[derive(Debug, Clone)]
pub enum Database {
    /// A private PostgreSQL below `data_dir`, started by us.
    Embedded,
    /// Roles for serving and, where this process migrates, for owning the schema. Never none of them.
    Given { url: Option<Secret>, owner_url: Option<Secret> },
}

impl DatabaseConfig {
    /// # Errors
    /// The first setting that is wrong, of those that matter here.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigRefused> {
        Self::check(&Written::read(overrides)?, overrides)
    }

    pub(super) fn check(written: &Written, overrides: &Overrides) -> Result<Self, ConfigRefused> {
        let url = overrides.database_url.as_ref().or(written.database_url.as_ref());
        Ok(DatabaseConfig {
            database: Database::given(url, written.database_owner_url.as_ref())?,
            data_dir: overrides.data_dir.clone().unwrap_or_else(|| written.data_dir.clone()),
            log: written.log()?,
        })
    }
}

impl Database {
    fn given(url: Option<&String>, owner_url: Option<&String>) -> Result<Self, ConfigRefused> {
        let url = url.filter(|it| !it.is_empty()).map(|it| address("database_url", it)).transpose()?;
        let owner_url =
            owner_url.filter(|it| !it.is_empty()).map(|it| address("database_owner_url", it)).transpose()?;
        Ok(match (&url, &owner_url) {
            (None, None) => Database::Embedded,
            _ => Database::Given { url, owner_url },
        })
    }

    /// The owner alone can migrate, but must not serve.
    pub(super) fn refuse_without_serving_role(&self) -> Result<(), ConfigRefused> {
        match self {
            Database::Given { url: None, .. } => Err(refused(
                "database_url",
                "must be set beside database_owner_url: it is the one that serves",
            )),
            _ => Ok(()),
        }
    }
}

/// The address holds a password: it is never repeated.
fn address(setting: &str, text: &str) -> Result<Secret, ConfigRefused> {
    let ok = text.starts_with("postgres://") || text.starts_with("postgresql://") || text.contains("host=");
    if ok { Ok(Secret::new(text)) } else { Err(refused(setting, "must begin with postgres://")) }
}
