//! Exact decimals: [`Points`] and [`Factor`], both integers of thousandths, and their one wire format.
//! Knows nothing of what a point means.

use core::fmt;

/// The largest magnitude, in thousandths, that crosses the wire: 2^50, where a JSON number still tells every thousandth
/// from its neighbours.
pub const WIRE_LIMIT: i64 = 1 << 50;

macro_rules! thousandths {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: $name = $name(0);

            /// From thousandths: `61_333` is 61.333.
            pub const fn from_thousandths(thousandths: i64) -> $name {
                $name(thousandths)
            }

            /// From a whole number. Saturates at the ends of the range.
            pub const fn whole(whole: i64) -> $name {
                $name(whole.saturating_mul(1000))
            }

            /// The integer inside: 61.333 is `61_333`.
            pub const fn thousandths(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_decimal(self.0, f)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                wire::serialize(self.0, serializer)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                wire::deserialize(deserializer).map($name)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> alloc::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "number",
                    "description": "A number with at most three decimals."
                })
            }
        }
    };
}

thousandths! {
    /// Points of a score in thousandths; a score is `0..=100_000`.
    ///
    /// ```
    /// use scoring::Points;
    /// assert_eq!(Points::from_thousandths(61_333).to_string(), "61.333");
    /// assert_eq!(Points::whole(80).to_string(), "80");
    /// ```
    Points
}

thousandths! {
    /// A weight, a share, a quality or a number of days, in thousandths.
    ///
    /// ```
    /// use scoring::Factor;
    /// assert_eq!(Factor::from_thousandths(600).to_string(), "0.6");
    /// ```
    Factor
}

impl Points {
    /// The most a score can be.
    pub const HUNDRED: Points = Points(100_000);

    /// The nearest score: below nothing is nothing, above a hundred is a hundred.
    ///
    /// ```
    /// use scoring::Points;
    /// assert_eq!(Points::whole(108).clamped(), Points::HUNDRED);
    /// assert_eq!(Points::whole(-3).clamped(), Points::ZERO);
    /// ```
    pub fn clamped(self) -> Points {
        Points(self.0.clamp(0, Points::HUNDRED.0))
    }

    /// Whether this could be a score.
    pub const fn is_score(self) -> bool {
        0 <= self.0 && self.0 <= Points::HUNDRED.0
    }
}

/// Saturates: a sum of scores stays far inside, and a hostile configuration must not panic.
impl core::ops::Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

/// Saturates, as addition does.
impl core::ops::Sub for Points {
    type Output = Points;
    fn sub(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }
}

impl core::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(iter: I) -> Points {
        iter.fold(Points::ZERO, |sum, points| sum + points)
    }
}

impl Factor {
    /// One.
    pub const ONE: Factor = Factor(1000);
}

/// `numerator / denominator` to the nearest integer, halves upwards. The denominator is positive.
pub(crate) fn divide(numerator: i128, denominator: i128) -> i64 {
    (2 * numerator + denominator).div_euclid(2 * denominator) as i64
}

fn write_decimal(thousandths: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (sign, magnitude) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    let (whole, rest) = (magnitude / 1000, magnitude % 1000);
    match (rest % 10, rest % 100) {
        _ if rest == 0 => write!(f, "{sign}{whole}"),
        (_, 0) => write!(f, "{sign}{whole}.{}", rest / 100),
        (0, _) => write!(f, "{sign}{whole}.{:02}", rest / 10),
        _ => write!(f, "{sign}{whole}.{rest:03}"),
    }
}

#[cfg(feature = "serde")]
mod wire {
    //! A JSON number with at most three decimals, and the integer of its thousandths, map one to one.
    //!
    //! For |n| ≤ 2^50 the double nearest to n/1000 is what a parser makes of the decimal text, and IEEE division of the
    //! exact double n by 1000 gives that same double. Neighbouring n give different doubles (their spacing is at most
    //! 2^-12), and multiplying by 1000 misses n by at most a quarter. So the comparison below is exact, and a fourth
    //! decimal is refused rather than rounded.

    use super::WIRE_LIMIT;
    use serde::{Deserializer, Serializer, de, ser};

    pub(super) fn serialize<S: Serializer>(thousandths: i64, serializer: S) -> Result<S::Ok, S::Error> {
        if thousandths.unsigned_abs() > WIRE_LIMIT as u64 {
            return Err(ser::Error::custom("number too large for the wire"));
        }
        match thousandths % 1000 {
            0 => serializer.serialize_i64(thousandths / 1000),
            _ => serializer.serialize_f64(thousandths as f64 / 1000.0),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        deserializer.deserialize_f64(Decimal)
    }

    struct Decimal;

    impl de::Visitor<'_> for Decimal {
        type Value = i64;

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("a number with at most three decimals")
        }

        fn visit_i64<E: de::Error>(self, whole: i64) -> Result<i64, E> {
            let thousandths = whole.checked_mul(1000).filter(|n| n.unsigned_abs() <= WIRE_LIMIT as u64);
            thousandths.ok_or_else(|| E::invalid_value(de::Unexpected::Signed(whole), &self))
        }

        fn visit_u64<E: de::Error>(self, whole: u64) -> Result<i64, E> {
            match i64::try_from(whole) {
                Ok(whole) => self.visit_i64(whole),
                Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(whole), &self)),
            }
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<i64, E> {
            let nearest = libm::rint(number * 1000.0);
            let exact = nearest.abs() <= WIRE_LIMIT as f64 && nearest / 1000.0 == number;
            if exact {
                Ok(nearest as i64)
            } else {
                Err(E::invalid_value(de::Unexpected::Float(number), &self))
            }
        }
    }
}
