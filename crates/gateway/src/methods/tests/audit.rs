//! The audit log: every mutation, done or refused, and nothing else.

use serde_json::{Value, json};
use tenancy::Role;

use super::bench;
use crate::bench::Bench;

async fn entries(bench: &Bench, params: Value) -> Vec<Value> {
    bench.script().ok("audit.list", params).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_mutation_leaves_one_row_that_says_who_what_and_how() {
    let bench = bench().await;
    let (user, _) = bench.new_member("max@acme.example", Role::Viewer).await;
    let admin = bench.signed_in("ada@acme.example").await;
    admin.ok("team.changeRole", json!({ "userId": user, "role": "manager" })).await;
    let rows = entries(&bench, json!({ "action": "team.changeRole" })).await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row["actor"], json!({ "kind": "user", "id": bench.admin, "name": "ada@acme.example" }));
    assert_eq!((&row["resource"], &row["resourceId"]), (&json!("team"), &json!(user)));
    assert_eq!(
        (&row["before"], &row["after"]),
        (&json!({ "role": "viewer" }), &json!({ "role": "manager" }))
    );
    assert_eq!((&row["outcome"], &row["reason"]), (&json!("done"), &json!(null)));
    assert_eq!(
        (&row["requestId"], &row["address"], &row["userAgent"]),
        (&json!("req-1"), &json!("127.0.0.1"), &json!("bench"))
    );
}

#[tokio::test]
async fn refused_mutations_are_written_down_with_the_reason_and_reads_are_not() {
    let bench = bench().await;
    let (user, viewer) = bench.new_member("vi@acme.example", Role::Viewer).await;
    viewer.call("apiKey.create", json!({ "name": "k", "role": "admin" })).await;
    viewer.call("apiKey.list", json!({})).await;
    bench.script().call("team.remove", json!({ "userId": bench.admin })).await;
    bench.script().call("team.remove", json!({ "user": 1 })).await;
    bench.stranger().call("team.remove", json!({ "userId": user })).await;
    let refused = entries(&bench, json!({ "outcome": "refused" })).await;
    let told: Vec<(&str, &str)> =
        refused.iter().map(|it| (it["action"].as_str().unwrap(), it["reason"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [("team.remove", "invalid_params"), ("team.remove", "last_admin"), ("apiKey.create", "role_too_low"),],
        "newest first; who is nobody leaves no row in anybody's log"
    );
    assert_eq!(refused[1]["resourceId"], json!(bench.admin), "a refusal names what it was about");
    let of_viewer = entries(&bench, json!({ "userId": user })).await;
    assert_eq!(of_viewer.len(), 1, "{of_viewer:?}");
}

#[tokio::test]
async fn the_history_of_one_thing_is_its_own_and_goes_on_page_by_page() {
    let bench = bench().await;
    for name in ["One", "Two", "Three"] {
        bench.script().ok("tenant.updateSettings", json!({ "name": name })).await;
    }
    let mut names = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let params =
            json!({ "resource": "tenant", "resourceId": bench.tenant, "pageSize": 2, "cursor": cursor });
        let page = bench.script().ok("audit.getByResource", params).await;
        names.extend(page["items"].as_array().unwrap().iter().map(|it| it["after"]["name"].clone()));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(names, ["Three", "Two", "One", "Acme"]);
    let none = json!({ "resource": "tenant", "resourceId": "no such thing" });
    assert_eq!(bench.script().ok("audit.getByResource", none).await["items"], json!([]));
}

#[tokio::test]
async fn a_span_of_time_has_its_first_instant_and_not_its_last() {
    let bench = bench().await;
    bench.script().ok("tenant.updateSettings", json!({ "name": "One" })).await;
    bench.script().ok("tenant.updateSettings", json!({ "name": "Two" })).await;
    let all = entries(&bench, json!({ "action": "tenant.updateSettings" })).await;
    let (two, one) = (&all[0]["at"], &all[1]["at"]);
    let only = entries(&bench, json!({ "action": "tenant.updateSettings", "from": one, "to": two })).await;
    assert!(only.len() <= 1 && only.iter().all(|it| it["after"]["name"] == "One"), "{only:?}");
    assert_eq!(entries(&bench, json!({ "from": "2999-01-01T00:00:00Z" })).await.len(), 0);
    assert_eq!(entries(&bench, json!({ "to": "2000-01-01T00:00:00Z" })).await.len(), 0);
}
