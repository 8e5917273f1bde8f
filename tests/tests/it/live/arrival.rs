use std::time::{Duration, Instant};

use api::routers::{activity, job};
use rpc::Effect;
use serde_json::{Value, json};
use tests::{TestApp, contract, serve_on};
use uuid::Uuid;

use super::{Watching, holds, record, without_cursor};
use crate::{calls, example};

#[tokio::test(flavor = "multi_thread")]
async fn every_query_can_be_watched_and_begins_with_what_a_call_answers() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let mut faults = Vec::new();
    for method in calls().filter(|it| matches!(it.effect, Effect::Query { .. })) {
        let params = example(&app, &ours, method).await;
        let mut watching = Watching::begin(ours.admin(), method.name, params).await;
        match watching.next().await {
            Ok(state) => {
                faults.extend(
                    contract::broken_result(method, &state).iter().map(|it| format!("{}: {it}", method.name)),
                );
                assert!(!state.to_string().contains(&theirs.canary), "{}: {state}", method.name);
            }
            Err(error) => faults.push(format!("{}: {error}", method.name)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_all_who_watch_as_a_patch_and_is_asked_for_once() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    for n in 0..20 {
        record(&ours, ours.admin(), &format!("before {n}")).await;
    }
    let mut watching = Vec::new();
    for _ in 0..6 {
        let mut one = Watching::begin(ours.viewer(), "activity.list", json!({})).await;
        one.next().await.unwrap();
        watching.push(one);
    }
    // Other words, same question, same rights.
    let spelled_out = json!({ "pageSize": 25, "cursor": null });
    watching.push(Watching::begin(ours.with("viewer session"), "activity.list", spelled_out).await);
    let before = evaluations(&ours).await;
    record(&theirs, theirs.admin(), "somebody else's").await;
    record(&ours, ours.manager(), "the news").await;
    for one in &mut watching {
        let state = one.until(holds("the news")).await;
        assert!(!holds("somebody else's")(&state));
    }
    assert!(watching.iter().take(6).all(|it| it.kinds == ["result", "patch"]), "{:?}", watching[0].kinds);
    let asked = evaluations(&ours).await - before;
    assert!(asked <= 2, "seven watchers of one question asked {asked} times");
    let fresh = ours.viewer().call_raw("activity.list", &json!({})).await;
    assert_eq!(
        without_cursor(watching[3].folded.state().unwrap().clone()),
        without_cursor(fresh.result().clone())
    );
}

async fn evaluations(tenant: &tests::Tenant) -> u64 {
    let (_, figures) = tenant.viewer().get("/metrics").await;
    let count = figures.lines().find_map(|it| it.strip_prefix("fairlead_live_evaluation_seconds_count "));
    count.unwrap_or("0").trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_who_asks_is_not_shared() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut ids = Vec::new();
    for who in ["viewer", "viewer session", "viewer"] {
        let mut watching = Watching::begin(ours.with(who), "session.current", json!({})).await;
        let state = watching.next().await.unwrap();
        ids.push(state["actor"]["id"].as_str().unwrap().to_owned());
        let called = ours.with(who).call_raw("session.current", &json!({})).await;
        assert_eq!(state, *called.result());
    }
    assert!(ids[0] == ids[2] && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_from_a_watch_goes_on_in_a_call_and_one_from_a_call_in_a_watch() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    for n in 0..5 {
        record(&ours, ours.admin(), &format!("number {n}")).await;
    }
    let first_page = json!({ "pageSize": 2 });
    let mut watching = Watching::begin(ours.viewer(), "activity.list", first_page.clone()).await;
    let watched = watching.next().await.unwrap();
    let called = ours.viewer().call_raw("activity.list", &first_page).await;
    let next = |cursor: &Value| json!({ "pageSize": 2, "cursor": cursor });
    let after_watch = ours.viewer().call_raw("activity.list", &next(&watched["nextCursor"])).await;
    let after_call = next(&called.result()["nextCursor"]);
    let mut second = Watching::begin(ours.viewer(), "activity.list", after_call).await;
    assert_eq!(second.next().await.unwrap()["items"], after_watch.result()["items"]);
    let stranger =
        Watching::begin(ours.with("viewer session"), "activity.list", next(&called.result()["nextCursor"]));
    // A caller's own cursor stays that caller's own.
    assert!(futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(stranger)).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_is_told_what_was_missed_and_a_stranger_to_the_number_begins_anew() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    for n in 0..20 {
        record(&ours, ours.admin(), &format!("before {n}")).await;
    }
    let mut first = Watching::begin(ours.viewer(), "activity.list", json!({})).await;
    first.next().await.unwrap();
    let Watching { folded, socket, .. } = first;
    drop(socket);
    record(&ours, ours.admin(), "while away").await;
    let seq = folded.seq().unwrap();
    let resume = |seq: u64| json!({ "method": "activity.list", "params": {}, "resume": seq });
    let mut again = Watching::on(ours.viewer().socket().await, resume(seq)).await;
    again.folded = folded;
    again.until(holds("while away")).await;
    assert_eq!(again.kinds, ["patch"], "the missed state was told as a patch");
    let mut elsewhere = Watching::on(ours.viewer().socket().await, resume(seq ^ (1 << 40))).await;
    elsewhere.until(holds("while away")).await;
    assert_eq!(elsewhere.kinds, ["reset", "result"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_one_gateway_reach_those_who_watch_at_another() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let (application, other) = serve_on(&app.database().app_url(), app.salesforce()).await;
    let there = ours.viewer().at_address(other.local_addr());
    let mut far = Watching::begin(&there, "activity.list", json!({})).await;
    far.next().await.unwrap();
    for n in 0..5 {
        let subject = format!("from here {n}");
        let begun = Instant::now();
        record(&ours, ours.admin(), &subject).await;
        far.until(holds(&subject)).await;
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
    // And what nobody told of: a process that died between its commit and its message leaves only the marker.
    let person = tests::own_id(ours.number, api::sample::PERSON_ID.0);
    app.rows()
        .run(&format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel, subject) \
             VALUES ('{0}', '{1}', '{person}', now(), 'page_view', 'web', 'never told'); \
             INSERT INTO changes (id, tenant_id, topics) VALUES (77, '{0}', '{{activities}}')",
            ours.id(),
            Uuid::now_v7()
        ))
        .await;
    far.until(holds("never told")).await;
    drop(far);
    drop(other);
    application.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_random_disconnects_everybody_ends_with_what_a_fresh_query_answers() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let params: activity::List = serde_json::from_value(json!({ "pageSize": 20 })).unwrap();
    let mut watchers = Vec::new();
    for n in 0..12_u64 {
        let mut watch = ours.viewer().client().watch(&params).unwrap();
        watchers.push(tokio::spawn(async move {
            let mut chance = n * 7919 + 1;
            let mut breaks = 0;
            loop {
                let state = watch.next().await.expect("it goes on").unwrap();
                let state = serde_json::to_value(state).unwrap();
                if holds("the last")(&state) {
                    return (state, breaks);
                }
                chance =
                    chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if chance >> 62 == 0 {
                    watch.disconnect();
                    breaks += 1;
                }
            }
        }));
    }
    for n in 0..150 {
        record(&ours, ours.admin(), &format!("number {n}")).await;
    }
    record(&ours, ours.admin(), "the last").await;
    let fresh = ours.viewer().call(&params).await.unwrap();
    let fresh = without_cursor(serde_json::to_value(fresh).unwrap());
    let mut breaks = 0;
    for watcher in watchers {
        let (state, broken) = watcher.await.unwrap();
        assert_eq!(without_cursor(state), fresh);
        breaks += broken;
    }
    assert!(breaks > 20, "only {breaks} disconnects");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_followed_to_its_end() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let queued = tests::own_id(ours.number, api::sample::QUEUED_JOB_ID.0);
    let follow = |id: &Uuid| {
        ours.viewer()
            .client()
            .follow::<api::types::Job>(<job::Watch as rpc::Method>::NAME, json!({ "jobId": id }))
    };
    let mut watch = follow(&queued);
    assert!(!watch.next().await.unwrap().unwrap().status.is_final());
    ours.manager().call_raw("job.cancel", &json!({ "jobId": queued })).await.result();
    assert!(watch.next().await.unwrap().unwrap().status.is_final());
    assert!(watch.next().await.is_none(), "nothing comes after the end");
    let mut ended = follow(&tests::own_id(ours.number, api::sample::JOB_ID.0));
    assert!(ended.next().await.unwrap().unwrap().status.is_final());
    assert!(ended.next().await.is_none());
}
