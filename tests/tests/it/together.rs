//! Calls of one caller that come at the same time share a transaction, and nothing else: each has its own answer and its own
//! audit entry, and rights that were read after it came.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use api::sample;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Caller, Reply, Tenant, TestApp};

use crate::clients::{limit, of_the_second};

async fn at_once(caller: &Caller, method: &str, calls: &[Value]) -> Vec<Reply> {
    join_all(calls.iter().map(|params| caller.call_raw(method, params))).await
}

fn week(campaign: &Value, monday: &str, minor: u64) -> Value {
    let amount = json!({ "minor": minor, "currency": "USD" });
    json!({ "campaignId": campaign, "weekStart": monday, "adSpend": amount, "sales": amount })
}

/// A week for each of so many calls.
fn mondays(count: u64) -> impl Iterator<Item = String> {
    let first = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    (0..count).map(move |n| (first + chrono::Days::new(7 * n)).to_string())
}

/// In how many transactions that was done.
async fn transactions(app: &TestApp, action: &str) -> i64 {
    let sql = "SELECT count(DISTINCT xmin::text) FROM audit_log WHERE outcome = 'done' AND action = ";
    app.rows().number(&format!("{sql}'{action}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn weeks_put_in_at_once_are_each_answered_written_and_audited() {
    const WEEKS: u64 = 20;
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let campaign = json!(sample::CAMPAIGN_ID);
    let end = app.rows().audit_end().await;
    let mut done = 0;
    for round in 1.. {
        let amount = |n: u64| 1000 * round + n;
        let mut calls: Vec<Value> =
            (0..).zip(mondays(WEEKS)).map(|(n, monday)| week(&campaign, &monday, amount(n))).collect();
        // Among them: a week of the others' again, a day that begins none, and nobody's campaign.
        calls.insert(7, week(&campaign, "2024-01-01", amount(99)));
        calls.insert(3, week(&campaign, "2024-01-02", 1));
        calls.insert(11, week(&json!("00000000-0000-7000-8000-00000000dead"), "2024-01-01", 1));
        let mut replies = at_once(ours.admin(), "weeklyMetric.upsert", &calls).await;
        assert_eq!(replies.remove(11).reason(), "no_such_campaign");
        assert_eq!(replies.remove(3).reason(), "not_a_monday");
        replies.remove(7).result();
        for ((n, monday), reply) in (0..).zip(mondays(WEEKS)).zip(&replies) {
            let week = &reply.result()["week"];
            let expected = (&json!(monday), &json!(amount(n)));
            assert_eq!((&week["weekStart"], &week["sales"]["minor"]), expected, "{}", reply.text);
        }
        done += WEEKS + 1;

        let audited = app.rows().audited_since(end).await;
        let of = |outcome: &str| audited.iter().filter(|it| it.outcome == outcome).count() as u64;
        assert_eq!((of("done"), of("refused")), (done, 2 * round));
        let revisions = json!({ "campaignId": campaign, "weekStart": "2024-01-01", "pageSize": 100 });
        let revisions = ours.admin().call_raw("weeklyMetric.listRevisions", &revisions).await;
        assert_eq!(revisions.result()["items"].as_array().unwrap().len() as u64, 2 * round);
        // Whether any two met is chance, but not twenty times over.
        if (transactions(&app, "weeklyMetric.upsert").await as u64) < done {
            return;
        }
        assert!(round < 20, "no two were ever done together");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_callers_who_write_the_same_weeks_do_not_stop_each_other() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let forth: Vec<Value> =
        (0..).zip(mondays(30)).map(|(n, monday)| week(&json!(sample::CAMPAIGN_ID), &monday, n)).collect();
    let back: Vec<Value> = forth.iter().rev().cloned().collect();
    for _ in 0..5 {
        let (one, other) = tokio::join!(
            at_once(ours.manager(), "weeklyMetric.upsert", &forth),
            at_once(ours.admin(), "weeklyMetric.upsert", &back)
        );
        for reply in one.iter().chain(&other) {
            reply.result();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn activities_recorded_at_once_are_each_their_own() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let calls: Vec<Value> = (0..20)
        .map(|n| match n {
            7 => json!({ "type": "page_view", "personId": "00000000-0000-7000-8000-00000000dead",
                "occurredAt": "2026-02-03T04:05:06Z" }),
            8 => json!({ "type": "page_view", "personId": sample::PERSON_ID, "occurredAt": "2126-02-03T04:05:06Z" }),
            _ => json!({ "type": "page_view", "personId": sample::PERSON_ID, "subject": format!("Look {n}"),
                "properties": { "n": n }, "occurredAt": "2026-02-03T04:05:06Z" }),
        })
        .collect();
    let replies = at_once(ours.admin(), "activity.record", &calls).await;
    assert_eq!((replies[7].reason(), replies[8].reason()), ("no_such_person", "in_the_future"));
    let mut ids = Vec::new();
    for (n, reply) in replies.iter().enumerate().filter(|(n, _)| ![7, 8].contains(n)) {
        let row = reply.result();
        assert_eq!((&row["subject"], &row["properties"]["n"]), (&json!(format!("Look {n}")), &json!(n)));
        let read = ours.admin().call_raw("activity.get", &json!({ "activityId": row["id"] })).await;
        assert_eq!(read.result(), row);
        ids.push(row["id"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_asked_at_once_are_each_answered() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let ask = json!({ "accountId": sample::ACCOUNT_ID });
    let alone = ours.viewer().call_raw("account.get", &ask).await;
    let nobody = json!({ "accountId": "00000000-0000-7000-8000-00000000dead" });
    let calls: Vec<Value> = (0..24).map(|n| if n % 3 == 2 { &nobody } else { &ask }).cloned().collect();
    for (n, reply) in at_once(ours.viewer(), "account.get", &calls).await.iter().enumerate() {
        if n % 3 == 2 {
            assert_eq!(reply.reason(), "no_such_account");
        } else {
            assert_eq!(reply.result(), alone.result());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_refused_each_time() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let end = app.rows().audit_end().await;
    let calls = vec![week(&json!(sample::CAMPAIGN_ID), "2024-01-01", 1); 8];
    for (caller, code) in
        [("viewer", "FORBIDDEN"), ("revoked key", "UNAUTHORIZED"), ("garbage", "UNAUTHORIZED")]
    {
        for reply in at_once(ours.with(caller), "weeklyMetric.upsert", &calls).await {
            assert_eq!(reply.code(), code, "{caller}: {}", reply.text);
        }
    }
    let audited = app.rows().audited_since(end).await;
    assert!(audited.iter().all(|it| it.outcome == "refused"));
    assert_eq!(audited.len(), calls.len(), "each of the viewer's: {audited:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_member_reaches_no_other_client_in_company() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    limit(&ours, "manager").await;
    let second = of_the_second(&ours, "CampaignId").unwrap();
    let own = json!(sample::CAMPAIGN_ID);
    let calls: Vec<Value> = (0..)
        .zip(mondays(20))
        .map(|(n, monday)| week(if n % 2 == 0 { &own } else { &second }, &monday, n))
        .collect();
    let replies = at_once(ours.with("manager session"), "weeklyMetric.upsert", &calls).await;
    for (n, reply) in replies.iter().enumerate() {
        if n % 2 == 0 {
            reply.result();
        } else {
            assert_eq!(reply.reason(), "no_such_campaign", "{}", reply.text);
        }
    }
}

/// However many are under way: a call that begins after its key was revoked is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_takes_nobody_along() {
    let app = TestApp::start().await;
    let ours: Tenant = app.seeded_tenant("ours").await;
    let made =
        ours.admin().call_raw("apiKey.create", &json!({ "name": "soon gone", "role": "manager" })).await;
    let caller = app.caller(made.result()["secret"].as_str().map(str::to_owned));
    let revoked = Arc::new(AtomicBool::new(false));
    let callers = (0..8).map(|n| {
        let (caller, revoked) = (caller.clone(), revoked.clone());
        tokio::spawn(async move {
            let monday = mondays(8).nth(n).unwrap();
            for minor in 0.. {
                let after = revoked.load(Ordering::SeqCst);
                let params = week(&json!(sample::CAMPAIGN_ID), &monday, minor);
                let reply = caller.call_raw("weeklyMetric.upsert", &params).await;
                if after {
                    return reply;
                }
            }
            unreachable!("it goes on until the key is revoked")
        })
    });
    let callers: Vec<_> = callers.collect();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let revoke = json!({ "apiKeyId": made.result()["apiKey"]["id"] });
    ours.admin().call_raw("apiKey.revoke", &revoke).await.result();
    revoked.store(true, Ordering::SeqCst);
    for reply in join_all(callers).await {
        let reply = reply.unwrap();
        assert_eq!(reply.code(), "UNAUTHORIZED", "{}", reply.text);
    }
}
