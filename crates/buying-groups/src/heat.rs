//! Who was active when: member × ISO week. Knows no time zone: the caller says on which day something happened.

/// How many weeks are shown when nothing else is asked for.
pub const HEAT_WEEKS: u32 = 12;

/// A week from Monday to Sunday, numbered from that of 1970-01-05.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(i64);

/// From 1970-01-01, a Thursday, to the first Monday.
const FIRST_MONDAY: i64 = 4;

impl Week {
    /// The week of a day, given in days since 1970-01-01.
    ///
    /// ```
    /// use buying_groups::Week;
    /// assert_eq!(Week::of_day(0).iso(), (1970, 1));
    /// assert_eq!(Week::of_day(20_454).iso(), (2026, 1), "2026-01-01");
    /// ```
    pub const fn of_day(days_since_1970: i64) -> Week {
        Week((days_since_1970 - FIRST_MONDAY).div_euclid(7))
    }

    /// Its Monday, in days since 1970-01-01.
    pub const fn monday(self) -> i64 {
        self.0 * 7 + FIRST_MONDAY
    }

    /// So many weeks earlier.
    pub const fn back(self, weeks: u32) -> Week {
        Week(self.0 - weeks as i64)
    }

    /// Year and number by ISO 8601: a week belongs to the year of its Thursday.
    pub fn iso(self) -> (i64, u32) {
        let thursday = self.monday() + 3;
        let year = year_of_day(thursday);
        (year, ((thursday - first_day(year)) / 7 + 1) as u32)
    }
}

/// Days since 1970-01-01 of a year's first of January, in the proleptic Gregorian calendar.
fn first_day(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

fn year_of_day(day: i64) -> i64 {
    // 146,097 days are 400 years; the guess is off by one at most.
    let guess = 1970 + (day * 400).div_euclid(146_097);
    match () {
        () if day < first_day(guess) => guess - 1,
        () if day >= first_day(guess + 1) => guess + 1,
        () => guess,
    }
}

/// What a member earned in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeatCell {
    /// In thousandths of a point, before decay.
    pub points: i64,
    /// 0 for nothing; 1 to 4 by the quarter of the group's cells with points that the cell is in.
    pub intensity: u8,
}

/// Member × week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatMap {
    /// Ascending.
    pub weeks: Vec<Week>,
    /// One row per member, in the order given, one cell per week.
    pub rows: Vec<Vec<HeatCell>>,
}

/// The heat map of a group over the `weeks` that end with `last`. `members` has one entry per member: what they earned
/// when, in any order; several entries of one week add up, and what lies outside of the weeks is left out.
///
/// Intensity is by rank within the group: the share of cells with points that have no more than this one, in quarters.
/// So the hottest cell is always 4, and equal cells are equally hot.
pub fn heat_map(members: &[Vec<(Week, i64)>], last: Week, weeks: u32) -> HeatMap {
    let weeks: Vec<Week> = (0..weeks).rev().map(|back| last.back(back)).collect();
    let points: Vec<Vec<i64>> = members.iter().map(|earned| of_member(earned, &weeks)).collect();
    let mut hot: Vec<i64> = points.iter().flatten().copied().filter(|points| *points > 0).collect();
    hot.sort_unstable();
    let cell = |points: i64| HeatCell { points, intensity: intensity(&hot, points) };
    let rows = points.into_iter().map(|row| row.into_iter().map(cell).collect()).collect();
    HeatMap { weeks, rows }
}

fn of_member(earned: &[(Week, i64)], weeks: &[Week]) -> Vec<i64> {
    let mut row = vec![0_i64; weeks.len()];
    let Some(first) = weeks.first() else { return row };
    for (week, points) in earned {
        let at = usize::try_from(week.0 - first.0).ok();
        if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
            *cell = cell.saturating_add(*points);
        }
    }
    row
}

fn intensity(hot: &[i64], points: i64) -> u8 {
    if points <= 0 {
        return 0;
    }
    let no_hotter = hot.partition_point(|it| *it <= points);
    (no_hotter * 4).div_ceil(hot.len()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_belong_to_the_year_of_their_thursday() {
        // Days since 1970-01-01 of the dates named.
        let table = [
            (12_417, (2004, 1), "2003-12-31"),
            (14_609, (2009, 53), "2009-12-31"),
            (14_612, (2009, 53), "2010-01-03"),
            (14_613, (2010, 1), "2010-01-04"),
            (18_627, (2020, 53), "2020-12-31"),
            (20_088, (2025, 1), "2024-12-31"),
            (-1, (1970, 1), "1969-12-31"),
            (-4, (1969, 52), "1969-12-28"),
        ];
        for (day, iso, date) in table {
            assert_eq!(Week::of_day(day).iso(), iso, "{date}");
        }
    }

    #[test]
    fn heat_is_by_quarters_of_the_cells_that_have_points() {
        let last = Week::of_day(20_000);
        let members = [
            vec![(last, 1_000), (last.back(1), 2_000), (last.back(2), 3_000)],
            vec![(last, 4_000), (last, 4_000), (last.back(3), 9_000)],
            vec![],
        ];
        let map = heat_map(&members, last, 3);
        let of = |row: usize| map.rows[row].iter().map(|it| (it.points, it.intensity)).collect::<Vec<_>>();
        assert_eq!(of(0), [(3_000, 3), (2_000, 2), (1_000, 1)]);
        assert_eq!(of(1), [(0, 0), (0, 0), (8_000, 4)], "what is older is left out");
        assert_eq!(of(2), [(0, 0); 3]);
        assert_eq!((map.weeks.len(), map.weeks[2]), (3, last));
    }

    #[test]
    fn equal_cells_are_equally_hot_and_no_week_is_no_cell() {
        let last = Week::of_day(0);
        let map = heat_map(&[vec![(last, 5)], vec![(last, 5)]], last, HEAT_WEEKS);
        assert!(map.rows.iter().all(|row| row.len() == 12 && row[11].intensity == 4));
        assert_eq!(heat_map(&[vec![(last, 5)]], last, 0).rows, [[]]);
    }
}
