//! From raw rows to clean records, as a pure function: coerce, validate, normalise, fold what is the same, and put aside what
//! fails, so that one bad row never stops the rest.

use std::collections::HashMap;

use canonical::{EntityKind, Person, Raw, Record};
use serde_json::value::RawValue;

use crate::mapping::Fault;
use crate::page::{Folded, Quarantined};
use crate::row::{Layout, Row};

/// A row beyond this is a mistake or an attack; the largest record of a CRM is a tenth of it.
const LARGEST_ROW: usize = 1024 * 1024;

/// Builds one record from each row. What fails is quarantined under `object`; `None` means that the row says nothing.
pub(crate) fn clean<'a, R>(
    layout: &Layout,
    rows: &[&'a RawValue],
    (entity, object, id_column): (EntityKind, &str, usize),
    quarantined: &mut Vec<Quarantined>,
    mut build: impl FnMut(&Row<'a>, &'a RawValue) -> Result<Option<R>, Fault>,
) -> Vec<R> {
    let mut records = Vec::with_capacity(rows.len());
    for raw in rows {
        let mut put_aside = |external_id: Option<&str>, reason: String| {
            quarantined.push(Quarantined {
                entity,
                object: object.to_owned(),
                external_id: external_id.map(str::to_owned),
                reason,
                raw: storable(raw),
            });
        };
        if raw.get().len() > LARGEST_ROW {
            put_aside(None, "the row is larger than allowed".into());
            continue;
        }
        let Ok(row) = layout.read(raw) else {
            put_aside(None, "the row cannot be read".into());
            continue;
        };
        match build(&row, raw) {
            Ok(Some(record)) => records.push(record),
            Ok(None) => {}
            Err(fault) => put_aside(row.text(Some(id_column)), fault.to_string()),
        }
    }
    records
}

/// A row in a form that every JSON store takes: one that holds NUL, half a surrogate pair or a megabyte becomes a plain text.
fn storable(raw: &RawValue) -> Raw {
    let text = raw.get();
    let is_plain = text.len() <= LARGEST_ROW
        && !text.contains("\\u0000")
        && serde_json::from_str::<serde_json::Value>(text).is_ok();
    if is_plain {
        return Raw::from(raw);
    }
    let kept: String = text.chars().take(64 * 1024).collect();
    let as_text = serde_json::to_string(&kept).expect("a text has a JSON form");
    Raw::parse(as_text).expect("a text in JSON is JSON")
}

/// Of records with one key, the newest stays: the vendor's latest word, nothing taken from older ones.
pub(crate) fn fold_same_key<R: Record>(records: &mut Vec<R>, folded: &mut Vec<Folded>) {
    let mut newest: HashMap<String, usize> = HashMap::with_capacity(records.len());
    let mut losers = Vec::new();
    for (at, record) in records.iter().enumerate() {
        match newest.get_mut(record.external_id()) {
            None => {
                newest.insert(record.external_id().to_owned(), at);
            }
            // At the same instant, the later row is the later word.
            Some(best) if record.modified_at() >= records[*best].modified_at() => {
                losers.push(std::mem::replace(best, at))
            }
            Some(_) => losers.push(at),
        }
    }
    for &at in &losers {
        let key = records[at].external_id().to_owned();
        folded.push(Folded { entity: R::KIND, kept: key.clone(), folded: key, filled: Vec::new() });
    }
    remove(records, losers);
}

/// Of people with one e-mail address, the newest stays and takes from the others what it lacks.
pub(crate) fn fold_same_email(people: &mut Vec<Person>, folded: &mut Vec<Folded>) {
    let mut newest: HashMap<String, usize> = HashMap::with_capacity(people.len());
    let mut losers = Vec::new();
    for at in 0..people.len() {
        let person = &people[at];
        // A deleted or merged record is news of its own key, and must not disappear into a living one.
        let Some(email) = person.email.as_ref().filter(|_| !person.deleted && person.converted_to.is_none())
        else {
            continue;
        };
        let Some(&best) = newest.get(email.as_str()) else {
            newest.insert(email.as_str().to_owned(), at);
            continue;
        };
        let (kept, lost) =
            if person.modified_at >= people[best].modified_at { (at, best) } else { (best, at) };
        newest.insert(email.as_str().to_owned(), kept);
        let older = people[lost].clone();
        let filled = fill_gaps(&mut people[kept], &older);
        folded.push(Folded {
            entity: EntityKind::Person,
            kept: people[kept].external_id.clone(),
            folded: older.external_id,
            filled,
        });
        losers.push(lost);
    }
    // A record that was kept at first may have lost to a third one: what it had folded is now the third one's.
    let finally: HashMap<String, String> = folded
        .iter()
        .filter(|fold| fold.entity == EntityKind::Person && fold.kept != fold.folded)
        .map(|fold| (fold.folded.clone(), fold.kept.clone()))
        .collect();
    for fold in folded.iter_mut().filter(|fold| fold.entity == EntityKind::Person) {
        while let Some(next) = finally.get(&fold.kept) {
            fold.kept.clone_from(next);
        }
    }
    remove(people, losers);
}

fn fill_gaps(kept: &mut Person, older: &Person) -> Vec<&'static str> {
    let mut filled = Vec::new();
    macro_rules! fill {
        ($($field:ident as $name:literal),+ $(,)?) => {$(
            if kept.$field.is_none() && older.$field.is_some() {
                kept.$field.clone_from(&older.$field);
                filled.push($name);
            }
        )+};
    }
    fill!(
        first_name as "firstName",
        last_name as "lastName",
        title as "title",
        seniority as "seniority",
        phone as "phone",
        account_external_id as "accountExternalId",
        lead_status as "leadStatus",
        source as "source",
    );
    for (name, value) in &older.attributes {
        if !kept.attributes.contains_key(name) {
            kept.attributes.insert(name.clone(), value.clone());
            if filled.last() != Some(&"attributes") {
                filled.push("attributes");
            }
        }
    }
    // Whoever opted out under either record opted out.
    if older.opted_out && !kept.opted_out {
        kept.opted_out = true;
        filled.push("optedOut");
    }
    filled
}

fn remove<R>(records: &mut Vec<R>, mut losers: Vec<usize>) {
    if losers.is_empty() {
        return;
    }
    losers.sort_unstable();
    let mut at = 0;
    records.retain(|_| {
        let stays = losers.binary_search(&at).is_err();
        at += 1;
        stays
    });
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn person(id: &str, email: &str, modified: i64) -> Person {
        Person {
            external_id: id.into(),
            email: email.parse().ok(),
            modified_at: DateTime::from_timestamp(modified, 0).unwrap(),
            ..Person::default()
        }
    }

    fn ids(people: &[Person]) -> Vec<&str> {
        people.iter().map(|person| person.external_id.as_str()).collect()
    }

    #[test]
    fn of_one_key_the_newest_stays_and_the_later_row_wins_a_tie() {
        let mut people =
            vec![person("a", "", 5), person("b", "", 1), person("a", "", 3), person("b", "x@y.zz", 1)];
        let mut folded = Vec::new();
        fold_same_key(&mut people, &mut folded);
        assert_eq!(ids(&people), ["a", "b"]);
        assert!(people[0].modified_at.timestamp() == 5 && people[1].email.is_some());
        assert_eq!(folded.len(), 2);
    }

    #[test]
    fn of_one_address_the_newest_stays_and_takes_what_it_lacks() {
        let mut old = person("old", "a@example.com", 1);
        old.phone = Some("1".into());
        old.title = Some("CEO".into());
        old.opted_out = true;
        let mut new = person("new", "A@example.com", 2);
        new.title = Some("CTO".into());
        let mut people = vec![old, person("other", "b@example.com", 1), new];
        let mut folded = Vec::new();
        fold_same_email(&mut people, &mut folded);
        assert_eq!(ids(&people), ["other", "new"]);
        assert_eq!((people[1].phone.as_deref(), people[1].title.as_deref()), (Some("1"), Some("CTO")));
        assert_eq!((folded[0].kept.as_str(), folded[0].folded.as_str()), ("new", "old"));
        assert_eq!(folded[0].filled, ["phone", "optedOut"]);
    }

    #[test]
    fn a_chain_of_folds_ends_at_the_one_that_stayed() {
        let mut people = vec![
            person("a", "x@example.com", 1),
            person("b", "x@example.com", 2),
            person("c", "x@example.com", 3),
        ];
        let mut folded = Vec::new();
        fold_same_email(&mut people, &mut folded);
        assert_eq!(ids(&people), ["c"]);
        assert!(folded.iter().all(|fold| fold.kept == "c"), "{folded:?}");
    }

    #[test]
    fn deleted_and_converted_records_are_never_folded_by_address() {
        let mut gone = person("gone", "x@example.com", 1);
        gone.deleted = true;
        let mut lead = person("lead", "x@example.com", 1);
        lead.converted_to = Some("c".into());
        let mut people = vec![gone, lead, person("c", "x@example.com", 2)];
        let mut folded = Vec::new();
        fold_same_email(&mut people, &mut folded);
        assert_eq!((people.len(), folded.len()), (3, 0));
    }

    #[test]
    fn what_a_store_could_not_hold_is_kept_as_text() {
        for text in [r#"{"a":"\u0000"}"#, r#"{"a":"\ud800"}"#] {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            let kept = storable(raw);
            assert_eq!(serde_json::from_str::<String>(kept.as_str()).unwrap(), text);
        }
        let plain: &RawValue = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(storable(plain).as_str(), r#"{"a":1}"#);
    }
}
