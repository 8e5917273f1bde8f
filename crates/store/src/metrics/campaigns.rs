//! Campaigns.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::clients::by_name;
use super::groups::parent_campaign_group;
use super::level::{Changed, EntityError, Level, Removed, missing, one, visible, writable};
use super::weeks_write::retire_weeks;
use crate::page::{ListPage, PageRequest};
use crate::schema::{campaign_groups, campaigns};
use crate::statement::first_of;
use crate::{StoreError, TenantTx};

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaigns)]
pub struct Campaign {
    pub id: Uuid,
    pub client_id: Uuid,
    pub campaign_group_id: Uuid,
    pub name: String,
    pub(super) name_lower: String,
    /// In ten-thousandths.
    pub target_roas: Option<i64>,
    pub external_id: Option<String>,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Which to list.
#[derive(Clone, Debug, Default)]
pub struct CampaignFilter {
    pub client: Option<Uuid>,
    pub client_channel: Option<Uuid>,
    pub campaign_group: Option<Uuid>,
    pub external_id: Option<String>,
    pub active: Option<bool>,
}

/// By name.
///
/// # Errors
/// When the database refuses.
pub async fn list_campaigns(
    tx: &mut TenantTx,
    filter: &CampaignFilter,
    page: &PageRequest,
) -> Result<ListPage<Campaign>, StoreError> {
    let mut query = visible!(tx, campaigns, client_id);
    if let Some(client) = filter.client {
        query = query.filter(campaigns::client_id.eq(client));
    }
    if let Some(client_channel) = filter.client_channel {
        let groups = campaign_groups::table
            .filter(campaign_groups::tenant_id.eq(tx.tenant().0))
            .filter(campaign_groups::client_channel_id.eq(client_channel))
            .select(campaign_groups::id);
        query = query.filter(campaigns::campaign_group_id.eq_any(groups));
    }
    if let Some(group) = filter.campaign_group {
        query = query.filter(campaigns::campaign_group_id.eq(group));
    }
    if let Some(external_id) = filter.external_id.clone() {
        query = query.filter(campaigns::external_id.eq(external_id));
    }
    if let Some(active) = filter.active {
        query = query.filter(campaigns::is_active.eq(active));
    }
    if let Some((name, id)) = page.after.as_ref().and_then(|p| Some((p.text()?.to_owned(), p.id))) {
        let later = campaigns::name_lower.gt(name.clone()).or(campaigns::id.gt(id));
        query = query.filter(campaigns::name_lower.ge(name)).filter(later);
    }
    let query = query.order((campaigns::name_lower.asc(), campaigns::id.asc())).select(Campaign::as_select());
    let rows = first_of(query, page.fetch()).load(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |row| by_name(&row.name_lower, row.id)))
}

/// # Errors
/// [`EntityError::NoSuch`].
pub async fn get_campaign(tx: &mut TenantTx, id: Uuid) -> Result<Campaign, EntityError> {
    let query = visible!(tx, campaigns, client_id).filter(campaigns::id.eq(id));
    query.select(Campaign::as_select()).first(tx.conn()).await.map_err(missing(Level::Campaign))
}

/// A campaign about to be made.
#[derive(Clone, Debug)]
pub struct NewCampaign<'a> {
    pub campaign_group: Uuid,
    pub name: &'a str,
    pub target_roas: Option<i64>,
    pub external_id: Option<&'a str>,
}

/// # Errors
/// [`EntityError::NoSuch`] (the group), [`EntityError::ReadOnly`], [`EntityError::Inactive`], [`EntityError::Taken`].
pub async fn create_campaign(tx: &mut TenantTx, new: &NewCampaign<'_>) -> Result<Campaign, EntityError> {
    let parent = parent_campaign_group(tx, new.campaign_group).await?;
    let values = (
        campaigns::tenant_id.eq(tx.tenant().0),
        campaigns::id.eq(Uuid::now_v7()),
        campaigns::client_id.eq(parent.client_id),
        campaigns::campaign_group_id.eq(parent.id),
        campaigns::name.eq(new.name),
        campaigns::target_roas.eq(new.target_roas),
        campaigns::external_id.eq(new.external_id),
    );
    let row = diesel::insert_into(campaigns::table).values(values).returning(Campaign::as_returning());
    Ok(row.get_result(tx.conn()).await?)
}

/// What is to be another; `None` stays, `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct CampaignChange<'a> {
    pub name: Option<&'a str>,
    pub target_roas: Option<Option<i64>>,
    pub external_id: Option<Option<&'a str>>,
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::Taken`].
pub async fn update_campaign(
    tx: &mut TenantTx,
    id: Uuid,
    change: &CampaignChange<'_>,
) -> Result<Changed<Campaign>, EntityError> {
    let before = for_change(tx, id).await?;
    let after = diesel::update(one!(tx, campaigns, id))
        .set((
            campaigns::name.eq(change.name.unwrap_or(&before.name)),
            campaigns::target_roas.eq(change.target_roas.unwrap_or(before.target_roas)),
            campaigns::external_id.eq(change.external_id.unwrap_or(before.external_id.as_deref())),
            campaigns::updated_at.eq(Utc::now()),
        ))
        .returning(Campaign::as_returning())
        .get_result(tx.conn())
        .await?;
    Ok(Changed { before, after })
}

/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`].
pub async fn set_campaign_active(
    tx: &mut TenantTx,
    id: Uuid,
    active: bool,
) -> Result<Changed<Campaign>, EntityError> {
    let before = for_change(tx, id).await?;
    let after = diesel::update(one!(tx, campaigns, id))
        .set((campaigns::is_active.eq(active), campaigns::updated_at.eq(Utc::now())))
        .returning(Campaign::as_returning())
        .get_result(tx.conn())
        .await?;
    Ok(Changed { before, after })
}

/// As [`remove_client`](super::remove_client).
///
/// # Errors
/// [`EntityError::NoSuch`], [`EntityError::ReadOnly`], [`EntityError::HasWeeks`].
pub async fn remove_campaign(
    tx: &mut TenantTx,
    id: Uuid,
    force: bool,
    by: &str,
) -> Result<Removed<Campaign>, EntityError> {
    let row = for_change(tx, id).await?;
    let weeks = retire_weeks(tx, id, force, by).await?;
    let removed = campaigns::removed_at.eq(Utc::now());
    diesel::update(one!(tx, campaigns, id)).set(removed).execute(tx.conn()).await?;
    Ok(Removed { row, weeks })
}

async fn for_change(tx: &mut TenantTx, id: Uuid) -> Result<Campaign, EntityError> {
    let found = get_campaign(tx, id).await?;
    writable(tx, found.client_id)?;
    one!(tx, campaigns, id)
        .for_update()
        .select(Campaign::as_select())
        .first(tx.conn())
        .await
        .map_err(missing(Level::Campaign))
}
