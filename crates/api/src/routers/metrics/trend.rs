//! `metrics.trend` and `metrics.restatements`.

use chrono::NaiveDate;

use super::{
    super::prelude::*, Figures, FiguresChange, MetricsRefusal, PlaceRefusal, example_change, example_figures,
};

/// Week by week, currency by currency. A week of which nothing is known is a gap and not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trend {
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
    /// As known at this instant, beside as known now.
    pub known_at: Option<Timestamp>,
}

/// One week of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// As known now; null for a gap.
    pub now: Option<Figures>,
    /// As known at `knownAt`; null for a gap, or when no instant was given.
    pub then: Option<Figures>,
}

/// The weeks of one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendSeries {
    /// The currency.
    pub currency: Currency,
    /// Every week asked for, in order.
    pub points: Vec<TrendPoint>,
}

impl Method for Trend {
    const NAME: &'static str = "metrics.trend";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Listing<TrendSeries>;
    type Refusal = MetricsRefusal;

    fn example() -> Example<Self> {
        let point = |week_start, now| TrendPoint { week_start, now, then: None };
        Example {
            params: Trend {
                client_id: Some(sample::CLIENT_ID),
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: None,
                from: sample::date(2026, 2, 16),
                to: sample::date(2026, 3, 2),
                known_at: None,
            },
            result: Listing {
                items: vec![TrendSeries {
                    currency: Currency::USD,
                    points: vec![
                        point(sample::date(2026, 2, 16), Some(example_figures(51_000, 178_500))),
                        point(sample::date(2026, 2, 23), Some(example_figures(48_250, 193_000))),
                        point(sample::date(2026, 3, 2), None),
                    ],
                }],
            },
        }
    }
}

/// Weeks whose figures became others after an instant, latest change first. A first report is no restatement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restatements {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// Changes after this instant.
    pub after: Timestamp,
    /// Changes up to this instant; up to now, when not given.
    pub known_at: Option<Timestamp>,
    /// How many at most, 1 to 5000.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// A week whose figures became others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestatedWeek {
    /// What it is about.
    pub level: MetricsLevel,
    /// Which.
    pub id: PlaceId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of its figures.
    pub currency: Currency,
    /// The week's Monday.
    pub week_start: NaiveDate,
    /// When it was changed last.
    pub recorded_at: Timestamp,
    /// As known at `after`.
    pub before: Figures,
    /// As known at `knownAt`; null when the figures were taken away.
    pub now: Option<Figures>,
    /// From the one to the other.
    pub change: Option<FiguresChange>,
}

impl Method for Restatements {
    const NAME: &'static str = "metrics.restatements";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Listing<RestatedWeek>;
    type Refusal = PlaceRefusal;

    fn example() -> Example<Self> {
        let (before, now) = (example_figures(45_000, 169_500), example_figures(51_000, 178_500));
        Example {
            params: Restatements {
                client_id: None,
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: Some(sample::CAMPAIGN_ID),
                after: sample::days_ago(7),
                known_at: None,
                limit: MatrixSize::default(),
            },
            result: Listing {
                items: vec![RestatedWeek {
                    level: MetricsLevel::Campaign,
                    id: PlaceId(sample::CAMPAIGN_ID.0),
                    client_id: sample::CLIENT_ID,
                    name: "Boots".into(),
                    currency: Currency::USD,
                    week_start: sample::date(2026, 2, 16),
                    recorded_at: sample::days_ago(4),
                    before,
                    now: Some(now),
                    change: Some(example_change(before, now)),
                }],
            },
        }
    }
}
