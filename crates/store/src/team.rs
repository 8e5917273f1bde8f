//! The team as it is listed and changed. The rules of who may change whom are `tenancy`'s.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use tenancy::{MembershipRefused, Role, RoleChange, TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{
    credential_directory, login_identities, memberships, sessions, tenant_directory, tenants, user_tenants,
    users,
};
use crate::statement::first_of;
use crate::{StoreError, SystemTx, TenantTx, Topic};

diesel::define_sql_function! { fn lower(text: sql_types::Text) -> sql_types::Text }
diesel::define_sql_function! {
    fn coalesce(first: sql_types::Nullable<sql_types::Text>, other: sql_types::Text) -> sql_types::Text
}
diesel::define_sql_function! { fn starts_with(text: sql_types::Text, prefix: sql_types::Text) -> sql_types::Bool }

/// What the team is ordered by: the name, or the address where there is none, in lower case.
macro_rules! sort_key {
    () => {
        lower(coalesce(users::name, users::email))
    };
}

/// A human, over all organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: Option<String>,
}

/// A user who is an active member of this organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: User,
    pub role: Role,
    pub joined_at: DateTime<Utc>,
}

/// Why a change of membership did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] MembershipRefused),
    /// The role follows what an outside issuer says, so a change here would be undone at the member's next call.
    #[error("the member's role is kept by an outside issuer")]
    KeptOutside,
}

impl From<diesel::result::Error> for MemberError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
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
        .filter(memberships::status.eq("active"))
        .select((MemberRow::as_select(), UserRow::as_select()))
        .first::<(MemberRow, UserRow)>(tx.conn())
        .await?;
    member(found)
}

/// Which members to list.
#[derive(Clone, Debug, Default)]
pub struct TeamFilter {
    pub role: Option<Role>,
    /// The beginning of the name or the e-mail address, in any case.
    pub search: Option<String>,
}

/// Members by name.
///
/// # Errors
/// When the database refuses.
pub async fn list_team(
    tx: &mut TenantTx,
    filter: &TeamFilter,
    page: &PageRequest,
) -> Result<ListPage<Member>, StoreError> {
    let mut query = team(tx.tenant(), filter).order((sort_key!().asc(), users::id.asc()));
    if let Some((key, id)) = page.after.as_ref().and_then(|after| Some((after.text()?.to_owned(), after.id)))
    {
        let beside = sort_key!().eq(key.clone()).and(users::id.gt(id));
        query = query.filter(sort_key!().gt(key).or(beside));
    }
    let select = (MemberRow::as_select(), UserRow::as_select(), sort_key!());
    let query = first_of(query.select(select), page.fetch());
    let rows = query.load::<(MemberRow, UserRow, String)>(tx.conn()).await?;
    let page =
        ListPage::of(rows, page, |(_, user, key)| Position { key: Key::Text(key.clone()), id: user.id });
    let items =
        page.items.into_iter().map(|(row, user, _)| member((row, user))).collect::<Result<Vec<_>, _>>()?;
    Ok(ListPage { items, next: page.next })
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
    let mut query = joined()
        .into_boxed()
        .filter(memberships::tenant_id.eq(tenant.0))
        .filter(memberships::status.eq("active"));
    if let Some(role) = filter.role {
        query = query.filter(memberships::role.eq(role.as_str()));
    }
    if let Some(search) = &filter.search {
        // The whole text is a prefix, not a pattern: `%` finds names that begin with a per cent sign.
        let by_name = starts_with(sort_key!(), lower(search.clone()));
        query = query.filter(by_name.or(starts_with(lower(users::email), lower(search.clone()))));
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
    if is_kept_outside(tx, user).await? {
        return Err(MemberError::KeptOutside);
    }
    set_role(tx, user, wanted).await?;
    Ok((change, Member { role: wanted, ..current }))
}

/// Takes what an outside issuer says of its own member's role into the books, as far as an admin is left.
///
/// # Errors
/// [`StoreError::NotFound`] for no member of this organization.
pub async fn follow_issuer(tx: &mut TenantTx, user: UserId, told: Role) -> Result<RoleChange, StoreError> {
    tx.changes(Topic::Team);
    lock_members(tx).await?;
    let current = get_member(tx, user).await?;
    let change = tenancy::follow_issuer(current.role, told, count_admins(tx).await?);
    if let RoleChange::Changed { to, .. } = change {
        set_role(tx, user, to).await?;
    }
    Ok(change)
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
    let theirs = sessions::table.filter(sessions::tenant_id.eq(tenant).and(sessions::user_id.eq(user.0)));
    let ended: i64 = theirs
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(Utc::now())))
        .count()
        .get_result(tx.conn())
        .await?;
    let ids: Vec<Uuid> = theirs.select(sessions::id).load(tx.conn()).await?;
    diesel::delete(credential_directory::table.filter(credential_directory::id.eq_any(ids)))
        .execute(tx.conn())
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

/// The count of admins must not change between reading it and acting on it. One row, the organization's own, so that
/// two such changes cannot deadlock, and one that makes an admin waits as well.
async fn lock_members(tx: &mut TenantTx) -> Result<(), StoreError> {
    tenants::table
        .find(tx.tenant().0)
        .select(tenants::tenant_id)
        .for_no_key_update()
        .first::<Uuid>(tx.conn())
        .await?;
    Ok(())
}

async fn set_role(tx: &mut TenantTx, user: UserId, role: Role) -> Result<(), StoreError> {
    diesel::update(memberships::table)
        .filter(memberships::tenant_id.eq(tx.tenant().0).and(memberships::user_id.eq(user.0)))
        .set((memberships::role.eq(role.as_str()), memberships::updated_at.eq(Utc::now())))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether the organization came from an issuer that also knows this user.
async fn is_kept_outside(tx: &mut TenantTx, user: UserId) -> Result<bool, StoreError> {
    let known = login_identities::table
        .inner_join(
            tenant_directory::table
                .on(tenant_directory::outside_issuer.eq(login_identities::issuer.nullable())),
        )
        .filter(tenant_directory::tenant_id.eq(tx.tenant().0))
        .filter(login_identities::user_id.eq(user.0));
    Ok(diesel::select(dsl::exists(known)).get_result(tx.conn()).await?)
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
    created_at: DateTime<Utc>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self { id: UserId(row.id), email: row.email, name: row.name }
    }
}

fn member((row, user): (MemberRow, UserRow)) -> Result<Member, StoreError> {
    let role = parse_role(&row.role)?;
    Ok(Member { user: user.into(), role, joined_at: row.created_at })
}

/// A role as the table keeps it; its CHECK allows no other.
pub(crate) fn parse_role(role: &str) -> Result<Role, StoreError> {
    Role::ALL.into_iter().find(|known| known.as_str() == role).ok_or(StoreError::Bug)
}
