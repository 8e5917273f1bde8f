//! Who gets in, and how soon a right that was taken is gone.

use api::types::Timestamp;
use chrono::{TimeDelta, Utc};
use serde_json::json;
use tenancy::Role;

use super::bench;
use crate::bench::refusal;

#[tokio::test]
async fn a_caller_learns_who_they_are_and_what_they_may_do() {
    let bench = bench().await;
    let by_key = bench.script().ok("session.current", json!({})).await;
    assert_eq!(by_key["organization"]["slug"], "acme");
    assert_eq!(by_key["organization"]["id"], json!(bench.tenant));
    assert_eq!((&by_key["actor"]["kind"], &by_key["role"]), (&json!("api_key"), &json!("admin")));
    assert_eq!((&by_key["email"], &by_key["sessionId"]), (&json!(null), &json!(null)));
    let (user, viewer) = bench.new_member("vi@acme.example", Role::Viewer).await;
    let by_session = viewer.ok("session.current", json!({})).await;
    assert_eq!(by_session["actor"], json!({ "kind": "user", "id": user, "name": "vi@acme.example" }));
    assert_eq!(by_session["email"], "vi@acme.example");
    assert!(by_session["sessionId"].is_string() && by_session["expiresAt"].is_string(), "{by_session}");
    let permissions: Vec<_> = by_session["permissions"].as_array().unwrap().clone();
    assert!(permissions.contains(&json!("read_scores")) && !permissions.contains(&json!("trigger_sync")));
    assert!(by_key["permissions"].as_array().unwrap().len() > permissions.len());
}

#[tokio::test]
async fn everything_that_speaks_for_nobody_gets_one_answer() {
    let bench = bench().await;
    let mistyped = mistyped(bench.key.expose());
    let nobodys = crate::provision::new_api_key().unwrap();
    let stranger = bench.stranger().raw("session.current", json!({})).await;
    for credential in ["", "garbage", "flk_", "eyJh.eyJh.c2ln", &mistyped, nobodys.expose()] {
        let reply = bench.with(credential).raw("session.current", json!({})).await;
        assert_eq!(reply, stranger, "{credential}");
    }
    assert!(stranger.contains("UNAUTHORIZED"), "{stranger}");
}

/// The key with another last character than it has.
fn mistyped(key: &str) -> String {
    let (head, last) = key.split_at(key.len() - 1);
    format!("{head}{}", if last == "a" { 'b' } else { 'a' })
}

#[tokio::test]
async fn a_mistyped_key_is_refused_before_any_query() {
    let bench = bench().await;
    bench.store().close();
    let mistyped = mistyped(bench.key.expose());
    assert!(bench.with(&mistyped).is_unauthorized().await);
    assert_eq!(
        bench.script().refused("session.current", json!({})).await,
        refusal("SERVICE_UNAVAILABLE", "database_unavailable"),
        "a key that could be one is asked for"
    );
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_its_next_call() {
    let bench = bench().await;
    let made = bench.script().ok("apiKey.create", json!({ "name": "k", "role": "viewer" })).await;
    let script = bench.with(made["secret"].as_str().unwrap());
    assert!(!script.is_unauthorized().await);
    let revoked = bench.script().ok("apiKey.revoke", json!({ "apiKeyId": made["apiKey"]["id"] })).await;
    assert_eq!(revoked["status"], "revoked");
    assert!(script.is_unauthorized().await);
    let again = bench.script().ok("apiKey.revoke", json!({ "apiKeyId": made["apiKey"]["id"] })).await;
    assert_eq!(again["revokedAt"], revoked["revokedAt"], "a second time changes nothing");
}

#[tokio::test]
async fn a_key_ends_by_itself() {
    let bench = bench().await;
    let end = Timestamp(Utc::now() + TimeDelta::hours(1));
    let params = json!({ "name": "k", "role": "viewer", "expiresAt": end });
    let made = bench.script().ok("apiKey.create", params).await;
    let script = bench.with(made["secret"].as_str().unwrap());
    assert_eq!(script.ok("session.current", json!({})).await["expiresAt"], json!(end));
    bench.sabotage("UPDATE api_keys SET expires_at = now() WHERE expires_at IS NOT NULL").await;
    assert!(script.is_unauthorized().await);
    let listed = bench.script().ok("apiKey.list", json!({ "status": "expired" })).await;
    assert_eq!(listed["items"][0]["id"], made["apiKey"]["id"]);
}

#[tokio::test]
async fn a_session_ends_with_the_membership_and_when_it_is_revoked() {
    let bench = bench().await;
    let (user, leaving) = bench.new_member("max@acme.example", Role::Viewer).await;
    let (_, ended) = bench.new_member("eve@acme.example", Role::Viewer).await;
    bench.signed_in("max@acme.example").await;
    assert!(!leaving.is_unauthorized().await && !ended.is_unauthorized().await);
    let removed = bench.script().ok("team.remove", json!({ "userId": user })).await;
    assert_eq!(removed["sessionsEnded"], 2);
    assert!(leaving.is_unauthorized().await);
    bench.sabotage("UPDATE sessions SET revoked_at = now()").await;
    assert!(ended.is_unauthorized().await);
}

#[tokio::test]
async fn a_suspended_organization_lets_nobody_in() {
    let bench = bench().await;
    let admin = bench.signed_in("ada@acme.example").await;
    assert!(!admin.is_unauthorized().await && !bench.script().is_unauthorized().await);
    bench.sabotage("UPDATE tenant_directory SET status = 'suspended'").await;
    assert!(admin.is_unauthorized().await && bench.script().is_unauthorized().await);
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more_and_a_change_binds_at_once() {
    let bench = bench().await;
    let (_, viewer) = bench.new_member("vi@acme.example", Role::Viewer).await;
    let (manager_id, manager) = bench.new_member("ma@acme.example", Role::Manager).await;
    let admin = bench.signed_in("ada@acme.example").await;
    for everyone in ["session.current", "tenant.getCurrent", "user.list", "team.list", "user.getRole"] {
        for caller in [&viewer, &manager, &admin] {
            caller.ok(everyone, json!({})).await;
        }
    }
    for (method, params) in [
        ("apiKey.list", json!({})),
        ("audit.list", json!({})),
        ("tenant.updateSettings", json!({ "name": "Acme" })),
        ("apiKey.create", json!({ "name": "k", "role": "viewer" })),
    ] {
        for caller in [&viewer, &manager] {
            // Params that are nonsense as well: a caller without the right learns nothing about them.
            assert_eq!(caller.refused(method, json!({ "x": 1 })).await, refusal("FORBIDDEN", "role_too_low"));
        }
        admin.ok(method, params).await;
    }
    admin.ok("team.changeRole", json!({ "userId": manager_id, "role": "admin" })).await;
    manager.ok("apiKey.list", json!({})).await;
    admin.ok("team.changeRole", json!({ "userId": manager_id, "role": "viewer" })).await;
    assert_eq!(manager.refused("apiKey.list", json!({})).await.0, "FORBIDDEN");
}

#[tokio::test]
async fn a_role_is_told_for_members_and_for_nobody_else() {
    let bench = bench().await;
    let other = bench.database.tenant("globex").await;
    let mut tx = bench.store().tenant(other).await.unwrap();
    let foreign = store::tenants::add_member(&mut tx, "g@globex.example", Role::Admin).await.unwrap();
    tx.commit().await.unwrap();
    let script = bench.script();
    let role = script.ok("user.getRole", json!({ "userId": bench.admin })).await;
    assert_eq!(role, json!({ "userId": bench.admin, "role": "admin" }));
    assert_eq!(script.ok("user.getRole", json!({})).await, json!({ "userId": null, "role": "admin" }));
    let random = uuid::Uuid::now_v7();
    for method in ["user.getRole", "team.remove"] {
        let theirs = script.raw(method, json!({ "userId": foreign })).await;
        assert_eq!(theirs, script.raw(method, json!({ "userId": random })).await, "{method}");
        assert!(theirs.contains("NOT_FOUND"), "{theirs}");
    }
}
