//! Lists: a page at a time, by cursor.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The items of this page, in the list's order.
    pub items: Vec<T>,
    /// Give it back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<Cursor>,
    /// How many items the whole list has, when it was asked for with `includeTotal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// A list that ends here.
    pub fn last(items: Vec<T>) -> Self {
        Page { items, next_cursor: None, total: None }
    }
}

/// A whole list that is short by nature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{T}List")]
pub struct Listing<T> {
    /// All items.
    pub items: Vec<T>,
}

/// Where a list goes on. Opaque, and sealed to the organization, the caller, the method and its filters: used with
/// anything else it is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Cursor(String);

const LONGEST_CURSOR: usize = 1024;

impl Cursor {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
        if (1..=LONGEST_CURSOR).contains(&text.len()) && text.bytes().all(known) {
            Ok(Self(text))
        } else {
            Err("is not a cursor")
        }
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a list goes on: the `nextCursor` of the page before. Opaque, and sealed to the \
                organization, the caller, the method and its filters; used with anything else, INVALID_PARAMS.",
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_CURSOR,
            "pattern": "^[A-Za-z0-9._=-]+$",
        })
    }
}

macro_rules! sizes {
    ($($(#[doc = $doc:literal])+ $name:ident up to $max:literal, else $default:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "i64")]
        pub struct $name(u16);

        impl $name {
            pub const MAX: u16 = $max;

            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<i64> for $name {
            type Error = &'static str;

            fn try_from(size: i64) -> Result<Self, Self::Error> {
                match u16::try_from(size) {
                    Ok(size @ 1..=$max) => Ok(Self(size)),
                    _ => Err(concat!("must be between 1 and ", $max)),
                }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let description = [$($doc),+].map(str::trim).join(" ");
                json_schema!({
                    "description": description,
                    "type": "integer",
                    "minimum": 1,
                    "maximum": $max,
                    "default": $default,
                })
            }
        }
    )+};
}

sizes! {
    /// How many items a page has at most: 1 to 100.
    PageSize up to 100, else 50;
    /// How many points a matrix has at most: 1 to 5000.
    MatrixSize up to 5000, else 1000;
    /// How many sample records a preview shows at most: 1 to 20.
    SampleSize up to 20, else 5;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_size_is_between_1_and_100_and_50_when_not_said() {
        assert_eq!(PageSize::default().get(), 50);
        assert_eq!(serde_json::from_str::<PageSize>("100").unwrap().get(), 100);
        for wrong in ["0", "101", "-1", "1.5", "\"5\"", "70000"] {
            assert!(serde_json::from_str::<PageSize>(wrong).is_err(), "{wrong}");
        }
        assert!(
            serde_json::from_str::<PageSize>("0")
                .unwrap_err()
                .to_string()
                .starts_with("must be between 1 and 100")
        );
    }

    #[test]
    fn a_cursor_is_short_and_url_safe() {
        assert!(Cursor::try_from("v1.abc-_=".to_owned()).is_ok());
        for wrong in [String::new(), "a b".to_owned(), "a".repeat(LONGEST_CURSOR + 1)] {
            assert!(Cursor::try_from(wrong).is_err());
        }
    }
}
