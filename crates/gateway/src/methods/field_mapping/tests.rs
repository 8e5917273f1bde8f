//! Mappings from the wire to the row and back, and what they make of the vendor's records.

use sandbox::salesforce::{Endpoint, Fault, FaultKind};
use serde_json::{Value, json};
use tenancy::Role;

use crate::{
    bench::refusal,
    methods::connector::tests::{VendorBench, reason},
};

fn of_accounts(mappings: &Value) -> &Value {
    mappings["items"].as_array().unwrap().iter().find(|it| it["entity"] == "account").unwrap()
}

#[tokio::test]
async fn mappings_are_saved_in_their_order_and_reset_to_the_defaults() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let of_it = json!({ "connectorId": id });
    let defaults = at.admin().ok("fieldMapping.getMappings", of_it.clone()).await;
    assert_eq!(defaults["items"].as_array().unwrap().len(), 4);
    assert_eq!(of_accounts(&defaults)["isDefault"], true);
    let fields = json!([
        { "sourceField": "Name", "targetField": "name", "transform": { "kind": "trim" }, "required": true },
        { "sourceField": "AccountNumber", "targetField": "name", "transform": { "kind": "none" }, "required": false },
        { "sourceField": "Industry", "targetField": "attributes.sector",
          "transform": { "kind": "map", "table": { "Tech": "Technology" } }, "required": false },
    ]);
    let (_, manager) = at.bench.new_member("max@acme.example", Role::Manager).await;
    let params = json!({ "connectorId": id, "entity": "account", "fields": fields });
    let saved = manager.ok("fieldMapping.saveMappings", params.clone()).await;
    assert_eq!((&saved["fields"], &saved["isDefault"]), (&fields, &json!(false)));
    assert!(saved["updatedAt"].is_string());
    // Saving again replaces, it does not add.
    manager.ok("fieldMapping.saveMappings", params).await;
    let now = manager.ok("fieldMapping.getMappings", of_it.clone()).await;
    assert_eq!(of_accounts(&now)["fields"], fields);
    assert_eq!(now["items"][1], defaults["items"][1], "other kinds are as they were");
    let reset = json!({ "connectorId": id, "entity": "account" });
    let reset = manager.ok("fieldMapping.resetToDefaults", reset).await;
    assert_eq!(reset["items"], json!([of_accounts(&defaults)]));
    assert_eq!(manager.ok("fieldMapping.getMappings", of_it).await, defaults);
    let audited = at.admin().ok("audit.list", json!({ "action": "fieldMapping.resetToDefaults" })).await;
    assert_eq!(audited["items"][0]["before"]["account"], fields);
}

#[tokio::test]
async fn a_mapping_that_cannot_work_is_named() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let good = json!({ "sourceField": "Name", "targetField": "name" });
    let table = [
        (json!({ "sourceField": "Name; DROP", "targetField": "name" }), "sourceField"),
        (json!({ "sourceField": "Name", "targetField": "salary" }), "targetField"),
        (
            json!({ "sourceField": "Name", "targetField": "name", "transform": { "kind": "template", "template": "{Oops" } }),
            "transform",
        ),
    ];
    for (bad, property) in table {
        let params = json!({ "connectorId": id, "entity": "account", "fields": [good, bad] });
        let reply = at.admin().call("fieldMapping.saveMappings", params).await;
        let data = &reply["error"]["data"];
        assert_eq!(data["reason"], "mapping_not_usable", "{reply}");
        assert_eq!((&data["details"]["index"], &data["details"]["property"]), (&json!(1), &json!(property)));
    }
    let empty = json!({ "connectorId": id, "entity": "account", "fields": [] });
    assert_eq!(at.admin().refused("fieldMapping.saveMappings", empty).await.0, "INVALID_PARAMS");
    let kept = at.admin().ok("fieldMapping.getMappings", json!({ "connectorId": id })).await;
    assert_eq!(of_accounts(&kept)["isDefault"], true);
}

#[tokio::test]
async fn the_fields_of_both_sides_are_listed_custom_ones_too() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let theirs = at
        .admin()
        .ok("fieldMapping.listSourceFields", json!({ "connectorId": id, "entity": "account" }))
        .await;
    let theirs = theirs["items"].as_array().unwrap();
    let segment = theirs.iter().find(|it| it["name"] == "Segment__c").unwrap();
    assert_eq!((&segment["object"], &segment["custom"]), (&json!("Account"), &json!(true)));
    let employees = theirs.iter().find(|it| it["name"] == "NumberOfEmployees").unwrap();
    assert_eq!((&employees["type"], &employees["custom"]), (&json!("number"), &json!(false)));
    let ours = at.admin().ok("fieldMapping.listTargetFields", json!({ "entity": "account" })).await;
    assert!(
        ours["items"].as_array().unwrap().contains(&json!({ "name": "employeeCount", "type": "number" }))
    );
}

#[tokio::test]
async fn a_preview_shows_what_mappings_would_make_of_the_vendors_records_and_stores_nothing() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let params = json!({
        "connectorId": id, "entity": "account", "sampleSize": 2,
        "fields": [
            { "sourceField": "Name", "targetField": "name", "transform": { "kind": "uppercase" }, "required": true },
            { "sourceField": "Website", "targetField": "domain", "transform": { "kind": "domain" } },
        ],
    });
    let shown = at.admin().ok("fieldMapping.preview", params).await;
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        let name = item["source"]["Name"].as_str().unwrap().to_uppercase();
        assert_eq!(item["record"]["name"], json!(name), "{item}");
        assert_eq!(item["problem"], Value::Null);
    }
    let needs = json!({
        "connectorId": id, "entity": "account", "sampleSize": 1,
        "fields": [{ "sourceField": "Nothing__c", "targetField": "name", "required": true }],
    });
    let shown = at.admin().ok("fieldMapping.preview", needs).await;
    assert_eq!(shown["items"][0]["record"], Value::Null);
    assert!(shown["items"][0]["problem"].is_string());
    // Without fields, what is in force is tried.
    let in_force = json!({ "connectorId": id, "entity": "account", "sampleSize": 1 });
    let shown = at.admin().ok("fieldMapping.preview", in_force).await;
    assert!(shown["items"][0]["record"]["name"].is_string(), "{shown}");
    let kept = at.bench.database.text("SELECT count(*)::text FROM field_mappings").await;
    assert_eq!(kept, "0");
}

#[tokio::test]
async fn a_vendor_that_cannot_be_asked_is_told_by_name_and_an_expired_token_is_renewed_once() {
    let at = VendorBench::start().await;
    let id = at.connected("Salesforce").await;
    let params = json!({ "connectorId": id, "entity": "account" });
    at.vendor.expire_access_tokens();
    let (one, two) = (at.admin(), at.admin());
    let asked = at.token_requests();
    tokio::join!(
        one.ok("fieldMapping.listSourceFields", params.clone()),
        two.ok("fieldMapping.listSourceFields", params.clone())
    );
    assert_eq!(at.token_requests(), asked + 1, "one renewal for both");
    let faults = [
        (FaultKind::Down, refusal("SERVICE_UNAVAILABLE", "vendor_unavailable")),
        (FaultKind::HtmlPage, refusal("SERVICE_UNAVAILABLE", "vendor_answer_not_understood")),
        (FaultKind::Hang, refusal("TIMEOUT", "vendor_timeout")),
        (FaultKind::RequestLimit, refusal("TOO_MANY_REQUESTS", "vendor_quota_exhausted")),
    ];
    for (kind, told) in faults {
        at.vendor.add_fault(Fault::always(kind.clone(), Endpoint::Data));
        assert_eq!(at.admin().refused("fieldMapping.preview", params.clone()).await, told, "{kind:?}");
        at.vendor.clear_faults();
    }
    at.vendor.expire_access_tokens();
    at.vendor.kill_refresh_tokens();
    assert_eq!(reason(&at.admin(), "fieldMapping.preview", params).await, "authorisation_needed");
}
