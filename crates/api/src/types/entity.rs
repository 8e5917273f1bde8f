//! What is scored, and what is synchronised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of thing that has scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityType {
    /// A contact or a lead.
    Person,
    /// A company.
    Account,
    /// A deal.
    Opportunity,
}

/// A kind of record that connectors bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A company.
    Account,
    /// A contact or a lead.
    Person,
    /// A deal.
    Opportunity,
    /// One thing a person did, once.
    Activity,
}

/// Where an activity took place; engagement is capped per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Your web site.
    Web,
    /// Meetings.
    Meetings,
    /// Events.
    Events,
    /// Intent data of third parties.
    Intent,
    /// E-mail.
    Email,
    /// Downloads and the like.
    Content,
    /// Advertising.
    Ads,
    /// Whatever nobody has decided about yet.
    Other,
}

/// How senior a person is, read from the title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    /// Everybody else, and no title.
    Other,
    /// Manager, lead.
    Manager,
    /// Director, head of.
    Director,
    /// Vice president.
    Vp,
    /// C-level, president, founder, owner.
    CLevel,
}
