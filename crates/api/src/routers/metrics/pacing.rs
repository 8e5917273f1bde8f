//! `metrics.pacing`.

use chrono::NaiveDate;

use super::{super::prelude::*, MetricsRefusal};

/// Whether the weekly budgets of campaign groups are spent at the right speed, and where they will end.
///
/// The pace is the part of the budget that is spent against the part of the week that has passed, by the clock of the
/// organization's time zone; on the first day the day counts as passed. A budget counts once, however many campaigns share it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pacing {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// The week's Monday; the present week's, when not given.
    pub week: Option<NaiveDate>,
    /// As known at this instant; as known now, when not given.
    pub known_at: Option<Timestamp>,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaceTrack {
    /// Below 0.90: it will not be spent.
    Under,
    /// Between 0.90 and 1.10.
    On,
    /// Above 1.10: it will be overspent.
    Over,
}

/// How fast a budget is spent. Amounts in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BudgetPace {
    /// The budget.
    pub budget: MinorUnits,
    /// What is spent.
    pub spend: MinorUnits,
    /// What would be spent by now at the right speed.
    pub expected: MinorUnits,
    /// The part that is spent against the part of the week that has passed.
    pub pace: Ratio,
    /// How that is to be taken.
    pub track: PaceTrack,
    /// What will be spent by the end of the week if it goes on like this.
    pub forecast: MinorUnits,
}

/// A campaign group's budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupPace {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// How fast its budget is spent.
    pub pace: BudgetPace,
}

/// The budgets of one currency together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotalPace {
    /// The currency.
    pub currency: Currency,
    /// How many budgets.
    pub groups: u64,
    /// How fast they are spent.
    pub pace: BudgetPace,
}

/// How fast budgets are spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricsPacing {
    /// The week's Monday.
    pub week: NaiveDate,
    /// How many minutes of the week have passed, of 10080.
    pub minutes_elapsed: u16,
    /// All of a currency together.
    pub totals: Vec<TotalPace>,
    /// The groups with a budget, fastest first.
    pub items: Vec<GroupPace>,
}

impl Method for Pacing {
    const NAME: &'static str = "metrics.pacing";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = MetricsPacing;
    type Refusal = MetricsRefusal;

    fn example() -> Example<Self> {
        let minor = |it: i64| MinorUnits::try_from(it).expect("example amounts are small");
        let pace = BudgetPace {
            budget: minor(200_000),
            spend: minor(48_250),
            expected: minor(200_000),
            pace: Ratio(2_413),
            track: PaceTrack::Under,
            forecast: minor(48_250),
        };
        Example {
            params: Pacing {
                client_id: Some(sample::CLIENT_ID),
                client_channel_id: None,
                campaign_group_id: None,
                week: Some(sample::date(2026, 2, 23)),
                known_at: None,
            },
            result: MetricsPacing {
                week: sample::date(2026, 2, 23),
                minutes_elapsed: 10_080,
                totals: vec![TotalPace { currency: Currency::USD, groups: 1, pace }],
                items: vec![GroupPace {
                    campaign_group_id: sample::CAMPAIGN_GROUP_ID,
                    client_id: sample::CLIENT_ID,
                    name: "Spring".into(),
                    currency: Currency::USD,
                    pace,
                }],
            },
        }
    }
}
