//! Params from text to type: an object, known fields only, each broken rule named by its path.

use std::borrow::Cow;

use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use sha2::{Digest, Sha256};
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::{Effect, FieldError, Method, Remember, RpcError, words};

/// The member of a mutation's params that the mechanism takes for itself.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotencyKey";
const LONGEST_KEY: usize = 128;

/// Parses and validates the params of `M`, and takes the idempotency key out of a mutation's.
pub(crate) fn parse<M: Method>(text: Option<&str>) -> Result<(M, Option<Remember>), RpcError> {
    let text = text.map_or("{}", str::trim_start);
    if !text.starts_with('{') {
        return Err(RpcError::invalid_params(vec![FieldError::new(
            "",
            "object",
            "params must be an object",
        )]));
    }
    let (text, key) = match M::EFFECT {
        Effect::Mutation { idempotent: true, .. } if text.contains(IDEMPOTENCY_KEY) => take_key(text)?,
        _ => (Cow::Borrowed(text), None),
    };
    let params: M = typed(&text)?;
    if text.contains('[') {
        no_list_for_an_object(&text, &params)?;
    }
    params.validate().map_err(|errors| RpcError::invalid_params(flatten(&errors)))?;
    let remember = key.map(|key| Remember { key, params_hash: Sha256::digest(text.as_bytes()).into() });
    Ok((params, remember))
}

fn typed<T: DeserializeOwned>(text: &str) -> Result<T, RpcError> {
    serde_json::from_str(text).map_err(|_| {
        // The second, slower pass finds the path; only refused params pay for it.
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let error = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Ok(_) => FieldError::new("", "type", "text after the object"),
            Err(error) => named(&error.path().to_string(), &error.into_inner().to_string()),
        };
        RpcError::invalid_params(vec![error])
    })
}

/// Serde takes a list in an object's place for the object's members in order. Nobody means that: an empty one would be an
/// object of nothing but defaults. The document knows objects only.
fn no_list_for_an_object<M: Method>(text: &str, params: &M) -> Result<(), RpcError> {
    let read = |error: serde_json::Error| {
        RpcError::invalid_params(vec![FieldError::new("", "type", error.to_string())])
    };
    let sent: Value = serde_json::from_str(text).map_err(read)?;
    let understood = serde_json::to_value(params).map_err(read)?;
    match list_for_an_object(&sent, &understood, "") {
        Some(path) => Err(RpcError::invalid_params(vec![FieldError::new(
            path,
            "type",
            "must be an object, not a list",
        )])),
        None => Ok(()),
    }
}

/// Where a list was sent and an object understood.
fn list_for_an_object(sent: &Value, understood: &Value, at: &str) -> Option<String> {
    let below =
        |name: &dyn std::fmt::Display| if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
    match (sent, understood) {
        (Value::Array(_), Value::Object(_)) => Some(at.to_owned()),
        (Value::Array(sent), Value::Array(understood)) => (0_usize..)
            .zip(sent.iter().zip(understood))
            .find_map(|(index, (sent, understood))| list_for_an_object(sent, understood, &below(&index))),
        (Value::Object(sent), Value::Object(understood)) => {
            sent.iter().find_map(|(name, sent)| list_for_an_object(sent, understood.get(name)?, &below(name)))
        }
        _ => None,
    }
}

/// Turns serde's message into path, rule and message. Serde has no error kinds, so its words are looked at; a wording that is
/// not known is still refused, under the rule `type`.
fn named(path: &str, message: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    let message = message.split(" at line ").next().unwrap_or(message);
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        // The path of an unknown or duplicate field already ends with it.
        _ if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        _ => format!("{path}.{name}"),
    };
    if message.starts_with("missing field") {
        FieldError::new(inside(quoted), "required", "is required")
    } else if message.starts_with("unknown field") {
        FieldError::new(inside(quoted), "unknown", "is not a known field")
    } else if message.starts_with("duplicate field") {
        FieldError::new(inside(quoted), "duplicate", "is given twice")
    } else if message.starts_with("unknown variant") {
        FieldError::new(path, "enum", words::of_reading(message))
    } else if message.starts_with("must have ") && message.ends_with(" characters") {
        // A type that looks after its own length says so as the rule does.
        FieldError::new(path, "length", message)
    } else {
        FieldError::new(path, "type", words::of_reading(message))
    }
}

fn take_key(text: &str) -> Result<(Cow<'_, str>, Option<String>), RpcError> {
    let Members(mut members) = typed_members(text)?;
    let Some(at) = members.iter().position(|(name, _)| name == IDEMPOTENCY_KEY) else {
        return Ok((Cow::Borrowed(text), None));
    };
    let (_, raw) = members.remove(at);
    let wrong = |message: &str| {
        RpcError::invalid_params(vec![FieldError::new(IDEMPOTENCY_KEY, "length", message.to_owned())])
    };
    let key: String = serde_json::from_str(raw.get()).map_err(|_| wrong("must be a text"))?;
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(wrong("must have 1 to 128 characters"));
    }
    if members.iter().any(|(name, _)| name == IDEMPOTENCY_KEY) {
        return Err(wrong("is given twice"));
    }
    let rest: Vec<String> =
        members.iter().map(|(name, raw)| format!("{}:{}", serde_json::json!(name), raw.get())).collect();
    Ok((Cow::Owned(format!("{{{}}}", rest.join(","))), Some(key)))
}

fn typed_members(text: &str) -> Result<Members, RpcError> {
    serde_json::from_str(text).map_err(|error| RpcError::invalid_params(vec![named("", &error.to_string())]))
}

/// An object's members in order, with duplicates kept so that they are still refused afterwards.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// The validator's tree as a flat list in path order.
fn flatten(errors: &ValidationErrors) -> Vec<FieldError> {
    let mut fields = Vec::new();
    collect("", errors, &mut fields);
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}

fn collect(prefix: &str, errors: &ValidationErrors, into: &mut Vec<FieldError>) {
    for (name, kind) in errors.errors() {
        let path = inside(prefix, name);
        match kind {
            ValidationErrorsKind::Field(list) => into.extend(
                list.iter()
                    .map(|error| FieldError::new(path.as_str(), error.code.as_ref(), words::of_rule(error))),
            ),
            ValidationErrorsKind::Struct(inner) => collect(&path, inner, into),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(&format!("{path}.{index}"), inner, into);
                }
            }
        }
    }
}

/// The path of a validator's entry. `__all__` is the validator's word for the whole struct; after `=` comes a name
/// that is the caller's own, such as a map's key.
fn inside(prefix: &str, name: &str) -> String {
    let name = match name.strip_prefix('=') {
        Some(key) => key.to_owned(),
        None if name == "__all__" => return prefix.to_owned(),
        None => crate::camel_case(name),
    };
    if prefix.is_empty() { name } else { format!("{prefix}.{name}") }
}
