//! How fast pages are taken over: a first sync, and the same again. `cargo bench -p store --bench sync_write`.
//!
//! Accounts, people, opportunities and activities in the proportions of a CRM, in pages of 2,000, on a private
//! server that flushes to disk as a real one does.

use std::time::Instant;

use canonical::{Account, Activity, ActivityType, ConnectorId, Currency, Money, Opportunity, Person};
use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use store::private_postgres::{PrivatePostgres, PrivatePostgresOptions};
use store::sync_write::{Names, PageRecords, PageWrite, write_page};
use store::{Store, StoreConfig};
use tenancy::TenantId;
use uuid::Uuid;

const PAGE: usize = 2_000;
const ACCOUNTS: usize = 4_000;
const PEOPLE: usize = 40_000;
const OPPORTUNITIES: usize = 6_000;
const ACTIVITIES: usize = 250_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::env::temp_dir().join(format!("fairlead-bench-{}", std::process::id()));
    let server =
        PrivatePostgres::start(PrivatePostgresOptions::new(&folder)).await.unwrap_or_else(|e| panic!("{e}"));
    store::migrate(&server.owner_url()).await.expect("a fresh database migrates");
    let store = Store::connect(&StoreConfig::new(server.app_url())).await.expect("the server answers");
    let (tenant, connector) = (TenantId(Uuid::now_v7()), ConnectorId(Uuid::now_v7()));
    prepare(&server, tenant, connector).await;
    let pages = pages();
    for round in ["first sync", "the same again"] {
        let start = Instant::now();
        let busy = (cpu_seconds("self"), backend_seconds());
        let mut parts: Vec<(&str, usize, f64)> = Vec::new();
        let (mut all, mut names) = (0, Names::default());
        for (kind, records) in &pages {
            let begun = Instant::now();
            let page = PageWrite {
                connector,
                sync_run: None,
                lease: None,
                records: records.clone(),
                quarantined: Vec::new(),
                cursor: None,
            };
            let mut tx = store.tenant_bulk(tenant).await.expect("a connection");
            let counts = write_page(&mut tx, &page, &mut names).await.expect("the page is written");
            tx.commit().await.expect("it commits");
            let read =
                counts.account.read + counts.person.read + counts.opportunity.read + counts.activity.read;
            let read = usize::try_from(read).expect("a page is small");
            all += read;
            match parts.last_mut() {
                Some(part) if part.0 == *kind => {
                    part.1 += read;
                    part.2 += begun.elapsed().as_secs_f64();
                }
                _ => parts.push((kind, read, begun.elapsed().as_secs_f64())),
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("{round}: {all} records in {seconds:.2} s, {:.0} records/s", all as f64 / seconds);
        for (kind, records, seconds) in parts {
            println!("  {kind}: {records} in {seconds:.2} s, {:.0} records/s", records as f64 / seconds);
        }
        let busy = (cpu_seconds("self") - busy.0, backend_seconds() - busy.1);
        println!(
            "  processor: {:.1} µs a record here, {:.1} µs in PostgreSQL",
            busy.0 / all as f64 * 1e6,
            busy.1 / all as f64 * 1e6
        );
    }
    drop(store);
    server.stop();
    let _ = std::fs::remove_dir_all(folder);
}

/// Processor time that the connection's backend has used. Zero where there is no /proc.
fn backend_seconds() -> f64 {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ours = processes.filter_map(|process| {
        let name = process.file_name().into_string().ok()?;
        let command = std::fs::read(process.path().join("cmdline")).ok()?;
        command.starts_with(b"postgres: fairlead_app fairlead").then_some(name)
    });
    ours.map(|pid| cpu_seconds(&pid)).sum()
}

/// The 14th and 15th fields of /proc/PID/stat, in hundredths of a second.
fn cpu_seconds(pid: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

async fn prepare(server: &PrivatePostgres, tenant: TenantId, connector: ConnectorId) {
    let mut conn =
        AsyncPgConnection::establish(&server.url("postgres", "fairlead")).await.expect("it answers");
    let sql = format!(
        "INSERT INTO tenant_directory (tenant_id, slug) VALUES ('{tenant}', 'bench'); \
         INSERT INTO tenants (tenant_id, name) VALUES ('{tenant}', 'bench'); \
         INSERT INTO connectors (tenant_id, id, type, name) VALUES ('{tenant}', '{connector}', 'salesforce', 'bench')"
    );
    conn.batch_execute(&sql).await.expect("the rows are made");
}

fn pages() -> Vec<(&'static str, PageRecords)> {
    let start: DateTime<Utc> = DateTime::from_timestamp(1_767_225_600, 0).expect("a time");
    let accounts: Vec<Account> = (0..ACCOUNTS)
        .map(|n| Account {
            external_id: format!("001{n:012}AAA"),
            modified_at: start,
            name: Some(format!("Company {n} and Partners")),
            domain: canonical::Domain::of_account(&format!("company{n}.example")),
            industry: Some("Manufacturing".into()),
            employee_count: Some(100),
            annual_revenue: Some(Money { minor: 100_000_000, currency: Currency::USD }),
            ..Account::default()
        })
        .collect();
    let people: Vec<Person> = (0..PEOPLE)
        .map(|n| Person {
            external_id: format!("003{n:012}AAA"),
            modified_at: start,
            email: Some(format!("person{n}@company{}.example", n % ACCOUNTS).parse().expect("an address")),
            first_name: Some("Given".into()),
            last_name: Some(format!("Family {n}")),
            title: Some("Director of Operations".into()),
            account_external_id: Some(format!("001{:012}AAA", n % ACCOUNTS)),
            ..Person::default()
        })
        .collect();
    let opportunities: Vec<Opportunity> = (0..OPPORTUNITIES)
        .map(|n| Opportunity {
            external_id: format!("006{n:012}AAA"),
            modified_at: start,
            name: Some(format!("Deal {n}")),
            stage: Some("Proposal".into()),
            account_external_id: Some(format!("001{:012}AAA", n % ACCOUNTS)),
            ..Opportunity::default()
        })
        .collect();
    let kind = ActivityType::known("form_fill").expect("a known type");
    let activities: Vec<Activity> = (0..ACTIVITIES)
        .map(|n| Activity {
            external_id: format!("00T{n:012}AAA"),
            source: None,
            modified_at: start,
            deleted: false,
            channel: kind.channel(),
            activity_type: kind.clone(),
            person_external_id: Some(format!("003{:012}AAA", (n * 7919) % PEOPLE)),
            email: None,
            account_external_id: None,
            domain: None,
            occurred_at: start - TimeDelta::seconds(n as i64 * 60),
            subject: Some("Requested a quote for next year".into()),
            properties: canonical::Attributes::default(),
            raw: None,
        })
        .collect();
    let mut pages = Vec::new();
    for chunk in accounts.chunks(PAGE) {
        pages.push(("accounts", PageRecords { accounts: chunk.to_vec(), ..PageRecords::default() }));
    }
    for chunk in people.chunks(PAGE) {
        pages.push(("people", PageRecords { people: chunk.to_vec(), ..PageRecords::default() }));
    }
    for chunk in opportunities.chunks(PAGE) {
        pages
            .push(("opportunities", PageRecords { opportunities: chunk.to_vec(), ..PageRecords::default() }));
    }
    for chunk in activities.chunks(PAGE) {
        pages.push(("activities", PageRecords { activities: chunk.to_vec(), ..PageRecords::default() }));
    }
    pages
}
