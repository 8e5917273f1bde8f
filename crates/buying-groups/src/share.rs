//! A number from 0 to 1, in millionths. Knows not what it is a share of.

use std::fmt;

/// From 0 to 1 in steps of a millionth: a confidence, a trust, a completeness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "f64", into = "f64")
)]
pub struct Share(u32);

/// The refusal of a number that is no share.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("must be from 0 to 1, is {0}")]
pub struct NotAShare(pub f64);

impl Share {
    pub const ZERO: Share = Share(0);
    pub const ONE: Share = Share(1_000_000);

    /// `612_000` is 0.612. Whatever is above one is one.
    pub const fn from_millionths(millionths: u32) -> Share {
        if millionths > Share::ONE.0 { Share::ONE } else { Share(millionths) }
    }

    /// `612` is 0.612. Whatever is above one is one.
    pub const fn from_thousandths(thousandths: u32) -> Share {
        Share::from_millionths(thousandths.saturating_mul(1000))
    }

    /// The integer inside: 0.612 is `612_000`.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// As a fraction of one.
    ///
    /// ```
    /// assert_eq!(buying_groups::Share::from_thousandths(612).as_f64(), 0.612);
    /// ```
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// `part` of `whole`, rounded down, one at most; nothing of nothing is zero.
    pub(crate) fn of(part: u128, whole: u128) -> Share {
        if whole == 0 {
            return Share::ZERO;
        }
        Share((part.saturating_mul(1_000_000) / whole).min(1_000_000) as u32)
    }

    /// The product, rounded down.
    pub fn times(self, other: Share) -> Share {
        Share((u64::from(self.0) * u64::from(other.0) / 1_000_000) as u32)
    }

    pub(crate) const fn wide(self) -> u128 {
        self.0 as u128
    }
}

impl TryFrom<f64> for Share {
    type Error = NotAShare;

    /// Rounded to the nearest millionth.
    fn try_from(value: f64) -> Result<Share, NotAShare> {
        if (0.0..=1.0).contains(&value) {
            Ok(Share((value * 1e6).round() as u32))
        } else {
            Err(NotAShare(value))
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.as_f64()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_f64(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_zero_to_one_are_refused() {
        for number in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(Share::try_from(number).is_err(), "{number}");
        }
        assert_eq!(Share::try_from(0.7), Ok(Share::from_thousandths(700)));
    }

    #[test]
    fn every_share_survives_the_way_through_a_float() {
        for millionths in (0..=1_000_000).step_by(7) {
            let share = Share::from_millionths(millionths);
            assert_eq!(Share::try_from(share.as_f64()), Ok(share));
        }
    }
}
