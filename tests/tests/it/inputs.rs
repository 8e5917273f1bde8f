//! Hostile params for every method: wrong types, unknown and missing members, quotes and comments of SQL, U+0000, numbers
//! beyond all bounds, bottomless nesting. Nothing breaks, and what is refused has done nothing.

use api::CATALOGUE;
use rpc::MethodInfo;
use serde_json::{Value, json};
use tests::{Reply, Tenant, TestApp, contract};

use crate::{calls, example};

/// In every text, and in the place of every other value.
const INJECTIONS: &[&str] = &[
    "'",
    "''; --",
    "\"",
    "\\",
    "%",
    "_",
    "$1",
    "'||(select current_user)||'",
    "'; select set_config('app.tenant_id', '$stranger', false); --",
    "x'; RESET app.tenant_id; --",
    "\u{202e}\u{feff}\u{1f4a5}",
];

/// One value of each type, and some at the edges.
fn oddities() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(9_007_199_254_740_993_i64),
        json!(1e308),
        json!(""),
        json!("x"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "a": {} }),
    ]
}

/// What serde, the validator and the readers of ids and dates say, and no caller understands.
const MACHINE_WORDS: &[&str] =
    &["invalid ", "expected ", "variant", "untagged", "parsing failed", "input ", "breaks the rule", "Some("];

/// Every place in a value: the value itself, its members, their members…
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                into.push(at.clone());
                places(member, &at, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(2) {
                into.push(format!("{at}/{index}"));
                places(item, &format!("{at}/{index}"), into);
            }
        }
        _ => {}
    }
}

fn with(params: &Value, place: &str, value: &Value) -> Value {
    let mut params = params.clone();
    *params.pointer_mut(place).unwrap() = value.clone();
    params
}

/// The example's params, and every optional one that it leaves out, so that each is a place to try.
fn with_every_param(method: &MethodInfo, params: &Value) -> Vec<(String, Value)> {
    let schema = contract::params_schema(method.name);
    let names = schema["properties"].as_object().unwrap().keys();
    let left_out = names.filter(|name| params.get(name.as_str()).is_none());
    left_out
        .map(|name| {
            let mut params = params.clone();
            params[name.as_str()] = Value::Null;
            (format!("/{name}"), params)
        })
        .collect()
}

/// Params that the method's schema refuses, or that it lets through and that must do no harm.
fn hostile(method: &MethodInfo, params: &Value, stranger: &str) -> Vec<Value> {
    let mut calls = Vec::new();
    let mut spots = Vec::new();
    places(params, "", &mut spots);
    let mut bases: Vec<(String, Value)> = spots.into_iter().map(|spot| (spot, params.clone())).collect();
    bases.extend(with_every_param(method, params));
    for (spot, base) in &bases {
        let texts = INJECTIONS.iter().map(|text| json!(text.replace("$stranger", stranger)));
        calls.extend(oddities().iter().cloned().chain(texts).map(|value| with(base, spot, &value)));
        if base.pointer(spot).is_some_and(Value::is_object) {
            let mut value = base.pointer(spot).unwrap().clone();
            value["noSuchField"] = json!(1);
            calls.push(with(base, spot, &value));
        }
    }
    for name in params.as_object().unwrap().keys() {
        let mut params = params.clone();
        params.as_object_mut().unwrap().shift_remove(name);
        calls.push(params);
    }
    for name in ["tenantId", "tenant_id", "createdBy", "noSuchField", "__proto__"] {
        let mut params = params.clone();
        params[name] = json!(stranger);
        calls.push(params);
    }
    calls
}

/// Whether the document says that these params are refused. What it lets through may still break a rule it has no word for.
fn must_be_refused(method: &MethodInfo, params: &Value) -> bool {
    let faults = contract::broken(&contract::params_schema(method.name), params);
    // Times and addresses may be written in more ways than the checker knows.
    faults.iter().any(|it| !it.contains(": format "))
}

fn judge(method: &MethodInfo, params: &Value, reply: &Reply, stranger: &Tenant) {
    let shown: String = params.to_string().chars().take(400).collect();
    let asked = format!("{} {shown}", method.name);
    assert!(!reply.text.contains(&stranger.canary), "{asked} gives away: {}", reply.text);
    if must_be_refused(method, params) {
        assert_eq!(reply.code(), "INVALID_PARAMS", "{asked}: {}", reply.text);
        let fields = reply.json["error"]["data"]["fields"].as_array();
        assert!(fields.is_some_and(|it| !it.is_empty()), "{asked} names no field: {}", reply.text);
        for field in fields.into_iter().flatten() {
            let message = field["message"].as_str().unwrap();
            let ours = MACHINE_WORDS.iter().find(|it| message.contains(**it));
            assert!(ours.is_none(), "{asked} is refused in a machine's words: {message}");
        }
    } else {
        let known =
            ["", "INVALID_PARAMS", "NOT_FOUND", "CONFLICT", "PRECONDITION_FAILED", "UNPROCESSABLE_CONTENT"];
        assert!(known.contains(&reply.code()), "{asked}: {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_params_never_break_a_query() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let before = app.rows().fingerprints().await;
    for method in calls().filter(|it| !it.effect.is_mutation()) {
        let params = example(&app, &ours, method).await;
        let calls = hostile(method, &params, &theirs.id().to_string());
        for chunk in calls.chunks(9) {
            let batch: Vec<_> = chunk.iter().map(|params| (method.name, params.clone())).collect();
            let replies = ours.admin().batch(&batch).await;
            for (params, reply) in chunk.iter().zip(&replies) {
                judge(method, params, reply, &theirs);
            }
        }
    }
    assert_eq!(app.rows().fingerprints().await, before, "a query changed something");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_params_never_break_a_mutation_and_what_is_refused_does_nothing() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    for method in CATALOGUE.iter().filter(|it| it.effect.is_mutation()) {
        let params = example(&app, &ours, method).await;
        let calls = hostile(method, &params, &theirs.id().to_string());
        let (refused, others): (Vec<&Value>, Vec<&Value>) =
            calls.iter().partition(|params| must_be_refused(method, params));
        let before = app.rows().fingerprints().await;
        for chunk in refused.chunks(9) {
            let batch: Vec<_> = chunk.iter().map(|params| (method.name, (*params).clone())).collect();
            for (params, reply) in chunk.iter().zip(&ours.admin().batch(&batch).await) {
                judge(method, params, reply, &theirs);
            }
        }
        assert_eq!(app.rows().fingerprints().await, before, "{}: a refused call did something", method.name);
        let mut last = before;
        for params in others {
            let reply = ours.admin().call_raw(method.name, params).await;
            judge(method, params, &reply, &theirs);
            let now = app.rows().fingerprints().await;
            assert!(!reply.is_refused() || now == last, "{} did something: {}", method.name, reply.text);
            last = now;
        }
    }
}

/// What no method may even see. Each is a text, because JSON's own writer would not write it.
fn unspeakable(method: &str, params: &Value) -> Vec<(String, &'static str)> {
    let call = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
    let member = |value: &str| {
        let name = params.as_object().unwrap().keys().next().map_or("x", String::as_str);
        call(&format!(r#"{{"{name}":{value}}}"#))
    };
    vec![
        (call("[]"), "INVALID_PARAMS"),
        (call(&format!("[{params}]")), "INVALID_PARAMS"),
        (member(r#""a\u0000b""#), "BAD_REQUEST"),
        (member(r#""\ud800""#), "PARSE_ERROR"),
        (member("1e999"), "PARSE_ERROR"),
        (member("NaN"), "PARSE_ERROR"),
        (member(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))), "BAD_REQUEST"),
        (call(r#"{"x":1,"x":2}"#), "BAD_REQUEST"),
        (call("\"text\""), "BAD_REQUEST"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_method_may_see_is_refused_before_any_sees_it() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let before = app.rows().fingerprints().await;
    for method in calls() {
        let params = example(&app, &ours, method).await;
        let before = app.rows().fingerprints().await;
        for (body, code) in unspeakable(method.name, &params) {
            let (status, text) = ours.admin().post(body.clone()).await;
            let reply = Reply::all_of(&format!("[{text}]")).remove(0);
            let shown: String = body.chars().take(200).collect();
            let got = reply.code();
            // Params that are neither object nor list are no call, to us or to the library before us.
            let fits = got == code
                || (code == "BAD_REQUEST" && got == "INVALID_PARAMS" && body.contains("\"text\""));
            assert!(status == 200 && fits, "{shown}: {status} {text}");
        }
        assert_eq!(app.rows().fingerprints().await, before, "{}", method.name);
    }
    // Only the authorisation that an example needed was begun.
    let after = app.rows().fingerprints().await;
    let changed: Vec<&String> =
        after.iter().filter(|(table, it)| before[*table] != **it).map(|(table, _)| table).collect();
    assert_eq!(changed, ["oauth_states"]);
}
