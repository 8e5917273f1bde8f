//! Why an entity is in its tier.

use crate::apportion::{apportion, unlimited};
use crate::config::{CombinedConfig, TierScheme};
use crate::points::Points;
use crate::tier::{Action, Axes, Level, Quadrant, Standing, Tier, edge};
use alloc::vec;
use alloc::vec::Vec;

/// A tier and what decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TierExplanation {
    /// The tier; `None` while unknown.
    pub tier: Option<Tier>,
    /// The quadrant; `None` while an axis is unknown.
    pub quadrant: Option<Quadrant>,
    /// What to do.
    pub action: Option<Action>,
    /// Since when, in microseconds since 1970.
    pub since: Option<i64>,
    /// One per axis that decides.
    pub axes: Vec<AxisReason>,
}

/// Which number is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Axis {
    /// Fit.
    Fit,
    /// Engagement.
    Engagement,
    /// The combined score.
    Combined,
}

/// Why an axis counts as high or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AxisReason {
    /// Which axis.
    pub axis: Axis,
    /// Its value.
    pub value: Option<Points>,
    /// The threshold; in the `combined` scheme the lower edge of the present tier.
    pub threshold: Points,
    /// The band on both sides.
    pub band: Points,
    /// High or low.
    pub level: Option<Level>,
    /// Why.
    pub why: Why,
}

/// Why an axis counts as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Why {
    /// At or above threshold and band.
    Above,
    /// Below threshold and band.
    Below,
    /// Within the band: as it was before, or as it was first assigned.
    WithinBand,
    /// The value is unknown.
    Unknown,
}

/// Explains a tier.
///
/// ```
/// use scoring::*;
/// let config = CombinedConfig::default();
/// let axes = Axes::new(&config, Some(Points::whole(70)), Some(Points::whole(55)));
/// let standing = Standing::default().after(&config, axes);
/// let explained = explain_tier(&config, axes, standing, Some(0));
/// assert_eq!(explained.action, Some(Action::ToSales));
/// assert_eq!(explained.axes[0].why, Why::Above);
/// assert_eq!(explained.axes[1].why, Why::WithinBand);
/// ```
pub fn explain_tier(
    config: &CombinedConfig,
    axes: Axes,
    standing: Standing,
    since: Option<i64>,
) -> TierExplanation {
    let tier = standing.tier(config.scheme);
    let reason = |axis, value: Option<Points>, threshold, level| AxisReason {
        axis,
        value,
        threshold,
        band: config.band,
        level,
        why: value.map_or(Why::Unknown, |value| why(value, threshold, config.band)),
    };
    let axes = match config.scheme {
        TierScheme::Quadrant => vec![
            reason(Axis::Fit, axes.fit, config.fit_threshold, standing.fit),
            reason(Axis::Engagement, axes.engagement, config.engagement_threshold, standing.engagement),
        ],
        TierScheme::Combined => {
            // cold has no lower edge: what it is below is the edge of cool
            let level = tier.map(|tier| if tier == Tier::Cold { Level::Low } else { Level::High });
            let nearest = tier.unwrap_or(Tier::Cool).max(Tier::Cool);
            vec![reason(Axis::Combined, axes.combined, edge(&config.combined_thresholds, nearest), level)]
        }
    };
    TierExplanation { tier, quadrant: standing.quadrant(), action: tier.map(Tier::action), since, axes }
}

fn why(value: Points, threshold: Points, band: Points) -> Why {
    match () {
        () if value >= threshold + band => Why::Above,
        () if value < threshold - band => Why::Below,
        () => Why::WithinBand,
    }
}

/// What fit and engagement add to the combined score; they sum to it. `None` while it is unknown.
///
/// ```
/// use scoring::{explain_combined, Axes, CombinedConfig, Points};
/// let config = CombinedConfig::default();
/// let axes = Axes::new(&config, Some(Points::whole(80)), Some(Points::from_thousandths(40_001)));
/// let (fit, engagement) = explain_combined(&config, axes).unwrap();
/// assert_eq!(Some(fit + engagement), axes.combined);
/// ```
pub fn explain_combined(config: &CombinedConfig, axes: Axes) -> Option<(Points, Points)> {
    let weighted = |value: Option<Points>, weight: crate::Factor| {
        value.map_or(0, |value| value.thousandths().max(0) as u128) * weight.thousandths().max(0) as u128
    };
    let weights =
        [weighted(axes.fit, config.fit_weight), weighted(axes.engagement, config.engagement_weight)];
    let shares = apportion(axes.combined?.thousandths(), &weights, &unlimited(2));
    Some((Points::from_thousandths(shares[0]), Points::from_thousandths(shares[1])))
}
