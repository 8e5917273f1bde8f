//! Is a weekly budget spent at the right speed, and where will it end?
//!
//! Pace = (spend / budget) / (elapsed / 7 days), by the wall clock of the organization's zone.

use crate::money::{Ratio, SumTooLarge, round_div};
use crate::tree::{Level, NodeId, Tree};
use crate::week::MINUTES_OF_A_WEEK;

const DAY: u16 = 24 * 60;

/// Between which paces a budget is on track, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Corridor {
    /// The slowest.
    pub low: Ratio,
    /// The fastest.
    pub high: Ratio,
}

impl Default for Corridor {
    fn default() -> Corridor {
        Corridor { low: Ratio::from_ten_thousandths(9_000), high: Ratio::from_ten_thousandths(11_000) }
    }
}

impl Corridor {
    /// Whether it makes sense: 0 ≤ low ≤ 1 ≤ high.
    pub fn is_sound(self) -> bool {
        self.low >= Ratio::from_ten_thousandths(0) && self.low <= Ratio::ONE && Ratio::ONE <= self.high
    }
}

/// Where in the corridor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Track {
    /// Slower than the corridor.
    Under,
    /// In it.
    On,
    /// Faster than the corridor.
    Over,
}

/// How fast a budget is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// 1 is just right.
    pub pace: Ratio,
    /// Where in the corridor: decided by the exact pace, not by the rounded one.
    pub track: Track,
    /// What would have been spent by now at a pace of 1, in minor units.
    pub expected: i64,
}

/// The pace of a budget after so many minutes of its week; `None` without a positive budget.
///
/// On the first day the whole day counts as elapsed: nobody is over pace because of Monday's first minutes. From the
/// end of the week on all seven days do, and the pace is spend / budget.
///
/// ```
/// use ad_metrics::{pace, Corridor, Track};
/// let (week, corridor) = (7 * 24 * 60, Corridor::default());
/// let pace = |spend, minutes| pace(spend, Some(70_00), minutes, corridor).unwrap();
/// assert_eq!((pace(10_00, 1).pace.to_string(), pace(10_00, 1440).track), ("1.0000".into(), Track::On));
/// assert_eq!(pace(24_00, 2 * 1440).pace.to_string(), "1.2000");
/// assert_eq!(pace(77_00, week).track, Track::On, "1.10 lies in the corridor");
/// assert_eq!(pace(77_01, week).track, Track::Over);
/// ```
pub fn pace(spend: i64, budget: Option<i64>, minutes: u16, corridor: Corridor) -> Option<Pace> {
    let budget = i128::from(budget.filter(|budget| *budget > 0)?);
    let (elapsed, week) = (i128::from(elapsed(minutes)), i128::from(MINUTES_OF_A_WEEK));
    let (numerator, denominator) = (i128::from(spend) * week, budget * elapsed);
    let exceeds =
        |limit: Ratio| (numerator * 10_000).cmp(&(denominator * i128::from(limit.ten_thousandths())));
    let track = if exceeds(corridor.low).is_lt() {
        Track::Under
    } else if exceeds(corridor.high).is_gt() {
        Track::Over
    } else {
        Track::On
    };
    let expected = round_div(budget * elapsed, week) as i64;
    Some(Pace { pace: Ratio::of(numerator, denominator)?, track, expected })
}

/// From one day to seven.
fn elapsed(minutes: u16) -> u16 {
    minutes.clamp(DAY, MINUTES_OF_A_WEEK)
}

/// What is known of the running week.
#[derive(Clone, Copy, Debug)]
pub enum SoFar<'d> {
    /// The spend of every full day from Monday on.
    Days(&'d [i64]),
    /// The spend up to now.
    Total {
        /// In minor units.
        spend: i64,
        /// Minutes of the week that have passed.
        minutes: u16,
    },
}

/// Where a week's spend will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// In minor units.
    pub spend: i64,
    /// By what.
    pub basis: Basis,
}

/// What a forecast rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The week is over.
    Complete,
    /// How the spend of earlier weeks was spread over their days.
    Weekdays {
        /// How many weeks, up to four.
        weeks: u8,
    },
    /// Every day as the ones before.
    Linear,
}

/// The spend at the end of the week. `history` has the spend by weekday of earlier weeks, the latest last; the last
/// four count. `None` if no day is known yet.
///
/// With d full days known, it is their spend × (the four weeks' spend / the four weeks' spend on their first d days),
/// rounded half away from zero. Without days, without history, or where nothing was ever spent by that day, linear.
///
/// ```
/// use ad_metrics::{forecast, Basis, SoFar};
/// let quiet_weekends = [100, 100, 100, 100, 100, 0, 0];
/// let by_weekday = forecast(SoFar::Days(&[50, 50]), &[quiet_weekends; 4]).unwrap();
/// assert_eq!((by_weekday.spend, by_weekday.basis), (250, Basis::Weekdays { weeks: 4 }));
/// assert_eq!(forecast(SoFar::Days(&[50, 50]), &[]).unwrap().spend, 350);
/// ```
pub fn forecast(so_far: SoFar<'_>, history: &[[i64; 7]]) -> Option<Forecast> {
    let (spend, minutes, days) = match so_far {
        SoFar::Days([]) => return None,
        SoFar::Days(days) => {
            let days = &days[..days.len().min(7)];
            (days.iter().map(|day| i128::from(*day)).sum(), days.len() as u16 * DAY, Some(days.len()))
        }
        SoFar::Total { spend, minutes } => (i128::from(spend), elapsed(minutes), None),
    };
    if minutes == MINUTES_OF_A_WEEK {
        return Some(Forecast { spend: narrow(spend), basis: Basis::Complete });
    }
    let recent = &history[history.len().saturating_sub(4)..];
    let total = |days: usize| recent.iter().flat_map(|week| &week[..days]).map(|day| i128::from(*day)).sum();
    let (all, first): (i128, i128) = (total(7), days.map_or(0, total));
    if first > 0 {
        let basis = Basis::Weekdays { weeks: recent.len() as u8 };
        let product = spend.checked_mul(all).map_or(i128::MAX, |product| round_div(product, first));
        return Some(Forecast { spend: narrow(product), basis });
    }
    let linear = round_div(spend * i128::from(MINUTES_OF_A_WEEK), i128::from(minutes));
    Some(Forecast { spend: narrow(linear), basis: Basis::Linear })
}

/// A forecast is no sum that must foot: one beyond all amounts is as good as the greatest.
fn narrow(spend: i128) -> i64 {
    i64::try_from(spend).unwrap_or(if spend < 0 { i64::MIN } else { i64::MAX })
}

/// The budgets at and below a place, and what was spent of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budgeted {
    /// Groups that have a budget.
    pub groups: u32,
    /// Their budgets' sum, in minor units. Each is counted once, however many campaigns share it.
    pub budget: i64,
    /// What these groups spent. Spend of groups without a budget is not in here: it is not paced.
    pub spend: i64,
}

/// For every place of a tree, in its order. `spend` says what a group spent in the week. Campaigns have no budget.
///
/// # Errors
/// A sum beyond an `i64`.
pub fn budgets(tree: &Tree, spend: impl Fn(NodeId) -> i64) -> Result<Vec<Budgeted>, SumTooLarge> {
    let mut budgeted = vec![Budgeted::default(); tree.len()];
    for id in tree.ids().rev() {
        let node = tree.node(id);
        if let (Level::Group, Some(budget)) = (node.level, node.weekly_budget.filter(|budget| *budget > 0)) {
            budgeted[id.index()] = Budgeted { groups: 1, budget, spend: spend(id) };
        }
        if let Some(parent) = node.parent {
            let below = budgeted[id.index()];
            let above = &mut budgeted[parent.index()];
            above.groups += below.groups;
            above.budget = above.budget.checked_add(below.budget).ok_or(SumTooLarge)?;
            above.spend = above.spend.checked_add(below.spend).ok_or(SumTooLarge)?;
        }
    }
    Ok(budgeted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    #[test]
    fn without_a_budget_there_is_no_pace() {
        for budget in [None, Some(0), Some(-5)] {
            assert_eq!(pace(10, budget, DAY, Corridor::default()), None);
        }
    }

    #[test]
    fn the_first_day_counts_whole_and_the_last_minute_is_the_end() {
        let pace = |spend, minutes| pace(spend, Some(700), minutes, Corridor::default()).unwrap();
        assert_eq!(pace(50, 0), pace(50, DAY));
        assert_eq!(pace(50, DAY).pace, Ratio::from_ten_thousandths(5_000));
        assert_eq!(pace(0, 0).track, Track::Under);
        assert_eq!(pace(700, u16::MAX), pace(700, MINUTES_OF_A_WEEK));
        assert_eq!(pace(700, MINUTES_OF_A_WEEK).pace, Ratio::ONE);
        assert_eq!(pace(350, MINUTES_OF_A_WEEK / 2).expected, 350);
    }

    #[test]
    fn a_shared_budget_counts_once_at_every_level() {
        let mut tree = Tree::new();
        let client = tree.client(Currency::try_from("EUR").unwrap());
        let channel = tree.channel(client);
        let shared = tree.group(channel, Some(1_000));
        let free = tree.group(channel, None);
        for group in [shared, shared, shared, free] {
            tree.campaign(group, None);
        }
        let budgeted = budgets(&tree, |id| if id == shared { 900 } else { 77 }).unwrap();
        let expected = Budgeted { groups: 1, budget: 1_000, spend: 900 };
        assert_eq!([client, channel, shared].map(|id| budgeted[id.index()]), [expected; 3]);
        assert_eq!(budgeted[free.index()], Budgeted::default());
    }

    #[test]
    fn a_forecast_without_a_shape_is_linear() {
        let linear = |spend| Some(Forecast { spend, basis: Basis::Linear });
        assert_eq!(forecast(SoFar::Total { spend: 30, minutes: 3 * DAY }, &[[1; 7]]), linear(70));
        assert_eq!(forecast(SoFar::Days(&[30]), &[[0, 1, 1, 1, 1, 1, 1]]), linear(210));
        assert_eq!(forecast(SoFar::Days(&[]), &[[1; 7]]), None);
        let complete = Some(Forecast { spend: 7, basis: Basis::Complete });
        assert_eq!(forecast(SoFar::Days(&[1; 7]), &[[9; 7]]), complete);
    }

    #[test]
    fn only_the_last_four_weeks_shape_the_forecast() {
        let mut history = vec![[1_000, 0, 0, 0, 0, 0, 0]];
        history.extend([[1; 7]; 4]);
        let forecast = forecast(SoFar::Days(&[10]), &history).unwrap();
        assert_eq!((forecast.spend, forecast.basis), (70, Basis::Weekdays { weeks: 4 }));
    }

    proptest! {
        #[test]
        fn pace_rises_with_spend_and_falls_with_time(
            spend in 0i64..1_000_000, more in 0i64..1_000_000, budget in 1i64..1_000_000,
            minutes in 0u16..=MINUTES_OF_A_WEEK, later in 0u16..=MINUTES_OF_A_WEEK
        ) {
            let corridor = Corridor::default();
            let pace = |spend, minutes| pace(spend, Some(budget), minutes, corridor).unwrap();
            prop_assert!(pace(spend, minutes).pace <= pace(spend + more, minutes).pace);
            let (earlier, later) = (minutes.min(later), minutes.max(later));
            prop_assert!(pace(spend, later).pace <= pace(spend, earlier).pace);
            prop_assert!((0..=budget).contains(&pace(spend, minutes).expected));
        }

        #[test]
        fn a_forecast_never_falls_below_what_was_spent_and_repeats_a_week_like_the_last(
            days in prop::collection::vec(0i64..1_000_000, 1..=7), week in prop::array::uniform7(1i64..1_000_000)
        ) {
            let spent: i64 = days.iter().sum();
            let forecast = |days: &[i64]| forecast(SoFar::Days(days), &[week; 4]).unwrap().spend;
            prop_assert!(forecast(&days) >= spent);
            prop_assert_eq!(forecast(&week[..days.len()]), week.iter().sum::<i64>());
        }
    }
}
