//! Who is scored in a stretch, and who counts towards which account.

use std::collections::HashMap;

use store::scoring_inputs::{AccountInput, PersonInput};
use uuid::Uuid;

use super::fit::FitHistory;
use super::stretch::Inputs;

/// A person is scored in the stretch of their account, and one without an account in a stretch of such people.
pub(super) fn is_home(person: &PersonInput, accounts: &HashMap<Uuid, FitHistory>, inputs: &Inputs) -> bool {
    person.home.map_or(inputs.accounts.is_empty(), |home| accounts.contains_key(&home))
}

/// Who counts towards which account: those at home there, and those whose e-mail has its domain.
pub(super) struct Members<'a> {
    home: HashMap<Uuid, Vec<&'a PersonInput>>,
    domain: HashMap<&'a str, Vec<&'a PersonInput>>,
}

impl<'a> Members<'a> {
    pub(super) fn of(inputs: &'a Inputs) -> Self {
        let mut this = Self { home: HashMap::new(), domain: HashMap::new() };
        for person in &inputs.people {
            if let Some(home) = person.home {
                this.home.entry(home).or_default().push(person);
            }
            if let Some(domain) = &person.work_domain {
                this.domain.entry(domain).or_default().push(person);
            }
        }
        this
    }

    pub(super) fn of_account(&self, account: &AccountInput) -> Vec<&'a PersonInput> {
        let by_domain = account.domain.as_deref().and_then(|domain| self.domain.get(domain));
        let linked = self.home.get(&account.id);
        let mut people: Vec<_> = linked.into_iter().chain(by_domain).flatten().copied().collect();
        people.sort_by_key(|person| person.id);
        people.dedup_by_key(|person| person.id);
        people
    }

    pub(super) fn of_id(&self, account: Uuid, inputs: &Inputs) -> Vec<&'a PersonInput> {
        let account = inputs.accounts.binary_search_by_key(&account, |account| account.id);
        account.map_or_else(|_| Vec::new(), |index| self.of_account(&inputs.accounts[index]))
    }
}
