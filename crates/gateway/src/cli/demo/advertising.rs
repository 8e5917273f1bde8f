//! The demo's advertising: clients, channels and campaigns made over the API, a year of weekly figures imported from a file as
//! a plan, and the last twelve weeks with their ROAS and pace.

use std::collections::BTreeMap;

use ad_metrics::Week;
use api::{
    routers::{
        campaign, campaign_group, channel, client, client_channel,
        metrics::{Pacing, Trend},
        metrics_import::{Apply, ImportCounts, ImportStatus, List, Plan},
    },
    types::{
        AdChannel, CampaignGroupId, ChannelId, ClientChannelId, ClientId, Cursor, MatrixSize, MinorUnits,
        Money, PageSize, TargetRoas,
    },
};
use chrono::NaiveDate;
use comfy_table::{Table, presets};
use rpc::client::Client;
use serde_json::{Value, json};

use super::{
    super::exit::{Exit, Failure},
    work::grouped,
};

/// Derived from the simulated data set of Robyn (MIT); where it comes from is said beside it.
const FILE: &str = include_str!("../../../../metrics/data/weekly_ad_spend.csv");
const FILE_NAME: &str = "weekly_ad_spend.csv";
const WEEKS_SHOWN: i32 = 12;
/// The return that every campaign of the demo aims at, in ten-thousandths.
const TARGET: i64 = 40_000;

/// A row of the demo's file, with its spend in minor units.
struct FileRow<'a> {
    client: &'a str,
    channel: &'a str,
    group: &'a str,
    campaign: &'a str,
    week: NaiveDate,
    spend: i64,
}

fn file_rows() -> Vec<FileRow<'static>> {
    FILE.lines().skip(1).filter_map(file_row).collect()
}

fn file_row(line: &'static str) -> Option<FileRow<'static>> {
    let cells: Vec<&str> = line.split(',').collect();
    let [client, channel, group, campaign, week, spend, _sales] = cells[..] else { return None };
    let spend = spend.replace('.', "").parse().ok()?;
    Some(FileRow { client, channel, group, campaign, week: week.parse().ok()?, spend })
}

/// What the demo shows of its advertising.
pub(super) struct Advertising {
    currency: String,
    inserted: u64,
    same: u64,
    weeks: Vec<ShownWeek>,
}

struct ShownWeek {
    monday: NaiveDate,
    ad_spend: i64,
    sales: i64,
    roas: Option<f64>,
    pace: Option<f64>,
}

/// Makes what is not there yet, imports the file, and reads back what it comes to.
pub(super) async fn advertise(api: &Client) -> Result<Advertising, Failure> {
    if let Some(earlier) = imported(api).await? {
        let mut shown = show(api).await?;
        shown.same = earlier.insert + earlier.same;
        return Ok(shown);
    }
    make_campaigns(api).await?;
    let plan = Plan {
        text: Some(FILE.to_owned()),
        base64: None,
        file_name: Some("weekly_ad_spend.csv".try_into()?),
        delimiter: None,
        numbers: None,
        dates: None,
        rows_per: None,
        columns: Vec::new(),
        client: None,
        channel: None,
        group: None,
        currency: None,
        round: false,
        limit: MatrixSize::default(),
    };
    let planned = api.call(&plan).await?;
    if planned.counts.insert + planned.counts.change > 0 {
        api.call(&Apply { import_id: planned.import_id, plan_hash: planned.plan_hash }).await?;
    }
    let mut shown = show(api).await?;
    (shown.inserted, shown.same) = (planned.counts.insert, planned.counts.same);
    Ok(shown)
}

/// What an earlier start's import of the file came to, unless it was undone since.
async fn imported(api: &Client) -> Result<Option<ImportCounts>, Failure> {
    let status = Some(ImportStatus::Applied);
    let list = List { status, page_size: PageSize::default(), cursor: None };
    let applied = api.call(&list).await?.items;
    Ok(applied.into_iter().find(|it| it.file_name.as_deref() == Some(FILE_NAME)).map(|it| it.counts))
}

async fn make_campaigns(api: &Client) -> Result<(), Failure> {
    let channels = api.call(&channel::List {}).await?.items;
    let mut there = There::look(api).await?;
    let budgets = budgets();
    for row in file_rows() {
        let client_id = there.client(api, row.client).await?;
        let client_channel_id =
            there.client_channel(api, client_id, channel_id(&channels, row.channel)?).await?;
        let budget = budgets.get(&(row.client, row.group)).copied();
        let group_id = there.group(api, client_channel_id, row.group, budget).await?;
        there.campaign(api, group_id, row.campaign).await?;
    }
    Ok(())
}

fn channel_id(channels: &[AdChannel], name: &str) -> Result<ChannelId, Failure> {
    let found = channels.iter().find(|it| it.name == name);
    found.map(|it| it.id).ok_or_else(|| Failure::new(Exit::Internal, format!("there is no channel {name}")))
}

/// What a group spent in a week on average, in whole tens: a budget that some weeks exceed.
fn budgets() -> BTreeMap<(&'static str, &'static str), i64> {
    let mut spent = BTreeMap::<_, (i64, std::collections::BTreeSet<NaiveDate>)>::new();
    for row in file_rows() {
        let (sum, weeks) = spent.entry((row.client, row.group)).or_default();
        *sum += row.spend;
        weeks.insert(row.week);
    }
    let budget =
        |(sum, weeks): (i64, std::collections::BTreeSet<NaiveDate>)| sum / weeks.len() as i64 / 1_000 * 1_000;
    spent.into_iter().map(|(key, it)| (key, budget(it))).filter(|it| it.1 > 0).collect()
}

/// What an earlier start has made.
#[derive(Default)]
struct There {
    currency: Option<api::types::Currency>,
    clients: BTreeMap<String, ClientId>,
    client_channels: BTreeMap<(ClientId, ChannelId), ClientChannelId>,
    groups: BTreeMap<(ClientChannelId, String), CampaignGroupId>,
    campaigns: std::collections::BTreeSet<(CampaignGroupId, String)>,
}

/// All pages of a list.
macro_rules! all {
    ($api:expr, $list:expr) => {{
        let (mut items, mut cursor) = (Vec::new(), None::<Cursor>);
        loop {
            let mut list = $list;
            list.page_size =
                PageSize::try_from(i64::from(PageSize::MAX)).expect("the largest size is a size");
            list.cursor = cursor;
            let page = $api.call(&list).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => break items,
            }
        }
    }};
}

impl There {
    async fn look(api: &Client) -> Result<Self, Failure> {
        let (page_size, cursor) = (PageSize::default(), None);
        let clients =
            all!(api, client::List { search: None, is_active: None, page_size, cursor: cursor.clone() });
        let on = all!(
            api,
            client_channel::List {
                client_id: None,
                channel_id: None,
                is_active: None,
                page_size,
                cursor: cursor.clone()
            }
        );
        let groups = all!(
            api,
            campaign_group::List {
                client_id: None,
                client_channel_id: None,
                is_active: None,
                page_size,
                cursor: cursor.clone()
            }
        );
        let campaigns = all!(
            api,
            campaign::List {
                client_id: None,
                client_channel_id: None,
                campaign_group_id: None,
                external_id: None,
                is_active: None,
                page_size,
                cursor: cursor.clone()
            }
        );
        Ok(There {
            currency: clients.first().map(|it| it.currency),
            clients: clients.into_iter().map(|it| (it.name, it.id)).collect(),
            client_channels: on.into_iter().map(|it| ((it.client_id, it.channel.id), it.id)).collect(),
            groups: groups.into_iter().map(|it| ((it.client_channel_id, it.name), it.id)).collect(),
            campaigns: campaigns.into_iter().map(|it| (it.campaign_group_id, it.name)).collect(),
        })
    }

    async fn client(&mut self, api: &Client, name: &str) -> Result<ClientId, Failure> {
        if let Some(id) = self.clients.get(name) {
            return Ok(*id);
        }
        let made = api.call(&client::Create { name: name.try_into()?, currency: None }).await?;
        self.currency = Some(made.currency);
        self.clients.insert(made.name, made.id);
        Ok(made.id)
    }

    async fn client_channel(
        &mut self,
        api: &Client,
        client_id: ClientId,
        channel_id: ChannelId,
    ) -> Result<ClientChannelId, Failure> {
        if let Some(id) = self.client_channels.get(&(client_id, channel_id)) {
            return Ok(*id);
        }
        let made =
            api.call(&client_channel::Create { client_id, channel_id, settles_after_days: None }).await?;
        self.client_channels.insert((client_id, channel_id), made.id);
        Ok(made.id)
    }

    async fn group(
        &mut self,
        api: &Client,
        client_channel_id: ClientChannelId,
        name: &str,
        budget: Option<i64>,
    ) -> Result<CampaignGroupId, Failure> {
        let key = (client_channel_id, name.to_owned());
        if let Some(id) = self.groups.get(&key) {
            return Ok(*id);
        }
        let minor = budget.and_then(|it| MinorUnits::try_from(it).ok());
        let weekly_budget = minor.zip(self.currency).map(|(minor, currency)| Money { minor, currency });
        let create = campaign_group::Create { client_channel_id, name: name.try_into()?, weekly_budget };
        let made = api.call(&create).await?;
        self.groups.insert(key, made.id);
        Ok(made.id)
    }

    async fn campaign(&mut self, api: &Client, group: CampaignGroupId, name: &str) -> Result<(), Failure> {
        if self.campaigns.insert((group, name.to_owned())) {
            let create = campaign::Create {
                campaign_group_id: group,
                name: name.try_into()?,
                target_roas: TargetRoas::of_ten_thousandths(TARGET),
                external_id: None,
            };
            api.call(&create).await?;
        }
        Ok(())
    }
}

/// The last weeks of the file, as the API has them.
async fn show(api: &Client) -> Result<Advertising, Failure> {
    let broken = || Failure::new(Exit::Internal, "the demo's file has no weeks".to_owned());
    let last = file_rows().iter().map(|it| it.week).max().ok_or_else(broken)?;
    let first = Week::starting(last).ok().and_then(|it| it.plus(1 - WEEKS_SHOWN)).ok_or_else(broken)?;
    let trend = Trend {
        client_id: None,
        client_channel_id: None,
        campaign_group_id: None,
        campaign_id: None,
        from: first.monday(),
        to: last,
        known_at: None,
    };
    let series = api.call(&trend).await?.items.into_iter().next().ok_or_else(broken)?;
    let ratio = |it: api::types::Ratio| it.0 as f64 / 10_000.0;
    let mut weeks = Vec::new();
    for point in series.points {
        let Some(figures) = point.now else { continue };
        let pacing = Pacing {
            client_id: None,
            client_channel_id: None,
            campaign_group_id: None,
            week: Some(point.week_start),
            known_at: None,
        };
        let pace = api.call(&pacing).await?.totals.into_iter().next();
        weeks.push(ShownWeek {
            monday: point.week_start,
            ad_spend: figures.ad_spend.get(),
            sales: figures.sales.get(),
            roas: figures.roas.map(ratio),
            pace: pace.map(|it| ratio(it.pace.pace)),
        });
    }
    Ok(Advertising { currency: series.currency.to_string(), inserted: 0, same: 0, weeks })
}

impl Advertising {
    /// For a person, on the error stream.
    pub(super) fn print(&self) {
        eprintln!(
            "\nWeekly advertising: {} weeks of campaigns imported, {} known before; all clients, in {}",
            grouped(self.inserted),
            grouped(self.same),
            self.currency
        );
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_BORDERS_ONLY)
            .set_header(["Week", "ad spend", "sales", "ROAS", "pace"]);
        let amount = |minor: i64| grouped(u64::try_from(minor / 100).unwrap_or_default());
        let ratio = |it: Option<f64>| it.map_or("–".to_owned(), |it| format!("{it:.2}"));
        for week in &self.weeks {
            let monday = week.monday.to_string();
            table.add_row([
                monday,
                amount(week.ad_spend),
                amount(week.sales),
                ratio(week.roas),
                ratio(week.pace),
            ]);
        }
        eprintln!("{table}");
    }

    /// Params of a `metrics.summary` of the weeks shown.
    pub(super) fn summary_params(&self) -> Value {
        let of = |week: Option<&ShownWeek>| week.map(|it| it.monday);
        json!({ "from": of(self.weeks.first()), "to": of(self.weeks.last()), "level": "client" })
    }

    pub(super) fn json(&self) -> Value {
        let week = |it: &ShownWeek| {
            json!({ "weekStart": it.monday, "adSpend": it.ad_spend, "sales": it.sales, "roas": it.roas,
                "pace": it.pace })
        };
        json!({ "currency": self.currency, "imported": self.inserted, "same": self.same,
            "weeks": self.weeks.iter().map(week).collect::<Vec<_>>() })
    }
}
