//! One record as it is kept: its JSON, already rendered field by field, so that a page of a query is copied, not serialized.
//! A row decodes back into values when it is filtered, sorted or changed.
use std::borrow::Cow;

use super::id::RecordId;
use super::schema::ObjectDef;
use super::time;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Id(RecordId),
    /// Days since 1970-01-01.
    Date(i32),
    /// Seconds since 1970-01-01 UTC.
    Time(i64),
}

impl Value {
    pub fn text(s: impl Into<String>) -> Self {
        Value::Text(s.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Value::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Value::Text(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Value::Bool(v)
    }
}
impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Value::Int(v)
    }
}
impl From<f64> for Value {
    fn from(v: f64) -> Self {
        Value::Double(v)
    }
}
impl From<RecordId> for Value {
    fn from(v: RecordId) -> Self {
        Value::Id(v)
    }
}

/// A rendered record: `,"Field":value` for each field of its object, in the object's order.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// SystemModstamp, in seconds.
    pub(crate) modstamp: i64,
    pub(crate) deleted: bool,
    json: Box<[u8]>,
    ends: Box<[u16]>,
}

impl Row {
    /// # Panics
    /// When there are not as many values as the object has fields, or a record outgrows 64 KB.
    pub(crate) fn render(object: &ObjectDef, modstamp: i64, deleted: bool, values: &[Value]) -> Self {
        assert_eq!(values.len(), object.fields.len(), "a value for each field of {}", object.name);
        let mut json = Vec::with_capacity(48 * values.len());
        let mut ends = Vec::with_capacity(values.len());
        for (field, value) in object.fields.iter().zip(values) {
            json.extend_from_slice(b",\"");
            json.extend_from_slice(field.name.as_bytes());
            json.extend_from_slice(b"\":");
            write_value(&mut json, value);
            ends.push(u16::try_from(json.len()).expect("a record of the stand-in stays under 64 KB"));
        }
        Self { modstamp, deleted, json: json.into_boxed_slice(), ends: ends.into_boxed_slice() }
    }

    /// The rendered fields `first..=last`, each with a leading comma.
    pub(crate) fn span(&self, first: usize, last: usize) -> &[u8] {
        &self.json[self.start(first)..usize::from(self.ends[last])]
    }

    /// A field's raw JSON value.
    pub(crate) fn raw(&self, object: &ObjectDef, field: usize) -> &[u8] {
        let from = self.start(field) + object.fields[field].name.len() + 4;
        &self.json[from..usize::from(self.ends[field])]
    }

    /// A text field's contents; `None` when null.
    pub(crate) fn text<'a>(&'a self, object: &ObjectDef, field: usize) -> Option<Cow<'a, str>> {
        unquote(self.raw(object, field))
    }

    pub(crate) fn reference(&self, object: &ObjectDef, field: usize) -> Option<RecordId> {
        let raw = self.raw(object, field);
        RecordId::parse(std::str::from_utf8(raw.get(1..19)?).ok()?)
    }

    pub(crate) fn values(&self, object: &ObjectDef) -> Vec<Value> {
        (0..object.fields.len()).map(|i| self.value(object, i)).collect()
    }

    pub(crate) fn value(&self, object: &ObjectDef, field: usize) -> Value {
        use super::schema::Kind;
        let raw = self.raw(object, field);
        if raw == b"null" {
            return Value::Null;
        }
        let plain = || std::str::from_utf8(raw).expect("rendered rows are UTF-8");
        match object.fields[field].kind {
            Kind::Boolean => Value::Bool(raw == b"true"),
            Kind::Int => Value::Int(plain().parse().expect("rendered from an integer")),
            k if k.is_number() => Value::Double(plain().parse().expect("rendered from a number")),
            Kind::Date => Value::Date(
                time::parse_date(unquote(raw).as_deref().unwrap_or_default()).expect("rendered from a date"),
            ),
            Kind::DateTime => Value::Time(
                time::parse_datetime(unquote(raw).as_deref().unwrap_or_default())
                    .expect("rendered from a time"),
            ),
            k if k.is_id() => {
                let text = unquote(raw).unwrap_or_default();
                RecordId::parse(&text).map_or_else(|| Value::Text(text.into_owned()), Value::Id)
            }
            _ => Value::Text(unquote(raw).unwrap_or_default().into_owned()),
        }
    }

    fn start(&self, field: usize) -> usize {
        if field == 0 { 0 } else { usize::from(self.ends[field - 1]) }
    }
}

fn unquote(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.contains(&b'\\') {
        serde_json::from_slice::<String>(raw).ok().map(Cow::Owned)
    } else {
        std::str::from_utf8(inner).ok().map(Cow::Borrowed)
    }
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
        // Salesforce writes 12.0, never 12, for doubles and currencies.
        Value::Double(n) => out.extend_from_slice(format!("{n:?}").as_bytes()),
        Value::Text(s) => serde_json::to_writer(out, s).expect("writing to a vector cannot fail"),
        Value::Id(id) => {
            out.push(b'"');
            out.extend_from_slice(&id.render());
            out.push(b'"');
        }
        Value::Date(days) => {
            out.push(b'"');
            out.extend_from_slice(&time::render_date(*days));
            out.push(b'"');
        }
        Value::Time(secs) => {
            out.push(b'"');
            out.extend_from_slice(&time::render_datetime(*secs));
            out.push(b'"');
        }
    }
}
