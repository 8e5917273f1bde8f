//! Amounts in minor units, their currencies, and ratios of them.

use std::fmt;

/// The greatest amount one campaign may have in one week, in minor units. It leaves room to add thousands of weeks
/// in an `i64`, and lies within the integers that JSON readers hold exactly.
pub const MOST_MINOR: i64 = 1_000_000_000_000_000;

/// A code in the form of ISO 4217: three capital letters. Which codes an organization uses is the organization's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Currency([u8; 3]);

/// Not three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters, as in ISO 4217")]
pub struct NotACurrency;

impl Currency {
    /// Its letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }

    /// Decimals of the minor unit as in ISO 4217: 2, but 0 for the yen, 3 for the dinar of Kuwait, 4 for the UF of Chile.
    pub fn decimals(self) -> u8 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl TryFrom<&str> for Currency {
    type Error = NotACurrency;

    fn try_from(text: &str) -> Result<Currency, NotACurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotACurrency)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Currency(letters)) } else { Err(NotACurrency) }
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;

    fn try_from(text: String) -> Result<Currency, NotACurrency> {
        Currency::try_from(text.as_str())
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was spent and what was sold, of one week or added up, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields))]
pub struct Amounts {
    /// Advertising spend.
    pub ad_spend: i64,
    /// Sales that came of it.
    pub sales: i64,
}

/// Why two amounts cannot be the figures of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountRefused {
    /// Below zero.
    #[error("{measure} is negative")]
    Negative {
        /// Which of the two.
        measure: Measure,
    },
    /// Above [`MOST_MINOR`].
    #[error("{measure} is more than {MOST_MINOR} minor units")]
    TooLarge {
        /// Which of the two.
        measure: Measure,
    },
}

/// One of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub enum Measure {
    /// Advertising spend.
    AdSpend,
    /// Sales.
    Sales,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::AdSpend => "ad spend",
            Measure::Sales => "sales",
        })
    }
}

/// A sum that leaves what an `i64` holds. No honest data gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sum of these amounts is too large")]
pub struct SumTooLarge;

impl Amounts {
    /// Nothing.
    pub const ZERO: Amounts = Amounts { ad_spend: 0, sales: 0 };

    /// The figures of one week.
    ///
    /// # Errors
    /// Anything below zero or above [`MOST_MINOR`].
    pub fn of_week(ad_spend: i64, sales: i64) -> Result<Amounts, AmountRefused> {
        for (measure, minor) in [(Measure::AdSpend, ad_spend), (Measure::Sales, sales)] {
            if minor < 0 {
                return Err(AmountRefused::Negative { measure });
            }
            if minor > MOST_MINOR {
                return Err(AmountRefused::TooLarge { measure });
            }
        }
        Ok(Amounts { ad_spend, sales })
    }

    /// Both sums.
    ///
    /// # Errors
    /// A sum beyond `i64`.
    pub fn plus(self, other: Amounts) -> Result<Amounts, SumTooLarge> {
        Ok(Amounts {
            ad_spend: self.ad_spend.checked_add(other.ad_spend).ok_or(SumTooLarge)?,
            sales: self.sales.checked_add(other.sales).ok_or(SumTooLarge)?,
        })
    }

    /// Sales for each unit spent: of a sum, the ratio of the sums. `None` when nothing was spent, whatever was sold.
    ///
    /// ```
    /// use ad_metrics::Amounts;
    /// let roas = |ad_spend, sales| Amounts { ad_spend, sales }.roas();
    /// assert_eq!(roas(300, 1000).unwrap().to_string(), "3.3333");
    /// assert_eq!(roas(0, 1000), None);
    /// ```
    pub fn roas(self) -> Option<Ratio> {
        Ratio::of(i128::from(self.sales), i128::from(self.ad_spend))
    }
}

/// A ratio in ten-thousandths: four decimals, the last one rounded half away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Ratio(i64);

impl Ratio {
    /// 1.0000.
    pub const ONE: Ratio = Ratio(10_000);

    /// Of so many ten-thousandths.
    pub const fn from_ten_thousandths(value: i64) -> Ratio {
        Ratio(value)
    }

    /// How many ten-thousandths.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// A quotient rounded half away from zero; `None` for a denominator of zero or less. What would exceed an `i64`
    /// is held at its greatest value, some 922 million million.
    pub fn of(numerator: i128, denominator: i128) -> Option<Ratio> {
        if denominator <= 0 {
            return None;
        }
        // numerators are products of at most three i64 with a bound, and stay far below the i128 divided by 10,000;
        // whatever does not is held too
        let scaled = numerator.checked_mul(10_000).map(|scaled| round_div(scaled, denominator));
        let limit = if numerator < 0 { i64::MIN } else { i64::MAX };
        Some(Ratio(scaled.and_then(|value| i64::try_from(value).ok()).unwrap_or(limit)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:04}", value / 10_000, value % 10_000)
    }
}

/// A quotient rounded half away from zero; the divisor is positive.
pub(crate) fn round_div(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() >= divisor - rest.abs() { quotient + dividend.signum() } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_round_away_from_zero() {
        let ratio = |numerator, denominator| Ratio::of(numerator, denominator).unwrap().ten_thousandths();
        assert_eq!(ratio(1, 20_000), 1);
        assert_eq!(ratio(-1, 20_000), -1);
        assert_eq!(ratio(1, 20_001), 0);
        assert_eq!(ratio(5, 3), 16_667);
        assert_eq!(Ratio::of(i128::from(i64::MAX), 1).unwrap().ten_thousandths(), i64::MAX);
        assert_eq!(Ratio::of(i128::MIN, 1).unwrap().ten_thousandths(), i64::MIN);
        assert_eq!(Ratio::from_ten_thousandths(-5).to_string(), "-0.0005");
    }

    #[test]
    fn nothing_spent_is_no_ratio() {
        assert_eq!(Amounts { ad_spend: 0, sales: 0 }.roas(), None);
        assert_eq!(Amounts { ad_spend: 0, sales: 9 }.roas(), None);
        assert_eq!(Amounts { ad_spend: 9, sales: 0 }.roas(), Some(Ratio(0)));
    }

    #[test]
    fn a_week_has_no_negative_and_no_absurd_amount() {
        use Measure::{AdSpend, Sales};
        assert_eq!(Amounts::of_week(-1, 0), Err(AmountRefused::Negative { measure: AdSpend }));
        assert_eq!(Amounts::of_week(0, -1), Err(AmountRefused::Negative { measure: Sales }));
        assert_eq!(Amounts::of_week(0, MOST_MINOR + 1), Err(AmountRefused::TooLarge { measure: Sales }));
        assert!(Amounts::of_week(MOST_MINOR, MOST_MINOR).is_ok());
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!(Currency::try_from("EUR").unwrap().decimals(), 2);
        assert_eq!(Currency::try_from("JPY").unwrap().decimals(), 0);
        assert_eq!(Currency::try_from("KWD").unwrap().decimals(), 3);
        for text in ["eur", "EU", "EURO", "€", ""] {
            assert_eq!(Currency::try_from(text), Err(NotACurrency), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_ratio_is_the_nearest_number_of_ten_thousandths(sales in 0..=MOST_MINOR, ad_spend in 1..=MOST_MINOR) {
            let ratio = i128::from(Amounts { ad_spend, sales }.roas().unwrap().ten_thousandths());
            prop_assume!(ratio < i128::from(i64::MAX));
            let (ad_spend, sales) = (i128::from(ad_spend), i128::from(sales));
            prop_assert!((2 * (ratio * ad_spend - 10_000 * sales)).abs() <= ad_spend);
        }

        #[test]
        fn the_ratio_of_a_sum_lies_between_the_ratios_of_its_parts(
            a in (1..=1_000_000i64, 0..=1_000_000i64), b in (1..=1_000_000i64, 0..=1_000_000i64)
        ) {
            let [a, b] = [a, b].map(|(ad_spend, sales)| Amounts { ad_spend, sales });
            let (low, high) = (a.roas().min(b.roas()), a.roas().max(b.roas()));
            let both = a.plus(b).unwrap().roas();
            prop_assert!(low <= both && both <= high);
        }
    }
}
