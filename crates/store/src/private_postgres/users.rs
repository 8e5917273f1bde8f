//! PostgreSQL refuses to run as root: as whom it runs then, and which folders that user can reach.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::PrivatePostgresError;
use super::find::output_of;

/// An unprivileged user to run the server as.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl User {
    /// `None` unless this process is root, else `postgres`, else `nobody`.
    pub(super) fn to_drop_to() -> Result<Option<Self>, PrivatePostgresError> {
        if id(&["-u"]) != Some(0) {
            return Ok(None);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self { uid: id(&["-u", name])?, gid: id(&["-g", name])? }))
            .map(Some)
            .ok_or(PrivatePostgresError::NoUnprivilegedUser)
    }

    /// Whether this user may enter every directory on the way to `path` that exists already.
    pub(super) fn can_reach(&self, path: &Path) -> bool {
        path.ancestors().filter_map(|dir| dir.metadata().ok()).filter(|meta| meta.is_dir()).all(|meta| {
            let bit = if meta.uid() == self.uid {
                0o100
            } else if meta.gid() == self.gid {
                0o010
            } else {
                0o001
            };
            meta.mode() & bit != 0
        })
    }
}

/// The folder itself, or when the user could not reach it, one of its own under /var/lib that goes with it.
pub(super) fn reachable(folder: &Path, user: Option<&User>) -> PathBuf {
    match user {
        Some(user) if !folder.parent().is_none_or(|parent| user.can_reach(parent)) => {
            let other = Path::new("/var/lib/fairlead").join(super::server::name_of(folder));
            tracing::warn!(
                asked = %folder.display(), used = %other.display(),
                "the server runs unprivileged and cannot reach the folder, so its data is elsewhere"
            );
            other
        }
        _ => folder.to_owned(),
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    output_of("id", arguments)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_below_a_closed_one_cannot_be_reached() {
        let closed = std::env::temp_dir().join(format!("fairlead-closed-{}", std::process::id()));
        std::fs::create_dir_all(closed.join("below")).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
        let stranger = User { uid: 4_000_000, gid: 4_000_000 };
        let reached = (stranger.can_reach(&std::env::temp_dir()), stranger.can_reach(&closed.join("below")));
        let moved = reachable(&closed.join("below/pg"), Some(&stranger));
        std::fs::remove_dir_all(&closed).unwrap();
        assert_eq!(reached, (true, false));
        assert!(moved.starts_with("/var/lib/fairlead"), "{}", moved.display());
    }
}
