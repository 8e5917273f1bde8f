//! Every method's example is sent to a real server, and what comes back looks as the document says.

use serde_json::Value;
use tests::{TestApp, contract};

use crate::{calls, example};

/// Members whose own members are data: which there are differs from record to record.
const FREE: &[&str] =
    &["attributes", "properties", "changes", "metadata", "source", "record", "methods", "components"];

#[tokio::test(flavor = "multi_thread")]
async fn every_example_works_and_its_reply_has_the_shape_of_the_printed_one() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut faults = Vec::new();
    for method in calls() {
        let params = example(&app, &ours, method).await;
        let reply = ours.admin().call_raw(method.name, &params).await;
        let Some(result) = reply.json.get("result") else {
            faults.push(format!("{} is refused: {}", method.name, reply.text));
            continue;
        };
        let broken = contract::broken_result(method, result);
        faults.extend(broken.iter().map(|it| format!("{}: by its schema: {it}", method.name)));
        let printed = (method.example)().1;
        let mut differences = Vec::new();
        compare("result", &printed, result, &mut differences);
        faults.extend(differences.iter().map(|it| format!("{}: unlike its example: {it}", method.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the reply has other members or types than the example. Null says nothing about a type; an example with items wants
/// some, and one like each kind of its own.
fn compare(at: &str, printed: &Value, got: &Value, into: &mut Vec<String>) {
    match (printed, got) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(printed), Value::Object(got)) => {
            if FREE.iter().any(|it| at.ends_with(&format!(".{it}"))) {
                return;
            }
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            for name in printed.keys().filter(|it| !got.contains_key(*it)) {
                into.push(format!("{at} lacks {name}: {:?}", names(got)));
            }
            for name in got.keys().filter(|it| !printed.contains_key(*it)) {
                into.push(format!("{at} has {name} beside: {:?}", names(printed)));
            }
            for (name, value) in printed {
                compare(&format!("{at}.{name}"), value, got.get(name).unwrap_or(&Value::Null), into);
            }
        }
        (Value::Array(printed), Value::Array(got)) => {
            if !printed.is_empty() && got.is_empty() {
                into.push(format!("{at} is empty"));
            }
            for (index, value) in printed.iter().enumerate().take(if got.is_empty() { 0 } else { usize::MAX })
            {
                let closest = got.iter().map(|it| {
                    let mut differences = Vec::new();
                    compare(&format!("{at}[{index}]"), value, it, &mut differences);
                    differences
                });
                into.extend(closest.min_by_key(Vec::len).unwrap_or_default());
            }
        }
        _ if kind(printed) == kind(got) => {}
        _ => into.push(format!("{at} is {got} and not like {printed}")),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_reply_of_another_shape_is_noticed() {
    let printed =
        serde_json::json!({ "items": [{ "id": "x", "total": 1, "source": {"a": 1} }], "next": null });
    let differs = |got: Value| {
        let mut into = Vec::new();
        compare("result", &printed, &got, &mut into);
        into.len()
    };
    assert_eq!(
        differs(serde_json::json!({ "items": [{ "id": "y", "total": 7, "source": {"b": 2} }], "next": "c" })),
        0
    );
    assert_eq!(
        differs(serde_json::json!({ "items": [{ "id": "y", "total": "7", "source": {} }], "next": null })),
        1
    );
    assert_eq!(differs(serde_json::json!({ "items": [{ "id": "y", "source": {} }], "next": null })), 1);
    assert_eq!(differs(serde_json::json!({ "items": [], "next": null })), 1);
    assert_eq!(
        differs(
            serde_json::json!({ "items": [{ "id": "y", "total": 1, "source": {} }], "next": 0, "more": 1 })
        ),
        1
    );
}
