//! Looks at buying groups on a real database: after a sync, killed in the middle, and set aside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use chrono::Utc;
use store::Actor;
use store::jobs::{JobFilter, JobId};
use store::page::PageRequest;
use support::{House, Script};
use tokio_postgres::NoTls;
use workflows::group::enqueue_grouping;

const ACCOUNTS: i64 = 700;

async fn run(house: &House, sql: &str) {
    let (client, connection) = tokio_postgres::connect(&house.database.superuser_url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
}

/// Accounts with two contacts each in one deal.
async fn fill(house: &House) {
    let t = house.tenant;
    run(
        house,
        &format!(
            "INSERT INTO accounts (tenant_id, id, name) SELECT '{t}', gen_random_uuid(), 'Account ' || n FROM generate_series(1, {ACCOUNTS}) n;
             INSERT INTO people (tenant_id, id, last_name, account_id) SELECT a.tenant_id, gen_random_uuid(), 'P' || n, a.id
               FROM accounts a, generate_series(1, 2) n WHERE a.tenant_id = '{t}';
             INSERT INTO opportunities (tenant_id, id, name, account_id, stage)
               SELECT tenant_id, gen_random_uuid(), 'Deal', id, 'Open' FROM accounts WHERE tenant_id = '{t}';
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id, role)
               SELECT o.tenant_id, o.id, p.id, CASE p.last_name WHEN 'P1' THEN 'Champion' ELSE 'Decision Maker' END
               FROM opportunities o JOIN people p ON p.account_id = o.account_id WHERE o.tenant_id = '{t}';"
        ),
    )
    .await;
}

async fn start(house: &House) -> JobId {
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let started = enqueue_grouping(&mut tx, Actor::System, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    started.id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_killed_again_and_again_forgets_no_account() {
    let house = House::new(Script::new(1, Duration::ZERO)).await;
    fill(&house).await;
    assert_eq!(house.count("touched_accounts").await, ACCOUNTS);
    let job = start(&house).await;
    for kill in 0..12 {
        let worker = tokio::spawn(house.runner(Duration::from_millis(150)).run(std::future::pending()));
        tokio::time::sleep(Duration::from_millis(25 + kill * 17 % 60)).await;
        worker.abort();
        let _ = worker.await;
        tokio::time::sleep(Duration::from_millis(160)).await;
    }
    let ended = house.finish(job).await;
    assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), ("complete", None));
    assert_eq!(ended.outcome.unwrap()["counts"]["accounts"], ACCOUNTS);
    assert_eq!(house.count("touched_accounts").await, 0);
    assert_eq!(house.count("buying_groups").await, ACCOUNTS);
    assert_eq!(
        house.count("buying_group_members WHERE role IN ('champion', 'economic_buyer')").await,
        2 * ACCOUNTS
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_touched_accounts_starts_a_look_and_one_that_touched_none_does_not() {
    let house = House::new(Script::new(2, Duration::ZERO)).await;
    let jobs = || async {
        let mut tx = house.store.tenant(house.tenant).await.unwrap();
        let filter = JobFilter { kind: Some("buying-groups".to_owned()), ..JobFilter::default() };
        let listed = store::jobs::list_jobs(&mut tx, &filter, &PageRequest::first(10)).await.unwrap();
        tx.rollback().await.unwrap();
        listed.items
    };
    let job = house.sync(true).await;
    house.finish(job).await;
    assert_eq!(jobs().await.len(), 0, "none of these people belongs to an account");
    // Now their addresses are an account's, and a deal names one of them.
    let t = house.tenant;
    run(
        &house,
        &format!(
            "INSERT INTO accounts (tenant_id, id, name, domain) VALUES ('{t}', gen_random_uuid(), 'One', 'example-1.com');
             INSERT INTO opportunities (tenant_id, id, name, account_id, stage) SELECT '{t}', gen_random_uuid(), 'Deal', id, 'Open' FROM accounts;
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id, role)
               SELECT '{t}', o.id, p.id, 'Champion' FROM opportunities o, people p WHERE p.email = 'p1@example-1.com';"
        ),
    )
    .await;
    let job = house.sync(false).await;
    house.finish(job).await;
    let started = jobs().await;
    assert_eq!(started.len(), 1);
    assert_eq!(house.finish(started[0].id()).await.status, "complete");
    assert_eq!(house.count("buying_group_members WHERE role = 'champion'").await, 1);
    assert_eq!(house.count("touched_accounts").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_look_leaves_what_is_not_done_on_the_list() {
    let house = House::new(Script::new(1, Duration::ZERO)).await;
    fill(&house).await;
    let job = start(&house).await;
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    // Begun, so that a cancel is told to the worker instead of ending it at once.
    tx.commit().await.unwrap();
    let worker = tokio::spawn(house.runner(Duration::from_secs(5)).run(std::future::pending()));
    loop {
        let now = house.job(job).await;
        if now.progress_done > 0 || now.finished_at.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    tx = house.store.tenant(house.tenant).await.unwrap();
    store::jobs::cancel_job(&mut tx, job).await.unwrap();
    tx.commit().await.unwrap();
    let ended = loop {
        let now = house.job(job).await;
        if now.finished_at.is_some() {
            break now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    worker.abort();
    let _ = worker.await;
    // A fast worker may have been done before it was told.
    assert!(["cancelled", "complete"].contains(&ended.status.as_str()), "{}", ended.status);
    assert_eq!(house.count("touched_accounts").await + house.count("buying_groups").await, ACCOUNTS);
}
