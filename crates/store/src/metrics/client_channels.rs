//! A client on a channel.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::channels::Channel;
use super::clients::parent_client;
use super::level::{Changed, EntityError, Level, Removed, missing, nothing_below, one, visible, writable};
use super::weeks_write::retire_weeks;
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::{campaign_groups, channels, client_channels};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// How many days after its end a week's figures count as settled, where nobody has said otherwise.
pub(super) const SETTLES_AFTER: i64 = 14;

/// A client on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientChannel {
    pub id: Uuid,
    pub client: Uuid,
    pub channel: Channel,
    /// How many days after its end a week's figures count as settled.
    pub settle_days: i64,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = client_channels)]
struct Row {
    id: Uuid,
    client_id: Uuid,
    channel_id: Uuid,
    settle_days: i64,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Which to list.
#[derive(Clone, Debug, Default)]
pub struct ClientChannelFilter {
    pub client: Option<Uuid>,
    pub channel: Option<Uuid>,
    pub active: Option<bool>,
}

/// In the order in which they were made.
///
/// # Errors
/// When the database refuses.
pub async fn list_client_channels(
    tx: &mut TenantTx,
    filter: &ClientChannelFilter,
    page: &PageRequest,
) -> Result<ListPage<ClientChannel>, StoreError> {
    let mut query = visible!(tx, client_channels, client_id);
    if let Some(client) = filter.client {
        query = query.filter(client_channels::client_id.eq(client));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(client_channels::channel_id.eq(channel));
    }
    if let Some(active) = filter.active {
        query = query.filter(client_channels::is_active.eq(active));
    }
    if let Some(after) = &page.after {
        query = query.filter(client_channels::id.gt(after.id));
    }
    let query = query.order(client_channels::id.asc()).select(Row::as_select());
    let rows: Vec<Row> = first_of(query, page.fetch()).load(tx.conn()).await?;
    let all = channels::table.select(Channel::as_select()).load::<Channel>(tx.conn()).await?;
    let rows = rows.into_iter().map(|row| {
        let channel = all.iter().find(|it| it.id == row.channel_id).cloned().ok_or(StoreError::Bug)?;
        Ok(row.with(channel))
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(ListPage::of(rows, page, |row| Position { key: Key::None, id: row.id }))
}

impl Row {
    fn with(self, channel: Channel) -> ClientChannel {
        ClientChannel {
            id: self.id,
            client: self.client_id,
            channel,
            settle_days: self.settle_days,
            is_active: self.is_active,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

async fn with_channel(tx: &mut TenantTx, row: Row) -> Result<ClientChannel, EntityError> {
    let channel = channels::table.find(row.channel_id).select(Channel::as_select()).first(tx.conn()).await?;
    Ok(row.with(channel))
}

/// # Errors
/// [`EntityError::NoSuch`].
pub async fn get_client_channel(tx: &mut TenantTx, id: Uuid) -> Result<ClientChannel, EntityError> {
    let query = visible!(tx, client_channels, client_id).filter(client_channels::id.eq(id));
    let row: Row =
        query.select(Row::as_select()).first(tx.conn()).await.map_err(missing(Level::ClientChannel))?;
    with_channel(tx, row).await
}

/// # Errors
/// [`EntityError::NoSuch`] (the client), [`EntityError::NoSuchChannel`], [`EntityError::ReadOnly`],
/// [`EntityError::Inactive`], [`EntityError::Taken`].
pub async fn create_client_channel(
    tx: &mut TenantTx,
    client: Uuid,
    channel: Uuid,
    settle_days: Option<i64>,
) -> Result<ClientChannel, EntityError> {
    let client = parent_client(tx, client).await?;
    let channel: Channel = channels::table
        .find(channel)
        .select(Channel::as_select())
        .first(tx.conn())
        .await
        .optional()?
        .ok_or(EntityError::NoSuchChannel)?;
    let values = (
        client_channels::tenant_id.eq(tx.tenant().0),
        client_channels::id.eq(Uuid::now_v7()),
        client_channels::client_id.eq(client.id),
        client_channels::channel_id.eq(channel.id),
        client_channels::settle_days.eq(settle_days.unwrap_or(SETTLES_AFTER)),
    );
    let row = diesel::insert_into(client_channels::table).values(values).returning(Row::as_returning());
    Ok(row.get_result(tx.conn()).await?.with(channel))
}

/// Puts it on another channel, or lets its weeks settle sooner or later; what is `None` stays.
///
/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::NoSuchChannel`], [`EntityError::ReadOnly`], [`EntityError::Taken`].
pub async fn update_client_channel(
    tx: &mut TenantTx,
    id: Uuid,
    channel: Option<Uuid>,
    settle_days: Option<i64>,
) -> Result<Changed<ClientChannel>, EntityError> {
    let before = for_change(tx, id).await?;
    let channel: Channel = channels::table
        .find(channel.unwrap_or(before.channel.id))
        .select(Channel::as_select())
        .first(tx.conn())
        .await
        .optional()?
        .ok_or(EntityError::NoSuchChannel)?;
    let after = diesel::update(one!(tx, client_channels, id))
        .set((
            client_channels::channel_id.eq(channel.id),
            client_channels::settle_days.eq(settle_days.unwrap_or(before.settle_days)),
            client_channels::updated_at.eq(Utc::now()),
        ))
        .returning(Row::as_returning())
        .get_result(tx.conn())
        .await?
        .with(channel);
    Ok(Changed { before, after })
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`].
pub async fn set_client_channel_active(
    tx: &mut TenantTx,
    id: Uuid,
    active: bool,
) -> Result<Changed<ClientChannel>, EntityError> {
    let before = for_change(tx, id).await?;
    let row = diesel::update(one!(tx, client_channels, id))
        .set((client_channels::is_active.eq(active), client_channels::updated_at.eq(Utc::now())))
        .returning(Row::as_returning())
        .get_result(tx.conn())
        .await?;
    let after = row.with(before.channel.clone());
    Ok(Changed { before, after })
}

/// As [`remove_client`](super::remove_client).
///
/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::NotEmpty`], [`EntityError::HasWeeks`].
pub async fn remove_client_channel(
    tx: &mut TenantTx,
    id: Uuid,
    force: bool,
    by: &str,
) -> Result<Removed<ClientChannel>, EntityError> {
    let row = for_change(tx, id).await?;
    let below = visible!(tx, campaign_groups, client_id).filter(campaign_groups::client_channel_id.eq(id));
    nothing_below(below.count().get_result(tx.conn()).await?)?;
    let weeks = retire_weeks(tx, id, force, by).await?;
    let removed = client_channels::removed_at.eq(Utc::now());
    diesel::update(one!(tx, client_channels, id)).set(removed).execute(tx.conn()).await?;
    Ok(Removed { row, weeks })
}

async fn for_change(tx: &mut TenantTx, id: Uuid) -> Result<ClientChannel, EntityError> {
    let found = get_client_channel(tx, id).await?;
    writable(tx, found.client)?;
    let row: Row = one!(tx, client_channels, id)
        .for_update()
        .select(Row::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::ClientChannel))?;
    with_channel(tx, row).await
}

/// One under which something is to be made: it and its client must be active, and stay so until the transaction ends.
pub(super) async fn parent_client_channel(tx: &mut TenantTx, id: Uuid) -> Result<ClientChannel, EntityError> {
    let found = get_client_channel(tx, id).await?;
    parent_client(tx, found.client).await?;
    let row: Row = one!(tx, client_channels, id)
        .for_share()
        .select(Row::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::ClientChannel))?;
    if !row.is_active {
        return Err(EntityError::Inactive(Level::ClientChannel));
    }
    with_channel(tx, row).await
}
