//! Who did what: one row for each mutation, done or refused, and none for looking.

use api::CATALOGUE;
use rpc::{Access, Effect};
use serde_json::{Value, json};
use tests::{AuditRow, Caller, Tenant, TestApp};

use crate::{calls, example};

async fn audited(
    app: &TestApp,
    caller: &Caller,
    method: &str,
    params: &Value,
) -> (tests::Reply, Vec<AuditRow>) {
    let end = app.rows().audit_end().await;
    let reply = caller.call_raw(method, params).await;
    (reply, app.rows().audited_since(end).await)
}

fn one_row(rows: &[AuditRow], tenant: &Tenant, action: &str, outcome: &str) {
    let [row] = rows else { panic!("{action} {outcome}: {rows:#?}") };
    assert_eq!(
        (row.tenant.as_str(), row.action.as_str(), row.outcome.as_str()),
        (tenant.id().to_string().as_str(), action, outcome)
    );
    assert_eq!(row.reason.is_some(), outcome == "refused", "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_leaves_one_row_when_done_and_one_when_refused_and_a_query_leaves_none() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    for method in calls() {
        let params = example(&app, &ours, method).await;
        let lower = match method.access {
            Access::Public | Access::Viewer => None,
            Access::Manager => Some(ours.viewer()),
            Access::Admin => Some(ours.manager()),
        };
        let wrong = json!({ "noSuchField": 1 });
        for (caller, params) in lower.map(|it| (it, &params)).into_iter().chain([(ours.admin(), &wrong)]) {
            let (reply, rows) = audited(&app, caller, method.name, params).await;
            assert!(reply.is_refused(), "{}", reply.text);
            match method.effect {
                Effect::Mutation { audit, .. } => one_row(&rows, &ours, audit, "refused"),
                Effect::Query { .. } | Effect::Subscription => assert_eq!(rows, [], "{}", method.name),
            }
        }
        let (reply, rows) = audited(&app, ours.admin(), method.name, &params).await;
        assert!(!reply.is_refused(), "{}: {}", method.name, reply.text);
        match method.effect {
            Effect::Mutation { audit, .. } => {
                one_row(&rows, &ours, audit, "done");
                assert!(rows[0].resource_id.is_some(), "{audit} does not say what it changed: {:?}", rows[0]);
                assert_eq!(rows[0].actor, api::sample::ADMIN_ID.0.to_string());
            }
            Effect::Query { .. } | Effect::Subscription => assert_eq!(rows, [], "{}", method.name),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_under_the_same_key_answers_the_same_bytes_and_does_nothing() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    for method in CATALOGUE {
        let Effect::Mutation { idempotent, .. } = method.effect else { continue };
        let mut params = example(&app, &ours, method).await;
        params["idempotencyKey"] = json!(format!("key of {}", method.name));
        let first = ours.admin().call_raw(method.name, &params).await;
        if !idempotent {
            assert_eq!(first.json["error"]["data"]["fields"][0]["path"], "idempotencyKey", "{}", first.text);
            continue;
        }
        first.result();
        let before = app.rows().fingerprints().await;
        let (second, rows) = audited(&app, ours.admin(), method.name, &params).await;
        assert_eq!(second.text, first.text, "{}", method.name);
        assert_eq!(rows, [], "{}: a repeat is not a second deed", method.name);
        assert_eq!(app.rows().fingerprints().await, before, "{}: the repeat did something", method.name);
    }
}
