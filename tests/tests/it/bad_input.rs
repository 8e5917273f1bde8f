//! Bad input, and what it gets: over HTTP and over a WebSocket.

use serde_json::{Value, json};
use tests::{Reply, Tenant, TestApp, envelope};

async fn ask(ours: &Tenant, body: &str) -> [Reply; 2] {
    let (status, text) = ours.admin().post(body.to_owned()).await;
    assert_eq!(status, 200, "{text}");
    let over_socket = ours.admin().socket().await.ask(body.to_owned()).await;
    [text, over_socket].map(|text| Reply::all_of(&format!("[{text}]")).remove(0))
}

fn fields(reply: &Reply) -> Vec<(String, String)> {
    let fields = reply.json["error"]["data"]["fields"].as_array().unwrap();
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    fields.iter().map(|it| (text(&it["path"]), text(&it["rule"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_input_gets_its_own_answer() {
    let app = TestApp::start().await;
    let ours = app.tenant("ours").await;
    let call = |method: &str, params: Value| envelope(1, method, &params).to_string();

    for bad in ["{", "nonsense", "", "[1,", "{\"jsonrpc\":\"2.0\",\"id\":1,"] {
        for reply in ask(&ours, bad).await {
            assert_eq!((reply.code(), reply.reason()), ("PARSE_ERROR", "not_json"), "{bad}");
            assert_eq!(reply.json["error"]["message"], "the request is not valid JSON");
            assert_eq!(reply.json["id"], Value::Null);
        }
    }
    for reply in ask(&ours, &call("account.noSuchMethod", json!({}))).await {
        assert_eq!(reply.code(), "METHOD_NOT_FOUND");
    }
    let table = [
        (call("account.list", json!([])), "", "object"),
        (call("account.list", json!({ "pageSize": "50" })), "pageSize", "type"),
        (call("account.list", json!({ "pageSize": 0 })), "pageSize", "type"),
        (call("account.list", json!({ "noSuchField": 1 })), "noSuchField", "unknown"),
        (call("account.get", json!({})), "accountId", "required"),
        (call("account.get", json!({ "accountId": "x" })), "accountId", "type"),
        (call("apiKey.create", json!({ "name": "", "role": "viewer" })), "name", "length"),
        (call("apiKey.create", json!({ "name": "x", "role": "owner" })), "role", "enum"),
    ];
    for (body, path, rule) in table {
        for reply in ask(&ours, &body).await {
            assert_eq!(reply.code(), "INVALID_PARAMS", "{body}: {}", reply.text);
            assert_eq!(fields(&reply), [(path.to_owned(), rule.to_owned())], "{body}: {}", reply.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_too_large() {
    let app = TestApp::start().await;
    let ours = app.tenant("ours").await;
    let body = envelope(1, "account.list", &json!({ "search": "x".repeat(1_100_000) })).to_string();
    let (status, text) = ours.admin().post(body).await;
    assert_eq!(status, 413);
    assert!(text.contains("\"PAYLOAD_TOO_LARGE\""), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_of_51_nothing_runs_and_of_one_of_50_everything() {
    let app = TestApp::start().await;
    let ours = app.tenant("ours").await;
    let mutation =
        |id: u64| envelope(id, "apiKey.create", &json!({ "name": format!("key {id}"), "role": "viewer" }));
    let batch = |size: u64| Value::Array((1..=size).map(mutation).collect()).to_string();
    let before = app.rows().fingerprints().await;
    let end = app.rows().audit_end().await;
    for reply in ask(&ours, &batch(51)).await {
        assert_eq!((reply.code(), reply.reason()), ("BAD_REQUEST", "batch_too_large"), "{}", reply.text);
    }
    assert_eq!(app.rows().fingerprints().await, before);
    assert_eq!(app.rows().audited_since(end).await, []);
    let (_, text) = ours.admin().post(batch(50)).await;
    assert!(Reply::all_of(&text).iter().all(|it| !it.is_refused()), "{text}");
    assert_eq!(app.rows().audited_since(end).await.len(), 50);
}

/// One refused entry neither stops nor taints the others.
#[tokio::test(flavor = "multi_thread")]
async fn each_call_of_a_batch_is_judged_alone() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let get = |tenant: &Tenant| json!({ "accountId": tests::ids_of(tenant.number, "AccountId")[0] });
    let create = json!({ "name": "by a viewer", "role": "viewer" });
    let calls = [
        ("account.get", get(&ours)),
        ("account.get", get(&theirs)),
        ("apiKey.create", create),
        ("account.get", json!([])),
        ("account.get", get(&ours)),
    ];
    let codes = |replies: &[Reply]| replies.iter().map(|it| it.code().to_owned()).collect::<Vec<_>>();
    let expected = ["", "NOT_FOUND", "FORBIDDEN", "INVALID_PARAMS", ""];
    assert_eq!(codes(&ours.viewer().batch(&calls).await), expected);
    assert_eq!(codes(&ours.viewer().socket().await.batch(&calls).await), expected);
}

/// A call without an id has no answer, so nobody could know what it did: it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_an_id_is_not_run() {
    let app = TestApp::start().await;
    let ours = app.tenant("ours").await;
    let before = app.rows().fingerprints().await;
    let note = json!({ "jsonrpc": "2.0", "method": "apiKey.create", "params": { "name": "silent", "role": "viewer" } });
    let (status, text) = ours.admin().post(note.to_string()).await;
    assert_eq!((status, text.as_str()), (204, ""));
    let (_, text) =
        ours.admin().post(json!([note, envelope(1, "session.current", &json!({}))]).to_string()).await;
    assert_eq!(Reply::all_of(&text).len(), 1);
    assert_eq!(app.rows().fingerprints().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_with_a_negative_weight_or_a_threshold_of_140_are_refused_by_their_path() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let all = ours.admin().call_raw("scoringConfig.getAllConfigs", &json!({})).await;
    let part = |name: &str| all.result()[name]["active"]["config"].clone();
    let before = app.rows().fingerprints().await;
    let changes = [
        ("combined", "fitWeight", json!(-0.4)),
        ("combined", "engagementWeight", json!(-1)),
        ("combined", "fitThreshold", json!(140)),
        ("combined", "engagementThreshold", json!(140)),
        ("combined", "combinedThresholds/hot", json!(140)),
    ];
    for (name, member, value) in changes {
        let mut rules = part(name);
        *rules.pointer_mut(&format!("/{member}")).unwrap_or_else(|| panic!("{name} has no {member}")) = value;
        let body = envelope(1, "scoringConfig.saveDraft", &json!({ "config": { name: rules } })).to_string();
        for reply in ask(&ours, &body).await {
            assert_eq!(reply.code(), "INVALID_PARAMS", "{body}: {}", reply.text);
            let path = format!("config.{name}.{}", member.replace('/', "."));
            assert_eq!(fields(&reply)[0].0, path, "{}", reply.text);
        }
    }
    assert_eq!(app.rows().fingerprints().await, before);
}
