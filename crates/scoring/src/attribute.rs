//! Values of custom attributes: what a CRM field can hold, and when two of them are the same.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A text, number, boolean or list.
///
/// A blank text and an empty list say nothing: they count as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum AttributeValue {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A text; compared trimmed and in lower case.
    Text(String),
    /// Several values; matches when any of them does.
    List(Vec<AttributeValue>),
}

/// A finite number, so that equality is an equivalence. `-0` is `0`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(try_from = "f64"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(with = "f64"))]
pub struct Number(f64);

impl Eq for Number {}

/// Infinity and "not a number" are no attribute values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite;

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number must be finite")
    }
}

impl core::error::Error for NotFinite {}

impl TryFrom<f64> for Number {
    type Error = NotFinite;
    fn try_from(number: f64) -> Result<Number, NotFinite> {
        if number.is_finite() { Ok(Number(number + 0.0)) } else { Err(NotFinite) }
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> f64 {
        number.0
    }
}

/// Whole numbers are written without a fraction, so that a configuration reads back as it was typed.
#[cfg(feature = "serde")]
impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = libm::trunc(self.0) == self.0 && self.0.abs() <= crate::points::WIRE_LIMIT as f64;
        if whole { serializer.serialize_i64(self.0 as i64) } else { serializer.serialize_f64(self.0) }
    }
}

impl AttributeValue {
    /// A text value.
    pub fn text(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_owned())
    }

    /// Whether it says anything at all.
    ///
    /// ```
    /// use scoring::AttributeValue;
    /// assert!(!AttributeValue::text("  ").is_known());
    /// assert!(AttributeValue::Boolean(false).is_known());
    /// ```
    pub fn is_known(&self) -> bool {
        match self {
            AttributeValue::Text(text) => !text.trim().is_empty(),
            AttributeValue::List(values) => values.iter().any(AttributeValue::is_known),
            AttributeValue::Boolean(_) | AttributeValue::Number(_) => true,
        }
    }

    /// Whether any of it equals `wanted`; a number never equals a text.
    ///
    /// ```
    /// use scoring::AttributeValue;
    /// let regions = AttributeValue::List(vec![AttributeValue::text("EMEA"), AttributeValue::text("APAC")]);
    /// assert!(regions.matches(&AttributeValue::text(" emea ")));
    /// assert!(!regions.matches(&AttributeValue::Boolean(true)));
    /// ```
    pub fn matches(&self, wanted: &AttributeValue) -> bool {
        match (self, wanted) {
            (AttributeValue::List(values), _) => values.iter().any(|value| value.matches(wanted)),
            (_, AttributeValue::List(wanted)) => wanted.iter().any(|wanted| self.matches(wanted)),
            (AttributeValue::Text(text), AttributeValue::Text(wanted)) => {
                normalised(text) == normalised(wanted)
            }
            _ => self == wanted,
        }
    }
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttributeValue::Boolean(value) => write!(f, "{value}"),
            AttributeValue::Number(Number(value)) => write!(f, "{value}"),
            AttributeValue::Text(value) => f.write_str(value),
            AttributeValue::List(values) => values.iter().enumerate().try_for_each(|(index, value)| {
                let separator = if index == 0 { "" } else { ", " };
                write!(f, "{separator}{value}")
            }),
        }
    }
}

/// Trimmed and in Unicode lower case: the form in which texts are compared.
pub(crate) fn normalised(text: &str) -> String {
    text.trim().to_lowercase()
}
