//! What a score is made of, entity by entity: firmographics, who belongs to what, stages, and the log. For explaining
//! a score that a run has computed, so the rules of who counts are the run's.
//!
//! A merged record's people and activities belong to its survivor; deleted records belong to nothing. Functions take
//! many ids at once and answer per id. Points are not computed here.

mod accounts;
mod log;
mod opportunities;
mod people;

pub use accounts::account_facts;
pub use log::{LoggedActivity, fold_activities};
pub use opportunities::{OpportunityFacts, opportunity_facts};
pub use people::{Belonging, contacts_of_opportunities, people_of_accounts, person_account};

use chrono::{DateTime, Utc};
use scoring::Clock;

/// An instant as the scoring crate counts it.
pub fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

/// An instant of the scoring crate's. One beyond what a calendar holds becomes its end.
pub fn instant(micros: i64) -> DateTime<Utc> {
    let end = if micros < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp_micros(micros).unwrap_or(end)
}

/// The clock of scores that are computed at an instant: what happened and was recorded until then counts.
pub fn clock_at(at: DateTime<Utc>) -> Clock {
    Clock::at(micros(at))
}
