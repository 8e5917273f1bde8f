//! The OpenRPC document, from the same declarations that answer the calls.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    Access, Caller, Code, DATABASE_UNAVAILABLE, Effect, Example, Method, Refusal, error::ErrorData,
    params::IDEMPOTENCY_KEY, unsubscribe_name,
};

const SCHEMAS: &str = "#/components/schemas/";

/// Collects methods and writes the document.
#[derive(Debug)]
pub struct Document {
    title: &'static str,
    version: &'static str,
    about: Option<String>,
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
    methods: Vec<Value>,
}

impl Document {
    pub fn new(title: &'static str, version: &'static str) -> Self {
        let settings = || {
            SchemaSettings::draft07().with(|it| {
                it.definitions_path = "/components/schemas".into();
                it.meta_schema = None;
            })
        };
        Document {
            title,
            version,
            about: None,
            inputs: settings().for_deserialize().into_generator(),
            outputs: settings().for_serialize().into_generator(),
            methods: Vec::new(),
        }
    }

    /// With what is to be said of the whole API.
    #[must_use]
    pub fn about(self, about: String) -> Self {
        Document { about: Some(about), ..self }
    }

    pub fn method<M: Method>(&mut self) {
        // `json_schema` yields the object itself where `subschema_for` yields a `$ref`; transforms are then ours to apply.
        let mut params = M::json_schema(&mut self.inputs);
        self.inputs.transforms_mut().for_each(|it| it.transform(&mut params));
        let params = params.to_value();
        let output = self.outputs.subschema_for::<M::Output>().to_value();
        let subscription = M::EFFECT == Effect::Subscription;
        let result = if subscription { subscription_id() } else { output.clone() };
        let docs = params["description"].as_str().unwrap_or_default();
        let (summary, router) = (first_sentence(docs), M::NAME.split('.').next().unwrap_or(M::NAME));
        let mut method = json!({
            "name": M::NAME,
            "tags": [{ "name": router }],
            "summary": summary,
            "description": docs,
            "paramStructure": "by-name",
            "params": descriptors::<M>(&params),
            "result": {
                "name": if subscription { "subscription" } else { "result" },
                "required": true,
                "schema": result,
            },
            "errors": errors::<M>(),
            "examples": [example::<M>()],
            "x-effect": M::EFFECT.as_str(),
            "x-caller": M::Caller::ACCESS.as_str(),
        });
        match M::EFFECT {
            Effect::Query { topics } => method["x-topics"] = topics.iter().map(|it| it.0).collect(),
            Effect::Mutation { audit, topics, .. } => {
                method["x-audit"] = audit.into();
                method["x-topics"] = topics.iter().map(|it| it.0).collect();
            }
            Effect::Subscription => {
                let Example { result, .. } = M::example();
                let example = serde_json::to_value(result).expect("examples are plain data");
                method["x-message"] = json!({ "schema": output, "example": example });
                method["x-unsubscribe"] = unsubscribe_name(M::NAME).into();
            }
        }
        self.methods.push(method);
    }

    pub fn build(mut self) -> Value {
        self.methods.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
        self.outputs.subschema_for::<ErrorData>();
        let mut inputs: Map<String, Value> = self.inputs.take_definitions(true).into_iter().collect();
        let outputs: Map<String, Value> = self.outputs.take_definitions(true).into_iter().collect();
        let apart = read_and_written_differently(&inputs, &outputs);
        for method in &mut self.methods {
            rename_refs(&mut method["params"], &apart);
        }
        let mut schemas: BTreeMap<String, Value> = outputs.into_iter().collect();
        for (name, schema) in &mut inputs {
            rename_refs(schema, &apart);
            let name = if apart.contains(name) { format!("{name}Input") } else { name.clone() };
            schemas.insert(name, schema.take());
        }
        for schema in schemas.values_mut().chain(&mut self.methods) {
            unwrap_lines(schema);
        }
        let mut info = json!({ "title": self.title, "version": self.version });
        if let Some(about) = self.about {
            info["description"] = about.into();
        }
        json!({
            "openrpc": "1.3.2",
            "info": info,
            "methods": self.methods,
            "components": { "schemas": schemas },
        })
    }
}

/// Names whose schema differs between what is read and what is written (a default makes a field optional in
/// one direction only), and every input that reaches one of them.
fn read_and_written_differently(
    inputs: &Map<String, Value>,
    outputs: &Map<String, Value>,
) -> BTreeSet<String> {
    let mut apart: BTreeSet<String> = inputs
        .iter()
        .filter(|(name, schema)| outputs.get(*name).is_some_and(|other| other != *schema))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let reaching: Vec<String> = inputs
            .iter()
            .filter(|(name, schema)| {
                !apart.contains(*name)
                    && outputs.contains_key(*name)
                    && apart.iter().any(|it| mentions(schema, &format!("{SCHEMAS}{it}")))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if reaching.is_empty() {
            return apart;
        }
        apart.extend(reaching);
    }
}

fn mentions(schema: &Value, reference: &str) -> bool {
    match schema {
        Value::Object(map) => {
            map.get("$ref").and_then(Value::as_str) == Some(reference)
                || map.values().any(|it| mentions(it, reference))
        }
        Value::Array(items) => items.iter().any(|it| mentions(it, reference)),
        _ => false,
    }
}

fn rename_refs(schema: &mut Value, apart: &BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && reference.strip_prefix(SCHEMAS).is_some_and(|name| apart.contains(name))
            {
                reference.push_str("Input");
            }
            map.values_mut().for_each(|it| rename_refs(it, apart));
        }
        Value::Array(items) => items.iter_mut().for_each(|it| rename_refs(it, apart)),
        _ => {}
    }
}

/// Doc comments are wrapped for their source; a reader's window wraps them otherwise.
fn unwrap_lines(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, member) in map.iter_mut().filter(|(name, _)| *name != "examples") {
                match member {
                    Value::String(text) if name == "description" || name == "summary" => {
                        let paragraphs = text.split("\n\n").map(|it| it.replace('\n', " "));
                        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
                    }
                    _ => unwrap_lines(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unwrap_lines),
        _ => {}
    }
}

fn descriptors<M: Method>(params: &Value) -> Vec<Value> {
    let required: Vec<&str> =
        params["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut descriptors: Vec<Value> = params["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let mut descriptor = json!({ "name": name, "required": required.contains(&name.as_str()) });
            if let Some(description) = schema["description"].as_str() {
                descriptor["description"] = description.into();
            }
            descriptor["schema"] = schema.clone();
            descriptor
        })
        .collect();
    // Required before optional, as OpenRPC asks.
    descriptors.sort_by_key(|it| it["required"] != json!(true));
    if let Effect::Mutation { idempotent: true, .. } = M::EFFECT {
        descriptors.push(json!({
            "name": IDEMPOTENCY_KEY,
            "required": false,
            "description": "Makes a repeat harmless: within 72 hours the same key and params return the first \
                            reply byte for byte; the same key with other params is refused with CONFLICT.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
        }));
    }
    descriptors
}

fn errors<M: Method>() -> Vec<Value> {
    let mut errors = Vec::new();
    let mut general = |code: Code, reason: &str, message: &str| {
        errors.push(json!({ "code": code.number(), "message": message, "data": { "code": code.name(), "reason": reason } }));
    };
    general(Code::InvalidParams, "invalid_params", "Params that break a rule; `fields` says which.");
    if M::Caller::ACCESS > Access::Public {
        general(Code::Unauthorized, "unauthenticated", "No credential, or one that is not valid.");
        general(Code::ServiceUnavailable, DATABASE_UNAVAILABLE, "The database cannot be reached; retry.");
    }
    if M::Caller::ACCESS > Access::Viewer {
        general(Code::Forbidden, "role_too_low", "The caller's role does not allow this method.");
    }
    for it in M::Refusal::reasons() {
        general(it.code, &it.reason, &it.description);
    }
    errors
}

fn example<M: Method>() -> Value {
    let Example { params, result } = M::example();
    let json = "examples are plain data, which always serializes";
    let params = serde_json::to_value(params).expect(json);
    let params: Vec<Value> = params
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let result = match M::EFFECT {
        Effect::Subscription => json!({ "name": "subscription", "value": "6FsDrDS5ubvS2LZWKxsI5pXz" }),
        _ => json!({ "name": "result", "value": serde_json::to_value(result).expect(json) }),
    };
    json!({ "name": "example", "params": params, "result": result })
}

/// What a subscription is answered with; its messages follow.
fn subscription_id() -> Value {
    json!({
        "type": "string",
        "description": "The subscription, named by each of its messages: \
                        `{method, params: {subscription, result}}`, at its end `{method, params: {subscription, error}}`.",
    })
}

fn first_sentence(docs: &str) -> &str {
    let paragraph = docs.split("\n\n").next().unwrap_or(docs);
    paragraph.find(". ").map_or(paragraph, |end| &paragraph[..=end])
}
