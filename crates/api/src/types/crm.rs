//! The CRM's records as lists and pages show them.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, ActivityId, ActivityType, Attributes, Channel, ConnectorId, EntityType, Money, OpportunityId,
    PersonId, Points, Quadrant, Scores, Seniority, Tier, TierCount, Timestamp,
};

/// An account, to name and link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountRef {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its web domain.
    pub domain: Option<String>,
}

/// A person, to name and link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRef {
    /// The person.
    pub id: PersonId,
    /// First and last name; the e-mail address, or `unknown`, where there is none.
    pub name: String,
    /// The job title.
    pub title: Option<String>,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountRow {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its web domain, without scheme and `www.`; never a free-mail one.
    pub domain: Option<String>,
    /// Its industry, as the source writes it.
    pub industry: Option<String>,
    /// Number of employees.
    pub employee_count: Option<u64>,
    /// Annual revenue.
    pub annual_revenue: Option<Money>,
    /// Its country, as the source writes it.
    pub country: Option<String>,
    /// The e-mail address of whoever owns it in the CRM.
    pub owner_email: Option<String>,
    /// Its scores; null until a scoring run has seen it.
    pub scores: Option<Scores>,
    /// When the record changed here last.
    pub updated_at: Timestamp,
}

/// A contact or a lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRow {
    /// The person.
    pub id: PersonId,
    /// First and last name; the e-mail address, or `unknown`, where there is none.
    pub name: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address, in lower case.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// How senior, read from the title.
    pub seniority: Option<Seniority>,
    /// Phone number, as the source writes it.
    pub phone: Option<String>,
    /// The company, where known.
    pub account: Option<AccountRef>,
    /// Whether this is a lead that has not been converted.
    pub is_lead: bool,
    /// The lead's status, as the source writes it.
    pub lead_status: Option<String>,
    /// Whether the person wants no e-mail.
    pub opted_out: bool,
    /// The person's scores; null until a scoring run has seen them.
    pub scores: Option<Scores>,
    /// When the record changed here last.
    pub updated_at: Timestamp,
}

/// Whether a deal is under way, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityStatus {
    /// Under way.
    Open,
    /// Ended with a deal.
    Won,
    /// Ended without one.
    Lost,
}

/// A deal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpportunityRow {
    /// The opportunity.
    pub id: OpportunityId,
    /// Its name.
    pub name: String,
    /// The company, where known.
    pub account: Option<AccountRef>,
    /// The stage, as the source writes it.
    pub stage: String,
    /// Since when it is in this stage.
    pub stage_entered_at: Option<Timestamp>,
    /// Whether it is under way, and how it ended.
    pub status: OpportunityStatus,
    /// What it is worth.
    pub amount: Option<Money>,
    /// When it is expected to close, or closed.
    pub close_date: Option<NaiveDate>,
    /// Its scores; null until a scoring run has seen it.
    pub scores: Option<Scores>,
    /// When the record changed here last.
    pub updated_at: Timestamp,
}

/// One thing a person did, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityRow {
    /// The activity.
    pub id: ActivityId,
    /// What was done.
    #[serde(rename = "type")]
    pub activity_type: ActivityType,
    /// Where it took place.
    pub channel: Channel,
    /// Who did it; null when only the company is known.
    pub person: Option<PersonRef>,
    /// The company, where known.
    pub account: Option<AccountRef>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it became known here.
    pub recorded_at: Timestamp,
    /// When it was taken back; null while it counts.
    pub retracted_at: Option<Timestamp>,
    /// A line about it.
    pub subject: Option<String>,
    /// Whatever else the source says.
    pub properties: Attributes,
    /// The connector it came through; null when it was recorded through this API.
    pub connector_id: Option<ConnectorId>,
}

/// Where a record comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceRef {
    /// The connector.
    pub connector_id: ConnectorId,
    /// The connector's name.
    pub connector_name: String,
    /// The record's id at the vendor.
    pub external_id: String,
    /// When it changed there last.
    pub modified_at: Option<Timestamp>,
}

/// The people of an account in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeopleSummary {
    /// How many there are.
    pub total: u64,
    /// How many have which tier.
    pub tiers: Vec<TierCount>,
    /// The ten most engaged, best first.
    pub top: Vec<PersonRow>,
}

/// The deals of an account in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpportunitySummary {
    /// Under way.
    pub open: u64,
    /// Won.
    pub won: u64,
    /// Lost.
    pub lost: u64,
    /// What those under way are worth, one sum per currency.
    pub open_amounts: Vec<Money>,
    /// Up to ten: those under way first, then the latest.
    pub items: Vec<OpportunityRow>,
}

/// A stage that a deal entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageEntry {
    /// The stage, as the source writes it.
    pub stage: String,
    /// When it was entered.
    pub entered_at: Timestamp,
}

/// A person's part in a deal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactRole {
    /// The person.
    pub person: PersonRef,
    /// The part, as the source writes it.
    pub role: Option<String>,
    /// Whether this is the main contact.
    pub is_primary: bool,
    /// The person's engagement, 0 to 100.
    pub engagement: Option<Points>,
}

/// Something that happened, on a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TimelineItem {
    /// Somebody did something.
    Activity {
        /// When.
        at: Timestamp,
        /// What.
        activity: Box<ActivityRow>,
    },
    /// A deal entered a stage.
    StageChange {
        /// When.
        at: Timestamp,
        /// The deal.
        opportunity_id: OpportunityId,
        /// The deal's name.
        opportunity_name: String,
        /// The stage it entered, as the source writes it.
        stage: String,
    },
    /// The tier changed.
    TierChange {
        /// When, in event time.
        at: Timestamp,
        /// The kind of thing whose tier changed.
        entity_type: EntityType,
        /// The tier before; null the first time.
        from_tier: Option<Tier>,
        /// The tier after.
        to_tier: Tier,
        /// The quadrant after, in the scheme that has quadrants.
        to_quadrant: Option<Quadrant>,
        /// The fit at that moment.
        fit: Option<Points>,
        /// The engagement at that moment.
        engagement: Option<Points>,
    },
}

/// What a timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// Things people did.
    Activity,
    /// Stages that deals entered.
    StageChange,
    /// Changes of the tier.
    TierChange,
}
