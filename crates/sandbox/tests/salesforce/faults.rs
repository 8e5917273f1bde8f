//! Each entry of the fault menu, as a client meets it.
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use sandbox::salesforce::{Endpoint, Fault, FaultKind, RetryAfter};
use serde_json::{Value as Json, json};

use crate::support::{Client, start};

const SOQL: &str = "SELECT Id, Name, NumberOfEmployees FROM Account";

#[tokio::test]
async fn the_n_th_request_is_hit_and_no_other() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    sandbox.add_fault(Fault::nth(FaultKind::ServerError, Endpoint::Query, 2).containing("from account"));
    let mut seen = Vec::new();
    for soql in [SOQL, "SELECT Id FROM User", SOQL, SOQL] {
        seen.push(client.query(soql).await.0);
    }
    assert_eq!(seen, [200, 200, 500, 200]);
    let ledger = sandbox.ledger();
    assert_eq!(ledger.iter().filter_map(|e| e.fault.as_deref()).collect::<Vec<_>>(), ["server-error"]);
}

#[tokio::test]
async fn statuses_come_in_the_vendors_shape() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    for (kind, status, code) in [
        (FaultKind::Unauthorized, 401, "INVALID_SESSION_ID"),
        (FaultKind::RequestLimit, 403, "REQUEST_LIMIT_EXCEEDED"),
        (FaultKind::ServerError, 500, "UNKNOWN_EXCEPTION"),
        (FaultKind::Unavailable, 503, "SERVER_UNAVAILABLE"),
        (FaultKind::Status { status: 418, code: "TEAPOT".into() }, 418, "TEAPOT"),
    ] {
        sandbox.clear_faults();
        sandbox.add_fault(Fault::always(kind, Endpoint::Data));
        let (got, body) = client.query(SOQL).await;
        assert_eq!((got, body[0]["errorCode"].as_str()), (status, Some(code)));
    }
    for (retry_after, expected) in [
        (RetryAfter::Absent, None),
        (RetryAfter::Seconds(3), Some("3")),
        (RetryAfter::DateIn(60), Some("GMT")),
        (RetryAfter::Absurd, Some("99999999999")),
        (RetryAfter::Garbage, Some("soon")),
    ] {
        sandbox.clear_faults();
        sandbox.add_fault(Fault::always(FaultKind::TooManyRequests { retry_after }, Endpoint::Any));
        let response = client.ask("query", SOQL).send().await.unwrap();
        assert_eq!(response.status(), 429);
        let header = response.headers().get("retry-after").map(|v| v.to_str().unwrap());
        assert_eq!(header.is_some(), expected.is_some());
        assert!(header.unwrap_or_default().contains(expected.unwrap_or_default()));
    }
}

#[tokio::test]
async fn bodies_are_spoiled_as_asked() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let text = async |kind: FaultKind| {
        sandbox.clear_faults();
        sandbox.add_fault(Fault::always(kind, Endpoint::Query));
        client.ask("query", SOQL).send().await.unwrap().text().await
    };
    assert!(text(FaultKind::HtmlPage).await.unwrap().starts_with("<!DOCTYPE html>"));
    let truncated = text(FaultKind::TruncatedJson).await.unwrap();
    assert!(truncated.starts_with("{\"totalSize\"") && serde_json::from_str::<Json>(&truncated).is_err());
    let wrong: Json = serde_json::from_str(&text(FaultKind::WrongTypes).await.unwrap()).unwrap();
    assert_eq!(wrong["records"][0]["Name"], 42);
    assert!(text(FaultKind::ResetMidBody).await.is_err(), "half a body is an error");
    let looped: Json = serde_json::from_str(&text(FaultKind::CursorLoop).await.unwrap()).unwrap();
    assert_eq!(looped["done"], false);
    sandbox.add_fault(Fault::always(FaultKind::CursorLoop, Endpoint::QueryMore));
    let next = looped["nextRecordsUrl"].as_str().unwrap();
    let again: Json = client.get(next).send().await.unwrap().json().await.unwrap();
    assert_eq!((again["done"].clone(), again["nextRecordsUrl"].as_str()), (json!(false), Some(next)));
    assert_eq!(again["records"], looped["records"]);
}

#[tokio::test]
async fn a_huge_body_is_small_on_the_wire_when_compressed_and_never_ends_early() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let bytes = 64 << 20;
    sandbox.add_fault(Fault::always(FaultKind::HugeBody { bytes, gzip: true }, Endpoint::Query));
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let url = format!("{}/services/data/v60.0/query?q=x", sandbox.base_url());
    let wire = plain.get(url).send().await.unwrap().bytes().await.unwrap();
    assert!(wire.len() < 512 * 1024, "{} bytes on the wire", wire.len());
    let mut stream = client.ask("query", SOQL).send().await.unwrap().bytes_stream();
    let mut total = 0;
    while let Some(piece) = stream.next().await {
        total += piece.unwrap().len() as u64;
    }
    assert!(total >= bytes, "{total}");
}

#[tokio::test]
async fn slow_late_silent_and_absent_answers() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let soql = "SELECT COUNT() FROM User";
    let fault = |kind: FaultKind| {
        sandbox.clear_faults();
        sandbox.add_fault(Fault::always(kind, Endpoint::Query));
    };
    fault(FaultKind::SlowDrip { bytes_per_second: 100 });
    let started = Instant::now();
    let (status, body) = client.query(soql).await;
    assert_eq!((status, body["done"].clone()), (200, json!(true)));
    assert!(started.elapsed() > Duration::from_millis(250), "{:?}", started.elapsed());

    fault(FaultKind::Delay { milliseconds: 200 });
    let started = Instant::now();
    assert_eq!(client.query(soql).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(200));

    fault(FaultKind::Hang);
    let silent = client.ask("query", soql).timeout(Duration::from_millis(300)).send().await;
    assert!(silent.unwrap_err().is_timeout());

    fault(FaultKind::Down);
    assert!(client.ask("query", soql).send().await.is_err());
    sandbox.clear_faults();
    assert_eq!(client.query(soql).await.0, 200, "it heals");
}

#[tokio::test]
async fn tokens_die_at_the_chosen_request() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    sandbox.add_fault(Fault::nth(FaultKind::ExpiredToken, Endpoint::Query, 2));
    assert_eq!(client.query(SOQL).await.0, 200);
    assert_eq!(client.query(SOQL).await.0, 401);
    assert_eq!(client.query(SOQL).await.0, 401, "expired is expired");
    let other = Client::of(&sandbox);
    assert_eq!(other.query(SOQL).await.0, 200);
}

#[tokio::test]
async fn the_control_path_does_from_outside_what_the_handle_does() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let url = |name: &str| format!("{}/_control/{name}", sandbox.base_url());
    let fault = json!({ "kind": { "name": "too-many-requests", "retryAfter": { "seconds": 7 } }, "on": "query", "when": { "nth": 1 } });
    let added: Json =
        client.http.post(url("faults")).json(&fault).send().await.unwrap().json().await.unwrap();
    assert_eq!(added[0]["kind"]["retryAfter"]["seconds"], 7);
    assert_eq!(client.query(SOQL).await.0, 429);
    assert_eq!(client.query(SOQL).await.0, 200);
    let odd = client
        .http
        .post(url("faults"))
        .json(&json!({ "kind": { "name": "earthquake" } }))
        .send()
        .await
        .unwrap();
    assert_eq!(odd.status(), 400);
    let changes: Json = client
        .http
        .post(url("mutate"))
        .json(&json!({ "seed": 5 }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(!changes["updated"].as_array().unwrap().is_empty());
    let ledger: Json = client.http.get(url("ledger")).send().await.unwrap().json().await.unwrap();
    assert_eq!(ledger["entries"].as_array().unwrap().len(), 2, "control requests are not counted");
    assert_eq!(ledger["entries"][0]["soql"], SOQL);
    client.http.post(url("expire-tokens")).send().await.unwrap();
    assert_eq!(client.query(SOQL).await.0, 401);
}
