//! The organization's settings.

use serde_json::json;

use super::bench;
use crate::bench::refusal;

#[tokio::test]
async fn settings_change_where_said_and_the_audit_row_shows_only_that() {
    let bench = bench().await;
    let before = bench.script().ok("tenant.getCurrent", json!({})).await;
    assert_eq!(before["settings"], json!({ "currency": "USD", "timeZone": "UTC" }));
    let params = json!({ "currency": "EUR", "timeZone": "Europe/Berlin" });
    let after = bench.script().ok("tenant.updateSettings", params).await;
    assert_eq!(after["settings"], json!({ "currency": "EUR", "timeZone": "Europe/Berlin" }));
    assert_eq!((&after["name"], &after["slug"]), (&json!("Acme"), &json!("acme")));
    assert_ne!(after["updatedAt"], before["updatedAt"]);
    assert_eq!(bench.script().ok("tenant.getCurrent", json!({})).await, after);
    let rows = bench.script().ok("audit.list", json!({ "action": "tenant.updateSettings" })).await;
    assert_eq!(rows["items"][0]["before"], json!({ "currency": "USD", "timeZone": "UTC" }));
    assert_eq!(rows["items"][0]["after"], json!({ "currency": "EUR", "timeZone": "Europe/Berlin" }));
    assert_eq!(
        bench.script().ok("tenant.updateSettings", json!({})).await,
        after,
        "nothing said, nothing done"
    );
}

#[tokio::test]
async fn only_names_of_time_zones_are_time_zones() {
    let bench = bench().await;
    for wrong in ["Mars/Olympus", "europe/berlin", "UTC+2", "localtime", "posixrules", "' OR 1=1 --"] {
        assert_eq!(
            bench.script().refused("tenant.updateSettings", json!({ "timeZone": wrong })).await,
            refusal("UNPROCESSABLE_CONTENT", "unknown_time_zone"),
            "{wrong}"
        );
    }
    for right in ["America/Argentina/Buenos_Aires", "UTC", "Asia/Kolkata"] {
        bench.script().ok("tenant.updateSettings", json!({ "timeZone": right })).await;
    }
}
