//! Powers of two in integers, the half-life, and the bounds within which forward decay is exact.
//!
//! `2^x` comes from two tables of 1,024 entries (filled once with `libm::exp2`) and the tangent for the rest: integers
//! only, so the same bits everywhere, no slower than a call to a floating `exp2`. The tangent of a convex function
//! lies below it, so the result is at most 2.3e-13 (relative) too small, exact at whole half-lives, and never falls as
//! `x` grows: decay is monotone to the last bit.

use crate::points::Factor;
use alloc::boxed::Box;

/// `F`: the fraction bits of an accumulated point. An activity's rounding is below 2^-41 of a point, so even a billion
/// of them stay below a thousandth.
pub const FRACTION_BITS: i64 = 40;

/// Half-lives between landmarks. The landmark of an instant is the last multiple of this many half-lives since 1970.
pub const LANDMARK_PERIOD: i64 = 32;

/// Half-lives after its landmark up to which a state takes activities.
///
/// An activity is worth at most 1000 < 2^10 points, so it adds at most 2^(10 + 44 + 40) = 2^94, and 2^32 activities of
/// one person in one channel stay below 2^126: an `i128` never overflows.
pub const REACH: i64 = 44;

/// Half-lives before its landmark from which on an activity adds nothing: 2^10 · 2^(40 − 52) rounds to 0.
pub const MEMORY: i64 = 52;

/// Fraction bits of a type's prepared value: 1000 · 2^50 < 2^60.
pub(crate) const VALUE_BITS: i64 = 50;

const MANTISSA_BITS: i64 = 62;
const STEP_BITS: u32 = 48;
const TABLE: usize = 1024;
/// ⌊ln 2 · 2^32⌋
const LN_2: u64 = 2_977_044_471;

/// `mantissa · 2^(exponent − 62)`, with the mantissa in [2^62, 2^63).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Power {
    pub(crate) mantissa: u64,
    pub(crate) exponent: i64,
}

impl Power {
    /// A number that is not negative, times a power of at most one; rounded down.
    #[inline]
    pub(crate) fn of(self, number: i64) -> i64 {
        let product = u128::from(number.unsigned_abs()) * u128::from(self.mantissa);
        (product >> (MANTISSA_BITS - self.exponent).clamp(0, 127)) as i64
    }
}

/// A half-life, ready to be raised to.
#[derive(Clone, Debug)]
pub(crate) struct HalfLife {
    micros: i64,
    reciprocal: u64,
    shift: u32,
    coarse: Box<[u64; TABLE]>,
    fine: Box<[u64; TABLE]>,
}

impl HalfLife {
    /// From days, at least a thousandth of one (86.4 s).
    pub(crate) fn new(days: Factor) -> HalfLife {
        let micros = days.thousandths().max(1) * (crate::clock::DAY / 1000);
        let bits = 64 - micros.leading_zeros();
        let reciprocal = ((1u128 << (61 + bits)) + micros as u128 / 2) / micros as u128;
        HalfLife {
            micros,
            reciprocal: reciprocal as u64,
            shift: 61 + bits - STEP_BITS,
            coarse: table(TABLE as f64),
            fine: table((TABLE * TABLE) as f64),
        }
    }

    pub(crate) fn micros(&self) -> i64 {
        self.micros
    }

    /// The last landmark at or before an instant.
    pub(crate) fn landmark(&self, instant: i64) -> i64 {
        let period = self.micros * LANDMARK_PERIOD;
        instant.div_euclid(period).saturating_mul(period)
    }

    /// `2^(micros / half-life)`; rises with `micros`, never falls.
    #[inline]
    pub(crate) fn power(&self, micros: i64) -> Power {
        // Rounded to the nearest 2^-48 of a half-life; without rounding −1 half-life would land just below −1.
        let steps =
            (i128::from(micros) * i128::from(self.reciprocal) + (1 << (self.shift - 1))) >> self.shift;
        let exponent = (steps >> STEP_BITS) as i64;
        let steps = steps as u64;
        let coarse = self.coarse[(steps >> 38) as usize % TABLE];
        let fine = self.fine[(steps >> 28) as usize % TABLE];
        let rest = steps & ((1 << 28) - 1);
        let product = ((u128::from(coarse) * u128::from(fine)) >> MANTISSA_BITS) as u64;
        let tangent = ((u128::from(product) * u128::from(rest * LN_2)) >> 80) as u64;
        Power { mantissa: product + tangent, exponent }
    }
}

/// `2^(i / steps)` for i in 0..1024, with 62 fraction bits; the first entry is exactly one.
fn table(steps: f64) -> Box<[u64; TABLE]> {
    let one = (1u64 << MANTISSA_BITS) as f64;
    Box::new(core::array::from_fn(|index| (libm::exp2(index as f64 / steps) * one) as u64))
}

/// `round(value · power · 2^F)` for a value with [`VALUE_BITS`] fraction bits; `None` beyond [`REACH`].
#[inline]
pub(crate) fn accumulate(value: u64, power: Power) -> Option<i128> {
    if power.exponent >= REACH {
        return None;
    }
    let shift = VALUE_BITS + MANTISSA_BITS - FRACTION_BITS - power.exponent;
    if shift > 126 {
        return Some(0);
    }
    let product = u128::from(value) * u128::from(power.mantissa);
    Some(((product + (1 << (shift - 1))) >> shift) as i128)
}

/// Fraction bits of a channel's value while people's channels are capped and added.
pub(crate) const VALUE_FRACTION: i64 = 32;

/// An accumulated sum as points with [`VALUE_FRACTION`] fraction bits, rounded down. Negative sums count nothing.
#[inline]
pub(crate) fn decayed(sum: i128, power: Power) -> u128 {
    if sum <= 0 {
        return 0;
    }
    let (high, low, mantissa) = ((sum >> 64) as u128, sum as u64 as u128, u128::from(power.mantissa));
    let product = high * mantissa + ((low * mantissa) >> 64);
    let shift = FRACTION_BITS + MANTISSA_BITS - 64 - VALUE_FRACTION - power.exponent;
    match shift {
        128.. => 0,
        0..128 => product >> shift,
        _ if -shift <= i64::from(product.leading_zeros()) => product << -shift,
        _ => u128::MAX,
    }
}

/// Points with [`VALUE_FRACTION`] fraction bits to the nearest thousandth.
#[inline]
pub(crate) fn to_thousandths(value: u128) -> i64 {
    let thousandths = value.saturating_mul(1000).saturating_add(1 << (VALUE_FRACTION - 1)) >> VALUE_FRACTION;
    i64::try_from(thousandths).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;
    use proptest::prelude::*;

    fn month() -> HalfLife {
        HalfLife::new(Factor::whole(30))
    }

    fn as_float(power: Power) -> f64 {
        power.mantissa as f64 / (1u64 << MANTISSA_BITS) as f64 * libm::exp2(power.exponent as f64)
    }

    #[test]
    fn whole_half_lives_are_exact() {
        for half_lives in -200..200 {
            let power = month().power(half_lives * 30 * DAY);
            assert_eq!(power, Power { mantissa: 1 << MANTISSA_BITS, exponent: half_lives });
        }
    }

    #[test]
    fn the_ends_of_every_table_segment_rise() {
        let half_life = month();
        for segment in 0..(TABLE * TABLE) as i128 {
            let boundary = (segment * i128::from(half_life.micros) / (TABLE * TABLE) as i128) as i64;
            for micros in boundary - 1..boundary + 2 {
                let (before, after) = (half_life.power(micros), half_life.power(micros + 1));
                assert!(
                    (before.exponent, before.mantissa) <= (after.exponent, after.mantissa),
                    "falls after {micros} µs"
                );
            }
        }
    }

    #[test]
    fn a_twenty_half_lives_old_activity_is_not_lost() {
        let half_life = month();
        let now = half_life.landmark(1_700_000_000_000_000);
        let then = now - 20 * half_life.micros;
        let sum = accumulate(1000 << VALUE_BITS, half_life.power(then - now)).unwrap();
        assert_eq!(to_thousandths(decayed(sum, half_life.power(0))), 1, "1000 points · 2^-20");
        assert_eq!(sum, (1000 << 20), "and its integer is exact");
    }

    #[test]
    fn the_largest_sum_fits_with_room_for_four_billion_activities() {
        let half_life = month();
        let last = half_life.power(REACH * half_life.micros - 1);
        let sum = accumulate(1000 << VALUE_BITS, last).unwrap();
        assert!(sum < 1 << 94);
        assert!(sum.checked_mul(1 << 32).is_some());
        assert_eq!(accumulate(1000 << VALUE_BITS, half_life.power(REACH * half_life.micros)), None);
    }

    #[test]
    fn beyond_the_memory_nothing_is_added_and_nothing_panics() {
        let half_life = month();
        let old = half_life.power(-(MEMORY * half_life.micros));
        assert_eq!(accumulate(1000 << VALUE_BITS, old), Some(0));
        for end in [i64::MIN, i64::MAX] {
            let power = half_life.power(end);
            accumulate(1000 << VALUE_BITS, power);
            decayed(i128::MAX, power);
            half_life.landmark(end);
        }
    }

    proptest! {
        #[test]
        fn the_power_is_within_a_few_parts_in_a_million_million(
            days in 1i64..3_650_000, micros in -(1i64 << 48)..(1i64 << 48)
        ) {
            let half_life = HalfLife::new(Factor::from_thousandths(days));
            let exponent = micros as f64 / half_life.micros as f64;
            prop_assume!(exponent.abs() < 500.0);
            let (exact, ours) = (libm::exp2(exponent), as_float(half_life.power(micros)));
            prop_assert!((ours / exact - 1.0).abs() < 4e-13 + exponent.abs() * 2e-16, "{ours} for {exact}");
        }

        #[test]
        fn the_power_never_falls(
            days in 1i64..3_650_000, micros in -(1i64 << 52)..(1i64 << 52), step in 0i64..(1 << 40)
        ) {
            let half_life = HalfLife::new(Factor::from_thousandths(days));
            let (before, after) = (half_life.power(micros), half_life.power(micros + step));
            prop_assert!((before.exponent, before.mantissa) <= (after.exponent, after.mantissa));
        }
    }
}
