//! Engagement: what an activity is worth, how it fades, and how people's scores become their account's.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::broken;
use crate::types::{ActivityType, Channel, Factor, Points};

/// How activities become a person's, an account's and an opportunity's engagement.
///
/// An activity is worth `weight · quality · 2^(−age / halfLifeDays)` points; per channel the sum is capped, and a
/// person's score is the sum of the channels, at most 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct EngagementConfig {
    /// Days after which an activity is worth half, 0.001 to 3650.
    #[validate(range(min = 0.001, max = 3650.0))]
    pub half_life_days: Factor,
    /// Activity types by name. `meeting_recorded` cannot be among them: it is never scored.
    #[validate(nested)]
    pub types: TypeRules,
    /// What counts for a type that is not in `types`.
    #[validate(nested)]
    pub unknown_type: TypeRule,
    /// The most each channel can add to a person's score.
    #[validate(nested)]
    pub caps: ChannelCaps,
    /// From people to their account.
    #[validate(nested)]
    pub account: RollUp,
    /// From contacts to their opportunity; `max-breadth` is not offered here.
    #[validate(nested, custom(function = "for_opportunities"))]
    pub opportunity: RollUp,
    /// What a person counts in a weighted average, by title.
    #[validate(nested)]
    pub seniority: SeniorityWeights,
    /// How an opportunity's pace through its stages changes its score.
    #[validate(nested)]
    pub velocity: Velocity,
}

/// What an activity of one type is worth: weight times quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypeRule {
    /// The channel whose cap it shares.
    pub channel: Channel,
    /// How much it says about intent, 0 to 1.
    #[validate(range(min = 0.0, max = 1.0))]
    pub quality: Factor,
    /// Points before quality, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub weight: Factor,
}

/// What activities are worth, by type. At most 1000 types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeRules(pub BTreeMap<ActivityType, TypeRule>);

const MOST_TYPES: usize = 1000;
const NEVER_SCORED: &str = "meeting_recorded";

// By hand, because a rule for keys would otherwise become `patternProperties`, which few readers of schemas know.
impl JsonSchema for TypeRules {
    fn schema_name() -> Cow<'static, str> {
        "TypeRules".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What activities are worth, by the name of their type. At most 1000 types.",
            "type": "object",
            "propertyNames": generator.subschema_for::<ActivityType>(),
            "additionalProperties": generator.subschema_for::<TypeRule>(),
            "maxProperties": MOST_TYPES,
        })
    }
}

// By hand, because a map's entries are to be named by their keys and not by their numbers.
impl Validate for TypeRules {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        if self.0.len() > MOST_TYPES {
            errors.add("__all__", broken("length", "must have at most 1000 types"));
        }
        for (name, rule) in &self.0 {
            let mut of_type = rule.validate().err().unwrap_or_default();
            if name.as_str() == NEVER_SCORED {
                of_type.add("__all__", broken("reserved", "meeting_recorded is never scored"));
            }
            if !of_type.is_empty() {
                // `=`: the name is the caller's, not one of our fields.
                let key = Cow::Owned(format!("={}", name.as_str()));
                errors.errors_mut().insert(key, ValidationErrorsKind::Struct(Box::new(of_type)));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// The most each channel can add to a person's score, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelCaps {
    /// Your web site, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub web: Points,
    /// Meetings, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub meetings: Points,
    /// Events, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub events: Points,
    /// Intent data, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub intent: Points,
    /// E-mail, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub email: Points,
    /// Content, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub content: Points,
    /// Advertising, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub ads: Points,
    /// Everything else, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub other: Points,
}

/// How the scores of several people become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RollUp {
    /// The rule in use; the numbers of the others stay for a change of mind.
    pub method: RollUpMethod,
    /// `champion`: what the strongest person weighs, 0 to 1.
    #[serde(default = "default_champion_weight")]
    #[validate(range(min = 0.0, max = 1.0))]
    pub champion_weight: Factor,
    /// `max-breadth`: its three numbers.
    #[serde(default)]
    #[validate(nested)]
    pub max_breadth: MaxBreadth,
}

/// A rule from several people's scores to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RollUpMethod {
    /// The strongest person, and the mean of the rest.
    Champion,
    /// The mean, weighted by seniority.
    WeightedAverage,
    /// The strongest person, and something for every other one above a bar.
    MaxBreadth,
}

/// The three numbers of `max-breadth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct MaxBreadth {
    /// People at this many points or more count, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub qualifying: Points,
    /// Added for each of them beyond the first, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub per_person: Points,
    /// Added at most, 0 to 100.
    #[validate(range(min = 0.0, max = 100.0))]
    pub at_most: Points,
}

/// What a person counts in a weighted average, 0.001 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SeniorityWeights {
    /// C-level, president, founder, 0.001 to 100.
    #[validate(range(min = 0.001, max = 100.0))]
    pub c_level: Factor,
    /// Vice president, 0.001 to 100.
    #[validate(range(min = 0.001, max = 100.0))]
    pub vp: Factor,
    /// Director, head of, 0.001 to 100.
    #[validate(range(min = 0.001, max = 100.0))]
    pub director: Factor,
    /// Manager, lead, 0.001 to 100.
    #[validate(range(min = 0.001, max = 100.0))]
    pub manager: Factor,
    /// Everybody else, and no title, 0.001 to 100.
    #[validate(range(min = 0.001, max = 100.0))]
    pub other: Factor,
}

/// How an opportunity's pace through its stages changes its score.
///
/// `bonus = clamp(expectedDaysPerStage / max(days in the stage, 1) − 1, −1, 1) · weight · 100`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Velocity {
    /// How long a stage should take, 0.001 to 3650 days.
    #[validate(range(min = 0.001, max = 3650.0))]
    pub expected_days_per_stage: Factor,
    /// The largest change, as a share of 100 points, 0 to 1.
    #[validate(range(min = 0.0, max = 1.0))]
    pub weight: Factor,
    /// Since when the days count.
    pub basis: VelocityBasis,
}

/// Since when an opportunity's days count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VelocityBasis {
    /// Since it entered its present stage.
    Stage,
    /// Since it was created.
    Creation,
}

fn for_opportunities(roll_up: &RollUp) -> Result<(), ValidationError> {
    match roll_up.method {
        RollUpMethod::MaxBreadth => {
            Err(broken("choice", "method must be champion or weighted-average for opportunities"))
        }
        RollUpMethod::Champion | RollUpMethod::WeightedAverage => Ok(()),
    }
}

/// (type, channel, quality in thousandths, weight)
const DEFAULT_TYPES: [(&str, Channel, i64, i64); 12] = [
    ("demo_request", Channel::Web, 1000, 40),
    ("event_attend", Channel::Events, 900, 25),
    ("meeting_attend", Channel::Meetings, 900, 30),
    ("form_fill", Channel::Web, 800, 20),
    ("content_download", Channel::Content, 700, 12),
    ("intent_signal", Channel::Intent, 700, 15),
    ("email_click", Channel::Email, 600, 6),
    ("ad_click", Channel::Ads, 500, 5),
    ("email_thread", Channel::Email, 500, 10),
    ("email_open", Channel::Email, 400, 2),
    ("page_view", Channel::Web, 200, 2),
    ("email_sent", Channel::Email, 100, 1),
];

impl Default for EngagementConfig {
    fn default() -> Self {
        let rule = |channel, quality, weight: i64| TypeRule {
            channel,
            quality: Factor(quality),
            weight: Factor(weight * 1000),
        };
        let types = DEFAULT_TYPES.iter().map(|&(name, channel, quality, weight)| {
            (ActivityType::of_record(name), rule(channel, quality, weight))
        });
        EngagementConfig {
            half_life_days: Factor(30_000),
            types: TypeRules(types.collect()),
            unknown_type: rule(Channel::Other, 200, 1),
            caps: ChannelCaps::default(),
            account: RollUp::of(RollUpMethod::Champion),
            opportunity: RollUp::of(RollUpMethod::WeightedAverage),
            seniority: SeniorityWeights::default(),
            velocity: Velocity::default(),
        }
    }
}

impl Default for ChannelCaps {
    fn default() -> Self {
        ChannelCaps {
            web: Points(40_000),
            meetings: Points(30_000),
            events: Points(25_000),
            intent: Points(25_000),
            email: Points(20_000),
            content: Points(20_000),
            ads: Points(10_000),
            other: Points(5_000),
        }
    }
}

fn default_champion_weight() -> Factor {
    Factor(600)
}

impl RollUp {
    /// A method with the default numbers.
    pub fn of(method: RollUpMethod) -> Self {
        RollUp { method, champion_weight: default_champion_weight(), max_breadth: MaxBreadth::default() }
    }
}

impl Default for MaxBreadth {
    fn default() -> Self {
        MaxBreadth { qualifying: Points(20_000), per_person: Points(5_000), at_most: Points(25_000) }
    }
}

impl Default for SeniorityWeights {
    fn default() -> Self {
        SeniorityWeights {
            c_level: Factor(1500),
            vp: Factor(1500),
            director: Factor(1300),
            manager: Factor(1100),
            other: Factor(1000),
        }
    }
}

impl Default for Velocity {
    fn default() -> Self {
        Velocity { expected_days_per_stage: Factor(30_000), weight: Factor(100), basis: VelocityBasis::Stage }
    }
}
