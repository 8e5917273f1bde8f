//! TypeScript types from the OpenRPC document: one type per schema, and a `Methods` map from name to params and result.
//! Types only. What JSON Schema can say and this cannot is an error, so that no `any` slips in.

use std::fmt::Write;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

const HEAD: &str = "// Generated from openrpc.json by `cargo xtask schema`. Do not edit.\n";

/// The whole file.
///
/// # Errors
/// When a schema uses a construct that has no type here yet.
pub(crate) fn types(document: &Value) -> anyhow::Result<String> {
    let mut out = HEAD.to_owned();
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let body = type_of(schema, 0).with_context(|| format!("in the schema {name}"))?;
        comment(&mut out, schema["description"].as_str(), 0);
        writeln!(out, "export type {} = {body};", identifier(name))?;
    }
    out.push_str("\n/** Every method, by its name on the wire. */\nexport interface Methods {\n");
    for method in document["methods"].as_array().context("the document has no methods")? {
        let name = method["name"].as_str().context("a method has no name")?;
        let params = params(method).with_context(|| format!("in the params of {name}"))?;
        let result =
            type_of(&method["result"]["schema"], 1).with_context(|| format!("in the result of {name}"))?;
        let text = |key: &str| method[key].as_str().unwrap_or_default().to_owned();
        comment(&mut out, method["description"].as_str(), 1);
        let message = match method.get("x-message") {
            Some(it) => {
                let message =
                    type_of(&it["schema"], 1).with_context(|| format!("in the messages of {name}"))?;
                format!("    message: {message};\n")
            }
            None => String::new(),
        };
        writeln!(
            out,
            "  {name:?}: {{\n    effect: {:?};\n    caller: {:?};\n    params: {params};\n    result: {result};\n{message}    reason: {};\n  }};",
            text("x-effect"),
            text("x-caller"),
            reasons(method),
        )?;
    }
    out.push_str("}\n");
    Ok(out)
}

fn params(method: &Value) -> anyhow::Result<String> {
    let mut fields = String::new();
    for param in method["params"].as_array().into_iter().flatten() {
        let required = param["required"].as_bool() == Some(true);
        let name = param["name"].as_str().context("a param has no name")?;
        comment(&mut fields, param["description"].as_str(), 3);
        writeln!(
            fields,
            "      {}{}: {};",
            key(name),
            if required { "" } else { "?" },
            type_of(&param["schema"], 3)?
        )?;
    }
    Ok(if fields.is_empty() { "Record<string, never>".into() } else { format!("{{\n{fields}    }}") })
}

/// What `error.data.reason` can be.
fn reasons(method: &Value) -> String {
    let mut all: Vec<String> = method["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| error["data"]["reason"].as_str())
        .map(|reason| format!("{reason:?}"))
        .collect();
    all.dedup();
    if all.is_empty() { "never".into() } else { all.join(" | ") }
}

fn type_of(schema: &Value, depth: usize) -> anyhow::Result<String> {
    let schema = match schema {
        Value::Bool(true) => return Ok("unknown".into()),
        Value::Bool(false) => return Ok("never".into()),
        Value::Object(schema) => schema,
        other => bail!("not a schema: {other}"),
    };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return Ok(identifier(reference.rsplit('/').next().unwrap_or(reference)));
    }
    if let Some(value) = schema.get("const") {
        return Ok(value.to_string());
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Ok(values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | "));
    }
    // A schema may say both its own properties and a choice that follows them: then both hold.
    let mut parts = Vec::new();
    for (word, glue) in [("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            let choices = choices.iter().map(|it| type_of(it, depth)).collect::<anyhow::Result<Vec<_>>>()?;
            parts.push(if choices.len() == 1 {
                choices.concat()
            } else {
                format!("({})", choices.join(glue))
            });
        }
    }
    if !parts.is_empty() {
        if schema.contains_key("properties") {
            parts.push(object(schema, depth)?);
        }
        return Ok(parts.join(" & "));
    }
    match schema.get("type") {
        Some(Value::String(one)) => single(one, schema, depth),
        Some(Value::Array(several)) => {
            let several = several.iter().map(|it| single(it.as_str().unwrap_or_default(), schema, depth));
            Ok(several.collect::<anyhow::Result<Vec<_>>>()?.join(" | "))
        }
        None if schema.contains_key("properties") => object(schema, depth),
        None => Ok("unknown".into()),
        Some(other) => bail!("a type that is neither a text nor a list: {other}"),
    }
}

fn single(name: &str, schema: &Map<String, Value>, depth: usize) -> anyhow::Result<String> {
    Ok(match name {
        "string" => "string".into(),
        "integer" | "number" => "number".into(),
        "boolean" => "boolean".into(),
        "null" => "null".into(),
        "object" => object(schema, depth)?,
        "array" => array(schema, depth)?,
        other => bail!("the type `{other}` is not known here"),
    })
}

fn array(schema: &Map<String, Value>, depth: usize) -> anyhow::Result<String> {
    // Draft 7 writes a tuple as a list of schemas, later drafts as `prefixItems`.
    let tuple = schema.get("prefixItems").or(schema.get("items").filter(|it| it.is_array()));
    if let Some(items) = tuple.and_then(Value::as_array) {
        let items = items.iter().map(|it| type_of(it, depth)).collect::<anyhow::Result<Vec<_>>>()?;
        return Ok(format!("[{}]", items.join(", ")));
    }
    let item = type_of(schema.get("items").unwrap_or(&Value::Bool(true)), depth)?;
    Ok(format!("Array<{item}>"))
}

fn object(schema: &Map<String, Value>, depth: usize) -> anyhow::Result<String> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    if properties.is_empty() {
        let values = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => "never".into(),
            Some(values) => type_of(values, depth)?,
            None => "unknown".into(),
        };
        return Ok(format!("Record<string, {values}>"));
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut out = String::from("{\n");
    for (name, property) in properties {
        comment(&mut out, property["description"].as_str(), depth + 1);
        let optional = if required.contains(&name.as_str()) { "" } else { "?" };
        writeln!(out, "{}{}{optional}: {};", indent(depth + 1), key(name), type_of(property, depth + 1)?)?;
    }
    write!(out, "{}}}", indent(depth))?;
    Ok(out)
}

fn comment(out: &mut String, text: Option<&str>, depth: usize) {
    let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else { return };
    let text = text.replace("*/", "*\\/").replace('\n', &format!("\n{} * ", indent(depth)));
    out.push_str(&format!("{}/** {text} */\n", indent(depth)));
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

fn key(name: &str) -> String {
    if name == identifier(name) { name.to_owned() } else { format!("{name:?}") }
}

/// Schema names of generic types hold characters that no identifier may.
fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '$' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(schema: Value) -> String {
        type_of(&schema, 0).unwrap()
    }

    #[test]
    fn each_construct_has_its_type() {
        assert_eq!(one(json!({ "type": ["string", "null"] })), "string | null");
        assert_eq!(one(json!({ "enum": ["a", 1, null] })), r#""a" | 1 | null"#);
        assert_eq!(one(json!({ "$ref": "#/components/schemas/Page_for_Row" })), "Page_for_Row");
        assert_eq!(one(json!({ "anyOf": [{ "$ref": "#/x/A" }, { "type": "null" }] })), "(A | null)");
        assert_eq!(one(json!({ "type": "array", "items": { "type": "integer" } })), "Array<number>");
        assert_eq!(one(json!({ "type": "array", "items": [{ "type": "string" }, {}] })), "[string, unknown]");
        assert_eq!(
            one(json!({ "type": "object", "additionalProperties": { "type": "boolean" } })),
            "Record<string, boolean>"
        );
        let object = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": "string" }, "b-c": {} } });
        assert_eq!(one(object), "{\n  a: string;\n  \"b-c\"?: unknown;\n}");
    }

    #[test]
    fn what_has_no_type_is_an_error_and_not_any() {
        assert!(type_of(&json!({ "type": "date" }), 0).is_err());
        assert!(type_of(&json!(7), 0).is_err());
    }

    #[test]
    fn a_method_becomes_an_entry_of_the_map() {
        let document = json!({
            "components": { "schemas": { "Row": { "type": "object", "properties": { "id": { "type": "string" } } } } },
            "methods": [{
                "name": "row.get", "description": "One */ row.", "x-effect": "query", "x-caller": "viewer",
                "params": [{ "name": "id", "required": true, "schema": { "type": "string" } }],
                "result": { "schema": { "$ref": "#/components/schemas/Row" } },
                "errors": [{ "data": { "reason": "no_such_row" } }],
            }],
        });
        let text = types(&document).unwrap();
        for line in [
            "export type Row = {",
            "/** One *\\/ row. */",
            "\"row.get\": {",
            "id: string;",
            "result: Row;",
            "reason: \"no_such_row\";",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("any"));
    }
}
