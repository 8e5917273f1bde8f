//! What speaks for people's roles, from the four places where it is: contact roles in opportunities, titles, the intent
//! vendors' roles, and the activity log. What of it says what is decided in the crate of that name.

use std::collections::HashMap;

use buying_groups::{Behaviour, Evidence, Source, Topic, read_title};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::LOOK_BACK_DAYS;
use super::conversations::Conversations;
use super::settings::Settings;
use crate::{StoreError, TenantTx};

/// Somebody whose evidence is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) person: Uuid,
    pub(super) title: Option<&'a str>,
}

/// Who is named in a purchase, whatever their part: in an opportunity of the CRM or by an intent vendor.
pub(super) struct Named {
    pub(super) person: Uuid,
    /// Of the opportunity; none where a vendor says so.
    pub(super) account: Option<Uuid>,
}

/// A person and everybody merged into them.
const LIVES: &str = "\
WITH lives AS ( \
  SELECT p.id, p.id AS person, p.email FROM people p WHERE p.tenant_id = $1 AND p.id = ANY ($2) \
  UNION ALL \
  SELECT p.id, p.merged_into, p.email FROM people p WHERE p.tenant_id = $1 AND p.merged_into = ANY ($2)) ";

/// For each subject what speaks for any role, in no order. Subjects of whom nothing speaks are left out.
pub(super) async fn evidence_of(
    tx: &mut TenantTx,
    subjects: &[Subject<'_>],
    talks: &Conversations,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Evidence>>, StoreError> {
    let people: Vec<Uuid> = subjects.iter().map(|it| it.person).collect();
    let mut found: HashMap<Uuid, Vec<Evidence>> = HashMap::new();
    for subject in subjects {
        let read = subject.title.map(|title| read_title(title).evidence).unwrap_or_default();
        found.entry(subject.person).or_default().extend(read);
    }
    for said in contact_roles(tx, &people).await? {
        let evidence = settings.contact_roles.evidence(Source::SfContactRole, &said.role, &said.record);
        found.entry(said.person).or_default().extend(evidence);
    }
    for said in intent_roles(tx, &people).await? {
        let evidence = settings.buying_unit.evidence(Source::Delivrai, &said.role, &said.record);
        found.entry(said.person).or_default().extend(evidence);
    }
    for (person, behaviour) in behaviours(tx, &people, talks, now).await? {
        found.entry(person).or_default().extend(behaviour.evidence());
    }
    found.retain(|_, evidence| !evidence.is_empty());
    Ok(found)
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = SqlUuid)]
    person: Uuid,
    #[diesel(sql_type = Text)]
    record: String,
    #[diesel(sql_type = Text)]
    role: String,
}

async fn contact_roles(tx: &mut TenantTx, people: &[Uuid]) -> Result<Vec<Said>, StoreError> {
    let query = diesel::sql_query(format!(
        "{LIVES} SELECT l.person, o.id::text AS record, c.role FROM lives l \
           JOIN opportunity_contacts c ON c.tenant_id = $1 AND c.person_id = l.id \
           JOIN opportunities o ON o.tenant_id = c.tenant_id AND o.id = c.opportunity_id \
         WHERE c.role IS NOT NULL AND o.deleted_at IS NULL"
    ));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(people);
    Ok(query.load(tx.conn()).await?)
}

/// By the person, or by an address that is the person's by now.
async fn intent_roles(tx: &mut TenantTx, people: &[Uuid]) -> Result<Vec<Said>, StoreError> {
    let query = diesel::sql_query(format!(
        "{LIVES} SELECT l.person, i.external_id AS record, i.role FROM lives l \
           JOIN intent_roles i ON i.tenant_id = $1 AND i.person_id = l.id \
         UNION ALL \
         SELECT l.person, i.external_id, i.role FROM lives l \
           JOIN intent_roles i ON i.tenant_id = $1 AND i.email = l.email WHERE i.person_id IS NULL"
    ));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(people);
    Ok(query.load(tx.conn()).await?)
}

/// What was read within the year before `now`, by topic, and who was met.
async fn behaviours(
    tx: &mut TenantTx,
    people: &[Uuid],
    talks: &Conversations,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Behaviour>, StoreError> {
    #[derive(QueryableByName)]
    struct Read {
        #[diesel(sql_type = SqlUuid)]
        person: Uuid,
        #[diesel(sql_type = Text)]
        about: String,
        #[diesel(sql_type = BigInt)]
        times: i64,
    }
    let query = diesel::sql_query(format!(
        "{LIVES} SELECT r.person, r.about, count(*) AS times FROM ( \
           SELECT l.person, coalesce(a.properties ->> '{}', a.subject) AS about FROM lives l \
             JOIN activities a ON a.tenant_id = $1 AND a.person_id = l.id \
           WHERE a.retracted_at IS NULL AND a.occurred_at BETWEEN $3 AND $4 \
             AND a.type IN ('page_view', 'content_download', 'email_click', 'intent_signal')) r \
         WHERE r.about IS NOT NULL GROUP BY r.person, r.about",
        canonical::property::TOPIC
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Timestamptz, _>(now - TimeDelta::days(LOOK_BACK_DAYS))
    .bind::<Timestamptz, _>(now);
    let rows: Vec<Read> = query.load(tx.conn()).await?;
    let mut found: HashMap<Uuid, Behaviour> = HashMap::new();
    for row in rows {
        if let Some(topic) = Topic::of_text(&row.about) {
            let times = u32::try_from(row.times).unwrap_or(u32::MAX);
            found.entry(row.person).or_default().read(topic, times);
        }
    }
    for person in people {
        let (meetings, threads) = talks.with_colleagues(*person);
        if meetings + threads > 0 {
            let behaviour = found.entry(*person).or_default();
            (behaviour.internal_meetings, behaviour.internal_threads) = (meetings, threads);
        }
    }
    Ok(found)
}

/// Who is named in a purchase of the accounts: the contacts of their opportunities, and whom a vendor gives a part.
pub(super) async fn named(
    tx: &mut TenantTx,
    accounts: &[Uuid],
    people: &[Uuid],
) -> Result<Vec<Named>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        person: Uuid,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        account: Option<Uuid>,
    }
    let query = diesel::sql_query(format!(
        "{LIVES}, deals AS ( \
           SELECT o.id, coalesce(m.merged_into, o.account_id) AS account FROM accounts m \
             JOIN opportunities o ON o.tenant_id = m.tenant_id AND o.account_id = m.id \
           WHERE m.tenant_id = $1 AND (m.id = ANY ($3) OR m.merged_into = ANY ($3)) AND o.deleted_at IS NULL) \
         SELECT DISTINCT coalesce(p.merged_into, p.id) AS person, d.account FROM deals d \
           JOIN opportunity_contacts c ON c.tenant_id = $1 AND c.opportunity_id = d.id \
           JOIN people p ON p.tenant_id = c.tenant_id AND p.id = c.person_id \
         UNION \
         SELECT l.person, NULL::uuid FROM lives l JOIN intent_roles i ON i.tenant_id = $1 AND i.person_id = l.id \
         UNION \
         SELECT l.person, NULL::uuid FROM lives l JOIN intent_roles i ON i.tenant_id = $1 AND i.email = l.email \
           WHERE i.person_id IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<SqlUuid>, _>(accounts);
    let rows: Vec<Row> = query.load(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| Named { person: row.person, account: row.account }).collect())
}
