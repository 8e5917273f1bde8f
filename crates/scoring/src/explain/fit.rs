//! Why an account fits.

use crate::apportion::{apportion, unlimited};
use crate::fit::{AccountFacts, Assessed, Dimension, FINE, FitScore, PreparedFit};
use crate::points::{Factor, Points, divide};
use alloc::string::String;
use alloc::vec::Vec;

/// A fit score and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FitExplanation {
    /// The score.
    pub score: FitScore,
    /// One line per configured dimension; their contributions sum to the score.
    pub lines: Vec<FitLine>,
}

/// One dimension's part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FitLine {
    /// Which dimension.
    pub dimension: Dimension,
    /// What is known, as text; `None` when nothing is.
    pub input: Option<String>,
    /// How well it fits, 0 to 100.
    pub points: Points,
    /// Its configured weight, before normalisation.
    pub weight: Factor,
    /// What it adds to the score.
    pub contribution: Points,
    /// What it could still add if what is missing turned out best.
    pub open: Points,
}

/// Explains a fit score; `None` when there is none.
///
/// ```
/// use scoring::{explain_fit, AccountFacts, FitConfig, Points, PreparedFit};
/// let fit = PreparedFit::new(&FitConfig::default()).unwrap();
/// let facts = AccountFacts { employees: Some(200), revenue: Some(500_000), ..AccountFacts::default() };
/// let explained = explain_fit(&fit, &facts).unwrap();
/// assert_eq!(explained.lines.iter().map(|line| line.contribution).sum::<Points>(), explained.score.points);
/// ```
pub fn explain_fit(config: &PreparedFit, facts: &AccountFacts) -> Option<FitExplanation> {
    let score = config.score(facts)?;
    let assessed = config.assess(facts);
    let weighted = |part: fn(&Assessed) -> i128| -> Vec<u128> {
        assessed.iter().map(|a| (i128::from(a.weight.thousandths()) * part(a)) as u128).collect()
    };
    let none = unlimited(assessed.len());
    let contributions = apportion(score.points.thousandths(), &weighted(|a| a.low), &none);
    let open = apportion((score.high - score.low).thousandths(), &weighted(|a| a.high - a.low), &none);
    let lines = assessed.into_iter().zip(contributions).zip(open).map(|((a, contribution), open)| FitLine {
        dimension: a.dimension,
        input: a.input,
        points: Points::from_thousandths(divide(a.low, FINE)),
        weight: a.weight,
        contribution: Points::from_thousandths(contribution),
        open: Points::from_thousandths(open),
    });
    Some(FitExplanation { score, lines: lines.collect() })
}
