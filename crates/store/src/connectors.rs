//! Connectors: how a vendor is reached, with which sealed credentials, and how far it has been read.
//!
//! Credentials come and go as sealed bytes: the store holds no key and cannot read them.

use canonical::ConnectorId;
use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::{Actor, DataKeyId, UserId};
use uuid::Uuid;

use crate::jobs::requester_text;
use crate::schema::{connectors, oauth_states, sync_cursors};
use crate::{StoreError, TenantTx, Topic};

/// A connector, without its credentials.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = connectors, check_for_backend(diesel::pg::Pg))]
pub struct ConnectorRecord {
    pub id: Uuid,
    #[diesel(column_name = type_)]
    pub connector_type: String,
    pub name: String,
    /// `pending`, `connected`, `auth_required`, `failed` or `disconnected`.
    pub status: String,
    pub settings: Value,
    /// Of the credentials saved last; 0 before the first. New ones are sealed to one more.
    pub credentials_version: i64,
    pub schedule: Option<String>,
    /// Everything that the vendor changed before this is here.
    pub watermark: Option<DateTime<Utc>>,
    pub last_synced_at: Option<DateTime<Utc>>,
    /// A name of the closed list of connector errors.
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub connected_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

impl ConnectorRecord {
    pub fn id(&self) -> ConnectorId {
        ConnectorId(self.id)
    }
}

/// A connector to be.
#[derive(Clone, Debug)]
pub struct NewConnector<'a> {
    pub connector_type: &'a str,
    pub name: &'a str,
    pub settings: &'a Value,
    pub schedule: Option<&'a str>,
    pub created_by: Option<UserId>,
}

/// Credentials that only the vault can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedCredentials {
    pub sealed: Vec<u8>,
    /// The tenant's data key that sealed them.
    pub key_id: DataKeyId,
    /// Part of what they are sealed to, so that old bytes cannot be put back: one more than that of those before.
    pub version: i64,
}

/// An authorisation that was begun in somebody's browser.
#[derive(Clone, Debug)]
pub struct NewAuthorisation<'a> {
    pub connector: ConnectorId,
    /// SHA-256 of the `state` parameter.
    pub state_hash: [u8; 32],
    pub sealed_verifier: &'a [u8],
    pub redirect_uri: &'a str,
    pub created_by: Actor,
    pub expires_at: DateTime<Utc>,
}

/// An authorisation that came back, in time and for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = oauth_states, check_for_backend(diesel::pg::Pg))]
pub struct ReturnedAuthorisation {
    pub id: Uuid,
    pub connector_id: Uuid,
    pub sealed_verifier: Vec<u8>,
    pub redirect_uri: String,
}

/// # Errors
/// [`StoreError::Conflict`] when the name is taken.
pub async fn create_connector(
    tx: &mut TenantTx,
    new: &NewConnector<'_>,
) -> Result<ConnectorRecord, StoreError> {
    let row = (
        connectors::tenant_id.eq(tx.tenant().0),
        connectors::id.eq(Uuid::now_v7()),
        connectors::type_.eq(new.connector_type),
        connectors::name.eq(new.name),
        connectors::settings.eq(new.settings),
        connectors::schedule.eq(new.schedule),
        connectors::created_by.eq(new.created_by.map(|user| user.0)),
    );
    let insert =
        diesel::insert_into(connectors::table).values(row).returning(ConnectorRecord::as_returning());
    Ok(insert.get_result(tx.conn()).await?)
}

/// All connectors of the tenant, oldest first, the disconnected included.
///
/// # Errors
/// When the database is away.
pub async fn list_connectors(tx: &mut TenantTx) -> Result<Vec<ConnectorRecord>, StoreError> {
    let query = connectors::table
        .filter(connectors::tenant_id.eq(tx.tenant().0))
        .order((connectors::created_at, connectors::id))
        .select(ConnectorRecord::as_select());
    Ok(query.load(tx.conn()).await?)
}

/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_connector(tx: &mut TenantTx, id: ConnectorId) -> Result<ConnectorRecord, StoreError> {
    let query = connectors::table.filter(one(tx, id)).select(ConnectorRecord::as_select());
    Ok(query.first(tx.conn()).await?)
}

/// One connector, held until the transaction ends: whoever starts, stops or authorises it at the same time waits.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock_connector(tx: &mut TenantTx, id: ConnectorId) -> Result<ConnectorRecord, StoreError> {
    let query = connectors::table.filter(one(tx, id)).select(ConnectorRecord::as_select());
    Ok(query.for_update().first(tx.conn()).await?)
}

/// Saves credentials of a new authorisation: the connector is connected, and its earlier error is over.
///
/// # Errors
/// [`StoreError::Serialization`] when others were saved meanwhile, or there is no such connector.
pub async fn set_credentials(
    tx: &mut TenantTx,
    id: ConnectorId,
    credentials: &SealedCredentials,
) -> Result<(), StoreError> {
    let following = connectors::credentials_version.eq(credentials.version - 1);
    let changed = diesel::update(connectors::table.filter(one(tx, id)).filter(following))
        .set((
            connectors::sealed_credentials.eq(&credentials.sealed),
            connectors::credentials_key_id.eq(credentials.key_id.0),
            connectors::credentials_version.eq(credentials.version),
            // A renewal that is under way is one of credentials that are no more.
            connectors::renewal_owner.eq(None::<Uuid>),
            connectors::renewal_until.eq(None::<DateTime<Utc>>),
            connectors::status.eq("connected"),
            connectors::last_error.eq(None::<&str>),
            connectors::connected_at.eq(now),
            connectors::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Serialization) }
}

/// # Errors
/// [`StoreError::NotFound`] when there is no such connector; a connector without credentials is `None`.
pub async fn get_credentials(
    tx: &mut TenantTx,
    id: ConnectorId,
) -> Result<Option<SealedCredentials>, StoreError> {
    let (sealed, key_id, version): (Option<Vec<u8>>, Option<Uuid>, i64) = connectors::table
        .filter(one(tx, id))
        .select((
            connectors::sealed_credentials,
            connectors::credentials_key_id,
            connectors::credentials_version,
        ))
        .first(tx.conn())
        .await?;
    let opened = |(sealed, key_id)| SealedCredentials { sealed, key_id: DataKeyId(key_id), version };
    Ok(sealed.zip(key_id).map(opened))
}

/// Begins a renewal of the credentials, for 60 seconds: `true` for one caller, `false` for all others until that one has
/// saved, given up, or died. Also `false` when the credentials are no longer the ones the caller saw refused.
///
/// # Errors
/// When the database is away.
pub async fn begin_renewal(
    tx: &mut TenantTx,
    id: ConnectorId,
    owner: Uuid,
    refused: &SealedCredentials,
) -> Result<bool, StoreError> {
    let free = connectors::renewal_until.is_null().or(connectors::renewal_until.lt(now));
    let begun = diesel::update(
        connectors::table
            .filter(one(tx, id))
            .filter(free)
            .filter(connectors::sealed_credentials.eq(&refused.sealed)),
    )
    .set((
        connectors::renewal_owner.eq(owner),
        connectors::renewal_until.eq(diesel::dsl::sql::<
            diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
        >("clock_timestamp() + interval '60 seconds'")),
    ))
    .execute(tx.conn())
    .await?;
    Ok(begun == 1)
}

/// Saves what a renewal brought, and lets the others go on with it.
///
/// # Errors
/// [`StoreError::StaleLease`] when the renewal took so long that another one was begun.
pub async fn complete_renewal(
    tx: &mut TenantTx,
    id: ConnectorId,
    owner: Uuid,
    renewed: &SealedCredentials,
) -> Result<(), StoreError> {
    let saved = diesel::update(
        connectors::table
            .filter(one(tx, id))
            .filter(connectors::renewal_owner.eq(owner))
            .filter(connectors::credentials_version.eq(renewed.version - 1)),
    )
    .set((
        connectors::sealed_credentials.eq(&renewed.sealed),
        connectors::credentials_key_id.eq(renewed.key_id.0),
        connectors::credentials_version.eq(renewed.version),
        connectors::renewal_owner.eq(None::<Uuid>),
        connectors::renewal_until.eq(None::<DateTime<Utc>>),
        connectors::updated_at.eq(now),
    ))
    .execute(tx.conn())
    .await?;
    if saved == 1 { Ok(()) } else { Err(StoreError::StaleLease) }
}

/// Ends a renewal that brought nothing.
///
/// # Errors
/// When the database is away.
pub async fn abandon_renewal(tx: &mut TenantTx, id: ConnectorId, owner: Uuid) -> Result<(), StoreError> {
    diesel::update(connectors::table.filter(one(tx, id)).filter(connectors::renewal_owner.eq(owner)))
        .set((
            connectors::renewal_owner.eq(None::<Uuid>),
            connectors::renewal_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Sets the status and the name of what is wrong. A disconnected connector stays so.
///
/// # Errors
/// When the database is away.
pub async fn set_connector_status(
    tx: &mut TenantTx,
    id: ConnectorId,
    status: &str,
    last_error: Option<&str>,
) -> Result<(), StoreError> {
    tx.changes(Topic::Connectors);
    diesel::update(connectors::table.filter(one(tx, id)).filter(connectors::status.ne("disconnected")))
        .set((
            connectors::status.eq(status),
            connectors::last_error.eq(last_error),
            connectors::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// After a complete sync: how far the inputs reach now. A watermark never moves back.
///
/// # Errors
/// When the database is away.
pub async fn record_synced(
    tx: &mut TenantTx,
    id: ConnectorId,
    watermark: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    tx.changes(Topic::Connectors);
    diesel::update(connectors::table.filter(one(tx, id)))
        .set((connectors::last_synced_at.eq(now), connectors::updated_at.eq(now)))
        .execute(tx.conn())
        .await?;
    if let Some(watermark) = watermark {
        let older = connectors::watermark.is_null().or(connectors::watermark.lt(watermark));
        diesel::update(connectors::table.filter(one(tx, id)).filter(older))
            .set(connectors::watermark.eq(watermark))
            .execute(tx.conn())
            .await?;
    }
    set_connector_status(tx, id, "connected", None).await
}

/// Forgets the credentials and stops all further syncs; what was read stays, and so does the cursor.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn disconnect_connector(tx: &mut TenantTx, id: ConnectorId) -> Result<(), StoreError> {
    let changed = diesel::update(connectors::table.filter(one(tx, id)))
        .set((
            connectors::status.eq("disconnected"),
            connectors::sealed_credentials.eq(None::<Vec<u8>>),
            connectors::credentials_key_id.eq(None::<Uuid>),
            connectors::renewal_owner.eq(None::<Uuid>),
            connectors::renewal_until.eq(None::<DateTime<Utc>>),
            connectors::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .await?;
    found(changed)?;
    let begun = oauth_states::tenant_id.eq(tx.tenant().0).and(oauth_states::connector_id.eq(id.0));
    diesel::delete(oauth_states::table.filter(begun)).execute(tx.conn()).await?;
    Ok(())
}

/// Remembers an authorisation that was begun; those long over are forgotten.
///
/// # Errors
/// [`StoreError::Reference`] when there is no such connector.
pub async fn begin_authorisation(tx: &mut TenantTx, new: &NewAuthorisation<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let over = oauth_states::tenant_id.eq(tenant).and(oauth_states::expires_at.lt(now));
    diesel::delete(oauth_states::table.filter(over)).execute(tx.conn()).await?;
    diesel::insert_into(oauth_states::table)
        .values((
            oauth_states::tenant_id.eq(tenant),
            oauth_states::id.eq(Uuid::now_v7()),
            oauth_states::connector_id.eq(new.connector.0),
            oauth_states::state_hash.eq(&new.state_hash[..]),
            oauth_states::sealed_verifier.eq(new.sealed_verifier),
            oauth_states::redirect_uri.eq(new.redirect_uri),
            oauth_states::created_by.eq(requester_text(new.created_by)),
            oauth_states::expires_at.eq(new.expires_at),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// An authorisation that came back: in time, for the first time, and only for whoever began it. What is needed to ask the
/// vendor, before anything is decided.
///
/// # Errors
/// [`StoreError::NotFound`] for all other cases, which nobody can tell apart.
pub async fn find_authorisation(
    tx: &mut TenantTx,
    state_hash: &[u8; 32],
    by: Actor,
) -> Result<ReturnedAuthorisation, StoreError> {
    let returned = ReturnedAuthorisation::as_select();
    Ok(oauth_states::table.filter(returning(tx, state_hash, by)).select(returned).first(tx.conn()).await?)
}

/// Takes an authorisation as [`find_authorisation`] finds it. It can be taken once.
///
/// # Errors
/// [`StoreError::NotFound`] for all other cases, which nobody can tell apart.
pub async fn consume_authorisation(
    tx: &mut TenantTx,
    state_hash: &[u8; 32],
    by: Actor,
) -> Result<ReturnedAuthorisation, StoreError> {
    let returned = ReturnedAuthorisation::as_select();
    let consumed = diesel::update(oauth_states::table.filter(returning(tx, state_hash, by)))
        .set(oauth_states::consumed_at.eq(now))
        .returning(returned);
    Ok(consumed.get_result(tx.conn()).await?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn returning(tx: &TenantTx, state_hash: &[u8; 32], by: Actor) -> _ {
    let tenant: Uuid = tx.tenant().0;
    let hash: Vec<u8> = state_hash.to_vec();
    let by: String = requester_text(by);
    oauth_states::tenant_id
        .eq(tenant)
        .and(oauth_states::state_hash.eq(hash))
        .and(oauth_states::created_by.eq(by))
        .and(oauth_states::consumed_at.is_null())
        .and(oauth_states::expires_at.gt(now))
}

/// The name under which a cursor stands that covers all of a vendor's objects.
pub const WHOLE_CONNECTOR: &str = "*";

/// How far a connector has been read.
#[derive(Clone, Debug, Default, PartialEq, Queryable)]
pub struct StoredCursor {
    /// Where the next page begins, in the connector's own words.
    pub cursor: Option<Value>,
    /// Set with the last page of a run: all that the vendor changed before this is here.
    pub watermark: Option<DateTime<Utc>>,
}

/// Where the next run begins; empty before the first. Written with each page, by `write_page`.
///
/// # Errors
/// When the database is away.
pub async fn get_cursor(tx: &mut TenantTx, connector: ConnectorId) -> Result<StoredCursor, StoreError> {
    let cursor: Option<StoredCursor> = sync_cursors::table
        .filter(sync_cursors::tenant_id.eq(tx.tenant().0).and(sync_cursors::connector_id.eq(connector.0)))
        .filter(sync_cursors::object.eq(WHOLE_CONNECTOR))
        .select((sync_cursors::cursor, sync_cursors::watermark))
        .first(tx.conn())
        .await
        .optional()?;
    Ok(cursor.unwrap_or_default())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn one(tx: &TenantTx, id: ConnectorId) -> _ {
    let tenant: Uuid = tx.tenant().0;
    let id: Uuid = id.0;
    connectors::tenant_id.eq(tenant).and(connectors::id.eq(id))
}

fn found(changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}
