//! One pass over the bytes of a request before anything believes them: is it JSON, no deeper than allowed, without repeated keys and
//! without U+0000, and how many calls does it hold? Knows nothing of JSON-RPC.

use std::{borrow::Cow, cell::Cell, collections::HashSet, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::Fault;

/// What stands at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Object,
    Array(usize),
    Scalar,
}

/// Refuses what no method should ever see. Two readers of a repeated key may each believe another value, and PostgreSQL's text has
/// no U+0000, so both are refused here once instead of being remembered everywhere.
pub(crate) fn screen(body: &[u8], depth: usize, batch: usize) -> Result<Shape, Fault> {
    let refused = Cell::new(None);
    let mut source = serde_json::Deserializer::from_slice(body);
    let walk = Walk { left: depth, batch: Some(batch), refused: &refused };
    let shape = walk.deserialize(&mut source).and_then(|shape| source.end().map(|()| shape));
    shape.map_err(|_| refused.get().unwrap_or(Fault::NOT_JSON))
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    left: usize,
    /// The longest array allowed at the top; `None` below it.
    batch: Option<usize>,
    refused: &'a Cell<Option<Fault>>,
}

impl Walk<'_> {
    fn refuse<E: de::Error>(self, fault: Fault) -> E {
        self.refused.set(Some(fault));
        E::custom("refused")
    }

    fn inner<E: de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Walk { left, batch: None, ..self }),
            None => Err(self.refuse(Fault::TOO_DEEP)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Shape, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Shape, E> {
        if text.contains('\0') { Err(self.refuse(Fault::NUL_CHARACTER)) } else { Ok(Shape::Scalar) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let inner = self.inner()?;
        let mut count = 0;
        while items.next_element_seed(inner)?.is_some() {
            count += 1;
            if self.batch.is_some_and(|most| count > most) {
                return Err(self.refuse(Fault::BATCH_TOO_LARGE));
            }
        }
        Ok(Shape::Array(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        let inner = self.inner()?;
        let mut seen = Keys::Few(Vec::new());
        while let Some(Key(key)) = entries.next_key()? {
            if key.contains('\0') {
                return Err(self.refuse(Fault::NUL_CHARACTER));
            }
            if !seen.insert(key) {
                return Err(self.refuse(Fault::DUPLICATE_KEY));
            }
            entries.next_value_seed(inner)?;
        }
        Ok(Shape::Object)
    }
}

/// Keys of one object: most have a handful, a hostile one has 200,000.
enum Keys<'de> {
    Few(Vec<Cow<'de, str>>),
    Many(HashSet<Cow<'de, str>>),
}

impl<'de> Keys<'de> {
    fn insert(&mut self, key: Cow<'de, str>) -> bool {
        match self {
            Keys::Many(all) => all.insert(key),
            Keys::Few(some) if some.contains(&key) => false,
            Keys::Few(some) => {
                some.push(key);
                if some.len() > 16 {
                    *self = Keys::Many(std::mem::take(some).into_iter().collect());
                }
                true
            }
        }
    }
}

struct Key<'de>(Cow<'de, str>);

impl<'de> de::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        source.deserialize_str(Borrowing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screened(text: &str) -> Result<Shape, Fault> {
        screen(text.as_bytes(), 8, 3)
    }

    #[test]
    fn ordinary_requests_pass_and_tell_their_shape() {
        assert_eq!(screened(r#"{"a":[1,-2,3.5,null,true,"é\u00e9"]}"#), Ok(Shape::Object));
        assert_eq!(screened(" [1,2,3] "), Ok(Shape::Array(3)));
        assert_eq!(screened("[[1,2,3,4]]"), Ok(Shape::Array(1)), "only the top array is a batch");
        assert_eq!(screened("7"), Ok(Shape::Scalar));
    }

    #[test]
    fn what_is_not_json_is_a_parse_error() {
        for bad in ["", "{", "nul", "{}{}", "[1,]", r#""\ud800""#, "1e999", "{\"a\":\u{0}}"] {
            assert_eq!(screened(bad), Err(Fault::NOT_JSON), "{bad}");
        }
        assert_eq!(screen(b"\"\xff\"", 8, 3), Err(Fault::NOT_JSON));
    }

    #[test]
    fn repeated_keys_are_refused_at_every_depth_and_however_written() {
        for bad in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
            assert_eq!(screened(bad), Err(Fault::DUPLICATE_KEY), "{bad}");
        }
        let mut many: Vec<String> = (0..40).map(|n| format!("\"k{n}\":0")).collect();
        assert_eq!(screened(&format!("{{{}}}", many.join(","))), Ok(Shape::Object));
        many.push("\"k3\":1".into());
        assert_eq!(screened(&format!("{{{}}}", many.join(","))), Err(Fault::DUPLICATE_KEY));
    }

    #[test]
    fn an_escaped_nul_is_refused_in_texts_and_in_keys() {
        assert_eq!(screened(r#"{"a":"x\u0000"}"#), Err(Fault::NUL_CHARACTER));
        assert_eq!(screened(r#"{"\u0000":1}"#), Err(Fault::NUL_CHARACTER));
    }

    #[test]
    fn depth_and_batch_are_bounded_without_reading_to_the_end() {
        assert_eq!(screened("[[[[[[[[1]]]]]]]]"), Ok(Shape::Array(1)));
        assert_eq!(screened("[[[[[[[[[1"), Err(Fault::TOO_DEEP));
        assert_eq!(screened("[1,2,3,4"), Err(Fault::BATCH_TOO_LARGE));
        assert_eq!(screened(&"[".repeat(4_000_000)), Err(Fault::TOO_DEEP));
    }
}
