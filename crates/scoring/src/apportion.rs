//! Largest remainder: integers that share a total exactly, in proportion to weights.

use alloc::vec;
use alloc::vec::Vec;

/// Shares of `total` (not negative) in proportion to `weights`, none above its limit.
///
/// Each share is its quota rounded down, and what is left goes to the largest remainders (the first of equals) that
/// are still below their limit. Limits must have room for the total and lie at or above the quotas rounded down.
/// With all weights 0 the first lines with room take all.
pub(crate) fn apportion(total: i64, weights: &[u128], limits: &[i64]) -> Vec<i64> {
    let mut shares = vec![0; weights.len()];
    if total <= 0 || weights.is_empty() {
        return shares;
    }
    // total < 2^63, so weights whose sum stays below 2^64 multiply without overflow
    let bits = weights.iter().fold(0u32, |bits, weight| bits.max(128 - weight.leading_zeros()));
    let room = 63 - (usize::BITS - weights.len().leading_zeros());
    let scale = bits.saturating_sub(room);
    let scaled = |index: usize| weights[index] >> scale;
    // all weights 0 give all quotas 0, and everything to the remainders
    let sum = (0..weights.len()).map(scaled).sum::<u128>().max(1);
    for (index, share) in shares.iter_mut().enumerate() {
        *share = ((total as u128 * scaled(index) / sum) as i64).min(limits[index]);
    }
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| core::cmp::Reverse(total as u128 * scaled(*index) % sum));
    let mut left = total - shares.iter().sum::<i64>();
    while left > 0 {
        let mut given = 0;
        for index in &order {
            if left > 0 && shares[*index] < limits[*index] {
                shares[*index] += 1;
                left -= 1;
                given += 1;
            }
        }
        if given == 0 {
            break;
        }
    }
    shares
}

/// No limits.
pub(crate) fn unlimited(count: usize) -> Vec<i64> {
    vec![i64::MAX; count]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_share_a_hundred() {
        assert_eq!(apportion(100, &[1, 1, 1], &unlimited(3)), [34, 33, 33]);
        assert_eq!(apportion(7, &[0, 0], &[3, 9]), [3, 4]);
        assert_eq!(apportion(0, &[1], &unlimited(1)), [0]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_and_lie_within_one_of_their_quota(
            total in 0i64..=1_000_000_000, weights in prop::collection::vec(0u128..1 << 126, 1..40)
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 1 << 100));
            let shares = apportion(total, &weights, &unlimited(weights.len()));
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            let sum: f64 = weights.iter().map(|weight| *weight as f64).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let quota = total as f64 * (*weight as f64 / sum);
                prop_assert!((*share as f64 - quota).abs() < 1.001, "{share} for {quota}");
            }
        }

        #[test]
        fn a_smaller_total_within_the_larger_ones_shares_never_exceeds_them(
            total in 0i64..=100_000, less in 0i64..=100_000,
            weights in prop::collection::vec(1u128..1_000_000, 1..12)
        ) {
            let shares = apportion(total, &weights, &unlimited(weights.len()));
            let smaller = apportion(total.min(less), &weights, &shares);
            prop_assert_eq!(smaller.iter().sum::<i64>(), total.min(less));
            prop_assert!(smaller.iter().zip(&shares).all(|(smaller, share)| smaller <= share));
        }
    }
}
