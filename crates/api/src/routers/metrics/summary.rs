//! `metrics.summary` and `metrics.weekOverWeek`.

use chrono::NaiveDate;

use super::{super::prelude::*, Figures, FiguresChange, MetricsRefusal, example_change, example_figures};

/// What one unit of a currency is worth in another, and who says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CurrencyRate {
    /// The currency of the figures.
    pub currency: Currency,
    /// What one unit of it is worth in the currency asked for, as a decimal such as `1.0842`.
    #[validate(length(min = 1, max = 24))]
    pub rate: String,
    /// Of which day.
    pub date: NaiveDate,
    /// Whose, up to 100 characters.
    #[validate(length(min = 1, max = 100))]
    pub source: String,
}

/// What some weeks add up to: the organization, a client, or anything below it, with the same number of weeks before, and week
/// over week.
///
/// Everything foots to the last minor unit: a total is the sum of `items`, of `others`, and of `unallocated`, which is known only
/// higher up. Different currencies are never added; say `currency` and `rates` to have them in one. With `knownAt`, what was
/// known then stands beside what is known now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// The Monday of the first week.
    pub from: NaiveDate,
    /// The Monday of the last week.
    pub to: NaiveDate,
    /// What the items are; when not given, what lies directly below the place asked for.
    pub level: Option<MetricsLevel>,
    /// As known at this instant, beside as known now.
    pub known_at: Option<Timestamp>,
    /// Everything in this currency.
    pub currency: Option<Currency>,
    /// The rates for it, up to 50.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    pub rates: Vec<CurrencyRate>,
    /// How many items at most, those with most spend first; the rest is summed up in `others`.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// Sums as known at one instant. Null where nothing is known, which is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeriodSums {
    /// Of the weeks asked for.
    pub period: Option<Figures>,
    /// Of as many weeks directly before.
    pub previous: Option<Figures>,
    /// Of the last week.
    pub week: Option<Figures>,
    /// Of the week before the last.
    pub week_before: Option<Figures>,
    /// The weeks asked for against those before; null unless something is known of both.
    pub against_previous: Option<FiguresChange>,
    /// The last week against the one before; null unless something is known of both.
    pub week_over_week: Option<FiguresChange>,
}

/// Shares of all there is in the currency; null when there is nothing to have a share of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shares {
    /// Of what was spent.
    pub ad_spend: Option<Share>,
    /// Of what was sold.
    pub sales: Option<Share>,
}

/// One place's line of a summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryLine {
    /// What it is.
    pub level: MetricsLevel,
    /// Which.
    pub id: PlaceId,
    /// What it lies below; null for a client.
    pub parent_id: Option<PlaceId>,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its name; the channel's, for a client on a channel.
    pub name: String,
    /// The currency of its figures.
    pub currency: Currency,
    /// Whether figures may be put in.
    pub is_active: bool,
    /// A campaign's target.
    pub target_roas: Option<TargetRoas>,
    /// Sales against what the targets of the campaigns ask for the money spent; null without targets or spend.
    pub target_attainment: Option<Ratio>,
    /// As known now.
    pub now: PeriodSums,
    /// As known at `knownAt`.
    pub then: Option<PeriodSums>,
    /// The part of this period's figures that nothing below accounts for. A campaign's are all its own.
    pub unallocated: Option<Figures>,
    /// The place's share of everything in its currency.
    pub share: Shares,
}

/// The sums of one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryTotal {
    /// The currency.
    pub currency: Currency,
    /// As known now.
    pub now: PeriodSums,
    /// As known at `knownAt`.
    pub then: Option<PeriodSums>,
    /// What of this period is known only above the items' level: the total less all items and others.
    pub unallocated: Option<Figures>,
    /// The items that are not shown, together; null when all are.
    pub others: Option<Figures>,
}

/// What some weeks add up to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricsSummary {
    /// The Monday of the first week.
    pub from: NaiveDate,
    /// The Monday of the last week.
    pub to: NaiveDate,
    /// What the items are.
    pub level: MetricsLevel,
    /// The instant of `then`.
    pub known_at: Option<Timestamp>,
    /// The place asked for, currency by currency.
    pub totals: Vec<SummaryTotal>,
    /// The places of that level below it, most spend first.
    pub items: Vec<SummaryLine>,
    /// How many items are not shown.
    pub others: u64,
    /// The rates that were used.
    pub rates: Vec<CurrencyRate>,
}

impl Method for Summary {
    const NAME: &'static str = "metrics.summary";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = MetricsSummary;
    type Refusal = MetricsRefusal;

    fn example() -> Example<Self> {
        let (week, before) = (example_figures(48_250, 193_000), example_figures(51_000, 178_500));
        let change = Some(example_change(before, week));
        let sums = PeriodSums {
            period: Some(week),
            previous: Some(before),
            week: Some(week),
            week_before: Some(before),
            against_previous: change,
            week_over_week: change,
        };
        let (from, to) = (sample::date(2026, 2, 23), sample::date(2026, 2, 23));
        Example {
            params: Summary {
                client_id: Some(sample::CLIENT_ID),
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: None,
                from,
                to,
                level: Some(MetricsLevel::Campaign),
                known_at: None,
                currency: None,
                rates: Vec::new(),
                limit: MatrixSize::default(),
            },
            result: MetricsSummary {
                from,
                to,
                level: MetricsLevel::Campaign,
                known_at: None,
                totals: vec![SummaryTotal {
                    currency: Currency::USD,
                    now: sums,
                    then: None,
                    unallocated: None,
                    others: None,
                }],
                items: vec![SummaryLine {
                    level: MetricsLevel::Campaign,
                    id: PlaceId(sample::CAMPAIGN_ID.0),
                    parent_id: Some(PlaceId(sample::CAMPAIGN_GROUP_ID.0)),
                    client_id: sample::CLIENT_ID,
                    name: "Boots".into(),
                    currency: Currency::USD,
                    is_active: true,
                    target_roas: TargetRoas::of_ten_thousandths(40_000),
                    target_attainment: Some(Ratio(10_000)),
                    now: sums,
                    then: None,
                    unallocated: Some(week),
                    share: Shares { ad_spend: Some(Share(1_000_000)), sales: Some(Share(1_000_000)) },
                }],
                others: 0,
                rates: Vec::new(),
            },
        }
    }
}

/// One week against the week before it, place by place, as known now and as known at another instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WeekOverWeek {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// The week's Monday.
    pub week: NaiveDate,
    /// What the items are; when not given, what lies directly below the place asked for.
    pub level: Option<MetricsLevel>,
    /// As known at this instant, beside as known now.
    pub known_at: Option<Timestamp>,
    /// How many items at most, those with most spend first.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// A week and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeekChange {
    /// The week.
    pub week: Option<Figures>,
    /// The week before it.
    pub week_before: Option<Figures>,
    /// From that to this; null unless something is known of both.
    pub change: Option<FiguresChange>,
}

/// One place's week against the week before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeekOverWeekLine {
    /// What it is.
    pub level: MetricsLevel,
    /// Which.
    pub id: PlaceId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of its figures.
    pub currency: Currency,
    /// As known now.
    pub now: WeekChange,
    /// As known at `knownAt`.
    pub then: Option<WeekChange>,
}

impl Method for WeekOverWeek {
    const NAME: &'static str = "metrics.weekOverWeek";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Listing<WeekOverWeekLine>;
    type Refusal = MetricsRefusal;

    fn example() -> Example<Self> {
        let (week, before) = (example_figures(48_250, 193_000), example_figures(51_000, 178_500));
        let now = WeekChange {
            week: Some(week),
            week_before: Some(before),
            change: Some(example_change(before, week)),
        };
        Example {
            params: WeekOverWeek {
                client_id: Some(sample::CLIENT_ID),
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: None,
                week: sample::date(2026, 2, 23),
                level: Some(MetricsLevel::Campaign),
                known_at: Some(sample::days_ago(5)),
                limit: MatrixSize::default(),
            },
            result: Listing {
                items: vec![WeekOverWeekLine {
                    level: MetricsLevel::Campaign,
                    id: PlaceId(sample::CAMPAIGN_ID.0),
                    client_id: sample::CLIENT_ID,
                    name: "Boots".into(),
                    currency: Currency::USD,
                    now,
                    then: Some(now),
                }],
            },
        }
    }
}
