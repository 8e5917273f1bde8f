//! Organizations and their first member.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{Role, TenantId, UserId};
use uuid::Uuid;

use crate::{
    Store, StoreError, SystemReason, TenantTx, members,
    schema::{tenant_directory, tenants},
};

/// An organization about to exist.
pub struct NewTenant<'a> {
    pub id: TenantId,
    pub name: &'a str,
    /// Unique over all organizations.
    pub slug: &'a str,
    /// At an outside issuer, where that is where it came from.
    pub clerk_org_id: Option<&'a str>,
}

/// Creates an organization, and enters it: the returned transaction holds everything until it commits.
///
/// # Errors
/// [`StoreError::Conflict`] when the slug is taken, [`StoreError::Rule`] when it is not a slug.
pub async fn create_tenant(store: &Store, tenant: &NewTenant<'_>) -> Result<TenantTx, StoreError> {
    let mut tx = store.tenant(tenant.id).await?;
    diesel::insert_into(tenant_directory::table)
        .values((
            tenant_directory::tenant_id.eq(tenant.id.0),
            tenant_directory::slug.eq(tenant.slug),
            tenant_directory::clerk_org_id.eq(tenant.clerk_org_id),
        ))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(tenants::table)
        .values((tenants::tenant_id.eq(tenant.id.0), tenants::name.eq(tenant.name)))
        .execute(tx.conn())
        .await?;
    Ok(tx)
}

/// The organization with this slug.
///
/// # Errors
/// When the database refused or could not be reached; an unknown slug is `None`.
pub async fn tenant_by_slug(store: &Store, slug: &str) -> Result<Option<TenantId>, StoreError> {
    let mut tx = store.system(SystemReason::SignIn).await?;
    let found: Option<Uuid> = tenant_directory::table
        .filter(tenant_directory::slug.eq(slug))
        .select(tenant_directory::tenant_id)
        .first(tx.conn())
        .await
        .optional()?;
    tx.commit().await?;
    Ok(found.map(TenantId))
}

/// Makes a user a member, creating the user on first sight of the address.
///
/// # Errors
/// [`StoreError::Conflict`] when the user is a member already.
pub async fn add_member(tx: &mut TenantTx, email: &str, role: Role) -> Result<UserId, StoreError> {
    let user = members::find_or_create_user(tx, email).await?;
    members::create_membership(tx, user, role).await?;
    Ok(user)
}
