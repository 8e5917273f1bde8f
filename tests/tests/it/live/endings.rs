use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Tenant, TestApp};

use super::{Watching, holds, record};

/// Watches, ends the rights by that statement, and answers how long it took until the last word.
async fn ended_by(app: &TestApp, tenant: &Tenant, who: &str, method: &str, statement: &str) -> Duration {
    let mut watching = Watching::begin(tenant.with(who), method, json!({})).await;
    watching.next().await.unwrap();
    app.rows().run(statement).await;
    let begun = Instant::now();
    let error = loop {
        match watching.next().await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error["data"]["code"], "FORBIDDEN", "{error}");
    assert_eq!(error["data"]["reason"], "rights_ended", "{error}");
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_end_in_any_way_end_the_watch_within_a_second_though_nothing_else_changes() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let ada = api::sample::ADMIN_ID.0;
    for (who, method, statement) in [
        ("viewer", "account.list", "UPDATE api_keys SET revoked_at = now() WHERE name LIKE 'viewer%'".to_owned()),
        ("manager", "account.list", "UPDATE api_keys SET expires_at = now() WHERE name LIKE 'manager%'".to_owned()),
        ("viewer session", "account.list", "UPDATE sessions SET revoked_at = now() WHERE user_id IN (SELECT id FROM users WHERE email LIKE 'vera.%')".to_owned()),
        (
            "manager session",
            "account.list",
            "UPDATE memberships SET status = 'suspended' WHERE role = 'manager'".to_owned(),
        ),
        ("admin session", "audit.list", format!("UPDATE memberships SET role = 'viewer' WHERE user_id = '{ada}'")),
        ("admin", "account.list", "UPDATE tenant_directory SET status = 'suspended'".to_owned()),
    ] {
        let took = ended_by(&app, &ours, who, method, &statement).await;
        assert!(took < Duration::from_secs(1), "{statement}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_revoked_over_the_api_sees_nothing_of_what_comes_after() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let key = ours.viewer().call_raw("session.current", &json!({})).await.result()["actor"]["id"].clone();
    let mut watching = Watching::begin(ours.viewer(), "activity.list", json!({})).await;
    watching.next().await.unwrap();
    let mut other = Watching::begin(ours.with("viewer session"), "activity.list", json!({})).await;
    other.next().await.unwrap();
    ours.admin().call_raw("apiKey.revoke", &json!({ "apiKeyId": key })).await.result();
    record(&ours, ours.admin(), "too late").await;
    let error = watching.next().await.expect_err("the first thing to come is the end");
    assert_eq!(error["data"]["reason"], "rights_ended", "{error}");
    // Who shared the question goes on.
    other.until(holds("too late")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_still_allows_it_goes_on_with_a_reset() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut watching = Watching::begin(ours.admin(), "activity.list", json!({})).await;
    watching.next().await.unwrap();
    let ada = api::sample::ADMIN_ID.0;
    app.rows().run(&format!("UPDATE memberships SET role = 'viewer' WHERE user_id = '{ada}'")).await;
    watching.next().await.unwrap();
    assert_eq!(watching.kinds, ["result", "reset", "result"]);
    record(&ours, ours.manager(), "as a viewer").await;
    watching.until(holds("as a viewer")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_goes_away_ends_the_watch_as_a_call_would_be_answered() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let connector = tests::own_id(ours.number, api::sample::NEW_CONNECTOR_ID.0);
    let params = json!({ "method": "connector.getStatus", "params": { "connectorId": connector } });
    let refused = ours.viewer().socket().await.subscribe("live.watch", &params).await;
    let called = ours.viewer().call_raw("connector.getStatus", &params["params"]).await;
    assert_eq!((refused.code(), refused.reason()), (called.code(), called.reason()));
    assert_eq!(refused.json["error"]["data"]["path"], "connector.getStatus");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped_and_can_resume() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let question = json!({ "method": "activity.list", "params": { "pageSize": 10 } });
    let mut slow = Watching::on(ours.viewer().narrow_socket().await, question.clone()).await;
    slow.next().await.unwrap();
    let mut quick = Watching::on(ours.viewer().socket().await, question.clone()).await;
    quick.next().await.unwrap();
    // Much for the line that nobody reads, little for one that somebody does.
    let long = "x".repeat(3_000);
    for n in 0..400 {
        let subject = format!("{n} {}", &long[..(n % 50 + 1) * 9]);
        let params = json!({
            "type": "page_view", "personId": tests::own_id(ours.number, api::sample::PERSON_ID.0),
            "occurredAt": "2026-03-02T09:00:00Z", "subject": subject, "properties": { "long": long },
        });
        ours.manager().call_raw("activity.record", &params).await.result();
        quick.until(holds(&subject)).await;
    }
    let error = loop {
        match slow.next().await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(
        (&error["data"]["reason"], &error["data"]["retryable"]),
        (&json!("too_slow"), &json!(true)),
        "{error}"
    );
    assert_eq!(error["data"]["details"]["seq"], json!(slow.folded.seq()), "{error}");
    let mut resumed = question;
    resumed["resume"] = json!(slow.folded.seq());
    let mut again = Watching::on(ours.viewer().socket().await, resumed).await;
    again.folded = slow.folded;
    while again.folded.state() != quick.folded.state() {
        again.next().await.unwrap();
    }
}
