//! Syncs and scoring runs on a real database: killed, cancelled, refused, refreshed, and scored.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use connectors::ConnectorError;
use store::jobs::{Lease, NewJob};
use store::{Actor, StoreError, TenantTx};
use support::{House, ROWS, Script};
use workflows::runner::Run;
use workflows::score::{Trigger, enqueue_scoring};
use workflows::{Runner, RunnerConfig, Workflow};

const PAGES: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_twenty_times_loses_and_doubles_nothing() {
    let house = House::new(Script::new(PAGES, Duration::from_millis(40))).await;
    let job = house.sync(true).await;
    for kill in 0..20 {
        // Dropped where it stands, as by a kill: no hand-back, no clean end.
        let worker = tokio::spawn(house.runner(Duration::from_millis(150)).run(std::future::pending()));
        tokio::time::sleep(Duration::from_millis(40 + kill * 13 % 90)).await;
        worker.abort();
        let _ = worker.await;
        assert!(house.job(job).await.finished_at.is_none(), "there were only {kill} kills before the end");
        tokio::time::sleep(Duration::from_millis(160)).await;
    }
    let ended = house.finish(job).await;
    assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), ("complete", None));
    let rows = i64::try_from(PAGES * ROWS).unwrap();
    assert_eq!((house.count("people").await, house.count("activities").await), (rows, rows));
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let counts = store::sync_runs::get_sync_run(&mut tx, job).await.unwrap().counts;
    // A page counts in the transaction that stores it: repeats of a read are not counted twice.
    assert_eq!((counts["person"].inserted, counts["activity"].inserted), (rows, rows));
    assert_eq!((counts["person"].updated, counts["person"].read), (0, rows));
    tx.rollback().await.unwrap();

    let again = house.sync(true).await;
    assert_eq!(house.finish(again).await.status, "complete");
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let counts = store::sync_runs::get_sync_run(&mut tx, again).await.unwrap().counts;
    assert_eq!((counts["person"].unchanged, counts["activity"].unchanged), (rows, rows));
    tx.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_that_come_before_their_people_are_stored_by_the_same_sync() {
    // More than fit into one slice, half of them before their people.
    let mut script = Script::new(PAGES, Duration::ZERO);
    script.people_late = true;
    let house = House::new(script).await;
    let job = house.sync(true).await;
    let worker = tokio::spawn(house.runner(Duration::from_millis(150)).run(std::future::pending()));
    while !matches!(house.job(job).await.phase.as_deref(), Some("finalizing" | "complete")) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let waiting = house.count("quarantine WHERE status = 'open' AND reason = 'unresolved_person'").await;
    // Dropped where it stands, often with the first slice stored and the second not.
    worker.abort();
    let _ = worker.await;
    assert_eq!(house.finish(job).await.status, "complete");
    let rows = i64::try_from(PAGES * ROWS).unwrap();
    assert!(waiting <= rows / 2);
    assert_eq!(house.count("quarantine WHERE status = 'open'").await, 0);
    assert_eq!(house.count("quarantine WHERE status = 'replayed'").await, rows / 2);
    assert_eq!((house.count("people").await, house.count("activities").await), (rows, rows));
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let counts = store::sync_runs::get_sync_run(&mut tx, job).await.unwrap().counts["activity"];
    tx.rollback().await.unwrap();
    assert_eq!((counts.read, counts.inserted, counts.quarantined), (rows, rows, 0));

    // The same again finds everybody there, and nothing waits.
    let again = house.sync(true).await;
    assert_eq!(house.finish(again).await.status, "complete");
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let counts = store::sync_runs::get_sync_run(&mut tx, again).await.unwrap().counts["activity"];
    tx.rollback().await.unwrap();
    assert_eq!((counts.read, counts.unchanged), (rows, rows));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_of_the_vendor_has_its_named_outcome_and_the_next_run_goes_on() {
    let house = House::new(Script::new(3, Duration::ZERO)).await;
    let tomorrow = Utc::now() + TimeDelta::hours(20);
    let table = [
        (ConnectorError::QuotaExhausted { until: tomorrow }, "partial", "quota_exhausted"),
        (ConnectorError::RateLimited { until: tomorrow }, "partial", "rate_limited"),
        (ConnectorError::Permission("Contact".into()), "failed", "permission"),
        (ConnectorError::InvalidRequest("x".into()), "failed", "invalid_request"),
        (ConnectorError::AuthRequired { refreshable: false }, "auth_required", "auth_required"),
    ];
    for (error, status, reason) in table {
        house.script.faults.lock().unwrap().insert(1, error);
        let job = house.sync(true).await;
        let ended = house.finish(job).await;
        assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), (status, Some(reason)));
        let mut tx = house.store.tenant(house.tenant).await.unwrap();
        let run = store::sync_runs::get_sync_run(&mut tx, job).await.unwrap().run;
        assert_eq!((run.status.as_str(), run.resume_at.is_some()), (status, status == "partial"));
        tx.rollback().await.unwrap();
        let fetched = house.script.fetched.load(Ordering::SeqCst);
        let next = house.sync(false).await;
        assert_eq!(house.finish(next).await.status, "complete");
        // From page 1 on, not from the beginning.
        assert_eq!(house.script.fetched.load(Ordering::SeqCst) - fetched, 2);
    }
    assert_eq!(house.count("people").await, i64::try_from(3 * ROWS).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_renewed_once_and_saved_and_a_dead_one_asks_for_a_person() {
    let house = House::new(Script::new(3, Duration::ZERO)).await;
    "another".clone_into(&mut house.script.token.lock().unwrap());
    let job = house.sync(true).await;
    assert_eq!(house.finish(job).await.status, "complete");
    assert_eq!(house.script.renewals.load(Ordering::SeqCst), 1);
    // The saved token serves the next run.
    let job = house.sync(true).await;
    assert_eq!(house.finish(job).await.status, "complete");
    assert_eq!(house.script.renewals.load(Ordering::SeqCst), 1);

    "revoked".clone_into(&mut house.script.token.lock().unwrap());
    *house.script.refuse_renewal.lock().unwrap() = true;
    let job = house.sync(true).await;
    assert_eq!(house.finish(job).await.status, "auth_required");
    assert_eq!(house.script.renewals.load(Ordering::SeqCst), 2, "a dead refresh token is tried once");
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let connector = store::connectors::get_connector(&mut tx, house.connector).await.unwrap();
    assert_eq!(connector.status, "auth_required");
    tx.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_at_the_next_page_and_keeps_what_was_read() {
    let house = House::new(Script::new(200, Duration::from_millis(20))).await;
    let job = house.sync(true).await;
    let worker = tokio::spawn(house.runner(Duration::from_secs(5)).run(std::future::pending()));
    while house.job(job).await.progress_done == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    assert!(store::jobs::cancel_job(&mut tx, job).await.unwrap());
    tx.commit().await.unwrap();
    while house.job(job).await.finished_at.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    worker.abort();
    let ended = house.job(job).await;
    assert_eq!(ended.status, "cancelled");
    let rows = house.count("people").await;
    assert!(rows > 0 && rows < i64::try_from(200 * ROWS).unwrap());
    assert_eq!(ended.progress_done, rows * 2);
    assert_eq!(ended.progress_total, Some(i64::try_from(200 * ROWS * 2).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_worker_hands_its_job_back_and_another_goes_on() {
    let house = House::new(Script::new(40, Duration::from_millis(10))).await;
    let job = house.sync(true).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(house.runner(Duration::from_secs(60)).run(async move {
        let _ = stopped.await;
    }));
    while house.job(job).await.progress_done == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let began = std::time::Instant::now();
    stop.send(()).unwrap();
    worker.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(house.job(job).await.status, "queued");
    // At once: nobody waits for the lease of a minute to run out.
    assert_eq!(house.finish(job).await.status, "complete");
    assert_eq!(house.count("people").await, i64::try_from(40 * ROWS).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scoring_run_scores_everyone_once_and_says_the_same_at_the_same_instant() {
    let house = House::new(Script::new(3, Duration::ZERO)).await;
    synced_and_scored(&house, "").await;
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let run = store::scores::last_scoring_run(&mut tx).await.unwrap().unwrap();
    let rows = i64::try_from(3 * ROWS).unwrap();
    assert_eq!((run.people_scored, run.activities_read), (rows, rows));
    assert!(run.status == "complete" && run.state_hash.is_some() && run.inputs_through.is_some());
    tx.rollback().await.unwrap();
    // A demo request is worth 40, and ten to eleven days of a half-life of thirty leave 31.0 to 31.8 of it.
    let scored =
        house.count("engagements WHERE entity_type = 'person' AND engagement BETWEEN 31000 AND 31800").await;
    assert_eq!(scored, rows);
    assert_eq!(house.count("engagement_states").await, rows);
}

/// A first run looks for no rows that are there. One may be all the same: of somebody who has moved, within the run, to an account
/// whose turn comes later. Here the database says so once, when there is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_scoring_run_writes_again_with_a_look_what_it_could_not_write_without() {
    let house = House::new(Script::new(3, Duration::ZERO)).await;
    let once = "CREATE SEQUENCE writings; GRANT USAGE ON SEQUENCE writings TO fairlead_app; \
        CREATE FUNCTION refuse_the_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
          IF nextval('writings') = 1 THEN RAISE unique_violation; END IF; RETURN NULL; END $$; \
        CREATE TRIGGER refuse_the_first AFTER INSERT ON engagements EXECUTE FUNCTION refuse_the_first()";
    synced_and_scored(&house, once).await;
    let writings: i64 =
        house.superuser().await.query_one("SELECT last_value FROM writings", &[]).await.unwrap().get(0);
    assert!(writings > 1, "nothing was refused");
    let rows = i64::try_from(3 * ROWS).unwrap();
    assert_eq!(house.count("engagements WHERE entity_type = 'person'").await, rows);
    assert_eq!(house.count("engagement_states").await, rows);
}

/// A sync, and then a scoring run that must succeed, with `between` done in between.
async fn synced_and_scored(house: &House, between: &str) {
    let job = house.sync(true).await;
    assert_eq!(house.finish(job).await.status, "complete");
    house.superuser().await.batch_execute(between).await.unwrap();
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let job = enqueue_scoring(&mut tx, Trigger::Manual, Actor::System, Utc::now()).await.unwrap().id;
    tx.commit().await.unwrap();
    let ended = house.finish(job).await;
    assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), ("complete", None));
    assert_eq!(ended.attempt, 1, "it went on by itself");
}

/// A job that brings its worker down each time.
struct Bomb;

#[async_trait::async_trait]
impl Workflow for Bomb {
    fn kind(&self) -> &'static str {
        "bomb"
    }

    async fn run(&self, run: &Run) -> Result<(), StoreError> {
        run.take_up().await?;
        panic!("boom");
    }

    async fn parked(&self, _: &mut TenantTx, _: &Lease, reason: &str) -> Result<(), StoreError> {
        assert_eq!(reason, "panic");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_only_crashes_is_set_aside_with_its_reason() {
    let house = House::new(Script::new(1, Duration::ZERO)).await;
    let new = NewJob {
        kind: "bomb",
        workflow_id: "bomb-1".to_owned(),
        dedupe_key: None,
        input: serde_json::json!({}),
        parent: None,
        created_by: Actor::System,
        run_after: None,
    };
    let mut tx = house.store.tenant(house.tenant).await.unwrap();
    let job = store::jobs::enqueue(&mut tx, &new).await.unwrap().id;
    tx.commit().await.unwrap();
    let config = RunnerConfig { attempts: 2, poll: Duration::from_millis(20), ..RunnerConfig::default() };
    let worker =
        tokio::spawn(Runner::new(house.store.clone(), config).with(Bomb).run(std::future::pending()));
    while house.job(job).await.finished_at.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.abort();
    let parked = house.job(job).await;
    assert_eq!((parked.status.as_str(), parked.error_code.as_deref()), ("parked", Some("panic")));
    assert_eq!(parked.attempt, 2);
}
