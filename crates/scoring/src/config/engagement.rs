//! Engagement: what an activity is worth, how it fades, and how people's scores become their account's.

use super::violation::{Violation, Violations};
use crate::channel::Channel;
use crate::points::{Factor, Points};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The type that is never scored, whatever a configuration says: it is our own recorder, not the person.
pub const NEVER_SCORED: &str = "meeting_recorded";

/// How activities become a person's, an account's and an opportunity's engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct EngagementConfig {
    /// Days after which an activity is worth half.
    pub half_life_days: Factor,
    /// Activity types by name.
    pub types: BTreeMap<String, TypeRule>,
    /// What counts for a type that is not in `types`.
    pub unknown_type: TypeRule,
    /// The most each channel can add to a person's score.
    pub caps: ChannelCaps,
    /// From people to their account.
    pub account: RollUp,
    /// From contacts to their opportunity; `max-breadth` is not offered here.
    pub opportunity: RollUp,
    /// What a person counts in a weighted average, by title.
    pub seniority: SeniorityWeights,
    /// How an opportunity's pace changes its score.
    pub velocity: Velocity,
}

/// What an activity of one type is worth: weight times quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct TypeRule {
    /// The channel whose cap it shares.
    pub channel: Channel,
    /// How much it says about intent, 0 to 1.
    pub quality: Factor,
    /// Points before quality, 0 to 1000.
    pub weight: Factor,
}

/// The most each channel can add to a person's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ChannelCaps {
    pub web: Points,
    pub meetings: Points,
    pub events: Points,
    pub intent: Points,
    pub email: Points,
    pub content: Points,
    pub ads: Points,
    pub other: Points,
}

/// How the scores of several people become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RollUp {
    /// The rule in use; the numbers of the others stay for a change of mind.
    pub method: RollUpMethod,
    /// `champion`: what the strongest person weighs, 0 to 1.
    pub champion_weight: Factor,
    /// `max-breadth`: its three numbers.
    pub max_breadth: MaxBreadth,
}

/// A rule from several people's scores to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum RollUpMethod {
    /// The strongest person, and the mean of the rest.
    Champion,
    /// The mean, weighted by seniority.
    WeightedAverage,
    /// The strongest person, and something for every other one above a bar.
    MaxBreadth,
}

/// The three numbers of `max-breadth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MaxBreadth {
    /// People at this many points or more count.
    pub qualifying: Points,
    /// Added for each of them beyond the first.
    pub per_person: Points,
    /// Added at most.
    pub at_most: Points,
}

/// What a person counts in a weighted average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct SeniorityWeights {
    /// C-level, president, founder.
    pub c_level: Factor,
    /// Vice president.
    pub vp: Factor,
    /// Director, head of.
    pub director: Factor,
    /// Manager, lead.
    pub manager: Factor,
    /// Everybody else, and no title.
    pub other: Factor,
}

/// How an opportunity's pace through its stages changes its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Velocity {
    /// How long a stage should take, above 0.
    pub expected_days_per_stage: Factor,
    /// The largest change, as a share of 100 points, 0 to 1.
    pub weight: Factor,
    /// Since when the days count.
    pub basis: VelocityBasis,
}

/// Since when an opportunity's days count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum VelocityBasis {
    /// Since it entered its present stage.
    Stage,
    /// Since it was created.
    Creation,
}

/// (type, channel, quality in thousandths, default weight)
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
    fn default() -> EngagementConfig {
        let rule = |channel, quality, weight| TypeRule {
            channel,
            quality: Factor::from_thousandths(quality),
            weight: Factor::whole(weight),
        };
        let types = DEFAULT_TYPES.iter().map(|&(name, channel, quality, weight)| {
            let name: String = name.into();
            (name, rule(channel, quality, weight))
        });
        EngagementConfig {
            half_life_days: Factor::whole(30),
            types: types.collect(),
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
    fn default() -> ChannelCaps {
        ChannelCaps {
            web: Points::whole(40),
            meetings: Points::whole(30),
            events: Points::whole(25),
            intent: Points::whole(25),
            email: Points::whole(20),
            content: Points::whole(20),
            ads: Points::whole(10),
            other: Points::whole(5),
        }
    }
}

impl ChannelCaps {
    /// The cap of one channel.
    pub fn of(&self, channel: Channel) -> Points {
        match channel {
            Channel::Web => self.web,
            Channel::Meetings => self.meetings,
            Channel::Events => self.events,
            Channel::Intent => self.intent,
            Channel::Email => self.email,
            Channel::Content => self.content,
            Channel::Ads => self.ads,
            Channel::Other => self.other,
        }
    }
}

impl RollUp {
    /// A method with the default numbers.
    pub fn of(method: RollUpMethod) -> RollUp {
        RollUp { method, champion_weight: Factor::from_thousandths(600), max_breadth: MaxBreadth::default() }
    }
}

impl Default for MaxBreadth {
    fn default() -> MaxBreadth {
        MaxBreadth { qualifying: Points::whole(20), per_person: Points::whole(5), at_most: Points::whole(25) }
    }
}

impl Default for SeniorityWeights {
    fn default() -> SeniorityWeights {
        let factor = Factor::from_thousandths;
        SeniorityWeights {
            c_level: factor(1500),
            vp: factor(1500),
            director: factor(1300),
            manager: factor(1100),
            other: factor(1000),
        }
    }
}

impl Default for Velocity {
    fn default() -> Velocity {
        Velocity {
            expected_days_per_stage: Factor::whole(30),
            weight: Factor::from_thousandths(100),
            basis: VelocityBasis::Stage,
        }
    }
}

/// A thousandth of a day up to ten years.
const DAYS: (Factor, Factor) = (Factor::from_thousandths(1), Factor::whole(3650));

impl EngagementConfig {
    /// Every broken rule; empty when the configuration is sound.
    ///
    /// ```
    /// use scoring::{EngagementConfig, Factor};
    /// let mut config = EngagementConfig::default();
    /// assert!(config.validate().is_empty());
    /// config.types.get_mut("demo_request").unwrap().weight = Factor::whole(-1);
    /// assert_eq!(config.validate()[0].path, "types.demo_request.weight");
    /// ```
    pub fn validate(&self) -> Vec<Violation> {
        let mut found = Violations::default();
        found.factor("halfLifeDays", self.half_life_days, DAYS.0, DAYS.1);
        found.at_most("types", self.types.len(), 1000);
        for (name, rule) in &self.types {
            let path = format!("types.{name}");
            found.text(&path, name);
            if name == NEVER_SCORED {
                found.refuse(&path, "reserved", format!("{NEVER_SCORED} is never scored"));
            }
            validate_rule(&mut found, &path, rule);
        }
        validate_rule(&mut found, "unknownType", &self.unknown_type);
        for channel in Channel::ALL {
            found.score(&format!("caps.{channel}"), self.caps.of(channel));
        }
        validate_roll_up(&mut found, "account", &self.account);
        validate_roll_up(&mut found, "opportunity", &self.opportunity);
        if self.opportunity.method == RollUpMethod::MaxBreadth {
            let message = "must be champion or weighted-average for opportunities";
            found.refuse("opportunity.method", "choice", message.into());
        }
        let s = &self.seniority;
        let levels = [
            ("cLevel", s.c_level),
            ("vp", s.vp),
            ("director", s.director),
            ("manager", s.manager),
            ("other", s.other),
        ];
        for (name, weight) in levels {
            found.factor(
                &format!("seniority.{name}"),
                weight,
                Factor::from_thousandths(1),
                Factor::whole(100),
            );
        }
        found.factor("velocity.expectedDaysPerStage", self.velocity.expected_days_per_stage, DAYS.0, DAYS.1);
        found.share("velocity.weight", self.velocity.weight);
        found.0
    }
}

fn validate_rule(found: &mut Violations, path: &str, rule: &TypeRule) {
    found.share(&format!("{path}.quality"), rule.quality);
    found.weight(&format!("{path}.weight"), rule.weight);
}

fn validate_roll_up(found: &mut Violations, path: &str, roll_up: &RollUp) {
    found.share(&format!("{path}.championWeight"), roll_up.champion_weight);
    found.score(&format!("{path}.maxBreadth.qualifying"), roll_up.max_breadth.qualifying);
    found.score(&format!("{path}.maxBreadth.perPerson"), roll_up.max_breadth.per_person);
    found.score(&format!("{path}.maxBreadth.atMost"), roll_up.max_breadth.at_most);
}
