//! Groups as they are shown: how complete in both readings, what is missing, how engaged.

use std::collections::{BTreeMap, HashMap};

use buying_groups::{Completeness, GroupMember, completeness, group_engagement};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use tenancy::Actor;
use uuid::Uuid;

use super::regroup::{one_at_a_time, regroup_accounts};
use super::templates::{RoleTemplate, templates};
use super::{role, share, tag};
use crate::crm::AccountRef;
use crate::jobs::{requester, requester_text};
use crate::schema::buying_groups as groups;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// A group with what was measured of it. Shares are millionths, points thousandths.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub id: Uuid,
    pub account: AccountRef,
    pub solution_tag: Option<String>,
    pub status: String,
    pub member_count: i64,
    pub by_count: i64,
    pub by_confidence: i64,
    /// Of the required roles.
    pub required_filled: i64,
    pub missing: Vec<String>,
    /// By the scores as the last run left them; none when no member of a role that counts has any.
    pub engagement: Option<i64>,
    /// None for a group that a sync found.
    pub created_by: Option<Actor>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A group with its template and every role of it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupDetail {
    pub group: Group,
    pub template: RoleTemplate,
    pub completeness: Completeness,
}

/// Why a group was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateGroupError {
    #[error("there is no such account")]
    NoSuchAccount,
    #[error("the account has a group for this tag")]
    Exists,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    account_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    account_domain: Option<String>,
    #[diesel(sql_type = Text)]
    solution_tag: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    member_count: i64,
    #[diesel(sql_type = BigInt)]
    by_count: i64,
    #[diesel(sql_type = BigInt)]
    by_confidence: i64,
    #[diesel(sql_type = BigInt)]
    required_filled: i64,
    #[diesel(sql_type = Array<Text>)]
    missing: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    created_by: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

const GROUPS: &str = "SELECT g.id, g.account_id, a.name AS account_name, a.domain AS account_domain, g.solution_tag, \
    g.status, g.member_count, g.by_count, g.by_confidence, g.required_filled, g.missing, g.created_by, g.created_at, \
    g.updated_at FROM buying_groups g JOIN accounts a ON a.tenant_id = g.tenant_id AND a.id = g.account_id \
    WHERE g.tenant_id = $1 AND a.deleted_at IS NULL ";

async fn shown(tx: &mut TenantTx, rows: Vec<Row>) -> Result<Vec<Group>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let members = counted_members(tx, &ids).await?;
    let templates = templates(tx).await?;
    let group = |row: Row| {
        let solution_tag = tag(row.solution_tag);
        let template = templates.of_tag(solution_tag.as_deref());
        let of_group = members.get(&row.id).map_or(&[][..], Vec::as_slice);
        Group {
            engagement: group_engagement(of_group, &template.template),
            id: row.id,
            account: AccountRef { id: row.account_id, name: row.account_name, domain: row.account_domain },
            solution_tag,
            status: row.status,
            member_count: row.member_count,
            by_count: row.by_count,
            by_confidence: row.by_confidence,
            required_filled: row.required_filled,
            missing: row.missing,
            created_by: row.created_by.as_deref().and_then(requester),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    };
    Ok(rows.into_iter().map(group).collect())
}

/// Each group's members as far as they count, with their engagement.
async fn counted_members(
    tx: &mut TenantTx,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<GroupMember>>, StoreError> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = SqlUuid)]
        group_id: Uuid,
        #[diesel(sql_type = Text)]
        role: String,
        #[diesel(sql_type = BigInt)]
        confidence: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        engagement: Option<i64>,
    }
    let query = statement(
        "SELECT m.group_id, m.role, m.confidence, e.engagement FROM buying_group_members m \
           JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id \
           LEFT JOIN engagements e ON e.tenant_id = m.tenant_id AND e.entity_type = 'person' AND e.entity_id = m.person_id \
         WHERE m.tenant_id = $1 AND m.group_id = ANY ($2) AND p.deleted_at IS NULL AND p.merged_into IS NULL",
    );
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(ids.to_vec());
    let rows: Vec<Counted> = query.load(tx.conn()).await?;
    let mut members: HashMap<Uuid, Vec<GroupMember>> = HashMap::new();
    for row in rows {
        members.entry(row.group_id).or_default().push(GroupMember {
            role: role(&row.role),
            confidence: share(row.confidence),
            engagement: row.engagement,
        });
    }
    Ok(members)
}

/// The groups of these accounts, in order of tags; accounts without any are left out.
///
/// # Errors
/// When the database refuses.
pub async fn groups_of_accounts(
    tx: &mut TenantTx,
    accounts: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Group>>, StoreError> {
    let query = statement(format!("{GROUPS} AND g.account_id = ANY ($2) ORDER BY g.solution_tag, g.id"));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<Array<SqlUuid>, _>(accounts.to_vec());
    let rows: Vec<Row> = query.load(tx.conn()).await?;
    let mut found: BTreeMap<Uuid, Vec<Group>> = BTreeMap::new();
    for group in shown(tx, rows).await? {
        found.entry(group.account.id).or_default().push(group);
    }
    Ok(found)
}

/// The groups of an account, of a merged one its survivor's.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such account, or it is deleted.
pub async fn list_groups_of_account(tx: &mut TenantTx, account: Uuid) -> Result<Vec<Group>, StoreError> {
    let account = crate::crm::surviving_account(tx, account).await?;
    Ok(groups_of_accounts(tx, &[account]).await?.remove(&account).unwrap_or_default())
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such group, or its account is deleted.
pub async fn get_group(tx: &mut TenantTx, id: Uuid) -> Result<GroupDetail, StoreError> {
    let query = statement(format!("{GROUPS} AND g.id = $2"));
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(id);
    let row: Row = query.get_result(tx.conn()).await?;
    let group = shown(tx, vec![row]).await?.pop().ok_or(StoreError::NotFound)?;
    let members = counted_members(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let template = templates(tx).await?.of_tag(group.solution_tag.as_deref()).clone();
    let completeness = completeness(&members, &template.template);
    Ok(GroupDetail { group, template, completeness })
}

/// Makes a group and lets in whom a purchase names.
///
/// # Errors
/// [`CreateGroupError`]; then nothing has changed.
pub async fn create_group(
    tx: &mut TenantTx,
    account: Uuid,
    solution_tag: Option<&str>,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<GroupDetail, CreateGroupError> {
    one_at_a_time(tx).await?;
    let account = crate::crm::surviving_account(tx, account).await.map_err(|error| match error {
        StoreError::NotFound => CreateGroupError::NoSuchAccount,
        other => other.into(),
    })?;
    let id = Uuid::now_v7();
    let made = diesel::insert_into(groups::table)
        .values((
            groups::tenant_id.eq(tx.tenant().0),
            groups::id.eq(id),
            groups::account_id.eq(account),
            groups::solution_tag.eq(solution_tag.unwrap_or_default()),
            groups::created_by.eq(requester_text(by)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if made == 0 {
        return Err(CreateGroupError::Exists);
    }
    regroup_accounts(tx, &[account], now).await?;
    Ok(get_group(tx, id).await?)
}

/// The account of a group.
pub(super) async fn account_of(tx: &mut TenantTx, id: Uuid) -> Result<Uuid, StoreError> {
    let query = statement(
        "SELECT g.account_id AS id FROM buying_groups g \
           JOIN accounts a ON a.tenant_id = g.tenant_id AND a.id = g.account_id \
         WHERE g.tenant_id = $1 AND g.id = $2 AND a.deleted_at IS NULL",
    );
    #[derive(QueryableByName)]
    struct Account {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let query = query.bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(id);
    let row: Account = query.get_result(tx.conn()).await?;
    Ok(row.id)
}
