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
use store::testing::TestDatabase;
use tests::{Caller, Reply, serve_on};
use tokio::{
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinSet,
};

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

/// A line to a database that can be frozen: then it accepts, and never answers.
struct Line {
    url: String,
    frozen: watch::Sender<bool>,
    _carrying: JoinSet<()>,
}

impl Line {
    async fn to(database: &TestDatabase) -> Line {
        let url = url::Url::parse(&database.app_url()).unwrap();
        let (_, folder) = url.query_pairs().find(|(name, _)| name == "host").unwrap();
        let socket = PathBuf::from(folder.into_owned()).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgresql://fairlead_app@{}{}", listener.local_addr().unwrap(), url.path());
        let (frozen, look) = watch::channel(false);
        let mut carrying = JoinSet::new();
        carrying.spawn(async move {
            let mut lines = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                lines.spawn(carry(near, socket.clone(), look.clone()));
            }
        });
        Line { url, frozen, _carrying: carrying }
    }
}

async fn carry(mut near: TcpStream, socket: PathBuf, mut frozen: watch::Receiver<bool>) {
    let mut far = UnixStream::connect(socket).await.unwrap();
    tokio::select! {
        biased;
        _ = frozen.wait_for(|it| *it) => {}
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
    }
    // Both ends stay open.
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_waits_once_for_a_database_that_never_answers_and_so_do_calls_at_once() {
    let database = TestDatabase::start().await;
    let line = Line::to(&database).await;
    let salesforce =
        Salesforce::start(SalesforceOptions { scale: 0.01, ..SalesforceOptions::default() }).await.unwrap();
    let (application, server) = serve_on(&line.url, &salesforce).await;
    let new = NewOrganization { name: "Example", slug: "example", admin_email: "ada@example.org" };
    let organization = provision::create_organization(application.store(), &new)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let admin = Caller::at(server.local_addr(), Some(organization.api_key.expose().to_owned()));
    let mut socket = admin.socket().await;
    admin.call_raw("session.current", &json!({})).await.result();

    line.frozen.send_replace(true);
    let unavailable = |reply: &Reply| {
        assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text);
        assert_eq!(reply.json["error"]["data"]["retryable"], true);
    };
    let begun = Instant::now();
    unavailable(&admin.call_raw("session.current", &json!({})).await);
    let one_wait = begun.elapsed();
    let mut calls = vec![("account.list", json!({})); 9];
    calls.push(("apiKey.create", json!({ "name": "never made", "role": "viewer" })));
    for over_socket in [false, true] {
        let begun = Instant::now();
        let replies = if over_socket { socket.batch(&calls).await } else { admin.batch(&calls).await };
        assert_eq!(replies.len(), calls.len());
        replies.iter().for_each(unavailable);
        assert!(begun.elapsed() < 2 * one_wait, "{:?}, and one alone {one_wait:?}", begun.elapsed());
    }
    let begun = Instant::now();
    // Such as go together; their params are not looked at before they are admitted.
    let at_once = (0..16).map(|_| admin.call_raw("weeklyMetric.upsert", &calls[0].1));
    futures::future::join_all(at_once).await.iter().for_each(unavailable);
    assert!(begun.elapsed() < one_wait + SLACK, "{:?}, and one alone {one_wait:?}", begun.elapsed());
    drop((line, server));
    application.stop().await;
}
