//! How much of the database's speed reaches the wire: calls through the gateway beside pgbench with the same statements.
//!
//! A private server is seeded once (kept below the build folder). The gateway serves on loopback in this process; sixteen
//! keep-alive sockets call it. What one call sends to PostgreSQL is read from the server's own log and given to pgbench
//! with sixteen connections, so the two never drift apart: the same statements and values, the same round trips, connections
//! opened with the same settings. How many connections the gateway uses for its sixteen callers is its own affair, and that all
//! of them use one key: activities that one caller records at the same time share a transaction, pgbench's each have their own.
//!
//! `cargo xtask bench load`, or `cargo bench -p tests --bench load -- --seconds 5 --activities 1000000`.

mod capture;
mod gateway_side;
mod pgbench;
mod seed;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use store::private_postgres::{PrivatePostgres, PrivatePostgresOptions};

use gateway_side::Served;
use seed::{Seeded, World};

/// Sockets to the gateway, and connections of pgbench.
const CONCURRENCY: usize = 16;

struct Options {
    /// Of each measurement.
    time: Duration,
    rounds: usize,
    activities: u32,
    /// The share of pgbench's rate below which this ends in failure.
    target: f64,
}

/// One kind of call.
struct Workload {
    name: &'static str,
    method: &'static str,
    /// Tells the call's own transaction from others in the server's log.
    needle: &'static str,
    /// Whether the handler asks everything at once.
    pipelined: bool,
    params: fn(&Seeded, usize) -> Value,
}

const WORKLOADS: [Workload; 3] = [
    Workload {
        name: "account.list, 50 a page",
        method: "account.list",
        needle: "ORDER BY \"accounts\".\"name_lower\"",
        pipelined: false,
        params: |_, _| json!({ "pageSize": 50 }),
    },
    Workload {
        name: "account.get with its people",
        method: "account.get",
        needle: "sum(o.amount)",
        pipelined: true,
        params: |world, n| json!({ "accountId": world.account(n) }),
    },
    Workload {
        name: "activity.record, audited",
        method: "activity.record",
        needle: "INSERT INTO activities",
        pipelined: false,
        params: |world, n| {
            json!({ "type": "page_view", "personId": world.person(n), "occurredAt": "2026-02-03T04:05:06Z",
                "subject": "Looked at the prices", "properties": { "page": "/prices" } })
        },
    },
];

/// Different calls of a workload: several tenants, several entities.
const SAMPLES: usize = 8;

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
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = options()?;
    let server = PrivatePostgres::start(PrivatePostgresOptions {
        throwaway: true,
        ..PrivatePostgresOptions::new(target_folder().join("load-postgres"))
    })
    .await?;
    let world = seed::seed(&server, options.activities).await?;
    let served = Served::start(&server.app_url()).await?;
    println!(
        "{} tenants, {} activities each, {CONCURRENCY} connections, {} rounds of {:?}\n",
        world.tenants.len(),
        options.activities / seed::TENANTS,
        options.rounds,
        options.time
    );
    let mut short = Vec::new();
    for workload in &WORKLOADS {
        let ratio = compare(&server, &served, &world, workload, &options).await?;
        if ratio < options.target {
            short.push(workload.name);
        }
    }
    served.stop().await;
    if !short.is_empty() {
        bail!("below {:.0} % of pgbench: {}", options.target * 100.0, short.join("; "));
    }
    Ok(())
}

/// The median share of pgbench's rate that the gateway reaches, measured in turns.
async fn compare(
    server: &PrivatePostgres,
    served: &Served,
    world: &World,
    workload: &Workload,
    options: &Options,
) -> anyhow::Result<f64> {
    let requests: Vec<Vec<u8>> = (0..SAMPLES)
        .map(|n| {
            let seeded = &world.tenants[n % world.tenants.len()];
            gateway_side::request(&seeded.key, workload.method, &(workload.params)(seeded, n))
        })
        .collect();
    let scripts = capture::scripts(server, served, workload, &requests).await?;
    println!("{}: {} round trips a call", workload.name, scripts[0].round_trips);
    let mut ratios = Vec::new();
    // One call a round and another the next: pgbench prepares each script of its own, and would spend its time on that.
    for (request, script) in std::iter::zip(&requests, &scripts).cycle().take(options.rounds) {
        let ours = gateway_side::drive(served.address(), std::slice::from_ref(request), options.time).await?;
        let theirs = pgbench::run(server, script, options.time).await?;
        let ratio = ours.per_second / theirs.per_second;
        println!("  gateway {}   pgbench {}   {:.0} %", show(&ours), show(&theirs), ratio * 100.0);
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!("  median {:.0} %\n", median * 100.0);
    Ok(median)
}

fn show(measured: &Measured) -> String {
    let ms = |it: Duration| it.as_secs_f64() * 1000.0;
    format!("{:7.0}/s p50 {:5.2} ms p99 {:6.2} ms", measured.per_second, ms(measured.p50), ms(measured.p99))
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { time: Duration::from_secs(5), rounds: 3, activities: 1_000_000, target: 0.7 };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--seconds" => options.time = Duration::from_secs(value()?.parse()?),
            "--rounds" => options.rounds = value()?.parse::<usize>()?.max(1),
            "--activities" => options.activities = value()?.parse()?,
            "--target" => options.target = value()?.parse()?,
            // Cargo's own.
            "--bench" => {}
            other => bail!("there is no option {other}: --seconds, --rounds, --activities, --target"),
        }
    }
    Ok(options)
}

fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"),
    }
}

/// A connection that may do anything, for seeding and for reading the log.
async fn superuser(server: &PrivatePostgres) -> anyhow::Result<tokio_postgres::Client> {
    let url = server.url("postgres", "fairlead");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
