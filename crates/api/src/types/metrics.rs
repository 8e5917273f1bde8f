//! Clients, their channels and campaigns, and weeks.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CampaignGroupId, CampaignId, ChannelId, ClientChannelId, ClientId, Currency, Money, Ratio, TargetRoas,
    Timestamp,
};

/// A level of the tree that figures roll up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricsLevel {
    /// An advertiser you work for.
    Client,
    /// A client on a channel.
    ClientChannel,
    /// A group of campaigns.
    CampaignGroup,
    /// A campaign.
    Campaign,
}

/// An advertising channel. The list of them is the same for every organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdChannel {
    /// The channel.
    pub id: ChannelId,
    /// Its name.
    pub name: String,
    /// Its short name in addresses.
    pub slug: String,
    /// The address of a picture of it.
    pub icon_url: Option<String>,
}

/// An advertiser you work for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// The client.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of all its figures.
    pub currency: Currency,
    /// Whether figures may be put in and things be made below it.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A client on a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientChannel {
    /// The client on the channel.
    pub id: ClientChannelId,
    /// The client.
    pub client_id: ClientId,
    /// The channel.
    pub channel: AdChannel,
    /// How many days after its end a week counts as settled.
    pub settles_after_days: u16,
    /// Whether figures may be put in and things be made below it.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Campaigns of a client on a channel that share a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignGroup {
    /// The campaign group.
    pub id: CampaignGroupId,
    /// The client.
    pub client_id: ClientId,
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
    /// Its name.
    pub name: String,
    /// What all its campaigns together may spend in a week.
    pub weekly_budget: Option<Money>,
    /// Whether figures may be put in and things be made below it.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Campaign {
    /// The campaign.
    pub id: CampaignId,
    /// The client.
    pub client_id: ClientId,
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// Its name.
    pub name: String,
    /// The return on ad spend that is aimed at.
    pub target_roas: Option<TargetRoas>,
    /// What the channel calls it.
    pub external_id: Option<String>,
    /// Whether figures may be put in.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Where a week's figures came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricsSource {
    /// Put in by a call.
    Manual,
    /// Read from a file.
    Import,
}

/// Figures of one week: of a campaign, or what is known only higher up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeeklyMetric {
    /// At which level the figures are known.
    pub level: MetricsLevel,
    /// The client.
    pub client_id: ClientId,
    /// The client on the channel; null for figures of the client itself.
    pub client_channel_id: Option<ClientChannelId>,
    /// The campaign group; null for figures of a level above.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// The campaign; null for figures of a level above.
    pub campaign_id: Option<CampaignId>,
    /// The week's Monday, in the organization's time zone.
    pub week_start: NaiveDate,
    /// What was spent.
    pub ad_spend: Money,
    /// What was sold.
    pub sales: Money,
    /// Sales for each unit spent; null when nothing was spent.
    pub roas: Option<Ratio>,
    /// Where the figures came from.
    pub source: MetricsSource,
    /// Whether so many days have passed since the week's end that changes are not expected any more.
    pub settled: bool,
    /// When these figures became known.
    pub recorded_at: Timestamp,
}
