//! Buying groups: who takes part in a purchase, as what, how sure, and who is missing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{AccountRef, Actor, BuyingGroupId, Factor, PersonRef, Points, RoleTemplateId, Timestamp};

/// A part that somebody plays when a company buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BuyingRole {
    /// Wants it, and sells it inside.
    Champion,
    /// Holds the budget and signs.
    EconomicBuyer,
    /// Judges whether it works there.
    TechnicalEvaluator,
    /// Will work with it.
    EndUser,
    /// Contracts, data protection, terms of purchase.
    LegalProcurement,
    /// Explains how things go in the house.
    Coach,
    /// Is against it.
    Blocker,
    /// Nothing is known well enough.
    Unknown,
}

/// Where evidence for a role comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleSource {
    /// A person of the organization said so.
    Confirmed,
    /// The contact role of an opportunity in the CRM.
    SfContactRole,
    /// The job title.
    TitleParse,
    /// The buying-unit role of the intent vendor.
    Delivrai,
    /// What the person read, and whom they met.
    EngagementPattern,
}

/// How far a group is: `forming` below 34 %, `developing` below 67 %, `established` below 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupStatus {
    /// Below 34 %.
    Forming,
    /// Below 67 %.
    Developing,
    /// Below 100 %.
    Established,
    /// Every role is filled.
    Complete,
}

/// How a member came into a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberOrigin {
    /// The CRM or an intent vendor names them in a purchase.
    Detected,
    /// Somebody added them.
    Added,
    /// Somebody accepted them as a candidate.
    Accepted,
}

/// Why somebody is a candidate at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateOrigin {
    /// A person of the account who is active.
    ActivePerson,
    /// A person whose e-mail address is of the account's domain.
    AccountDomain,
    /// An address of the account's domain that was seen and belongs to nobody known yet.
    DiscoveredEmail,
}

/// What a group is about, such as a product: lower-case letters, digits and hyphens, up to 60.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct SolutionTag(String);

const LONGEST_TAG: usize = 60;

impl SolutionTag {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For tags that come from our own records, which hold no others.
    pub fn of_record(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }
}

impl TryFrom<String> for SolutionTag {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let known = text.bytes().all(|byte| plain(byte) || byte == b'-');
        if known && text.len() <= LONGEST_TAG && text.bytes().next().is_some_and(plain) {
            Ok(Self(text))
        } else {
            Err("must be 1 to 60 lower-case letters, digits and hyphens, not beginning with a hyphen")
        }
    }
}

impl JsonSchema for SolutionTag {
    fn schema_name() -> Cow<'static, str> {
        "SolutionTag".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a group is about, such as a product: lower-case letters, digits and hyphens.",
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_TAG,
            "pattern": "^[a-z0-9][a-z0-9-]*$",
        })
    }
}

/// What a template asks for one role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleNeed {
    /// The role.
    pub role: BuyingRole,
    /// What it counts beside the others: 0 to 1000.
    #[validate(range(min = 0, max = 1000))]
    pub weight: u32,
    /// Whether a group cannot do without it.
    #[serde(default)]
    pub required: bool,
    /// How many members fill it: 1 to 100.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 100))]
    pub minimum: u32,
}

fn one() -> u32 {
    1
}

/// What a complete group looks like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleTemplate {
    /// The template.
    pub id: RoleTemplateId,
    /// Its name.
    pub name: String,
    /// Whose groups it is for; null for the default, which is for groups without a tag and for tags without a template.
    pub solution_tag: Option<SolutionTag>,
    /// Whether it is the default.
    pub is_default: bool,
    /// Its roles.
    pub roles: Vec<RoleNeed>,
    /// Counts up with each change.
    pub version: u32,
    /// Who changed it last; null for the built-in one.
    pub updated_by: Option<Actor>,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// A buying group in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuyingGroup {
    /// The group.
    pub id: BuyingGroupId,
    /// The company.
    pub account: AccountRef,
    /// What it is about; null for the account's group at large.
    pub solution_tag: Option<SolutionTag>,
    /// How far it is, by the reading by count.
    pub status: GroupStatus,
    /// How many members it has.
    pub member_count: u64,
    /// How complete it is, a member counting one.
    pub completeness_by_count: Factor,
    /// How complete it is, a member counting as much as their role is sure. Never more than by count.
    pub completeness_by_confidence: Factor,
    /// How many of the required roles are filled; 1 when none is required.
    pub required_filled: Factor,
    /// The roles with fewer members than they need.
    pub missing: Vec<BuyingRole>,
    /// How engaged it is: each role's best member, weighted as the template weighs the roles. Null when nobody of them has
    /// been scored.
    pub engagement: Option<Points>,
    /// Who made it; null for a group that a sync found.
    pub created_by: Option<Actor>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything of it changed last, its members included.
    pub updated_at: Timestamp,
}

/// How far one role of the template is filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleFill {
    /// The role.
    pub role: BuyingRole,
    /// What it counts beside the others.
    pub weight: u32,
    /// Whether the group cannot do without it.
    pub required: bool,
    /// How many members fill it.
    pub minimum: u32,
    /// How many members it has.
    pub members: u64,
    /// How full it is, a member counting one.
    pub by_count: Factor,
    /// How full it is, a member counting as much as their role is sure.
    pub by_confidence: Factor,
    /// The engagement of its most engaged member.
    pub best_engagement: Option<Points>,
    /// Whether that is 20 points or more.
    pub engaged: bool,
}

/// One thing that speaks for a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleEvidence {
    /// Where it comes from.
    pub source: RoleSource,
    /// The role.
    pub role: BuyingRole,
    /// How sure the source is; how far each source is believed comes on top.
    pub confidence: Factor,
    /// The rule or the record it came from.
    pub rule: String,
}

/// A member of a buying group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupMember {
    /// Who.
    pub person: PersonRef,
    /// Their part.
    pub role: BuyingRole,
    /// How sure that is; 1 when somebody confirmed it.
    pub confidence: Factor,
    /// What speaks loudest for it; null when nothing does.
    pub source: Option<RoleSource>,
    /// What the evidence says by itself, also beside a confirmation.
    pub detected_role: BuyingRole,
    /// How sure the evidence is, before the correction that confirmations taught.
    pub detected_confidence: Factor,
    /// What speaks for which role, the weightiest first.
    pub evidence: Vec<RoleEvidence>,
    /// How they came in.
    pub origin: MemberOrigin,
    /// Whether they were found as a candidate.
    pub is_discovered: bool,
    /// Where they were found, if they were.
    pub discovered_from: Option<CandidateOrigin>,
    /// Who let them in; null when a sync did.
    pub added_by: Option<Actor>,
    /// When they came in.
    pub added_at: Timestamp,
    /// Who confirmed the role; null while nobody has.
    pub confirmed_by: Option<Actor>,
    /// When.
    pub confirmed_at: Option<Timestamp>,
    /// Their engagement, 0 to 100; null until a scoring run has seen them.
    pub engagement: Option<Points>,
    /// When they did something last.
    pub last_activity_at: Option<Timestamp>,
}

/// A part of a candidate's rank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CandidateReason {
    /// Would fill a missing role.
    RoleFit {
        /// What it adds to the rank.
        part: Factor,
        /// The role.
        role: BuyingRole,
        /// How likely they have it.
        confidence: Factor,
    },
    /// Met members of the group.
    Contact {
        /// What it adds to the rank.
        part: Factor,
        /// Meetings they shared.
        meetings: u32,
        /// Threads they shared.
        threads: u32,
        /// How long ago the last one was.
        last_days_ago: u32,
    },
    /// Is active.
    Engagement {
        /// What it adds to the rank.
        part: Factor,
        /// Their engagement.
        points: Points,
    },
}

/// Somebody who might fill what a group lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupCandidate {
    /// Who; null for an address that nobody has yet.
    pub person: Option<PersonRef>,
    /// The address, for one that nobody has yet.
    pub discovered_email: Option<String>,
    /// Why they are a candidate at all.
    pub origin: CandidateOrigin,
    /// The missing role they would fill best; `unknown` when nothing speaks for any.
    pub role: BuyingRole,
    /// How likely that is.
    pub confidence: Factor,
    /// 0 to 1; the parts of the reasons add up to it, but for rounding.
    pub rank: Factor,
    /// Why, the weightiest first.
    pub reasons: Vec<CandidateReason>,
    /// What speaks for which role, the weightiest first.
    pub evidence: Vec<RoleEvidence>,
    /// Their engagement, 0 to 100; null until a scoring run has seen them.
    pub engagement: Option<Points>,
    /// When they did something last.
    pub last_activity_at: Option<Timestamp>,
}

/// What somebody earned in a week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatCell {
    /// Points before decay.
    pub points: Points,
    /// 0 for none, else 1 to 4: the quarter of the group's cells with points that this one is in.
    pub intensity: u8,
}

/// A week of a heat map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatWeek {
    /// The year it belongs to, by ISO 8601.
    pub year: i32,
    /// Its number in that year.
    pub week: u32,
    /// Its Monday.
    pub monday: chrono::NaiveDate,
}

/// A member's row of a heat map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatRow {
    /// Who.
    pub person: PersonRef,
    /// A cell for each week.
    pub cells: Vec<HeatCell>,
}

/// Who was active when: member by week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeatMap {
    /// The weeks, oldest first; the last one is the present one.
    pub weeks: Vec<HeatWeek>,
    /// The members, the surest of their role first.
    pub rows: Vec<HeatRow>,
}

/// What was stated within ten points of confidence, against what was confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReliabilityBin {
    /// The lower end; the upper one is 0.1 above.
    pub from: Factor,
    /// How many statements.
    pub count: u64,
    /// What they stated, in the mean.
    pub stated: Factor,
    /// How many of them were right.
    pub right: Factor,
}

/// How far the statements of a source can be taken at their word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reliability {
    /// The source; null for what all of them say together, which is what is shown.
    pub source: Option<RoleSource>,
    /// How many statements.
    pub count: u64,
    /// The bins with statements in them, ascending.
    pub bins: Vec<ReliabilityBin>,
    /// The mean squared distance of statement and truth: 0 is perfect.
    pub brier: Factor,
    /// The mean distance of what a bin states and how much of it was right.
    pub expected_error: Factor,
}

/// One point of a correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationKnot {
    /// What the evidence states.
    pub stated: Factor,
    /// What is shown instead.
    pub shown: Factor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_tag_is_a_short_plain_word() {
        for tag in ["platform", "a", "3d-printing", &"x".repeat(60)] {
            assert_eq!(SolutionTag::try_from(tag.to_owned()).unwrap().as_str(), tag);
        }
        for tag in ["", "-a", "Platform", "a b", "ä", "a_b", &"x".repeat(61)] {
            assert!(SolutionTag::try_from(tag.to_owned()).is_err(), "{tag:?}");
        }
    }
}
