//! What the demo remembers between starts, beside the private database: enough to find its own work again, and to put the
//! stand-in where the last start left it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use api::types::ConnectorId;
use chrono::{DateTime, SubsecRound, Utc};
use sandbox::salesforce::Mutation;
use serde::{Deserialize, Serialize};

use super::super::{
    database,
    exit::{Exit, Failure},
};
use crate::config::{Config, Database, in_words, prepare_data_dir};

/// Kept as `demo.json`, readable by its owner only: it holds the key of the demo organization.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DemoState {
    /// The "now" at which the stand-in's data ends. Kept, so that its records are the same at each start.
    pub(super) data_ends_at: DateTime<Utc>,
    pub(super) scale: f64,
    pub(super) crm_port: Option<u16>,
    pub(super) api_key: Option<String>,
    pub(super) connector_id: Option<ConnectorId>,
    /// What was changed in the stand-in since, oldest first.
    pub(super) mutations: Vec<Mutation>,
}

impl DemoState {
    /// What the last start left, or a beginning. `scale` is what was asked for.
    pub(super) fn load(config: &Config, scale: Option<f64>) -> Result<Self, Failure> {
        let place = path(config);
        let state = match fs::read(&place) {
            Ok(bytes) => serde_json::from_slice::<DemoState>(&bytes).map_err(|_| {
                let problem = "is damaged, or of another version of the demo: start over with --fresh";
                Failure::new(Exit::Usage, format!("{} {problem}", place.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::beginning(scale.unwrap_or(1.0)),
            Err(error) => return Err(unusable("read", config, &error)),
        };
        match scale {
            Some(asked) if asked != state.scale => {
                let problem = format!("the demo's records here were made with --scale {}", state.scale);
                Err(Failure::new(Exit::Usage, format!("{problem}: start over with --fresh")))
            }
            _ => Ok(state),
        }
    }

    fn beginning(scale: f64) -> Self {
        DemoState {
            data_ends_at: Utc::now().trunc_subsecs(0),
            scale,
            crm_port: None,
            api_key: None,
            connector_id: None,
            mutations: Vec::new(),
        }
    }

    /// Whole or not at all: a start that is killed meanwhile leaves the notes of before.
    pub(super) fn save(&self, config: &Config) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(self).expect("plain data always serializes");
        let (place, draft) = (path(config), path(config).with_extension("json.new"));
        let written = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&draft, &place)
        };
        written().map_err(|error| unusable("write", config, &error))
    }

    /// Notes down what will be changed in the stand-in: other records than at the starts before.
    pub(super) fn next_mutation(&mut self) -> Mutation {
        let mutation = Mutation { seed: self.mutations.len() as u64 + 1, at: Utc::now().trunc_subsecs(0) };
        self.mutations.push(mutation);
        mutation
    }
}

/// The data folder, held for one demo until this is dropped or the process ends, however it ends.
pub(super) struct Claim {
    _locked: File,
}

/// # Errors
/// When another demo has the folder.
pub(super) fn claim(config: &Config) -> Result<Claim, Failure> {
    prepare_data_dir(&config.data_dir)?;
    let place = config.data_dir.join("demo.lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&place);
    let mut file = opened.map_err(|error| unusable("open", config, &error))?;
    match file.try_lock() {
        Ok(()) => {
            // Only to be named by whoever comes second; the lock is what counts.
            let noted = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            noted.map_err(|error| unusable("write", config, &error))?;
            Ok(Claim { _locked: file })
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).ok();
            Err(Failure::new(
                Exit::Conflict,
                format!(
                    "another demo (process {holder}) has the data folder {}: use that one or stop it, or give this \
                     one a folder of its own with --data-dir and a port with --listen",
                    config.data_dir.display()
                ),
            ))
        }
        Err(TryLockError::Error(error)) => Err(unusable("lock", config, &error)),
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
    database::recreate(&config.data_dir).await?;
    match fs::remove_file(path(config)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable("remove", config, &error)),
        _ => Ok(()),
    }
}

fn unusable(act: &str, config: &Config, error: &io::Error) -> Failure {
    let (folder, words) = (config.data_dir.display(), in_words(error));
    Failure::new(Exit::Usage, format!("cannot {act} the demo's notes in {folder}: {words}"))
}

fn path(config: &Config) -> PathBuf {
    config.data_dir.join("demo.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    fn config(name: &str) -> Config {
        let folder = std::env::temp_dir().join(format!("fairlead-demo-{}-{name}", std::process::id()));
        fs::remove_dir_all(&folder).ok();
        Config::load(&Overrides { data_dir: Some(folder), ..Default::default() }).unwrap()
    }

    #[test]
    fn a_second_demo_on_the_same_folder_is_told_who_has_it() {
        let config = config("claim");
        let first = claim(&config).unwrap();
        let refused = claim(&config).map(|_| ()).unwrap_err();
        assert_eq!(refused.exit, Exit::Conflict);
        let process = format!("process {}", std::process::id());
        assert!(refused.message.contains(&process) && refused.message.contains("--data-dir"), "{refused}");
        assert!(!refused.message.contains('\n'), "{refused}");
        drop(first);
        claim(&config).map(|_| ()).unwrap();
        fs::remove_dir_all(&config.data_dir).unwrap();
    }

    #[test]
    fn what_was_changed_in_the_stand_in_is_remembered_and_notes_of_another_shape_are_not_guessed_at() {
        let config = config("state");
        let mut state = DemoState::load(&config, Some(0.5)).unwrap();
        let made = [state.next_mutation(), state.next_mutation()];
        assert_ne!(made[0].seed, made[1].seed);
        state.save(&config).unwrap();
        let again = DemoState::load(&config, None).unwrap();
        assert_eq!((again.mutations, again.scale), (made.to_vec(), 0.5));
        assert_eq!(again.data_ends_at, state.data_ends_at);

        let other = DemoState::load(&config, Some(1.0)).map(|_| ()).unwrap_err();
        assert!(other.message.contains("--fresh"), "{other}");
        fs::write(path(&config), "{\"mutations\":3}").unwrap();
        let damaged = DemoState::load(&config, None).map(|_| ()).unwrap_err();
        assert!(damaged.exit == Exit::Usage && damaged.message.contains("--fresh"), "{damaged}");
        fs::remove_dir_all(&config.data_dir).unwrap();
    }
}
