//! Meetings and threads of an account's people: who was in one together, and whose address was in it.
//!
//! Activities are one person's each. Those took place together that name the same conversation or, where the source has no
//! such name, are of the same type and account at the same instant under the same subject.

use std::collections::{BTreeSet, HashMap};

use buying_groups::{Contact, ContactKind};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::LOOK_BACK_DAYS;
use crate::{StoreError, TenantTx};

/// Who takes part in conversations of an account.
#[derive(Clone, Debug)]
pub(super) struct Talker {
    pub(super) person: Uuid,
    pub(super) account: Uuid,
    pub(super) email: Option<String>,
}

/// One meeting or thread.
#[derive(Debug)]
struct Talk {
    kind: ContactKind,
    at: DateTime<Utc>,
    people: BTreeSet<Uuid>,
    /// Addresses that are none of the talkers'.
    strangers: BTreeSet<String>,
}

/// The conversations of a year.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    talks: Vec<Talk>,
    of_person: HashMap<Uuid, Vec<usize>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    account: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person: Option<Uuid>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    conversation: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    participants: Option<Value>,
}

/// What these people did together within the year before `now`, and what is recorded of their accounts alone.
pub(super) async fn conversations(
    tx: &mut TenantTx,
    talkers: &[Talker],
    now: DateTime<Utc>,
) -> Result<Conversations, StoreError> {
    let (people, accounts): (Vec<Uuid>, Vec<Uuid>) = talkers.iter().map(|it| (it.person, it.account)).unzip();
    let known = "a.retracted_at IS NULL AND a.occurred_at BETWEEN $4 AND $5 AND a.type IN ('meeting_attend', 'email_thread')";
    let (talk, present) = (canonical::property::CONVERSATION, canonical::property::PARTICIPANTS);
    let told = format!(
        "a.type AS kind, a.occurred_at, a.properties ->> '{talk}' AS conversation, a.subject, \
         a.properties -> '{present}' AS participants"
    );
    let rows: Vec<Row> = diesel::sql_query(format!(
        "WITH talkers AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) t (person, account)), lives AS ( \
           SELECT t.person AS id, t.person, t.account FROM talkers t \
           UNION ALL \
           SELECT p.id, t.person, t.account FROM talkers t \
             JOIN people p ON p.tenant_id = $1 AND p.merged_into = t.person) \
         SELECT l.account, l.person, {told} FROM lives l \
           JOIN activities a ON a.tenant_id = $1 AND a.person_id = l.id WHERE {known} \
         UNION ALL \
         SELECT a.account_id, NULL::uuid, {told} FROM activities a \
         WHERE a.tenant_id = $1 AND a.account_id = ANY ($3) AND a.person_id IS NULL AND {known}"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<SqlUuid>, _>(accounts)
    .bind::<Timestamptz, _>(now - TimeDelta::days(LOOK_BACK_DAYS))
    .bind::<Timestamptz, _>(now)
    .load(tx.conn())
    .await?;
    Ok(Conversations::of(rows, talkers))
}

impl Conversations {
    fn of(rows: Vec<Row>, talkers: &[Talker]) -> Self {
        let by_email: HashMap<(Uuid, &str), Uuid> =
            talkers.iter().filter_map(|it| Some(((it.account, it.email.as_deref()?), it.person))).collect();
        let mut places: HashMap<(Uuid, String, String), usize> = HashMap::new();
        let mut this = Self::default();
        for row in rows {
            let name = row.conversation.unwrap_or_else(|| {
                format!("{} {}", row.occurred_at.timestamp_micros(), row.subject.unwrap_or_default())
            });
            let kind = if row.kind == "meeting_attend" { ContactKind::Meeting } else { ContactKind::Thread };
            let place = *places.entry((row.account, row.kind, name)).or_insert(this.talks.len());
            if place == this.talks.len() {
                let (people, strangers) = (BTreeSet::new(), BTreeSet::new());
                this.talks.push(Talk { kind, at: row.occurred_at, people, strangers });
            }
            let talk = &mut this.talks[place];
            talk.at = talk.at.max(row.occurred_at);
            talk.people.extend(row.person);
            for email in addresses(row.participants.as_ref()) {
                match by_email.get(&(row.account, email.as_str())) {
                    Some(person) => drop(talk.people.insert(*person)),
                    None => drop(talk.strangers.insert(email)),
                }
            }
        }
        for (index, talk) in this.talks.iter().enumerate() {
            for person in &talk.people {
                this.of_person.entry(*person).or_default().push(index);
            }
        }
        this
    }

    fn of_person(&self, person: Uuid) -> impl Iterator<Item = &Talk> {
        self.of_person.get(&person).into_iter().flatten().map(|index| &self.talks[*index])
    }

    /// How many meetings and threads a person shared with a colleague.
    pub(super) fn with_colleagues(&self, person: Uuid) -> (u32, u32) {
        let shared =
            |kind| self.of_person(person).filter(|it| it.kind == kind && it.people.len() > 1).count();
        let count = |kind| u32::try_from(shared(kind)).unwrap_or(u32::MAX);
        (count(ContactKind::Meeting), count(ContactKind::Thread))
    }

    /// Where a person was together with one of `members`.
    pub(super) fn contacts_of(
        &self,
        person: Uuid,
        members: &BTreeSet<Uuid>,
        now: DateTime<Utc>,
    ) -> Vec<Contact> {
        let with_members = |talk: &&Talk| talk.people.iter().any(|it| *it != person && members.contains(it));
        self.of_person(person).filter(with_members).map(|talk| talk.contact(now)).collect()
    }

    /// Addresses that belong to nobody of the account, with where they were together with one of `members`.
    pub(super) fn strangers(
        &self,
        members: &BTreeSet<Uuid>,
        now: DateTime<Utc>,
    ) -> HashMap<&str, Vec<Contact>> {
        let mut found: HashMap<&str, Vec<Contact>> = HashMap::new();
        for talk in &self.talks {
            let met = talk.people.iter().any(|it| members.contains(it));
            for email in &talk.strangers {
                found.entry(email).or_default().extend(met.then(|| talk.contact(now)));
            }
        }
        found
    }
}

impl Talk {
    fn contact(&self, now: DateTime<Utc>) -> Contact {
        let days = (now - self.at).num_days().max(0);
        Contact { kind: self.kind, days_ago: u32::try_from(days).unwrap_or(u32::MAX) }
    }
}

fn addresses(participants: Option<&Value>) -> impl Iterator<Item = String> {
    let listed = participants.and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(Value::as_str)
        .filter_map(|it| it.parse::<canonical::Email>().ok())
        .map(|it| it.to_string())
}
