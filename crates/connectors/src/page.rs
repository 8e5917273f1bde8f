//! What one call of `fetch` brings: clean records, those that were kept out, and where to go on.

use std::collections::BTreeMap;

use canonical::{
    Account, Activity, EntityKind, IntentRole, MeetingRecord, Opportunity, OpportunityContact, Person, Raw,
    StageChange,
};
use chrono::{DateTime, Utc};

use crate::connector::Cursor;

/// One page of a sync. Store its rows, its quarantine and `next` in one transaction, and a crash repeats one page at most.
#[derive(Clone, Debug)]
pub struct Page {
    pub records: Records,
    pub quarantined: Vec<Quarantined>,
    /// Records of this page that were found to be one.
    pub folded: Vec<Folded>,
    /// Rows as the vendor delivered them, per kind: each is in `records`, `quarantined`, `folded`, or said nothing new.
    pub read: BTreeMap<EntityKind, u64>,
    /// What is being read, in the vendor's words, and how many rows the vendor says there are of it in this run.
    pub object: &'static str,
    pub object_total: Option<u64>,
    /// Things an admin should know that stopped nothing, such as an object that the user may not see.
    pub notes: Vec<String>,
    /// Where to go on: with `done`, where the next incremental run begins.
    pub next: Cursor,
    pub done: bool,
    /// Everything the vendor changed before this instant has been delivered. Known at the end of a run.
    pub watermark: Option<DateTime<Utc>>,
}

/// Records by kind. Stage changes and opportunity contacts belong to opportunities but travel alone where the vendor keeps
/// them as records of their own, so that a change in one of them is news.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    pub accounts: Vec<Account>,
    pub people: Vec<Person>,
    pub opportunities: Vec<Opportunity>,
    pub opportunity_contacts: Vec<OpportunityContact>,
    pub stage_changes: Vec<StageChange>,
    pub intent_roles: Vec<IntentRole>,
    pub activities: Vec<Activity>,
    pub meetings: Vec<MeetingRecord>,
}

impl Records {
    pub fn len(&self) -> usize {
        self.accounts.len()
            + self.people.len()
            + self.opportunities.len()
            + self.opportunity_contacts.len()
            + self.stage_changes.len()
            + self.intent_roles.len()
            + self.activities.len()
            + self.meetings.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A row that could not become a record. It stops nothing, and can be tried again after a mapping change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    pub entity: EntityKind,
    /// The vendor's object, such as `Contact`.
    pub object: String,
    /// Missing when the row was too broken to have one.
    pub external_id: Option<String>,
    /// Names the field and the rule, never the value.
    pub reason: String,
    pub raw: Raw,
}

/// Two rows of one page that are the same thing: the newer was kept, and took from the older what it lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    pub entity: EntityKind,
    pub kept: String,
    /// Equal to `kept` when one key came twice; else another key that now means the same record.
    pub folded: String,
    /// The fields that the kept record took over.
    pub filled: Vec<&'static str>,
}

/// What a mapping would make of one sample row.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub raw: Raw,
    /// The canonical record as JSON, or why there is none.
    pub outcome: Result<serde_json::Value, String>,
}
