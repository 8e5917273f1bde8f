//! Into one currency, with the rate, its date and its source kept beside the result.
//!
//! For each clock, week and measure the sum of a currency's figures is converted and rounded once, and then shared
//! out to the figures by largest remainder. So the weeks' totals are exact roundings, every figure lies within one
//! minor unit of its own exact value, and whatever is rolled up from converted figures foots. The price: a figure's
//! last minor unit can depend on the figures beside it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::foot::foot;
use crate::money::{Amounts, Currency, round_div};
use crate::summary::Cell;
use crate::tree::Tree;
use crate::week::Week;

/// What one main unit of a currency is worth in another: `mantissa` / 10^`scale`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields))]
pub struct Rate {
    /// From this currency.
    pub from: Currency,
    /// The digits of the rate; from 1 to 10^15.
    pub mantissa: i64,
    /// How many of the digits are decimals; at most 12.
    pub scale: u8,
    /// Of which day.
    pub date: NaiveDate,
    /// Whose.
    pub source: String,
}

/// Why figures cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertRefused {
    /// Figures in a currency without a rate.
    #[error("there is no rate for {currency}")]
    NoRate {
        /// Which.
        currency: Currency,
    },
    /// Two rates for a currency, or one from the target to itself that is not one.
    #[error("there is more than one rate for {currency}")]
    RateTwice {
        /// Which.
        currency: Currency,
    },
    /// Zero, negative, too many digits.
    #[error("the rate for {currency} is not a positive number of at most 15 digits, 12 of them decimals")]
    NotARate {
        /// Which.
        currency: Currency,
    },
    /// A converted figure beyond an `i64`.
    #[error("a converted figure is too large")]
    TooLarge,
}

/// Figures in one currency.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The same tree, in the target currency. Budgets are left out: they are set in the client's own.
    pub tree: Tree,
    /// The figures, in the order given.
    pub cells: Vec<Cell>,
    /// The rates that were used, to be shown with whatever comes of this.
    pub rates: Vec<Rate>,
}

/// Figures of any currencies in one.
///
/// # Errors
/// A missing, doubled or impossible rate; a figure too large.
pub fn convert(
    tree: &Tree,
    cells: &[Cell],
    to: Currency,
    rates: &[Rate],
) -> Result<Converted, ConvertRefused> {
    let mut by_currency = BTreeMap::new();
    for rate in rates {
        let currency = rate.from;
        if !(1..=MOST_MANTISSA).contains(&rate.mantissa) || rate.scale > 12 {
            return Err(ConvertRefused::NotARate { currency });
        }
        if currency == to || by_currency.insert(currency, rate).is_some() {
            return Err(ConvertRefused::RateTwice { currency });
        }
    }
    let mut together: BTreeMap<(Currency, Week), Vec<usize>> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        let currency = tree.node(cell.node).currency;
        if currency != to {
            together.entry((currency, cell.week)).or_default().push(at);
        }
    }
    let mut converted = cells.to_vec();
    let mut used: Vec<Rate> = Vec::new();
    for ((currency, _), members) in &together {
        let rate = *by_currency.get(currency).ok_or(ConvertRefused::NoRate { currency: *currency })?;
        if used.last() != Some(rate) {
            used.push(rate.clone());
        }
        for clock in [(|cell| &mut cell.now) as Slot<Option<Amounts>>, |cell| &mut cell.then] {
            for measure in [(|it| &mut it.ad_spend) as MeasureSlot, |it| &mut it.sales] {
                convert_column(&mut converted, members, rate, to, clock, measure)?;
            }
        }
    }
    Ok(Converted { tree: tree.in_currency(to), cells: converted, rates: used })
}

const MOST_MANTISSA: i64 = 1_000_000_000_000_000;

type Slot<T> = fn(&mut Cell) -> &mut T;
type MeasureSlot = fn(&mut Amounts) -> &mut i64;

fn convert_column(
    cells: &mut [Cell],
    members: &[usize],
    rate: &Rate,
    to: Currency,
    clock: Slot<Option<Amounts>>,
    measure: MeasureSlot,
) -> Result<(), ConvertRefused> {
    let (numerator, denominator) = minor_rate(rate, to);
    let mut places = Vec::new();
    let mut parts = Vec::new();
    for at in members {
        if let Some(amounts) = clock(&mut cells[*at]) {
            let exact = i128::from(*measure(amounts)).checked_mul(numerator);
            parts.push(exact.ok_or(ConvertRefused::TooLarge)?);
            places.push(*at);
        }
    }
    let sum =
        parts.iter().try_fold(0i128, |sum, part| sum.checked_add(*part)).ok_or(ConvertRefused::TooLarge)?;
    let total = round_div(sum, denominator);
    for (at, value) in places.into_iter().zip(foot(&parts, denominator, total)) {
        let value = i64::try_from(value).map_err(|_| ConvertRefused::TooLarge)?;
        if let Some(amounts) = clock(&mut cells[at]) {
            *measure(amounts) = value;
        }
    }
    Ok(())
}

/// Minor units of the target for one minor unit of the source, as a fraction.
fn minor_rate(rate: &Rate, to: Currency) -> (i128, i128) {
    let ten = |exponent: u8| 10i128.pow(u32::from(exponent));
    (i128::from(rate.mantissa) * ten(to.decimals()), ten(rate.scale) * ten(rate.from.decimals()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::summarize;
    use crate::week::Period;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::try_from(code).unwrap()
    }

    fn week() -> Week {
        Week::starting("2026-03-02".parse().unwrap()).unwrap()
    }

    fn rate(from: &str, mantissa: i64, scale: u8) -> Rate {
        let date = "2026-03-06".parse().unwrap();
        Rate { from: currency(from), mantissa, scale, date, source: "as agreed".to_owned() }
    }

    fn client_with(tree: &mut Tree, code: &str, spends: &[i64]) -> Vec<Cell> {
        let client = tree.client(currency(code));
        let channel = tree.channel(client);
        let group = tree.group(channel, None);
        let cell = |node, ad_spend: &i64| {
            let now = Some(Amounts { ad_spend: *ad_spend, sales: 3 * *ad_spend });
            Cell { node, week: week(), now, then: None }
        };
        // the last is known for the channel only
        let (last, others) = spends.split_last().unwrap();
        let mut cells: Vec<Cell> =
            others.iter().map(|spend| cell(tree.campaign(group, None), spend)).collect();
        cells.push(cell(channel, last));
        cells
    }

    #[test]
    fn a_rate_counts_main_units_whatever_the_minor_ones_are() {
        let mut tree = Tree::new();
        let cells = client_with(&mut tree, "JPY", &[1000, 0]);
        let converted = convert(&tree, &cells, currency("EUR"), &[rate("JPY", 6, 3)]).unwrap();
        assert_eq!(converted.cells[0].now.unwrap().ad_spend, 600, "1000 yen at 0.006 are 6.00 euros");
        assert_eq!(converted.cells[0].then, None, "unknown stays unknown");
        assert_eq!(converted.rates, [rate("JPY", 6, 3)]);
    }

    #[test]
    fn what_cannot_be_converted_is_refused_by_name() {
        let mut tree = Tree::new();
        let cells = client_with(&mut tree, "USD", &[1, 1]);
        let convert = |rates: &[Rate]| convert(&tree, &cells, currency("EUR"), rates).unwrap_err();
        let usd = currency("USD");
        assert_eq!(convert(&[]), ConvertRefused::NoRate { currency: usd });
        assert_eq!(
            convert(&[rate("USD", 9, 1), rate("USD", 9, 1)]),
            ConvertRefused::RateTwice { currency: usd }
        );
        assert_eq!(convert(&[rate("USD", 0, 1)]), ConvertRefused::NotARate { currency: usd });
        assert_eq!(convert(&[rate("USD", 1, 13)]), ConvertRefused::NotARate { currency: usd });
        let eur = currency("EUR");
        assert_eq!(convert(&[rate("EUR", 1, 0)]), ConvertRefused::RateTwice { currency: eur });
    }

    proptest! {
        #[test]
        fn converted_figures_foot_and_their_total_is_rounded_once(
            dollars in prop::collection::vec(0i64..1_000_000, 1..20),
            euros in prop::collection::vec(0i64..1_000_000, 1..20),
            mantissa in 1i64..30_000_000
        ) {
            let mut tree = Tree::new();
            let mut cells = client_with(&mut tree, "USD", &dollars);
            cells.extend(client_with(&mut tree, "EUR", &euros));
            let converted = convert(&tree, &cells, currency("EUR"), &[rate("USD", mantissa, 7)]).unwrap();
            for (before, after) in cells.iter().zip(&converted.cells) {
                let (before, after) = (before.now.unwrap().ad_spend, after.now.unwrap().ad_spend);
                let exact = match dollars.len() { _ if before == after => continue, _ => i128::from(before) * i128::from(mantissa) };
                prop_assert!((i128::from(after) * 10_000_000 - exact).abs() <= 10_000_000, "within one minor unit");
            }
            let summary = summarize(&converted.tree, Period::new(week(), 1).unwrap(), converted.cells).unwrap();
            prop_assert_eq!(summary.totals.len(), 1);
            let total = summary.totals[&currency("EUR")].0.period.unwrap();
            let dollars: i64 = dollars.iter().sum();
            let rounded = round_div(i128::from(dollars) * i128::from(mantissa), 10_000_000) as i64;
            prop_assert_eq!(total.ad_spend, rounded + euros.iter().sum::<i64>());
        }
    }
}
