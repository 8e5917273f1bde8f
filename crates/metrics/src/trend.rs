//! A row for every week, with gaps as gaps.

use crate::money::{Amounts, SumTooLarge};
use crate::summary::add;
use crate::week::{Period, Week};

/// One week of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// Which week.
    pub week: Week,
    /// The sum of what is known of it; `None` if nothing is, which is not zero.
    pub amounts: Option<Amounts>,
}

/// Every week of a period, in order, with the sums of the figures given for it. Other weeks are left out.
///
/// # Errors
/// A sum beyond an `i64`.
///
/// ```
/// use ad_metrics::{trend, Amounts, Period, Week};
/// let week = Week::starting("2026-03-02".parse().unwrap()).unwrap();
/// let last = week.plus(2).unwrap();
/// let amounts = Amounts { ad_spend: 5, sales: 20 };
/// let trend = trend(Period::new(week, 3).unwrap(), [(last, amounts), (week, amounts), (last, amounts)]).unwrap();
/// let spends: Vec<Option<i64>> = trend.iter().map(|point| point.amounts.map(|amounts| amounts.ad_spend)).collect();
/// assert_eq!(spends, [Some(5), None, Some(10)]);
/// ```
pub fn trend(
    period: Period,
    figures: impl IntoIterator<Item = (Week, Amounts)>,
) -> Result<Vec<TrendPoint>, SumTooLarge> {
    let mut points: Vec<TrendPoint> = period.weeks().map(|week| TrendPoint { week, amounts: None }).collect();
    for (week, amounts) in figures {
        if let Some(index) = period.index_of(week) {
            add(&mut points[index].amounts, Some(amounts))?;
        }
    }
    Ok(points)
}
