//! The same key, the same reply, one effect.

use serde_json::{Value, json};
use tenancy::Role;

use super::bench;
use crate::bench::{Bench, refusal};

async fn effects(bench: &Bench) -> Vec<Value> {
    let params = json!({ "action": "tenant.updateSettings", "outcome": "done" });
    bench.script().ok("audit.list", params).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_repeat_gets_the_same_bytes_and_does_nothing() {
    let bench = bench().await;
    let params = json!({ "name": "Acme One", "idempotencyKey": "k1" });
    let first = bench.script().raw("tenant.updateSettings", params.clone()).await;
    bench.script().ok("tenant.updateSettings", json!({ "name": "Acme Two" })).await;
    assert_eq!(bench.script().raw("tenant.updateSettings", params).await, first);
    assert_eq!(bench.script().ok("tenant.getCurrent", json!({})).await["name"], "Acme Two");
    assert_eq!(effects(&bench).await.len(), 2);
}

#[tokio::test]
async fn the_same_key_with_other_params_is_a_conflict() {
    let bench = bench().await;
    bench.script().ok("tenant.updateSettings", json!({ "name": "A", "idempotencyKey": "k" })).await;
    let other = json!({ "name": "B", "idempotencyKey": "k" });
    assert_eq!(
        bench.script().refused("tenant.updateSettings", other).await,
        refusal("CONFLICT", "idempotency_key_reused")
    );
    assert_eq!(bench.script().ok("tenant.getCurrent", json!({})).await["name"], "A");
}

#[tokio::test]
async fn a_key_is_the_callers_own() {
    let bench = bench().await;
    let admin = bench.signed_in("ada@acme.example").await;
    bench.script().ok("tenant.updateSettings", json!({ "name": "A", "idempotencyKey": "k" })).await;
    admin.ok("tenant.updateSettings", json!({ "name": "B", "idempotencyKey": "k" })).await;
    assert_eq!(admin.ok("tenant.getCurrent", json!({})).await["name"], "B");
}

#[tokio::test]
async fn a_refused_call_keeps_nothing_so_that_a_repeat_is_judged_anew() {
    let bench = bench().await;
    let user = bench.member("max@acme.example", Role::Viewer).await;
    bench.sabotage("UPDATE memberships SET status = 'suspended' WHERE role = 'viewer'").await;
    let params = json!({ "userId": user, "role": "manager", "idempotencyKey": "k" });
    assert_eq!(bench.script().refused("team.changeRole", params.clone()).await.1, "no_such_member");
    bench.sabotage("UPDATE memberships SET status = 'active'").await;
    assert_eq!(bench.script().ok("team.changeRole", params).await["role"], "manager");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_at_the_same_moment_have_one_effect_and_one_reply() {
    let bench = bench().await;
    for round in 0..5 {
        let params = json!({ "name": format!("Acme {round}"), "idempotencyKey": format!("k{round}") });
        let copies = (0..8).map(|_| {
            let (script, params) = (bench.script(), params.clone());
            tokio::spawn(async move { script.raw("tenant.updateSettings", params).await })
        });
        let replies = futures::future::join_all(copies).await;
        let replies: Vec<String> = replies.into_iter().map(Result::unwrap).collect();
        assert!(replies.iter().all(|it| *it == replies[0]), "{replies:?}");
        assert!(replies[0].contains(&format!("Acme {round}")), "{}", replies[0]);
    }
    assert_eq!(effects(&bench).await.len(), 5);
}
