//! The database goes away under a running server, and comes back: calls fail soon and say so, nothing that was promised is
//! lost, and nobody has to lend a hand.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use gateway::provision::{self, NewOrganization};
use sandbox::{Salesforce, SalesforceOptions};
use serde_json::json;
use store::private_postgres::{PrivatePostgres, PrivatePostgresOptions};
use tests::{Caller, serve_on};

/// How long a call may take to say that the database is away.
const AT_MOST: Duration = Duration::from_secs(2);
/// What a busy machine may add to it.
const SLACK: Duration = Duration::from_secs(1);

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

async fn start(folder: &Path) -> PrivatePostgres {
    // Not a throwaway one: those may forget what they acknowledged.
    PrivatePostgres::start(PrivatePostgresOptions::new(folder))
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// What `pg_ctl stop -m immediate` does: no word to anybody, as in a crash.
fn stop_at_once(postgres: &PrivatePostgres) {
    let pid = std::fs::read_to_string(postgres.folder().join("data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().trim();
    assert!(Command::new("kill").args(["-QUIT", pid]).status().unwrap().success());
    let begun = Instant::now();
    while postgres.folder().join("data/postmaster.pid").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the server does not stop");
        std::thread::sleep(Duration::from_millis(10));
    }
}

async fn until_ready(caller: &Caller, ready: bool) -> Duration {
    let begun = Instant::now();
    loop {
        let (status, text) = caller.get("/health/ready").await;
        assert_eq!(text.contains("\"ready\":true"), status == 200, "{status} {text}");
        if (status == 200) == ready {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "ready is not {ready}: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_fails_calls_soon_and_heals_by_itself() {
    let folder = Folder(std::env::temp_dir().join(format!("fairlead-away-{}", std::process::id())));
    let mut postgres = start(&folder.0).await;
    store::migrate(&postgres.owner_url()).await.unwrap();
    let salesforce =
        Salesforce::start(SalesforceOptions { scale: 0.01, ..SalesforceOptions::default() }).await.unwrap();
    let (application, server) = serve_on(&postgres.app_url(), &salesforce).await;
    let new = NewOrganization { name: "Example", slug: "example", admin_email: "ada@example.org" };
    let organization = provision::create_organization(application.store(), &new)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let admin = Caller::at(server.local_addr(), Some(organization.api_key.expose().to_owned()));
    until_ready(&admin, true).await;

    let rounds = if std::env::var("FAIRLEAD_LONG_TESTS").is_ok_and(|it| !it.is_empty()) { 20 } else { 2 };
    let mut acknowledged = 0;
    for round in 0..rounds {
        let name = json!({ "name": format!("key {round}"), "role": "viewer" });
        admin.call_raw("apiKey.create", &name).await.result();
        acknowledged += 1;

        stop_at_once(&postgres);
        for method in ["session.current", "account.list", "session.current"] {
            let begun = Instant::now();
            let reply = admin.call_raw(method, &json!({})).await;
            assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text);
            assert_eq!(reply.json["error"]["data"]["retryable"], true);
            assert!(reply.json["error"]["data"]["retryAfterMs"].as_u64().is_some(), "{}", reply.text);
            assert!(begun.elapsed() < AT_MOST + SLACK, "{method} took {:?}", begun.elapsed());
        }
        let mutation = admin.call_raw("apiKey.create", &name).await;
        assert_eq!(mutation.code(), "SERVICE_UNAVAILABLE", "{}", mutation.text);
        until_ready(&admin, false).await;
        assert_eq!(admin.get("/health/live").await.0, 200, "the process itself is well");
        let health = admin.call_raw("system.health", &json!({})).await;
        assert_eq!(health.result()["database"], "unavailable");

        postgres = start(&folder.0).await;
        assert!(until_ready(&admin, true).await < Duration::from_secs(10));
        let keys = admin.call_raw("apiKey.list", &json!({ "pageSize": 100 })).await;
        let keys = keys.result()["items"].as_array().unwrap();
        let kept = keys.iter().filter(|it| it["name"].as_str().unwrap().starts_with("key ")).count();
        assert_eq!(kept, acknowledged, "what was acknowledged is there, and nothing else");
    }
    drop(server);
    application.stop().await;
}
