//! Changes for an incremental run: what people do to a CRM between two syncs, from a seed, with a list of all that was changed.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::generate::{Dice, Draft, deals};
use super::id::RecordId;
use super::org::Org;
use super::row::Value;
use super::schema::STAGES;
use super::time;

/// A mutation that can be done again: the same one, on the same data, changes the same records in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutation {
    pub seed: u64,
    pub at: DateTime<Utc>,
}

/// One record that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    pub object: &'static str,
    pub id: String,
}

/// What a mutation did. A record can be in several lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    pub created: Vec<Changed>,
    pub updated: Vec<Changed>,
    pub deleted: Vec<Changed>,
    /// Opportunities that moved to another stage; also in `updated`.
    pub stage_changed: Vec<Changed>,
    /// (lead, contact it became); the lead is also in `updated`, a new contact in `created`.
    pub converted: Vec<(String, String)>,
    /// (contact that lost, contact that won); the loser is also in `deleted`.
    pub merged: Vec<(String, String)>,
}

struct Mutating<'a> {
    org: &'a mut Org,
    dice: Dice,
    now: i64,
    by: RecordId,
    done: Changes,
}

/// Stamps everything from `at` on, or from just after the newest record when that is later.
pub(super) fn mutate(org: &mut Org, seed: u64, at: i64) -> Changes {
    let newest = org.tables.iter().filter_map(|t| t.by_modstamp.last()).map(|(t, _)| *t).max().unwrap_or(at);
    let by = RecordId::new("005", 0);
    let mut m = Mutating {
        org,
        dice: Dice::new(seed ^ 0x006d_7574),
        now: at.max(newest + 1),
        by,
        done: Changes::default(),
    };
    let people = m.size("Contact", 150).max(3);
    for _ in 0..people {
        m.edit_contact();
    }
    for _ in 0..m.size("Account", 60).max(2) {
        m.edit_account();
    }
    for _ in 0..m.size("Opportunity", 40).max(2) {
        m.move_stage();
    }
    for _ in 0..m.size("Task", 120).max(10) {
        m.add_task();
    }
    for _ in 0..m.size("Task", 2_000).max(2) {
        m.delete_from("Task");
    }
    m.delete_from("Contact");
    m.convert_lead();
    m.merge_contacts();
    m.done
}

/// Recomputes the formula field with another factor; no SystemModstamp moves. Returns how many values changed.
pub(super) fn change_formula(org: &mut Org, factor: f64) -> usize {
    let table = org.table_mut("Account");
    let (revenue, size) = (table.object.must("AnnualRevenue"), table.object.must("NumberOfEmployees"));
    let formula = table.object.must("Revenue_Per_Employee__c");
    let mut changed = 0;
    for row in 0..table.rows.len() as u32 {
        let r = &table.rows[row as usize];
        let (Value::Double(revenue), Value::Int(size)) =
            (r.value(table.object, revenue), r.value(table.object, size))
        else {
            continue;
        };
        let value = Value::Double((revenue / size as f64 * factor).round());
        if r.value(table.object, formula) != value {
            table.rewrite_quietly(row, formula, value);
            changed += 1;
        }
    }
    changed
}

impl Mutating<'_> {
    /// One of so many records.
    fn size(&self, object: &str, one_of: usize) -> usize {
        self.org.table(object).rows.len() / one_of
    }

    fn any_live(&mut self, object: &str) -> Option<u32> {
        let n = self.org.table(object).rows.len();
        (0..50).map(|_| self.dice.below(n) as u32).find(|r| !self.org.table(object).rows[*r as usize].deleted)
    }

    /// A later instant, now and then the same one.
    fn tick(&mut self) -> i64 {
        self.now += i64::from(self.dice.chance(300));
        self.now
    }

    fn changed(&self, object: &'static str, row: u32) -> Changed {
        Changed { object, id: self.org.table(object).id(row).to_string() }
    }

    fn edit_contact(&mut self) {
        let Some(row) = self.any_live("Contact") else { return };
        let title = self.dice.word(&[
            "Chief Procurement Officer",
            "Senior Director, IT",
            "VP Operations",
            "Leiterin Einkauf",
        ]);
        let at = self.tick();
        self.org.table_mut("Contact").update(
            row,
            at,
            &[("Title", title.into()), ("HasOptedOutOfEmail", false.into())],
        );
        self.done.updated.push(self.changed("Contact", row));
    }

    fn edit_account(&mut self) {
        let Some(row) = self.any_live("Account") else { return };
        let size = self.dice.between(20, 9_000);
        let at = self.tick();
        let industry = self.dice.word(&["Technology", "Manufacturing", "Healthcare"]);
        self.org.table_mut("Account").update(
            row,
            at,
            &[("NumberOfEmployees", size.into()), ("Industry", industry.into())],
        );
        self.done.updated.push(self.changed("Account", row));
    }

    fn move_stage(&mut self) {
        let table = self.org.table("Opportunity");
        let (stage_field, closed) = (table.object.must("StageName"), table.object.must("IsClosed"));
        let open: Vec<u32> = table
            .live()
            .filter(|(_, r)| r.value(table.object, closed) == Value::Bool(false))
            .map(|(i, _)| i)
            .collect();
        if open.is_empty() {
            return;
        }
        let row = *self.dice.pick(&open);
        let record = &table.rows[row as usize];
        let stage = record
            .text(table.object, stage_field)
            .and_then(|s| STAGES.iter().position(|n| *n == s))
            .unwrap_or(0);
        let amount = match record.value(table.object, table.object.must("Amount")) {
            Value::Double(a) => Some(a),
            _ => None,
        };
        let currency =
            record.text(table.object, table.object.must("CurrencyIsoCode")).unwrap_or_default().into_owned();
        let next = match self.dice.below(4) {
            0 => deals::WON,
            1 => deals::LOST,
            _ => (stage + 1).min(6),
        };
        if next == stage {
            return;
        }
        let id = table.id(row);
        let at = self.tick();
        let mut changes = vec![
            ("StageName", Value::text(STAGES[next])),
            ("Probability", deals::probability(next).into()),
            (
                "ExpectedRevenue",
                amount.map_or(Value::Null, |a| Value::Double(a * deals::probability(next) / 100.0)),
            ),
            ("IsClosed", (next >= deals::WON).into()),
            ("IsWon", (next == deals::WON).into()),
            ("ForecastCategoryName", deals::forecast(next).0.into()),
            ("LastStageChangeDate", Value::Time(at)),
        ];
        if next >= deals::WON {
            changes.push(("CloseDate", Value::Date(time::day_of(at))));
        }
        self.org.table_mut("Opportunity").update(row, at, &changes);
        let entry = deals::history(self.org, self.by, id, next, amount, at, &currency, at);
        self.done.created.push(self.changed("OpportunityHistory", entry.row));
        let changed = self.changed("Opportunity", row);
        self.done.updated.push(changed.clone());
        self.done.stage_changed.push(changed);
    }

    fn add_task(&mut self) {
        let Some(who) = self.any_live("Contact") else { return };
        let contacts = self.org.table("Contact");
        let account =
            contacts.rows[who as usize].reference(contacts.object, contacts.object.must("AccountId"));
        let who = contacts.id(who);
        let kind = self.dice.word(&[
            "Demo Request",
            "Form Fill",
            "Email Click",
            "Content Download",
            "Page View",
            "Call",
        ]);
        let at = self.tick();
        let id = Draft::new("Task")
            .set("WhoId", who)
            .set("WhatId", account)
            .set("AccountId", account)
            .set("Subject", format!("{kind} (new)"))
            .set("Type", kind)
            .set("TaskSubtype", "Task")
            .set("Status", "Completed")
            .set("Priority", "Normal")
            .set("IsClosed", true)
            .day("ActivityDate", at)
            .time("CompletedDateTime", at)
            .set("OwnerId", self.by)
            .insert(self.org, self.by, at, at);
        self.done.created.push(self.changed("Task", id.row));
    }

    fn delete_from(&mut self, object: &'static str) {
        let Some(row) = self.any_live(object) else { return };
        let at = self.tick();
        self.org.table_mut(object).delete(row, at, &[]);
        self.done.deleted.push(self.changed(object, row));
    }

    /// A lead becomes a contact of an existing account.
    fn convert_lead(&mut self) {
        let leads = self.org.table("Lead");
        let converted = leads.object.must("IsConverted");
        let open: Vec<u32> = leads
            .live()
            .filter(|(_, r)| r.value(leads.object, converted) == Value::Bool(false))
            .map(|(i, _)| i)
            .collect();
        if open.is_empty() {
            return;
        }
        let row = *self.dice.pick(&open);
        let Some(account) = self.any_live("Account") else { return };
        let leads = self.org.table("Lead");
        let lead = &leads.rows[row as usize];
        let copied: Vec<(&str, Value)> =
            ["LastName", "FirstName", "Name", "Title", "Phone", "Email", "LeadSource", "OwnerId"]
                .into_iter()
                .map(|f| (f, lead.value(leads.object, leads.object.must(f))))
                .collect();
        let account = self.org.table("Account").id(account);
        let at = self.tick();
        let draft =
            copied.into_iter().fold(Draft::new("Contact").set("AccountId", account), |d, (f, v)| d.set(f, v));
        let contact = draft.insert(self.org, self.by, at, at);
        let changes = [
            ("IsConverted", true.into()),
            ("Status", "Closed - Converted".into()),
            ("ConvertedDate", Value::Date(time::day_of(at))),
            ("ConvertedAccountId", account.into()),
            ("ConvertedContactId", contact.into()),
        ];
        self.org.table_mut("Lead").update(row, at, &changes);
        self.done.created.push(self.changed("Contact", contact.row));
        let lead = self.changed("Lead", row);
        self.done.converted.push((lead.id.clone(), contact.to_string()));
        self.done.updated.push(lead);
    }

    /// Two contacts of one account become one: the loser goes to the recycle bin, its activities and roles to the winner.
    fn merge_contacts(&mut self) {
        let contacts = self.org.table("Contact");
        let account = contacts.object.must("AccountId");
        let home = |row: u32| contacts.rows[row as usize].reference(contacts.object, account);
        let live: Vec<u32> = contacts.live().map(|(i, _)| i).filter(|i| home(*i).is_some()).collect();
        let start = self.dice.below(live.len().max(1));
        let pair = live.iter().cycle().skip(start).take(live.len()).find_map(|a| {
            let other = live.iter().find(|b| *b != a && home(**b) == home(*a))?;
            Some((*a, *other))
        });
        let Some((winner, loser)) = pair else { return };
        let (winner_id, loser_id) = (contacts.id(winner), contacts.id(loser));
        let at = self.tick();
        for (object, field) in [
            ("Task", "WhoId"),
            ("Event", "WhoId"),
            ("CampaignMember", "ContactId"),
            ("OpportunityContactRole", "ContactId"),
        ] {
            let table = self.org.table(object);
            let at_field = table.object.must(field);
            let moved: Vec<u32> = table
                .live()
                .filter(|(_, r)| r.reference(table.object, at_field) == Some(loser_id))
                .map(|(i, _)| i)
                .collect();
            for row in moved {
                let mut changes = vec![(field, Value::Id(winner_id))];
                if object == "CampaignMember" {
                    changes.push(("LeadOrContactId", Value::Id(winner_id)));
                }
                self.org.table_mut(object).update(row, at, &changes);
                self.done.updated.push(self.changed(object, row));
            }
        }
        self.org.table_mut("Contact").update(winner, at, &[]);
        self.org.table_mut("Contact").delete(loser, at, &[("MasterRecordId", winner_id.into())]);
        self.done.updated.push(self.changed("Contact", winner));
        self.done.deleted.push(self.changed("Contact", loser));
        self.done.merged.push((loser_id.to_string(), winner_id.to_string()));
    }
}
