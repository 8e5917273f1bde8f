//! People of outside issuers: which user an issuer's subject is, and whether they belong here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{Role, UserId};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx, members,
    schema::{login_identities, memberships},
};

/// How a user stands to the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Stranger,
    Suspended,
    Member(Role),
}

/// # Errors
/// When the database refused or could not be reached.
pub async fn standing_of(tx: &mut TenantTx, user: UserId) -> Result<Standing, StoreError> {
    let row: Option<(String, String)> = memberships::table
        .filter(memberships::tenant_id.eq(tx.tenant().0))
        .filter(memberships::user_id.eq(user.0))
        .select((memberships::role, memberships::status))
        .first(tx.conn())
        .await
        .optional()?;
    match row {
        None => Ok(Standing::Stranger),
        Some((role, status)) if status == "active" => {
            role.parse().map(Standing::Member).map_err(|_| StoreError::Bug)
        }
        Some(_) => Ok(Standing::Suspended),
    }
}

/// The user that `subject` of `issuer` is; made on first sight. `email` is an address that the issuer has verified,
/// or one under which nobody receives mail: whoever has it already is taken to be the same human.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn find_or_create_outside_user(
    tx: &mut TenantTx,
    issuer: &str,
    subject: &str,
    email: &str,
) -> Result<UserId, StoreError> {
    let known = login_identities::table.find((issuer, subject)).select(login_identities::user_id);
    if let Some(user) = known.first::<Uuid>(tx.conn()).await.optional()? {
        return Ok(UserId(user));
    }
    let user = members::find_or_create_user(tx, email).await?;
    diesel::insert_into(login_identities::table)
        .values((
            login_identities::issuer.eq(issuer),
            login_identities::subject.eq(subject),
            login_identities::user_id.eq(user.0),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    // Somebody may have been faster; what is written counts.
    Ok(UserId(known.first::<Uuid>(tx.conn()).await?))
}

/// Makes a user of an outside issuer a member.
///
/// # Errors
/// [`StoreError::Conflict`] when the user is a member already.
pub async fn add_outside_member(tx: &mut TenantTx, user: UserId, role: Role) -> Result<(), StoreError> {
    members::create_membership(tx, user, role).await
}
