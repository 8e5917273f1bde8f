//! Money as minor units and a currency: exact, comparable, never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Three upper-case letters, as in ISO 4217. Whether the code is in use is not checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not three letters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three letters, such as USD")]
pub struct NotACurrency;

impl Currency {
    pub const USD: Self = Self(*b"USD");
    pub const EUR: Self = Self(*b"EUR");

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is built from ASCII letters only")
    }

    /// Digits after the decimal point (ISO 4217's minor unit): 2 for most, 0 for JPY, 3 for KWD.
    pub fn minor_digits(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; 3] = text.trim().as_bytes().try_into().map_err(|_| NotACurrency)?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(NotACurrency);
        }
        Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount: `minor` hundredths (or whatever the currency's smallest part is).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// The text is not a number, or is beyond ±9.2·10¹⁸ minor units.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money")]
pub struct NotAnAmount;

impl Money {
    /// Reads a plain decimal, `1234.5` or `-3` or `1.2E7`, without passing through a float. Digits beyond the
    /// currency's smallest part are rounded half away from zero.
    ///
    /// ```
    /// use canonical::{Currency, Money};
    /// assert_eq!(Money::from_decimal("1234.565", Currency::USD).unwrap().minor, 123_457);
    /// ```
    ///
    /// # Errors
    /// When the text is no number, or too large for an `i64` of minor units.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, NotAnAmount> {
        let minor = scaled(text.trim(), currency.minor_digits()).ok_or(NotAnAmount)?;
        Ok(Self { minor, currency })
    }
}

/// The decimal `text` times 10^`digits`, rounded half away from zero.
fn scaled(text: &str, digits: u32) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    // How many of the written digits stand before the new decimal point.
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent) + i64::from(digits);
    let mut value: i64 = 0;
    let mut round_up = false;
    for (position, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let position = i64::try_from(position).ok()?;
        let digit = i64::from(byte - b'0');
        if position < kept {
            value = value.checked_mul(10)?.checked_add(digit)?;
        } else {
            round_up = position == kept && digit >= 5;
            break;
        }
    }
    let written = i64::try_from(whole.len() + fraction.len()).ok()?;
    if value != 0 {
        for _ in written..kept {
            value = value.checked_mul(10)?;
        }
    }
    let value = value.checked_add(i64::from(round_up))?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_minor_units_exactly() {
        let table = [
            ("0", "USD", 0),
            ("1", "USD", 100),
            ("1.5", "USD", 150),
            ("1.005", "USD", 101),
            ("1.004999", "USD", 100),
            ("-2.345", "USD", -235),
            ("+7", "USD", 700),
            (".5", "USD", 50),
            ("5.", "USD", 500),
            ("1.2E7", "USD", 1_200_000_000),
            ("12e-1", "USD", 120),
            ("5e-3", "USD", 1),
            ("4e-3", "USD", 0),
            ("5e-4", "USD", 0),
            ("0e30", "USD", 0),
            ("1500", "JPY", 1500),
            ("1500.5", "JPY", 1501),
            ("1.2345", "KWD", 1235),
            ("92233720368547758.07", "USD", i64::MAX),
        ];
        for (text, currency, minor) in table {
            let money = Money::from_decimal(text, currency.parse().unwrap());
            assert_eq!(money.map(|money| money.minor), Ok(minor), "{text} {currency}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in
            ["", "-", ".", "1,5", "abc", "1.2.3", "1e", "NaN", "inf", "92233720368547758.08", "1e400", "--1"]
        {
            assert_eq!(Money::from_decimal(text, Currency::USD), Err(NotAnAmount), "{text}");
        }
    }

    #[test]
    fn a_currency_is_three_letters_in_upper_case() {
        assert_eq!(" eur ".parse(), Ok(Currency::EUR));
        for text in ["", "EU", "EURO", "E1R", "€UR"] {
            assert_eq!(text.parse::<Currency>(), Err(NotACurrency), "{text}");
        }
    }
}
