//! The tenants' data keys, wrapped: what their secrets are sealed with. The store can open none of them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::{tenant_keys, tenants};
use crate::{StoreError, TenantTx};

/// A data key as it lies in the table.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = tenant_keys, check_for_backend(diesel::pg::Pg))]
pub struct StoredKey {
    pub id: Uuid,
    /// The root key that wraps it.
    pub kek_id: String,
    pub wrapped_key: Vec<u8>,
}

/// The key that new secrets are sealed with; `None` before the first secret.
///
/// # Errors
/// When the database is away.
pub async fn current_key(tx: &mut TenantTx) -> Result<Option<StoredKey>, StoreError> {
    let query = tenant_keys::table
        .filter(tenant_keys::tenant_id.eq(tx.tenant().0).and(tenant_keys::retired_at.is_null()))
        .order((tenant_keys::created_at.desc(), tenant_keys::id.desc()))
        .select(StoredKey::as_select());
    Ok(query.first(tx.conn()).await.optional()?)
}

/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_key(tx: &mut TenantTx, id: Uuid) -> Result<StoredKey, StoreError> {
    let query = tenant_keys::table.find((tx.tenant().0, id)).select(StoredKey::as_select());
    Ok(query.first(tx.conn()).await?)
}

/// Stores the tenant's first key, or answers with the one that somebody else has stored a moment ago.
///
/// # Errors
/// When the database is away.
pub async fn create_first_key(tx: &mut TenantTx, new: &StoredKey) -> Result<StoredKey, StoreError> {
    let tenant = tx.tenant().0;
    let _held: Uuid =
        tenants::table.find(tenant).select(tenants::tenant_id).for_no_key_update().first(tx.conn()).await?;
    if let Some(key) = current_key(tx).await? {
        return Ok(key);
    }
    diesel::insert_into(tenant_keys::table)
        .values((
            tenant_keys::tenant_id.eq(tenant),
            tenant_keys::id.eq(new.id),
            tenant_keys::kek_id.eq(&new.kek_id),
            tenant_keys::wrapped_key.eq(&new.wrapped_key),
        ))
        .execute(tx.conn())
        .await?;
    Ok(new.clone())
}

/// The tenant's keys that another root key than this one wraps.
///
/// # Errors
/// When the database is away.
pub async fn keys_not_under(tx: &mut TenantTx, kek_id: &str) -> Result<Vec<StoredKey>, StoreError> {
    let query = tenant_keys::table
        .filter(tenant_keys::tenant_id.eq(tx.tenant().0).and(tenant_keys::kek_id.ne(kek_id)))
        .order(tenant_keys::id)
        .select(StoredKey::as_select());
    Ok(query.load(tx.conn()).await?)
}

/// Stores the same key under another root key.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn rewrap_key(tx: &mut TenantTx, rewrapped: &StoredKey) -> Result<(), StoreError> {
    let changed = diesel::update(tenant_keys::table.find((tx.tenant().0, rewrapped.id)))
        .set((tenant_keys::kek_id.eq(&rewrapped.kek_id), tenant_keys::wrapped_key.eq(&rewrapped.wrapped_key)))
        .execute(tx.conn())
        .await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}
