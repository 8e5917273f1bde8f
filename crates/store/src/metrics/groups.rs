//! Campaign groups: campaigns of a client on a channel that share a weekly budget.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::client_channels::parent_client_channel;
use super::clients::by_name;
use super::level::{Changed, EntityError, Level, Removed, missing, nothing_below, one, visible, writable};
use super::weeks_write::retire_weeks;
use crate::page::{ListPage, PageRequest};
use crate::schema::{campaign_groups, campaigns, clients};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// A campaign group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignGroup {
    pub fields: GroupFields,
    /// The client's.
    pub currency: String,
}

/// A campaign group's own columns.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaign_groups)]
pub struct GroupFields {
    pub id: Uuid,
    pub client_id: Uuid,
    pub client_channel_id: Uuid,
    pub name: String,
    pub(super) name_lower: String,
    /// In minor units.
    pub weekly_budget: Option<i64>,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Which to list.
#[derive(Clone, Debug, Default)]
pub struct CampaignGroupFilter {
    pub client: Option<Uuid>,
    pub client_channel: Option<Uuid>,
    pub active: Option<bool>,
}

/// By name.
///
/// # Errors
/// When the database refuses.
pub async fn list_campaign_groups(
    tx: &mut TenantTx,
    filter: &CampaignGroupFilter,
    page: &PageRequest,
) -> Result<ListPage<CampaignGroup>, StoreError> {
    let mut query = visible!(tx, campaign_groups, client_id);
    if let Some(client) = filter.client {
        query = query.filter(campaign_groups::client_id.eq(client));
    }
    if let Some(client_channel) = filter.client_channel {
        query = query.filter(campaign_groups::client_channel_id.eq(client_channel));
    }
    if let Some(active) = filter.active {
        query = query.filter(campaign_groups::is_active.eq(active));
    }
    if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
        let later = campaign_groups::name_lower.gt(name.clone()).or(campaign_groups::id.gt(id));
        query = query.filter(campaign_groups::name_lower.ge(name)).filter(later);
    }
    let query = query
        .order((campaign_groups::name_lower.asc(), campaign_groups::id.asc()))
        .select(GroupFields::as_select());
    let rows: Vec<GroupFields> = first_of(query, page.fetch()).load(tx.conn()).await?;
    let currencies = currencies(tx, rows.iter().map(|it| it.client_id).collect()).await?;
    let rows = rows.into_iter().map(|fields| {
        let found = currencies.iter().find(|it| it.0 == fields.client_id).ok_or(StoreError::Bug)?;
        Ok(CampaignGroup { currency: found.1.clone(), fields })
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(ListPage::of(rows, page, |row| by_name(&row.fields.name_lower, row.fields.id)))
}

async fn currencies(tx: &mut TenantTx, ids: Vec<Uuid>) -> Result<Vec<(Uuid, String)>, StoreError> {
    let found = clients::table
        .filter(clients::tenant_id.eq(tx.tenant().0).and(clients::id.eq_any(ids)))
        .select((clients::id, clients::currency));
    Ok(found.load(tx.conn()).await?)
}

async fn with_currency(tx: &mut TenantTx, fields: GroupFields) -> Result<CampaignGroup, EntityError> {
    let (_, currency) = currencies(tx, vec![fields.client_id]).await?.pop().ok_or(StoreError::Bug)?;
    Ok(CampaignGroup { fields, currency })
}

/// # Errors
/// [`EntityError::NoSuch`].
pub async fn get_campaign_group(tx: &mut TenantTx, id: Uuid) -> Result<CampaignGroup, EntityError> {
    let query = visible!(tx, campaign_groups, client_id).filter(campaign_groups::id.eq(id));
    let fields: GroupFields = query
        .select(GroupFields::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::CampaignGroup))?;
    with_currency(tx, fields).await
}

/// A campaign group about to be made.
#[derive(Clone, Debug)]
pub struct NewCampaignGroup<'a> {
    pub client_channel: Uuid,
    pub name: &'a str,
    pub weekly_budget: Option<i64>,
}

/// # Errors
/// [`EntityError::NoSuch`] (the client's channel), [`EntityError::ReadOnly`], [`EntityError::Inactive`],
/// [`EntityError::Taken`].
pub async fn create_campaign_group(
    tx: &mut TenantTx,
    new: &NewCampaignGroup<'_>,
) -> Result<CampaignGroup, EntityError> {
    let parent = parent_client_channel(tx, new.client_channel).await?;
    let values = (
        campaign_groups::tenant_id.eq(tx.tenant().0),
        campaign_groups::id.eq(Uuid::now_v7()),
        campaign_groups::client_id.eq(parent.client),
        campaign_groups::client_channel_id.eq(parent.id),
        campaign_groups::name.eq(new.name),
        campaign_groups::weekly_budget.eq(new.weekly_budget),
    );
    let row =
        diesel::insert_into(campaign_groups::table).values(values).returning(GroupFields::as_returning());
    let fields = row.get_result(tx.conn()).await?;
    with_currency(tx, fields).await
}

/// What is to be another; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct GroupChange<'a> {
    pub name: Option<&'a str>,
    /// `Some(None)` takes the budget away.
    pub weekly_budget: Option<Option<i64>>,
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::Taken`].
pub async fn update_campaign_group(
    tx: &mut TenantTx,
    id: Uuid,
    change: &GroupChange<'_>,
) -> Result<Changed<CampaignGroup>, EntityError> {
    let before = for_change(tx, id).await?;
    let fields = diesel::update(one!(tx, campaign_groups, id))
        .set((
            campaign_groups::name.eq(change.name.unwrap_or(&before.fields.name)),
            campaign_groups::weekly_budget.eq(change.weekly_budget.unwrap_or(before.fields.weekly_budget)),
            campaign_groups::updated_at.eq(Utc::now()),
        ))
        .returning(GroupFields::as_returning())
        .get_result(tx.conn())
        .await?;
    let after = CampaignGroup { fields, currency: before.currency.clone() };
    Ok(Changed { before, after })
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`].
pub async fn set_campaign_group_active(
    tx: &mut TenantTx,
    id: Uuid,
    active: bool,
) -> Result<Changed<CampaignGroup>, EntityError> {
    let before = for_change(tx, id).await?;
    let fields = diesel::update(one!(tx, campaign_groups, id))
        .set((campaign_groups::is_active.eq(active), campaign_groups::updated_at.eq(Utc::now())))
        .returning(GroupFields::as_returning())
        .get_result(tx.conn())
        .await?;
    let after = CampaignGroup { fields, currency: before.currency.clone() };
    Ok(Changed { before, after })
}

/// As [`remove_client`](super::remove_client).
///
/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::NotEmpty`], [`EntityError::HasWeeks`].
pub async fn remove_campaign_group(
    tx: &mut TenantTx,
    id: Uuid,
    force: bool,
    by: &str,
) -> Result<Removed<CampaignGroup>, EntityError> {
    let row = for_change(tx, id).await?;
    let below = visible!(tx, campaigns, client_id).filter(campaigns::campaign_group_id.eq(id));
    nothing_below(below.count().get_result(tx.conn()).await?)?;
    let weeks = retire_weeks(tx, id, force, by).await?;
    let removed = campaign_groups::removed_at.eq(Utc::now());
    diesel::update(one!(tx, campaign_groups, id)).set(removed).execute(tx.conn()).await?;
    Ok(Removed { row, weeks })
}

async fn for_change(tx: &mut TenantTx, id: Uuid) -> Result<CampaignGroup, EntityError> {
    let found = get_campaign_group(tx, id).await?;
    writable(tx, found.fields.client_id)?;
    let fields: GroupFields = one!(tx, campaign_groups, id)
        .for_update()
        .select(GroupFields::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::CampaignGroup))?;
    Ok(CampaignGroup { fields, currency: found.currency })
}

/// One under which a campaign is to be made: it and all above it must be active, and stay so until the transaction ends.
pub(super) async fn parent_campaign_group(tx: &mut TenantTx, id: Uuid) -> Result<GroupFields, EntityError> {
    let found = get_campaign_group(tx, id).await?;
    parent_client_channel(tx, found.fields.client_channel_id).await?;
    let fields: GroupFields = one!(tx, campaign_groups, id)
        .for_share()
        .select(GroupFields::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::CampaignGroup))?;
    if fields.is_active { Ok(fields) } else { Err(EntityError::Inactive(Level::CampaignGroup)) }
}
