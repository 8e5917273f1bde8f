//! API keys: shown once, rolled with an overlap, never told again.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use api::types::Timestamp;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tenancy::Role;

use super::bench;
use crate::bench::{Bench, refusal};

async fn create(bench: &Bench, name: &str) -> Value {
    bench.script().ok("apiKey.create", json!({ "name": name, "role": "manager" })).await
}

#[tokio::test]
async fn a_key_works_with_its_role_and_is_listed_without_its_secret() {
    let bench = bench().await;
    let admin = bench.signed_in("ada@acme.example").await;
    let made = admin.ok("apiKey.create", json!({ "name": "nightly", "role": "manager" })).await;
    let script = bench.with(made["secret"].as_str().unwrap());
    assert_eq!(script.ok("session.current", json!({})).await["role"], "manager");
    assert_eq!(script.refused("apiKey.list", json!({})).await, refusal("FORBIDDEN", "role_too_low"));
    let listed = admin.ok("apiKey.list", json!({ "includeTotal": true, "pageSize": 1 })).await;
    assert_eq!(listed["total"], 2);
    assert_eq!(listed["items"][0]["id"], made["apiKey"]["id"], "newest first");
    assert_eq!(listed["items"][0]["createdBy"]["name"], "ada@acme.example");
    assert!(!listed.to_string().contains("flk_"), "{listed}");
    let next = json!({ "pageSize": 1, "includeTotal": true, "cursor": listed["nextCursor"] });
    let rest = admin.ok("apiKey.list", next).await;
    assert_eq!((&rest["items"][0]["name"], &rest["nextCursor"]), (&json!("first key"), &json!(null)));
}

#[tokio::test]
async fn a_key_that_would_be_dead_at_birth_is_refused() {
    let bench = bench().await;
    let past = Timestamp(Utc::now() - TimeDelta::seconds(1));
    let params = json!({ "name": "k", "role": "viewer", "expiresAt": past });
    assert_eq!(
        bench.script().refused("apiKey.create", params).await,
        refusal("UNPROCESSABLE_CONTENT", "already_expired")
    );
}

#[tokio::test]
async fn a_rolled_key_and_its_successor_both_work_until_the_overlap_ends() {
    let bench = bench().await;
    let old = create(&bench, "nightly").await;
    let roll = |overlap: u32| json!({ "apiKeyId": old["apiKey"]["id"], "overlapSeconds": overlap });
    let rolled = bench.script().ok("apiKey.roll", roll(60)).await;
    assert_eq!(rolled["apiKey"]["rolledFrom"], old["apiKey"]["id"]);
    assert_eq!(
        (&rolled["apiKey"]["name"], &rolled["apiKey"]["role"]),
        (&json!("nightly"), &json!("manager"))
    );
    let (before, after) =
        (bench.with(old["secret"].as_str().unwrap()), bench.with(rolled["secret"].as_str().unwrap()));
    assert!(!before.is_unauthorized().await && !after.is_unauthorized().await);
    let end = rolled["previous"]["expiresAt"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!((end - Utc::now() - TimeDelta::seconds(60)).abs() < TimeDelta::seconds(20), "{rolled}");
    let longer = bench.script().ok("apiKey.roll", roll(3600)).await;
    assert_eq!(longer["previous"]["expiresAt"], rolled["previous"]["expiresAt"], "rolling prolongs nothing");
    bench.script().ok("apiKey.roll", roll(0)).await;
    assert!(before.is_unauthorized().await && !after.is_unauthorized().await);
    assert_eq!(
        bench.script().refused("apiKey.roll", roll(0)).await,
        refusal("PRECONDITION_FAILED", "api_key_ended")
    );
}

#[tokio::test]
async fn another_tenants_key_and_none_are_the_same() {
    let bench = bench().await;
    let other = bench.database.tenant("globex").await;
    let foreign = crate::provision::new_api_key().unwrap();
    let new = store::api_keys::NewApiKey {
        id: foreign.id(),
        name: "theirs",
        hash: foreign.hash(),
        ceiling: Role::Admin,
        created_by: None,
        expires_at: None,
        rolled_from: None,
    };
    let mut tx = bench.store().tenant(other).await.unwrap();
    store::api_keys::create_api_key(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    for method in ["apiKey.roll", "apiKey.revoke"] {
        let theirs = bench.script().raw(method, json!({ "apiKeyId": foreign.id() })).await;
        let none = bench.script().raw(method, json!({ "apiKeyId": uuid::Uuid::now_v7() })).await;
        assert_eq!(theirs, none);
        assert!(theirs.contains("no_such_api_key"), "{theirs}");
    }
    assert!(!bench.with(foreign.expose()).is_unauthorized().await, "theirs still works");
}

#[tokio::test]
async fn the_last_use_is_noted_beside_the_call_and_once_a_minute() {
    let bench = bench().await;
    let made = create(&bench, "k").await;
    let script = bench.with(made["secret"].as_str().unwrap());
    script.ok("session.current", json!({})).await;
    let mut noted = Value::Null;
    for _ in 0..100 {
        let listed = bench.script().ok("apiKey.list", json!({})).await;
        noted = listed["items"][0]["lastUsedAt"].clone();
        if !noted.is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(noted.is_string(), "the use was never noted");
    for _ in 0..5 {
        script.ok("session.current", json!({})).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let listed = bench.script().ok("apiKey.list", json!({})).await;
    assert_eq!(listed["items"][0]["lastUsedAt"], noted);
    let mut tx = bench.store().tenant(bench.tenant).await.unwrap();
    let id = tenancy::ApiKeyId(made["apiKey"]["id"].as_str().unwrap().parse().unwrap());
    store::api_keys::touch_api_key(&mut tx, id, Utc::now()).await.unwrap();
    let row = store::api_keys::get_api_key(&mut tx, id).await.unwrap();
    assert_eq!(json!(row.last_used_at.map(Timestamp)), noted, "the store itself notes once a minute");
    tx.commit().await.unwrap();
}

/// Everything that is logged, at the most talkative level an operator can ask for.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_and_no_address_reaches_the_log_or_the_audit_log() {
    let logged = Logged::default();
    let writer = logged.clone();
    // For the whole process and with the bridge from the older `log`, as the binary has it.
    let lines = tracing_subscriber::fmt().with_env_filter(crate::cli::log_filter("trace"));
    lines.with_ansi(false).with_writer(move || writer.clone()).try_init().unwrap();
    let bench = bench().await;
    let (user, viewer) = bench.new_member("vi.secret@acme.example", Role::Viewer).await;
    let made = create(&bench, "k").await;
    let rolled = bench.script().ok("apiKey.roll", json!({ "apiKeyId": made["apiKey"]["id"] })).await;
    viewer.ok("session.current", json!({})).await;
    bench.with(&format!("{}x", bench.key.expose())).is_unauthorized().await;
    bench.with("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.secretsignature").is_unauthorized().await;
    bench.script().ok("team.remove", json!({ "userId": user })).await;
    tracing::trace!("the end");
    let audit = bench.script().ok("audit.list", json!({ "pageSize": 100 })).await.to_string();
    let log = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("the end"), "the log was captured");
    assert!(audit.contains("apiKey.roll"), "{audit}");
    let secret_part = |text: &str| text.split('_').nth(2).unwrap().to_owned();
    for secret in [
        secret_part(bench.key.expose()),
        secret_part(made["secret"].as_str().unwrap()),
        secret_part(rolled["secret"].as_str().unwrap()),
        "secretsignature".to_owned(),
    ] {
        assert!(!log.contains(&secret) && !audit.contains(&secret), "{secret}");
    }
    assert!(!log.contains("vi.secret"), "no e-mail address in the log");
}
