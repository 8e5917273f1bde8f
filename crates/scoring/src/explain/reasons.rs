//! The strongest reasons for a combined score, short enough for a list.

use super::engagement::EngagementExplanation;
use super::fit::FitExplanation;
use crate::clock::DAY;
use crate::config::CombinedConfig;
use crate::fit::Dimension;
use crate::points::{Factor, Points, divide};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A reason and what it adds to the combined score.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reason {
    /// What it is.
    pub kind: ReasonKind,
    /// What it adds to the combined score, about.
    pub contribution: Points,
}

/// What a reason is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")
)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum ReasonKind {
    /// A dimension of fit.
    Fit {
        /// Which.
        dimension: Dimension,
        /// What is known.
        input: String,
    },
    /// Activities of one type.
    Activities {
        /// The type's name; `None` for types nobody has decided about.
        activity_type: Option<String>,
        /// How many.
        count: u64,
        /// By how many people.
        people: u64,
        /// The newest of them, in microseconds since 1970.
        newest_at: i64,
    },
    /// The pace of an opportunity.
    Velocity,
}

/// Collects reasons from explanations.
///
/// ```
/// use scoring::*;
/// let fit = PreparedFit::new(&FitConfig::default()).unwrap();
/// let facts = AccountFacts { employees: Some(200), ..AccountFacts::default() };
/// let mut reasons = Reasons::new(&CombinedConfig::default());
/// reasons.fit(&explain_fit(&fit, &facts).unwrap());
/// assert_eq!(reasons.strongest(3)[0].text(0), "company size 200 fits (+25)");
/// ```
#[derive(Clone, Debug)]
pub struct Reasons {
    fit_weight: Factor,
    engagement_weight: Factor,
    found: Vec<Reason>,
}

impl Reasons {
    /// None yet.
    pub fn new(config: &CombinedConfig) -> Reasons {
        Reasons {
            fit_weight: config.fit_weight,
            engagement_weight: config.engagement_weight,
            found: Vec::new(),
        }
    }

    /// The reasons of a fit score.
    pub fn fit(&mut self, explained: &FitExplanation) {
        for line in &explained.lines {
            if let Some(input) = &line.input {
                let kind = ReasonKind::Fit { dimension: line.dimension, input: input.clone() };
                self.take(kind, self.weighted(line.contribution, self.fit_weight));
            }
        }
    }

    /// The reasons of one person's engagement, of which `share` points went into the entity's: the person's own
    /// score, or the contribution of its line in a roll-up. Alike activities of several people become one reason.
    pub fn person(&mut self, explained: &EngagementExplanation, share: Points) {
        let score = i128::from(explained.score.thousandths());
        for line in explained.lines.iter().filter(|_| score > 0) {
            let points = i128::from(line.net.thousandths()) * i128::from(share.thousandths());
            let points = Points::from_thousandths(divide(points, score));
            let kind = ReasonKind::Activities {
                activity_type: line.activity_type.clone(),
                count: line.count,
                people: 1,
                newest_at: line.newest_at,
            };
            self.take(kind, self.weighted(points, self.engagement_weight));
        }
    }

    /// The pace of an opportunity.
    pub fn velocity(&mut self, bonus: Points) {
        self.take(ReasonKind::Velocity, self.weighted(bonus, self.engagement_weight));
    }

    /// The strongest `count` reasons that add something, strongest first.
    pub fn strongest(mut self, count: usize) -> Vec<Reason> {
        self.found.retain(|reason| reason.contribution > Points::ZERO);
        self.found.sort_by_key(|reason| core::cmp::Reverse(reason.contribution));
        self.found.truncate(count);
        self.found
    }

    fn weighted(&self, points: Points, weight: Factor) -> Points {
        let weights = i128::from(self.fit_weight.thousandths() + self.engagement_weight.thousandths());
        let points = i128::from(points.thousandths()) * i128::from(weight.thousandths());
        if weights > 0 { Points::from_thousandths(divide(points, weights)) } else { Points::ZERO }
    }

    fn take(&mut self, kind: ReasonKind, contribution: Points) {
        for reason in &mut self.found {
            if reason.kind.joins(&kind) {
                reason.contribution = reason.contribution + contribution;
                return;
            }
        }
        self.found.push(Reason { kind, contribution });
    }
}

impl ReasonKind {
    /// Takes in another reason if it is about the same type of activity.
    fn joins(&mut self, other: &ReasonKind) -> bool {
        use ReasonKind::Activities;
        let Activities { activity_type: mine, count, people, newest_at } = self else { return false };
        let Activities { activity_type: theirs, count: c, people: p, newest_at: n } = other else {
            return false;
        };
        let same = mine == theirs;
        if same {
            (*count, *people, *newest_at) = (*count + c, *people + p, (*newest_at).max(*n));
        }
        same
    }
}

impl Reason {
    /// In English, seen from an instant.
    ///
    /// ```
    /// use scoring::{Points, Reason, ReasonKind, DAY};
    /// let kind = ReasonKind::Activities {
    ///     activity_type: Some("demo_request".into()), count: 3, people: 2, newest_at: 0,
    /// };
    /// let reason = Reason { kind, contribution: Points::from_thousandths(12_500) };
    /// assert_eq!(reason.text(4 * DAY), "3 × demo request by 2 people, the last 4 days ago (+12.5)");
    /// ```
    pub fn text(&self, as_of: i64) -> String {
        let contribution = self.contribution;
        match &self.kind {
            ReasonKind::Fit { dimension, input } => {
                format!("{} {input} fits (+{contribution})", dimension.words())
            }
            ReasonKind::Velocity => format!("ahead of the expected pace (+{contribution})"),
            ReasonKind::Activities { activity_type, count, people, newest_at } => {
                let name = activity_type.as_deref().unwrap_or("unknown activity").replace('_', " ");
                let people = if *people > 1 { format!(" by {people} people") } else { String::new() };
                let last = if *count > 1 { "the last " } else { "" };
                let ago = ago(as_of.saturating_sub(*newest_at));
                format!("{count} × {name}{people}, {last}{ago} (+{contribution})")
            }
        }
    }
}

fn ago(micros: i64) -> String {
    match micros / DAY {
        ..=0 => "today".into(),
        1 => "yesterday".into(),
        days => format!("{days} days ago"),
    }
}

impl Dimension {
    /// In English.
    fn words(self) -> &'static str {
        match self {
            Dimension::Industry => "industry",
            Dimension::CompanySize => "company size",
            Dimension::Revenue => "revenue",
            Dimension::CustomAttributes => "custom attributes",
        }
    }
}
