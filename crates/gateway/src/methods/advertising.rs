//! Clients, campaigns and weeks as the wire shows them, for every router that shows any. Nothing is decided here.

use ad_metrics::{Amounts, Settling, Week};
use api::types::{
    AdChannel, Campaign, CampaignGroup, CampaignGroupId, CampaignId, ChannelId, Client, ClientChannel,
    ClientChannelId, ClientId, Currency, MetricsLevel, MetricsSource, MinorUnits, Money, Page, Ratio,
    TargetRoas, Timestamp, WeeklyMetric,
};
use rpc::{Method, RpcError};
use store::{
    ListPage, StoreError,
    metrics::{self, Level, Place, WeekRow},
};
use tenancy::Actor;

use super::rows;
use crate::host::{Failure, Gateway, Scope, store_error};

impl Gateway {
    /// As [`Gateway::page`], for rows whose amounts may be too large for the wire.
    pub(crate) fn try_page<M: Method, Row, Item, R>(
        &self,
        scope: &Scope,
        params: &M,
        page: ListPage<Row>,
        item: impl Fn(Row) -> Result<Item, RpcError>,
    ) -> Result<Page<Item>, Failure<R>> {
        let items = page.items.into_iter().map(item).collect::<Result<_, _>>()?;
        let next_cursor = page.next.map(|position| self.paging(scope, params).seal(&position));
        Ok(Page { items, next_cursor, total: None })
    }
}

/// Who acts, as the tables keep it.
pub(crate) fn actor(scope: &Scope) -> String {
    match scope.principal().actor() {
        Actor::User(id) => format!("user:{id}"),
        Actor::ApiKey(id) => format!("api_key:{id}"),
        Actor::System => "system".to_owned(),
    }
}

/// A level in words.
pub(crate) fn spoken(level: Level) -> &'static str {
    match level {
        Level::Client => "client",
        Level::ClientChannel => "client's channel",
        Level::CampaignGroup => "campaign group",
        Level::Campaign => "campaign",
    }
}

pub(crate) fn level(level: Level) -> MetricsLevel {
    match level {
        Level::Client => MetricsLevel::Client,
        Level::ClientChannel => MetricsLevel::ClientChannel,
        Level::CampaignGroup => MetricsLevel::CampaignGroup,
        Level::Campaign => MetricsLevel::Campaign,
    }
}

/// The tables' rules let nothing else in; if they did, it is our mistake and not the caller's.
fn broken() -> RpcError {
    store_error(StoreError::Bug)
}

pub(crate) fn currency(text: &str) -> Result<Currency, RpcError> {
    Currency::try_from(text).map_err(|_| broken())
}

pub(crate) fn minor(amount: i64) -> Result<MinorUnits, RpcError> {
    MinorUnits::try_from(amount).map_err(|_| broken())
}

pub(crate) fn money(amount: i64, in_currency: &str) -> Result<Money, RpcError> {
    Ok(Money { minor: minor(amount)?, currency: currency(in_currency)? })
}

pub(crate) fn roas(amounts: Amounts) -> Option<Ratio> {
    amounts.roas().map(|it| Ratio(it.ten_thousandths()))
}

pub(crate) fn channel(row: metrics::Channel) -> AdChannel {
    AdChannel { id: ChannelId(row.id), name: row.name, slug: row.slug, icon_url: row.icon_url }
}

pub(crate) fn client(row: metrics::Client) -> Result<Client, RpcError> {
    Ok(Client {
        id: ClientId(row.id),
        name: row.name,
        currency: currency(&row.currency)?,
        is_active: row.is_active,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

pub(crate) fn client_channel(row: metrics::ClientChannel) -> Result<ClientChannel, RpcError> {
    Ok(ClientChannel {
        id: ClientChannelId(row.id),
        client_id: ClientId(row.client),
        channel: channel(row.channel),
        settles_after_days: days(row.settle_days),
        is_active: row.is_active,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

pub(crate) fn days(days: i64) -> u16 {
    u16::try_from(days).unwrap_or(u16::MAX)
}

pub(crate) fn campaign_group(row: metrics::CampaignGroup) -> Result<CampaignGroup, RpcError> {
    let metrics::CampaignGroup { fields: row, currency } = row;
    Ok(CampaignGroup {
        id: CampaignGroupId(row.id),
        client_id: ClientId(row.client_id),
        client_channel_id: ClientChannelId(row.client_channel_id),
        name: row.name,
        weekly_budget: row.weekly_budget.map(|it| money(it, &currency)).transpose()?,
        is_active: row.is_active,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

pub(crate) fn campaign(row: metrics::Campaign) -> Result<Campaign, RpcError> {
    Ok(Campaign {
        id: CampaignId(row.id),
        client_id: ClientId(row.client_id),
        campaign_group_id: CampaignGroupId(row.campaign_group_id),
        name: row.name,
        target_roas: row.target_roas.and_then(TargetRoas::of_ten_thousandths),
        external_id: row.external_id,
        is_active: row.is_active,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

pub(crate) fn source(word: &str) -> Result<MetricsSource, RpcError> {
    rows::from_word(word).ok_or_else(broken)
}

pub(crate) fn week(row: WeekRow) -> Result<WeeklyMetric, RpcError> {
    let Place {
        level: at, id, client, client_channel, campaign_group, currency, settle_days, local_now, ..
    } = row.place;
    let week = Week::starting(row.week_start).map_err(|_| broken())?;
    let amounts = Amounts { ad_spend: row.ad_spend, sales: row.sales };
    Ok(WeeklyMetric {
        level: level(at),
        client_id: ClientId(client),
        client_channel_id: client_channel.map(ClientChannelId),
        campaign_group_id: campaign_group.map(CampaignGroupId),
        campaign_id: (at == Level::Campaign).then_some(CampaignId(id)),
        week_start: row.week_start,
        ad_spend: money(row.ad_spend, &currency)?,
        sales: money(row.sales, &currency)?,
        roas: roas(amounts),
        source: source(&row.source)?,
        settled: Settling { days: days(settle_days) }.is_settled(week, local_now.date()),
        recorded_at: Timestamp(row.recorded_at),
    })
}
