//! The queue's promises, on a real database: one claim at a time, fences, fairness, joining, parking.

use std::time::Duration;

use diesel_async::RunQueryDsl as _;
use serde_json::json;
use tenancy::{Actor, TenantId};
use uuid::Uuid;

use crate::jobs::{self, Ending, JobFilter, JobId, Lease, NewJob, Progress};
use crate::testing::TestDatabase;
use crate::{PageRequest, Store, StoreError};

const KINDS: &[&str] = &["work"];
const LEASE: Duration = Duration::from_secs(30);

fn work(name: &str, key: Option<&str>) -> NewJob {
    NewJob {
        kind: "work",
        workflow_id: name.to_owned(),
        dedupe_key: key.map(str::to_owned),
        input: json!({}),
        parent: None,
        created_by: Actor::System,
        run_after: None,
    }
}

async fn enqueue(store: &Store, tenant: TenantId, name: &str, key: Option<&str>) -> jobs::Enqueued {
    let mut tx = store.tenant(tenant).await.unwrap();
    let enqueued = jobs::enqueue(&mut tx, &work(name, key)).await.unwrap();
    tx.commit().await.unwrap();
    enqueued
}

async fn claim(store: &Store, length: Duration) -> Option<Lease> {
    jobs::claim(store, Uuid::now_v7(), KINDS, length, None).await.unwrap()
}

async fn finish(store: &Store, lease: &Lease) -> Result<(), StoreError> {
    let mut tx = store.tenant(lease.tenant).await.unwrap();
    let ending = Ending { status: "complete", outcome: json!({}), error_code: None };
    jobs::finish(&mut tx, lease, &ending).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_trigger_joins_the_first_until_it_has_ended() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let first = enqueue(&store, tenant, "sync-1", Some("sync:1")).await;
    let second = enqueue(&store, tenant, "sync-2", Some("sync:1")).await;
    assert_eq!((second.id, second.joined, first.joined), (first.id, true, false));
    let other = enqueue(&store, tenant, "sync-3", Some("sync:2")).await;
    assert!(!other.joined);
    for _ in 0..2 {
        let lease = claim(&store, LEASE).await.unwrap();
        finish(&store, &lease).await.unwrap();
    }
    assert!(claim(&store, LEASE).await.is_none());
    assert!(!enqueue(&store, tenant, "sync-4", Some("sync:1")).await.joined);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enqueued_job_is_part_of_the_callers_transaction() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let mut tx = store.tenant(tenant).await.unwrap();
    jobs::enqueue(&mut tx, &work("w", None)).await.unwrap();
    assert!(claim(&store, LEASE).await.is_none());
    tx.rollback().await.unwrap();
    assert!(claim(&store, LEASE).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_that_claim_at_once_each_job_gets_one() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    for n in 0..20 {
        enqueue(&store, tenant, &format!("w-{n}"), None).await;
    }
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        claims.spawn(async move {
            let mut mine = Vec::new();
            let mut misses = 0;
            // A miss may only mean that others held the heads of the queue at that moment.
            while misses < 5 {
                match claim(&store, LEASE).await {
                    Some(lease) => mine.push(lease.job),
                    None => misses += 1,
                }
            }
            mine
        });
    }
    let mut claimed: Vec<JobId> = claims.join_all().await.into_iter().flatten().collect();
    claimed.sort();
    let count = claimed.len();
    claimed.dedup();
    assert_eq!((count, claimed.len()), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_lease_ran_out_can_write_nothing_for_the_job() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let job = enqueue(&store, tenant, "w", None).await.id;
    let stale = claim(&store, Duration::from_millis(50)).await.unwrap();
    assert!(claim(&store, LEASE).await.is_none(), "it is leased");
    tokio::time::sleep(Duration::from_millis(80)).await;
    let fresh = claim(&store, LEASE).await.unwrap();
    assert_eq!((fresh.job, fresh.attempt), (job, 2));
    assert!(fresh.fence > stale.fence);

    let mut tx = store.tenant(tenant).await.unwrap();
    assert_eq!(jobs::take_up(&mut tx, &stale).await.unwrap_err(), StoreError::StaleLease);
    let state = json!({ "stale": true });
    let progress = Progress { phase: "writing", state: &state, done: 1, total: None };
    assert_eq!(jobs::record_step(&mut tx, &stale, &progress).await.unwrap_err(), StoreError::StaleLease);
    assert_eq!(jobs::hand_back(&mut tx, &stale, None).await.unwrap_err(), StoreError::StaleLease);
    assert_eq!(jobs::park(&mut tx, &stale, "x").await.unwrap_err(), StoreError::StaleLease);
    tx.rollback().await.unwrap();
    assert_eq!(jobs::heartbeat(&store, &stale, LEASE).await.unwrap_err(), StoreError::StaleLease);
    assert_eq!(finish(&store, &stale).await.unwrap_err(), StoreError::StaleLease);

    jobs::heartbeat(&store, &fresh, LEASE).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let seen = jobs::take_up(&mut tx, &fresh).await.unwrap();
    assert!(seen.state.is_none() && seen.status == "running");
    tx.commit().await.unwrap();
    finish(&store, &fresh).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_claim_comes_between_a_check_of_the_lease_and_its_commit() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    enqueue(&store, tenant, "w", None).await;
    let lease = claim(&store, Duration::from_millis(50)).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    jobs::check_lease(&mut tx, &lease).await.unwrap();
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(claim(&store, LEASE).await.is_none(), "the writer holds it, expired or not");
    tx.commit().await.unwrap();
    assert!(claim(&store, LEASE).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_opens_no_door_to_another_tenant() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let stranger = database.tenant("other").await;
    let job = enqueue(&store, tenant, "w", None).await.id;
    let lease = claim(&store, LEASE).await.unwrap();
    let mut tx = store.tenant(stranger).await.unwrap();
    assert_eq!(jobs::check_lease(&mut tx, &lease).await.unwrap_err(), StoreError::StaleLease);
    assert_eq!(jobs::get_job(&mut tx, job).await.unwrap_err(), StoreError::NotFound);
    assert_eq!(jobs::cancel_job(&mut tx, job).await.unwrap_err(), StoreError::NotFound);
    assert!(
        jobs::list_jobs(&mut tx, &JobFilter::default(), &PageRequest::first(10))
            .await
            .unwrap()
            .items
            .is_empty()
    );
    tx.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_a_hundred_thousand_jobs_does_not_delay_anothers_next() {
    let database = TestDatabase::start().await;
    let (store, crowd) = (database.store().await, database.tenant("crowd").await);
    let quiet = [database.tenant("quiet-1").await, database.tenant("quiet-2").await];
    flood(&database, crowd, 100_000).await;
    for tenant in quiet {
        enqueue(&store, tenant, "w", None).await;
    }
    let worker = Uuid::now_v7();
    let mut served = Vec::new();
    for _ in 0..6 {
        let last = served.last().copied();
        let lease = jobs::claim(&store, worker, KINDS, LEASE, last).await.unwrap().unwrap();
        served.push(lease.tenant);
        finish(&store, &lease).await.unwrap();
    }
    for tenant in quiet {
        let turn = served.iter().position(|served| *served == tenant);
        assert!(turn.is_some_and(|turn| turn < 3), "{served:?}");
    }
}

async fn flood(database: &TestDatabase, tenant: TenantId, jobs: u32) {
    let sql = format!(
        "WITH made AS (INSERT INTO jobs (tenant_id, id, kind, workflow_id) \
         SELECT '{tenant}', gen_random_uuid(), 'work', 'flood-' || n FROM generate_series(1, {jobs}) n RETURNING id) \
         INSERT INTO job_queue (job_id, tenant_id, kind) SELECT id, '{tenant}', 'work' FROM made"
    );
    let mut admin = database.superuser().await;
    diesel::sql_query(sql).execute(&mut admin).await.unwrap();
    diesel::sql_query("ANALYZE job_queue").execute(&mut admin).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_busiest_tenant_comes_last_and_a_suspended_one_not_at_all() {
    let database = TestDatabase::start().await;
    let (store, busy) = (database.store().await, database.tenant("busy").await);
    for n in 0..3 {
        enqueue(&store, busy, &format!("w-{n}"), None).await;
    }
    assert_eq!(claim(&store, LEASE).await.unwrap().tenant, busy);
    let idle = database.tenant("idle").await;
    enqueue(&store, idle, "w", None).await;
    assert_eq!(claim(&store, LEASE).await.unwrap().tenant, idle);
    let mut admin = database.superuser().await;
    diesel::sql_query("UPDATE tenant_directory SET status = 'suspended'").execute(&mut admin).await.unwrap();
    assert!(claim(&store, LEASE).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_forgives_earlier_crashes_and_crashes_alone_add_up() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    enqueue(&store, tenant, "w", None).await;
    for attempt in 1..=3 {
        let lease = claim(&store, Duration::from_millis(1)).await.unwrap();
        assert_eq!(lease.attempt, attempt);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let lease = claim(&store, LEASE).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let state = json!({ "page": 1 });
    let progress = Progress { phase: "syncing", state: &state, done: 200, total: Some(1000) };
    assert!(!jobs::record_step(&mut tx, &lease, &progress).await.unwrap());
    jobs::hand_back(&mut tx, &lease, None).await.unwrap();
    tx.commit().await.unwrap();
    let lease = claim(&store, LEASE).await.unwrap();
    assert_eq!(lease.attempt, 1);
    let mut tx = store.tenant(tenant).await.unwrap();
    jobs::release_after_crash(&mut tx, &lease, chrono::Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claim(&store, LEASE).await.unwrap().attempt, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_is_told_at_the_next_step_and_wakes_a_waiting_job() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let job = enqueue(&store, tenant, "w", None).await.id;
    let lease = claim(&store, LEASE).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let later = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    jobs::hand_back(&mut tx, &lease, Some(later)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(claim(&store, LEASE).await.is_none());
    let mut tx = store.tenant(tenant).await.unwrap();
    assert!(jobs::cancel_job(&mut tx, job).await.unwrap());
    tx.commit().await.unwrap();
    let lease = claim(&store, LEASE).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let state = json!({});
    let progress = Progress { phase: "syncing", state: &state, done: 0, total: None };
    assert!(jobs::record_step(&mut tx, &lease, &progress).await.unwrap());
    tx.commit().await.unwrap();
    finish(&store, &lease).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    assert!(!jobs::cancel_job(&mut tx, job).await.unwrap(), "it has ended");
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_newest_first_page_by_page_and_parked_ones_say_why() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    for n in 0..7 {
        enqueue(&store, tenant, &format!("w-{n}"), Some(&format!("k-{n}"))).await;
    }
    let lease = claim(&store, LEASE).await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    jobs::park(&mut tx, &lease, "crash_loop").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(3));
    loop {
        let found = jobs::list_jobs(&mut tx, &JobFilter::default(), &page).await.unwrap();
        seen.extend(found.items);
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    let names: Vec<_> = seen.iter().map(|job| job.workflow_id.as_str()).collect();
    assert_eq!(names, ["w-6", "w-5", "w-4", "w-3", "w-2", "w-1", "w-0"]);
    let parked = JobFilter { status: Some("parked".into()), ..JobFilter::default() };
    let parked = jobs::list_jobs(&mut tx, &parked, &PageRequest::first(10)).await.unwrap().items;
    assert_eq!((parked.len(), parked[0].error_code.as_deref()), (1, Some("crash_loop")));
    let unfinished = JobFilter { unfinished: true, ..JobFilter::default() };
    assert_eq!(jobs::list_jobs(&mut tx, &unfinished, &PageRequest::first(10)).await.unwrap().items.len(), 6);
    tx.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_nobody_has_begun_is_cancelled_at_once() {
    let database = TestDatabase::start().await;
    let (store, tenant) = (database.store().await, database.tenant("acme").await);
    let job = enqueue(&store, tenant, "w-1", Some("k-1")).await.id;
    let mut tx = store.tenant(tenant).await.unwrap();
    assert!(jobs::cancel_job(&mut tx, job).await.unwrap());
    let record = jobs::get_job(&mut tx, job).await.unwrap();
    assert_eq!(record.status, "cancelled");
    assert!(record.finished_at.is_some() && record.cancel_requested_at.is_some());
    tx.commit().await.unwrap();
    assert!(claim(&store, LEASE).await.is_none(), "it is in the queue no more");
}
