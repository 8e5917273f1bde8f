//! Who belongs to an organization, and as what.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{Role, UserId};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx, Topic, client_scope,
    schema::{memberships, tenant_directory, user_tenants, users},
};

/// The active member with this e-mail address, in any case.
///
/// # Errors
/// When the database refused or could not be reached; an address of no member is `None`.
pub async fn find_member_by_email(tx: &mut TenantTx, email: &str) -> Result<Option<UserId>, StoreError> {
    let id: Option<Uuid> = memberships::table
        .inner_join(users::table.on(users::id.eq(memberships::user_id)))
        .filter(memberships::tenant_id.eq(tx.tenant().0))
        .filter(memberships::status.eq("active"))
        .filter(users::email_lower.eq(email.trim().to_lowercase()))
        .select(users::id)
        .first(tx.conn())
        .await
        .optional()?;
    Ok(id.map(UserId))
}

/// As [`role_of`], of many at once; who is not an active member is not among them.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn roles_of(
    tx: &mut TenantTx,
    users: &[UserId],
) -> Result<HashMap<UserId, (Role, Option<u64>)>, StoreError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String, Option<String>)> = memberships::table
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(memberships::tenant_id)))
        .filter(memberships::tenant_id.eq(tx.tenant().0))
        .filter(memberships::user_id.eq_any(users.iter().map(|it| it.0).collect::<Vec<_>>()))
        .filter(memberships::status.eq("active"))
        .filter(tenant_directory::status.eq("active"))
        .select((memberships::user_id, memberships::role, client_scope::granted()))
        .load(tx.conn())
        .await?;
    type Rights = (UserId, (Role, Option<u64>));
    let rights = |(id, role, granted): (Uuid, String, Option<String>)| -> Result<Rights, StoreError> {
        let role: Role = role.parse().map_err(|_| StoreError::Bug)?;
        Ok((UserId(id), (role, client_scope::parse(granted.as_deref())?.mark())))
    };
    rows.into_iter().map(rights).collect()
}

/// The member's present role, or `None` for somebody who is not an active member of an active organization.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn role_of(tx: &mut TenantTx, user: UserId) -> Result<Option<Role>, StoreError> {
    let role: Option<String> =
        active_member(tx.tenant().0, user).select(memberships::role).first(tx.conn()).await.optional()?;
    role.map(|it| it.parse().map_err(|_| StoreError::Bug)).transpose()
}

/// The rights of the member who is calling: their present role. Narrows the transaction to the member's clients, where the
/// member is limited to some.
///
/// # Errors
/// As for [`role_of`].
pub async fn rights_of(tx: &mut TenantTx, user: UserId) -> Result<Option<Role>, StoreError> {
    let row: Option<(String, Option<String>)> = active_member(tx.tenant().0, user)
        .select((memberships::role, client_scope::narrowed()))
        .first(tx.conn())
        .await
        .optional()?;
    let Some((role, narrowed)) = row else { return Ok(None) };
    client_scope::enter(tx, narrowed.as_deref())?;
    role.parse().map(Some).map_err(|_| StoreError::Bug)
}

#[diesel::dsl::auto_type]
fn active_member(tenant: Uuid, user: UserId) -> _ {
    let member: Uuid = user.0;
    memberships::table
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(memberships::tenant_id)))
        .filter(memberships::tenant_id.eq(tenant))
        .filter(memberships::user_id.eq(member))
        .filter(memberships::status.eq("active"))
        .filter(tenant_directory::status.eq("active"))
}

/// The user with this e-mail address, made on first sight.
pub(crate) async fn find_or_create_user(tx: &mut TenantTx, email: &str) -> Result<UserId, StoreError> {
    let id: Uuid = diesel::insert_into(users::table)
        .values((users::id.eq(Uuid::now_v7()), users::email.eq(email)))
        .on_conflict(users::email_lower)
        .do_update()
        // Changes nothing; without an update the existing row would not be returned.
        .set(users::email.eq(users::email))
        .returning(users::id)
        .get_result(tx.conn())
        .await?;
    Ok(UserId(id))
}

pub(crate) async fn create_membership(tx: &mut TenantTx, user: UserId, role: Role) -> Result<(), StoreError> {
    tx.changes(Topic::Team);
    let tenant = tx.tenant().0;
    diesel::insert_into(user_tenants::table)
        .values((user_tenants::user_id.eq(user.0), user_tenants::tenant_id.eq(tenant)))
        .on_conflict((user_tenants::user_id, user_tenants::tenant_id))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    diesel::insert_into(memberships::table)
        .values((
            memberships::tenant_id.eq(tenant),
            memberships::id.eq(Uuid::now_v7()),
            memberships::user_id.eq(user.0),
            memberships::role.eq(role.as_str()),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
