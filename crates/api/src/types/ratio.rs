//! Ratios of amounts: return on spend, attainment, pace.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A ratio, held as ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ratio(pub i64);

const UNIT: f64 = 10_000.0;
/// The largest target that is still taken for a target.
const LARGEST_TARGET: i64 = 1_000_000;

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 10_000 == 0 {
            serializer.serialize_i64(self.0 / 10_000)
        } else {
            // The nearest double to a four-decimal number prints as that number.
            serializer.serialize_f64(self.0 as f64 / UNIT)
        }
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let units = (value * UNIT).round();
        if !units.is_finite() || units.abs() > 9e15 {
            return Err(de::Error::custom("is too large"));
        }
        if units / UNIT != value {
            return Err(de::Error::custom("must have at most four decimals"));
        }
        Ok(Ratio(units as i64))
    }
}

impl JsonSchema for Ratio {
    fn schema_name() -> Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A ratio with at most four decimals.", "type": "number" })
    }
}

/// The return on ad spend that is aimed at: more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TargetRoas(Ratio);

impl TargetRoas {
    /// In ten-thousandths.
    pub const fn ten_thousandths(self) -> i64 {
        self.0.0
    }

    /// `None` unless it is one.
    pub fn of_ten_thousandths(units: i64) -> Option<Self> {
        (1..=LARGEST_TARGET * 10_000).contains(&units).then_some(Self(Ratio(units)))
    }
}

impl<'de> Deserialize<'de> for TargetRoas {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ratio = Ratio::deserialize(deserializer)?;
        Self::of_ten_thousandths(ratio.0)
            .ok_or_else(|| de::Error::custom("must be greater than 0, and at most 1000000"))
    }
}

impl JsonSchema for TargetRoas {
    fn schema_name() -> Cow<'static, str> {
        "TargetRoas".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The return on ad spend that is aimed at: sales for each unit spent, more than 0, with at \
                most four decimals.",
            "type": "number",
            "minimum": 0.0001,
            "maximum": LARGEST_TARGET,
        })
    }
}

/// A share, held as millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Share(pub i64);

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1_000_000 == 0 {
            serializer.serialize_i64(self.0 / 1_000_000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1e6)
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let units = (value * 1e6).round();
        if units.abs() <= 1e9 && units / 1e6 == value {
            Ok(Share(units as i64))
        } else {
            Err(de::Error::custom("must be a share with at most six decimals"))
        }
    }
}

impl JsonSchema for Share {
    fn schema_name() -> Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A share with at most six decimals; 1 is the whole.", "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_written_and_read_to_the_fourth_decimal() {
        for (units, text) in [(0, "0"), (33_333, "3.3333"), (40_000, "4"), (-5, "-0.0005"), (1_000, "0.1")] {
            assert_eq!(serde_json::to_string(&Ratio(units)).unwrap(), text);
            assert_eq!(serde_json::from_str::<Ratio>(text).unwrap(), Ratio(units));
        }
        for wrong in ["0.00005", "1e300", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Ratio>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_target_of_nothing_or_less_is_none() {
        assert_eq!(serde_json::from_str::<TargetRoas>("4.5").unwrap().ten_thousandths(), 45_000);
        for wrong in ["0", "-1", "1000000.5", "0.00001"] {
            assert!(serde_json::from_str::<TargetRoas>(wrong).is_err(), "{wrong}");
        }
    }
}
