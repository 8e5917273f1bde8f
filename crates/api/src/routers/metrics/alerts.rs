//! `metrics.listAlerts`.

use chrono::NaiveDate;

use super::{super::prelude::*, PlaceRefusal};

/// What somebody should look at: one alert for each cause that holds.
///
/// Alerts are folded from the log of all figures, so the same log gives the same alerts at any time and `knownAt` shows those of
/// then. They look eight weeks back. Budgets are judged at each new figure and each midnight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAlerts {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// Only alerts of these kinds.
    #[serde(default)]
    #[validate(length(max = 5))]
    pub kinds: Vec<AlertKind>,
    /// The alerts of this instant; the present ones, when not given.
    pub known_at: Option<Timestamp>,
    /// How many at most, 1 to 5000.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A group's budget is spent too fast.
    OverPace,
    /// A group's budget is spent too slowly.
    UnderPace,
    /// A campaign's ROAS was under its target in its two latest weeks.
    RoasUnderTarget,
    /// A week that ended more than two days ago has no figures.
    MissingWeek,
    /// A week's spend or sales changed by more than a twentieth after they were first reported.
    Restated,
}

/// What would put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertAction {
    /// Spend `amount` less until the end of the week than is to be expected.
    SpendLess,
    /// Spend `amount` more until the end of the week than is to be expected.
    SpendMore,
    /// `amount` of sales were missing at the spend there was.
    SellMore,
    /// Put in the week's figures.
    Report,
    /// Look at what changed; `amount` is by how much the spend did.
    Review,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricsAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// At which level.
    pub level: MetricsLevel,
    /// Which campaign group or campaign.
    pub id: PlaceId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// Which week, where the week is the matter.
    pub week_start: Option<NaiveDate>,
    /// Since when.
    pub since: Timestamp,
    /// What would put it right.
    pub action: AlertAction,
    /// By how much, in minor units of `currency`; null where there is no amount.
    pub amount: Option<MinorUnits>,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Method for ListAlerts {
    const NAME: &'static str = "metrics.listAlerts";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Listing<MetricsAlert>;
    type Refusal = PlaceRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListAlerts {
                client_id: Some(sample::CLIENT_ID),
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: None,
                kinds: vec![AlertKind::RoasUnderTarget],
                known_at: None,
                limit: MatrixSize::default(),
            },
            result: Listing {
                items: vec![MetricsAlert {
                    kind: AlertKind::RoasUnderTarget,
                    level: MetricsLevel::Campaign,
                    id: PlaceId(sample::CAMPAIGN_ID.0),
                    client_id: sample::CLIENT_ID,
                    name: "Boots".into(),
                    week_start: None,
                    since: sample::days_ago(4),
                    action: AlertAction::SellMore,
                    amount: MinorUnits::try_from(71_000).ok(),
                    currency: Currency::USD,
                }],
            },
        }
    }
}
