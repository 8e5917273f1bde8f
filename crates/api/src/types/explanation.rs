//! Why a score is what it is: lines that add up to it exactly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ActivityType, Channel, Factor, PersonRef, Points, Quadrant, Tier, Timestamp};

/// A dimension of fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitDimension {
    /// Industry.
    Industry,
    /// Number of employees.
    CompanySize,
    /// Annual revenue.
    Revenue,
    /// All custom attributes together.
    CustomAttributes,
}

/// Why the fit is what it is. The contributions add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FitExplanation {
    /// The score.
    pub score: Points,
    /// The share of the configured weight whose inputs are known, 0 to 1.
    pub coverage: Factor,
    /// The score if all that is missing turned out worst.
    pub low: Points,
    /// The score if all that is missing turned out best.
    pub high: Points,
    /// One line for each configured dimension.
    pub lines: Vec<FitLine>,
}

/// What one dimension adds to the fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FitLine {
    /// Which dimension.
    pub dimension: FitDimension,
    /// What is known, as text; null when nothing is, which counts as 0 and lowers the coverage.
    pub input: Option<String>,
    /// How well it fits, 0 to 100.
    pub points: Points,
    /// Its configured weight, before it is divided by the sum of the weights.
    pub weight: Factor,
    /// What it adds to the score.
    pub contribution: Points,
    /// What it could still add if what is missing turned out best.
    pub open: Points,
}

/// Why a person's engagement is what it is. The net values add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngagementExplanation {
    /// The score.
    pub score: Points,
    /// What counts, strongest first.
    pub lines: Vec<EngagementLine>,
}

/// What the activities of one type add to a person's engagement.
///
/// `base − qualityLoss − decayLoss − capLoss − clampLoss = net`, exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngagementLine {
    /// The type; null for all types that the configuration does not know.
    pub activity_type: Option<ActivityType>,
    /// The channel.
    pub channel: Channel,
    /// How many activities.
    pub count: u64,
    /// The oldest of them.
    pub oldest_at: Timestamp,
    /// The newest of them.
    pub newest_at: Timestamp,
    /// Count times weight.
    pub base: Points,
    /// The type's quality, 0 to 1.
    pub quality: Factor,
    /// What quality takes.
    pub quality_loss: Points,
    /// What age takes.
    pub decay_loss: Points,
    /// What the channel's cap takes.
    pub cap_loss: Points,
    /// What the limit of 100 takes.
    pub clamp_loss: Points,
    /// What is left, and adds to the score.
    pub net: Points,
}

/// Why an account's or opportunity's engagement is what it is. The contributions add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollUpExplanation {
    /// The score.
    pub score: Points,
    /// The lines, strongest first.
    pub lines: Vec<RollUpLine>,
    /// How many people have a part but no line, because they add nothing.
    pub silent_people: u64,
}

/// What one person, or one adjustment, adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollUpLine {
    /// What this line is.
    pub part: RollUpPart,
    /// The person; null for an adjustment.
    pub person: Option<PersonRef>,
    /// The person's own engagement.
    pub score: Option<Points>,
    /// What it adds; an adjustment can take away.
    pub contribution: Points,
}

/// What a line of a roll-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

/// Why the combined score is what it is: `fit + engagement = score`, exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CombinedExplanation {
    /// The score.
    pub score: Points,
    /// What fit adds.
    pub fit: Points,
    /// What engagement adds.
    pub engagement: Points,
}

/// Why the tier is what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TierExplanation {
    /// The tier; null while it cannot be said.
    pub tier: Option<Tier>,
    /// The quadrant; null while an axis has no value.
    pub quadrant: Option<Quadrant>,
    /// What to do about it.
    pub action: Option<TierAction>,
    /// Since when, in event time.
    pub since: Option<Timestamp>,
    /// When it changes next if nobody does anything; null when never.
    pub next_transition_at: Option<Timestamp>,
    /// Why, for each axis that decides.
    pub axes: Vec<AxisReason>,
}

/// What a tier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierAction {
    /// Hand over to sales now.
    ToSales,
    /// Check the data, look for an upsell.
    CheckData,
    /// Into a nurture programme.
    Nurture,
    /// Watch passively.
    Watch,
}

/// What decides a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Fit.
    Fit,
    /// Engagement.
    Engagement,
    /// The combined score.
    Combined,
}

/// High or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Low.
    Low,
    /// High.
    High,
}

/// Why an axis is high or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// At or above threshold plus band.
    Above,
    /// Below threshold minus band.
    Below,
    /// Within the band: as it was before, or as it was first assigned.
    WithinBand,
    /// The value is not known.
    Unknown,
}

/// Why one axis is high or low.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AxisReason {
    /// Which axis.
    pub axis: Axis,
    /// Its value.
    pub value: Option<Points>,
    /// The threshold; in the `combined` scheme the lower edge of the present tier.
    pub threshold: Points,
    /// The band on both sides.
    pub band: Points,
    /// High or low; null while unknown, and in the `combined` scheme.
    pub level: Option<Level>,
    /// Why.
    pub why: Why,
}

/// One of the strongest reasons for a score, to show in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// A short sentence, in English.
    pub text: String,
    /// What it adds to the combined score, about.
    pub contribution: Points,
}
