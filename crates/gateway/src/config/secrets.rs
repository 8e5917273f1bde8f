//! Root keys: given by the operator, or made once and kept where only this user reads.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use tenancy::KeyRing;

use super::{ConfigRefused, in_words, prepare_data_dir, refused};
use crate::server::Secret;

const FILE: &str = "keys";

/// The text of a key ring that has been parsed once. The ring itself cannot be copied, so each user parses its own.
#[derive(Debug, Clone)]
pub struct Keys(Secret);

impl Keys {
    /// The parsed ring.
    pub fn ring(&self) -> KeyRing {
        self.0.expose().parse().expect("the text was parsed when it was taken in")
    }

    pub(super) fn given(text: &str) -> Result<Keys, ConfigRefused> {
        match text.parse::<KeyRing>() {
            Ok(_) => Ok(Keys(Secret::new(text))),
            Err(problem) => Err(refused("keys", problem)),
        }
    }

    /// The keys kept in the data folder; made at the first start. Losing the file loses what they sealed.
    pub(super) fn kept_in(data_dir: &Path) -> Result<Keys, ConfigRefused> {
        prepare_data_dir(data_dir)?;
        let path = data_dir.join(FILE);
        let unusable = |error: io::Error| {
            refused("data_dir", format!("{} cannot be used: {}", path.display(), in_words(&error)))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path).map_err(unusable)?,
            Err(error) => return Err(unusable(error)),
        };
        Keys::given(text.trim())
            .map_err(|it| refused("data_dir", format!("{} is damaged: {}", path.display(), it.problem)))
    }
}

fn make(path: &Path) -> io::Result<String> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|_| io::Error::other("the system gives no randomness"))?;
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("first:{text}");
    let mut options = OpenOptions::new();
    // New only: of two processes that start at once, the second must read what the first one wrote.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            writeln!(file, "{text}")?;
            file.sync_all()?;
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::thread::sleep(std::time::Duration::from_millis(100));
            fs::read_to_string(path)
        }
        Err(error) => Err(error),
    }
}

/// Makes the folder and proves it can be written. Its files guard themselves: the private database runs as
/// another user when we are root, and must be able to pass through.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)
}
