//! Disconnecting, and coming back.

use serde_json::{Value, json};

use super::{VendorBench, reason};

#[tokio::test]
async fn disconnecting_forgets_the_authorisation_and_stops_the_run_under_way() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let of_it = json!({ "connectorId": id });
    let started = at.admin().ok("connector.triggerSync", of_it.clone()).await;
    let gone = at.admin().ok("connector.disconnect", of_it.clone()).await;
    assert_eq!(gone["status"], "disconnected");
    let job = at.admin().ok("job.get", json!({ "jobId": started["job"]["id"] })).await;
    assert!(job["cancelRequestedAt"].is_string(), "{job}");
    let left = at.bench.database.text("SELECT count(sealed_credentials)::text FROM connectors").await;
    assert_eq!(left, "0");
    for (method, mut params) in [
        ("connector.triggerSync", json!({})),
        ("fieldMapping.listSourceFields", json!({ "entity": "account" })),
        ("fieldMapping.preview", json!({ "entity": "account" })),
    ] {
        params["connectorId"] = json!(id);
        assert_eq!(reason(&at.admin(), method, params).await, "not_connected", "{method}");
    }
    let shown = at.admin().ok("connector.getStatus", of_it.clone()).await;
    assert_eq!((&shown["connector"]["status"], &shown["nextRunAt"]), (&json!("disconnected"), &Value::Null));
    // Once more is no harm.
    assert_eq!(at.admin().ok("connector.disconnect", of_it).await["status"], "disconnected");
}

#[tokio::test]
async fn a_disconnected_connector_can_be_authorised_again() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    at.admin().ok("connector.disconnect", json!({ "connectorId": id })).await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    let back = at.admin().ok("connector.completeAuth", brought).await;
    assert_eq!(back["status"], "connected");
    let fields = json!({ "connectorId": id, "entity": "person" });
    at.admin().ok("fieldMapping.listSourceFields", fields).await;
}
