//! Cursors that were altered, or taken from another list, filter, caller or organization.

use api::CATALOGUE;
use rpc::MethodInfo;
use serde_json::{Value, json};
use tests::{Caller, Reply, TestApp, contract};

use crate::{example, strangers::required_only};

fn has_cursor(method: &MethodInfo) -> bool {
    contract::params_schema(method.name)["properties"].get("cursor").is_some()
}

/// The first cursor of the list, one item a page.
async fn cursor_of(caller: &Caller, method: &MethodInfo, params: &Value) -> Option<String> {
    let mut params = params.clone();
    params["pageSize"] = json!(1);
    let page = caller.call_raw(method.name, &params).await;
    page.result()["nextCursor"].as_str().map(str::to_owned)
}

fn refused(method: &MethodInfo, what: &str, reply: &Reply) {
    assert_eq!(reply.code(), "INVALID_PARAMS", "{} {what}: {}", method.name, reply.text);
    assert_eq!(reply.json["error"]["data"]["fields"][0]["path"], "cursor", "{}", reply.text);
}

/// Each character changed, cut, doubled; ends cut off and added to.
fn altered(cursor: &str) -> Vec<String> {
    let mut all =
        vec!["A".to_owned(), "a.b".into(), "A".repeat(200), cursor.to_uppercase(), cursor.to_lowercase()];
    all.extend([format!("{cursor}A"), format!("A{cursor}"), format!("{cursor}."), format!("{cursor}=")]);
    for (at, letter) in cursor.char_indices() {
        let (head, tail) = (&cursor[..at], &cursor[at + 1..]);
        for other in ['A', 'z', '7', '-', '_'] {
            all.push(format!("{head}{other}{tail}"));
        }
        all.push(format!("{head}{tail}"));
        all.push(format!("{head}{letter}{letter}{tail}"));
        all.push(head.to_owned());
    }
    all.retain(|it| it != cursor && !it.is_empty());
    all.sort();
    all.dedup();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_cursor_opens_nothing() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let (mut lists, mut tried) = (0, 0);
    for method in CATALOGUE.iter().filter(|it| has_cursor(it)) {
        let params = required_only(method, &example(&app, &ours, method).await);
        let Some(cursor) = cursor_of(ours.admin(), method, &params).await else { continue };
        lists += 1;
        let all = altered(&cursor);
        // All of them for one list, a sample for the others: it is one mechanism.
        let step = if lists == 1 { 1 } else { 12 };
        let some: Vec<&String> = all.iter().step_by(step).collect();
        for chunk in some.chunks(50) {
            let batch: Vec<_> = chunk
                .iter()
                .map(|cursor| {
                    let mut params = params.clone();
                    params["cursor"] = json!(cursor);
                    (method.name, params)
                })
                .collect();
            for (cursor, reply) in chunk.iter().zip(&ours.admin().batch(&batch).await) {
                refused(method, cursor, reply);
                tried += 1;
            }
        }
    }
    assert!(lists >= 12 && tried >= 1_000, "only {tried} cursors of {lists} lists were tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_serves_only_the_list_the_filter_and_the_caller_it_was_made_for() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let account_list = CATALOGUE.iter().find(|it| it.name == "account.list").unwrap();
    let elsewhere = cursor_of(ours.admin(), account_list, &json!({})).await.unwrap();
    for method in CATALOGUE.iter().filter(|it| has_cursor(it)) {
        let own = example(&app, &ours, method).await;
        let params = required_only(method, &own);
        if method.name != "account.list" {
            let mut params = params.clone();
            params["cursor"] = json!(elsewhere);
            refused(method, "of another list", &ours.admin().call_raw(method.name, &params).await);
        }
        let Some(cursor) = cursor_of(ours.admin(), method, &params).await else { continue };
        let mut going_on = params.clone();
        going_on["cursor"] = json!(cursor);
        going_on["pageSize"] = json!(2);
        ours.admin().call_raw(method.name, &going_on).await.result();
        refused(method, "of another caller", &ours.with("admin").call_raw(method.name, &going_on).await);
        let foreign = tests::translate(theirs.number, &going_on);
        refused(method, "of another organization", &theirs.admin().call_raw(method.name, &foreign).await);
    }
    let filtered = json!({ "cursor": elsewhere, "tier": "hot" });
    refused(account_list, "of another filter", &ours.admin().call_raw("account.list", &filtered).await);
}

/// Following a list to its end shows each item once, whatever the size of the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_read_page_by_page_is_the_whole_list() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    for method in CATALOGUE.iter().filter(|it| has_cursor(it)) {
        let mut params = required_only(method, &example(&app, &ours, method).await);
        let whole = ours.admin().call_raw(method.name, &params).await;
        let whole = whole.result()["items"].as_array().unwrap().clone();
        params["pageSize"] = json!(1);
        let mut items = Vec::new();
        loop {
            let page = ours.admin().call_raw(method.name, &params).await;
            items.extend(page.result()["items"].as_array().unwrap().clone());
            assert!(items.len() <= whole.len(), "{} does not end", method.name);
            match page.result()["nextCursor"].as_str() {
                Some(cursor) => params["cursor"] = json!(cursor),
                None => break,
            }
        }
        assert_eq!(items, whole, "{}", method.name);
    }
}
