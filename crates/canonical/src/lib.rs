//! The shared kernel: what an account, a person, an opportunity, an activity and a meeting are, and the rules that
//! make two spellings of one thing equal. It knows no vendor, no database, no clock and no HTTP.

mod activity_type;
mod domain;
mod email;
mod entity;
mod free_mail;
mod ids;
mod money;
mod raw;
mod records;
mod seniority;

pub use activity_type::{ActivityType, Channel};
pub use domain::{Domain, NotADomain};
pub use email::{Email, NotAnEmail};
pub use entity::{EntityKind, UnknownEntity};
pub use free_mail::is_free_mail_domain;
pub use ids::{AccountId, ActivityId, ConnectorId, OpportunityId, PersonId};
pub use money::{Currency, Money, NotACurrency, NotAnAmount};
pub use raw::Raw;
pub use records::{
    Account, Activity, Attributes, ContactRole, IntentRole, MeetingRecord, Opportunity, OpportunityContact,
    Participant, Person, Record, StageChange, StageEntry, property,
};
pub use seniority::Seniority;
