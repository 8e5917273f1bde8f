//! What the published document promises of every reply, and the means to hold one to it.

#[path = "../../crates/api/tests/schema/mod.rs"]
#[allow(dead_code, reason = "written for the contract's own tests, which use all of it")]
mod schema;

use std::{collections::BTreeSet, sync::OnceLock};

use rpc::{Code, MethodInfo};
use serde_json::{Map, Value, json};

use crate::Reply;

/// Reasons that any method may refuse with, beside its own.
const GENERAL: &[&str] = &["idempotency_key_reused"];
/// Words of a database, a vendor or a stack that no caller may ever read.
const FOREIGN_WORDS: &[&str] = &[
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "violates",
    "constraint",
    "relation \"",
    "panicked",
    "diesel",
    "postgres",
    ".rs:",
];

/// The document this program serves.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(api::document)
}

/// A method as the document describes it.
pub fn described(name: &str) -> &'static Value {
    let methods = document()["methods"].as_array().unwrap();
    methods.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} is not in the document"))
}

/// The params of a method as one schema.
pub fn params_schema(name: &str) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for descriptor in described(name)["params"].as_array().unwrap() {
        properties.insert(descriptor["name"].as_str().unwrap().to_owned(), descriptor["schema"].clone());
        if descriptor["required"] == true {
            required.push(descriptor["name"].clone());
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// What is wrong with a value by a schema of the document.
pub fn broken(schema: &Value, value: &Value) -> Vec<String> {
    schema::broken(&schema::Resolver::new(document()), schema, value)
}

/// The schema behind references, with what stands beside them.
pub fn resolved(schema: &Value) -> Value {
    let Some(reference) = schema["$ref"].as_str() else { return schema.clone() };
    resolved(document().pointer(&reference[1..]).unwrap())
}

/// What is wrong with a method's result.
pub fn broken_result(method: &MethodInfo, result: &Value) -> Vec<String> {
    let mut faults = broken(&described(method.name)["result"]["schema"], result);
    // The stand-in is reached without TLS; addresses in the wild are not.
    faults.retain(|it| !it.contains("format \"uri\" against \"http://127.0.0.1"));
    if !(method.replies)(&result.to_string()) {
        faults.push("the method's own type does not read it".into());
    }
    faults
}

/// Panics unless the reply is one of JSON-RPC's two, and an error is complete, documented and free of foreign words.
pub(crate) fn hold_to_its_shape(reply: &Reply) {
    let members: BTreeSet<&str> = reply.json.as_object().unwrap().keys().map(String::as_str).collect();
    let Some(error) = reply.json.get("error") else {
        assert_eq!(members, BTreeSet::from(["id", "jsonrpc", "result"]), "{}", reply.text);
        return;
    };
    assert_eq!(members, BTreeSet::from(["error", "id", "jsonrpc"]), "{}", reply.text);
    let data = &error["data"];
    let faults = broken(&document()["components"]["schemas"]["ErrorData"], data);
    assert!(faults.is_empty(), "{faults:?}: {}", reply.text);
    let code = Code::from_name(reply.code()).unwrap_or_else(|| panic!("an unknown code: {}", reply.text));
    assert_eq!(error["code"], code.number(), "{}", reply.text);
    assert_eq!(data["httpStatus"], code.http_status(), "{}", reply.text);
    assert_eq!(data["retryable"], code.retryable(), "{}", reply.text);
    for word in FOREIGN_WORDS {
        assert!(!error["message"].as_str().unwrap().contains(word), "`{word}`: {}", reply.text);
    }
    let of_the_domain = matches!(
        code,
        Code::NotFound
            | Code::Conflict
            | Code::PreconditionFailed
            | Code::UnprocessableContent
            | Code::Forbidden
    );
    let path = data["path"].as_str().unwrap();
    if of_the_domain && !path.is_empty() && !GENERAL.contains(&reply.reason()) {
        let documented = described(path)["errors"].as_array().unwrap();
        let known = documented
            .iter()
            .any(|it| it["data"]["reason"] == data["reason"] && it["data"]["code"] == data["code"]);
        assert!(known, "{path} does not document this refusal: {}", reply.text);
    }
}
