//! Where a score must lie some time after it was computed, told without looking at everybody again.
//!
//! Nobody fades faster than the half-life, and nobody gains more than what they did is worth. Every roll-up passes both
//! on: it rises by no more than its people do, and fades no faster; only the breadth bonus comes and goes by steps.

use crate::config::{RollUp, RollUpMethod};
use crate::decay::VALUE_BITS;
use crate::points::Points;
use crate::prepared::{PreparedEngagement, TypeIndex};

/// In thousandths: what rounding, of people, of their roll-up and from landmark to landmark, can amount to.
const ROUNDING: i64 = 4;

/// A score as it was, and what has been done since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sure {
    at: i64,
    value: i64,
    gained: i64,
    /// What the breadth bonus can come and go by.
    steps: i64,
}

impl Sure {
    /// A score of this instant, rolled up by a rule where it is of several people.
    pub(crate) fn new(at: i64, value: Points, rule: Option<&RollUp>) -> Sure {
        let breadth = rule.filter(|rule| rule.method == RollUpMethod::MaxBreadth);
        let steps = breadth.map_or(0, |rule| rule.max_breadth.at_most.thousandths());
        Sure { at, value: value.thousandths(), gained: 0, steps }
    }

    /// One of the people did something.
    pub(crate) fn gain(&mut self, config: &PreparedEngagement, kind: TypeIndex) {
        let worth = config.worth(kind).map_or(0, |worth| (u128::from(worth.value) * 1000) >> VALUE_BITS);
        self.gained = self.gained.saturating_add(worth as i64 + 1);
    }

    /// The least and the most it can be, from now up to and including `last`.
    pub(crate) fn until(&self, config: &PreparedEngagement, last: i64) -> (Points, Points) {
        let most = self.value.saturating_add(self.gained).saturating_add(self.steps + ROUNDING);
        let held = (self.value - self.steps).max(0);
        let least = config.half_life().power(self.at.saturating_sub(last)).of(held) - ROUNDING;
        (Points::from_thousandths(least).clamped(), Points::from_thousandths(most).clamped())
    }
}
