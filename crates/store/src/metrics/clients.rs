//! Clients: the advertisers an organization works for.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::{Changed, EntityError, Level, Removed, missing, nothing_below, one, visible, writable};
use super::weeks_write::retire_weeks;
use crate::page::{Key, ListPage, PageRequest, Position, end_of_prefix};
use crate::schema::{client_channels, clients, tenants, weekly_metrics};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = clients)]
pub struct Client {
    pub id: Uuid,
    pub name: String,
    pub(super) name_lower: String,
    /// The currency of all its figures.
    pub currency: String,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Which clients to list.
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// The beginning of the name, in any case.
    pub search: Option<String>,
    pub active: Option<bool>,
}

/// Clients by name.
///
/// # Errors
/// When the database refuses.
pub async fn list_clients(
    tx: &mut TenantTx,
    filter: &ClientFilter,
    page: &PageRequest,
) -> Result<ListPage<Client>, StoreError> {
    let mut query = visible!(tx, clients, id);
    if let Some(search) = &filter.search {
        let from = search.to_lowercase();
        let to = end_of_prefix(&from);
        query = query.filter(clients::name_lower.ge(from)).filter(clients::name_lower.lt(to));
    }
    if let Some(active) = filter.active {
        query = query.filter(clients::is_active.eq(active));
    }
    if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
        let later = clients::name_lower.gt(name.clone()).or(clients::id.gt(id));
        query = query.filter(clients::name_lower.ge(name)).filter(later);
    }
    let query = query.order((clients::name_lower.asc(), clients::id.asc())).select(Client::as_select());
    let rows = first_of(query, page.fetch()).load(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |row| by_name(&row.name_lower, row.id)))
}

pub(super) fn by_name(name_lower: &str, id: Uuid) -> Position {
    Position { key: Key::Text(name_lower.to_owned()), id }
}

/// # Errors
/// [`EntityError::NoSuch`].
pub async fn get_client(tx: &mut TenantTx, id: Uuid) -> Result<Client, EntityError> {
    let query = visible!(tx, clients, id).filter(clients::id.eq(id));
    query.select(Client::as_select()).first(tx.conn()).await.map_err(missing(Level::Client))
}

/// Takes on a client; without a currency, in the organization's.
///
/// # Errors
/// [`EntityError::Limited`] for a caller who does not see every client, [`EntityError::Taken`].
pub async fn create_client(
    tx: &mut TenantTx,
    name: &str,
    currency: Option<&str>,
) -> Result<Client, EntityError> {
    if tx.clients().is_limited() {
        return Err(EntityError::Limited);
    }
    let tenant = tx.tenant().0;
    let currency = match currency {
        Some(currency) => currency.to_owned(),
        None => tenants::table.find(tenant).select(tenants::currency).first(tx.conn()).await?,
    };
    let values = (
        clients::tenant_id.eq(tenant),
        clients::id.eq(Uuid::now_v7()),
        clients::name.eq(name),
        clients::currency.eq(currency),
    );
    let row = diesel::insert_into(clients::table).values(values).returning(Client::as_returning());
    Ok(row.get_result(tx.conn()).await?)
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::Taken`], and [`EntityError::HasWeeks`] for another
/// currency when there are figures in the old one.
pub async fn update_client(
    tx: &mut TenantTx,
    id: Uuid,
    name: Option<&str>,
    currency: Option<&str>,
) -> Result<Changed<Client>, EntityError> {
    let before = for_change(tx, id).await?;
    if currency.is_some_and(|it| it != before.currency) {
        let weeks: i64 = weekly_metrics::table
            .filter(weekly_metrics::tenant_id.eq(tx.tenant().0).and(weekly_metrics::client_id.eq(id)))
            .count()
            .get_result(tx.conn())
            .await?;
        if weeks > 0 {
            return Err(EntityError::HasWeeks(weeks));
        }
    }
    let after = diesel::update(one!(tx, clients, id))
        .set((
            clients::name.eq(name.unwrap_or(&before.name)),
            clients::currency.eq(currency.unwrap_or(&before.currency)),
            clients::updated_at.eq(Utc::now()),
        ))
        .returning(Client::as_returning())
        .get_result(tx.conn())
        .await?;
    Ok(Changed { before, after })
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`].
pub async fn set_client_active(
    tx: &mut TenantTx,
    id: Uuid,
    active: bool,
) -> Result<Changed<Client>, EntityError> {
    let before = for_change(tx, id).await?;
    let after = diesel::update(one!(tx, clients, id))
        .set((clients::is_active.eq(active), clients::updated_at.eq(Utc::now())))
        .returning(Client::as_returning())
        .get_result(tx.conn())
        .await?;
    Ok(Changed { before, after })
}

/// Removes a client on which nothing runs. Figures known only of the client itself are in the way, unless `force`: then they
/// are taken away, and the answer says how many weeks' there were.
///
/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::NotEmpty`], [`EntityError::HasWeeks`].
pub async fn remove_client(
    tx: &mut TenantTx,
    id: Uuid,
    force: bool,
    by: &str,
) -> Result<Removed<Client>, EntityError> {
    let row = for_change(tx, id).await?;
    let below = visible!(tx, client_channels, client_id).filter(client_channels::client_id.eq(id));
    nothing_below(below.count().get_result(tx.conn()).await?)?;
    let weeks = retire_weeks(tx, id, force, by).await?;
    diesel::update(one!(tx, clients, id)).set(clients::removed_at.eq(Utc::now())).execute(tx.conn()).await?;
    Ok(Removed { row, weeks })
}

/// The row, held until the transaction ends, so that nothing is put below it meanwhile.
async fn for_change(tx: &mut TenantTx, id: Uuid) -> Result<Client, EntityError> {
    let found = get_client(tx, id).await?;
    writable(tx, found.id)?;
    one!(tx, clients, id)
        .for_update()
        .select(Client::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::Client))
}

/// A client under which something is to be made: it must be active, and stays so until the transaction ends.
pub(super) async fn parent_client(tx: &mut TenantTx, id: Uuid) -> Result<Client, EntityError> {
    let found = get_client(tx, id).await?;
    writable(tx, found.id)?;
    let row: Client = one!(tx, clients, id)
        .for_share()
        .select(Client::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::Client))?;
    if row.is_active { Ok(row) } else { Err(EntityError::Inactive(Level::Client)) }
}
