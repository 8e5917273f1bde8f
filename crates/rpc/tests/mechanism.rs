//! The mechanism with a host of two methods: what every method gets without asking for it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod toy;

use std::sync::Arc;

use rpc::Code;
use serde_json::{Value, json};
use toy::{Bench, CATALOGUE, Toy, admin, document, mount};

#[tokio::test]
async fn admission_comes_before_params_are_looked_at() {
    for method in CATALOGUE {
        let reply = Bench::new(None).call(method.name, json!({ "nonsense": [] })).await;
        assert_eq!(reply["error"]["code"], Code::Unauthorized.number(), "{reply}");
    }
    let viewer = Bench::new(Some(rpc::Access::Viewer));
    let reply = viewer.call("group.approve", json!([])).await;
    assert_eq!(reply["error"]["data"]["code"], "FORBIDDEN");
    assert!(viewer.ledger().is_empty(), "nothing may run for a caller who is not admitted");
}

#[tokio::test]
async fn params_are_by_name_closed_and_each_broken_rule_is_named() {
    let cases = [
        (json!([7, 3]), "", "object"),
        (json!({ "groupId": 7, "expectedVersion": 3, "x": 1 }), "x", "unknown"),
        (json!({ "groupId": 7 }), "expectedVersion", "required"),
        (json!({ "groupId": "7", "expectedVersion": 3 }), "groupId", "type"),
        (json!({ "groupId": 7, "expectedVersion": 0 }), "expectedVersion", "range"),
    ];
    for (params, path, rule) in cases {
        let reply = admin().call("group.approve", params.clone()).await;
        let field = &reply["error"]["data"]["fields"][0];
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert_eq!((field["path"].as_str(), field["rule"].as_str()), (Some(path), Some(rule)), "{params}");
    }
}

#[tokio::test]
async fn a_field_given_twice_is_refused() {
    let request = r#"{"jsonrpc":"2.0","id":1,"method":"group.approve","params":{"groupId":7,"groupId":8,"expectedVersion":3}}"#;
    let (reply, _) = admin().methods.raw_json_request(request, 1).await.unwrap();
    assert!(reply.get().contains(r#""rule":"duplicate""#), "{}", reply.get());
}

#[tokio::test]
async fn a_refusal_carries_its_reason_its_details_and_the_request_id() {
    let bench = admin();
    let reply = bench.call("group.approve", json!({ "groupId": 7, "expectedVersion": 1 })).await;
    assert_eq!(
        reply["error"],
        json!({
            "code": -32009,
            "message": "the group is at version 3",
            "data": {
                "code": "CONFLICT", "httpStatus": 409, "path": "group.approve", "reason": "stale",
                "retryable": false, "requestId": "req-1", "details": { "currentVersion": 3 },
            },
        })
    );
    assert_eq!(bench.ledger(), ["refuse group.approve stale"]);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_without_words() {
    let reply = admin().call("group.approve", json!({ "groupId": 13, "expectedVersion": 3 })).await;
    assert_eq!(reply["error"]["data"]["code"], "INTERNAL_SERVER_ERROR");
    assert!(!reply.to_string().contains("a bug"));
}

#[tokio::test]
async fn a_call_that_never_ends_is_answered_at_its_deadline() {
    let reply = admin().call("group.approve", json!({ "groupId": 99, "expectedVersion": 3 })).await;
    assert_eq!(reply["error"]["data"]["code"], "TIMEOUT");
    assert_eq!(reply["error"]["data"]["retryable"], true);
}

#[tokio::test]
async fn the_same_idempotency_key_answers_the_same_bytes_and_runs_once() {
    let bench = admin();
    let params = json!({ "groupId": 7, "idempotencyKey": "k", "expectedVersion": 3 });
    let first = bench.call("group.approve", params.clone()).await;
    assert_eq!(first, bench.call("group.approve", params).await);
    assert_eq!(bench.ledger(), ["commit group.approve"]);
    let long = json!({ "groupId": 7, "expectedVersion": 3, "idempotencyKey": "k".repeat(129) });
    assert_eq!(
        bench.call("group.approve", long).await["error"]["data"]["fields"][0]["path"],
        "idempotencyKey"
    );
}

#[tokio::test]
async fn a_list_is_never_taken_for_an_object() {
    let count = async |within: Value| admin().call("group.count", json!({ "within": within })).await;
    for within in [json!({}), json!({ "days": 3 }), json!(null)] {
        assert!(count(within).await["result"].is_object());
    }
    for within in [json!([]), json!([3])] {
        let refused = count(within).await;
        assert_eq!(refused["error"]["data"]["fields"][0]["path"], "within", "{refused}");
    }
}

#[tokio::test]
async fn a_query_takes_no_idempotency_key() {
    let reply = admin().call("group.count", json!({ "idempotencyKey": "k" })).await;
    assert_eq!(reply["error"]["data"]["fields"][0]["rule"], "unknown");
}

#[test]
fn the_document_lists_what_is_mounted_with_its_refusals() {
    let document = document();
    let names: Vec<&str> =
        document["methods"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    let methods = mount(Arc::new(Toy::default())).unwrap();
    let mut mounted: Vec<&str> = methods.method_names().collect();
    mounted.sort();
    assert_eq!(names, mounted);
    let approve = &document["methods"][0];
    assert_eq!(approve["summary"], "Approve a group.");
    assert_eq!(approve["x-audit"], "group.approve");
    let reasons: Vec<&str> = approve["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["data"]["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.ends_with(&["stale", "no_such_group"]), "{reasons:?}");
}
