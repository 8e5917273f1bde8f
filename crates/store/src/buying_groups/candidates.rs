//! Candidates for what a group lacks: who they are, how well they would do, and what a person decided about them.

use std::collections::{BTreeSet, HashMap, HashSet};

use buying_groups::{Candidate, CandidateOrigin, Evidence, Ranked, Role, Source, Trusts, discover};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use tenancy::Actor;
use uuid::Uuid;

use super::conversations::{Conversations, Talker, conversations};
use super::evidence::{Subject, evidence_of};
use super::groups::get_group;
use super::members::{Entry, Member, MemberBrief, MemberError, enter, group_account};
use super::regroup::{GroupPerson, one_at_a_time, people_of_groups};
use super::settings::{Settings, settings};
use crate::jobs::requester_text;
use crate::schema::{accounts, buying_group_members, dismissed_candidates as dismissed, people};
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// Who a candidate is: somebody we know, or an address that nobody has yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandidateKey {
    Person(Uuid),
    Email(String),
}

/// A candidate with rank and reasons.
#[derive(Clone, Debug)]
pub struct FoundCandidate {
    pub ranked: Ranked<CandidateKey>,
    /// None for an address that nobody has yet.
    pub person: Option<MemberBrief>,
    pub engagement: Option<i64>,
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// What a group lacks, and who might fill it, best first.
#[derive(Clone, Debug)]
pub struct GroupCandidates {
    pub missing: Vec<Role>,
    pub candidates: Vec<FoundCandidate>,
}

/// Why a candidate was neither accepted nor dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CandidateRefused {
    #[error("there is no such group")]
    NoSuchGroup,
    #[error("nobody of this id or address is a candidate for the group")]
    NoSuchCandidate,
    #[error("the candidate was dismissed already")]
    AlreadyDismissed,
    #[error("unknown is not a role that can be confirmed")]
    UnknownRole,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MemberError> for CandidateRefused {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NoSuchGroup => Self::NoSuchGroup,
            MemberError::Role(_) => Self::UnknownRole,
            MemberError::Store(error) => Self::Store(error),
            MemberError::NoSuchPerson
            | MemberError::NoSuchMember
            | MemberError::AlreadyMember
            | MemberError::OtherAccount => Self::NoSuchCandidate,
        }
    }
}

/// Who might fill what a group lacks: people of the account who are active, people whose address is of the account's domain,
/// and addresses of it that were seen and belong to nobody. Members and dismissed ones are none.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such group.
pub async fn get_candidates(
    tx: &mut TenantTx,
    group: Uuid,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<GroupCandidates, StoreError> {
    let detail = get_group(tx, group).await?;
    let missing = detail.completeness.missing.clone();
    if missing.is_empty() {
        return Ok(GroupCandidates { missing, candidates: Vec::new() });
    }
    let pool = Pool::read(tx, group, detail.group.account.id, now).await?;
    let ranked =
        discover(pool.candidates(now), &detail.template.template, &detail.completeness, &Trusts::default());
    let briefs = briefs(tx, &ranked[..ranked.len().min(limit)]).await?;
    let found = ranked.into_iter().take(limit).map(|ranked| {
        let person = match &ranked.key {
            CandidateKey::Person(id) => briefs.get(id).cloned(),
            CandidateKey::Email(_) => None,
        };
        let active = match &ranked.key {
            CandidateKey::Person(id) => pool.activity.get(id).copied(),
            CandidateKey::Email(_) => None,
        };
        let (engagement, last_activity_at) = active.unwrap_or_default();
        FoundCandidate { ranked, person, engagement, last_activity_at }
    });
    Ok(GroupCandidates { missing, candidates: found.collect() })
}

/// Everybody who might be a candidate, with what is known of them.
struct Pool {
    people: Vec<(GroupPerson, CandidateOrigin)>,
    /// Addresses of the account's domain that nobody has, with the intent vendors' roles for them.
    addresses: HashMap<String, Vec<Evidence>>,
    evidence: HashMap<Uuid, Vec<Evidence>>,
    activity: HashMap<Uuid, (Option<i64>, Option<DateTime<Utc>>)>,
    members: BTreeSet<Uuid>,
    talks: Conversations,
}

impl Pool {
    async fn read(
        tx: &mut TenantTx,
        group: Uuid,
        account: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let tenant = tx.tenant().0;
        let domain: Option<String> = accounts::table
            .filter(accounts::tenant_id.eq(tenant).and(accounts::id.eq(account)))
            .select(accounts::domain)
            .first(tx.conn())
            .await?;
        let settings = settings(tx).await?;
        let (out_people, out_emails) = dismissed_of(tx, group).await?;
        let members = members_of(tx, group).await?;
        let all = people_of_groups(tx, &[account]).await?;
        let activity = activity_of(tx, all.keys().copied().collect()).await?;
        let talkers: Vec<Talker> = all
            .values()
            .filter(|it| it.alive && it.home.is_none_or(|home| home == account))
            .map(|it| Talker { person: it.id, account, email: it.email.clone() })
            .collect();
        let talks = conversations(tx, &talkers, now).await?;
        let known: HashSet<String> = all.values().filter_map(|it| it.email.clone()).collect();
        let people: Vec<(GroupPerson, CandidateOrigin)> = all
            .into_values()
            .filter(|it| it.alive && it.home.is_none_or(|home| home == account))
            .filter(|it| !members.contains(&it.id) && !out_people.contains(&it.id))
            .filter_map(|it| {
                let active = activity.get(&it.id).is_some_and(|(_, last)| last.is_some());
                let of_domain = domain.is_some() && it.work_domain == domain;
                let origin = match (active, of_domain) {
                    (true, _) => CandidateOrigin::ActivePerson,
                    (false, true) => CandidateOrigin::AccountDomain,
                    (false, false) => return None,
                };
                Some((it, origin))
            })
            .collect();
        let subjects: Vec<Subject<'_>> =
            people.iter().map(|(it, _)| Subject { person: it.id, title: it.title.as_deref() }).collect();
        let evidence = evidence_of(tx, &subjects, &talks, &settings, now).await?;
        let mut addresses = match &domain {
            Some(domain) => strangers(tx, domain, &talks, &members, &settings, now).await?,
            None => HashMap::new(),
        };
        addresses.retain(|email, _| !known.contains(email) && !out_emails.contains(email));
        Ok(Self { people, addresses, evidence, activity, members, talks })
    }

    fn candidates(&self, now: DateTime<Utc>) -> Vec<Candidate<CandidateKey>> {
        let known = self.people.iter().map(|(person, origin)| Candidate {
            key: CandidateKey::Person(person.id),
            origin: *origin,
            evidence: self.evidence.get(&person.id).cloned().unwrap_or_default(),
            contacts: self.talks.contacts_of(person.id, &self.members, now),
            engagement: self.activity.get(&person.id).and_then(|(points, _)| *points),
        });
        let met = self.talks.strangers(&self.members, now);
        let unknown = self.addresses.iter().map(|(email, evidence)| Candidate {
            key: CandidateKey::Email(email.clone()),
            origin: CandidateOrigin::DiscoveredEmail,
            evidence: evidence.clone(),
            contacts: met.get(email.as_str()).cloned().unwrap_or_default(),
            engagement: None,
        });
        known.chain(unknown).collect()
    }
}

async fn members_of(tx: &mut TenantTx, group: Uuid) -> Result<BTreeSet<Uuid>, StoreError> {
    use buying_group_members as m;
    let of_group = m::table.filter(m::tenant_id.eq(tx.tenant().0)).filter(m::group_id.eq(group));
    let ids: Vec<Uuid> = of_group.select(m::person_id).load(tx.conn()).await?;
    Ok(ids.into_iter().collect())
}

async fn dismissed_of(
    tx: &mut TenantTx,
    group: Uuid,
) -> Result<(HashSet<Uuid>, HashSet<String>), StoreError> {
    let rows: Vec<(Option<Uuid>, Option<String>)> = dismissed::table
        .filter(dismissed::tenant_id.eq(tx.tenant().0))
        .filter(dismissed::group_id.eq(group))
        .select((dismissed::person_id, dismissed::email))
        .load(tx.conn())
        .await?;
    let people = rows.iter().filter_map(|(person, _)| *person).collect();
    Ok((people, rows.into_iter().filter_map(|(_, email)| email).collect()))
}

type Activity = HashMap<Uuid, (Option<i64>, Option<DateTime<Utc>>)>;

async fn activity_of(tx: &mut TenantTx, people: Vec<Uuid>) -> Result<Activity, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        entity_id: Uuid,
        #[diesel(sql_type = Nullable<BigInt>)]
        engagement: Option<i64>,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        last_activity_at: Option<DateTime<Utc>>,
    }
    let query = statement(
        "SELECT entity_id, engagement, last_activity_at FROM engagements \
         WHERE tenant_id = $1 AND entity_type = 'person' AND entity_id = ANY ($2)",
    );
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(people);
    let rows: Vec<Row> = query.load(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.entity_id, (row.engagement, row.last_activity_at))).collect())
}

/// Addresses of the domain that belong to no person of the tenant's.
async fn strangers(
    tx: &mut TenantTx,
    domain: &str,
    talks: &Conversations,
    members: &BTreeSet<Uuid>,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<HashMap<String, Vec<Evidence>>, StoreError> {
    #[derive(QueryableByName)]
    struct Said {
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Nullable<Text>)]
        record: Option<String>,
        #[diesel(sql_type = Nullable<Text>)]
        role: Option<String>,
    }
    let at_domain = |email: &str| email.rsplit_once('@').is_some_and(|(_, it)| it == domain);
    let seen: Vec<String> =
        talks.strangers(members, now).into_keys().filter(|it| at_domain(it)).map(str::to_owned).collect();
    let query = statement(
        "SELECT s.email, s.record, s.role FROM ( \
           SELECT i.email, i.external_id AS record, i.role FROM intent_roles i \
             WHERE i.tenant_id = $1 AND i.work_domain = $2 AND i.person_id IS NULL AND i.email IS NOT NULL \
           UNION ALL SELECT e.email, NULL, NULL FROM unnest($3::text[]) e (email)) s \
         WHERE NOT EXISTS (SELECT FROM people p WHERE p.tenant_id = $1 AND p.email = s.email \
           AND (p.deleted_at IS NULL OR p.merged_into IS NOT NULL))",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Text, _>(domain.to_owned())
    .bind::<Array<Text>, _>(seen);
    let rows: Vec<Said> = query.load(tx.conn()).await?;
    let mut found: HashMap<String, Vec<Evidence>> = HashMap::new();
    for row in rows {
        let evidence = row.role.zip(row.record);
        let evidence = evidence
            .and_then(|(role, record)| settings.buying_unit.evidence(Source::Delivrai, &role, &record));
        found.entry(row.email).or_default().extend(evidence);
    }
    Ok(found)
}

async fn briefs(
    tx: &mut TenantTx,
    ranked: &[Ranked<CandidateKey>],
) -> Result<HashMap<Uuid, MemberBrief>, StoreError> {
    let ids: Vec<Uuid> = ranked
        .iter()
        .filter_map(|it| match it.key {
            CandidateKey::Person(id) => Some(id),
            CandidateKey::Email(_) => None,
        })
        .collect();
    let query = statement(
        "SELECT p.id AS person_id, p.first_name, p.last_name, p.email, p.title FROM people p \
         WHERE p.tenant_id = $1 AND p.id = ANY ($2)",
    );
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(ids);
    let rows: Vec<MemberBrief> = query.load(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// Makes a candidate a member. An address that nobody had becomes a person of the account.
///
/// # Errors
/// [`CandidateRefused`]; then nothing may be kept.
pub async fn accept_candidate(
    tx: &mut TenantTx,
    group: Uuid,
    candidate: &CandidateKey,
    role: Option<Role>,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<Member, CandidateRefused> {
    one_at_a_time(tx).await?;
    let account = group_account(tx, group).await?;
    let pool = Pool::read(tx, group, account, now).await?;
    let (person, origin) = match candidate {
        CandidateKey::Person(id) => {
            let found = pool.people.iter().find(|(it, _)| it.id == *id);
            let (person, origin) = found.ok_or(CandidateRefused::NoSuchCandidate)?;
            (person.id, *origin)
        }
        CandidateKey::Email(email) if pool.addresses.contains_key(email) => {
            (new_person(tx, account, email).await?, CandidateOrigin::DiscoveredEmail)
        }
        CandidateKey::Email(_) => return Err(CandidateRefused::NoSuchCandidate),
    };
    let discovered_from = Some(origin.as_str());
    let entry = Entry { group, person, origin: "accepted", discovered_from, role, by, now };
    Ok(enter(tx, entry).await?)
}

/// A later sync finds them by the address.
async fn new_person(tx: &mut TenantTx, account: Uuid, email: &str) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    diesel::insert_into(people::table)
        .values((
            people::tenant_id.eq(tx.tenant().0),
            people::id.eq(id),
            people::email.eq(email),
            people::work_domain.eq(domain),
            people::account_id.eq(account),
        ))
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// Takes a candidate off the list, for good.
///
/// # Errors
/// [`CandidateRefused`]; then nothing has changed.
pub async fn dismiss_candidate(
    tx: &mut TenantTx,
    group: Uuid,
    candidate: &CandidateKey,
    reason: Option<&str>,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<(), CandidateRefused> {
    one_at_a_time(tx).await?;
    let account = group_account(tx, group).await?;
    let (people, emails) = dismissed_of(tx, group).await?;
    let pool = Pool::read(tx, group, account, now).await?;
    let (already, is_one) = match candidate {
        CandidateKey::Person(id) => (people.contains(id), pool.people.iter().any(|(it, _)| it.id == *id)),
        CandidateKey::Email(email) => (emails.contains(email), pool.addresses.contains_key(email)),
    };
    match (already, is_one) {
        (true, _) => Err(CandidateRefused::AlreadyDismissed),
        (false, false) => Err(CandidateRefused::NoSuchCandidate),
        (false, true) => {
            let (person, email) = match candidate {
                CandidateKey::Person(id) => (Some(*id), None),
                CandidateKey::Email(email) => (None, Some(email.as_str())),
            };
            remember_dismissed(tx, group, person, email, reason, by).await?;
            Ok(())
        }
    }
}

pub(super) async fn remember_dismissed(
    tx: &mut TenantTx,
    group: Uuid,
    person: Option<Uuid>,
    email: Option<&str>,
    reason: Option<&str>,
    by: Actor,
) -> Result<(), StoreError> {
    diesel::insert_into(dismissed::table)
        .values((
            dismissed::tenant_id.eq(tx.tenant().0),
            dismissed::id.eq(Uuid::now_v7()),
            dismissed::group_id.eq(group),
            dismissed::person_id.eq(person),
            dismissed::email.eq(email),
            dismissed::reason.eq(reason),
            dismissed::dismissed_by.eq(requester_text(by)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}
