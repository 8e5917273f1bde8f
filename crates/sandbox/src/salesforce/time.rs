//! Dates and instants as the vendor writes them: `2026-01-31` and `2026-01-31T09:30:00.000+0000`. Fixed width, so that their
//! order is the order of their bytes.
use chrono::{DateTime, Datelike, NaiveDate};

pub(crate) const DAY: i64 = 86_400;
pub(crate) const HOUR: i64 = 3_600;

pub(crate) fn render_date(days: i32) -> [u8; 10] {
    let d = NaiveDate::from_epoch_days(days).expect("dates of the stand-in are near our own");
    let mut out = *b"0000-00-00";
    digits(&mut out[0..4], d.year() as u32);
    digits(&mut out[5..7], d.month());
    digits(&mut out[8..10], d.day());
    out
}

pub(crate) fn render_datetime(secs: i64) -> [u8; 28] {
    let mut out = *b"0000-00-00T00:00:00.000+0000";
    out[..10].copy_from_slice(&render_date(day_of(secs)));
    let s = secs.rem_euclid(DAY) as u32;
    digits(&mut out[11..13], s / 3600);
    digits(&mut out[14..16], s / 60 % 60);
    digits(&mut out[17..19], s % 60);
    out
}

/// The day an instant falls on, in UTC.
pub(crate) fn day_of(secs: i64) -> i32 {
    secs.div_euclid(DAY) as i32
}

pub(crate) fn parse_date(text: &str) -> Option<i32> {
    if text.len() != 10 {
        return None;
    }
    Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.to_epoch_days())
}

/// Reads `Z`, `+hh:mm` and `+hhmm` offsets, with or without fractions; fractions are cut off.
pub(crate) fn parse_datetime(text: &str) -> Option<i64> {
    let parsed = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    Some(parsed.ok()?.timestamp())
}

fn digits(slot: &mut [u8], mut n: u32) {
    for d in slot.iter_mut().rev() {
        *d = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_survive_the_round_trip_in_every_spelling_of_the_offset() {
        let t = 1_767_225_599;
        assert_eq!(&render_datetime(t), b"2025-12-31T23:59:59.000+0000");
        for text in [
            "2025-12-31T23:59:59.000+0000",
            "2025-12-31T23:59:59Z",
            "2026-01-01T00:59:59+01:00",
            "2025-12-31T23:59:59.999Z",
        ] {
            assert_eq!(parse_datetime(text), Some(t), "{text}");
        }
        assert_eq!(parse_date("2025-02-29"), None);
        assert_eq!(render_date(parse_date("2024-02-29").unwrap()), *b"2024-02-29");
    }
}
