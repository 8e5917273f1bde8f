//! Takes one page of a connector's records over into the tenant's facts.
//!
//! Everything of a page goes into the caller's one transaction: rows, quarantine, counts and cursor, guarded by the
//! fence of the job's lease. Writing the same page again changes nothing. It does not know where records come from
//! nor what a score is; which fields are valid was decided before.
//!
//! Rows travel as one array for each column and are unnested in the select list: in FROM, PostgreSQL would first copy each
//! array into a table of its own.

mod accounts;
mod activities;
mod identity;
mod intent_roles;
mod names;
mod opportunities;
mod people;
mod references;
mod replay;
mod run;

use canonical::{
    Account, Activity, ConnectorId, IntentRole, Opportunity, OpportunityContact, Person, StageChange,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, TenantTx, Topic, Topics};

use names::Logged;
pub use names::Names;
pub use replay::{Replayed, UnresolvedSlice, replay_unresolved_activities};
pub use run::check_lease;

/// The right to write for a job, as it was claimed: the fence is of that claim, and no later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: Uuid,
    pub fence: i64,
}

/// Records of one page, in the shapes a vendor delivers them.
#[derive(Clone, Debug, Default)]
pub struct PageRecords {
    pub accounts: Vec<Account>,
    pub people: Vec<Person>,
    pub opportunities: Vec<Opportunity>,
    pub stage_changes: Vec<StageChange>,
    pub opportunity_contacts: Vec<OpportunityContact>,
    pub intent_roles: Vec<IntentRole>,
    pub activities: Vec<Activity>,
}

impl PageRecords {
    /// What these records change: with an account or a person also what waited for it.
    fn topics(&self) -> Topics {
        let about = [
            (
                !self.accounts.is_empty(),
                [Topic::Accounts, Topic::People, Topic::Opportunities, Topic::Activities].into(),
            ),
            (!self.people.is_empty(), [Topic::People, Topic::Opportunities, Topic::Activities].into()),
            (!self.opportunities.is_empty(), Topic::Opportunities.into()),
            (!self.stage_changes.is_empty(), Topic::Opportunities.into()),
            (!self.opportunity_contacts.is_empty(), Topic::Opportunities.into()),
            (!self.intent_roles.is_empty(), Topic::People.into()),
            (!self.activities.is_empty(), Topic::Activities.into()),
        ];
        about
            .into_iter()
            .filter(|(some, _)| *some)
            .fold(Topics::NONE, |all, (_, topics): (_, Topics)| all.and(topics))
    }
}

/// A record that did not pass, with its reason from a closed list of the caller's.
#[derive(Clone, Debug)]
pub struct QuarantinedRecord {
    pub entity: FactKind,
    pub external_id: String,
    pub reason: String,
    pub detail: Option<String>,
    pub raw: Value,
}

/// One page and what goes with it.
#[derive(Clone, Debug)]
pub struct PageWrite {
    pub connector: ConnectorId,
    pub sync_run: Option<Uuid>,
    /// `None` only where no job is behind it, such as a file import of an operator.
    pub lease: Option<Lease>,
    pub records: PageRecords,
    pub quarantined: Vec<QuarantinedRecord>,
    pub cursor: Option<CursorWrite>,
}

/// How far one of the vendor's objects has been read, once this page is written.
#[derive(Clone, Debug)]
pub struct CursorWrite {
    pub object: String,
    pub cursor: Option<Value>,
    pub watermark: Option<DateTime<Utc>>,
}

/// The kinds of facts a sync counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactKind {
    Account,
    Person,
    Opportunity,
    Activity,
}

impl FactKind {
    pub const ALL: [Self; 4] = [Self::Account, Self::Person, Self::Opportunity, Self::Activity];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Person => "person",
            Self::Opportunity => "opportunity",
            Self::Activity => "activity",
        }
    }
}

/// What became of the records of one kind. `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntityCounts {
    pub read: i64,
    pub inserted: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub deleted: i64,
    pub quarantined: i64,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    pub account: EntityCounts,
    pub person: EntityCounts,
    pub opportunity: EntityCounts,
    pub activity: EntityCounts,
}

impl PageCounts {
    pub fn of(&self, kind: FactKind) -> &EntityCounts {
        match kind {
            FactKind::Account => &self.account,
            FactKind::Person => &self.person,
            FactKind::Opportunity => &self.opportunity,
            FactKind::Activity => &self.activity,
        }
    }

    fn of_mut(&mut self, kind: FactKind) -> &mut EntityCounts {
        match kind {
            FactKind::Account => &mut self.account,
            FactKind::Person => &mut self.person,
            FactKind::Opportunity => &mut self.opportunity,
            FactKind::Activity => &mut self.activity,
        }
    }
}

/// Writes one page. The caller commits, together with its own next state.
///
/// Stage changes, contact roles and intent roles that come as records of their own count as nothing by themselves: the
/// opportunity or person they belong to is what a reader counts. `names` is what the pages before have learned; throw
/// it away when a page was not committed.
///
/// # Errors
/// [`StoreError::StaleLease`] when another worker has the job by now: then nothing of this transaction may be kept.
pub async fn write_page(
    tx: &mut TenantTx,
    page: &PageWrite,
    names: &mut Names,
) -> Result<PageCounts, StoreError> {
    tx.changes(page.records.topics());
    if let Some(lease) = page.lease {
        check_lease(tx, lease).await?;
    }
    run::one_writer_at_a_time(tx).await?;
    let mut counts = PageCounts::default();
    let records = &page.records;
    accounts::write(tx, page.connector, &records.accounts, &mut counts.account).await?;
    people::write(tx, page.connector, &records.people, &mut counts.person).await?;
    opportunities::write(tx, page.connector, &records.opportunities, &mut counts.opportunity).await?;
    opportunities::write_stage_changes(tx, page.connector, &records.stage_changes).await?;
    opportunities::write_contacts(tx, page.connector, &records.opportunity_contacts).await?;
    let mut lost = intent_roles::write(tx, page.connector, &records.intent_roles).await?;
    let mut of_this_page = Names::default();
    let brings_entities = !records.accounts.is_empty() || !records.people.is_empty();
    if brings_entities && !records.activities.is_empty() {
        names.logged = Logged::Any;
    }
    let names = if brings_entities { &mut of_this_page } else { names };
    lost.extend(
        activities::write(tx, page.connector, &records.activities, names, &mut counts.activity).await?,
    );
    let quarantined: Vec<&QuarantinedRecord> = page.quarantined.iter().chain(&lost).collect();
    for record in &quarantined {
        let counted = counts.of_mut(record.entity);
        counted.read += 1;
        counted.quarantined += 1;
    }
    run::resolve_quarantine(tx, page, &lost).await?;
    run::write_quarantine(tx, page, &quarantined).await?;
    if let Some(run) = page.sync_run {
        run::add_counts(tx, run, &counts).await?;
    }
    if let Some(cursor) = &page.cursor {
        run::write_cursor(tx, page.connector, cursor).await?;
    }
    Ok(counts)
}

fn json_text(attributes: &canonical::Attributes) -> String {
    serde_json::to_string(attributes).expect("a JSON object is text")
}
