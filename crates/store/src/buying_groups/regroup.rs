//! Brings the groups of some accounts up to date with the facts: who is in, in which role, how sure, how complete.
//!
//! Doing it again changes nothing. Only these accounts' groups are read or written, and what a person decided stays:
//! a confirmed role, who was added, who was taken out.

mod merges;
mod people;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use buying_groups::{Completeness, Detection, Evidence, GroupMember, Trusts, completeness, detect};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

pub(super) use self::people::{GroupPerson, people_of_groups};
use super::conversations::{Talker, conversations};
use super::evidence::{Subject, evidence_of, named};
use super::settings::{Settings, settings};
use super::templates::templates;
use super::{millionths, role, share};
use crate::schema::{buying_group_members, buying_groups as groups, dismissed_candidates};
use crate::{StoreError, TenantTx, Topic};

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regrouped {
    /// Accounts looked at: those named that are still there, and the survivors of those that were merged.
    pub accounts: usize,
    /// Groups that were made.
    pub created: usize,
    /// Members who came in, or of whom something changed.
    pub changed: usize,
    /// Members whom no purchase names any more.
    pub left: usize,
}

struct GroupRow {
    id: Uuid,
    account: Uuid,
}

#[derive(Clone)]
struct MemberRow {
    group: Uuid,
    person: Uuid,
    /// Came by detection and no person has confirmed it.
    is_guess: bool,
}

/// Looks at these accounts again. In the caller's transaction, so that it is done with what the caller records about it.
///
/// # Errors
/// When the database is away.
pub async fn regroup_accounts(
    tx: &mut TenantTx,
    accounts: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Regrouped, StoreError> {
    one_at_a_time(tx).await?;
    let accounts = merges::follow(tx, accounts).await?;
    let people = people_of_groups(tx, &accounts).await?;
    let due = due_members(tx, &accounts, &people).await?;
    let mut groups = groups_of(tx, &accounts).await?;
    let created = create_missing(tx, &mut groups, &due).await?;
    let ids: Vec<Uuid> = groups.iter().map(|it| it.id).collect();
    let present = members_of(tx, &ids).await?;
    let dismissed = dismissed_of(tx, &ids).await?;

    let stays = |it: &&MemberRow| {
        let account = groups.iter().find(|group| group.id == it.group).map(|group| group.account);
        !it.is_guess || account.is_some_and(|account| due.contains(&(account, it.person)))
    };
    let (kept, gone): (Vec<&MemberRow>, Vec<&MemberRow>) = present.iter().partition(stays);
    let mut wanted: BTreeSet<(Uuid, Uuid)> = kept.iter().map(|it| (it.group, it.person)).collect();
    for group in &groups {
        let of_account = due.range((group.account, Uuid::nil())..=(group.account, Uuid::max()));
        wanted.extend(of_account.map(|(_, person)| (group.id, *person)));
    }
    wanted.retain(|it| !dismissed.contains(it) || kept.iter().any(|kept| (kept.group, kept.person) == *it));

    let settings = settings(tx).await?;
    let detections = detections(tx, &wanted, &people, &settings, now).await?;
    let left: Vec<(Uuid, Uuid)> = gone.iter().map(|it| (it.group, it.person)).collect();
    let mut touched = take_out(tx, &left).await?;
    let changed = write_members(tx, &wanted, &detections, &settings).await?;
    touched.extend(&changed);
    write_evidence(tx, &detections, &left).await?;
    let measured = measure_groups(tx, &ids, &touched).await?;
    if measured + created + changed.len() + left.len() > 0 {
        tx.changes(Topic::BuyingGroups);
    }
    Ok(Regrouped { accounts: accounts.len(), created, changed: changed.len(), left: left.len() })
}

/// Two who regroup one account at once would both make its group. One tenant's groups are looked at by one at a time.
pub(super) async fn one_at_a_time(tx: &mut TenantTx) -> Result<(), StoreError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7362))")
        .bind::<Text, _>(tx.tenant().to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// (account, person) of everybody whom a purchase names and who is not another account's.
async fn due_members(
    tx: &mut TenantTx,
    accounts: &[Uuid],
    people: &BTreeMap<Uuid, GroupPerson>,
) -> Result<BTreeSet<(Uuid, Uuid)>, StoreError> {
    let ids: Vec<Uuid> = people.keys().copied().collect();
    let mut due = BTreeSet::new();
    for named in named(tx, accounts, &ids).await? {
        let Some(person) = people.get(&named.person).filter(|it| it.alive) else { continue };
        let account = match (named.account, person.home) {
            (Some(account), None) => account,
            (Some(account), Some(home)) if account == home => account,
            (None, Some(home)) if accounts.binary_search(&home).is_ok() => home,
            _ => continue,
        };
        due.insert((account, named.person));
    }
    Ok(due)
}

async fn groups_of(tx: &mut TenantTx, accounts: &[Uuid]) -> Result<Vec<GroupRow>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = groups::table
        .filter(groups::tenant_id.eq(tx.tenant().0))
        .filter(groups::account_id.eq_any(accounts))
        .order(groups::id.asc())
        .select((groups::id, groups::account_id))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|(id, account)| GroupRow { id, account }).collect())
}

/// An account in which a purchase names somebody has a group. Where it has one for a tag only, that one serves.
async fn create_missing(
    tx: &mut TenantTx,
    groups: &mut Vec<GroupRow>,
    due: &BTreeSet<(Uuid, Uuid)>,
) -> Result<usize, StoreError> {
    let with_people: BTreeSet<Uuid> = due.iter().map(|(account, _)| *account).collect();
    let without: Vec<GroupRow> = with_people
        .into_iter()
        .filter(|account| groups.iter().all(|group| group.account != *account))
        .map(|account| GroupRow { id: Uuid::now_v7(), account })
        .collect();
    if without.is_empty() {
        return Ok(0);
    }
    diesel::sql_query(
        "INSERT INTO buying_groups (tenant_id, id, account_id) SELECT $1, g.* FROM unnest($2::uuid[], $3::uuid[]) g",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(without.iter().map(|it| it.id).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(without.iter().map(|it| it.account).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    let created = without.len();
    groups.extend(without);
    Ok(created)
}

async fn members_of(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<MemberRow>, StoreError> {
    use buying_group_members as m;
    let guessed = m::origin.eq("detected").and(m::confirmed_at.is_null());
    let rows: Vec<(Uuid, Uuid, bool)> = m::table
        .filter(m::tenant_id.eq(tx.tenant().0))
        .filter(m::group_id.eq_any(ids))
        .select((m::group_id, m::person_id, guessed))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|(group, person, is_guess)| MemberRow { group, person, is_guess }).collect())
}

async fn dismissed_of(tx: &mut TenantTx, ids: &[Uuid]) -> Result<BTreeSet<(Uuid, Uuid)>, StoreError> {
    use dismissed_candidates as d;
    let rows: Vec<(Uuid, Option<Uuid>)> = d::table
        .filter(d::tenant_id.eq(tx.tenant().0))
        .filter(d::group_id.eq_any(ids))
        .filter(d::person_id.is_not_null())
        .select((d::group_id, d::person_id))
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(group, person)| Some((group, person?))).collect())
}

async fn detections(
    tx: &mut TenantTx,
    wanted: &BTreeSet<(Uuid, Uuid)>,
    people: &BTreeMap<Uuid, GroupPerson>,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Detection>, StoreError> {
    let talkers: Vec<Talker> = people
        .iter()
        .filter(|(_, it)| it.alive)
        .filter_map(|(id, it)| Some(Talker { person: *id, account: it.home?, email: it.email.clone() }))
        .collect();
    let talks = conversations(tx, &talkers, now).await?;
    let subjects: BTreeSet<Uuid> = wanted.iter().map(|(_, person)| *person).collect();
    let subjects: Vec<Subject<'_>> = subjects
        .into_iter()
        .map(|person| Subject { person, title: people.get(&person).and_then(|it| it.title.as_deref()) })
        .collect();
    let mut evidence = evidence_of(tx, &subjects, &talks, settings, now).await?;
    let detected = subjects.iter().map(|it| {
        let evidence = evidence.remove(&it.person).unwrap_or_default();
        (it.person, detect(&evidence, &Trusts::default()))
    });
    Ok(detected.collect())
}

/// Answers with the groups.
async fn take_out(tx: &mut TenantTx, left: &[(Uuid, Uuid)]) -> Result<BTreeSet<Uuid>, StoreError> {
    if left.is_empty() {
        return Ok(BTreeSet::new());
    }
    let (groups, people): (Vec<Uuid>, Vec<Uuid>) = left.iter().copied().unzip();
    diesel::sql_query(
        "DELETE FROM buying_group_members m USING unnest($2::uuid[], $3::uuid[]) l (group_id, person_id) \
         WHERE m.tenant_id = $1 AND m.group_id = l.group_id AND m.person_id = l.person_id \
           AND m.origin = 'detected' AND m.confirmed_at IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(&groups)
    .bind::<Array<SqlUuid>, _>(people)
    .execute(tx.conn())
    .await?;
    Ok(groups.into_iter().collect())
}

/// Writes who is in and what is detected; a confirmed role and its certainty are not among what is set. Answers with the
/// group of each row that changed.
async fn write_members(
    tx: &mut TenantTx,
    wanted: &BTreeSet<(Uuid, Uuid)>,
    detections: &HashMap<Uuid, Detection>,
    settings: &Settings,
) -> Result<Vec<Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Changed {
        #[diesel(sql_type = SqlUuid)]
        group_id: Uuid,
    }
    let of = |person: &Uuid| &detections[person];
    macro_rules! column {
        (($group:ident, $person:ident) => $value:expr) => {
            wanted.iter().map(|($group, $person)| $value).collect::<Vec<_>>()
        };
    }
    let changed: Vec<Changed> = diesel::sql_query(
        "INSERT INTO buying_group_members AS m (tenant_id, group_id, person_id, role, confidence, source, detected_role, \
           detected_confidence, origin) \
         SELECT $1, n.group_id, n.person_id, n.role, n.confidence, n.source, n.role, n.detected, 'detected' \
         FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::bigint[]) \
           n (group_id, person_id, role, confidence, source, detected) \
         ON CONFLICT (tenant_id, group_id, person_id) DO UPDATE SET \
           role = CASE WHEN m.confirmed_at IS NULL THEN excluded.role ELSE m.role END, \
           confidence = CASE WHEN m.confirmed_at IS NULL THEN excluded.confidence ELSE m.confidence END, \
           source = CASE WHEN m.confirmed_at IS NULL THEN excluded.source ELSE m.source END, \
           detected_role = excluded.detected_role, detected_confidence = excluded.detected_confidence \
         WHERE (m.detected_role, m.detected_confidence) IS DISTINCT FROM \
             (excluded.detected_role, excluded.detected_confidence) \
           OR (m.confirmed_at IS NULL AND (m.role, m.confidence, m.source) IS DISTINCT FROM \
             (excluded.role, excluded.confidence, excluded.source)) \
         RETURNING m.group_id",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(column!((group, _person) => *group))
    .bind::<Array<SqlUuid>, _>(column!((_group, person) => *person))
    .bind::<Array<Text>, _>(column!((_group, person) => of(person).role.as_str()))
    .bind::<Array<BigInt>, _>(
        column!((_group, person) => millionths(settings.calibration.apply(of(person).confidence))),
    )
    .bind::<Array<Nullable<Text>>, _>(column!((_group, person) => loudest(of(person))))
    .bind::<Array<BigInt>, _>(column!((_group, person) => millionths(of(person).confidence)))
    .load(tx.conn())
    .await?;
    Ok(changed.into_iter().map(|row| row.group_id).collect())
}

/// The source that speaks loudest for the role.
fn loudest(detection: &Detection) -> Option<&'static str> {
    // The evidence lies in order of weight.
    let speaks = |it: &&Evidence| it.role == detection.role;
    detection.evidence.iter().find(speaks).map(|it| it.source.as_str())
}

/// Makes the evidence of everybody detected be exactly this; who is in no group any more needs none.
async fn write_evidence(
    tx: &mut TenantTx,
    detections: &HashMap<Uuid, Detection>,
    left: &[(Uuid, Uuid)],
) -> Result<(), StoreError> {
    let people: Vec<Uuid> = detections.keys().copied().collect();
    let rows: Vec<(Uuid, &Evidence)> =
        detections.iter().flat_map(|(person, found)| found.evidence.iter().map(|it| (*person, it))).collect();
    macro_rules! column {
        (($person:ident, $it:ident) => $value:expr) => {
            rows.iter().map(|($person, $it)| $value).collect::<Vec<_>>()
        };
    }
    let tenant = tx.tenant().0;
    diesel::sql_query(
        "DELETE FROM role_evidence e WHERE e.tenant_id = $1 AND ( \
           (e.person_id = ANY ($2) AND NOT EXISTS ( \
             SELECT FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) n (person_id, source, role, rule) \
             WHERE n.person_id = e.person_id AND n.source = e.source AND n.role = e.role AND n.rule = e.rule)) \
           OR (e.person_id = ANY ($7) AND NOT EXISTS ( \
             SELECT FROM buying_group_members m WHERE m.tenant_id = $1 AND m.person_id = e.person_id)))",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<SqlUuid>, _>(column!((person, _it) => *person))
    .bind::<Array<Text>, _>(column!((_person, it) => it.source.as_str()))
    .bind::<Array<Text>, _>(column!((_person, it) => it.role.as_str()))
    .bind::<Array<Text>, _>(column!((_person, it) => it.rule.as_ref()))
    .bind::<Array<SqlUuid>, _>(left.iter().map(|(_, person)| *person).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    diesel::sql_query(
        "INSERT INTO role_evidence AS e (tenant_id, person_id, source, role, rule, confidence) \
         SELECT $1, n.* FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[]) n \
         ON CONFLICT (tenant_id, person_id, source, role, rule) DO UPDATE SET confidence = excluded.confidence \
         WHERE e.confidence <> excluded.confidence",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(column!((person, _it) => *person))
    .bind::<Array<Text>, _>(column!((_person, it) => it.source.as_str()))
    .bind::<Array<Text>, _>(column!((_person, it) => it.role.as_str()))
    .bind::<Array<Text>, _>(column!((_person, it) => it.rule.as_ref()))
    .bind::<Array<BigInt>, _>(column!((_person, it) => millionths(it.confidence)))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Measures groups by their templates. `touched` are those of whose members anything changed. Answers with how many changed.
pub(super) async fn measure_groups(
    tx: &mut TenantTx,
    ids: &[Uuid],
    touched: &BTreeSet<Uuid>,
) -> Result<usize, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        solution_tag: String,
        #[diesel(sql_type = Nullable<Text>)]
        role: Option<String>,
        #[diesel(sql_type = Nullable<BigInt>)]
        confidence: Option<i64>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT g.id, g.solution_tag, m.role, m.confidence FROM buying_groups g \
           LEFT JOIN (buying_group_members m JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id \
             AND p.deleted_at IS NULL AND p.merged_into IS NULL) \
           ON m.tenant_id = g.tenant_id AND m.group_id = g.id \
         WHERE g.tenant_id = $1 AND g.id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())
    .await?;
    let mut members: BTreeMap<(Uuid, String), Vec<GroupMember>> = BTreeMap::new();
    for row in rows {
        let member = row.role.as_deref().zip(row.confidence).map(|(word, confidence)| GroupMember {
            role: role(word),
            confidence: share(confidence),
            engagement: None,
        });
        members.entry((row.id, row.solution_tag)).or_default().extend(member);
    }
    let templates = templates(tx).await?;
    let measured: Vec<(Uuid, usize, Completeness)> = members
        .into_iter()
        .map(|((id, tag), members)| {
            let template = templates.of_tag(Some(tag.as_str()).filter(|it| !it.is_empty()));
            (id, members.len(), completeness(&members, &template.template))
        })
        .collect();
    macro_rules! column {
        (($id:ident, $count:ident, $it:ident) => $value:expr) => {
            measured.iter().map(|($id, $count, $it)| $value).collect::<Vec<_>>()
        };
    }
    let changed = diesel::sql_query(
        "UPDATE buying_groups g SET status = n.status, member_count = n.members, by_count = n.by_count, \
           by_confidence = n.by_confidence, required_filled = n.required, missing = string_to_array(n.missing, ','), \
           updated_at = now() \
         FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) \
           n (id, status, members, by_count, by_confidence, required, missing) \
         WHERE g.tenant_id = $1 AND g.id = n.id AND (g.id = ANY ($9) OR (g.status, g.member_count, g.by_count, \
           g.by_confidence, g.required_filled, g.missing) IS DISTINCT FROM (n.status, n.members, n.by_count, \
           n.by_confidence, n.required, string_to_array(n.missing, ',')))",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(column!((id, _count, _it) => *id))
    .bind::<Array<Text>, _>(column!((_id, _count, it) => it.status.as_str()))
    .bind::<Array<BigInt>, _>(
        column!((_id, count, _it) => i64::try_from(*count).expect("a group fits in memory")),
    )
    .bind::<Array<BigInt>, _>(column!((_id, _count, it) => millionths(it.by_count)))
    .bind::<Array<BigInt>, _>(column!((_id, _count, it) => millionths(it.by_confidence)))
    .bind::<Array<BigInt>, _>(column!((_id, _count, it) => millionths(it.required)))
    .bind::<Array<Text>, _>(column!((_id, _count, it) => {
        it.missing.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
    }))
    .bind::<Array<SqlUuid>, _>(touched.iter().copied().collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(changed)
}
