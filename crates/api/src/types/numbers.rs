//! Numbers that must stay exact: points, shares and money.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use validator::ValidateRange;

/// The largest integer that every JSON reader keeps exact.
const EXACT: i64 = 1 << 53;

macro_rules! thousandths {
    ($(#[$doc:meta])* $name:ident, $description:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.0 % 1000 == 0 {
                    serializer.serialize_i64(self.0 / 1000)
                } else {
                    // The nearest double to a three-decimal number prints as that number.
                    serializer.serialize_f64(self.0 as f64 / 1000.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                from_decimal(f64::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
            }
        }

        impl ValidateRange<f64> for $name {
            fn greater_than(&self, max: f64) -> Option<bool> {
                Some(self.0 as f64 / 1000.0 > max)
            }

            fn less_than(&self, min: f64) -> Option<bool> {
                Some((self.0 as f64 / 1000.0) < min)
            }
        }

        impl JsonSchema for $name {
            // Inline, so that a field's range shows in its own schema.
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "description": $description, "type": "number" })
            }
        }
    };
}

thousandths!(
    /// Points, held as thousandths of a point. Scores are 0 to 100.
    Points,
    "Points, with at most three decimals. Scores lie between 0 and 100; the lines of an explanation may be negative, and add up exactly when added as decimals."
);
thousandths!(
    /// A weight, a share, a quality or a number of days, held as thousandths.
    Factor,
    "A factor, with at most three decimals; as a share, 1 is the whole."
);

fn from_decimal(value: f64) -> Result<i64, &'static str> {
    let thousandths = (value * 1000.0).round();
    if !thousandths.is_finite() || thousandths.abs() > EXACT as f64 {
        return Err("is too large");
    }
    if thousandths / 1000.0 != value {
        return Err("must have at most three decimals");
    }
    Ok(thousandths as i64)
}

/// An amount of money, exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount in the currency's smallest unit, such as cents. JPY has none: there it is yen.
    pub minor: MinorUnits,
    /// The currency, ISO 4217.
    pub currency: Currency,
}

impl Money {
    /// # Errors
    /// When the amount does not fit exactly into a JSON number.
    pub fn new(minor: i64, currency: Currency) -> Result<Self, OutOfRange> {
        Ok(Money { minor: MinorUnits::try_from(minor)?, currency })
    }
}

/// The amount is beyond ±2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl std::fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("must lie within ±9007199254740992")
    }
}

impl std::error::Error for OutOfRange {}

/// Minor units of a currency, within ±2^53 so that every JSON reader keeps them exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct MinorUnits(i64);

impl MinorUnits {
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for MinorUnits {
    type Error = OutOfRange;

    fn try_from(minor: i64) -> Result<Self, OutOfRange> {
        if (-EXACT..=EXACT).contains(&minor) { Ok(Self(minor)) } else { Err(OutOfRange) }
    }
}

impl JsonSchema for MinorUnits {
    fn schema_name() -> Cow<'static, str> {
        "MinorUnits".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount in a currency's smallest unit, within ±2^53.",
            "type": "integer",
            "minimum": -EXACT,
            "maximum": EXACT,
        })
    }
}

/// A currency: three upper-case letters, ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Self = Self(*b"USD");
    pub const EUR: Self = Self(*b"EUR");

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is built from ASCII letters only")
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.as_str().try_into()
    }
}

impl TryFrom<&str> for Currency {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err("must be three upper-case letters, such as USD"),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A currency: three upper-case letters, ISO 4217.",
            "type": "string",
            "pattern": "^[A-Z]{3}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_and_read_to_the_thousandth() {
        for (thousandths, text) in
            [(0, "0"), (61_333, "61.333"), (100_000, "100"), (-1, "-0.001"), (500, "0.5"), (72_100, "72.1")]
        {
            assert_eq!(serde_json::to_string(&Points(thousandths)).unwrap(), text);
            assert_eq!(serde_json::from_str::<Points>(text).unwrap(), Points(thousandths));
        }
        for wrong in ["0.0005", "1e300", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Points>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_thousandth_of_a_score_survives_the_wire() {
        for thousandths in 0..=100_000 {
            let text = serde_json::to_string(&Points(thousandths)).unwrap();
            assert!(text.split('.').nth(1).is_none_or(|decimals| decimals.len() <= 3), "{text}");
            assert_eq!(serde_json::from_str::<Points>(&text).unwrap(), Points(thousandths));
        }
    }

    #[test]
    fn money_beyond_what_json_keeps_exact_is_refused() {
        assert!(Money::new(EXACT, Currency::USD).is_ok());
        assert_eq!(Money::new(EXACT + 1, Currency::USD), Err(OutOfRange));
        assert!(serde_json::from_str::<Money>(r#"{"minor":9007199254740993,"currency":"USD"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"usd"}"#).is_err());
    }
}
