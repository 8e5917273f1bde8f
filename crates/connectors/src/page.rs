//! What one call of `fetch` brings: clean records, those that were kept out, and where to go on.

use std::collections::{BTreeMap, HashSet};

use canonical::{
    Account, Activity, EntityKind, IntentRole, MeetingRecord, Opportunity, OpportunityContact, Person, Raw,
    Record, StageChange,
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

impl Page {
    /// Makes one page of this one and the one behind it. What could not be read in the former but could in the latter is
    /// no longer put aside.
    pub fn append(&mut self, later: Self) {
        if !self.quarantined.is_empty() {
            let passed = later.records.names();
            self.quarantined.retain(|row| {
                row.external_id.as_deref().is_none_or(|id| !passed.contains(&(row.entity, id)))
            });
        }
        self.records.append(later.records);
        self.quarantined.extend(later.quarantined);
        self.folded.extend(later.folded);
        for (entity, rows) in later.read {
            *self.read.entry(entity).or_default() += rows;
        }
        self.notes.extend(later.notes);
        (self.object, self.object_total) = (later.object, later.object_total);
        (self.next, self.done, self.watermark) = (later.next, later.done, later.watermark);
    }
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

    fn append(&mut self, later: Self) {
        self.accounts.extend(later.accounts);
        self.people.extend(later.people);
        self.opportunities.extend(later.opportunities);
        self.opportunity_contacts.extend(later.opportunity_contacts);
        self.stage_changes.extend(later.stage_changes);
        self.intent_roles.extend(later.intent_roles);
        self.activities.extend(later.activities);
        self.meetings.extend(later.meetings);
    }

    /// The records of the kinds that rows are put aside for.
    fn names(&self) -> HashSet<(EntityKind, &str)> {
        fn of<R: Record>(records: &[R]) -> impl Iterator<Item = (EntityKind, &str)> {
            records.iter().map(|record| (R::KIND, record.external_id()))
        }
        of(&self.accounts)
            .chain(of(&self.people))
            .chain(of(&self.opportunities))
            .chain(of(&self.activities))
            .chain(of(&self.meetings))
            .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn page(object_total: u64, people: &[&str], aside: &[&str]) -> Page {
        let person = |id: &&str| Person { external_id: (*id).to_owned(), ..Person::default() };
        let quarantined = |id: &&str| Quarantined {
            entity: EntityKind::Person,
            object: "Contact".into(),
            external_id: Some((*id).to_owned()),
            reason: "Email: expected text".into(),
            raw: Raw::parse("{}").unwrap(),
        };
        Page {
            records: Records { people: people.iter().map(person).collect(), ..Records::default() },
            quarantined: aside.iter().map(quarantined).collect(),
            folded: Vec::new(),
            read: BTreeMap::from([(EntityKind::Person, (people.len() + aside.len()) as u64)]),
            object: "Contact",
            object_total: Some(object_total),
            notes: Vec::new(),
            next: Cursor::of(&object_total),
            done: object_total > 8,
            watermark: None,
        }
    }

    #[test]
    fn a_page_and_the_one_behind_it_are_one_that_ends_where_the_latter_does() {
        let mut first = page(8, &["a", "b"], &["x"]);
        first.append(page(9, &["c"], &["y"]));
        let ids: Vec<_> = first.records.people.iter().map(|it| it.external_id.as_str()).collect();
        assert_eq!((ids, first.read[&EntityKind::Person]), (vec!["a", "b", "c"], 5));
        assert_eq!(first.quarantined.len(), 2);
        assert_eq!((first.object_total, &first.next, first.done), (Some(9), &Cursor::of(&9), true));
    }

    #[test]
    fn a_row_that_passes_in_the_later_page_is_no_longer_put_aside() {
        let mut first = page(8, &[], &["x", "y"]);
        first.append(page(8, &["x"], &[]));
        let aside: Vec<_> = first.quarantined.iter().map(|it| it.external_id.as_deref()).collect();
        assert_eq!(aside, [Some("y")]);
    }
}
