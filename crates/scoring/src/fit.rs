//! Fit: an account's likeness to the ideal customer profile, and how sure of it we are.
//!
//! Unknown is not zero: a missing input counts 0 in the score, and `low`/`high` say what it could become. Filling in a
//! field always lands inside the earlier interval, because every dimension is computed once at its worst and once at
//! its best, and the sums and their rounding are monotone.

use crate::attribute::{AttributeValue, normalised};
use crate::config::{FitConfig, FitWeights, Range, Violation};
use crate::points::{Factor, Points, divide};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What is known of an account. `None` means nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
pub struct AccountFacts {
    /// Its industry.
    pub industry: Option<String>,
    /// Its number of employees.
    pub employees: Option<i64>,
    /// Its annual revenue in whole units of the organization's currency.
    pub revenue: Option<i64>,
    /// Its custom attributes.
    pub attributes: BTreeMap<String, AttributeValue>,
}

/// A dimension of fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Dimension {
    Industry,
    CompanySize,
    Revenue,
    CustomAttributes,
}

/// A fit score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FitScore {
    /// The score, with what is missing counted as 0.
    pub points: Points,
    /// The share of the configured weight that is known, 0 to 1, rounded down.
    pub coverage: Factor,
    /// The score if all that is missing turned out worst.
    pub low: Points,
    /// The score if all that is missing turned out best.
    pub high: Points,
}

/// One dimension's part, before weights are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assessed {
    pub(crate) dimension: Dimension,
    pub(crate) input: Option<String>,
    pub(crate) weight: Factor,
    /// In thousandths of a point times [`FINE`].
    pub(crate) low: i128,
    pub(crate) high: i128,
    /// Share known, in [`FINE`].
    pub(crate) known: i128,
}

pub(crate) const FINE: i128 = 1_000_000_000;
const BEST: i128 = 100_000 * FINE;

/// A fit configuration made ready.
#[derive(Clone, Debug)]
pub struct PreparedFit {
    industries: Vec<String>,
    employees: Option<Range>,
    revenue: Option<Range>,
    attributes: Vec<Wish>,
    attribute_weight: i128,
    weights: FitWeights,
}

#[derive(Clone, Debug)]
struct Wish {
    field: String,
    values: Vec<AttributeValue>,
    weight: i128,
}

impl PreparedFit {
    /// Validates and prepares.
    ///
    /// # Errors
    /// Every broken rule.
    pub fn new(config: &FitConfig) -> Result<PreparedFit, Vec<Violation>> {
        let violations = config.validate();
        if !violations.is_empty() {
            return Err(violations);
        }
        let wishes = config.icp.custom_attributes.iter().map(|attribute| Wish {
            field: attribute.field.clone(),
            values: attribute.values.clone(),
            weight: i128::from(attribute.weight.thousandths()),
        });
        let attributes: Vec<Wish> = wishes.collect();
        Ok(PreparedFit {
            industries: config.icp.industries.iter().map(|industry| normalised(industry)).collect(),
            employees: config.icp.employees,
            revenue: config.icp.revenue,
            attribute_weight: attributes.iter().map(|wish| wish.weight).sum(),
            attributes,
            weights: config.weights,
        })
    }

    /// The score of an account; `None` when no dimension is configured or none weighs anything.
    ///
    /// ```
    /// use scoring::{AccountFacts, Factor, FitConfig, Points, PreparedFit};
    /// let fit = PreparedFit::new(&FitConfig::default()).unwrap();
    /// let facts = AccountFacts { employees: Some(1500), ..AccountFacts::default() };
    /// let score = fit.score(&facts).unwrap();
    /// assert_eq!(score.points, Points::whole(25)); // half of the size's half; the revenue is unknown
    /// assert_eq!(score.high, Points::whole(75));
    /// assert_eq!(score.coverage, Factor::from_thousandths(500));
    /// ```
    pub fn score(&self, facts: &AccountFacts) -> Option<FitScore> {
        let assessed = self.assess(facts);
        let weight: i128 = assessed.iter().map(|a| i128::from(a.weight.thousandths())).sum();
        if weight == 0 {
            return None;
        }
        let sum = |part: fn(&Assessed) -> i128| -> i128 {
            assessed.iter().map(|a| i128::from(a.weight.thousandths()) * part(a)).sum()
        };
        let low = Points::from_thousandths(divide(sum(|a| a.low), weight * FINE));
        let high = Points::from_thousandths(divide(sum(|a| a.high), weight * FINE));
        let coverage = Factor::from_thousandths((sum(|a| a.known) * 1000 / (weight * FINE)) as i64);
        Some(FitScore { points: low, coverage, low, high })
    }

    /// The configured dimensions with their weights.
    pub(crate) fn assess(&self, facts: &AccountFacts) -> Vec<Assessed> {
        let mut assessed = Vec::with_capacity(4);
        if !self.industries.is_empty() {
            let industry = facts.industry.as_deref().filter(|industry| !industry.trim().is_empty());
            let points = industry.map(|industry| {
                let industry = normalised(industry);
                if self.industries.contains(&industry) { BEST } else { 0 }
            });
            let input = industry.map(String::from);
            assessed.push(whole(Dimension::Industry, input, self.weights.industry, points));
        }
        for (dimension, range, value, weight) in [
            (Dimension::CompanySize, self.employees, facts.employees, self.weights.company_size),
            (Dimension::Revenue, self.revenue, facts.revenue, self.weights.revenue),
        ] {
            let Some(range) = range else { continue };
            let input = value.map(|value| value.to_string());
            assessed.push(whole(dimension, input, weight, value.map(|value| nearness(value, range))));
        }
        if self.attribute_weight > 0 {
            assessed.push(self.assess_attributes(facts));
        }
        assessed
    }

    fn assess_attributes(&self, facts: &AccountFacts) -> Assessed {
        let (mut matched, mut known, mut said) = (0, 0, String::new());
        for wish in &self.attributes {
            let Some(value) = facts.attributes.get(&wish.field).filter(|value| value.is_known()) else {
                continue;
            };
            known += wish.weight;
            if wish.values.iter().any(|wanted| value.matches(wanted)) {
                matched += wish.weight;
            }
            let separator = if said.is_empty() { "" } else { "; " };
            said.push_str(&alloc::format!("{separator}{}: {value}", wish.field));
        }
        let unknown = self.attribute_weight - known;
        Assessed {
            dimension: Dimension::CustomAttributes,
            input: (!said.is_empty()).then_some(said),
            weight: self.weights.custom_attributes,
            low: BEST * matched / self.attribute_weight,
            high: BEST * (matched + unknown) / self.attribute_weight,
            known: FINE * known / self.attribute_weight,
        }
    }
}

/// A dimension that is known or not, nothing between.
fn whole(dimension: Dimension, input: Option<String>, weight: Factor, points: Option<i128>) -> Assessed {
    let (low, high) = points.map_or((0, BEST), |points| (points, points));
    let known = if points.is_some() { FINE } else { 0 };
    Assessed { dimension, input, weight, low, high, known }
}

/// 100 inside the range, falling to 0 at nothing below it and at twice its maximum above it.
fn nearness(value: i64, Range { min, max }: Range) -> i128 {
    let (value, min, max) = (i128::from(value), i128::from(min), i128::from(max));
    match value {
        _ if value < 0 => 0,
        _ if value < min => BEST * value / min,
        _ if value <= max => BEST,
        _ if value < 2 * max => BEST * (2 * max - value) / max,
        _ => 0,
    }
}
