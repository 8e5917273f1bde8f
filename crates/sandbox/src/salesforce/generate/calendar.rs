//! When things happen in a business: on weekdays, in office hours, more at the end of a quarter, less in summer and at year's end.
use chrono::{Datelike, NaiveDate, Weekday};

use super::dice::Dice;
use crate::salesforce::time::{DAY, HOUR, day_of};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    /// First instant of the history.
    pub(crate) start: i64,
    /// The instant the data ends at.
    pub(crate) anchor: i64,
}

impl Calendar {
    pub(super) fn new(start: i64, anchor: i64) -> Self {
        Self { start, anchor }
    }

    /// The last instant anything is stamped with: a little before the anchor.
    pub(crate) fn end(self) -> i64 {
        self.anchor - 120
    }

    /// A busy moment between two instants; any moment when the stretch has no busy one.
    pub(crate) fn moment(self, dice: &mut Dice, from: i64, to: i64) -> i64 {
        let (first, last) = (day_of(from), day_of(to));
        for _ in 0..24 {
            let day = dice.between(i64::from(first), i64::from(last));
            if dice.permille() >= busyness(day as i32) {
                continue;
            }
            let t = day * DAY + office_hour(dice);
            if (from..=to).contains(&t) {
                return t;
            }
        }
        dice.between(from, to)
    }
}

/// Of a thousand things that could happen on this day, how many do.
fn busyness(day: i32) -> u64 {
    let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
    let weekday: u64 = match date.weekday() {
        Weekday::Sat => 40,
        Weekday::Sun => 25,
        Weekday::Fri => 480,
        Weekday::Tue | Weekday::Wed => 640,
        Weekday::Mon | Weekday::Thu => 580,
    };
    let season: u64 = match (date.month(), date.day()) {
        (12, 20..) | (1, ..=3) => 25,
        (8, _) => 55,
        (7, _) => 75,
        (3 | 6 | 9 | 12, _) => 130,
        (1 | 4 | 10, ..=10) => 80,
        _ => 100,
    };
    weekday * season / 100
}

fn office_hour(dice: &mut Dice) -> i64 {
    const HOURS: [u32; 24] =
        [1, 1, 1, 1, 1, 2, 5, 14, 40, 60, 66, 58, 36, 50, 62, 58, 46, 28, 14, 9, 7, 5, 3, 2];
    let hour = dice.weighted(&HOURS) as i64;
    hour * HOUR + dice.between(0, HOUR - 1)
}
