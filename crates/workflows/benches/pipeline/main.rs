//! How fast the whole way is: vendor to database, the same again, and the log to scores; each beside what PostgreSQL and
//! the vendor do alone, in the same run. `cargo bench -p workflows --bench pipeline` (about three minutes).
//!
//! The database is a private server that flushes to disk as a real one does; the stand-in and PostgreSQL have processes
//! of their own, so that the memory printed is the worker's.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod cpu;
mod log;
#[path = "../../tests/real_org/mod.rs"]
mod real_org;

use std::path::Path;
use std::time::{Duration, Instant};

use connectors::{Context, Cursor, Scope};
use cpu::Cpu;
use futures::{SinkExt, StreamExt, TryStreamExt};
use real_org::{StandIn, Tenant};
use store::jobs::{JobId, JobRecord};
use store::private_postgres::{PrivatePostgres, PrivatePostgresOptions};
use store::{Store, StoreConfig, TenantId};
use uuid::Uuid;
use workflows::RunnerConfig;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 4,000 people and 60,000 activities for each unit.
const SCALE: f64 = 4.0;
const LIMIT: Duration = Duration::from_secs(300);

fn main() {
    if real_org::be_the_stand_in_if_asked() || !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    if std::env::var_os("RUST_LOG").is_some() {
        eprintln!("logging would be measured, too");
    }
    // The worker's share of two cores is two threads.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let folder = std::env::temp_dir().join(format!("fairlead-bench-{}", std::process::id()));
    let server = PrivatePostgres::start(PrivatePostgresOptions::new(&folder)).await.unwrap();
    store::migrate(&server.owner_url()).await.unwrap();
    let store = Store::connect(&StoreConfig::new(server.app_url())).await.unwrap();
    let superuser_url = server.url("postgres", "fairlead");
    let vendor = StandIn::start(SCALE);
    let only = std::env::var("FAIRLEAD_BENCH").unwrap_or_default();
    if only != "scoring" {
        let tenant = tenant(&store, &superuser_url, "sync", &vendor.url).await;
        sync(&tenant, &vendor, server.folder()).await;
    }
    if only != "sync" {
        let tenant = tenant(&store, &superuser_url, "scoring", &vendor.url).await;
        scoring(&tenant).await;
    }
    store.close();
    drop(store);
    server.stop();
    let _ = std::fs::remove_dir_all(folder);
}

async fn tenant(store: &Store, superuser_url: &str, slug: &str, vendor: &str) -> Tenant {
    let id = TenantId(Uuid::now_v7());
    let sql = format!(
        "INSERT INTO tenant_directory (tenant_id, slug) VALUES ('{id}', '{slug}'); \
         INSERT INTO tenants (tenant_id, name) VALUES ('{id}', '{slug}')"
    );
    real_org::connect(superuser_url).await.batch_execute(&sql).await.unwrap();
    Tenant::new(store.clone(), superuser_url, id, vendor).await
}

async fn sync(tenant: &Tenant, vendor: &StandIn, postgres: &Path) {
    read_alone(tenant, &vendor.url).await;
    let mut rates = Vec::new();
    for round in ["full sync", "the same again"] {
        forget_peak_memory();
        let job = tenant.enqueue_sync().await;
        let before = Cpu::now(postgres, vendor.pid());
        let (ended, seconds) = run(tenant, job).await;
        let records = ended.progress_done as f64;
        rates.push(figure(round, "records", records, seconds));
        Cpu::now(postgres, vendor.pid()).print(&before, records);
        println!("  peak memory {} MB", peak_memory() / 1024);
    }
    let copied = copy_in(tenant).await;
    println!("  sync is {:.2}, re-sync {:.2} of a plain COPY", rates[0] / copied, rates[1] / copied);
}

/// The connector without a database behind it.
async fn read_alone(tenant: &Tenant, vendor: &str) {
    let connector = real_org::salesforce();
    let (settings, egress, app) =
        (serde_json::json!({ "loginUrl": vendor }), real_org::egress(), real_org::app());
    let scope = Scope::everything(connector.descriptor());
    let (mut cursor, mut records, began) = (Cursor::default(), 0, Instant::now());
    loop {
        let context = Context { egress: &egress, settings: &settings, app: Some(&app) };
        let page = connector.fetch(context, &tenant.credentials, &cursor, &scope).await.unwrap();
        records += page.read.values().sum::<u64>();
        if page.done {
            break;
        }
        cursor = page.next;
    }
    figure("reading alone, nothing written", "records", records as f64, began.elapsed().as_secs_f64());
}

/// The same log into a table without keys, indexes, checks, tenants or a journal.
async fn copy_in(tenant: &Tenant) -> f64 {
    let client = &tenant.superuser;
    let columns = "external_id, person_id, account_id, occurred_at, type, channel, subject, properties";
    let out = format!("COPY (SELECT {columns} FROM activities WHERE tenant_id = '{}') TO STDOUT", tenant.id);
    let lines: Vec<bytes::Bytes> = client.copy_out(&out).await.unwrap().try_collect().await.unwrap();
    client
        .batch_execute(&format!(
            "CREATE UNLOGGED TABLE plain AS SELECT {columns} FROM activities WITH NO DATA"
        ))
        .await
        .unwrap();
    let began = Instant::now();
    let mut sink = Box::pin(client.copy_in::<_, bytes::Bytes>("COPY plain FROM STDIN").await.unwrap());
    for line in lines {
        sink.feed(line).await.unwrap();
    }
    let rows = sink.as_mut().finish().await.unwrap();
    figure("COPY into an unlogged table", "records", rows as f64, began.elapsed().as_secs_f64())
}

async fn scoring(tenant: &Tenant) {
    log::make(tenant).await;
    let mut rates = Vec::new();
    for round in ["scoring run", "the same again"] {
        forget_peak_memory();
        let job = tenant.enqueue_scoring_as_of(log::END).await;
        let (_, seconds) = run(tenant, job).await;
        let sql = format!(
            "SELECT activities_read, people_scored, accounts_scored, opportunities_scored, tier_changes, \
             encode(state_hash, 'hex') FROM scoring_runs WHERE id = '{}'",
            job.0
        );
        let row = tenant.superuser.query_one(&sql, &[]).await.unwrap();
        let count = |column: usize| row.get::<_, i64>(column);
        rates.push(figure(round, "activities", count(0) as f64, seconds));
        println!(
            "  {} people, {} accounts, {} opportunities, {} tier changes; peak memory {} MB; state {:.16}",
            count(1),
            count(2),
            count(3),
            count(4),
            peak_memory() / 1024,
            row.get::<_, String>(5)
        );
    }
    let streamed = copy_out(tenant).await;
    println!(
        "  the run is {:.2}, the second {:.2} of streaming the log out",
        rates[0] / streamed,
        rates[1] / streamed
    );
}

/// What the fold reads, in the order it reads it, by the fastest way out of PostgreSQL.
async fn copy_out(tenant: &Tenant) -> f64 {
    let sql = format!(
        "COPY (SELECT person_id, occurred_at, type FROM activities WHERE tenant_id = '{}' \
         ORDER BY person_id, occurred_at) TO STDOUT BINARY",
        tenant.id
    );
    let began = Instant::now();
    let mut stream = Box::pin(tenant.superuser.copy_out(&sql).await.unwrap());
    let mut rows = 0;
    while let Some(row) = stream.next().await {
        rows += usize::from(row.unwrap().len() > 4);
    }
    figure("streaming the log out of PostgreSQL", "activities", rows as f64, began.elapsed().as_secs_f64())
}

/// Drives the job to its end with a worker of its own, as a fresh process would.
async fn run(tenant: &Tenant, job: JobId) -> (JobRecord, f64) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let runner = real_org::runner(&tenant.store, tenant.key, RunnerConfig::default());
    let began = Instant::now();
    let worker = tokio::spawn(runner.run(async move {
        let _ = stopped.await;
    }));
    let ended = tenant.ended(job, LIMIT).await;
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), ("complete", None));
    let _ = stop.send(());
    worker.await.unwrap();
    (ended, seconds)
}

fn figure(what: &str, of: &str, count: f64, seconds: f64) -> f64 {
    println!("{what}: {count} {of} in {seconds:.2} s, {:.0} {of}/s", count / seconds);
    count / seconds
}

/// Kilobytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn forget_peak_memory() {
    // Only Linux can; elsewhere no peak is printed either.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
