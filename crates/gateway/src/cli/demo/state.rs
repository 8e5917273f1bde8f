//! What the demo remembers between starts, beside the private database: enough to find its own work again.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use api::types::ConnectorId;
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use super::super::{
    database,
    exit::{Exit, Failure},
};
use crate::config::{Config, Database, prepare_data_dir};

/// Kept as `demo.json`, readable by its owner only: it holds the key of the demo organization.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DemoState {
    /// The "now" at which the stand-in's data ends. Kept, so that its records are the same at each start.
    pub(super) data_ends_at: DateTime<Utc>,
    pub(super) crm_port: Option<u16>,
    pub(super) api_key: Option<String>,
    pub(super) connector_id: Option<ConnectorId>,
    mutations: u64,
}

impl DemoState {
    pub(super) fn load(config: &Config) -> Result<Self, Failure> {
        prepare_data_dir(&config.data_dir)?;
        match fs::read(path(config)) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| {
                Failure::new(
                    Exit::Usage,
                    format!("{} is not readable as it should be: use --fresh", path(config).display()),
                )
            }),
            Err(_) => Ok(DemoState {
                data_ends_at: Utc::now().trunc_subsecs(0),
                crm_port: None,
                api_key: None,
                connector_id: None,
                mutations: 0,
            }),
        }
    }

    pub(super) fn save(&self, config: &Config) -> Result<(), Failure> {
        let place = path(config);
        let refused = |error| Failure::new(Exit::Usage, format!("cannot write {}: {error}", place.display()));
        let text = serde_json::to_vec_pretty(self).expect("plain data always serializes");
        let mut options = fs::OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(&place).map_err(refused)?;
        file.write_all(&text).map_err(refused)
    }

    /// Each start changes other records of the stand-in than the one before.
    pub(super) fn next_mutation(&mut self) -> u64 {
        self.mutations += 1;
        self.mutations
    }
}

/// Throws away what the demo made: its notes and what is in the private database. A given database is not ours.
pub(super) async fn forget(config: &Config) -> Result<(), Failure> {
    if !matches!(config.database, Database::Embedded) {
        return Err(Failure::new(
            Exit::Usage,
            "--fresh works on the private database only; drop yours by hand",
        ));
    }
    database::recreate(config).await?;
    match fs::remove_file(path(config)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(Exit::Usage, format!("cannot remove {}: {error}", path(config).display())))
        }
        _ => Ok(()),
    }
}

fn path(config: &Config) -> PathBuf {
    config.data_dir.join("demo.json")
}
