//! Why ROAS changed between two periods: spend, sales and mix, which add up to the change exactly.
//!
//! With aᵢ the spend and sᵢ the sales of part i, A = Σ aᵢ, weights wᵢ = aᵢ/A and rᵢ = sᵢ/aᵢ, the ROAS of all is
//! R = Σ wᵢ·rᵢ. A bar is the mean of both periods, Δ the later less the earlier. Then
//!
//! ```text
//! ΔR      = Σ w̄ᵢ·Δrᵢ + Σ r̄ᵢ·Δwᵢ
//! mix     = Σ r̄ᵢ·Δwᵢ                         money moved between parts that return more and less
//! sales   = Σ w̄ᵢ·Δsᵢ·mean(1/aᵢ)              parts sold more or less for the money
//! spend   = Σ w̄ᵢ·s̄ᵢ·Δ(1/aᵢ)                  parts cost more or less for what they sold
//! ```
//!
//! This is the decomposition by arithmetic means of T. L. Bennet, "The Theory of Measurement of Changes in Cost of
//! Living", Journal of the Royal Statistical Society 83(3), 1920, pp. 455-462, applied twice: to Σ wᵢ·rᵢ, and to
//! each rᵢ = sᵢ·(1/aᵢ). Both periods are treated alike, and going back gives the same effects with the other sign.
//!
//! Two cases have no rᵢ. A part that spent nothing in just one of the periods came or went: all of its contribution
//! sᵢ/A is mix. A part that spent nothing in both splits sᵢ/A into Δsᵢ·mean(1/A) for sales and s̄ᵢ·Δ(1/A) for spend.
//!
//! Effects are computed in fixed point, far finer than shown, and rounded to ten-thousandths by largest remainder
//! against the change of the ROAS as shown: integers that add up to it, without a rest.

use crate::foot::foot;
use crate::money::{Amounts, Ratio};

/// One part of a whole (say, a campaign) in two periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// In the earlier period.
    pub before: Amounts,
    /// In the later period.
    pub after: Amounts,
}

/// Effects on ROAS, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Of spending more or less.
    pub spend: i64,
    /// Of selling more or less.
    pub sales: i64,
    /// Of spending it elsewhere.
    pub mix: i64,
}

impl Effects {
    /// The change they make together.
    pub fn total(self) -> i64 {
        self.spend + self.sales + self.mix
    }
}

/// A change of ROAS, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// ROAS of all parts in the earlier period.
    pub before: Ratio,
    /// ROAS of all parts in the later period.
    pub after: Ratio,
    /// What the change consists of: adds up to `after` less `before`.
    pub effects: Effects,
    /// The same for each part, in the order given: each effect is the sum of the parts'. A part's mix effect is
    /// relative to a return of zero, so it is the parts' together that says something.
    pub parts: Vec<Effects>,
}

/// Splits the change of ROAS. `None` if nothing was spent in one of the periods, or amounts are negative or exceed
/// 2^53 together: then there is no ROAS to change.
///
/// ```
/// use ad_metrics::{attribute, Amounts, Part};
/// let part = |before: (i64, i64), after: (i64, i64)| Part {
///     before: Amounts { ad_spend: before.0, sales: before.1 },
///     after: Amounts { ad_spend: after.0, sales: after.1 },
/// };
/// // both parts return what they did, but money moved to the better one
/// let moved = attribute(&[part((100, 100), (50, 50)), part((100, 300), (150, 450))]).unwrap();
/// assert_eq!((moved.before.to_string(), moved.after.to_string()), ("2.0000".into(), "2.5000".into()));
/// assert_eq!((moved.effects.mix, moved.effects.spend + moved.effects.sales), (5_000, 0));
/// ```
pub fn attribute(parts: &[Part]) -> Option<Attribution> {
    let whole = [sum(parts, |part| part.before)?, sum(parts, |part| part.after)?];
    let (before, after) = (whole[0].roas()?, whole[1].roas()?);
    let fine: Vec<[i128; 3]> = parts.iter().map(|part| effects(part, &whole)).collect();
    let together: Vec<i128> = (0..3).map(|effect| fine.iter().map(|part| part[effect]).sum()).collect();
    let change = after.ten_thousandths() - before.ten_thousandths();
    let totals = foot(&to_ten_thousandths(&together), UNIT, i128::from(change));
    let mut rounded = vec![[0i64; 3]; parts.len()];
    for (effect, total) in totals.iter().enumerate() {
        let column: Vec<i128> = fine.iter().map(|part| part[effect]).collect();
        for (part, value) in rounded.iter_mut().zip(foot(&to_ten_thousandths(&column), UNIT, *total)) {
            part[effect] = value as i64;
        }
    }
    let of = |[spend, sales, mix]: [i64; 3]| Effects { spend, sales, mix };
    Some(Attribution {
        before,
        after,
        effects: of([totals[0] as i64, totals[1] as i64, totals[2] as i64]),
        parts: rounded.into_iter().map(of).collect(),
    })
}

/// Bits behind the point of a ratio, of a weight, and of an effect: the latter lose a factor of four, because means
/// are taken as sums.
const RATIO_BITS: u32 = 32;
const WEIGHT_BITS: u32 = 62;
const UNIT: i128 = 1 << (RATIO_BITS + 2);

/// All amounts together stay below 2^53, so a ratio stays below 2^85 and an effect below 2^89.
fn sum(parts: &[Part], of: impl Fn(&Part) -> Amounts) -> Option<Amounts> {
    let limit = 0..1i64 << 53;
    let mut sum = Amounts::ZERO;
    for amounts in parts.iter().map(of) {
        if amounts.ad_spend < 0 || amounts.sales < 0 {
            return None;
        }
        sum = sum.plus(amounts).ok()?;
    }
    (limit.contains(&sum.ad_spend) && limit.contains(&sum.sales)).then_some(sum)
}

fn to_ten_thousandths(fine: &[i128]) -> Vec<i128> {
    fine.iter().map(|value| value * 10_000).collect()
}

/// Spend, sales and mix effect of one part, times four.
fn effects(part: &Part, whole: &[Amounts; 2]) -> [i128; 3] {
    let (a, s) = ([part.before.ad_spend, part.after.ad_spend], [part.before.sales, part.after.sales]);
    let total = [whole[0].ad_spend, whole[1].ad_spend];
    match (a[0] > 0, a[1] > 0) {
        (true, true) => {
            let weight = [0, 1].map(|t| (i128::from(a[t]) << WEIGHT_BITS) / i128::from(total[t]));
            // r[t][u]: sales of t for the money of u
            let r = [0, 1].map(|t| [0, 1].map(|u| ratio(s[t], a[u])));
            let weights = weight[0] + weight[1];
            let sales = weigh(r[1][0] + r[1][1] - r[0][0] - r[0][1], weights);
            let spend = weigh(r[0][1] + r[1][1] - r[0][0] - r[1][0], weights);
            let mix = 2 * weigh(r[0][0] + r[1][1], weight[1] - weight[0]);
            [spend, sales, mix]
        }
        (false, false) => {
            let c = [0, 1].map(|t| [0, 1].map(|u| ratio(s[t], total[u])));
            let sales = 2 * (c[1][0] + c[1][1] - c[0][0] - c[0][1]);
            let spend = 2 * (c[0][1] + c[1][1] - c[0][0] - c[1][0]);
            [spend, sales, 0]
        }
        _ => [0, 0, 4 * (ratio(s[1], total[1]) - ratio(s[0], total[0]))],
    }
}

fn ratio(sales: i64, ad_spend: i64) -> i128 {
    (i128::from(sales) << RATIO_BITS) / i128::from(ad_spend)
}

/// A product with a weight, without leaving the i128: the weight's high and low half apart.
fn weigh(value: i128, weight: i128) -> i128 {
    const HALF: u32 = WEIGHT_BITS / 2;
    let (high, low) = (weight >> HALF, weight & ((1 << HALF) - 1));
    ((value * high) + ((value * low) >> HALF)) >> (WEIGHT_BITS - HALF)
}
