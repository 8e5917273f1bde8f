//! Salesforce's rows as canonical records: which fields to ask for, and what to make of the answer.

use canonical::{
    Account, Activity, ActivityType, Attributes, EntityKind, Opportunity, OpportunityContact, Person, Raw,
    StageChange,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;

use super::activities;
use super::objects::Object;
use crate::mapping::{Environment, Fault, FieldMapping, Mapped, Plan, parse_instant};
use crate::page::{Folded, Preview, Quarantined, Records};
use crate::quality::{clean, fold_same_email, fold_same_key};
use crate::row::{Cell, Layout, Row};

/// Room for a query's text in a URL, well under the 16 kB that servers take.
const QUERY_BYTES: usize = 10_000;

/// What became of a page's rows.
#[derive(Default)]
pub(super) struct Output {
    pub(super) records: Records,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) folded: Vec<Folded>,
}

/// Turns one object's rows into records.
pub(super) struct Builder {
    object: Object,
    layout: Layout,
    id: usize,
    modified: usize,
    deleted: Option<usize>,
    kind: Kind,
    environment: Environment,
    /// The customer's own fields for which a query has no room.
    pub(super) left_out: usize,
}

enum Kind {
    Account(Plan<Account>),
    Person(Plan<Person>),
    Opportunity(Plan<Opportunity>),
    ContactRole(Columns<4>),
    History(Columns<3>),
    Task(Columns<10>, Plan<Activity>),
    Event(Columns<7>, Plan<Activity>),
    CampaignMember(Columns<8>, Plan<Activity>),
}

/// Columns in the order of the names below; `None` where the org has no such field.
type Columns<const N: usize> = [Option<usize>; N];

const CONTACT_ROLE: [&str; 4] = ["OpportunityId", "ContactId", "Role", "IsPrimary"];
const HISTORY: [&str; 3] = ["OpportunityId", "StageName", "CreatedDate"];
const TASK: [&str; 10] = [
    "Subject",
    "Type",
    "TaskSubtype",
    "IsClosed",
    "WhoId",
    "WhatId",
    "AccountId",
    "CompletedDateTime",
    "ActivityDate",
    "CreatedDate",
];
const EVENT: [&str; 7] =
    ["Type", "WhoId", "WhatId", "AccountId", "StartDateTime", "ActivityDateTime", "CreatedDate"];
const CAMPAIGN_MEMBER: [&str; 8] = [
    "Status",
    "HasResponded",
    "FirstRespondedDate",
    "ContactId",
    "LeadId",
    "CreatedDate",
    "Campaign.Type",
    "CampaignId",
];

impl Builder {
    /// `available` says which fields the org has; `custom` are the customer's own.
    pub(super) fn new(
        object: Object,
        mappings: &[FieldMapping],
        custom: &[String],
        environment: Environment,
        available: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut layout = Layout::default();
        let id = layout.column("Id");
        let modified = layout.column("SystemModstamp");
        let deleted = available("IsDeleted").then(|| layout.column("IsDeleted"));
        let kind_columns = Kind::columns(object, &mut layout, available);
        let fixed: usize = layout.paths().iter().map(|path| path.len() + 2).sum();
        let mapped: usize = mappings.iter().map(|mapping| mapping.source_field.len() + 2).sum();
        let mut room = QUERY_BYTES.saturating_sub(fixed + mapped);
        let extras: Vec<String> = custom
            .iter()
            .take_while(|name| {
                let fits = name.len() + 2 <= room;
                room = room.saturating_sub(name.len() + 2);
                fits
            })
            .cloned()
            .collect();
        let left_out = custom.len() - extras.len();
        let kind = kind_columns.with_plan(mappings, &extras, &mut layout, available);
        Self { object, layout, id, modified, deleted, kind, environment, left_out }
    }

    /// The fields to ask for, in the order that rows are read fastest in.
    pub(super) fn fields(&self) -> &[String] {
        self.layout.paths()
    }

    pub(super) fn run(&self, rows: &[&RawValue], output: &mut Output) {
        let Output { records, quarantined, folded } = output;
        let about = (self.object.entity(), self.object.name(), self.id);
        match &self.kind {
            Kind::Account(plan) => {
                let mut new = clean(&self.layout, rows, about, quarantined, |row, raw| {
                    let (external_id, modified_at, deleted) = self.head(row)?;
                    let record = Account { external_id, modified_at, deleted, ..Account::default() };
                    self.filled(plan, record, row, raw).map(Some)
                });
                fold_same_key(&mut new, folded);
                records.accounts.append(&mut new);
            }
            Kind::Person(plan) => {
                let is_lead = self.object == Object::Lead;
                let mut new = clean(&self.layout, rows, about, quarantined, |row, raw| {
                    let (external_id, modified_at, deleted) = self.head(row)?;
                    let record = Person { external_id, modified_at, deleted, is_lead, ..Person::default() };
                    self.filled(plan, record, row, raw).map(Some)
                });
                fold_same_key(&mut new, folded);
                fold_same_email(&mut new, folded);
                records.people.append(&mut new);
            }
            Kind::Opportunity(plan) => {
                let mut new = clean(&self.layout, rows, about, quarantined, |row, raw| {
                    let (external_id, modified_at, deleted) = self.head(row)?;
                    let record = Opportunity { external_id, modified_at, deleted, ..Opportunity::default() };
                    self.filled(plan, record, row, raw).map(Some)
                });
                fold_same_key(&mut new, folded);
                records.opportunities.append(&mut new);
            }
            Kind::ContactRole(columns) => {
                let mut new = clean(&self.layout, rows, about, quarantined, |row, _| {
                    self.contact_role(columns, row).map(Some)
                });
                records.opportunity_contacts.append(&mut new);
            }
            Kind::History(columns) => {
                let mut new = clean(&self.layout, rows, about, quarantined, |row, _| {
                    self.stage_change(columns, row).map(Some)
                });
                records.stage_changes.append(&mut new);
            }
            Kind::Task(columns, plan) => self.activities(plan, rows, output, |row| self.task(columns, row)),
            Kind::Event(columns, plan) => self.activities(plan, rows, output, |row| self.event(columns, row)),
            Kind::CampaignMember(columns, plan) => {
                self.activities(plan, rows, output, |row| self.campaign_member(columns, row));
            }
        }
    }

    fn activities(
        &self,
        plan: &Plan<Activity>,
        rows: &[&RawValue],
        output: &mut Output,
        begin: impl Fn(&Row<'_>) -> Result<Activity, Fault>,
    ) {
        let about = (EntityKind::Activity, self.object.name(), self.id);
        let mut new = clean(&self.layout, rows, about, &mut output.quarantined, |row, raw| {
            self.filled(plan, begin(row)?, row, raw).map(Some)
        });
        fold_same_key(&mut new, &mut output.folded);
        output.records.activities.append(&mut new);
    }

    fn head(&self, row: &Row<'_>) -> Result<(String, DateTime<Utc>, bool), Fault> {
        let id = row.text(Some(self.id)).ok_or(Fault::new("Id", "a value is required"))?;
        let modified =
            instant(row, Some(self.modified)).ok_or(Fault::new("SystemModstamp", "expected an instant"))?;
        Ok((id.to_owned(), modified, row.is_true(self.deleted)))
    }

    fn filled<R: Mapped>(
        &self,
        plan: &Plan<R>,
        mut record: R,
        row: &Row<'_>,
        raw: &RawValue,
    ) -> Result<R, Fault> {
        plan.fill(&mut record, row, &self.environment)?;
        if self.environment.keep_raw {
            record.keep_raw(Raw::from(raw));
        }
        Ok(record)
    }

    fn contact_role(&self, columns: &Columns<4>, row: &Row<'_>) -> Result<OpportunityContact, Fault> {
        let [opportunity, contact, role, primary] = *columns;
        let (external_id, modified_at, deleted) = self.head(row)?;
        Ok(OpportunityContact {
            external_id,
            opportunity_external_id: required(row, opportunity, "OpportunityId", deleted)?,
            person_external_id: required(row, contact, "ContactId", deleted)?,
            role: row.text(role).map(str::to_owned),
            is_primary: row.is_true(primary),
            modified_at,
            deleted,
        })
    }

    fn stage_change(&self, columns: &Columns<3>, row: &Row<'_>) -> Result<StageChange, Fault> {
        let [opportunity, stage, created] = *columns;
        let (external_id, modified_at, deleted) = self.head(row)?;
        Ok(StageChange {
            external_id,
            opportunity_external_id: required(row, opportunity, "OpportunityId", deleted)?,
            stage: required(row, stage, "StageName", deleted)?,
            entered_at: instant(row, created).unwrap_or(modified_at),
            modified_at,
            deleted,
        })
    }

    fn task(&self, columns: &Columns<10>, row: &Row<'_>) -> Result<Activity, Fault> {
        let [subject, task_type, subtype, closed, who, what, account, completed, due, created] = *columns;
        let word = |column| row.text(column).unwrap_or_default();
        let kind = activities::of_task(word(task_type), word(subtype), word(subject));
        let occurred = instant(row, completed).or_else(|| on_day(row, due, instant(row, created)));
        let mut activity = self.activity(row, kind, occurred.or_else(|| instant(row, created)))?;
        // An open task is a plan, not a fact.
        activity.deleted |= closed.is_some() && !row.is_true(closed);
        about(&mut activity, row, who, what, account);
        Ok(activity)
    }

    fn event(&self, columns: &Columns<7>, row: &Row<'_>) -> Result<Activity, Fault> {
        let [event_type, who, what, account, start, activity_start, created] = *columns;
        let kind = activities::of_event(row.text(event_type).unwrap_or_default());
        let occurred =
            instant(row, start).or_else(|| instant(row, activity_start)).or_else(|| instant(row, created));
        let mut activity = self.activity(row, kind, occurred)?;
        about(&mut activity, row, who, what, account);
        Ok(activity)
    }

    fn campaign_member(&self, columns: &Columns<8>, row: &Row<'_>) -> Result<Activity, Fault> {
        let [status, responded, first_response, contact, lead, created, campaign_type, campaign] = *columns;
        let word = |column| row.text(column).unwrap_or_default();
        let created = instant(row, created);
        let answered = row.is_true(responded) || !row.cell_or_null(first_response).is_blank();
        let mut activity = if answered {
            let kind = activities::of_response(word(campaign_type), word(status));
            self.activity(
                row,
                kind,
                instant(row, first_response).or_else(|| on_day(row, first_response, created)).or(created),
            )?
        } else if activities::was_mailed(word(campaign_type), word(status)) {
            let mut sent = self.activity(row, ActivityType::EmailSent, created)?;
            // The response may come later, and is a fact of its own.
            sent.external_id.push_str(":sent");
            sent
        } else {
            let mut nothing = self.activity(row, "campaign_response".into(), created)?;
            nothing.deleted = true;
            nothing
        };
        // A converted lead's membership names both; the contact is who they are now.
        activity.person_external_id = row.text(contact).or_else(|| row.text(lead)).map(str::to_owned);
        if let Some(campaign) = row.text(campaign) {
            activity.properties.insert("campaignExternalId".into(), campaign.into());
        }
        Ok(activity)
    }

    fn activity(
        &self,
        row: &Row<'_>,
        activity_type: ActivityType,
        occurred: Option<DateTime<Utc>>,
    ) -> Result<Activity, Fault> {
        let (external_id, modified_at, deleted) = self.head(row)?;
        let channel = activity_type.channel();
        Ok(Activity {
            external_id,
            source: None,
            modified_at,
            deleted,
            activity_type,
            channel,
            person_external_id: None,
            email: None,
            account_external_id: None,
            domain: None,
            occurred_at: occurred.unwrap_or(modified_at),
            subject: None,
            properties: Attributes::new(),
            raw: None,
        })
    }
}

/// The columns of a kind, before its mappings are known to fit.
enum KindColumns {
    Mapped(Object),
    ContactRole(Columns<4>),
    History(Columns<3>),
    Task(Columns<10>),
    Event(Columns<7>),
    CampaignMember(Columns<8>),
}

impl Kind {
    fn columns(object: Object, layout: &mut Layout, available: &dyn Fn(&str) -> bool) -> KindColumns {
        fn of<const N: usize>(
            names: [&str; N],
            layout: &mut Layout,
            available: &dyn Fn(&str) -> bool,
        ) -> Columns<N> {
            names.map(|name| available(name).then(|| layout.column(name)))
        }
        match object {
            Object::Account | Object::Contact | Object::Lead | Object::Opportunity => {
                KindColumns::Mapped(object)
            }
            Object::OpportunityContactRole => KindColumns::ContactRole(of(CONTACT_ROLE, layout, available)),
            Object::OpportunityHistory => KindColumns::History(of(HISTORY, layout, available)),
            Object::Task => KindColumns::Task(of(TASK, layout, available)),
            Object::Event => KindColumns::Event(of(EVENT, layout, available)),
            Object::CampaignMember => KindColumns::CampaignMember(of(CAMPAIGN_MEMBER, layout, available)),
        }
    }
}

impl KindColumns {
    fn with_plan(
        self,
        mappings: &[FieldMapping],
        extras: &[String],
        layout: &mut Layout,
        available: &dyn Fn(&str) -> bool,
    ) -> Kind {
        match self {
            Self::Mapped(Object::Account) => {
                Kind::Account(Plan::compile(mappings, extras, layout, available))
            }
            Self::Mapped(Object::Opportunity) => {
                Kind::Opportunity(Plan::compile(mappings, extras, layout, available))
            }
            Self::Mapped(_) => Kind::Person(Plan::compile(mappings, extras, layout, available)),
            Self::ContactRole(columns) => Kind::ContactRole(columns),
            Self::History(columns) => Kind::History(columns),
            Self::Task(columns) => Kind::Task(columns, Plan::compile(mappings, extras, layout, available)),
            Self::Event(columns) => Kind::Event(columns, Plan::compile(mappings, extras, layout, available)),
            Self::CampaignMember(columns) => {
                Kind::CampaignMember(columns, Plan::compile(mappings, extras, layout, available))
            }
        }
    }
}

/// What a mapping would make of one row, whose own `attributes.type` says which object it is of.
pub(super) fn preview(entity: EntityKind, mappings: &[FieldMapping], raw: &Raw) -> Preview {
    #[derive(serde::Deserialize)]
    struct Typed {
        attributes: TypeName,
    }
    #[derive(serde::Deserialize)]
    struct TypeName {
        #[serde(rename = "type")]
        name: String,
    }
    let object = serde_json::from_str::<Typed>(raw.as_str())
        .ok()
        .and_then(|typed| Object::named(&typed.attributes.name))
        .filter(|object| object.entity() == entity);
    let Some(object) = object else {
        return Preview { raw: raw.clone(), outcome: Err("the row is not of this kind".into()) };
    };
    let environment = Environment { currency: canonical::Currency::USD, keep_raw: false };
    let builder = Builder::new(object, mappings, &[], environment, &|_| true);
    let mut output = Output::default();
    builder.run(&[raw.get()], &mut output);
    let outcome = match output.quarantined.pop() {
        Some(quarantined) => Err(quarantined.reason),
        None => as_json(output.records).ok_or_else(|| "the row says nothing".to_owned()),
    };
    Preview { raw: raw.clone(), outcome }
}

fn as_json(mut records: Records) -> Option<serde_json::Value> {
    fn json<R: serde::Serialize>(record: R) -> Option<serde_json::Value> {
        serde_json::to_value(record).ok()
    }
    records
        .accounts
        .pop()
        .and_then(json)
        .or_else(|| records.people.pop().and_then(json))
        .or_else(|| records.opportunities.pop().and_then(json))
        .or_else(|| records.activities.pop().and_then(json))
}

/// Whom and what an activity is about. The first three letters of an id name its object: 001 an account, 006 an opportunity.
fn about(
    activity: &mut Activity,
    row: &Row<'_>,
    who: Option<usize>,
    what: Option<usize>,
    account: Option<usize>,
) {
    activity.person_external_id = row.text(who).map(str::to_owned);
    let what = row.text(what).unwrap_or_default();
    activity.account_external_id =
        row.text(account).or_else(|| Some(what).filter(|id| id.starts_with("001"))).map(str::to_owned);
    if what.starts_with("006") {
        activity.properties.insert("opportunityExternalId".into(), what.into());
    }
}

/// A deleted row may have lost its references; nobody reads them.
fn required(
    row: &Row<'_>,
    column: Option<usize>,
    name: &'static str,
    deleted: bool,
) -> Result<String, Fault> {
    match row.text(column) {
        Some(text) => Ok(text.to_owned()),
        None if deleted => Ok(String::new()),
        None => Err(Fault::new(name, "a value is required")),
    }
}

fn instant(row: &Row<'_>, column: Option<usize>) -> Option<DateTime<Utc>> {
    parse_instant(row.text(column)?)
}

/// A day in `column` as an instant: that of `exact` when it is on the same day, else the day's beginning.
fn on_day(row: &Row<'_>, column: Option<usize>, exact: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let day: NaiveDate = row.text(column)?.parse().ok()?;
    exact
        .filter(|exact| exact.date_naive() == day)
        .or_else(|| Some(day.and_hms_opt(0, 0, 0).expect("midnight exists").and_utc()))
}

impl<'a> Row<'a> {
    fn cell_or_null(&self, column: Option<usize>) -> &Cell<'a> {
        column.map_or(&Cell::Null, |column| self.cell(column))
    }
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
