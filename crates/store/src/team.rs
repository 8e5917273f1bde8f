//! The team as it is listed and changed. The rules of who may change whom are `tenancy`'s.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{MembershipRefused, Role, RoleChange, TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, ListPage, PageRequest, Position, end_of_prefix};
use crate::schema::{login_identities, memberships, sessions, user_tenants, users};
use crate::{StoreError, SystemTx, TenantTx};

/// A human, over all organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: Option<String>,
}

/// A user in this organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: User,
    pub role: Role,
    pub suspended: bool,
    pub joined_at: DateTime<Utc>,
}

/// Why a change of membership did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] MembershipRefused),
}

impl From<diesel::result::Error> for MemberError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Remembers which user an outside issuer's subject is.
///
/// # Errors
/// [`StoreError::Reference`] when there is no such user.
pub async fn link_identity(
    tx: &mut TenantTx,
    issuer: &str,
    subject: &str,
    user: UserId,
) -> Result<(), StoreError> {
    diesel::insert_into(login_identities::table)
        .values((
            login_identities::issuer.eq(issuer),
            login_identities::subject.eq(subject),
            login_identities::user_id.eq(user.0),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// # Errors
/// [`StoreError::NotFound`] when nobody is known by this subject.
pub async fn find_user_by_identity(
    tx: &mut SystemTx,
    issuer: &str,
    subject: &str,
) -> Result<User, StoreError> {
    let found = login_identities::table
        .inner_join(users::table.on(users::id.eq(login_identities::user_id)))
        .filter(login_identities::issuer.eq(issuer).and(login_identities::subject.eq(subject)))
        .select(UserRow::as_select())
        .first(tx.conn())
        .await?;
    Ok(found.into())
}

/// Which organizations a user may enter.
///
/// # Errors
/// When the database refuses.
pub async fn list_tenants_of_user(tx: &mut SystemTx, user: UserId) -> Result<Vec<TenantId>, StoreError> {
    let found = user_tenants::table.filter(user_tenants::user_id.eq(user.0)).select(user_tenants::tenant_id);
    Ok(found.load::<Uuid>(tx.conn()).await?.into_iter().map(TenantId).collect())
}

/// # Errors
/// [`StoreError::NotFound`] when the user is no member here.
pub async fn get_member(tx: &mut TenantTx, user: UserId) -> Result<Member, StoreError> {
    let found = memberships::table
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(memberships::tenant_id.eq(tx.tenant().0).and(memberships::user_id.eq(user.0)))
        .select((MemberRow::as_select(), UserRow::as_select()))
        .first::<(MemberRow, UserRow)>(tx.conn())
        .await?;
    member(found)
}

/// Which members to list.
#[derive(Clone, Debug, Default)]
pub struct TeamFilter {
    pub role: Option<Role>,
    /// The beginning of the e-mail address, in any case.
    pub search: Option<String>,
}

/// Members by e-mail address.
///
/// # Errors
/// When the database refuses.
pub async fn list_team(
    tx: &mut TenantTx,
    filter: &TeamFilter,
    page: &PageRequest,
) -> Result<ListPage<Member>, StoreError> {
    let mut query =
        team(tx.tenant(), filter).order((users::email_lower.asc(), users::id.asc())).limit(page.fetch());
    if let Some(after) = &page.after {
        let key = after.text().unwrap_or_default().to_owned();
        query = query.filter(users::email_lower.gt(key));
    }
    let select = (MemberRow::as_select(), UserRow::as_select());
    let rows = query.select(select).load::<(MemberRow, UserRow)>(tx.conn()).await?;
    let members = rows.into_iter().map(member).collect::<Result<Vec<_>, _>>()?;
    Ok(ListPage::of(members, page, |m| Position {
        key: Key::Text(m.user.email.to_lowercase()),
        id: m.user.id.0,
    }))
}

/// # Errors
/// When the database refuses.
pub async fn count_team(tx: &mut TenantTx, filter: &TeamFilter) -> Result<i64, StoreError> {
    Ok(team(tx.tenant(), filter).count().get_result(tx.conn()).await?)
}

#[diesel::dsl::auto_type]
fn joined() -> _ {
    memberships::table.inner_join(users::table.on(users::id.eq(memberships::user_id)))
}

type Team<'a> = diesel::helper_types::IntoBoxed<'a, joined, diesel::pg::Pg>;

fn team<'a>(tenant: TenantId, filter: &TeamFilter) -> Team<'a> {
    let mut query = joined().into_boxed().filter(memberships::tenant_id.eq(tenant.0));
    if let Some(role) = filter.role {
        query = query.filter(memberships::role.eq(role.as_str()));
    }
    if let Some(search) = &filter.search {
        let from = search.to_lowercase();
        let to = end_of_prefix(&from);
        query = query.filter(users::email_lower.ge(from)).filter(users::email_lower.lt(to));
    }
    query
}

/// How many active admins there are.
///
/// # Errors
/// When the database refuses.
pub async fn count_admins(tx: &mut TenantTx) -> Result<u32, StoreError> {
    let count: i64 = memberships::table
        .filter(memberships::tenant_id.eq(tx.tenant().0))
        .filter(memberships::role.eq(Role::Admin.as_str()).and(memberships::status.eq("active")))
        .count()
        .get_result(tx.conn())
        .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Changes a member's role, or says why not. Two who change roles at once come one after the other.
///
/// # Errors
/// [`StoreError::NotFound`] for no member of this organization, or [`MembershipRefused`].
pub async fn change_role(
    tx: &mut TenantTx,
    caller: Role,
    user: UserId,
    wanted: Role,
) -> Result<(RoleChange, Member), MemberError> {
    lock_members(tx).await?;
    let current = get_member(tx, user).await?;
    let change = tenancy::change_role(caller, current.role, wanted, count_admins(tx).await?)?;
    if change == RoleChange::Unchanged {
        return Ok((change, current));
    }
    diesel::update(memberships::table)
        .filter(memberships::tenant_id.eq(tx.tenant().0).and(memberships::user_id.eq(user.0)))
        .set((memberships::role.eq(wanted.as_str()), memberships::updated_at.eq(Utc::now())))
        .execute(tx.conn())
        .await?;
    Ok((change, Member { role: wanted, ..current }))
}

/// Removes a member and ends their sessions here. Answers with whom, and how many sessions ended.
///
/// # Errors
/// As for [`change_role`].
pub async fn remove_member(
    tx: &mut TenantTx,
    caller: Role,
    user: UserId,
) -> Result<(Member, i64), MemberError> {
    lock_members(tx).await?;
    let current = get_member(tx, user).await?;
    tenancy::remove_member(caller, current.role, count_admins(tx).await?)?;
    let tenant = tx.tenant().0;
    let ended: i64 = sessions::table
        .filter(sessions::tenant_id.eq(tenant).and(sessions::user_id.eq(user.0)))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(Utc::now())))
        .count()
        .get_result(tx.conn())
        .await?;
    // The sessions go with it, by their foreign key.
    diesel::delete(memberships::table)
        .filter(memberships::tenant_id.eq(tenant).and(memberships::user_id.eq(user.0)))
        .execute(tx.conn())
        .await?;
    diesel::delete(user_tenants::table)
        .filter(user_tenants::user_id.eq(user.0).and(user_tenants::tenant_id.eq(tenant)))
        .execute(tx.conn())
        .await?;
    Ok((current, ended))
}

/// The count of admins must not change between reading it and acting on it.
async fn lock_members(tx: &mut TenantTx) -> Result<(), StoreError> {
    memberships::table
        .filter(memberships::tenant_id.eq(tx.tenant().0).and(memberships::role.eq(Role::Admin.as_str())))
        .order(memberships::id)
        .select(memberships::id)
        .for_update()
        .load::<Uuid>(tx.conn())
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: Uuid,
    email: String,
    name: Option<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct MemberRow {
    role: String,
    status: String,
    created_at: DateTime<Utc>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self { id: UserId(row.id), email: row.email, name: row.name }
    }
}

fn member((row, user): (MemberRow, UserRow)) -> Result<Member, StoreError> {
    let role = parse_role(&row.role)?;
    Ok(Member { user: user.into(), role, suspended: row.status == "suspended", joined_at: row.created_at })
}

/// A role as the table keeps it; its CHECK allows no other.
pub(crate) fn parse_role(role: &str) -> Result<Role, StoreError> {
    Role::ALL.into_iter().find(|known| known.as_str() == role).ok_or(StoreError::Bug)
}
