//! Away to the vendor and back: who may complete what, how often, and for how long.

use sandbox::salesforce::{Endpoint, Fault, FaultKind, RetryAfter};
use serde_json::{Value, json};
use tenancy::Role;

use super::{CALLBACK, VendorBench, reason};
use crate::bench::refusal;

#[tokio::test]
async fn an_authorisation_connects_the_connector_and_no_secret_is_told_or_written_in_the_clear() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    let reply = at.admin().raw("connector.completeAuth", brought.clone()).await;
    let connector = &serde_json::from_str::<Value>(&reply).unwrap()["result"];
    assert_eq!((&connector["status"], &connector["problem"]), (&json!("connected"), &Value::Null));
    assert!(connector["connectedAt"].is_string());
    let shown = at.admin().ok("connector.getStatus", json!({ "connectorId": id })).await;
    assert!(shown["nextRunAt"].is_string(), "it is synchronised by itself from now on");

    // Whatever the vendor gave can be used, and is nowhere to be read.
    at.admin().ok("fieldMapping.listSourceFields", json!({ "connectorId": id, "entity": "account" })).await;
    let audited = serde_json::to_string(&at.audited("connector.completeAuth").await).unwrap();
    let stored = at
        .bench
        .database
        .text("SELECT encode(sealed_credentials, 'escape') || (SELECT string_agg(encode(sealed_verifier, 'escape'), '') FROM oauth_states) FROM connectors")
        .await;
    let secrets =
        [brought["code"].as_str().unwrap(), &at.vendor.options().client_secret, "access_token", "00D00000"];
    for secret in secrets {
        for (place, text) in [("reply", &reply), ("audit log", &audited), ("tables", &stored)] {
            assert!(!text.contains(secret), "{secret} in the {place}");
        }
    }
}

#[tokio::test]
async fn a_state_serves_once() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    at.admin().ok("connector.completeAuth", brought.clone()).await;
    let asked = at.token_requests();
    assert_eq!(
        at.admin().refused("connector.completeAuth", brought).await,
        refusal("PRECONDITION_FAILED", "state_not_valid")
    );
    assert_eq!(at.token_requests(), asked, "the code is not exchanged again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_completions_at_once_one_connects() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    let (one, two) = (at.admin(), at.admin());
    let (one, two) = tokio::join!(
        one.call("connector.completeAuth", brought.clone()),
        two.call("connector.completeAuth", brought.clone())
    );
    let connected = [&one, &two].iter().filter(|reply| reply["result"]["status"] == "connected").count();
    assert_eq!(connected, 1, "{one} {two}");
}

#[tokio::test]
async fn a_repeat_under_the_same_idempotency_key_gets_the_first_reply() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let mut brought = at.visit_vendor(&at.admin(), &id).await;
    brought["idempotencyKey"] = json!("k");
    let first = at.admin().raw("connector.completeAuth", brought.clone()).await;
    assert!(first.contains("connected"), "{first}");
    assert_eq!(at.admin().raw("connector.completeAuth", brought).await, first);
    assert_eq!(at.token_requests(), 1);
}

#[tokio::test]
async fn only_who_began_an_authorisation_can_complete_it() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    let (_, another_admin) = at.bench.new_member("bea@acme.example", Role::Admin).await;
    let another_organization = at.bench.other_organization().await;
    for stranger in [another_admin, another_organization] {
        assert_eq!(reason(&stranger, "connector.completeAuth", brought.clone()).await, "state_not_valid");
    }
    assert_eq!(at.token_requests(), 0, "no stranger's code is exchanged");
    at.admin().ok("connector.completeAuth", brought).await;
}

#[tokio::test]
async fn a_state_for_one_connector_does_not_serve_another() {
    let at = VendorBench::start().await;
    let (first, second) = (at.pending("First").await, at.pending("Second").await);
    let brought = at.visit_vendor(&at.admin(), &first).await;
    // Only somebody in the database could do this; the sealed state still says otherwise.
    at.bench.database.execute(&format!("UPDATE oauth_states SET connector_id = '{second}'")).await;
    assert_eq!(reason(&at.admin(), "connector.completeAuth", brought).await, "state_not_valid");
    assert_eq!(at.token_requests(), 0);
}

#[tokio::test]
async fn a_state_is_over_after_ten_minutes_and_garbage_is_none() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    at.bench.database.execute("UPDATE oauth_states SET expires_at = now() - interval '1 second'").await;
    assert_eq!(reason(&at.admin(), "connector.completeAuth", brought.clone()).await, "state_not_valid");
    let garbage = json!({ "code": brought["code"], "state": "v1.garbage" });
    assert_eq!(reason(&at.admin(), "connector.completeAuth", garbage).await, "state_not_valid");
    assert_eq!(at.token_requests(), 0);
}

#[tokio::test]
async fn a_code_that_the_vendor_does_not_know_is_refused_and_the_connector_stays_as_it_was() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let mut brought = at.visit_vendor(&at.admin(), &id).await;
    brought["code"] = json!("made-up");
    assert_eq!(
        at.admin().refused("connector.completeAuth", brought).await,
        refusal("UNPROCESSABLE_CONTENT", "code_refused")
    );
    let shown = at.admin().ok("connector.getStatus", json!({ "connectorId": id })).await;
    assert_eq!(shown["connector"]["status"], "pending");
    let refused = at.audited("connector.completeAuth").await;
    assert_eq!(refused[0]["outcome"], "refused");
}

#[tokio::test]
async fn each_of_the_vendors_faults_has_its_name_and_leaves_the_authorisation_possible() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let faults = [
        (FaultKind::ServerError, "SERVICE_UNAVAILABLE", "vendor_unavailable"),
        (FaultKind::Unavailable, "SERVICE_UNAVAILABLE", "vendor_unavailable"),
        (FaultKind::Down, "SERVICE_UNAVAILABLE", "vendor_unavailable"),
        (FaultKind::Hang, "TIMEOUT", "vendor_timeout"),
        (FaultKind::HtmlPage, "SERVICE_UNAVAILABLE", "vendor_answer_not_understood"),
        (FaultKind::TruncatedJson, "SERVICE_UNAVAILABLE", "vendor_answer_not_understood"),
        (
            FaultKind::TooManyRequests { retry_after: RetryAfter::Seconds(30) },
            "TOO_MANY_REQUESTS",
            "vendor_rate_limited",
        ),
    ];
    for (kind, code, named) in faults {
        let brought = at.visit_vendor(&at.admin(), &id).await;
        at.vendor.add_fault(Fault::always(kind.clone(), Endpoint::Token));
        let reply = at.admin().call("connector.completeAuth", brought).await;
        let data = &reply["error"]["data"];
        assert_eq!((&data["code"], &data["reason"]), (&json!(code), &json!(named)), "{kind:?}: {reply}");
        assert_eq!(data["retryable"], true, "{kind:?}");
        at.vendor.clear_faults();
    }
    // The vendor was away before it saw the code: the same one still works.
    let brought = at.visit_vendor(&at.admin(), &id).await;
    at.vendor.add_fault(Fault::always(FaultKind::Down, Endpoint::Token));
    assert_eq!(reason(&at.admin(), "connector.completeAuth", brought.clone()).await, "vendor_unavailable");
    at.vendor.clear_faults();
    at.admin().ok("connector.completeAuth", brought).await;
}

#[tokio::test]
async fn only_registered_pages_may_be_come_back_to() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    for page in
        ["http://127.0.0.1:1/callback/", "http://127.0.0.1:1/callback?x=1", "https://evil.example/callback"]
    {
        let params = json!({ "connectorId": id, "redirectUri": page });
        assert_eq!(
            reason(&at.admin(), "connector.getAuthUrl", params).await,
            "redirect_not_allowed",
            "{page}"
        );
    }
    let (_, manager) = at.bench.new_member("max@acme.example", Role::Manager).await;
    let params = json!({ "connectorId": id, "redirectUri": CALLBACK });
    assert_eq!(manager.refused("connector.getAuthUrl", params).await.0, "FORBIDDEN");
}

#[tokio::test]
async fn a_state_of_a_connector_that_was_disconnected_meanwhile_is_over() {
    let at = VendorBench::start().await;
    let id = at.pending("Salesforce").await;
    let brought = at.visit_vendor(&at.admin(), &id).await;
    at.admin().ok("connector.disconnect", json!({ "connectorId": id })).await;
    assert_eq!(reason(&at.admin(), "connector.completeAuth", brought).await, "state_not_valid");
}
