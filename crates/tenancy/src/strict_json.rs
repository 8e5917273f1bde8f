//! JSON objects in which no name stands twice, at any depth. Parsers disagree on which of two equal
//! names counts, and a token must not mean one thing to its issuer and another to us.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// The object in `bytes`; `None` if it is no JSON object, or repeats a name.
pub(crate) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes) {
        Ok(Strict(Value::Object(object))) => Some(object),
        _ => None,
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated names")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("repeated name"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_reads_as_usual() {
        let text = r#"{"a":[1,-2,2.5,null,true,"x"],"b":{"c":{}}}"#;
        assert_eq!(object(text.as_bytes()).map(Value::Object), serde_json::from_str(text).ok());
    }

    #[test]
    fn a_repeated_name_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"o":{"id":1,"id":2}}"#, r#"[1]"#, "{", "", r#"{"a":1}{}"#] {
            assert_eq!(object(text.as_bytes()), None, "{text}");
        }
        assert_eq!(object(br#"{"x":[{"a":1,"\u0061":2}]}"#), None, "also where one of them is escaped");
        assert_eq!(object("[".repeat(1_000_000).as_bytes()), None, "and a tower of brackets is no crash");
    }
}
