//! The global tables that are asked before a tenant is known: whose credential is this?

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::TenantId;
use uuid::Uuid;

use crate::{
    StoreError, SystemTx,
    schema::{credential_directory, tenant_directory},
};

/// The tenant that a presented credential's id belongs to.
///
/// # Errors
/// When the database refused or could not be reached; an unknown id is `None`.
pub async fn tenant_of_credential(
    tx: &mut SystemTx,
    credential_id: Uuid,
) -> Result<Option<TenantId>, StoreError> {
    let found = credential_directory::table
        .find(credential_id)
        .select(credential_directory::tenant_id)
        .first::<Uuid>(tx.conn())
        .await
        .optional()?;
    Ok(found.map(TenantId))
}

/// The tenant that came from this organization of an outside issuer, and whether it is active.
///
/// # Errors
/// When the database refused or could not be reached; an organization never seen is `None`.
pub async fn tenant_of_outside_organization(
    tx: &mut SystemTx,
    issuer: &str,
    organization: &str,
) -> Result<Option<(TenantId, bool)>, StoreError> {
    let found: Option<(Uuid, String)> = tenant_directory::table
        .filter(tenant_directory::outside_issuer.eq(issuer))
        .filter(tenant_directory::clerk_org_id.eq(organization))
        .select((tenant_directory::tenant_id, tenant_directory::status))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(found.map(|(tenant, status)| (TenantId(tenant), status == "active")))
}
