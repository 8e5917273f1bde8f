//! Calls of one caller that come at the same time: one transaction, and each its own answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "written for the tests of the mechanism, too")]
mod toy;

use std::{sync::Arc, time::Duration};

use rpc::Access;
use serde_json::{Value, json};
use tokio::task::{JoinHandle, yield_now};
use toy::{Bench, Toy};

/// A caller two of whose calls are under way, so that all others wait for one of them to end.
struct Busy {
    bench: Arc<Bench>,
    first: Vec<JoinHandle<Value>>,
}

impl Busy {
    async fn new() -> Self {
        Busy::with(Toy::default()).await
    }

    async fn with(toy: Toy) -> Self {
        let bench = Arc::new(Bench::of(toy, Some(Access::Admin)));
        let mut busy = Busy { bench, first: Vec::new() };
        for _ in 0..2 {
            busy.first.push(busy.call(json!({ "groupId": 50, "expectedVersion": 3 })).await);
        }
        busy
    }

    /// Makes a call, and lets it come to where it waits.
    async fn call(&self, params: Value) -> JoinHandle<Value> {
        let bench = self.bench.clone();
        let call = tokio::spawn(async move { bench.call("group.approve", params).await });
        for _ in 0..10 {
            yield_now().await;
        }
        call
    }

    async fn approve(&self, group: u64, version: u32) -> JoinHandle<Value> {
        self.call(json!({ "groupId": group, "expectedVersion": version })).await
    }

    /// Lets the first one end, and with it all who wait go.
    fn end(&self) {
        self.bench.toy.gate.add_permits(1);
    }

    fn ledger(&self) -> Vec<String> {
        // The first one's own entry apart.
        self.bench.ledger().split_off(1)
    }
}

fn version(reply: &Value) -> Option<u64> {
    reply["result"]["version"].as_u64()
}

#[tokio::test]
async fn those_who_wait_are_answered_together_and_each_with_its_own() {
    let busy = Busy::new().await;
    let calls = [busy.approve(1, 10).await, busy.approve(2, 20).await, busy.approve(3, 30).await];
    assert!(busy.bench.ledger().is_empty(), "all wait");
    busy.end();
    for (call, expected) in calls.into_iter().zip([11, 21, 31]) {
        assert_eq!(version(&call.await.unwrap()), Some(expected));
    }
    assert_eq!(busy.ledger(), ["commit 3 together"]);
    // The other one is still under way: the place that was given up is free.
    assert_eq!(version(&busy.approve(4, 40).await.await.unwrap()), Some(41));
}

#[tokio::test]
async fn one_who_waits_alone_has_its_turn_alone() {
    let busy = Busy::new().await;
    let call = busy.approve(1, 10).await;
    busy.end();
    assert_eq!(version(&call.await.unwrap()), Some(11));
    assert_eq!(busy.ledger(), ["commit group.approve"]);
}

#[tokio::test]
async fn what_is_refused_is_refused_as_ever_and_holds_nobody_up() {
    let busy = Busy::new().await;
    let good = [busy.approve(1, 10).await, busy.approve(2, 20).await];
    let stale = busy.approve(3, 1).await;
    let wrong = busy.call(json!({ "groupId": 4, "expectedVersion": 5, "x": 1 })).await;
    let keyed = busy.call(json!({ "groupId": 5, "expectedVersion": 50, "idempotencyKey": "k" })).await;
    busy.end();
    for (call, expected) in good.into_iter().zip([11, 21]) {
        assert_eq!(version(&call.await.unwrap()), Some(expected));
    }
    assert_eq!(stale.await.unwrap()["error"]["data"]["reason"], "stale");
    assert_eq!(wrong.await.unwrap()["error"]["data"]["fields"][0]["rule"], "unknown");
    assert_eq!(version(&keyed.await.unwrap()), Some(51));
    let mut ledger = busy.ledger();
    assert_eq!(ledger.remove(0), "commit 2 together");
    ledger.sort();
    assert_eq!(
        ledger,
        ["commit group.approve", "refuse group.approve invalid_params", "refuse group.approve stale"]
    );
}

#[tokio::test]
async fn a_bug_takes_no_answer_but_its_own() {
    let busy = Busy::new().await;
    let (bug, good) = (busy.approve(13, 3).await, busy.approve(1, 10).await);
    busy.end();
    assert_eq!(bug.await.unwrap()["error"]["data"]["code"], "INTERNAL_SERVER_ERROR");
    assert_eq!(version(&good.await.unwrap()), Some(11));
    assert!(busy.ledger().contains(&"commit group.approve".to_owned()));
}

#[tokio::test]
async fn a_commit_whose_end_is_not_known_is_not_made_again() {
    let busy = Busy::new().await;
    let mut calls = Vec::new();
    for group in 1..=4 {
        calls.push(busy.approve(group, 10).await);
    }
    busy.end();
    for call in calls {
        assert_eq!(call.await.unwrap()["error"]["data"]["code"], "SERVICE_UNAVAILABLE");
    }
    assert_eq!(busy.ledger(), ["commit 4 together"]);
}

#[tokio::test]
async fn one_who_has_gone_away_is_not_waited_for() {
    let busy = Busy::new().await;
    let (gone, stays) = (busy.approve(1, 10).await, busy.approve(2, 20).await);
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    busy.end();
    assert_eq!(version(&stays.await.unwrap()), Some(21));
    assert_eq!(busy.ledger(), ["commit group.approve"]);
}

#[tokio::test]
async fn when_the_one_under_way_goes_away_the_others_go_on() {
    let busy = Busy::new().await;
    let calls = [busy.approve(1, 10).await, busy.approve(2, 20).await];
    busy.first[0].abort();
    for (call, expected) in calls.into_iter().zip([11, 21]) {
        assert_eq!(version(&call.await.unwrap()), Some(expected));
    }
    assert_eq!(busy.bench.ledger(), ["commit 2 together"]);
}

#[tokio::test]
async fn nobody_waits_for_long() {
    let busy = Busy::with(Toy { patience: Duration::from_millis(5), ..Toy::default() }).await;
    let calls = [busy.approve(1, 10).await, busy.approve(2, 20).await];
    for (call, expected) in calls.into_iter().zip([11, 21]) {
        assert_eq!(version(&call.await.unwrap()), Some(expected));
    }
    let alone = busy.bench.ledger().iter().filter(|it| *it == "commit group.approve").count();
    assert_eq!(alone, 2);
}
