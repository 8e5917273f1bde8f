//! When a vendor says that it may be asked again.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// Without a word from the vendor.
const UNSTATED: TimeDelta = TimeDelta::seconds(30);
/// No vendor's limit lasts longer than a day; what asks for more is a mistake, or worse.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// Reads a `Retry-After` header (RFC 9110: seconds, or a date in any of HTTP's three forms). Never before `now`, never more
/// than a day after it; absent or unreadable means half a minute.
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// let now = Utc::now();
/// assert_eq!(connectors::egress::retry_after(Some("120"), now), now + TimeDelta::seconds(120));
/// ```
pub fn retry_after(header: Option<&str>, now: DateTime<Utc>) -> DateTime<Utc> {
    let wait =
        header.map(str::trim).and_then(|text| seconds(text).or_else(|| until(text, now))).unwrap_or(UNSTATED);
    now + wait.clamp(TimeDelta::zero(), LONGEST)
}

fn seconds(text: &str) -> Option<TimeDelta> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a number can hold still mean "very long".
    Some(TimeDelta::seconds(text.parse::<u32>().map_or(i64::from(u32::MAX), i64::from)))
}

fn until(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc() - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_means_an_instant_within_a_day() {
        let now: DateTime<Utc> = "1994-11-06T08:49:00Z".parse().unwrap();
        let table = [
            (Some("0"), 0),
            (Some("1"), 1),
            (Some(" 37 "), 37),
            (Some("86400"), 86_400),
            (Some("86401"), 86_400),
            (Some("99999999999999999999"), 86_400),
            (Some("Sun, 06 Nov 1994 08:49:37 GMT"), 37),
            (Some("Sunday, 06-Nov-94 08:49:37 GMT"), 37),
            (Some("Sun Nov  6 08:49:37 1994"), 37),
            (Some("Sun, 06 Nov 1994 08:00:00 GMT"), 0),
            (Some("Fri, 31 Dec 9999 23:59:59 GMT"), 86_400),
            (Some("-5"), 30),
            (Some("1.5"), 30),
            (Some("soon"), 30),
            (Some(""), 30),
            (Some("Sun, 99 Nov 1994 08:49:37 GMT"), 30),
            (None, 30),
        ];
        for (header, wait) in table {
            assert_eq!((retry_after(header, now) - now).num_seconds(), wait, "{header:?}");
        }
    }
}
