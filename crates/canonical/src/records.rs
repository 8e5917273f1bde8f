//! The canonical records: what every connector's data becomes before anything else looks at it.
//!
//! `external_id` is the vendor's key, unique within one connector and entity. `modified_at` is the vendor's time of
//! the last change. A record with `deleted` says that the vendor no longer has it; its other fields may be empty.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::activity_type::{ActivityType, Channel};
use crate::domain::Domain;
use crate::email::Email;
use crate::entity::EntityKind;
use crate::money::{Currency, Money};
use crate::raw::Raw;
use crate::seniority::Seniority;

/// Fields of the vendor that have no place of their own, by their mapped name.
pub type Attributes = serde_json::Map<String, serde_json::Value>;

/// What all records have in common.
pub trait Record {
    const KIND: EntityKind;

    fn external_id(&self) -> &str;
    fn modified_at(&self) -> DateTime<Utc>;
    fn deleted(&self) -> bool;
    fn raw(&self) -> Option<&Raw>;
    /// The same record without its raw text: what of it is ours.
    #[must_use]
    fn without_raw(&self) -> Self
    where
        Self: Sized;
}

macro_rules! records {
    ($($name:ident is $kind:ident),+ $(,)?) => {$(
        impl Record for $name {
            const KIND: EntityKind = EntityKind::$kind;

            fn external_id(&self) -> &str {
                &self.external_id
            }

            fn modified_at(&self) -> DateTime<Utc> {
                self.modified_at
            }

            fn deleted(&self) -> bool {
                self.deleted
            }

            fn raw(&self) -> Option<&Raw> {
                self.raw.as_ref()
            }

            fn without_raw(&self) -> Self {
                Self { raw: None, ..self.clone() }
            }
        }
    )+};
}

records! {
    Account is Account,
    Person is Person,
    Opportunity is Opportunity,
    Activity is Activity,
    MeetingRecord is Meeting,
}

/// A company.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Account {
    pub external_id: String,
    /// Where the vendor says the record came from, such as a campaign or an import.
    pub source: Option<String>,
    pub modified_at: DateTime<Utc>,
    pub deleted: bool,
    /// The external id of the record that this one was merged into.
    pub merged_into: Option<String>,
    pub name: Option<String>,
    /// Never a free mail service's.
    pub domain: Option<Domain>,
    pub industry: Option<String>,
    pub employee_count: Option<i64>,
    pub annual_revenue: Option<Money>,
    pub currency: Option<Currency>,
    pub country: Option<String>,
    pub owner_email: Option<Email>,
    pub attributes: Attributes,
    pub raw: Option<Raw>,
}

/// A contact or a lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Person {
    pub external_id: String,
    pub source: Option<String>,
    pub modified_at: DateTime<Utc>,
    pub deleted: bool,
    pub merged_into: Option<String>,
    pub email: Option<Email>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub title: Option<String>,
    /// From the title, unless the vendor states it.
    pub seniority: Option<Seniority>,
    pub phone: Option<String>,
    pub account_external_id: Option<String>,
    pub lead_status: Option<String>,
    pub is_lead: bool,
    /// A converted lead's contact, by external id.
    pub converted_to: Option<String>,
    pub opted_out: bool,
    pub attributes: Attributes,
    pub raw: Option<Raw>,
}

/// A deal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Opportunity {
    pub external_id: String,
    pub source: Option<String>,
    pub modified_at: DateTime<Utc>,
    pub deleted: bool,
    pub name: Option<String>,
    pub account_external_id: Option<String>,
    pub stage: Option<String>,
    /// In order of time. Empty when it was not told here: it then says nothing about the entries already known.
    pub stage_history: Vec<StageEntry>,
    pub amount: Option<Money>,
    pub currency: Option<Currency>,
    pub close_date: Option<NaiveDate>,
    pub is_closed: bool,
    pub is_won: bool,
    pub created_at: Option<DateTime<Utc>>,
    /// Empty when it was not told here, as with `stage_history`.
    pub contact_roles: Vec<ContactRole>,
    pub attributes: Attributes,
    pub raw: Option<Raw>,
}

/// When an opportunity entered a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageEntry {
    pub stage: String,
    pub entered_at: DateTime<Utc>,
}

/// A person's part in an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactRole {
    pub person_external_id: String,
    pub role: Option<String>,
    pub is_primary: bool,
}

/// One stage entry that a vendor delivers as a record of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageChange {
    pub external_id: String,
    pub opportunity_external_id: String,
    pub stage: String,
    pub entered_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
    pub deleted: bool,
}

/// One contact role that a vendor delivers as a record of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpportunityContact {
    pub external_id: String,
    pub opportunity_external_id: String,
    pub person_external_id: String,
    pub role: Option<String>,
    pub is_primary: bool,
    pub modified_at: DateTime<Utc>,
    pub deleted: bool,
}

/// The part that an intent vendor thinks somebody plays in a purchase. About a person of ours, or about an address that
/// nobody has yet: it is theirs once there is such a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentRole {
    pub external_id: String,
    pub modified_at: DateTime<Utc>,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub person_external_id: Option<String>,
    #[serde(default)]
    pub email: Option<Email>,
    /// In the vendor's words.
    pub role: String,
    pub observed_at: DateTime<Utc>,
}

/// Names of [`Activity::properties`] that mean the same whatever connector wrote them.
pub mod property {
    /// What was read, watched or searched for: a topic, a title or an address, as text. Without it the activity's
    /// subject is looked at.
    pub const TOPIC: &str = "topic";
    /// The thread or the meeting: activities of several people that share it took place together.
    pub const CONVERSATION: &str = "conversation";
    /// The e-mail addresses of all who took part, in lower case, known to us or not.
    pub const PARTICIPANTS: &str = "participants";
}

/// One thing that somebody did. A fact: it may be taken back (`deleted`), never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub external_id: String,
    #[serde(default)]
    pub source: Option<String>,
    pub modified_at: DateTime<Utc>,
    #[serde(default)]
    pub deleted: bool,
    #[serde(rename = "type")]
    pub activity_type: ActivityType,
    pub channel: Channel,
    #[serde(default)]
    pub person_external_id: Option<String>,
    #[serde(default)]
    pub email: Option<Email>,
    #[serde(default)]
    pub account_external_id: Option<String>,
    #[serde(default)]
    pub domain: Option<Domain>,
    pub occurred_at: DateTime<Utc>,
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub properties: Attributes,
    #[serde(default)]
    pub raw: Option<Raw>,
}

/// A recorded meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingRecord {
    pub external_id: String,
    #[serde(default)]
    pub source: Option<String>,
    pub modified_at: DateTime<Utc>,
    #[serde(default)]
    pub deleted: bool,
    pub title: Option<String>,
    pub participants: Vec<Participant>,
    pub started_at: DateTime<Utc>,
    pub duration_seconds: Option<i64>,
    #[serde(default)]
    pub summary: Option<String>,
    #[serde(default)]
    pub transcript: Option<String>,
    #[serde(default)]
    pub sentiment: Option<String>,
    #[serde(default)]
    pub raw: Option<Raw>,
}

/// Somebody in a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    pub email: Option<Email>,
    pub name: Option<String>,
    /// Whether they are from outside the tenant's own company.
    pub is_external: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_json_with_its_raw_text_untouched() {
        let account = Account {
            external_id: "001".into(),
            name: Some("Ünïcode & Söhne".into()),
            domain: Domain::of_account("www.example.com"),
            annual_revenue: Some(Money { minor: 12_34, currency: Currency::EUR }),
            raw: Some(Raw::parse(r#"{"Id" : "001",  "n": 1.10}"#).unwrap()),
            ..Account::default()
        };
        let json = serde_json::to_string(&account).unwrap();
        assert!(json.contains(r#""annualRevenue":{"minor":1234,"currency":"EUR"}"#), "{json}");
        let back: Account = serde_json::from_str(&json).unwrap();
        assert_eq!(back, account);
        assert_eq!(back.raw().unwrap().as_str(), r#"{"Id" : "001",  "n": 1.10}"#);
        assert_eq!(Account::KIND, EntityKind::Account);
    }

    #[test]
    fn an_address_that_breaks_the_rule_does_not_deserialize() {
        assert!(serde_json::from_str::<Person>(r#"{"externalId":"1","email":"not an address"}"#).is_err());
    }
}
