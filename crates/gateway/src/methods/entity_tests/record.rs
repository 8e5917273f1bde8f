//! The log grows and never changes: an activity is recorded once under its key, of people who exist, in the past.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tenancy::Role;

use super::{id, items, many, stranger};
use crate::bench::refusal;

fn visit(person: &str) -> Value {
    json!({
        "type": "event_attend",
        "personId": person,
        "occurredAt": "2026-02-03T04:05:06.789Z",
        "subject": "Visited the booth \u{1f44b}",
        "properties": { "event": "Vårmässan", "minutes": 12 },
    })
}

#[tokio::test]
async fn what_is_recorded_shows_as_it_was_said_with_its_channel_and_names() {
    let bench = many().await;
    let caller = bench.script();
    let person = id('b', 0, 1);
    let recorded = caller.ok("activity.record", visit(&person)).await;
    assert_eq!(recorded["channel"], "events");
    assert_eq!(recorded["occurredAt"], "2026-02-03T04:05:06.789Z");
    assert_eq!(recorded["person"]["id"], person);
    assert_eq!(recorded["account"]["id"], id('a', 0, 0), "the person's own, when none is named");
    assert_eq!(recorded["properties"], json!({ "event": "Vårmässan", "minutes": 12 }));
    assert_eq!((&recorded["connectorId"], &recorded["retractedAt"]), (&Value::Null, &Value::Null));
    let listed = caller.ok("activity.list", json!({ "personId": person })).await;
    assert_eq!(listed["items"], json!([recorded]));
    assert_eq!(caller.ok("activity.get", json!({ "activityId": recorded["id"] })).await, recorded);
    let other = json!({ "type": "Besuch vor Ort", "accountId": id('a', 0, 3), "occurredAt": "2026-02-03T00:00:00+01:00" });
    let other = caller.ok("activity.record", other).await;
    assert_eq!((other["channel"].as_str(), &other["person"]), (Some("other"), &Value::Null));
}

#[tokio::test]
async fn an_activity_that_was_taken_back_is_listed_only_on_request_and_shown_by_its_id_with_the_instant() {
    let bench = many().await;
    let caller = bench.script();
    let recorded = caller.ok("activity.record", visit(&id('b', 0, 1))).await;
    bench.database.execute("UPDATE activities SET retracted_at = now()").await;
    assert!(items(&caller.ok("activity.list", json!({})).await).is_empty());
    let shown = caller.ok("activity.get", json!({ "activityId": recorded["id"] })).await;
    assert!(shown["retractedAt"].is_string(), "{shown}");
    let listed = caller.ok("activity.list", json!({ "includeRetracted": true })).await;
    assert_eq!(listed["items"], json!([shown]));
}

#[tokio::test]
async fn a_repeat_under_its_key_is_one_activity_and_without_a_key_it_is_two() {
    let bench = many().await;
    let caller = bench.script();
    let person = id('b', 0, 1);
    let mut keyed = visit(&person);
    keyed["idempotencyKey"] = "k-1".into();
    let first = caller.raw("activity.record", keyed.clone()).await;
    assert!(!first.contains("error"), "{first}");
    assert_eq!(caller.raw("activity.record", keyed.clone()).await, first, "the same bytes");
    keyed["subject"] = "Another".into();
    assert_eq!(caller.refused("activity.record", keyed).await, refusal("CONFLICT", "idempotency_key_reused"));
    let count = async || items(&caller.ok("activity.list", json!({ "personId": person })).await).len();
    assert_eq!(count().await, 1);
    caller.ok("activity.record", visit(&person)).await;
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn who_does_not_exist_and_what_has_not_happened_is_refused_by_name_and_leaves_nothing() {
    let bench = many().await;
    stranger(&bench).await;
    bench
        .database
        .execute(&format!("UPDATE people SET deleted_at = now() WHERE id = '{}'", id('b', 0, 9)))
        .await;
    let caller = bench.script();
    let (person, nobody) = (id('b', 0, 1), "0197f3a0-0000-7000-8000-00000000dead");
    let with = |field: &str, value: Value| {
        let mut params = visit(&person);
        params[field] = value;
        params
    };
    let soon = (Utc::now() + TimeDelta::hours(23)).to_rfc3339();
    let later = (Utc::now() + TimeDelta::hours(25)).to_rfc3339();
    let table = [
        (with("personId", nobody.into()), "NOT_FOUND", "no_such_person"),
        (with("personId", id('b', 1, 1).into()), "NOT_FOUND", "no_such_person"),
        (with("personId", id('b', 0, 9).into()), "NOT_FOUND", "no_such_person"),
        (with("accountId", nobody.into()), "NOT_FOUND", "no_such_account"),
        (with("accountId", id('a', 1, 1).into()), "NOT_FOUND", "no_such_account"),
        (with("occurredAt", later.into()), "UNPROCESSABLE_CONTENT", "in_the_future"),
        (with("personId", Value::Null), "INVALID_PARAMS", "invalid_params"),
        (with("subject", "x".repeat(501).into()), "INVALID_PARAMS", "invalid_params"),
        (with("type", " ".into()), "INVALID_PARAMS", "invalid_params"),
    ];
    for (params, code, reason) in table {
        assert_eq!(
            caller.refused("activity.record", params.clone()).await,
            refusal(code, reason),
            "{params}"
        );
    }
    let both = json!({ "type": "page_view", "personId": nobody, "accountId": nobody, "occurredAt": "2026-02-03T04:05:06Z" });
    assert_eq!(caller.refused("activity.record", both).await.1, "no_such_person");
    assert!(items(&caller.ok("activity.list", json!({})).await).is_empty());
    caller.ok("activity.record", with("occurredAt", soon.into())).await;
}

#[tokio::test]
async fn a_viewer_reads_the_log_and_cannot_add_to_it() {
    let bench = many().await;
    let (_, eve) = bench.new_member("eve@acme.example", Role::Viewer).await;
    let refused = eve.refused("activity.record", visit(&id('b', 0, 1))).await;
    assert_eq!(refused, refusal("FORBIDDEN", "role_too_low"));
    let (_, max) = bench.new_member("max@acme.example", Role::Manager).await;
    max.ok("activity.record", visit(&id('b', 0, 1))).await;
    assert_eq!(items(&eve.ok("activity.list", json!({})).await).len(), 1);
}
