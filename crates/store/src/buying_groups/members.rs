//! Members: who is in a group, as what, and why; and what people decide about them.

use std::collections::{BTreeSet, HashMap};

use buying_groups::{Confirmation, ConfirmationRefusal, Role};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use tenancy::Actor;
use uuid::Uuid;

use super::groups::account_of;
use super::regroup::{measure_groups, one_at_a_time, regroup_accounts};
use super::{millionths, role};
use crate::jobs::{requester, requester_text};
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{buying_group_members as table, dismissed_candidates};
use crate::scoring_inputs::HOME;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// A person, to name.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct MemberBrief {
    #[diesel(sql_type = SqlUuid)]
    pub person_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    pub first_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
}

/// A member with everything that is known about their part. Shares are millionths, points thousandths.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub fields: MemberFields,
    /// The weightiest first.
    pub evidence: Vec<EvidenceRow>,
}

#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct MemberFields {
    #[diesel(embed)]
    pub person: MemberBrief,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = BigInt)]
    pub confidence: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    #[diesel(sql_type = Text)]
    pub detected_role: String,
    #[diesel(sql_type = BigInt)]
    pub detected_confidence: i64,
    #[diesel(sql_type = Text)]
    pub origin: String,
    #[diesel(sql_type = Bool)]
    pub is_discovered: bool,
    #[diesel(sql_type = Nullable<Text>)]
    pub discovered_from: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    added_by: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub added_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    confirmed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub engagement: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_activity_at: Option<DateTime<Utc>>,
}

impl MemberFields {
    pub fn added_by(&self) -> Option<Actor> {
        self.added_by.as_deref().and_then(requester)
    }

    pub fn confirmed_by(&self) -> Option<Actor> {
        self.confirmed_by.as_deref().and_then(requester)
    }
}

/// One thing that speaks for a role.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct EvidenceRow {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = BigInt)]
    pub confidence: i64,
}

/// Why nothing was changed about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    #[error("there is no such group")]
    NoSuchGroup,
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("the person is not a member of the group")]
    NoSuchMember,
    #[error("the person is a member already")]
    AlreadyMember,
    #[error("the person belongs to another account")]
    OtherAccount,
    #[error(transparent)]
    Role(ConfirmationRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const MEMBERS: &str = "SELECT m.person_id, p.first_name, p.last_name, p.email, p.title, m.role, m.confidence, m.source, \
    m.detected_role, m.detected_confidence, m.origin, m.is_discovered, m.discovered_from, m.added_by, m.added_at, \
    m.confirmed_by, m.confirmed_at, e.engagement, e.last_activity_at \
    FROM buying_group_members m JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id \
    LEFT JOIN engagements e ON e.tenant_id = m.tenant_id AND e.entity_type = 'person' AND e.entity_id = m.person_id \
    WHERE m.tenant_id = $1 AND m.group_id = $2 AND p.deleted_at IS NULL AND p.merged_into IS NULL ";

/// The members of a group, the surest first.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such group.
pub async fn list_members(
    tx: &mut TenantTx,
    group: Uuid,
    page: &PageRequest,
) -> Result<ListPage<Member>, StoreError> {
    account_of(tx, group).await?;
    let after = page.after.as_ref().and_then(|after| Some((after.number()?, after.id)));
    let (confidence, person) = after.unzip();
    let query = statement(format!(
        "{MEMBERS} AND ($3::bigint IS NULL OR m.confidence < $3 OR (m.confidence = $3 AND m.person_id > $4)) \
         ORDER BY m.confidence DESC, m.person_id LIMIT $5"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(group)
    .bind::<Nullable<BigInt>, _>(confidence)
    .bind::<Nullable<SqlUuid>, _>(person)
    .bind::<BigInt, _>(page.fetch());
    let rows: Vec<MemberFields> = query.load(tx.conn()).await?;
    let page = ListPage::of(rows, page, |row| Position {
        key: Key::Number(row.confidence),
        id: row.person.person_id,
    });
    Ok(ListPage { items: with_evidence(tx, page.items).await?, next: page.next })
}

async fn with_evidence(tx: &mut TenantTx, rows: Vec<MemberFields>) -> Result<Vec<Member>, StoreError> {
    let people: Vec<Uuid> = rows.iter().map(|row| row.person.person_id).collect();
    let mut evidence: HashMap<Uuid, Vec<EvidenceRow>> = HashMap::new();
    for row in evidence_rows(tx, people).await? {
        evidence.entry(row.person_id).or_default().push(row);
    }
    let member = |fields: MemberFields| Member {
        evidence: evidence.remove(&fields.person.person_id).unwrap_or_default(),
        fields,
    };
    Ok(rows.into_iter().map(member).collect())
}

async fn evidence_rows(tx: &mut TenantTx, people: Vec<Uuid>) -> Result<Vec<EvidenceRow>, StoreError> {
    let trust = "CASE source WHEN 'sf_contact_role' THEN 9 WHEN 'title_parse' THEN 6 WHEN 'delivrai' THEN 5 ELSE 3 END";
    let query = statement(format!(
        "SELECT person_id, source, role, rule, confidence FROM role_evidence WHERE tenant_id = $1 AND person_id = ANY ($2) \
         ORDER BY person_id, {trust} * confidence DESC, source, role, rule"
    ));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(people);
    Ok(query.load(tx.conn()).await?)
}

/// # Errors
/// [`StoreError::NotFound`] when the person is not a member of such a group.
pub async fn get_member(tx: &mut TenantTx, group: Uuid, person: Uuid) -> Result<Member, StoreError> {
    let query = statement(format!("{MEMBERS} AND m.person_id = $3"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(group)
        .bind::<SqlUuid, _>(person);
    let row: MemberFields = query.get_result(tx.conn()).await?;
    with_evidence(tx, vec![row]).await?.pop().ok_or(StoreError::NotFound)
}

pub(super) async fn group_account(tx: &mut TenantTx, group: Uuid) -> Result<Uuid, MemberError> {
    account_of(tx, group).await.map_err(|error| match error {
        StoreError::NotFound => MemberError::NoSuchGroup,
        other => other.into(),
    })
}

/// How somebody comes in by a person's decision.
pub(super) struct Entry {
    pub(super) group: Uuid,
    pub(super) person: Uuid,
    pub(super) origin: &'static str,
    /// Of an accepted candidate.
    pub(super) discovered_from: Option<&'static str>,
    /// Confirmed with it, when given.
    pub(super) role: Option<Role>,
    pub(super) by: Actor,
    pub(super) now: DateTime<Utc>,
}

/// Adds a person of the account, or of none, to a group. A role that is given is confirmed by that.
///
/// # Errors
/// [`MemberError`]; then nothing may be kept.
pub async fn add_member(
    tx: &mut TenantTx,
    group: Uuid,
    person: Uuid,
    role: Option<Role>,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<Member, MemberError> {
    enter(tx, Entry { group, person, origin: "added", discovered_from: None, role, by, now }).await
}

pub(super) async fn enter(tx: &mut TenantTx, entry: Entry) -> Result<Member, MemberError> {
    one_at_a_time(tx).await?;
    let account = group_account(tx, entry.group).await?;
    let person = person_for(tx, account, entry.person).await?;
    let added = diesel::insert_into(table::table)
        .values((
            (
                table::tenant_id.eq(tx.tenant().0),
                table::group_id.eq(entry.group),
                table::person_id.eq(person),
            ),
            (table::role.eq("unknown"), table::confidence.eq(0)),
            (table::detected_role.eq("unknown"), table::detected_confidence.eq(0)),
            table::origin.eq(entry.origin),
            table::is_discovered.eq(entry.discovered_from.is_some()),
            table::discovered_from.eq(entry.discovered_from),
            (table::added_by.eq(requester_text(entry.by)), table::added_at.eq(entry.now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if added == 0 {
        return Err(MemberError::AlreadyMember);
    }
    // Who is wanted now was not wanted before.
    let dismissed = dismissed_candidates::table
        .filter(dismissed_candidates::tenant_id.eq(tx.tenant().0))
        .filter(dismissed_candidates::group_id.eq(entry.group))
        .filter(dismissed_candidates::person_id.eq(person));
    diesel::delete(dismissed).execute(tx.conn()).await.map_err(StoreError::from)?;
    regroup_accounts(tx, &[account], entry.now).await?;
    if let Some(role) = entry.role {
        confirm(tx, entry.group, person, role, entry.by, entry.now).await?;
    }
    Ok(get_member(tx, entry.group, person).await?)
}

/// The person, of a merged one the survivor, when they may be a member of a group of this account.
async fn person_for(tx: &mut TenantTx, account: Uuid, id: Uuid) -> Result<Uuid, MemberError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        home: Option<Uuid>,
    }
    let query = statement(format!(
        "SELECT p.id, {HOME} AS home FROM people q JOIN people p ON p.tenant_id = q.tenant_id \
           AND p.id = coalesce(q.merged_into, q.id) \
         WHERE q.tenant_id = $1 AND q.id = $2 AND p.deleted_at IS NULL"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(id);
    let found: Option<Found> = query.get_result(tx.conn()).await.optional().map_err(StoreError::from)?;
    match found {
        None => Err(MemberError::NoSuchPerson),
        Some(it) if it.home.is_some_and(|home| home != account) => Err(MemberError::OtherAccount),
        Some(it) => Ok(it.id),
    }
}

/// Takes a member out, for good: only a person can bring them back. Answers with the member as they were.
///
/// # Errors
/// [`MemberError`]; then nothing has changed.
pub async fn remove_member(
    tx: &mut TenantTx,
    group: Uuid,
    person: Uuid,
    reason: Option<&str>,
    by: Actor,
) -> Result<Member, MemberError> {
    one_at_a_time(tx).await?;
    group_account(tx, group).await?;
    let before = get_member(tx, group, person).await.map_err(no_such_member)?;
    diesel::delete(row(tx, group, person)).execute(tx.conn()).await.map_err(StoreError::from)?;
    super::candidates::remember_dismissed(tx, group, Some(person), None, reason, by).await?;
    measure_groups(tx, &[group], &BTreeSet::from([group])).await?;
    Ok(before)
}

/// A person says which part a member plays. Detection never changes it again; another confirmation does. Answers with the
/// member as they were and as they are.
///
/// # Errors
/// [`MemberError`]; then nothing has changed.
pub async fn confirm_member_role(
    tx: &mut TenantTx,
    group: Uuid,
    person: Uuid,
    role: Role,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<(Member, Member), MemberError> {
    one_at_a_time(tx).await?;
    group_account(tx, group).await?;
    let before = get_member(tx, group, person).await.map_err(no_such_member)?;
    confirm(tx, group, person, role, by, now).await?;
    Ok((before, get_member(tx, group, person).await?))
}

fn no_such_member(error: StoreError) -> MemberError {
    match error {
        StoreError::NotFound => MemberError::NoSuchMember,
        other => other.into(),
    }
}

async fn confirm(
    tx: &mut TenantTx,
    group: Uuid,
    person: Uuid,
    to: Role,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<(), MemberError> {
    let member = get_member(tx, group, person).await.map_err(no_such_member)?;
    let confirmed = member.fields.confirmed_at.map(|_| role(&member.fields.role));
    Confirmation::new(confirmed).confirm(to).map_err(MemberError::Role)?;
    let from: Vec<Value> =
        member.evidence.iter().map(|it| json!([it.source, it.role, it.rule, it.confidence])).collect();
    diesel::update(row(tx, group, person))
        .set((
            table::role.eq(to.as_str()),
            table::confidence.eq(millionths(buying_groups::Share::ONE)),
            table::source.eq("confirmed"),
            (table::confirmed_by.eq(requester_text(by)), table::confirmed_at.eq(now)),
            table::confirmed_from.eq(Value::Array(from)),
        ))
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    measure_groups(tx, &[group], &BTreeSet::from([group])).await?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn member_row(tenant: Uuid, group: Uuid, person: Uuid) -> _ {
    table::table
        .filter(table::tenant_id.eq(tenant))
        .filter(table::group_id.eq(group))
        .filter(table::person_id.eq(person))
}

fn row(tx: &TenantTx, group: Uuid, person: Uuid) -> member_row {
    member_row(tx.tenant().0, group, person)
}
