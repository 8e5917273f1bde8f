//! No transaction sees another tenant's rows, whatever happened to its connection before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tenancy::TenantId;

use crate::testing::TestDatabase;
use crate::{Store, StoreConfig, StoreError, SystemReason};

#[derive(QueryableByName)]
struct Seen {
    #[diesel(sql_type = BigInt)]
    own: i64,
    #[diesel(sql_type = BigInt)]
    foreign: i64,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    tenant: String,
}

#[tokio::test]
async fn roles_with_more_rights_than_the_application_are_refused() {
    let database = TestDatabase::start().await;
    for url in [database.superuser_url(), database.owner_url()] {
        assert_eq!(Store::connect(&StoreConfig::new(url)).await.err(), Some(StoreError::UnsafeRole));
    }
    database.superuser().await.batch_execute("GRANT TRUNCATE ON accounts TO fairlead_app").await.unwrap();
    let app = StoreConfig::new(database.app_url());
    assert_eq!(Store::connect(&app).await.err(), Some(StoreError::UnsafeRole));
}

#[tokio::test]
async fn a_system_transaction_sees_no_tenants_rows_and_writes_none() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let store = database.store().await;
    let mut tx = store.system(SystemReason::Operator).await.unwrap();
    let seen: Seen = diesel::sql_query("SELECT count(*) AS own, 0::bigint AS foreign FROM tenants")
        .get_result(tx.conn())
        .await
        .unwrap();
    assert_eq!(seen.own, 0);
    let sql =
        format!("INSERT INTO accounts (tenant_id, id, name) VALUES ('{tenant}', gen_random_uuid(), 'x')");
    let refused = tx.conn().batch_execute(&sql).await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
}

#[tokio::test]
async fn a_row_cannot_refer_to_another_tenants_row() {
    let database = TestDatabase::start().await;
    let (acme, globex) = (database.tenant("acme").await, database.tenant("globex").await);
    let store = database.store().await;
    let account = uuid::Uuid::now_v7();
    let mut tx = store.tenant(acme).await.unwrap();
    let sql = format!("INSERT INTO accounts (tenant_id, id, name) VALUES ('{acme}', '{account}', 'x')");
    tx.conn().batch_execute(&sql).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.tenant(globex).await.unwrap();
    let sql = format!(
        "INSERT INTO people (tenant_id, id, account_id) VALUES ('{globex}', '{}', '{account}')",
        uuid::Uuid::now_v7()
    );
    assert_eq!(StoreError::from(tx.conn().batch_execute(&sql).await.unwrap_err()), StoreError::Reference);
}

/// 64 tasks over a pool of 8 and 50 tenants; some are cancelled in the middle, some fail, some roll back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_transaction_of_twenty_thousand_sees_a_foreign_row() {
    const TASKS: u64 = 64;
    const EACH: u64 = 20_000 / TASKS + 1;
    let database = TestDatabase::start().await;
    let tenants = fifty_tenants(&database).await;
    let config = StoreConfig { max_connections: 8, ..StoreConfig::new(database.app_url()) };
    let store = Store::connect(&config).await.unwrap();
    let totals = Arc::new(Totals::default());
    let tasks = (0..TASKS).map(|task| {
        let (store, tenants, totals) = (store.clone(), tenants.clone(), totals.clone());
        tokio::spawn(async move {
            for n in 0..EACH {
                let dice = task.wrapping_mul(31).wrapping_add(n.wrapping_mul(17)) % 100;
                one(&store, tenants[((task * 7 + n * 13) % 50) as usize], dice, &totals).await;
            }
        })
    });
    futures::future::join_all(tasks).await.into_iter().for_each(|task| task.unwrap());
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!(count(&totals.foreign), 0);
    assert_eq!(count(&totals.wrong_own), 0);
    assert_eq!(count(&totals.set_at_checkout), 0);
    assert!(count(&totals.looked) > 16_000, "{totals:?}");
    assert!(count(&totals.cancelled) > 500, "{totals:?}");
    assert!(count(&totals.failed) > 500 && count(&totals.savepoints) > 500, "{totals:?}");
}

#[derive(Debug, Default)]
struct Totals {
    looked: AtomicU64,
    foreign: AtomicU64,
    wrong_own: AtomicU64,
    set_at_checkout: AtomicU64,
    cancelled: AtomicU64,
    failed: AtomicU64,
    savepoints: AtomicU64,
}

async fn one(store: &Store, tenant: TenantId, dice: u64, totals: &Totals) {
    let bump = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
    match dice {
        0..10 => {
            // Cut off somewhere between BEGIN and the answer.
            let asked = async {
                let mut tx = store.tenant(tenant).await.unwrap();
                let _ = tx.conn().batch_execute("SELECT pg_sleep(0.01)").await;
            };
            if tokio::time::timeout(Duration::from_micros(200 + dice * 400), asked).await.is_err() {
                bump(&totals.cancelled);
            }
        }
        10..15 => {
            let Ok(mut tx) = store.tenant(tenant).await else { return };
            assert!(tx.conn().batch_execute("SELECT 1 / 0").await.is_err());
            bump(&totals.failed);
            if dice.is_multiple_of(2) {
                tx.rollback().await.unwrap();
            }
        }
        15..20 => {
            let Ok(mut tx) = store.tenant(tenant).await else { return };
            let sql = "SAVEPOINT s; INSERT INTO accounts (tenant_id, id, name) VALUES \
                       ((SELECT current_setting('app.tenant_id')::uuid), gen_random_uuid(), 'undone'); ROLLBACK TO s";
            tx.conn().batch_execute(sql).await.unwrap();
            look(&mut tx, totals).await;
            bump(&totals.savepoints);
            tx.commit().await.unwrap();
        }
        20..25 => {
            let Ok(mut tx) = store.system(SystemReason::SignIn).await else { return };
            let sql = "SELECT coalesce(current_setting('app.tenant_id', true), '') AS tenant";
            let setting: Setting = diesel::sql_query(sql).get_result(tx.conn()).await.unwrap();
            if !setting.tenant.is_empty() {
                bump(&totals.set_at_checkout);
            }
            tx.commit().await.unwrap();
        }
        _ => {
            let Ok(mut tx) = store.tenant(tenant).await else { return };
            look(&mut tx, totals).await;
            tx.commit().await.unwrap();
        }
    }
}

/// No tenant filter in the query on purpose: row security alone must hold.
async fn look(tx: &mut crate::TenantTx, totals: &Totals) {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE tenant_id = '{0}') AS own, count(*) FILTER (WHERE tenant_id <> '{0}') AS foreign \
         FROM accounts",
        tx.tenant()
    );
    let seen: Seen = diesel::sql_query(sql).get_result(tx.conn()).await.unwrap();
    totals.looked.fetch_add(1, Ordering::Relaxed);
    totals.foreign.fetch_add(u64::try_from(seen.foreign).unwrap(), Ordering::Relaxed);
    if seen.own != 3 {
        totals.wrong_own.fetch_add(1, Ordering::Relaxed);
    }
}

async fn fifty_tenants(database: &TestDatabase) -> Arc<Vec<TenantId>> {
    let mut tenants = Vec::new();
    let mut conn = database.superuser().await;
    for n in 0..50 {
        let id = database.tenant(&format!("tenant-{n}")).await;
        let sql = format!(
            "INSERT INTO accounts (tenant_id, id, name) SELECT '{id}', gen_random_uuid(), 'a' FROM generate_series(1, 3)"
        );
        conn.batch_execute(&sql).await.unwrap();
        tenants.push(id);
    }
    Arc::new(tenants)
}

#[tokio::test]
async fn a_full_pool_is_told_within_two_seconds_and_health_still_answers() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let config = StoreConfig { max_connections: 1, ..StoreConfig::new(database.app_url()) };
    let store = Store::connect(&config).await.unwrap();
    let held = store.tenant(tenant).await.unwrap();
    let start = std::time::Instant::now();
    assert_eq!(store.tenant(tenant).await.err(), Some(StoreError::Unavailable));
    assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    assert_eq!(store.health().await, Ok(()));
    drop(held);
    store.tenant(tenant).await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn the_store_heals_when_the_server_closed_every_connection() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let store = database.store().await;
    for _ in 0..3 {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND usename = 'fairlead_app'";
        database.superuser().await.batch_execute(sql).await.unwrap();
        assert_eq!(store.health().await, Ok(()));
        store.tenant(tenant).await.unwrap().commit().await.unwrap();
    }
}
