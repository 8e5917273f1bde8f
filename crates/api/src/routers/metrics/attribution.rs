//! `metrics.attribution`.

use chrono::NaiveDate;

use super::{super::prelude::*, Figures, MetricsRefusal, example_figures};

/// Why the ROAS of one period is another than that of the period before: how much of the change comes from spending more or
/// less, from selling more or less, and from spending it elsewhere. The three add up to the change exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribution {
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// The Monday of the later period's first week. The earlier period are as many weeks directly before.
    pub from: NaiveDate,
    /// The Monday of the later period's last week.
    pub to: NaiveDate,
    /// What the parts are; campaigns, when not given.
    pub level: Option<MetricsLevel>,
    /// As known at this instant; as known now, when not given.
    pub known_at: Option<Timestamp>,
}

/// Effects on ROAS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoasEffects {
    /// Of spending more or less.
    pub spend: Ratio,
    /// Of selling more or less.
    pub sales: Ratio,
    /// Of spending it elsewhere.
    pub mix: Ratio,
}

/// One part's share in a change of ROAS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttributionPart {
    /// What it is; of a level above that of the parts, it is what is known only there.
    pub level: MetricsLevel,
    /// Which.
    pub id: PlaceId,
    /// Its name.
    pub name: String,
    /// Its figures in the earlier period.
    pub before: Figures,
    /// Its figures in the later period.
    pub after: Figures,
    /// Its part in each effect.
    pub effects: RoasEffects,
}

/// A change of ROAS, explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoasAttribution {
    /// The currency of the figures.
    pub currency: Currency,
    /// The ROAS of the earlier period.
    pub before: Ratio,
    /// The ROAS of the later period.
    pub after: Ratio,
    /// What the change consists of.
    pub effects: RoasEffects,
    /// Part by part.
    pub parts: Vec<AttributionPart>,
}

impl Method for Attribution {
    const NAME: &'static str = "metrics.attribution";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Listing<RoasAttribution>;
    type Refusal = MetricsRefusal;

    fn example() -> Example<Self> {
        let effects = RoasEffects { spend: Ratio(2_137), sales: Ratio(2_863), mix: Ratio(0) };
        Example {
            params: Attribution {
                client_id: None,
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: Some(sample::CAMPAIGN_ID),
                from: sample::date(2026, 2, 23),
                to: sample::date(2026, 2, 23),
                level: None,
                known_at: None,
            },
            result: Listing {
                items: vec![RoasAttribution {
                    currency: Currency::USD,
                    before: Ratio(35_000),
                    after: Ratio(40_000),
                    effects,
                    parts: vec![AttributionPart {
                        level: MetricsLevel::Campaign,
                        id: PlaceId(sample::CAMPAIGN_ID.0),
                        name: "Boots".into(),
                        before: example_figures(51_000, 178_500),
                        after: example_figures(48_250, 193_000),
                        effects,
                    }],
                }],
            },
        }
    }
}
