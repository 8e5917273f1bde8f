//! How fast a change reaches those who watch, and what that costs: 1,000 sockets over 20 organizations, 200 mutations a second,
//! random disconnects, and at the end every watcher's folded state beside a fresh query's answer.
//!
//! The gateway runs in a process of its own (this program again), PostgreSQL on the same machine. Before it, in the same run, a
//! bare fan-out without database, rights and queries sends as many messages of that size: what sockets alone cost here.
//!
//! `cargo xtask bench live`, or `cargo bench -p tests --bench live -- --seconds 20 --watchers 1000`.

mod bare;
mod child;
mod mutate;
mod report;
mod seed;
mod watch;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use store::private_postgres::{PrivatePostgres, PrivatePostgresOptions};

use child::Child;
use report::Latencies;

#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) time: Duration,
    pub(crate) watchers: usize,
    pub(crate) tenants: usize,
    pub(crate) mutations_per_second: usize,
    pub(crate) disconnects: usize,
    /// Commit to client, the 99th percentile.
    target: Duration,
    /// Of the gateway's resident memory at its highest, in megabytes.
    target_megabytes: u64,
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.next().as_deref() {
        Some("serve") => runtime.block_on(child::serve(&args.next().context("a database")?)),
        Some("fan-out") => runtime.block_on(bare::serve()),
        _ => runtime.block_on(measure(options()?)),
    }
}

async fn measure(options: Options) -> anyhow::Result<()> {
    let server = PrivatePostgres::start(PrivatePostgresOptions {
        throwaway: true,
        ..PrivatePostgresOptions::new(target_folder().join("live-postgres"))
    })
    .await?;
    let world = seed::seed(&server, options.tenants).await?;
    println!(
        "{} watchers of {} organizations, {} mutations/s for {:?}, {} random disconnects\n",
        options.watchers, options.tenants, options.mutations_per_second, options.time, options.disconnects
    );
    let bare = bare_fan_out(&options).await?;
    let child = Child::start(&["serve", &server.app_url()]).await?;
    let watchers = watch::begin(&child.address, &world, &options).await?;
    println!("watching: gateway {} MB", child.memory_megabytes()?.1);
    let made = mutate::run(&child.address, &world, &options).await?;
    let seen = watchers.finish(&child.address, &world).await?;
    let (peak, _) = child.memory_megabytes()?;
    println!(
        "mutations: {} at {:.0}/s, call p50 {} p99 {}",
        made.count,
        made.per_second,
        made.p50(),
        made.p99()
    );
    println!("messages:  {} in {} patches and {} whole results", seen.messages(), seen.patches, seen.wholes);
    println!(
        "commit to client:  p50 {}  p99 {}  max {}",
        seen.latencies.p50(),
        seen.latencies.p99(),
        seen.latencies.max()
    );
    println!("bare fan-out:      p50 {}  p99 {}  max {}", bare.p50(), bare.p99(), bare.max());
    println!(
        "ratio:             p50 {:.1}  p99 {:.1}",
        report::ratio(&seen.latencies, &bare, 0.5),
        report::ratio(&seen.latencies, &bare, 0.99)
    );
    println!("gateway at its highest: {peak} MB");
    println!(
        "disconnects: {}, after {} of them a whole result was needed; watchers that differ from a fresh query: {}",
        seen.disconnects, seen.restarted, seen.differing
    );
    child.stop().await?;
    let mut short = Vec::new();
    if seen.differing > 0 {
        short.push(format!("{} watchers ended with another state", seen.differing));
    }
    if seen.latencies.at(0.99) > options.target {
        short.push(format!("p99 is above {:?}", options.target));
    }
    if peak > options.target_megabytes {
        short.push(format!("the gateway took more than {} MB", options.target_megabytes));
    }
    if !short.is_empty() {
        bail!("{}", short.join("; "));
    }
    Ok(())
}

async fn bare_fan_out(options: &Options) -> anyhow::Result<Latencies> {
    let child = Child::start(&["fan-out"]).await?;
    let latencies = bare::measure(&child.address, options).await?;
    let (peak, _) = child.memory_megabytes()?;
    println!("bare fan-out at its highest: {peak} MB");
    child.stop().await?;
    Ok(latencies)
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options {
        time: Duration::from_secs(20),
        watchers: 1_000,
        tenants: 20,
        mutations_per_second: 200,
        disconnects: 1_000,
        target: Duration::from_millis(40),
        target_megabytes: 100,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--seconds" => options.time = Duration::from_secs(value()?.parse()?),
            "--watchers" => options.watchers = value()?.parse()?,
            "--rate" => options.mutations_per_second = value()?.parse()?,
            "--disconnects" => options.disconnects = value()?.parse()?,
            "--target-ms" => options.target = Duration::from_millis(value()?.parse()?),
            "--target-mb" => options.target_megabytes = value()?.parse()?,
            // Cargo's own.
            "--bench" => {}
            other => bail!(
                "there is no option {other}: --seconds, --watchers, --rate, --disconnects, --target-ms, --target-mb"
            ),
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
