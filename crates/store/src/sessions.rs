//! Sessions: what an access token points to. The rights are the membership's, read at each call.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use tenancy::{Role, SessionId, TenantId, UserId};

use crate::{
    Store, StoreError, TenantTx, client_scope,
    pool::Connection,
    schema::{credential_directory, memberships, sessions, tenant_directory},
};

/// A session and the rights of its member as they are now.
#[derive(Clone, Copy, Debug)]
pub struct SessionRights {
    pub user: UserId,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub member_active: bool,
    /// Stands for the clients that the member is limited to.
    pub clients: Option<u64>,
}

impl SessionRights {
    pub fn alive(&self, now: DateTime<Utc>) -> bool {
        self.member_active && self.revoked_at.is_none() && now < self.expires_at
    }
}

type Row = (uuid::Uuid, String, String, DateTime<Utc>, Option<DateTime<Utc>>, Option<String>);

/// Narrows the transaction to the member's clients, where the member is limited to some.
///
/// # Errors
/// When the database refused or could not be reached; a session this tenant does not have, and any of a suspended
/// organization, is `None`.
pub async fn find_session(tx: &mut TenantTx, id: SessionId) -> Result<Option<SessionRights>, StoreError> {
    let tenant = tx.tenant();
    let row = find(tx.conn(), tenant, id).await?;
    row.map(|row| rights(tx, row)).transpose()
}

/// Begins a tenant's transaction with [`find_session`], in one round trip.
///
/// # Errors
/// As there.
pub async fn enter_by_session(
    store: &Store,
    tenant: TenantId,
    id: SessionId,
) -> Result<(TenantTx, Option<SessionRights>), StoreError> {
    let (mut tx, row) = store.tenant_asking(tenant, |conn| find(conn, tenant, id).boxed()).await?;
    let rights = row.map(|row| rights(&mut tx, row)).transpose()?;
    Ok((tx, rights))
}

async fn find(mut conn: &Connection, tenant: TenantId, id: SessionId) -> Result<Option<Row>, StoreError> {
    let row = sessions::table
        .inner_join(memberships::table.on(
            memberships::tenant_id.eq(sessions::tenant_id).and(memberships::user_id.eq(sessions::user_id)),
        ))
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(sessions::tenant_id)))
        .filter(sessions::tenant_id.eq(tenant.0))
        .filter(sessions::id.eq(id.0))
        .filter(tenant_directory::status.eq("active"))
        .select((
            sessions::user_id,
            memberships::role,
            memberships::status,
            sessions::expires_at,
            sessions::revoked_at,
            client_scope::narrowed(),
        ))
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row)
}

fn rights(tx: &mut TenantTx, row: Row) -> Result<SessionRights, StoreError> {
    let (user, role, status, expires_at, revoked_at, narrowed) = row;
    client_scope::enter(tx, narrowed.as_deref())?;
    Ok(SessionRights {
        user: UserId(user),
        role: role.parse().map_err(|_| StoreError::Bug)?,
        expires_at,
        revoked_at,
        member_active: status == "active",
        clients: tx.clients().mark(),
    })
}

/// As [`find_session`], of many at once.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn find_sessions(
    tx: &mut TenantTx,
    ids: &[SessionId],
) -> Result<HashMap<SessionId, SessionRights>, StoreError> {
    type Row = (uuid::Uuid, uuid::Uuid, String, String, DateTime<Utc>, Option<DateTime<Utc>>, Option<String>);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let tenant = tx.tenant().0;
    let rows: Vec<Row> = sessions::table
        .inner_join(memberships::table.on(
            memberships::tenant_id.eq(sessions::tenant_id).and(memberships::user_id.eq(sessions::user_id)),
        ))
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(sessions::tenant_id)))
        .filter(sessions::tenant_id.eq(tenant))
        .filter(sessions::id.eq_any(ids.iter().map(|it| it.0).collect::<Vec<_>>()))
        .filter(tenant_directory::status.eq("active"))
        .select((
            sessions::id,
            sessions::user_id,
            memberships::role,
            memberships::status,
            sessions::expires_at,
            sessions::revoked_at,
            client_scope::granted(),
        ))
        .load(tx.conn())
        .await?;
    let rights = |(id, user, role, status, expires_at, revoked_at, granted): Row| {
        let clients = client_scope::parse(granted.as_deref())?.mark();
        let role = role.parse().map_err(|_| StoreError::Bug)?;
        let member_active = status == "active";
        let user = UserId(user);
        Ok((SessionId(id), SessionRights { user, role, expires_at, revoked_at, member_active, clients }))
    };
    rows.into_iter().map(rights).collect()
}

/// A session about to begin.
pub struct NewSession<'a> {
    pub id: SessionId,
    pub user: UserId,
    /// `admin`, `issuer`, `magic_link` or `sso`.
    pub auth_method: &'a str,
    pub expires_at: DateTime<Utc>,
}

/// # Errors
/// [`StoreError::Reference`] when the user is not a member of this tenant.
pub async fn create_session(tx: &mut TenantTx, session: &NewSession<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    diesel::insert_into(credential_directory::table)
        .values((
            credential_directory::id.eq(session.id.0),
            credential_directory::kind.eq("session"),
            credential_directory::tenant_id.eq(tenant),
        ))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::tenant_id.eq(tenant),
            sessions::id.eq(session.id.0),
            sessions::user_id.eq(session.user.0),
            sessions::auth_method.eq(session.auth_method),
            sessions::expires_at.eq(session.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends a session now; `false` when it had ended already or never was.
///
/// # Errors
/// When the database refuses.
pub async fn revoke_session(
    tx: &mut TenantTx,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = diesel::update(sessions::table)
        .filter(sessions::tenant_id.eq(tx.tenant().0).and(sessions::id.eq(id.0)))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    Ok(ended == 1)
}
