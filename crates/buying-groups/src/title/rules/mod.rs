//! The title rules as data: text files beside this one, read once. The files say in their heads what their words mean.
//!
//! A section `[id] effect` is followed by its patterns, separated by commas; [`Rule`] says what a pattern may contain.
//! An id is never given to another rule: evidence kept long ago still names it.

use std::sync::LazyLock;

use super::pattern::{Matcher, Rule};
use crate::{Role, Seniority, Share};

/// What an exclusion does to the words of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    Everything,
    Onward,
    Past,
    Resume,
    Cut,
    Strike,
    Keep,
}

/// What a rank says beside the seniority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lead {
    Follows,
    Leads,
    Rules,
}

/// What somebody works on; between equally decisive words the earlier one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Function {
    Procurement,
    Legal,
    Finance,
    Technology,
    Sales,
    Marketing,
    People,
    Customer,
    Product,
    Accounting,
    Operations,
    UnclearChief,
    Trade,
    General,
    None,
}

/// The words for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) function: Function,
    pub(super) decisive: u8,
    pub(super) from: Seniority,
}

/// What a function at a seniority speaks for.
pub(super) struct Decision {
    pub(super) id: &'static str,
    pub(super) speaks_for: Vec<(Role, Share)>,
    function: Function,
    seniority: Seniority,
}

/// A table with what finds its words.
pub(super) struct Table<E: 'static> {
    pub(super) rules: Vec<Rule<E>>,
    pub(super) matcher: Matcher,
}

pub(super) struct Rules {
    pub(super) exclusions: Table<Exclusion>,
    pub(super) ranks: Table<(Seniority, Lead)>,
    pub(super) work: Table<Work>,
    pub(super) decisions: Vec<Decision>,
}

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| Rules {
    exclusions: table(&[include_str!("exclusions.txt")], exclusion),
    ranks: table(&[include_str!("ranks.txt")], |effect| {
        let (seniority, lead) = effect.split_once(' ')?;
        Some((seniority.parse().ok()?, lead_of(lead)?))
    }),
    work: table(
        &[
            include_str!("english.txt"),
            include_str!("german.txt"),
            include_str!("french.txt"),
            include_str!("spanish.txt"),
            include_str!("portuguese.txt"),
            include_str!("trades.txt"),
        ],
        work,
    ),
    decisions: decisions(include_str!("decisions.txt")),
});

impl Rules {
    pub(super) fn decide(&self, function: Function, seniority: Seniority) -> Option<&Decision> {
        self.decisions.iter().find(|it| (it.function, it.seniority) == (function, seniority))
    }
}

/// The files are part of the program, so a line that cannot be read is a bug; the test below reads them all.
fn table<E>(files: &[&'static str], effect: impl Fn(&str) -> Option<E>) -> Table<E> {
    let mut rules: Vec<Rule<E>> = Vec::new();
    for line in files.iter().copied().flat_map(lines) {
        if let Some(head) = line.strip_prefix('[') {
            let (id, named) = head.split_once("] ").unwrap_or_else(|| panic!("no effect in `{line}`"));
            let effect = effect(named).unwrap_or_else(|| panic!("no effect is called `{named}`"));
            rules.push(Rule { id, effect, patterns: Vec::new() });
        } else {
            let rule = rules.last_mut().unwrap_or_else(|| panic!("`{line}` belongs to no rule"));
            rule.patterns.extend(line.split(',').map(str::trim).filter(|it| !it.is_empty()));
        }
    }
    Table { matcher: Matcher::new(&rules), rules }
}

fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn exclusion(named: &str) -> Option<Exclusion> {
    Some(match named {
        "everything" => Exclusion::Everything,
        "onward" => Exclusion::Onward,
        "past" => Exclusion::Past,
        "resume" => Exclusion::Resume,
        "cut" => Exclusion::Cut,
        "strike" => Exclusion::Strike,
        "keep" => Exclusion::Keep,
        _ => return None,
    })
}

fn lead_of(named: &str) -> Option<Lead> {
    Some(match named {
        "rules" => Lead::Rules,
        "leads" => Lead::Leads,
        "follows" => Lead::Follows,
        _ => return None,
    })
}

fn function(named: &str) -> Option<Function> {
    Some(match named {
        "procurement" => Function::Procurement,
        "legal" => Function::Legal,
        "finance" => Function::Finance,
        "technology" => Function::Technology,
        "sales" => Function::Sales,
        "marketing" => Function::Marketing,
        "people" => Function::People,
        "customer" => Function::Customer,
        "product" => Function::Product,
        "accounting" => Function::Accounting,
        "operations" => Function::Operations,
        "unclear_chief" => Function::UnclearChief,
        "trade" => Function::Trade,
        "general" => Function::General,
        "none" => Function::None,
        _ => return None,
    })
}

/// `technology 4`, or `technology 2 from director`.
fn work(effect: &str) -> Option<Work> {
    let mut words = effect.split(' ');
    let function = function(words.next()?)?;
    let decisive = words.next()?.parse().ok()?;
    let from = match (words.next(), words.next()) {
        (None, None) => Seniority::Other,
        (Some("from"), Some(seniority)) => seniority.parse().ok()?,
        _ => return None,
    };
    Some(Work { function, decisive, from })
}

fn decisions(file: &'static str) -> Vec<Decision> {
    let decision = |line: &'static str| {
        let (id, roles) = line.split_once(' ')?;
        let mut path = id.split('.').skip(1);
        let speaks_for = roles.split(',').map(|it| {
            let (role, thousandths) = it.trim().split_once(' ')?;
            Some((role.parse().ok()?, Share::from_thousandths(thousandths.parse().ok()?)))
        });
        Some(Decision {
            id,
            function: function(path.next()?)?,
            seniority: path.next()?.parse().ok()?,
            speaks_for: speaks_for.collect::<Option<_>>()?,
        })
    };
    lines(file).map(|line| decision(line).unwrap_or_else(|| panic!("no decision in `{line}`"))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_can_be_read_and_its_id_is_its_own() {
        let ids = super::super::title_rules();
        let distinct: BTreeSet<_> = ids.clone().collect();
        assert_eq!(distinct.len(), ids.count());
        assert!(distinct.len() > 100, "the files are not empty");
    }

    #[test]
    fn patterns_are_spelt_as_titles_are_folded() {
        let rules = &*RULES;
        let patterns = rules.exclusions.rules.iter().flat_map(|rule| &rule.patterns);
        let patterns = patterns.chain(rules.ranks.rules.iter().flat_map(|rule| &rule.patterns));
        for pattern in patterns.chain(rules.work.rules.iter().flat_map(|rule| &rule.patterns)) {
            let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || " |+*?^$".contains(it);
            assert!(pattern.chars().all(plain), "`{pattern}`");
            assert!(
                !pattern.contains("  ") && !pattern.split(['|', ' ', '+']).any(str::is_empty),
                "`{pattern}`"
            );
        }
    }
}
