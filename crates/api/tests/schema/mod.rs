//! As much of JSON Schema as the document uses, and no more: an unknown keyword fails, so that nothing is taken for
//! checked that is not.

use std::collections::BTreeSet;

use serde_json::Value;

/// Finds what a `$ref` refers to.
pub(crate) struct Resolver<'a> {
    document: &'a Value,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(document: &'a Value) -> Self {
        Resolver { document }
    }

    fn find(&self, reference: &str) -> &'a Value {
        let pointer = reference.strip_prefix('#').expect("references stay inside the document");
        self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }
}

/// What is wrong with `value` by `schema`.
pub(crate) fn broken(resolver: &Resolver<'_>, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(resolver, schema, value, "", &mut faults);
    faults
}

fn check(resolver: &Resolver<'_>, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let keywords = match schema {
        Value::Bool(true) => return,
        Value::Object(keywords) => keywords,
        _ => return faults.push(format!("{at}: {schema} is no schema")),
    };
    for (keyword, rule) in keywords {
        let passes = match keyword.as_str() {
            "$ref" => {
                check(resolver, resolver.find(rule.as_str().unwrap()), value, at, faults);
                true
            }
            "allOf" => {
                rule.as_array().unwrap().iter().for_each(|it| check(resolver, it, value, at, faults));
                true
            }
            "anyOf" => matching(resolver, rule, value) >= 1,
            "oneOf" => matching(resolver, rule, value) == 1,
            "type" => match rule {
                Value::Array(types) => types.iter().any(|it| is_type(it.as_str().unwrap(), value)),
                _ => is_type(rule.as_str().unwrap(), value),
            },
            "enum" => rule.as_array().unwrap().contains(value),
            "const" => rule == value,
            "minimum" => value.as_f64().is_none_or(|it| it >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|it| it <= rule.as_f64().unwrap()),
            "minLength" => {
                value.as_str().is_none_or(|it| it.chars().count() as u64 >= rule.as_u64().unwrap())
            }
            "maxLength" => {
                value.as_str().is_none_or(|it| it.chars().count() as u64 <= rule.as_u64().unwrap())
            }
            "minItems" => value.as_array().is_none_or(|it| it.len() as u64 >= rule.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|it| it.len() as u64 <= rule.as_u64().unwrap()),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(resolver, rule, item, &format!("{at}/{index}"), faults);
                }
                true
            }
            "required" => value.as_object().is_none_or(|map| {
                rule.as_array().unwrap().iter().all(|name| map.contains_key(name.as_str().unwrap()))
            }),
            "properties" => {
                for (name, schema) in rule.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check(resolver, schema, member, &format!("{at}/{name}"), faults);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = keywords.get("properties").and_then(Value::as_object);
                let others = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| !known.is_some_and(|known| known.contains_key(*name)));
                match rule {
                    Value::Bool(allowed) => *allowed || others.count() == 0,
                    _ => {
                        for (name, member) in others {
                            check(resolver, rule, member, &format!("{at}/{name}"), faults);
                        }
                        true
                    }
                }
            }
            "format" => is_format(rule.as_str().unwrap(), value),
            "propertyNames" => {
                for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                    check(resolver, rule, &Value::from(name.as_str()), &format!("{at}/{name}"), faults);
                }
                true
            }
            "maxProperties" => value.as_object().is_none_or(|it| it.len() as u64 <= rule.as_u64().unwrap()),
            // Patterns are held to their types by unit tests beside those; the rest are words.
            "pattern" | "title" | "description" | "default" | "examples" => true,
            unknown => panic!("the keyword {unknown} is not checked here; teach this function"),
        };
        if !passes {
            faults.push(format!("{at}: {keyword} {rule} against {value}"));
        }
    }
}

fn matching(resolver: &Resolver<'_>, schemas: &Value, value: &Value) -> usize {
    schemas.as_array().unwrap().iter().filter(|it| broken(resolver, it, value).is_empty()).count()
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => panic!("{name} is no type"),
    }
}

fn is_format(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else { return true };
    match name {
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "date-time" => {
            chrono::DateTime::parse_from_rfc3339(text).is_ok() && text.ends_with('Z') && text.len() == 24
        }
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        "uri" => text.starts_with("https://"),
        // Of numbers; a text in their place breaks `type`.
        "uint8" | "uint16" | "uint32" | "uint64" | "int32" | "int64" | "float" | "double" => true,
        _ => panic!("the format {name} is not checked here; teach this function"),
    }
}

/// Every `$ref` below `value`.
pub(crate) fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                into.insert(reference.to_owned());
            }
            map.values().for_each(|it| references(it, into));
        }
        Value::Array(items) => items.iter().for_each(|it| references(it, into)),
        _ => {}
    }
}

/// Every property below `schema` without a description. A tag, which is its own constant, needs none.
pub(crate) fn undescribed(at: &str, schema: &Value, into: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if !property["description"].is_string() && property.get("const").is_none() {
            into.push(format!("{at}.{name}"));
        }
        undescribed(&format!("{at}.{name}"), property, into);
    }
    for keyword in ["oneOf", "anyOf", "allOf"] {
        for part in schema[keyword].as_array().into_iter().flatten() {
            undescribed(at, part, into);
        }
    }
    if schema["items"].is_object() {
        undescribed(&format!("{at}[]"), &schema["items"], into);
    }
}
