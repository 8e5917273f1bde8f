//! Weekly figures through the gateway: a summary of 26 weeks of 500 campaigns, and one week put in after another, audited.
//!
//! A private server is seeded once (kept below the build folder); the gateway serves on loopback in this process, called over
//! keep-alive sockets as in the `load` bench. Ends in failure when a figure is missed.
//!
//! `cargo bench -p tests --bench weeks -- --seconds 5`.

#[path = "../load/gateway_side.rs"]
#[allow(dead_code, reason = "written for the load bench, which uses all of it")]
mod gateway_side;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use chrono::{Datelike, Days, NaiveDate, Utc};
use gateway::provision::{self, NewOrganization};
use serde_json::{Value, json};
use store::{
    Store, StoreConfig, migrate,
    private_postgres::{PrivatePostgres, PrivatePostgresOptions},
    tenants,
};
use tokio::time::Instant;

use gateway_side::{Served, Socket};

/// Sockets to the gateway.
const CONCURRENCY: usize = 16;
const CAMPAIGNS: u32 = 500;
const WEEKS: u32 = 26;
/// A summary, and everything in it, takes no longer (median of single calls).
const SUMMARY: Duration = Duration::from_millis(15);
/// So many weeks are put in each second.
const UPSERTS: f64 = 3_000.0;

/// A rate, and how long calls took.
struct Measured {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Measured {
    fn of(mut latencies: Vec<Duration>, took: Duration) -> anyhow::Result<Self> {
        if latencies.is_empty() {
            bail!("nothing was measured");
        }
        latencies.sort_unstable();
        let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
        Ok(Measured { per_second: latencies.len() as f64 / took.as_secs_f64(), p50: at(0.5), p99: at(0.99) })
    }

    fn print(&self, name: &str) {
        let ms = |it: Duration| it.as_secs_f64() * 1000.0;
        println!(
            "{name:<44} {:7.0}/s p50 {:6.2} ms p99 {:6.2} ms",
            self.per_second,
            ms(self.p50),
            ms(self.p99)
        );
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let seconds =
        std::env::args().skip_while(|it| it != "--seconds").nth(1).map_or(Ok(5), |it| it.parse())?;
    let time = Duration::from_secs(seconds);
    let server = PrivatePostgres::start(PrivatePostgresOptions {
        throwaway: true,
        ..PrivatePostgresOptions::new(target_folder().join("weeks-postgres"))
    })
    .await?;
    let key = seed(&server).await?;
    let served = Served::start(&server.app_url()).await?;
    let (from, to) = (last_monday() - Days::new(7 * u64::from(WEEKS - 1)), last_monday());

    let mut missed = Vec::new();
    for level in ["client", "campaign"] {
        let params = json!({ "from": from, "to": to, "level": level });
        let alone =
            one_by_one(&served, &gateway_side::request(&key, "metrics.summary", &params), time).await?;
        alone.print(&format!("metrics.summary by {level}, alone"));
        if alone.p50 > SUMMARY {
            missed.push(format!("a summary by {level} takes {:?}", alone.p50));
        }
    }
    let trend = gateway_side::request(&key, "metrics.trend", &json!({ "from": from, "to": to }));
    one_by_one(&served, &trend, time).await?.print("metrics.trend, alone");
    let alerts = gateway_side::request(&key, "metrics.listAlerts", &json!({}));
    one_by_one(&served, &alerts, time).await?.print("metrics.listAlerts, alone");

    // Each time round, other figures: every call is a revision and an audit row.
    let upsert = |n: u32| {
        let monday = last_monday() - Days::new(7 * u64::from(n % WEEKS));
        let amount = |minor: u32| json!({ "minor": minor, "currency": "USD" });
        gateway_side::request(
            &key,
            "weeklyMetric.upsert",
            &json!({ "campaignId": campaign(n * 37 % CAMPAIGNS),
            "weekStart": monday, "adSpend": amount(10_000 + n), "sales": amount(40_000 + n) }),
        )
    };
    let requests: Vec<Vec<u8>> = (0..60_000).map(upsert).collect();
    let upserts = gateway_side::drive(served.address(), &requests, time).await?;
    upserts.print("weeklyMetric.upsert, audited, 16 sockets");
    if upserts.per_second < UPSERTS {
        missed.push(format!("only {:.0} weeks a second are put in", upserts.per_second));
    }
    served.stop().await;
    if missed.is_empty() { Ok(()) } else { bail!("missed: {}", missed.join("; ")) }
}

/// The same call again and again on one socket.
async fn one_by_one(served: &Served, request: &[u8], time: Duration) -> anyhow::Result<Measured> {
    let mut socket = Socket::open(served.address()).await?;
    socket.call(request).await?;
    let begun = Instant::now();
    let mut latencies = Vec::new();
    while begun.elapsed() < time {
        let one = Instant::now();
        socket.call(request).await?;
        latencies.push(one.elapsed());
    }
    Measured::of(latencies, begun.elapsed())
}

fn last_monday() -> NaiveDate {
    let today = Utc::now().date_naive();
    today - Days::new(u64::from(today.weekday().num_days_from_monday()))
}

fn campaign(n: u32) -> Value {
    json!(format!("fc000000-0000-7000-8000-{n:012x}"))
}

/// Ten clients on two channels each, a group on each, 25 campaigns in each, and a year of weeks.
async fn seed(server: &PrivatePostgres) -> anyhow::Result<String> {
    migrate(&server.owner_url()).await?;
    let store = Store::connect(&StoreConfig::new(server.app_url())).await?;
    let kept = server.folder().join("weeks.key");
    if tenants::tenant_by_slug(&store, "weeks").await?.is_some() {
        return Ok(std::fs::read_to_string(&kept)?);
    }
    let new = NewOrganization { name: "Weeks", slug: "weeks", admin_email: "weeks@example.org" };
    let new = provision::create_organization(&store, &new).await?;
    let (client, connection) =
        tokio_postgres::connect(&server.url("postgres", "fairlead"), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let tenant = new.tenant;
    let id =
        |kind: &str, n: &str| format!("('{kind}000000-0000-7000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid");
    let statements = [
        format!(
            "INSERT INTO clients (tenant_id, id, name, currency) SELECT '{tenant}', {}, 'Client ' || n, 'USD' \
             FROM generate_series(0, 9) n",
            id("c1", "n")
        ),
        format!(
            "INSERT INTO client_channels (tenant_id, id, client_id, channel_id) SELECT '{tenant}', {}, {}, ch.id \
             FROM generate_series(0, 19) n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM channels) ch \
               ON ch.at = n % 2",
            id("cc", "n"),
            id("c1", "n / 2")
        ),
        format!(
            "INSERT INTO campaign_groups (tenant_id, id, client_id, client_channel_id, name, weekly_budget) \
             SELECT '{tenant}', {}, {}, {}, 'Group ' || n, 500000 FROM generate_series(0, 19) n",
            id("c9", "n"),
            id("c1", "n / 2"),
            id("cc", "n")
        ),
        format!(
            "INSERT INTO campaigns (tenant_id, id, client_id, campaign_group_id, name, target_roas) \
             SELECT '{tenant}', {}, {}, {}, 'Campaign ' || n, 40000 FROM generate_series(0, {CAMPAIGNS} - 1) n",
            id("fc", "n"),
            id("c1", "n / 50"),
            id("c9", "n / 25")
        ),
        format!(
            "INSERT INTO weekly_metrics (tenant_id, client_id, entity_id, level, week_start, ad_spend, sales, source, recorded_at, \
               recorded_by) \
             SELECT '{tenant}', {}, {}, 'campaign', '{}'::date - 7 * w, 10000 + (n * 7919 + w * 31) % 5000, \
               40000 + (n * 104729 + w * 17) % 9000, 'manual', now() - interval '1 day', 'system' \
             FROM generate_series(0, {CAMPAIGNS} - 1) n, generate_series(0, 51) w",
            id("c1", "n / 50"),
            id("fc", "n"),
            last_monday()
        ),
        format!(
            "INSERT INTO weekly_metric_revisions (tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source, \
               recorded_by) \
             SELECT tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source, recorded_by \
             FROM weekly_metrics WHERE tenant_id = '{tenant}'"
        ),
        "VACUUM ANALYZE".to_owned(),
    ];
    for statement in statements {
        client.batch_execute(&statement).await.with_context(|| statement.clone())?;
    }
    std::fs::write(&kept, new.api_key.expose())?;
    Ok(new.api_key.expose().to_owned())
}

fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"),
    }
}
