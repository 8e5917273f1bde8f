//! `metrics.export`.

use chrono::NaiveDate;

use super::{super::prelude::*, PlaceRefusal};

/// How exported weeks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A table separated by commas, with amounts as decimals. What a spreadsheet would take for a formula gets an apostrophe.
    Csv,
    /// A JSON object a line, with amounts in minor units.
    JsonLines,
}

/// The figures of campaigns as text that `metricsImport.plan` reads back: weeks latest first, page by page.
///
/// Put the `text` of all pages one after the other; only the first has the header. What is known only above the level of
/// campaigns is not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// How it is written.
    pub format: ExportFormat,
    /// Of this client only.
    pub client_id: Option<ClientId>,
    /// Of this client on this channel only.
    pub client_channel_id: Option<ClientChannelId>,
    /// Of this campaign group only.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Of this campaign only.
    pub campaign_id: Option<CampaignId>,
    /// Only weeks that start on this day or later.
    pub from: Option<NaiveDate>,
    /// Only weeks that start on this day or earlier.
    pub to: Option<NaiveDate>,
    /// How many weeks a page has at most, 1 to 5000.
    #[serde(default)]
    pub limit: MatrixSize,
    /// Where to go on.
    pub after: Option<Cursor>,
}

/// Some exported weeks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedWeeks {
    /// The lines, each with its end.
    pub text: String,
    /// How many weeks they hold.
    pub weeks: u64,
    /// Give it back as `after` for the next lines; null after the last ones.
    pub next: Option<Cursor>,
}

impl Method for Export {
    const NAME: &'static str = "metrics.export";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS, topics::CLIENTS] };
    type Caller = Viewer;
    type Output = ExportedWeeks;
    type Refusal = PlaceRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Export {
                format: ExportFormat::Csv,
                client_id: None,
                client_channel_id: None,
                campaign_group_id: None,
                campaign_id: Some(sample::CAMPAIGN_ID),
                from: Some(sample::date(2026, 2, 23)),
                to: Some(sample::date(2026, 2, 23)),
                limit: MatrixSize::default(),
                after: None,
            },
            result: ExportedWeeks {
                text: "client,channel,group,campaign,week start,currency,ad spend,sales,roas\r\n\
                       Example Retail,Google Ads,Spring,Boots,2026-02-23,USD,482.50,1930.00,4.0000\r\n"
                    .into(),
                weeks: 1,
                next: None,
            },
        }
    }
}
