//! To which clients a member is limited, and as what.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{Role, UserId};
use uuid::Uuid;

use crate::schema::{client_grants, clients, memberships};
use crate::team::{get_member, parse_role};
use crate::{StoreError, TenantTx, Topic};

/// A client that a member may see, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientGrant {
    pub client: Uuid,
    /// Viewer or manager.
    pub role: Role,
}

/// What a member may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// `None`: every client.
    pub clients: Option<Vec<ClientGrant>>,
}

/// Why a member's clients stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such member")]
    NoSuchMember,
    #[error("there is no such client")]
    NoSuchClient,
    #[error("an admin sees every client")]
    Admin,
    #[error("a grant cannot be more than the member's own role")]
    AboveRole,
}

impl From<diesel::result::Error> for AssignError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// # Errors
/// [`AssignError::NoSuchMember`].
pub async fn get_assignment(tx: &mut TenantTx, user: UserId) -> Result<Assignment, AssignError> {
    let limited: bool = memberships::table
        .filter(memberships::tenant_id.eq(tx.tenant().0).and(memberships::user_id.eq(user.0)))
        .filter(memberships::status.eq("active"))
        .select(memberships::client_limited)
        .first(tx.conn())
        .await
        .optional()?
        .ok_or(AssignError::NoSuchMember)?;
    if !limited {
        return Ok(Assignment { clients: None });
    }
    let rows: Vec<(Uuid, String)> = client_grants::table
        .filter(client_grants::tenant_id.eq(tx.tenant().0).and(client_grants::user_id.eq(user.0)))
        .order(client_grants::client_id.asc())
        .select((client_grants::client_id, client_grants::role))
        .load(tx.conn())
        .await?;
    let grants = rows.into_iter().map(|(client, role)| Ok(ClientGrant { client, role: parse_role(&role)? }));
    Ok(Assignment { clients: Some(grants.collect::<Result<_, StoreError>>()?) })
}

/// Limits a member to these clients, or to none of them, or (`None`) to nothing but the organization. Answers with what was
/// before.
///
/// # Errors
/// See [`AssignError`].
pub async fn assign_clients(
    tx: &mut TenantTx,
    user: UserId,
    wanted: Option<&[ClientGrant]>,
) -> Result<Assignment, AssignError> {
    let member = match get_member(tx, user).await {
        Err(StoreError::NotFound) => return Err(AssignError::NoSuchMember),
        other => other?,
    };
    let before = get_assignment(tx, user).await?;
    if let Some(wanted) = wanted {
        if member.role == Role::Admin {
            return Err(AssignError::Admin);
        }
        if wanted.iter().any(|it| it.role > member.role) {
            return Err(AssignError::AboveRole);
        }
        all_there(tx, wanted).await?;
    }
    let tenant = tx.tenant().0;
    tx.changes(Topic::Rights);
    diesel::update(memberships::table)
        .filter(memberships::tenant_id.eq(tenant).and(memberships::user_id.eq(user.0)))
        .set(memberships::client_limited.eq(wanted.is_some()))
        .execute(tx.conn())
        .await?;
    diesel::delete(client_grants::table)
        .filter(client_grants::tenant_id.eq(tenant).and(client_grants::user_id.eq(user.0)))
        .execute(tx.conn())
        .await?;
    let rows: Vec<_> = wanted
        .unwrap_or_default()
        .iter()
        .map(|it| {
            (
                client_grants::tenant_id.eq(tenant),
                client_grants::user_id.eq(user.0),
                client_grants::client_id.eq(it.client),
                client_grants::role.eq(it.role.as_str()),
            )
        })
        .collect();
    diesel::insert_into(client_grants::table).values(rows).execute(tx.conn()).await?;
    Ok(before)
}

async fn all_there(tx: &mut TenantTx, wanted: &[ClientGrant]) -> Result<(), AssignError> {
    let mut ids: Vec<Uuid> = wanted.iter().map(|it| it.client).collect();
    ids.sort();
    ids.dedup();
    let found: i64 = clients::table
        .filter(clients::tenant_id.eq(tx.tenant().0).and(clients::removed_at.is_null()))
        .filter(clients::id.eq_any(&ids))
        .count()
        .get_result(tx.conn())
        .await?;
    if usize::try_from(found) == Ok(ids.len()) { Ok(()) } else { Err(AssignError::NoSuchClient) }
}
