//! The advertising channels that all organizations share.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{StoreError, TenantTx, schema::channels};

/// An advertising channel.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = channels)]
pub struct Channel {
    pub id: Uuid,
    pub name: String,
    pub slug: String,
    pub icon_url: Option<String>,
}

/// All of them, by name.
///
/// # Errors
/// When the database refuses.
pub async fn list_channels(tx: &mut TenantTx) -> Result<Vec<Channel>, StoreError> {
    let all = channels::table.order(channels::name.asc()).select(Channel::as_select());
    Ok(all.load(tx.conn()).await?)
}

/// # Errors
/// [`StoreError::NotFound`] when there is no such channel.
pub async fn get_channel(tx: &mut TenantTx, id: Uuid) -> Result<Channel, StoreError> {
    Ok(channels::table.find(id).select(Channel::as_select()).first(tx.conn()).await?)
}
