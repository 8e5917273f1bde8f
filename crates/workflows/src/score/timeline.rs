//! One entity's events, told to its fold in the order in which they happened.

use std::iter::Peekable;
use std::vec::IntoIter;

use scoring::{Activity, Counted, EntityFold, EntityOutcome, FitScore, OpportunityStatus, TypeIndex};

/// One activity, packed.
#[derive(Clone, Copy)]
pub(super) struct Happened {
    pub(super) at: i64,
    pub(super) kind: TypeIndex,
}

impl Happened {
    fn activity(self) -> Activity {
        // The query has left out what was recorded later than the run's clock.
        Activity { kind: self.kind, occurred_at: self.at, recorded_at: self.at }
    }
}

/// One entity's events of all kinds, to be told in the order in which they happened.
pub(super) struct Timeline<'a> {
    pub(super) fold: EntityFold<'a>,
    as_of: i64,
    /// When the entity was first recorded: where it begins if nothing ever happened.
    pub(super) recorded_at: Option<i64>,
    pub(super) fits: Vec<(i64, Option<FitScore>)>,
    pub(super) statuses: Vec<(i64, OpportunityStatus)>,
    pub(super) activities: Vec<(usize, Happened)>,
}

/// A timeline that was told to its end.
pub(super) struct Told<'a> {
    pub(super) outcome: EntityOutcome,
    pub(super) fold: EntityFold<'a>,
    /// Activities that count.
    pub(super) counted: i64,
}

impl<'a> Timeline<'a> {
    pub(super) fn new(fold: EntityFold<'a>, as_of: i64) -> Self {
        Self {
            fold,
            as_of,
            recorded_at: None,
            fits: Vec::new(),
            statuses: Vec::new(),
            activities: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Told<'a> {
        let mut counted = 0;
        self.activities.sort_by_key(|(_, happened)| happened.at);
        self.statuses.sort_by_key(|(at, _)| *at);
        let begin = self.activities.first().map(|(_, happened)| happened.at);
        let happened = begin.into_iter().chain(self.statuses.first().map(|(at, _)| *at)).min();
        let begin = happened.or(self.recorded_at).unwrap_or(self.as_of).min(self.as_of);
        let mut fits = self.fits.into_iter().peekable();
        let mut statuses = self.statuses.into_iter().peekable();
        // There was nothing to score before the first event.
        while let Some((_, fit)) = fits.next_if(|(at, _)| *at <= begin) {
            set_fit(&mut self.fold, begin, fit);
        }
        for (number, happened) in self.activities {
            tell_until(&mut self.fold, happened.at, &mut fits, &mut statuses);
            counted += i64::from(self.fold.push(number, happened.activity()) == Counted::Yes);
        }
        tell_until(&mut self.fold, i64::MAX, &mut fits, &mut statuses);
        Told { outcome: self.fold.finish(), fold: self.fold, counted }
    }
}

/// Tells what came up to and including an instant; of one instant the fit first.
fn tell_until(
    fold: &mut EntityFold<'_>,
    until: i64,
    fits: &mut Peekable<IntoIter<(i64, Option<FitScore>)>>,
    statuses: &mut Peekable<IntoIter<(i64, OpportunityStatus)>>,
) {
    loop {
        let status_at = statuses.peek().map_or(i64::MAX, |(at, _)| *at);
        if let Some((at, fit)) = fits.next_if(|(at, _)| *at <= until && *at <= status_at) {
            set_fit(fold, at, fit);
        } else if let Some((at, status)) = statuses.next_if(|(at, _)| *at <= until) {
            fold.set_status(at, status);
        } else {
            return;
        }
    }
}

fn set_fit(fold: &mut EntityFold<'_>, at: i64, fit: Option<FitScore>) {
    fold.set_fit(at, fit.map(|fit| fit.points));
}
