//! Combined: how fit and engagement become one number, and where the tiers lie.

use super::violation::{Violation, Violations};
use crate::points::{Factor, Points};
use alloc::format;
use alloc::vec::Vec;

/// Weights, thresholds and the tier scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CombinedConfig {
    /// What fit weighs; normalised by the sum of both.
    pub fit_weight: Factor,
    /// What engagement weighs.
    pub engagement_weight: Factor,
    /// Fit counts as high from here, give or take the band.
    pub fit_threshold: Points,
    /// Engagement counts as high from here, give or take the band.
    pub engagement_threshold: Points,
    /// How far beyond a threshold a score must go to change sides.
    pub band: Points,
    /// Which scheme decides the tier.
    pub scheme: TierScheme,
    /// The tiers' thresholds in the `combined` scheme.
    pub combined_thresholds: CombinedThresholds,
}

/// What decides the tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum TierScheme {
    /// High or low in fit, high or low in engagement.
    Quadrant,
    /// The combined score alone.
    Combined,
}

/// Where the tiers begin in the `combined` scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CombinedThresholds {
    /// Hot from here.
    pub hot: Points,
    /// Warm from here.
    pub warm: Points,
    /// Cool from here, cold below.
    pub cool: Points,
}

impl Default for CombinedConfig {
    fn default() -> CombinedConfig {
        CombinedConfig {
            fit_weight: Factor::from_thousandths(500),
            engagement_weight: Factor::from_thousandths(500),
            fit_threshold: Points::whole(50),
            engagement_threshold: Points::whole(50),
            band: Points::whole(10),
            scheme: TierScheme::Quadrant,
            combined_thresholds: CombinedThresholds::default(),
        }
    }
}

impl Default for CombinedThresholds {
    fn default() -> CombinedThresholds {
        CombinedThresholds { hot: Points::whole(80), warm: Points::whole(60), cool: Points::whole(40) }
    }
}

impl CombinedConfig {
    /// Every broken rule; empty when the configuration is sound.
    ///
    /// ```
    /// use scoring::{CombinedConfig, Points};
    /// let config = CombinedConfig { fit_threshold: Points::whole(140), ..CombinedConfig::default() };
    /// assert_eq!(config.validate()[0].path, "fitThreshold");
    /// ```
    pub fn validate(&self) -> Vec<Violation> {
        let mut found = Violations::default();
        found.weight("fitWeight", self.fit_weight);
        found.weight("engagementWeight", self.engagement_weight);
        if self.fit_weight == Factor::ZERO && self.engagement_weight == Factor::ZERO {
            found.refuse("fitWeight", "empty", "fitWeight and engagementWeight must not both be 0".into());
        }
        found.points("band", self.band, Points::ZERO, Points::whole(50));
        let CombinedThresholds { hot, warm, cool } = self.combined_thresholds;
        let thresholds = [
            ("fitThreshold", self.fit_threshold),
            ("engagementThreshold", self.engagement_threshold),
            ("combinedThresholds.hot", hot),
            ("combinedThresholds.warm", warm),
            ("combinedThresholds.cool", cool),
        ];
        for (path, threshold) in thresholds {
            found.score(path, threshold);
            self.validate_reach(&mut found, path, threshold);
        }
        if !(hot > warm && warm > cool) {
            let message = format!("hot, warm and cool must fall, are {hot}, {warm}, {cool}");
            found.refuse("combinedThresholds", "order", message);
        }
        found.0
    }

    /// A threshold whose band leaves the scale could never be crossed in one of the directions.
    fn validate_reach(&self, found: &mut Violations, path: &str, threshold: Points) {
        let within = (threshold + self.band).is_score() && (threshold - self.band).is_score();
        if threshold.is_score() && Points::ZERO <= self.band && !within {
            let message =
                format!("{threshold} give or take the band of {} must stay from 0 to 100", self.band);
            found.refuse(path, "band", message);
        }
    }
}
