//! Scores, quadrants and tiers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Factor, Points, Timestamp};

/// How much attention something deserves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// To sales now.
    Hot,
    /// Check the data, look for an upsell.
    Warm,
    /// Into a nurture programme.
    Cool,
    /// Watch passively.
    Cold,
}

/// The pair of axes: fit and engagement, each high or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Quadrant {
    /// High fit, high engagement.
    FastTrack,
    /// Low fit, high engagement.
    Investigate,
    /// High fit, low engagement.
    Nurture,
    /// Low fit, low engagement.
    Deprioritize,
}

/// What was last computed for one person, account or opportunity. Null is "cannot be said", which is not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scores {
    /// Likeness to the ideal customer profile, 0 to 100; null when no dimension of it is configured, or when there is no account to inherit it from.
    pub fit: Option<Points>,
    /// The fit if every unknown input turned out to match nothing: the least it can become.
    pub fit_low: Option<Points>,
    /// The fit if every unknown input turned out ideal: the most it can become.
    pub fit_high: Option<Points>,
    /// The share of the configured fit weight whose inputs are known, 0 to 1.
    pub coverage: Option<Factor>,
    /// Decayed activity, 0 to 100; null when there is nobody whose activity could count.
    pub engagement: Option<Points>,
    /// Fit and engagement weighed together, 0 to 100.
    pub combined: Option<Points>,
    /// Which of the four quadrants, by fit and engagement.
    pub quadrant: Option<Quadrant>,
    /// The tier; null until both axes have a value.
    pub tier: Option<Tier>,
    /// Since when this tier holds, in event time: it does not depend on when scoring ran.
    pub since: Option<Timestamp>,
    /// When the tier changes next if nobody does anything; null when never.
    pub next_transition_at: Option<Timestamp>,
    /// The latest activity that counts.
    pub last_activity_at: Option<Timestamp>,
    /// Up to when all connected sources had been read: later events may be missing. Null without a connected source.
    pub inputs_through: Option<Timestamp>,
    /// When the scores were computed.
    pub scored_at: Timestamp,
}

/// How many entities have a tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TierCount {
    /// The tier; null counts those without one.
    pub tier: Option<Tier>,
    /// How many.
    pub count: u64,
}
