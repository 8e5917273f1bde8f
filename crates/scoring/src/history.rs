//! Tier history and the next transition: a fold over the log in event time, not a result of when a job ran.
//!
//! Between two events a score only falls (decay, and the pace of an opportunity). So it is enough to look just after
//! each event and just before the next one; what happened between is found by bisection, to the microsecond.
//! Recomputing hourly or weekly gives the same history.

use crate::config::CombinedConfig;
use crate::points::Points;
use crate::tier::{Axes, Standing};
use alloc::vec::Vec;

/// A change of quadrant or tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TierChange {
    /// The first instant of the new standing, in microseconds since 1970.
    pub at: i64,
    /// What was before; all `None` for the first assignment.
    pub from: Standing,
    /// What is now.
    pub to: Standing,
    /// The values at that instant.
    pub axes: Axes,
}

/// Folds stretches of falling scores into changes of tier. Can be stopped and resumed anywhere.
#[derive(Clone, Debug)]
pub struct TierFold<'a> {
    config: &'a CombinedConfig,
    standing: Standing,
    since: Option<i64>,
    changes: Vec<TierChange>,
}

impl<'a> TierFold<'a> {
    /// An entity that has no standing yet.
    pub fn new(config: &'a CombinedConfig) -> TierFold<'a> {
        TierFold::resume(config, Standing::default(), None)
    }

    /// An entity whose standing is known up to now.
    pub fn resume(config: &'a CombinedConfig, standing: Standing, since: Option<i64>) -> TierFold<'a> {
        TierFold { config, standing, since, changes: Vec::new() }
    }

    /// A stretch from `from` up to but not including `until`, during which fit stays and engagement never rises.
    ///
    /// ```
    /// use scoring::{CombinedConfig, Points, TierFold, TierScheme, Tier};
    /// let config = CombinedConfig::default();
    /// let mut fold = TierFold::new(&config);
    /// let falling = |at: i64| Some(Points::from_thousandths(60_000 - at));
    /// fold.stretch(0, 50_000, Some(Points::whole(80)), falling);
    /// assert_eq!(fold.changes().iter().map(|change| change.at).collect::<Vec<_>>(), [0, 20_001]);
    /// assert_eq!(fold.standing().tier(TierScheme::Quadrant), Some(Tier::Cool));
    /// ```
    pub fn stretch(
        &mut self,
        from: i64,
        until: i64,
        fit: Option<Points>,
        engagement: impl Fn(i64) -> Option<Points>,
    ) {
        if from >= until {
            return;
        }
        let axes = |at| Axes::new(self.config, fit, engagement(at));
        let (config, last) = (self.config, until - 1);
        let mut at = from;
        let mut now = axes(at);
        let mut changes = core::mem::take(&mut self.changes);
        let (mut standing, mut since) = (self.standing, self.since);
        loop {
            let next = standing.after(config, now);
            if next.shown(config.scheme) != standing.shown(config.scheme) {
                changes.push(TierChange { at, from: standing, to: next, axes: now });
                since = Some(at);
            }
            standing = next;
            if !standing.can_fall() {
                break;
            }
            let moved = |at| standing.after(config, axes(at)) != standing;
            match first(at, last, moved) {
                Some(instant) => (at, now) = (instant, axes(instant)),
                None => break,
            }
        }
        (self.changes, self.standing, self.since) = (changes, standing, since);
    }

    /// Whether a stretch changes nothing in which fit stays and engagement keeps between two values. What the triggers
    /// make of a rising value rises, so it is enough to ask about the ends.
    pub(crate) fn stays(&self, fit: Option<Points>, low: Option<Points>, high: Option<Points>) -> bool {
        let unmoved = |engagement| {
            self.standing.after(self.config, Axes::new(self.config, fit, engagement)) == self.standing
        };
        unmoved(low) && unmoved(high)
    }

    /// What the triggers remember.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Since when quadrant and tier are what they are.
    pub fn since(&self) -> Option<i64> {
        self.since
    }

    /// The changes so far, oldest first.
    pub fn changes(&self) -> &[TierChange] {
        &self.changes
    }

    /// The changes so far, leaving none.
    pub fn take_changes(&mut self) -> Vec<TierChange> {
        core::mem::take(&mut self.changes)
    }
}

/// The next change of quadrant or tier if nothing happens; `None` when there is none up to `until`. Fit stays and
/// engagement never rises. Exact to the microsecond.
///
/// ```
/// use scoring::{next_transition, Axes, CombinedConfig, Points, Standing};
/// let config = CombinedConfig::default();
/// let fit = Some(Points::whole(80));
/// let falling = |at: i64| Some(Points::from_thousandths((60_000 - at).max(0)));
/// let standing = Standing::default().after(&config, Axes::new(&config, fit, falling(0)));
/// let next = next_transition(&config, standing, 0, i64::MAX, fit, falling).unwrap();
/// assert_eq!(next.at, 20_001);
/// assert_eq!(next_transition(&config, next.to, next.at, i64::MAX, fit, falling), None);
/// ```
pub fn next_transition(
    config: &CombinedConfig,
    standing: Standing,
    now: i64,
    until: i64,
    fit: Option<Points>,
    engagement: impl Fn(i64) -> Option<Points>,
) -> Option<TierChange> {
    let axes = |at| Axes::new(config, fit, engagement(at));
    let shown = standing.shown(config.scheme);
    let at = first(now, until, |at| standing.after(config, axes(at)).shown(config.scheme) != shown)?;
    Some(TierChange { at, from: standing, to: standing.after(config, axes(at)), axes: axes(at) })
}

/// The first instant after `from`, up to and including `last`, at which something is so that stays so.
fn first(from: i64, last: i64, so: impl Fn(i64) -> bool) -> Option<i64> {
    if last <= from || !so(last) {
        return None;
    }
    let (mut not, mut yes) = (from, last);
    // i64::midpoint cannot overflow, and is strictly between any two that are not neighbours
    while yes.saturating_sub(not) > 1 {
        let middle = i64::midpoint(not, yes);
        if so(middle) { yes = middle } else { not = middle }
    }
    Some(yes)
}
