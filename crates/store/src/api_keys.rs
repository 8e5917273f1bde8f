//! API keys at rest: their hash, their ceiling, and whether they still hold.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use tenancy::{ApiKeyHash, ApiKeyId, ApiKeyRecord, Role, TenantId, UserId};
use uuid::Uuid;

use crate::{
    Store, StoreError, TenantTx, Topic,
    page::{Key, ListPage, PageRequest, Position},
    pool::Connection,
    schema::{api_keys, credential_directory, tenant_directory},
    statement::first_of,
    team::parse_role,
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

/// What is needed to decide about a presented key, or `None` for one this tenant does not have, and for any of a
/// suspended organization.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn find_api_key(tx: &mut TenantTx, id: ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
    let tenant = tx.tenant();
    find(tx.conn(), tenant, id).await
}

/// Begins a tenant's transaction with [`find_api_key`], in one round trip.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn enter_by_api_key(
    store: &Store,
    tenant: TenantId,
    id: ApiKeyId,
) -> Result<(TenantTx, Option<ApiKeyRecord>), StoreError> {
    store.tenant_asking(tenant, |conn| find(conn, tenant, id).boxed()).await
}

async fn find(
    mut conn: &Connection,
    tenant: TenantId,
    id: ApiKeyId,
) -> Result<Option<ApiKeyRecord>, StoreError> {
    let found: Option<Row> =
        of_active(tenant.0).filter(api_keys::id.eq(id.0)).first(&mut conn).await.optional()?;
    found.map(|row| record(tenant, row)).transpose()
}

/// As [`enter_by_api_key`], of many at once.
///
/// # Errors
/// As there.
pub async fn enter_by_api_keys(
    store: &Store,
    tenant: TenantId,
    ids: &[ApiKeyId],
) -> Result<(TenantTx, HashMap<ApiKeyId, ApiKeyRecord>), StoreError> {
    if ids.is_empty() {
        return Ok((store.tenant(tenant).await?, HashMap::new()));
    }
    let ids: Vec<Uuid> = ids.iter().map(|it| it.0).collect();
    store.tenant_asking(tenant, |conn| find_many(conn, tenant, ids.clone()).boxed()).await
}

async fn find_many(
    mut conn: &Connection,
    tenant: TenantId,
    ids: Vec<Uuid>,
) -> Result<HashMap<ApiKeyId, ApiKeyRecord>, StoreError> {
    let found: Vec<Row> = of_active(tenant.0).filter(api_keys::id.eq_any(ids)).load(&mut conn).await?;
    found.into_iter().map(|row| record(tenant, row).map(|it| (it.id, it))).collect()
}

type Row = (Uuid, Vec<u8>, String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The keys of an organization, unless it is suspended.
#[diesel::dsl::auto_type]
fn of_active(tenant: Uuid) -> _ {
    api_keys::table
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(api_keys::tenant_id)))
        .filter(api_keys::tenant_id.eq(tenant))
        .filter(tenant_directory::status.eq("active"))
        .select((
            api_keys::id,
            api_keys::secret_hash,
            api_keys::role,
            api_keys::expires_at,
            api_keys::revoked_at,
        ))
}

fn record(
    tenant: TenantId,
    (id, hash, role, expires_at, revoked_at): Row,
) -> Result<ApiKeyRecord, StoreError> {
    let hash: [u8; 32] = hash.try_into().map_err(|_| StoreError::Bug)?;
    let (id, ceiling) = (ApiKeyId(id), role.parse().map_err(|_| StoreError::Bug)?);
    Ok(ApiKeyRecord { tenant, id, hash: ApiKeyHash::from_bytes(hash), ceiling, expires_at, revoked_at })
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

/// A key as its owners see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    pub role: Role,
    pub created_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub rolled_from: Option<ApiKeyId>,
}

/// Whether a key still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyStatus {
    Active,
    Expired,
    Revoked,
}

impl ApiKey {
    pub fn status(&self, now: DateTime<Utc>) -> ApiKeyStatus {
        if self.revoked_at.is_some() {
            ApiKeyStatus::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            ApiKeyStatus::Expired
        } else {
            ApiKeyStatus::Active
        }
    }
}

/// Notes that a key was used, at most once a minute, so that a busy key does not write at every call.
///
/// # Errors
/// When the database refuses.
pub async fn touch_api_key(tx: &mut TenantTx, id: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let stale = now - chrono::TimeDelta::minutes(1);
    let touched = diesel::update(api_keys::table)
        .filter(api_keys::tenant_id.eq(tx.tenant().0).and(api_keys::id.eq(id.0)))
        .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(stale)))
        .set(api_keys::last_used_at.eq(now))
        .execute(tx.conn())
        .await?;
    if touched > 0 {
        tx.changes(Topic::ApiKeys);
    }
    Ok(())
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such key.
pub async fn get_api_key(tx: &mut TenantTx, id: ApiKeyId) -> Result<ApiKey, StoreError> {
    api_keys::table
        .filter(api_keys::tenant_id.eq(tx.tenant().0).and(api_keys::id.eq(id.0)))
        .select(ApiKeyRow::as_select())
        .first(tx.conn())
        .await?
        .try_into()
}

/// A key that nobody else changes until the transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such key.
pub async fn lock_api_key(tx: &mut TenantTx, id: ApiKeyId) -> Result<ApiKey, StoreError> {
    api_keys::table
        .filter(api_keys::tenant_id.eq(tx.tenant().0).and(api_keys::id.eq(id.0)))
        .select(ApiKeyRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await?
        .try_into()
}

/// Keys, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_api_keys(
    tx: &mut TenantTx,
    status: Option<ApiKeyStatus>,
    page: &PageRequest,
) -> Result<ListPage<ApiKey>, StoreError> {
    // The id is a version 7 UUID: its order is the order of creation.
    let mut query = keys(tx.tenant(), status).order(api_keys::id.desc());
    if let Some(after) = &page.after {
        query = query.filter(api_keys::id.lt(after.id));
    }
    let rows = first_of(query.select(ApiKeyRow::as_select()), page.fetch()).load(tx.conn()).await?;
    let found = rows.into_iter().map(ApiKey::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(ListPage::of(found, page, |key| Position { key: Key::None, id: key.id.0 }))
}

/// # Errors
/// When the database refuses.
pub async fn count_api_keys(tx: &mut TenantTx, status: Option<ApiKeyStatus>) -> Result<i64, StoreError> {
    Ok(keys(tx.tenant(), status).count().get_result(tx.conn()).await?)
}

fn keys<'a>(tenant: TenantId, status: Option<ApiKeyStatus>) -> api_keys::BoxedQuery<'a, diesel::pg::Pg> {
    let now = Utc::now();
    let query = api_keys::table.into_boxed().filter(api_keys::tenant_id.eq(tenant.0));
    match status {
        None => query,
        Some(ApiKeyStatus::Revoked) => query.filter(api_keys::revoked_at.is_not_null()),
        Some(ApiKeyStatus::Expired) => {
            query.filter(api_keys::revoked_at.is_null()).filter(api_keys::expires_at.le(now))
        }
        Some(ApiKeyStatus::Active) => query
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now))),
    }
}

/// Ends a key now. One that was revoked before keeps its time.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such key.
pub async fn revoke_api_key(
    tx: &mut TenantTx,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<ApiKey, StoreError> {
    diesel::update(api_keys::table)
        .filter(api_keys::tenant_id.eq(tx.tenant().0).and(api_keys::id.eq(id.0)))
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::revoked_at.eq(now))
        .execute(tx.conn())
        .await?;
    get_api_key(tx, id).await
}

/// Lets a key end at `at` if it would not end sooner: the overlap of a roll.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such key.
pub async fn expire_api_key(
    tx: &mut TenantTx,
    id: ApiKeyId,
    at: DateTime<Utc>,
) -> Result<ApiKey, StoreError> {
    diesel::update(api_keys::table)
        .filter(api_keys::tenant_id.eq(tx.tenant().0).and(api_keys::id.eq(id.0)))
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(at)))
        .set(api_keys::expires_at.eq(at))
        .execute(tx.conn())
        .await?;
    get_api_key(tx, id).await
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct ApiKeyRow {
    id: Uuid,
    name: String,
    role: String,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    rolled_from: Option<Uuid>,
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ApiKeyId(row.id),
            name: row.name,
            role: parse_role(&row.role)?,
            created_by: row.created_by.map(UserId),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
            rolled_from: row.rolled_from.map(ApiKeyId),
        })
    }
}
