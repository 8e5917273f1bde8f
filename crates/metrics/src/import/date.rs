//! Dates as people and spreadsheets write them. Which of day and month comes first is decided for the whole file.

use chrono::{NaiveDate, Weekday};

use crate::import::hints::DateOrder;

/// What one date says about the file's order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Nothing: it cannot be misread, or is no date.
    Neutral,
    /// It can only be this.
    Only(DateOrder),
    /// Both would be dates, and different ones.
    Either,
}

enum Shape {
    Certain(Option<NaiveDate>),
    /// Two numbers in an order to be decided, and the year.
    Open(u32, u32, i32),
}

/// What a date says about the order of day and month.
pub(crate) fn evidence(cell: &str) -> Evidence {
    let Some(Shape::Open(first, second, year)) = shape(cell) else { return Evidence::Neutral };
    let day_first = NaiveDate::from_ymd_opt(year, second, first);
    let month_first = NaiveDate::from_ymd_opt(year, first, second);
    match (day_first, month_first) {
        (Some(_), None) => Evidence::Only(DateOrder::DayFirst),
        (None, Some(_)) => Evidence::Only(DateOrder::MonthFirst),
        (Some(one), Some(other)) if one != other => Evidence::Either,
        _ => Evidence::Neutral,
    }
}

/// Reads 2026-03-30, 2026/03/30, 2026-W14, 30.03.2026, and with an order 30/03/2026 or 30-03-2026; each also with a
/// time of midnight behind it.
pub(crate) fn parse(cell: &str, order: Option<DateOrder>) -> Option<NaiveDate> {
    match shape(cell)? {
        Shape::Certain(date) => date,
        Shape::Open(first, second, year) => match order {
            Some(DateOrder::DayFirst) => NaiveDate::from_ymd_opt(year, second, first),
            Some(DateOrder::MonthFirst) => NaiveDate::from_ymd_opt(year, first, second),
            // no date of the file left it open, so neither does this one
            None => {
                NaiveDate::from_ymd_opt(year, second, first).or(NaiveDate::from_ymd_opt(year, first, second))
            }
        },
    }
}

fn shape(cell: &str) -> Option<Shape> {
    let date = without_midnight(cell);
    let sign = date.bytes().find(|byte| !byte.is_ascii_digit())?;
    if let Some((year, week)) = date.split_once("-W") {
        return iso_week(year, week);
    }
    if !matches!(sign, b'-' | b'/' | b'.') {
        return None;
    }
    let mut parts = date.split(char::from(sign));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if first.len() == 4 {
        let (year, month, day) = (number(first, 4)?, number(second, 2)?, number(third, 2)?);
        return Some(Shape::Certain(NaiveDate::from_ymd_opt(year as i32, month, day)));
    }
    let year = number(third, 4).filter(|_| third.len() == 4)? as i32;
    let (first, second) = (number(first, 2)?, number(second, 2)?);
    // where dates are written with dots, days come first
    let dotted = || Shape::Certain(NaiveDate::from_ymd_opt(year, second, first));
    Some(if sign == b'.' { dotted() } else { Shape::Open(first, second, year) })
}

fn iso_week(year: &str, week: &str) -> Option<Shape> {
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    Some(Shape::Certain(NaiveDate::from_isoywd_opt(year as i32, number(week, 2)?, Weekday::Mon)))
}

fn number(text: &str, most: usize) -> Option<u32> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.bytes().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}

fn without_midnight(cell: &str) -> &str {
    let Some((date, time)) = cell.split_once([' ', 'T']) else { return cell };
    let midnight = ["00:00", "00:00:00", "00:00:00Z", "00:00:00.000", "00:00:00.000Z", "0:00", "0:00:00"];
    if midnight.contains(&time) { date } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn dates_that_cannot_be_misread_need_no_order() {
        for text in ["2026-03-30", "2026/3/30", "30.03.2026", "30.3.2026", "2026-W14", "2026-03-30 00:00:00"]
        {
            assert_eq!(parse(text, None), date("2026-03-30"), "{text}");
            assert_eq!(evidence(text), Evidence::Neutral, "{text}");
        }
    }

    #[test]
    fn a_number_above_twelve_decides_the_order() {
        assert_eq!(evidence("30/03/2026"), Evidence::Only(DateOrder::DayFirst));
        assert_eq!(evidence("03/30/2026"), Evidence::Only(DateOrder::MonthFirst));
        assert_eq!(evidence("03/04/2026"), Evidence::Either);
        assert_eq!(evidence("04/04/2026"), Evidence::Neutral);
        assert_eq!(parse("03/04/2026", Some(DateOrder::DayFirst)), date("2026-04-03"));
        assert_eq!(parse("03/04/2026", Some(DateOrder::MonthFirst)), date("2026-03-04"));
        assert_eq!(parse("30/03/2026", Some(DateOrder::MonthFirst)), None);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "30.02.2026",
            "1/2/26",
            "46111",
            "2026-03-30 13:00",
            "2026-W54",
            "2026-03-30-1",
            "+2026-03-30",
            "2026--3",
            "99999-01-01",
        ] {
            assert_eq!(parse(text, Some(DateOrder::DayFirst)), None, "{text}");
            assert_eq!(evidence(text), Evidence::Neutral, "{text}");
        }
    }
}
