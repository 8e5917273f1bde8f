//! Largest remainder: integers that add up to a total which was rounded on its own.

/// Whole numbers near `parts / unit` that add up to exactly `total`.
///
/// Each part is rounded down; what is missing goes, one each, to the largest remainders (the first of equals), what
/// is too much is taken from the smallest. If `total` is the rounded sum of the parts, every number lies within one
/// of its exact value. `unit` is positive.
pub(crate) fn foot(parts: &[i128], unit: i128, total: i128) -> Vec<i128> {
    let mut rounded: Vec<i128> = parts.iter().map(|part| part.div_euclid(unit)).collect();
    if rounded.is_empty() {
        return rounded;
    }
    let left = total - rounded.iter().sum::<i128>();
    let count = rounded.len() as i128;
    // only a total far from the sum gets here with more than one each
    let each = left.div_euclid(count);
    let more = left.rem_euclid(count) as usize;
    if each != 0 {
        rounded.iter_mut().for_each(|value| *value += each);
    }
    if more > 0 {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        let by_remainder = |index: &usize| (std::cmp::Reverse(parts[*index].rem_euclid(unit)), *index);
        order.select_nth_unstable_by_key(more - 1, by_remainder);
        order[..more].iter().for_each(|index| rounded[*index] += 1);
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_of_a_hundred_foot() {
        assert_eq!(foot(&[100, 100, 100], 3, 100), [34, 33, 33]);
        assert_eq!(foot(&[-5, 5], 10, 0), [-1 + 1, 0], "equal remainders: the first gets it");
        assert_eq!(foot(&[], 7, 5), []);
    }

    proptest! {
        #[test]
        fn the_numbers_add_up_and_lie_within_one_of_their_parts(
            parts in prop::collection::vec(-1_000_000_000i128..1_000_000_000, 1..30), unit in 1i128..100_000
        ) {
            let total = crate::money::round_div(parts.iter().sum(), unit);
            let numbers = foot(&parts, unit, total);
            prop_assert_eq!(numbers.iter().sum::<i128>(), total);
            for (number, part) in numbers.iter().zip(&parts) {
                prop_assert!((number * unit - part).abs() <= unit, "{number} for {part} / {unit}");
            }
        }
    }
}
