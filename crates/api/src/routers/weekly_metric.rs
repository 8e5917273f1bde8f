//! `weeklyMetric`: what each week brought in.

use chrono::NaiveDate;
use validator::ValidationError;

use super::prelude::*;

/// Weeks with figures, latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only this client's.
    pub client_id: Option<ClientId>,
    /// Only those of this client on this channel, and of what is below.
    pub client_channel_id: Option<ClientChannelId>,
    /// Only those of this group and of its campaigns.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Only those of this campaign.
    pub campaign_id: Option<CampaignId>,
    /// Only weeks that start on this day or later.
    pub from: Option<NaiveDate>,
    /// Only weeks that start on this day or earlier.
    pub to: Option<NaiveDate>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "weeklyMetric.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<WeeklyMetric>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                client_id: None,
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: Some(sample::CAMPAIGN_ID),
                from: None,
                to: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::weekly_metric()]),
        }
    }
}

refusals! {
    /// Why a week's figures stay as they are. `index` says which of several weeks is meant, from 0.
    pub enum WeeklyMetricRefusal {
        /// The organization has no such campaign, or you may not see its client.
        NoSuchCampaign { index: u32 } => NotFound, "no such campaign (week {index})";
        /// The organization has no such campaign group, or you may not see its client.
        NoSuchCampaignGroup { index: u32 } => NotFound, "no such campaign group (week {index})";
        /// The organization has no such thing, or you may not see the client.
        NoSuchClientChannel { index: u32 } => NotFound, "no such client's channel (week {index})";
        /// The organization has no such client, or you may not see it.
        NoSuchClient { index: u32 } => NotFound, "no such client (week {index})";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly { index: u32 } => Forbidden, "you may only read this client (week {index})";
        /// The campaign, or something above it, is not active.
        Inactive { index: u32, level: String } => PreconditionFailed, "the {level} is not active (week {index})";
        /// A week starts on a Monday. `monday` is the one that was meant.
        NotAMonday { index: u32, week_start: NaiveDate, monday: NaiveDate } => UnprocessableContent, "{week_start} is not a Monday: {monday} was meant (week {index})";
        /// The week lies before 1970 or after 9999.
        WeekOutOfRange { index: u32 } => UnprocessableContent, "the week is outside of the years 1970 to 9999 (week {index})";
        /// Nobody spends or sells less than nothing.
        NegativeAmount { index: u32, field: String } => UnprocessableContent, "{field} is negative (week {index})";
        /// No campaign spends or sells that much in a week.
        AmountTooLarge { index: u32, field: String } => UnprocessableContent, "{field} is too large (week {index})";
        /// The client's figures are in another currency.
        CurrencyNotUsed { index: u32, currency: Currency, expected: Currency } => UnprocessableContent, "the client's figures are in {expected}, not in {currency} (week {index})";
        /// Two of the weeks are the same week of the same place.
        WeekTwice { index: u32 } => UnprocessableContent, "the week is given twice (week {index})";
    }
}

fn one_place(
    client: bool,
    client_channel: bool,
    campaign_group: bool,
    campaign: bool,
) -> Result<(), ValidationError> {
    if [client, client_channel, campaign_group, campaign].into_iter().filter(|given| *given).count() == 1 {
        return Ok(());
    }
    let message = "exactly one of campaignId, campaignGroupId, clientChannelId and clientId is required";
    Err(ValidationError::new("one_place").with_message(message.into()))
}

macro_rules! one_place {
    ($($check:ident for $type:ty),+ $(,)?) => {$(
        fn $check(it: &$type) -> Result<(), ValidationError> {
            one_place(
                it.client_id.is_some(),
                it.client_channel_id.is_some(),
                it.campaign_group_id.is_some(),
                it.campaign_id.is_some(),
            )
        }
    )+};
}

one_place!(upsert_of_one for Upsert, week_of_one for Week, remove_of_one for Remove, revisions_of_one for ListRevisions);

/// Puts in a week's figures, or changes them. What was there stays as an earlier revision; the same figures again are none.
///
/// Figures belong to a campaign. What is known only higher up (a fee for the whole client) is put in there instead, and counts
/// beside what the campaigns report: name exactly one of `campaignId`, `campaignGroupId`, `clientChannelId` and `clientId`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "upsert_of_one"))]
pub struct Upsert {
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// Instead of a campaign: the group, for figures known only of all of it.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Instead of a campaign: the client on the channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Instead of a campaign: the client.
    pub client_id: Option<ClientId>,
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// What was spent, in the client's currency: zero to 1,000,000,000,000,000 minor units. To correct a week, put in what is right.
    pub ad_spend: Money,
    /// What was sold, in the client's currency, within the same bounds.
    pub sales: Money,
}

/// Figures of a week that were put in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpsertedWeek {
    /// The week as it is now.
    pub week: WeeklyMetric,
    /// False when the same figures were there already.
    pub changed: bool,
}

impl Method for Upsert {
    const NAME: &'static str = "weeklyMetric.upsert";
    const EFFECT: Effect =
        Effect::Mutation { audit: "weeklyMetric.upsert", idempotent: true, topics: &[topics::METRICS] };
    type Caller = Manager;
    type Output = UpsertedWeek;
    type Refusal = WeeklyMetricRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Upsert {
                campaign_id: Some(sample::CAMPAIGN_ID),
                campaign_group_id: None,
                client_channel_id: None,
                client_id: None,
                week_start: sample::date(2026, 2, 23),
                ad_spend: sample::usd(48_250),
                sales: sample::usd(193_000),
            },
            result: UpsertedWeek { week: sample::weekly_metric(), changed: true },
        }
    }
}

/// Figures of one week at one place, about to be put in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "week_of_one"))]
pub struct Week {
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// Instead of a campaign: the group.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Instead of a campaign: the client on the channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Instead of a campaign: the client.
    pub client_id: Option<ClientId>,
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// What was spent: zero to 1,000,000,000,000,000 minor units.
    pub ad_spend: Money,
    /// What was sold, within the same bounds.
    pub sales: Money,
}

/// Puts in the figures of many weeks at once: all of them, or, if one is refused, none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpsertMany {
    /// The weeks, 1 to 1000; no two of the same place and week.
    #[validate(length(min = 1, max = 1000), nested)]
    pub weeks: Vec<Week>,
}

/// What became of many weeks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpsertedWeeks {
    /// How many had no figures before.
    pub inserted: u64,
    /// How many had others.
    pub changed: u64,
    /// How many had the same.
    pub same: u64,
}

impl Method for UpsertMany {
    const NAME: &'static str = "weeklyMetric.upsertMany";
    const EFFECT: Effect =
        Effect::Mutation { audit: "weeklyMetric.upsertMany", idempotent: true, topics: &[topics::METRICS] };
    type Caller = Manager;
    type Output = UpsertedWeeks;
    type Refusal = WeeklyMetricRefusal;

    fn example() -> Example<Self> {
        let week = |monday, spend| Week {
            campaign_id: Some(sample::CAMPAIGN_ID),
            campaign_group_id: None,
            client_channel_id: None,
            client_id: None,
            week_start: monday,
            ad_spend: sample::usd(spend),
            sales: sample::usd(4 * spend),
        };
        Example {
            params: UpsertMany {
                weeks: vec![week(sample::date(2026, 1, 5), 41_000), week(sample::date(2026, 1, 12), 42_000)],
            },
            result: UpsertedWeeks { inserted: 2, changed: 0, same: 0 },
        }
    }
}

refusals! {
    /// Why no figures were taken away.
    pub enum RemoveWeekRefusal {
        /// There are no figures of that week at that place that you may see.
        NoSuchWeek => NotFound, "no figures of that week";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read this client";
    }
}

/// Takes a week's figures away. The revisions stay, to be seen with `knownAt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "remove_of_one"))]
pub struct Remove {
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// Instead of a campaign: the group.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Instead of a campaign: the client on the channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Instead of a campaign: the client.
    pub client_id: Option<ClientId>,
    /// The week's Monday.
    pub week_start: NaiveDate,
}

/// A week without figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedWeek {
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// Since when the figures are not known any more.
    pub recorded_at: Timestamp,
}

impl Method for Remove {
    const NAME: &'static str = "weeklyMetric.remove";
    const EFFECT: Effect =
        Effect::Mutation { audit: "weeklyMetric.remove", idempotent: true, topics: &[topics::METRICS] };
    type Caller = Manager;
    type Output = RemovedWeek;
    type Refusal = RemoveWeekRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove {
                campaign_id: Some(sample::CAMPAIGN_ID),
                campaign_group_id: None,
                client_channel_id: None,
                client_id: None,
                week_start: sample::date(2026, 2, 2),
            },
            result: RemovedWeek {
                week_start: sample::date(2026, 2, 2),
                recorded_at: Timestamp(sample::now()),
            },
        }
    }
}

/// Everything that was ever known of a week at a place, latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "revisions_of_one"))]
pub struct ListRevisions {
    /// The campaign.
    pub campaign_id: Option<CampaignId>,
    /// Instead of a campaign: the group.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Instead of a campaign: the client on the channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Instead of a campaign: the client.
    pub client_id: Option<ClientId>,
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

/// One writing of a week's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeekRevision {
    /// When it became known.
    pub recorded_at: Timestamp,
    /// What was spent, in the client's currency; null when the figures were taken away.
    pub ad_spend: Option<Money>,
    /// What was sold, in the client's currency; null when the figures were taken away.
    pub sales: Option<Money>,
    /// Sales for each unit spent.
    pub roas: Option<Ratio>,
    /// Where the figures came from.
    pub source: MetricsSource,
    /// Who put them in.
    pub recorded_by: Actor,
    /// The import they came with.
    pub import_id: Option<MetricsImportId>,
}

impl Method for ListRevisions {
    const NAME: &'static str = "weeklyMetric.listRevisions";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<WeekRevision>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListRevisions {
                campaign_id: Some(sample::CAMPAIGN_ID),
                campaign_group_id: None,
                client_channel_id: None,
                client_id: None,
                week_start: sample::date(2026, 2, 16),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![WeekRevision {
                recorded_at: sample::days_ago(4),
                ad_spend: Some(sample::usd(51_000)),
                sales: Some(sample::usd(178_500)),
                roas: Some(Ratio(35_000)),
                source: MetricsSource::Manual,
                recorded_by: sample::admin(),
                import_id: None,
            }]),
        }
    }
}
