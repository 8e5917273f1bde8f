//! Two clocks: which week a figure is of, and when it became known. Nothing that was known is forgotten.

use chrono::{DateTime, Utc};

use crate::money::{Amounts, Measure, Ratio};

/// One writing of a week's figures. Revisions of one campaign and week, oldest first, are its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Revision {
    /// When it became known.
    pub recorded_at: DateTime<Utc>,
    /// The figures from then on; `None` if they were taken away (a deletion, an undone import).
    pub amounts: Option<Amounts>,
}

/// The figures as known at an instant: of the revisions recorded up to and at it the latest, of equals the last given.
/// In any order of recording.
///
/// ```
/// use ad_metrics::{as_known_at, Amounts, Revision};
/// let at = |text: &str| text.parse().unwrap();
/// let revision = |time, ad_spend| Revision { recorded_at: at(time), amounts: Some(Amounts { ad_spend, sales: 0 }) };
/// let history = [revision("2026-03-09T08:00:00Z", 100), revision("2026-03-12T08:00:00Z", 120)];
/// assert_eq!(as_known_at(&history, at("2026-03-10T00:00:00Z")).unwrap().ad_spend, 100);
/// assert_eq!(as_known_at(&history, at("2026-03-12T08:00:00Z")).unwrap().ad_spend, 120);
/// assert_eq!(as_known_at(&history, at("2026-03-01T00:00:00Z")), None);
/// ```
pub fn as_known_at<'r>(
    history: impl IntoIterator<Item = &'r Revision>,
    known_at: DateTime<Utc>,
) -> Option<Amounts> {
    let known = history.into_iter().filter(|revision| revision.recorded_at <= known_at);
    known.max_by_key(|revision| revision.recorded_at)?.amounts
}

/// One change of figures that had been known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restatement {
    /// When the change became known.
    pub recorded_at: DateTime<Utc>,
    /// What was known before.
    pub before: Amounts,
    /// What is known from then on; `None` if the figures were taken away.
    pub after: Option<Amounts>,
}

impl Restatement {
    /// By how much a measure changed, against what was known; `None` if that was zero and is not any more.
    ///
    /// Figures taken away count as changed to zero.
    pub fn relative(&self, measure: Measure) -> Option<Ratio> {
        let of = |amounts: Amounts| match measure {
            Measure::AdSpend => i128::from(amounts.ad_spend),
            Measure::Sales => i128::from(amounts.sales),
        };
        let (before, after) = (of(self.before), of(self.after.unwrap_or(Amounts::ZERO)));
        if before == after {
            return Some(Ratio::from_ten_thousandths(0));
        }
        Ratio::of(after - before, before)
    }
}

/// What changed strictly after an instant and up to another, step by step. The history is oldest first.
///
/// The first report of a week is not a restatement, and neither is a repetition of the same figures.
pub fn restatements(history: &[Revision], after: DateTime<Utc>, known_at: DateTime<Utc>) -> Vec<Restatement> {
    debug_assert!(history.is_sorted_by_key(|revision| revision.recorded_at), "histories are oldest first");
    let steps =
        history.windows(2).filter(|step| after < step[1].recorded_at && step[1].recorded_at <= known_at);
    steps
        .filter_map(|step| {
            let (before, next) = (step[0].amounts?, step[1]);
            (next.amounts != Some(before)).then_some(Restatement {
                recorded_at: next.recorded_at,
                before,
                after: next.amounts,
            })
        })
        .collect()
}

/// All that changed between two instants taken together; `None` if nothing was known at the first, or both agree.
pub fn restated_between(
    history: &[Revision],
    after: DateTime<Utc>,
    known_at: DateTime<Utc>,
) -> Option<Restatement> {
    let before = as_known_at(history, after)?;
    let latest = history.iter().rfind(|revision| revision.recorded_at <= known_at)?;
    (latest.amounts != Some(before)).then_some(Restatement {
        recorded_at: latest.recorded_at,
        before,
        after: latest.amounts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_770_000_000 + second, 0).unwrap()
    }

    fn histories() -> impl Strategy<Value = Vec<Revision>> {
        let revision = (0i64..30, prop::option::weighted(0.8, (0i64..4, 0i64..4)));
        prop::collection::vec(revision, 0..12).prop_map(|mut revisions| {
            revisions.sort_by_key(|(second, _)| *second);
            let amounts = |(ad_spend, sales)| Amounts { ad_spend, sales };
            revisions
                .into_iter()
                .map(|(second, given)| Revision { recorded_at: at(second), amounts: given.map(amounts) })
                .collect()
        })
    }

    #[test]
    fn a_first_report_and_a_repetition_are_not_restatements() {
        let same = Some(Amounts { ad_spend: 5, sales: 9 });
        let history = [1, 2, 3].map(|second| Revision { recorded_at: at(second), amounts: same });
        assert_eq!(restatements(&history, at(0), at(9)), []);
    }

    #[test]
    fn figures_taken_away_are_restated_to_nothing() {
        let before = Amounts { ad_spend: 5, sales: 0 };
        let history = [
            Revision { recorded_at: at(1), amounts: Some(before) },
            Revision { recorded_at: at(2), amounts: None },
        ];
        let restated = restated_between(&history, at(1), at(9)).unwrap();
        assert_eq!(restated, Restatement { recorded_at: at(2), before, after: None });
        assert_eq!(restated.relative(Measure::AdSpend), Some(Ratio::from_ten_thousandths(-10_000)));
        assert_eq!(restated.relative(Measure::Sales), Some(Ratio::from_ten_thousandths(0)));
    }

    proptest! {
        #[test]
        fn what_is_recorded_later_never_changes_what_was_known(
            history in histories(), later in histories(), known_at in 0i64..30
        ) {
            let known = as_known_at(&history, at(known_at));
            let later = later.into_iter().map(|revision| Revision {
                recorded_at: revision.recorded_at + chrono::TimeDelta::seconds(known_at + 1), ..revision
            });
            let longer: Vec<Revision> = history.into_iter().chain(later).collect();
            prop_assert_eq!(as_known_at(&longer, at(known_at)), known);
        }

        #[test]
        fn restatements_walk_from_then_to_now(history in histories(), after in 0i64..30, until in 0i64..30) {
            let (after, until) = (at(after.min(until)), at(after.max(until)));
            let steps = restatements(&history, after, until);
            let mut known = as_known_at(&history, after);
            for step in &steps {
                if let Some(known) = known {
                    prop_assert_eq!(known, step.before);
                }
                prop_assert!(step.after != Some(step.before));
                prop_assert!(after < step.recorded_at && step.recorded_at <= until);
                // taken away and reported anew is a first report again
                known = step.after;
            }
            if let Some(restated) = restated_between(&history, after, until) {
                prop_assert_eq!(Some(restated.before), as_known_at(&history, after));
                prop_assert_eq!(restated.after, as_known_at(&history, until));
                prop_assert!(!steps.is_empty());
            } else if let Some(before) = as_known_at(&history, after) {
                prop_assert_eq!(as_known_at(&history, until), Some(before));
            }
        }
    }
}
