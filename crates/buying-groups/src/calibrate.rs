//! Whether 70% means 70%: stated confidence against what people confirmed, and a correction learnt from it.

use std::cmp::Ordering;

use crate::{Evidence, LEAST_CONFIDENCE, Role, Share, Source, Trusts, detect};

/// A correction is learnt from no fewer confirmations than this.
pub const LEAST_CONFIRMATIONS: usize = 100;

/// One statement that turned out right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whose statement; none for the fused one.
    pub source: Option<Source>,
    pub stated: Share,
    pub right: bool,
}

/// What was stated within ten points of confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The lower end; the upper one is ten points above, and only the last bin includes it.
    pub from: Share,
    pub count: usize,
    /// The mean of what was stated.
    pub stated: Share,
    /// How much of it was right.
    pub right: Share,
}

impl Bin {
    /// How far the statement is from the truth.
    pub fn gap(&self) -> Share {
        Share::from_millionths(self.stated.millionths().abs_diff(self.right.millionths()))
    }
}

/// How far the statements of a source, or of all together, can be taken at their word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reliability {
    /// None for the fused statement.
    pub source: Option<Source>,
    pub count: usize,
    /// The bins with something in them, ascending.
    pub bins: Vec<Bin>,
    /// The mean squared distance of statement and truth: 0 is perfect, 0.25 is a coin that says so.
    pub brier: Share,
    /// The gaps of the bins, weighted by their counts.
    pub expected_error: Share,
}

/// A reliability table for the fused statement and one for each source that stated something, in that order.
pub fn calibrate(outcomes: &[Outcome]) -> Vec<Reliability> {
    let sources = [None].into_iter().chain(Source::ALL.map(Some));
    sources.filter_map(|source| reliability(outcomes, source)).collect()
}

fn reliability(outcomes: &[Outcome], source: Option<Source>) -> Option<Reliability> {
    let mut bins = [(0_u128, 0_u128, 0_u128); 10];
    let mut squares = 0_u128;
    for outcome in outcomes.iter().filter(|outcome| outcome.source == source) {
        let (count, stated, right) = &mut bins[(outcome.stated.millionths() / 100_000).min(9) as usize];
        *count += 1;
        *stated += outcome.stated.wide();
        *right += u128::from(outcome.right);
        let truth = if outcome.right { Share::ONE.wide() } else { 0 };
        squares += truth.abs_diff(outcome.stated.wide()).pow(2);
    }
    let count: u128 = bins.iter().map(|(count, ..)| count).sum();
    let bins: Vec<Bin> = (0..)
        .zip(bins)
        .filter(|(_, (count, ..))| *count > 0)
        .map(|(tenth, (count, stated, right))| Bin {
            from: Share::from_thousandths(tenth * 100),
            count: count as usize,
            stated: Share::of(stated, count * Share::ONE.wide()),
            right: Share::of(right, count),
        })
        .collect();
    let gaps: u128 = bins.iter().map(|bin| bin.gap().wide() * bin.count as u128).sum();
    (count > 0).then(|| Reliability {
        source,
        count: count as usize,
        bins,
        brier: Share::of(squares, count * Share::ONE.wide().pow(2)),
        expected_error: Share::of(gaps, count * Share::ONE.wide()),
    })
}

/// What was stated about a person before their role was confirmed: the fused statement, corrected as it was shown, when
/// it was worth naming, and one for each piece of evidence, as sure as its source is believed. Confirmations among the
/// evidence are left out: nobody is calibrated against themselves.
pub fn outcomes_of_confirmation(
    evidence: &[Evidence],
    trusts: &Trusts,
    calibration: &Calibration,
    confirmed: Role,
) -> Vec<Outcome> {
    let before: Vec<Evidence> =
        evidence.iter().filter(|it| it.source != Source::Confirmed).cloned().collect();
    let found = detect(&before, trusts);
    let fused = (found.confidence >= LEAST_CONFIDENCE).then(|| Outcome {
        source: None,
        stated: calibration.apply(found.confidence),
        right: found.role == confirmed,
    });
    let single = found.evidence.iter().map(|it| Outcome {
        source: Some(it.source),
        stated: trusts.of(it.source).times(it.confidence),
        right: it.role == confirmed,
    });
    fused.into_iter().chain(single).collect()
}

/// A rising correction from stated to true confidence.
///
/// Fusion takes pieces of evidence as independent and trusts as given, and neither is true of any tenant in particular.
/// From enough confirmed roles a tenant's own correction is learnt: outcomes in order of what was stated are pooled
/// into stretches, each stretch pulled a little towards what it stated, and neighbours that would make the curve fall are
/// merged (isotonic regression by pooling adjacent violators). Within merged stretches it is level, and between the
/// stretches' middles it runs straight.
/// Below [`LEAST_CONFIRMATIONS`] it changes nothing.
///
/// It rests on what people chose to confirm, which is no random sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// Ascending in both; empty changes nothing.
    knots: Vec<(Share, Share)>,
}

/// The fewest outcomes of a stretch, and how many outcomes the statement itself counts as in it.
const STRETCH: usize = 25;
const PULL: u128 = 5;

#[derive(Clone, Copy)]
struct Stretch {
    count: u128,
    /// Σ stated, in millionths.
    stated: u128,
    /// Σ (right outcomes + pull towards the statement), in millionths, over `mass`.
    right: u128,
    mass: u128,
    /// The means of what its first and its last part stated, which are the same until it is merged with another.
    first: Share,
    last: Share,
}

impl Calibration {
    /// Learns from the fused statements as fusion made them, that is, with their uncorrected confidence; what single
    /// sources stated is not looked at.
    pub fn fit(outcomes: &[Outcome]) -> Calibration {
        let mut fused: Vec<(Share, bool)> =
            outcomes.iter().filter(|it| it.source.is_none()).map(|it| (it.stated, it.right)).collect();
        if fused.len() < LEAST_CONFIRMATIONS {
            return Calibration::default();
        }
        fused.sort_unstable();
        let mut rising: Vec<Stretch> = Vec::new();
        for stretch in stretches(&fused) {
            let mut merged = stretch;
            while let Some(before) = rising.last().copied()
                && (before.right * merged.mass).cmp(&(merged.right * before.mass)) != Ordering::Less
            {
                merged = before.with(merged);
                rising.pop();
            }
            rising.push(merged);
        }
        // Merged parts are equally often right, so between the first and the last of them the curve is level.
        let ends = |it: Stretch| {
            let right = Share::of(it.right, it.mass * Share::ONE.wide());
            [(it.first, right), (it.last, right)]
        };
        let mut knots: Vec<(Share, Share)> = rising.into_iter().flat_map(ends).collect();
        knots.dedup_by_key(|(stated, _)| *stated);
        Calibration { knots }
    }

    /// From knots kept earlier.
    ///
    /// # Errors
    /// Knots that do not rise.
    pub fn from_knots(knots: Vec<(Share, Share)>) -> Result<Calibration, KnotsDoNotRise> {
        let rise = knots.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        if rise { Ok(Calibration { knots }) } else { Err(KnotsDoNotRise) }
    }

    /// What to keep: stated and true confidence, ascending; empty when nothing is changed.
    pub fn knots(&self) -> &[(Share, Share)] {
        &self.knots
    }

    /// The corrected confidence. Certainty stays certain and nothing stays nothing; the more was stated, the more it is.
    pub fn apply(&self, stated: Share) -> Share {
        if self.knots.is_empty() || stated == Share::ZERO || stated == Share::ONE {
            return stated;
        }
        let at = self.knots.partition_point(|(from, _)| *from <= stated);
        match (at.checked_sub(1).map(|before| self.knots[before]), self.knots.get(at)) {
            (Some(before), Some(after)) => between(before, *after, stated),
            (Some((_, last)), None) => last,
            (None, Some((_, first))) => *first,
            (None, None) => stated,
        }
    }
}

/// The refusal of knots that are no correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the knots of a calibration must rise")]
pub struct KnotsDoNotRise;

fn between(low: (Share, Share), high: (Share, Share), stated: Share) -> Share {
    let (width, rise) = (high.0.wide() - low.0.wide(), high.1.wide() - low.1.wide());
    let along = stated.wide() - low.0.wide();
    Share::of(low.1.wide() * width + rise * along, width * Share::ONE.wide())
}

/// At least [`STRETCH`] outcomes each, at most a dozen, and never two of one statement apart: finer ones would follow the
/// chances of the sample.
fn stretches(fused: &[(Share, bool)]) -> Vec<Stretch> {
    let least = STRETCH.max(fused.len() / 12) as u128;
    let mut found: Vec<Stretch> = Vec::new();
    for alike in fused.chunk_by(|a, b| a.0 == b.0) {
        let count = alike.len() as u128;
        let right = alike.iter().filter(|(_, right)| *right).count() as u128;
        let next = Stretch {
            count,
            stated: alike[0].0.wide() * count,
            right: right * Share::ONE.wide(),
            mass: count,
            first: alike[0].0,
            last: alike[0].0,
        };
        match found.last_mut() {
            Some(last) if last.count < least => *last = last.with(next),
            _ => found.push(next),
        }
    }
    if let [.., before, last] = found[..]
        && last.count < least
    {
        found.truncate(found.len() - 2);
        found.push(before.with(last));
    }
    found.into_iter().map(Stretch::pulled).collect()
}

impl Stretch {
    fn with(self, other: Stretch) -> Stretch {
        Stretch {
            count: self.count + other.count,
            stated: self.stated + other.stated,
            right: self.right + other.right,
            mass: self.mass + other.mass,
            first: self.first,
            last: other.last,
        }
    }

    fn pulled(self) -> Stretch {
        let mean = Share::of(self.stated, self.count * Share::ONE.wide());
        let right = self.right + PULL * self.stated / self.count;
        Stretch { right, mass: self.mass + PULL, first: mean, last: mean, ..self }
    }
}
