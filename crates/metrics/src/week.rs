//! Weeks that start on a Monday, in the organization's zone, and when their figures count as settled.
//!
//! Knows no clock and no table of zones: the instant and the zone come in as arguments.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeZone, Utc};

/// A week, named by its Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "NaiveDate", into = "NaiveDate"))]
pub struct Week(NaiveDate);

/// Why a date does not name a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeekRefused {
    /// The Monday meant is the one at or before the date: weeks run from Monday to Sunday.
    #[error("{given} is a {}, a week starts on a Monday: {meant} was meant", weekday(*.given))]
    NotAMonday {
        /// What was given.
        given: NaiveDate,
        /// The Monday of the week that the date lies in.
        meant: NaiveDate,
    },
    /// Before 1970 or after 9999.
    #[error("{given} is outside of the years 1970 to 9999")]
    OutOfRange {
        /// What was given.
        given: NaiveDate,
    },
}

impl Week {
    /// The first week that lies in range as a whole, of 1970-01-05.
    pub(crate) const EPOCH: Week = Week(NaiveDate::from_ymd_opt(1970, 1, 5).expect("a date"));

    /// The week that starts on this Monday.
    ///
    /// # Errors
    /// A date that is not a Monday, with the Monday that was meant; a year outside 1970 to 9999.
    ///
    /// ```
    /// use ad_metrics::{Week, WeekRefused};
    /// let tuesday = "2026-03-31".parse().unwrap();
    /// let refused = Week::starting(tuesday).unwrap_err();
    /// assert_eq!(refused.to_string(), "2026-03-31 is a Tuesday, a week starts on a Monday: 2026-03-30 was meant");
    /// ```
    pub fn starting(monday: NaiveDate) -> Result<Week, WeekRefused> {
        let week = Week::containing(monday)?;
        if week.0 == monday {
            return Ok(week);
        }
        Err(WeekRefused::NotAMonday { given: monday, meant: week.0 })
    }

    /// The week a date lies in.
    ///
    /// # Errors
    /// A year outside 1970 to 9999.
    pub fn containing(date: NaiveDate) -> Result<Week, WeekRefused> {
        // 1970 began on a Thursday: the week of its first Monday is the first that lies in range as a whole
        if !(1970..=9999).contains(&date.year()) || (date.year() == 1970 && date.ordinal() < 5) {
            return Err(WeekRefused::OutOfRange { given: date });
        }
        let since_monday = u64::from(date.weekday().num_days_from_monday());
        Ok(Week(
            date.checked_sub_days(Days::new(since_monday)).expect("days of 1970 and later have days before"),
        ))
    }

    /// The week that an instant lies in, in a zone: around midnight between Sunday and Monday the zone decides.
    ///
    /// ```
    /// use ad_metrics::Week;
    /// use chrono::{FixedOffset, Utc};
    /// let instant = "2026-03-29T23:30:00Z".parse().unwrap();
    /// let berlin_in_summer = FixedOffset::east_opt(2 * 3600).unwrap();
    /// assert_eq!(Week::of_instant(instant, &Utc).unwrap().to_string(), "2026-03-23");
    /// assert_eq!(Week::of_instant(instant, &berlin_in_summer).unwrap().to_string(), "2026-03-30");
    /// ```
    ///
    /// # Errors
    /// A year outside 1970 to 9999.
    pub fn of_instant<Z: TimeZone>(instant: DateTime<Utc>, zone: &Z) -> Result<Week, WeekRefused> {
        Week::containing(instant.with_timezone(zone).date_naive())
    }

    /// The Monday it starts on.
    pub fn monday(self) -> NaiveDate {
        self.0
    }

    /// The Sunday it ends with.
    pub fn sunday(self) -> NaiveDate {
        self.0 + Days::new(6)
    }

    /// So many weeks later, or earlier; `None` outside the years 1970 to 9999.
    pub fn plus(self, weeks: i32) -> Option<Week> {
        let date = self.0.checked_add_signed(chrono::TimeDelta::weeks(i64::from(weeks)))?;
        Week::starting(date).ok()
    }

    /// How many weeks this one is after another; negative if before.
    pub fn weeks_after(self, earlier: Week) -> i32 {
        ((self.0 - earlier.0).num_days() / 7) as i32
    }

    /// Minutes of this week that have passed on the wall clock, from 0 to 10,080; `None` before it starts.
    ///
    /// The wall clock, so that a week in which clocks change still has seven days of 24 hours.
    pub fn minutes_elapsed(self, local_now: NaiveDateTime) -> Option<u16> {
        let minutes = (local_now - self.0.and_time(chrono::NaiveTime::MIN)).num_minutes();
        (local_now.date() >= self.0).then(|| minutes.clamp(0, i64::from(MINUTES_OF_A_WEEK)) as u16)
    }
}

/// Seven days.
pub const MINUTES_OF_A_WEEK: u16 = 7 * 24 * 60;

impl TryFrom<NaiveDate> for Week {
    type Error = WeekRefused;

    fn try_from(monday: NaiveDate) -> Result<Week, WeekRefused> {
        Week::starting(monday)
    }
}

impl From<Week> for NaiveDate {
    fn from(week: Week) -> NaiveDate {
        week.0
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

fn weekday(date: NaiveDate) -> impl std::fmt::Display {
    date.format("%A").to_string()
}

/// Some weeks in a row: the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    first: Week,
    weeks: u16,
}

impl Period {
    /// The longest period: ten years and a bit.
    pub const LONGEST: u16 = 530;

    /// `None` for no weeks, more than [`Period::LONGEST`], or an end outside the years 1970 to 9999.
    pub fn new(first: Week, weeks: u16) -> Option<Period> {
        let fits = (1..=Period::LONGEST).contains(&weeks) && first.plus(i32::from(weeks) - 1).is_some();
        fits.then_some(Period { first, weeks })
    }

    /// From one week to another, both included.
    pub fn between(first: Week, last: Week) -> Option<Period> {
        Period::new(first, u16::try_from(last.weeks_after(first).checked_add(1)?).ok()?)
    }

    /// The first week.
    pub fn first(self) -> Week {
        self.first
    }

    /// The last week.
    pub fn last(self) -> Week {
        self.first.plus(i32::from(self.weeks) - 1).expect("checked when the period was made")
    }

    /// How many weeks.
    pub fn len(self) -> usize {
        usize::from(self.weeks)
    }

    /// Never: a period has at least one week.
    pub fn is_empty(self) -> bool {
        false
    }

    /// The same number of weeks directly before; `None` before 1970.
    pub fn previous(self) -> Option<Period> {
        Period::new(self.first.plus(-i32::from(self.weeks))?, self.weeks)
    }

    /// Which of its weeks this is, from 0; `None` if it lies outside.
    pub fn index_of(self, week: Week) -> Option<usize> {
        usize::try_from(week.weeks_after(self.first)).ok().filter(|index| *index < self.len())
    }

    /// Every week, in order.
    pub fn weeks(self) -> impl Iterator<Item = Week> {
        (0..i32::from(self.weeks)).map(move |n| self.first.plus(n).expect("checked when the period was made"))
    }
}

/// How many days after its end a week's figures count as settled. Advertisers' systems restate recent weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Settling {
    /// Days after the Sunday.
    pub days: u16,
}

impl Default for Settling {
    fn default() -> Settling {
        Settling { days: 14 }
    }
}

impl Settling {
    /// The first day on which the week counts as settled.
    ///
    /// ```
    /// use ad_metrics::{Settling, Week};
    /// let week = Week::starting("2026-03-02".parse().unwrap()).unwrap();
    /// assert_eq!(Settling::default().settles_on(week).to_string(), "2026-03-22", "14 days after Sunday the 8th");
    /// ```
    pub fn settles_on(self, week: Week) -> NaiveDate {
        week.sunday() + Days::new(u64::from(self.days))
    }

    /// Whether the week is settled on a day in the organization's zone.
    pub fn is_settled(self, week: Week, today: NaiveDate) -> bool {
        today >= self.settles_on(week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Weekday;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_sunday_belongs_to_the_monday_before_it() {
        let refused = Week::starting(date("2026-04-05")).unwrap_err();
        assert_eq!(refused, WeekRefused::NotAMonday { given: date("2026-04-05"), meant: date("2026-03-30") });
    }

    #[test]
    fn the_year_decides_nothing_about_a_week() {
        assert_eq!(Week::containing(date("2027-01-01")).unwrap().monday(), date("2026-12-28"));
    }

    #[test]
    fn dates_before_1970_and_after_9999_are_refused() {
        for text in ["1969-12-29", "1970-01-04", "+10000-01-03"] {
            assert!(matches!(Week::containing(date(text)), Err(WeekRefused::OutOfRange { .. })), "{text}");
        }
        assert!(Week::starting(date("1970-01-05")).is_ok());
        assert!(Week::containing(date("9999-12-31")).is_ok());
    }

    #[test]
    fn a_week_settles_so_many_days_after_its_sunday() {
        let week = Week::starting(date("2026-03-02")).unwrap();
        assert!(!Settling::default().is_settled(week, date("2026-03-21")));
        assert!(Settling::default().is_settled(week, date("2026-03-22")));
        assert!(Settling { days: 0 }.is_settled(week, date("2026-03-08")));
    }

    #[test]
    fn minutes_elapse_from_the_start_to_the_end_and_not_beyond() {
        let week = Week::starting(date("2026-03-02")).unwrap();
        let at = |text: &str| week.minutes_elapsed(text.parse().unwrap());
        assert_eq!(at("2026-03-01T23:59:59"), None);
        assert_eq!(at("2026-03-02T00:00:00"), Some(0));
        assert_eq!(at("2026-03-03T12:00:00"), Some(36 * 60));
        assert_eq!(at("2026-05-01T12:00:00"), Some(MINUTES_OF_A_WEEK));
    }

    proptest! {
        #[test]
        fn every_date_lies_in_exactly_one_week(days in 4i32..2_900_000) {
            let date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days as u64);
            let week = Week::containing(date).unwrap();
            prop_assert_eq!(week.monday().weekday(), Weekday::Mon);
            prop_assert!(week.monday() <= date && date <= week.sunday());
            match Week::starting(date) {
                Ok(same) => prop_assert_eq!(same.monday(), date),
                Err(WeekRefused::NotAMonday { meant, .. }) => prop_assert_eq!(meant, week.monday()),
                Err(other) => prop_assert!(false, "{other}"),
            }
        }

        #[test]
        fn a_period_and_the_one_before_it_touch(start in 0i32..100_000, weeks in 1u16..=Period::LONGEST) {
            let first = Week::starting(date("1980-01-07")).unwrap().plus(start).unwrap();
            let period = Period::new(first, weeks).unwrap();
            let before = period.previous().unwrap();
            prop_assert_eq!(before.last().plus(1), Some(first));
            prop_assert_eq!(period.weeks().count(), period.len());
            prop_assert_eq!(Period::between(first, period.last()), Some(period));
            for (index, week) in period.weeks().enumerate() {
                prop_assert_eq!(period.index_of(week), Some(index));
                prop_assert_eq!(before.index_of(week), None);
            }
        }
    }
}
