//! From people to their account or opportunity. Nobody means no score, not zero.

use crate::config::{MaxBreadth, RollUp, RollUpMethod};
use crate::decay::Power;
use crate::engagement::EngagementState;
use crate::points::{Factor, Points, divide};
use crate::prepared::PreparedEngagement;

/// One person in a roll-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The person's engagement.
    pub score: Points,
    /// What the person counts in a weighted average; see
    /// [`SeniorityWeights::of_title`](crate::SeniorityWeights::of_title).
    pub weight: Factor,
}

/// Rolls people up one by one, in any order, without keeping them.
#[derive(Clone, Copy, Debug)]
pub struct RollUpFold<'a> {
    rule: &'a RollUp,
    people: i64,
    sum: i128,
    top: Points,
    weighted: i128,
    weights: i128,
    qualifying: i64,
}

impl<'a> RollUpFold<'a> {
    /// Nobody yet.
    pub fn new(rule: &'a RollUp) -> RollUpFold<'a> {
        RollUpFold { rule, people: 0, sum: 0, top: Points::ZERO, weighted: 0, weights: 0, qualifying: 0 }
    }

    /// One more person.
    #[inline]
    pub fn push(&mut self, member: Member) {
        let (score, weight) =
            (i128::from(member.score.thousandths()), i128::from(member.weight.thousandths()));
        self.people += 1;
        self.sum += score;
        self.top = self.top.max(member.score);
        self.weighted += score * weight;
        self.weights += weight;
        self.qualifying += i64::from(member.score >= self.rule.max_breadth.qualifying);
    }

    /// The rolled-up score; `None` for nobody.
    pub fn score(&self) -> Option<Points> {
        if self.people == 0 {
            return None;
        }
        match self.rule.method {
            RollUpMethod::Champion => Some(self.champion()),
            RollUpMethod::WeightedAverage if self.weights == 0 => None,
            RollUpMethod::WeightedAverage => {
                Some(Points::from_thousandths(divide(self.weighted, self.weights)))
            }
            RollUpMethod::MaxBreadth => {
                Some((self.top + breadth_bonus(&self.rule.max_breadth, self.qualifying)).clamped())
            }
        }
    }

    fn champion(&self) -> Points {
        if self.people == 1 {
            return self.top;
        }
        let top = i128::from(self.top.thousandths());
        let (weight, rest) =
            (i128::from(self.rule.champion_weight.thousandths()), i128::from(self.people - 1));
        let sum = weight * top * rest + (1000 - weight) * (self.sum - top);
        Points::from_thousandths(divide(sum, 1000 * rest))
    }
}

/// What breadth adds for a number of qualifying people.
pub(crate) fn breadth_bonus(rule: &MaxBreadth, qualifying: i64) -> Points {
    let others = (qualifying - 1).max(0);
    Points::from_thousandths(rule.per_person.thousandths().saturating_mul(others)).min(rule.at_most)
}

/// The rolled-up score of some people; `None` for nobody.
///
/// ```
/// use scoring::{roll_up, Factor, Member, Points, RollUp, RollUpMethod};
/// let people = [80, 50, 30, 20].map(|score| Member { score: Points::whole(score), weight: Factor::ONE });
/// let score = |method| roll_up(&RollUp::of(method), &people).unwrap().to_string();
/// assert_eq!(score(RollUpMethod::Champion), "61.333");
/// assert_eq!(score(RollUpMethod::WeightedAverage), "45");
/// assert_eq!(score(RollUpMethod::MaxBreadth), "95");
/// ```
pub fn roll_up(rule: &RollUp, people: &[Member]) -> Option<Points> {
    let mut fold = RollUpFold::new(rule);
    people.iter().for_each(|member| fold.push(*member));
    fold.score()
}

/// The rolled-up score of people given by their states, at an instant; `None` for nobody.
///
/// ```
/// use scoring::{roll_up_states, EngagementConfig, EngagementState, Factor, Points, PreparedEngagement};
/// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
/// let nobody: [(EngagementState, Factor); 0] = [];
/// assert_eq!(roll_up_states(&config, config.account(), nobody.iter().map(|(s, w)| (s, *w)), 0), None);
/// ```
pub fn roll_up_states<'s>(
    config: &PreparedEngagement,
    rule: &RollUp,
    people: impl IntoIterator<Item = (&'s EngagementState, Factor)>,
    at: i64,
) -> Option<Points> {
    let mut fold = RollUpFold::new(rule);
    let mut fading: Option<(i64, Power)> = None;
    for (state, weight) in people {
        let power = match fading {
            Some((landmark, power)) if landmark == state.landmark() => power,
            _ => state.fading(config.half_life(), at),
        };
        fading = Some((state.landmark(), power));
        fold.push(Member { score: state.score_faded(config, power), weight });
    }
    fold.score()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn people(scores: &[i64]) -> Vec<Member> {
        scores.iter().map(|s| Member { score: Points::from_thousandths(*s), weight: Factor::ONE }).collect()
    }

    fn score(method: RollUpMethod, scores: &[i64]) -> Option<i64> {
        roll_up(&RollUp::of(method), &people(scores)).map(Points::thousandths)
    }

    const METHODS: [RollUpMethod; 3] =
        [RollUpMethod::Champion, RollUpMethod::WeightedAverage, RollUpMethod::MaxBreadth];

    #[test]
    fn the_pinned_example_is_61_333() {
        assert_eq!(score(RollUpMethod::Champion, &[80_000, 50_000, 30_000, 20_000]), Some(61_333));
    }

    #[test]
    fn a_single_person_counts_whole_and_nobody_is_no_score() {
        for method in METHODS {
            assert_eq!(score(method, &[37_123]), Some(37_123));
            assert_eq!(score(method, &[]), None);
        }
    }

    #[test]
    fn breadth_counts_people_at_the_bar_and_stops_at_25() {
        assert_eq!(score(RollUpMethod::MaxBreadth, &[50_000, 20_000, 19_999]), Some(55_000));
        assert_eq!(score(RollUpMethod::MaxBreadth, &[30_000; 20]), Some(55_000));
        assert_eq!(score(RollUpMethod::MaxBreadth, &[90_000; 20]), Some(100_000));
        assert_eq!(score(RollUpMethod::MaxBreadth, &[10_000, 9_000]), Some(10_000));
    }

    #[test]
    fn seniority_tilts_the_weighted_average() {
        let member =
            |score, weight| Member { score: Points::whole(score), weight: Factor::from_thousandths(weight) };
        let rule = RollUp::of(RollUpMethod::WeightedAverage);
        let score = roll_up(&rule, &[member(80, 1500), member(20, 1000)]);
        assert_eq!(score, Some(Points::whole(56)));
    }

    proptest! {
        #[test]
        fn a_roll_up_is_bounded_order_free_and_rises_with_each_person(
            mut scores in prop::collection::vec(0i64..=100_000, 1..12),
            who in any::<prop::sample::Index>(), more in 0i64..=100_000, method in 0usize..3,
        ) {
            let method = METHODS[method];
            let before = score(method, &scores).unwrap();
            let top = *scores.iter().max().unwrap();
            prop_assert!((0..=100_000).contains(&before));
            if method != RollUpMethod::MaxBreadth {
                prop_assert!(before <= top);
            }
            scores.reverse();
            prop_assert_eq!(score(method, &scores), Some(before));
            let who = who.index(scores.len());
            scores[who] = (scores[who] + more).min(100_000);
            prop_assert!(score(method, &scores).unwrap() >= before);
        }
    }
}
