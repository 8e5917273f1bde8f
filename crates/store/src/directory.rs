//! The global tables that are asked before a tenant is known: whose credential is this?

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::TenantId;
use uuid::Uuid;

use crate::{StoreError, SystemTx, schema::credential_directory};

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
