//! Amounts as people and spreadsheets write them. Whether a sign is for decimals or for thousands is decided for the
//! whole file: see [`evidence`].

use crate::import::hints::NumberFormat;
use crate::money::Currency;

/// An amount that was read: `mantissa` / 10^`scale` of the currency's main unit, up to six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) mantissa: i64,
    pub(crate) scale: u8,
}

/// More decimals than any currency's minor unit needs to be rounded right.
const MOST_DECIMALS: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Empty,
    NotANumber,
    TooLarge,
    TooFine,
}

/// What one number says about the file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Nothing: it has neither sign, or is no number.
    Neutral,
    /// It can only be this.
    Only(NumberFormat),
    /// It could be both, as 1.234.
    Either,
}

/// A cell without its currency, with its sign taken off.
#[derive(Clone, Copy, Debug)]
struct Body<'c> {
    digits: &'c str,
    negative: bool,
    currency: Option<&'c str>,
}

/// What a number says about the format of the file.
///
/// Of two different signs the last is the decimal one; a sign that comes twice groups; a single sign groups only if
/// three digits follow it and one to three, not starting with 0, precede it, and then it could be either.
pub(crate) fn evidence(cell: &str) -> Evidence {
    use NumberFormat::{DecimalComma, DecimalPoint};
    let digits = body(cell).digits;
    let like_a_number = |c: char| c.is_ascii_digit() || is_space(c) || matches!(c, '.' | ',' | '\'' | '’');
    if !digits.chars().all(like_a_number) || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return Evidence::Neutral;
    }
    let count = |sign| digits.matches(sign).count();
    match (count('.'), count(',')) {
        (0, 0) => Evidence::Neutral,
        (0, 1) => single(digits, ',', DecimalComma),
        (1, 0) => single(digits, '.', DecimalPoint),
        (0, _) => Evidence::Only(DecimalPoint),
        (_, 0) => Evidence::Only(DecimalComma),
        _ if digits.rfind('.') > digits.rfind(',') => Evidence::Only(DecimalPoint),
        _ => Evidence::Only(DecimalComma),
    }
}

fn single(digits: &str, sign: char, if_decimal: NumberFormat) -> Evidence {
    let (before, after) = digits.split_once(sign).unwrap_or((digits, ""));
    let could_group = (1..=3).contains(&before.len())
        && !before.starts_with('0')
        && after.len() == 3
        && digits.chars().all(|c| c.is_ascii_digit() || c == sign);
    if could_group { Evidence::Either } else { Evidence::Only(if_decimal) }
}

/// The currency that a cell names beside its number.
pub(crate) fn currency(cell: &str) -> Option<Result<Currency, crate::money::NotACurrency>> {
    body(cell).currency.map(|unit| match unit {
        "€" => Currency::try_from("EUR"),
        "£" => Currency::try_from("GBP"),
        unit => Currency::try_from(unit),
    })
}

/// Reads a number in a format. Negative ones are read too: that they are refused is the caller's rule.
pub(crate) fn parse(cell: &str, format: NumberFormat) -> Result<Decimal, Refused> {
    let body = body(cell);
    if body.digits.is_empty() {
        return Err(if cell.is_empty() { Refused::Empty } else { Refused::NotANumber });
    }
    let decimal_sign = if format == NumberFormat::DecimalPoint { '.' } else { ',' };
    let (whole, fraction) = body.digits.split_once(decimal_sign).unwrap_or((body.digits, ""));
    let decimal = decimal(whole, fraction, decimal_sign)?;
    Ok(if body.negative { Decimal { mantissa: -decimal.mantissa, ..decimal } } else { decimal })
}

fn decimal(whole: &str, fraction: &str, decimal_sign: char) -> Result<Decimal, Refused> {
    if (whole.is_empty() && fraction.is_empty()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::NotANumber);
    }
    let mut mantissa = whole_number(whole, decimal_sign)?;
    let fraction = fraction.trim_end_matches('0').as_bytes();
    let kept = &fraction[..fraction.len().min(MOST_DECIMALS)];
    for digit in kept {
        mantissa = push(mantissa, *digit)?;
    }
    // digits beyond the last one kept must not vanish, or a number too fine would pass for a fine one
    if fraction.len() > kept.len() && mantissa % 10 == 0 {
        mantissa += 1;
    }
    Ok(Decimal { mantissa, scale: kept.len() as u8 })
}

fn push(mantissa: i64, digit: u8) -> Result<i64, Refused> {
    mantissa.checked_mul(10).and_then(|m| m.checked_add(i64::from(digit - b'0'))).ok_or(Refused::TooLarge)
}

/// Digits, in groups of three if there are groups, all with the same sign between them.
fn whole_number(whole: &str, decimal_sign: char) -> Result<i64, Refused> {
    let is_group_sign =
        |c: char| is_space(c) || matches!(c, '\'' | '’') || (matches!(c, '.' | ',') && c != decimal_sign);
    let sign = whole.chars().find(|c| !c.is_ascii_digit());
    let mut value = 0i64;
    let Some(sign) = sign else {
        return whole.bytes().try_fold(0i64, push);
    };
    if !is_group_sign(sign) {
        return Err(Refused::NotANumber);
    }
    for (index, group) in whole.split(sign).enumerate() {
        let fits = if index == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refused::NotANumber);
        }
        value = group.bytes().try_fold(value, push)?;
    }
    Ok(value)
}

/// Takes off the currency and the sign, wherever they are: `-€5`, `€ -5`, `(5,00) EUR`, `5-`.
fn body(cell: &str) -> Body<'_> {
    let mut body = Body { digits: trim(cell), negative: false, currency: None };
    if body.digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return body;
    }
    // sign and currency come in either order
    for _ in 0..2 {
        body.take_sign();
        body.take_currency();
    }
    body
}

impl<'c> Body<'c> {
    fn take_sign(&mut self) {
        if self.negative {
            return;
        }
        let digits = self.digits;
        let minus = digits.strip_prefix(['-', '\u{2212}']).or_else(|| digits.strip_suffix(['-', '\u{2212}']));
        let minus = minus.or_else(|| digits.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')));
        if let Some(rest) = minus {
            (self.digits, self.negative) = (trim(rest), true);
        } else if let Some(rest) = digits.strip_prefix('+') {
            self.digits = trim(rest);
        }
    }

    fn take_currency(&mut self) {
        if self.currency.is_some() {
            return;
        }
        let is_unit = |c: char| c.is_ascii_alphabetic() || matches!(c, '€' | '£' | '$' | '¥');
        let before = self.digits.trim_start_matches(is_unit);
        let after = self.digits.trim_end_matches(is_unit);
        let unit = if before.len() < self.digits.len() {
            let unit = &self.digits[..self.digits.len() - before.len()];
            self.digits = trim(before);
            unit
        } else if after.len() < self.digits.len() {
            let unit = &self.digits[after.len()..];
            self.digits = trim(after);
            unit
        } else {
            return;
        };
        // dollars and yen are several countries' and say nothing
        self.currency = (!matches!(unit, "$" | "¥")).then_some(unit);
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

impl Decimal {
    /// In minor units of a currency with so many decimals, rounded half away from zero if `round`.
    pub(crate) fn minor(self, decimals: u8, round: bool) -> Result<i64, Refused> {
        if self.scale <= decimals {
            let factor = 10i64.pow(u32::from(decimals - self.scale));
            return self.mantissa.checked_mul(factor).ok_or(Refused::TooLarge);
        }
        let divisor = 10i64.pow(u32::from(self.scale - decimals));
        if !round && self.mantissa % divisor != 0 {
            return Err(Refused::TooFine);
        }
        Ok(crate::money::round_div(i128::from(self.mantissa), i128::from(divisor)) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NumberFormat::{DecimalComma, DecimalPoint};
    use proptest::prelude::*;

    fn cents(text: &str, format: NumberFormat) -> Result<i64, Refused> {
        parse(text, format)?.minor(2, false)
    }

    #[test]
    fn amounts_read_with_their_groups_signs_and_currencies() {
        let point =
            ["1234.5", "1,234.5", "1 234.50", "1'234.50", "€1,234.50", "1234.50 EUR", "$ 1,234.5000000000"];
        for text in point {
            assert_eq!(cents(text, DecimalPoint), Ok(123_450), "{text}");
        }
        for text in ["1234,5", "1.234,5", "1\u{202f}234,50", "1\u{a0}234,50 €", "EUR 1.234,50", "+1234,50"]
        {
            assert_eq!(cents(text, DecimalComma), Ok(123_450), "{text}");
        }
        for text in ["-5", "5-", "(5)", "\u{2212}5", "-€5", "€ -5", "(5,00 €)", "(5) EUR", "€(5)"] {
            assert_eq!(cents(text, DecimalComma), Ok(-500), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let texts = [
            "n/a",
            "-",
            "€",
            "1.2.3",
            "1e5",
            "0x10",
            "12,34.5",
            "1,2345",
            ",123.5",
            "1,234,5",
            "1 23",
            "1,234'567",
            "٣",
            "1_000",
            ".",
            "--5",
            "1.5.",
            "1..5",
            "5 5.0",
            "NaN",
            "∞",
        ];
        for text in texts {
            assert_eq!(cents(text, DecimalPoint), Err(Refused::NotANumber), "{text}");
        }
        assert_eq!(cents("", DecimalPoint), Err(Refused::Empty));
        assert_eq!(cents("1.005", DecimalPoint), Err(Refused::TooFine));
        assert_eq!(cents("99999999999999999999", DecimalPoint), Err(Refused::TooLarge));
        assert_eq!(cents("999999999999999999", DecimalPoint), Err(Refused::TooLarge));
    }

    #[test]
    fn rounding_is_asked_for_and_goes_half_away_from_zero() {
        let rounded = |text| parse(text, DecimalPoint).unwrap().minor(2, true);
        assert_eq!(rounded("1.005"), Ok(101));
        assert_eq!(rounded("1.00499999999999999999"), Ok(100));
        assert_eq!(rounded("22358.3466666666667"), Ok(2_235_835));
    }

    #[test]
    fn a_number_decides_the_format_only_if_it_has_but_one_reading() {
        for text in ["1.5", "1.50", "0.123", "1234.567", "1,234.5", "1,234,567", ".5", "1 234.567", "€1.5"]
        {
            assert_eq!(evidence(text), Evidence::Only(DecimalPoint), "{text}");
        }
        for text in ["1,5", "0,123", "1.234,5", "1.234.567", "1 234,567", "-1,5 €"] {
            assert_eq!(evidence(text), Evidence::Only(DecimalComma), "{text}");
        }
        for text in ["1.234", "12,345", "-123.456", "€1.234"] {
            assert_eq!(evidence(text), Evidence::Either, "{text}");
        }
        for text in ["", "5", "1 234", "n.a.", "-", "1.x,y"] {
            assert_eq!(evidence(text), Evidence::Neutral, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_in_a_format_is_read_in_it_and_never_taken_for_the_other(
            minor in 0i64..100_000_000_000, comma in any::<bool>(), grouped in any::<bool>()
        ) {
            let (format, other, sign, group) =
                if comma { (DecimalComma, DecimalPoint, ',', '.') } else { (DecimalPoint, DecimalComma, '.', ',') };
            let whole = (minor / 100).to_string();
            let mut text = String::new();
            for (at, digit) in whole.chars().enumerate() {
                if grouped && at > 0 && (whole.len() - at).is_multiple_of(3) {
                    text.push(group);
                }
                text.push(digit);
            }
            text += &format!("{sign}{:02}", minor % 100);
            prop_assert_eq!(evidence(&text), Evidence::Only(format));
            prop_assert_eq!(cents(&text, format), Ok(minor));
            prop_assert!(cents(&text, other).is_err());
        }
    }
}
