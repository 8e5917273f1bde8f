//! What the demo shows at the end, and the same as one JSON object. Every figure is asked of the API.

use std::{collections::HashMap, time::Duration};

use api::{
    routers::{
        connector::{EntityCount, GetEntityCounts, GetStatus},
        scoring::{
            EntityDetail, GetEntityDetail, GetEntityList, GetLastScoringRun, GetMatrixData, MatrixData,
            ScoringRun,
        },
    },
    types::{ConnectorId, EntityId, EntityType, MatrixSize, PageSize, Quadrant, RecordKind, SyncRun, Tier},
};
use comfy_table::{Table, presets};
use rpc::client::Client;
use sandbox::salesforce::Changes;
use serde_json::{Value, json};

use super::{
    super::exit::Failure,
    committees::{self, Committee},
    running::Running,
    work::grouped,
};
use crate::methods::rows::word;

const HOTTEST: i64 = 10;
const REASONS: usize = 3;
const MOVERS: usize = 8;

/// How long each piece of long work ran, by the server's clock.
pub(super) struct Times {
    pub(super) full: Duration,
    pub(super) incremental: Duration,
    pub(super) scoring: Duration,
    pub(super) again: Duration,
}

/// Everything that is shown.
pub(super) struct Summary {
    counts: Vec<EntityCount>,
    matrix: MatrixData,
    hottest: Vec<EntityDetail>,
    movers: Vec<Mover>,
    pub(super) whole: Option<SyncRun>,
    pub(super) incremental: Option<SyncRun>,
    run: Option<ScoringRun>,
    committees: Vec<Committee>,
}

struct Mover {
    name: String,
    from: Option<Tier>,
    to: Option<Tier>,
}

/// The tier of each account, to be compared with later ones.
pub(super) async fn tiers(client: &Client) -> Result<HashMap<EntityId, Option<Tier>>, Failure> {
    Ok(matrix(client).await?.points.into_iter().map(|point| (point.id, point.tier)).collect())
}

/// The sync that ended last.
pub(super) async fn last_run(client: &Client, connector_id: ConnectorId) -> Result<Option<SyncRun>, Failure> {
    Ok(client.call(&GetStatus { connector_id }).await?.last_run)
}

async fn matrix(client: &Client) -> Result<MatrixData, Failure> {
    let limit = MatrixSize::try_from(i64::from(MatrixSize::MAX)).expect("the largest size is a size");
    Ok(client.call(&GetMatrixData { entity_type: EntityType::Account, tier: None, limit }).await?)
}

impl Summary {
    pub(super) async fn gather(
        client: &Client,
        connector_id: ConnectorId,
        whole: Option<SyncRun>,
        before: &HashMap<EntityId, Option<Tier>>,
    ) -> Result<Self, Failure> {
        let counts = client.call(&GetEntityCounts { connector_id }).await?.items;
        let matrix = matrix(client).await?;
        let best = GetEntityList {
            entity_type: EntityType::Account,
            tier: None,
            quadrant: None,
            account_id: None,
            search: None,
            sort: api::routers::scoring::EntitySort::Combined,
            page_size: PageSize::try_from(HOTTEST).expect("ten is a page size"),
            cursor: None,
            include_total: false,
        };
        let mut hottest = Vec::new();
        for row in client.call(&best).await?.items {
            let detail = GetEntityDetail { entity_type: EntityType::Account, entity_id: row.id };
            hottest.push(client.call(&detail).await?);
        }
        let movers = matrix
            .points
            .iter()
            .filter_map(|point| {
                let from = before.get(&point.id).copied().flatten();
                (from != point.tier).then(|| Mover { name: point.name.clone(), from, to: point.tier })
            })
            .collect();
        let incremental = last_run(client, connector_id).await?;
        let run = client.call(&GetLastScoringRun {}).await?.run;
        let committees = committees::gather(client).await?;
        Ok(Summary { counts, matrix, hottest, movers, whole, incremental, run, committees })
    }

    fn stored(&self, kind: RecordKind) -> u64 {
        self.counts.iter().find(|it| it.entity == kind).map_or(0, |it| it.stored)
    }

    fn tier(&self, tier: Tier) -> u64 {
        self.matrix.tiers.iter().find(|it| it.tier == Some(tier)).map_or(0, |it| it.count)
    }

    fn quadrant(&self, quadrant: Quadrant) -> u64 {
        self.matrix.quadrants.iter().find(|it| it.quadrant == quadrant).map_or(0, |it| it.count)
    }

    /// For a person, on the error stream: the standard output is for `--json`.
    pub(super) fn print(&self, times: &Times, changes: &Changes) {
        self.print_records(times);
        self.print_matrix(times);
        self.print_hottest();
        committees::print(&self.committees);
        self.print_changes(changes);
    }

    fn print_records(&self, times: &Times) {
        let mut table = table(["Records", "stored", "deleted", "quarantined"]);
        for it in &self.counts {
            let kind = word(it.entity);
            table.add_row([kind, grouped(it.stored), grouped(it.deleted), grouped(it.quarantined)]);
        }
        eprintln!("\n{table}");
        let all: u64 = self.counts.iter().map(|it| it.stored).sum();
        let rate = all as f64 / times.full.as_secs_f64().max(0.001);
        eprintln!(
            "{} records in {:.2} s: {}/s",
            grouped(all),
            times.full.as_secs_f64(),
            grouped(rate as u64)
        );
        let known: u64 = self.whole.iter().flat_map(|run| &run.entities).map(|it| it.unchanged).sum();
        if known > 0 {
            eprintln!("{} of them were here from the last start, unchanged", grouped(known));
        }
    }

    fn print_matrix(&self, times: &Times) {
        let cell = |name: &str, quadrant: Quadrant| format!("{name}\n{}", grouped(self.quadrant(quadrant)));
        let mut table = table(["Accounts", "low engagement", "high engagement"]);
        table.add_row([
            "high fit",
            &cell("nurture (cool)", Quadrant::Nurture),
            &cell("fast track (hot)", Quadrant::FastTrack),
        ]);
        table.add_row([
            "low fit",
            &cell("deprioritize (cold)", Quadrant::Deprioritize),
            &cell("investigate (warm)", Quadrant::Investigate),
        ]);
        eprintln!("\n{table}");
        if let Some(run) = &self.run {
            let rate = run.activities_read as f64 / times.again.as_secs_f64().max(0.001);
            eprintln!(
                "{} people, {} accounts and {} opportunities scored from {} activities: {}/s; {} accounts have no score yet",
                grouped(run.people_scored),
                grouped(run.accounts_scored),
                grouped(run.opportunities_scored),
                grouped(run.activities_read),
                grouped(rate as u64),
                grouped(self.matrix.unplaced),
            );
        }
    }

    fn print_hottest(&self) {
        eprintln!("\nThe {} hottest accounts, and why", self.hottest.len());
        for (place, detail) in self.hottest.iter().enumerate() {
            let row = &detail.entity;
            let points = |points: Option<api::types::Points>| {
                points.map_or("–".into(), |it| format!("{:.1}", it.0 as f64 / 1000.0))
            };
            eprintln!(
                "{:>3}. {:<36} {:>6}  fit {:>5}  engagement {:>5}  {}",
                place + 1,
                clipped(&row.name, 36),
                points(row.scores.combined),
                points(row.scores.fit),
                points(row.scores.engagement),
                tier_name(row.scores.tier),
            );
            for reason in detail.reasons.iter().take(REASONS) {
                eprintln!("       {}", reason.text);
            }
        }
    }

    fn print_changes(&self, changes: &Changes) {
        eprintln!(
            "\nAfter the incremental sync: {} records made, {} edited, {} deleted, {} leads converted, {} people merged in the CRM",
            changes.created.len(),
            changes.updated.len(),
            changes.deleted.len(),
            changes.converted.len(),
            changes.merged.len(),
        );
        for it in self.incremental.iter().flat_map(|run| &run.entities) {
            eprintln!(
                "  {:<12} {:>6} read: {} new, {} updated, {} unchanged, {} gone, {} quarantined",
                word(it.entity),
                grouped(it.read),
                grouped(it.inserted),
                grouped(it.updated),
                grouped(it.unchanged),
                grouped(it.deleted),
                grouped(it.quarantined),
            );
        }
        eprintln!("  {} accounts changed their tier", self.movers.len());
        for mover in self.movers.iter().take(MOVERS) {
            eprintln!(
                "    {:<36} {} → {}",
                clipped(&mover.name, 36),
                tier_name(mover.from),
                tier_name(mover.to)
            );
        }
    }

    pub(super) fn json(&self, times: &Times, rpc_url: &str, api_key: &str) -> Value {
        let scored =
            self.run.as_ref().map_or(0, |it| it.people_scored + it.accounts_scored + it.opportunities_scored);
        json!({
            "accounts": self.stored(RecordKind::Account),
            "people": self.stored(RecordKind::Person),
            "opportunities": self.stored(RecordKind::Opportunity),
            "activities": self.stored(RecordKind::Activity),
            "scored": scored,
            "tiers": {
                "hot": self.tier(Tier::Hot),
                "warm": self.tier(Tier::Warm),
                "cool": self.tier(Tier::Cool),
                "cold": self.tier(Tier::Cold),
            },
            "syncSeconds": times.full.as_secs_f64(),
            "incrementalSeconds": times.incremental.as_secs_f64(),
            "scoreSeconds": times.scoring.as_secs_f64(),
            "committees": committees::json(&self.committees),
            "rpcUrl": rpc_url,
            "apiKey": api_key,
        })
    }
}

/// Lines that work as printed. `watched` are the params of a `metrics.summary`.
pub(super) fn print_how_to_try(app: &Running, key: &str, watched: &Value) {
    let (url, params) = (app.rpc_url(), r#"{"entityType":"account","tier":"hot"}"#);
    let program = std::env::current_exe().map_or("fairlead".into(), |it| it.display().to_string());
    eprintln!("\nExplorer   {}", app.explorer_url());
    eprintln!("API key    {key}");
    eprintln!(
        "\ncurl -s {url} -H 'authorization: Bearer {key}' -H 'content-type: application/json' \\\n  \
         -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"scoring.getEntityList\",\"params\":{params}}}'"
    );
    eprintln!(
        "\nFAIRLEAD_URL={url} FAIRLEAD_API_KEY={key} \\\n  {program} call scoring.getEntityList '{params}'"
    );
    eprintln!("\nWatch the figures change while somebody puts weeks in:");
    eprintln!(
        "FAIRLEAD_URL={url} FAIRLEAD_API_KEY={key} \\\n  {program} call metrics.summary '{watched}' --watch"
    );
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header);
    table
}

fn tier_name(tier: Option<Tier>) -> &'static str {
    match tier {
        Some(Tier::Hot) => "hot",
        Some(Tier::Warm) => "warm",
        Some(Tier::Cool) => "cool",
        Some(Tier::Cold) => "cold",
        None => "no tier",
    }
}

fn clipped(name: &str, width: usize) -> String {
    if name.chars().count() <= width {
        return name.to_owned();
    }
    name.chars().take(width - 1).chain(['…']).collect()
}
