//! Reads one stretch: entities in order of id, and the log of their people.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use store::{StoreError, TenantTx, scoring_inputs as inputs};
use uuid::Uuid;

use super::machine::Walk;
use super::stretch::{Inputs, Ruler};
use crate::runner::Run;

/// Accounts or opportunities of one stretch; people are four times as many.
const STRETCH: i64 = 160;

/// Reads stretches of one run, each in a transaction of its own.
pub(super) struct Reader {
    run: Run,
    ruler: Arc<Ruler>,
}

impl Reader {
    pub(super) fn new(run: Run, ruler: Arc<Ruler>) -> Self {
        Self { run, ruler }
    }

    /// The stretch after an id, and its last id; none when nothing was left.
    pub(super) async fn read(
        &self,
        walk: Walk,
        after: Option<Uuid>,
    ) -> Result<(Inputs, Option<Uuid>), StoreError> {
        let mut read = Inputs { score_people: walk != Walk::Opportunities, ..Inputs::default() };
        let mut tx = self.run.tx().await?;
        let reached = match walk {
            Walk::Accounts => {
                read.accounts = inputs::next_accounts(&mut tx, after, STRETCH).await?;
                let ids: Vec<Uuid> = read.accounts.iter().map(|account| account.id).collect();
                let domains: Vec<&str> = read.accounts.iter().filter_map(|a| a.domain.as_deref()).collect();
                read.people = inputs::people_of_accounts(&mut tx, &ids, &domains).await?;
                read.opportunities = inputs::opportunities_of_accounts(&mut tx, &ids).await?;
                let mut versions: HashMap<Uuid, Vec<_>> = HashMap::new();
                for version in inputs::account_versions(&mut tx, &ids).await? {
                    versions.entry(version.account_id).or_default().push(version);
                }
                read.versions = versions;
                ids.last().copied()
            }
            Walk::People => {
                read.people = inputs::next_people_without_account(&mut tx, after, STRETCH * 4).await?;
                read.people.last().map(|person| person.id)
            }
            Walk::Opportunities => {
                read.opportunities =
                    inputs::next_opportunities_without_account(&mut tx, after, STRETCH).await?;
                read.opportunities.last().map(|opportunity| opportunity.id)
            }
        };
        self.read_contacts(&mut tx, &mut read).await?;
        let people: Vec<Uuid> = read.people.iter().map(|person| person.id).collect();
        let mut log: HashMap<Uuid, Vec<_>> = HashMap::with_capacity(people.len());
        inputs::stream_activities(&mut tx, &people, self.ruler.as_of, |row| {
            self.ruler.pack(&row, log.entry(row.person_id).or_default());
        })
        .await?;
        read.log = log;
        tx.commit().await?;
        Ok((read, reached))
    }

    /// Contacts who are not of their opportunity's account.
    async fn read_contacts(&self, tx: &mut TenantTx, read: &mut Inputs) -> Result<(), StoreError> {
        let here: BTreeSet<Uuid> = read.people.iter().map(|person| person.id).collect();
        let contacts = read.opportunities.iter().flat_map(|opportunity| &opportunity.contacts);
        let missing: BTreeSet<Uuid> = contacts.filter(|id| !here.contains(id)).copied().collect();
        if !missing.is_empty() {
            let missing: Vec<Uuid> = missing.into_iter().collect();
            read.people.extend(inputs::people_by_id(tx, &missing).await?);
            read.people.sort_by_key(|person| person.id);
        }
        Ok(())
    }
}
