//! Why an account or an opportunity has the engagement it has.

use crate::apportion::{apportion, unlimited};
use crate::config::{RollUp, RollUpMethod, Velocity};
use crate::opportunity::{Pace, velocity_bonus};
use crate::points::Points;
use crate::rollup::{Member, breadth_bonus, roll_up};
use alloc::vec::Vec;

/// A rolled-up score and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RollUpExplanation {
    /// The score.
    pub score: Points,
    /// The lines; their contributions sum to the score.
    pub lines: Vec<RollUpLine>,
}

/// One person's part, or an adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RollUpLine {
    /// What this line is.
    pub part: RollUpPart,
    /// The person's position in what was given; `None` for an adjustment.
    pub member: Option<usize>,
    /// The person's own score.
    pub score: Option<Points>,
    /// What it adds; an adjustment can take away.
    pub contribution: Points,
}

/// What a line of a roll-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum RollUpPart {
    /// The strongest person.
    Top,
    /// One of the others, by their mean.
    Rest,
    /// A person by seniority.
    Weighted,
    /// A person by breadth.
    Breadth,
    /// The pace through the stages.
    Velocity,
    /// What the limits of 0 and 100 take or give.
    Limit,
}

/// Explains [`roll_up`]; `None` for nobody.
///
/// ```
/// use scoring::{explain_roll_up, Factor, Member, Points, RollUp, RollUpMethod};
/// let people = [80, 50, 30, 20].map(|score| Member { score: Points::whole(score), weight: Factor::ONE });
/// let explained = explain_roll_up(&RollUp::of(RollUpMethod::Champion), &people).unwrap();
/// assert_eq!(explained.lines.iter().map(|line| line.contribution).sum::<Points>(), explained.score);
/// assert_eq!(explained.lines[0].contribution, Points::whole(48));
/// ```
pub fn explain_roll_up(rule: &RollUp, people: &[Member]) -> Option<RollUpExplanation> {
    let score = roll_up(rule, people)?;
    let top = (0..people.len()).max_by_key(|index| (people[*index].score, core::cmp::Reverse(*index)))?;
    let lines = match rule.method {
        RollUpMethod::Champion => champion(rule, people, top, score),
        RollUpMethod::WeightedAverage => weighted(people, score),
        RollUpMethod::MaxBreadth => breadth(rule, people, top, score),
    };
    Some(RollUpExplanation { score, lines })
}

fn champion(rule: &RollUp, people: &[Member], top: usize, score: Points) -> Vec<RollUpLine> {
    let weight = rule.champion_weight.thousandths().unsigned_abs();
    let (weight, others) = (u128::from(weight), people.len() as u128 - 1);
    let weights = people.iter().enumerate().map(|(index, member)| {
        let factor = match index == top {
            true if others == 0 => 1,
            true => weight * others,
            false => 1000 - weight,
        };
        whole(member.score) * factor
    });
    let part = |index| if index == top { RollUpPart::Top } else { RollUpPart::Rest };
    shared(people, score, &weights.collect::<Vec<_>>(), part)
}

fn weighted(people: &[Member], score: Points) -> Vec<RollUpLine> {
    let weights = people
        .iter()
        .map(|member| whole(member.score) * u128::from(member.weight.thousandths().unsigned_abs()));
    shared(people, score, &weights.collect::<Vec<_>>(), |_| RollUpPart::Weighted)
}

fn shared(
    people: &[Member],
    score: Points,
    weights: &[u128],
    part: impl Fn(usize) -> RollUpPart,
) -> Vec<RollUpLine> {
    let shares = apportion(score.thousandths(), weights, &unlimited(weights.len()));
    let lines = shares.into_iter().enumerate().map(|(index, share)| RollUpLine {
        part: part(index),
        member: Some(index),
        score: Some(people[index].score),
        contribution: Points::from_thousandths(share),
    });
    lines.collect()
}

fn breadth(rule: &RollUp, people: &[Member], top: usize, score: Points) -> Vec<RollUpLine> {
    let rule = &rule.max_breadth;
    let qualifies = |index: usize| people[index].score >= rule.qualifying;
    let bonus = breadth_bonus(rule, (0..people.len()).filter(|index| qualifies(*index)).count() as i64);
    let weights: Vec<u128> =
        (0..people.len()).map(|index| u128::from(index != top && qualifies(index))).collect();
    let mut lines = shared(people, bonus, &weights, |_| RollUpPart::Breadth);
    lines[top].part = RollUpPart::Top;
    lines[top].contribution = people[top].score;
    limit(&mut lines, score);
    lines
}

/// Explains an open opportunity's engagement; `None` for nobody.
///
/// ```
/// use scoring::*;
/// let contact = Member { score: Points::whole(40), weight: Factor::ONE };
/// let pace = Pace { created_at: 0, stage_entered_at: Some(0) };
/// let rule = RollUp::of(RollUpMethod::WeightedAverage);
/// let explained = explain_opportunity(&rule, &Velocity::default(), pace, &[contact], 60 * DAY).unwrap();
/// assert_eq!(explained.score, Points::whole(35));
/// assert_eq!(explained.lines[1].part, RollUpPart::Velocity);
/// ```
pub fn explain_opportunity(
    rule: &RollUp,
    velocity: &Velocity,
    pace: Pace,
    contacts: &[Member],
    at: i64,
) -> Option<RollUpExplanation> {
    let RollUpExplanation { score, mut lines } = explain_roll_up(rule, contacts)?;
    let bonus = velocity_bonus(velocity, pace, at);
    lines.push(adjustment(RollUpPart::Velocity, bonus));
    let score = (score + bonus).clamped();
    limit(&mut lines, score);
    Some(RollUpExplanation { score, lines })
}

fn limit(lines: &mut Vec<RollUpLine>, score: Points) {
    let excess = score - lines.iter().map(|line| line.contribution).sum();
    if excess != Points::ZERO {
        lines.push(adjustment(RollUpPart::Limit, excess));
    }
}

fn adjustment(part: RollUpPart, contribution: Points) -> RollUpLine {
    RollUpLine { part, member: None, score: None, contribution }
}

fn whole(score: Points) -> u128 {
    score.thousandths().max(0) as u128
}
