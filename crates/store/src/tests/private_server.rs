//! A private server starts, is shared, outlives nobody, and says in one line why it cannot.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::private_postgres::{PrivatePostgres, PrivatePostgresError, PrivatePostgresOptions};
use crate::{Store, StoreConfig, migrate};

/// Below the temporary folder, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fairlead-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn options(&self) -> PrivatePostgresOptions {
        PrivatePostgresOptions {
            throwaway: true,
            fetch: false,
            ..PrivatePostgresOptions::new(self.0.join("pg"))
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn an_existing_folder_starts_again_keeps_its_data_and_is_shared() {
    let scratch = Scratch::new("reuse");
    let first = PrivatePostgres::start(scratch.options()).await.unwrap();
    assert!(!migrate(&first.owner_url()).await.unwrap().is_empty());
    let second = PrivatePostgres::start(scratch.options()).await.unwrap();
    drop(first);
    Store::connect(&StoreConfig::new(second.app_url())).await.expect("the second user keeps the server up");
    drop(second);
    let pid_file = scratch.0.join("pg/data/postmaster.pid");
    assert!(!pid_file.exists(), "the last user stops the server");

    let again = PrivatePostgres::start(scratch.options()).await.unwrap();
    assert_eq!(migrate(&again.owner_url()).await.unwrap(), Vec::<String>::new());
    Store::connect(&StoreConfig::new(again.app_url())).await.unwrap();
}

#[tokio::test]
async fn a_server_whose_user_was_killed_stops_by_itself() {
    let scratch = Scratch::new("killed");
    let server = PrivatePostgres::start(scratch.options()).await.unwrap();
    // As a kill would leave it: the claim of a process that is no more, and nobody who runs the destructor.
    let users = scratch.0.join("pg/users");
    for claim in std::fs::read_dir(&users).unwrap() {
        std::fs::rename(claim.unwrap().path(), users.join("999999999.0")).unwrap();
    }
    std::mem::forget(server);
    let pid_file = scratch.0.join("pg/data/postmaster.pid");
    let until = Instant::now() + Duration::from_secs(15);
    while pid_file.exists() {
        assert!(Instant::now() < until, "the server still runs");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Kills it as nothing can be prepared for, and tells the pid it had.
fn kill_postmaster(scratch: &Scratch) -> String {
    let file = std::fs::read_to_string(scratch.0.join("pg/data/postmaster.pid")).unwrap();
    let pid = file.lines().next().unwrap().trim().to_owned();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    pid
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_is_started_again_by_whoever_looks_after_it() {
    let scratch = Scratch::new("revived");
    let mut first = PrivatePostgres::start(scratch.options()).await.unwrap();
    migrate(&first.owner_url()).await.unwrap();
    let store = Store::connect(&StoreConfig::new(first.app_url())).await.unwrap();
    first.keep_alive();
    // A second user did not start it, and needs it when the first one is gone.
    let mut second = PrivatePostgres::start(scratch.options()).await.unwrap();
    second.keep_alive();
    let mut first = Some(first);
    for round in 0..2 {
        let killed = kill_postmaster(&scratch);
        let until = Instant::now() + Duration::from_secs(30);
        while store.health().await.is_err() || kill_is_not_seen(&scratch, &killed) {
            assert!(Instant::now() < until, "round {round}: the server {killed} has no successor");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        drop(first.take());
    }
    store.close();
    drop(second);
    assert!(!scratch.0.join("pg/data/postmaster.pid").exists(), "the last user stops it");
}

fn kill_is_not_seen(scratch: &Scratch, killed: &str) -> bool {
    let file = std::fs::read_to_string(scratch.0.join("pg/data/postmaster.pid")).unwrap_or_default();
    file.lines().next().is_none_or(|pid| pid.trim() == killed)
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_gets_a_short_one() {
    let scratch = Scratch::new("deep");
    let options = PrivatePostgresOptions { folder: scratch.0.join("d".repeat(100)), ..scratch.options() };
    let server = PrivatePostgres::start(options).await.unwrap();
    migrate(&server.owner_url()).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named_in_one_line() {
    let scratch = Scratch::new("file");
    std::fs::write(scratch.0.join("pg"), "in the way").unwrap();
    let error = PrivatePostgres::start(scratch.options()).await.err().unwrap();
    assert!(matches!(error, PrivatePostgresError::Folder(..)), "{error}");
    let line = error.to_string();
    assert!(
        line.contains("/pg cannot be used") && line.contains("choose another") && !line.contains('\n'),
        "{line}"
    );
}

#[tokio::test]
async fn a_folder_below_a_closed_one_is_replaced_by_another_when_root_asks() {
    let scratch = Scratch::new("closed");
    std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    let server = PrivatePostgres::start(scratch.options()).await.unwrap();
    let folder = server.folder().to_owned();
    let moved = !folder.starts_with(&scratch.0);
    // Only root has to step down, and only then the folder is out of reach.
    assert_eq!(moved, server.superuser_url("x").contains("/var/lib/fairlead"));
    drop(server);
    if moved {
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
