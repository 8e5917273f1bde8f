//! API keys at rest: their hash, their ceiling, and whether they still hold.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{ApiKeyHash, ApiKeyId, ApiKeyRecord, Role, UserId};

use crate::{
    StoreError, TenantTx,
    schema::{api_keys, credential_directory},
};

/// A key about to be stored. Its secret is known to the caller alone.
pub struct NewApiKey<'a> {
    pub id: ApiKeyId,
    pub name: &'a str,
    pub hash: ApiKeyHash,
    pub ceiling: Role,
    pub created_by: Option<UserId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub rolled_from: Option<ApiKeyId>,
}

/// What is needed to decide about a presented key, or `None` for one this tenant does not have.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn find_api_key(tx: &mut TenantTx, id: ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
    type Row = (Vec<u8>, String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let tenant = tx.tenant();
    let row: Option<Row> = api_keys::table
        .find((tenant.0, id.0))
        .select((api_keys::secret_hash, api_keys::role, api_keys::expires_at, api_keys::revoked_at))
        .first(tx.conn())
        .await
        .optional()?;
    row.map(|(hash, role, expires_at, revoked_at)| {
        let hash: [u8; 32] = hash.try_into().map_err(|_| StoreError::Bug)?;
        let ceiling = role.parse().map_err(|_| StoreError::Bug)?;
        Ok(ApiKeyRecord { tenant, id, hash: ApiKeyHash::from_bytes(hash), ceiling, expires_at, revoked_at })
    })
    .transpose()
}

/// Stores a key and its place in the directory.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn create_api_key(tx: &mut TenantTx, key: &NewApiKey<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    diesel::insert_into(credential_directory::table)
        .values((
            credential_directory::id.eq(key.id.0),
            credential_directory::kind.eq("api_key"),
            credential_directory::tenant_id.eq(tenant),
        ))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::tenant_id.eq(tenant),
            api_keys::id.eq(key.id.0),
            api_keys::name.eq(key.name),
            api_keys::secret_hash.eq(key.hash.as_bytes().as_slice()),
            api_keys::role.eq(key.ceiling.as_str()),
            api_keys::created_by.eq(key.created_by.map(|it| it.0)),
            api_keys::expires_at.eq(key.expires_at),
            api_keys::rolled_from.eq(key.rolled_from.map(|it| it.0)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
