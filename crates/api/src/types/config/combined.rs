//! Combined: how fit and engagement become one number, and where the tiers lie.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::broken;
use crate::types::{Factor, Points};

/// How fit and engagement become one number, and where the tiers lie.
///
/// An axis becomes high at its threshold plus the band and low below its threshold minus the band, so that a score
/// near the threshold does not flutter; at the very first assignment it is high from the threshold on. Each threshold
/// must keep its band within 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "weighs_something"), schema(function = "bands_fit"))]
pub struct CombinedConfig {
    /// What fit weighs, 0 to 1000; normalised by the sum of both, which must not be 0.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub fit_weight: Factor,
    /// What engagement weighs, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub engagement_weight: Factor,
    /// Fit counts as high from here, give or take the band. 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub fit_threshold: Points,
    /// Engagement counts as high from here, give or take the band. 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub engagement_threshold: Points,
    /// How far beyond a threshold a score must go to change sides, 0 to 50.
    #[validate(range(min = 0.0, max = 50.0))]
    pub band: Points,
    /// Which scheme decides the tier.
    pub scheme: TierScheme,
    /// The tiers' thresholds in the `combined` scheme.
    #[validate(nested)]
    pub combined_thresholds: CombinedThresholds,
}

/// What decides the tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierScheme {
    /// High or low in fit, high or low in engagement.
    Quadrant,
    /// The combined score alone.
    Combined,
}

/// Where the tiers begin in the `combined` scheme. They must fall: hot above warm above cool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "falling"))]
pub struct CombinedThresholds {
    /// Hot from here, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub hot: Points,
    /// Warm from here, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub warm: Points,
    /// Cool from here, 0 to 100; cold below.
    #[validate(range(min = 0.0, max = 100.0))]
    pub cool: Points,
}

impl Default for CombinedConfig {
    fn default() -> Self {
        CombinedConfig {
            fit_weight: Factor(500),
            engagement_weight: Factor(500),
            fit_threshold: Points(50_000),
            engagement_threshold: Points(50_000),
            band: Points(10_000),
            scheme: TierScheme::Quadrant,
            combined_thresholds: CombinedThresholds::default(),
        }
    }
}

impl Default for CombinedThresholds {
    fn default() -> Self {
        CombinedThresholds { hot: Points(80_000), warm: Points(60_000), cool: Points(40_000) }
    }
}

fn weighs_something(config: &CombinedConfig) -> Result<(), ValidationError> {
    if config.fit_weight.0 == 0 && config.engagement_weight.0 == 0 {
        return Err(broken("empty", "fitWeight and engagementWeight must not both be 0"));
    }
    Ok(())
}

/// A threshold whose band leaves the scale could never be crossed in one of the directions.
fn bands_fit(config: &CombinedConfig) -> Result<(), ValidationError> {
    let CombinedThresholds { hot, warm, cool } = config.combined_thresholds;
    let thresholds = [
        ("fitThreshold", config.fit_threshold),
        ("engagementThreshold", config.engagement_threshold),
        ("combinedThresholds.hot", hot),
        ("combinedThresholds.warm", warm),
        ("combinedThresholds.cool", cool),
    ];
    for (name, threshold) in thresholds {
        let on_scale = |points: i64| (0..=100_000).contains(&points);
        let reachable = on_scale(threshold.0 - config.band.0) && on_scale(threshold.0 + config.band.0);
        // Off the scale by itself is the range rule's to tell.
        if on_scale(threshold.0) && config.band.0 >= 0 && !reachable {
            return Err(broken("band", format!("{name} give or take the band must stay from 0 to 100")));
        }
    }
    Ok(())
}

fn falling(thresholds: &CombinedThresholds) -> Result<(), ValidationError> {
    if thresholds.hot > thresholds.warm && thresholds.warm > thresholds.cool {
        Ok(())
    } else {
        Err(broken("order", "hot, warm and cool must fall"))
    }
}
