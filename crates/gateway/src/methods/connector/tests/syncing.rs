//! Asking for a sync, running it, and what it brought.

use serde_json::{Value, json};
use tenancy::Role;
use workflows::{Runner, RunnerConfig, sync::SyncWorkflow};

use super::{VendorBench, reason};

impl VendorBench {
    /// Works through the queue until the job has ended.
    async fn work(&self, job: &Value) -> Value {
        let gateway = &self.bench.gateway;
        let services = gateway.vendors().services(gateway.vault.clone());
        let runner = Runner::new(self.bench.store().clone(), RunnerConfig::default())
            .with(SyncWorkflow::new(services));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let working = tokio::spawn(runner.run(async move { stopped.await.unwrap_or(()) }));
        let params = json!({ "jobId": job["id"] });
        let begun = std::time::Instant::now();
        let ended = loop {
            let job = self.admin().ok("job.get", params.clone()).await;
            if job["finishedAt"].is_string() {
                break job;
            }
            assert!(begun.elapsed().as_secs() < 60, "{job}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        stop.send(()).unwrap();
        working.await.unwrap();
        ended
    }
}

#[tokio::test]
async fn a_second_trigger_joins_the_run_that_is_under_way() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let (_, manager) = at.bench.new_member("max@acme.example", Role::Manager).await;
    let first = manager.ok("connector.triggerSync", json!({ "connectorId": id })).await;
    assert_eq!((&first["joined"], &first["job"]["status"]), (&json!(false), &json!("queued")));
    assert_eq!(first["job"]["createdBy"]["name"], "max@acme.example");
    let second = at.admin().ok("connector.triggerSync", json!({ "connectorId": id, "mode": "full" })).await;
    assert_eq!((&second["joined"], &second["job"]["id"]), (&json!(true), &first["job"]["id"]));
    let shown = manager.ok("connector.getStatus", json!({ "connectorId": id })).await;
    assert_eq!(shown["job"]["id"], first["job"]["id"]);
    assert_eq!(at.audited("connector.triggerSync").await.len(), 2);
}

#[tokio::test]
async fn a_connector_that_is_not_authorised_is_not_synchronised() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    assert_eq!(
        reason(&at.admin(), "connector.triggerSync", json!({ "connectorId": id })).await,
        "not_connected"
    );
    let (_, viewer) = at.bench.new_member("vic@acme.example", Role::Viewer).await;
    assert_eq!(viewer.refused("connector.triggerSync", json!({ "connectorId": id })).await.0, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_brings_every_record_and_its_history_and_counts_say_so() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    // The token of the authorisation is over: the worker renews it, and saves it before it is used.
    at.vendor.expire_access_tokens();
    let of_it = json!({ "connectorId": id });
    let started = at.admin().ok("connector.triggerSync", of_it.clone()).await;
    let ended = at.work(&started["job"]).await;
    assert_eq!(ended["status"], "complete", "{ended}");
    assert_eq!(at.token_requests(), 2, "one for the code, one renewal");

    let history = at.admin().ok("connector.getSyncHistory", of_it.clone()).await;
    let run = &history["items"][0];
    assert_eq!((&run["status"], &run["jobId"]), (&json!("complete"), &started["job"]["id"]));
    let counts = at.admin().ok("connector.getEntityCounts", of_it.clone()).await;
    let count = |entity: &str| {
        let of_kind = counts["items"].as_array().unwrap().iter().find(|it| it["entity"] == entity).unwrap();
        of_kind["stored"].as_u64().unwrap() + of_kind["quarantined"].as_u64().unwrap()
    };
    let accounts = at.vendor.counts().iter().find(|(object, _)| *object == "Account").unwrap().1;
    assert_eq!(count("account"), accounts as u64, "{counts}");
    assert!(count("activity") > 0 && count("person") > 0 && count("opportunity") > 0, "{counts}");
    let shown = at.admin().ok("connector.getStatus", of_it).await;
    assert_eq!(shown["lastRun"]["id"], run["id"]);
    assert!(
        shown["connector"]["inputsThrough"].is_string() && shown["connector"]["lastSyncedAt"].is_string()
    );
    let next = at.admin().ok("connector.getSyncHistory", json!({ "connectorId": id, "pageSize": 1 })).await;
    assert_eq!(next["nextCursor"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_authorisation_ends_the_run_and_asks_for_a_person() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    at.vendor.expire_access_tokens();
    at.vendor.kill_refresh_tokens();
    let started = at.admin().ok("connector.triggerSync", json!({ "connectorId": id })).await;
    let ended = at.work(&started["job"]).await;
    assert_eq!(
        (&ended["status"], &ended["error"]["code"]),
        (&json!("auth_required"), &json!("auth_required"))
    );
    let shown = at.admin().ok("connector.getStatus", json!({ "connectorId": id })).await;
    let connector = &shown["connector"];
    assert_eq!(
        (&connector["status"], &connector["problem"]),
        (&json!("auth_required"), &json!("auth_required"))
    );
    assert_eq!(
        reason(&at.admin(), "connector.triggerSync", json!({ "connectorId": id })).await,
        "not_connected"
    );
    let brought = at.visit_vendor(&at.admin(), &id).await;
    let again = at.admin().ok("connector.completeAuth", brought).await;
    assert_eq!((&again["status"], &again["problem"]), (&json!("connected"), &Value::Null));
}
