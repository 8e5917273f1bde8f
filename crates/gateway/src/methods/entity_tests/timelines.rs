//! Timelines merge what was done, stages entered and tiers changed, newest first, and page through instants that
//! several things share.

use serde_json::{Value, json};

use super::{HASH, id, items, many};
use crate::bench::{Bench, Client};

/// Of account 0: three activities of a person, two stages entered and a tier changed at one instant, and more around it.
async fn busy() -> Bench {
    let bench = many().await;
    let (account, person, deal, tenant) = (id('a', 0, 0), id('b', 0, 1), id('d', 0, 0), bench.tenant);
    bench
        .database.execute(&format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel) \
             SELECT '{tenant}', gen_random_uuid(), '{person}', '2026-02-01'::timestamptz + n / 3 * interval '1 hour', 'page_view', 'web' \
             FROM generate_series(0, 8) n; \
             INSERT INTO opportunity_stages (tenant_id, opportunity_id, entered_at, stage) VALUES \
               ('{tenant}', '{deal}', '2026-02-01T01:00:00Z', 'Qualification'), ('{tenant}', '{deal}', '2026-02-01T01:00:00Z', 'Proposal'), \
               ('{tenant}', '{deal}', '2026-01-31T00:00:00Z', 'Prospecting'); \
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id) VALUES ('{tenant}', '{deal}', '{person}'); \
             INSERT INTO tier_history (tenant_id, entity_type, entity_id, changed_at, from_tier, to_tier, to_quadrant, fit, config_hash) VALUES \
               ('{tenant}', 'account', '{account}', '2026-02-01T01:00:00Z', 'cool', 'hot', 'fast-track', 61333, {HASH}), \
               ('{tenant}', 'account', '{account}', '2026-02-03T00:00:00Z', 'hot', 'cold', NULL, NULL, {HASH}), \
               ('{tenant}', 'person', '{person}', '2026-02-02T00:00:00Z', NULL, 'warm', NULL, NULL, {HASH}), \
               ('{tenant}', 'opportunity', '{deal}', '2026-02-02T00:00:00Z', NULL, 'warm', NULL, NULL, {HASH})"
        ))
        .await;
    bench
}

async fn walk(caller: &Client, method: &str, params: &Value, size: u32) -> Vec<Value> {
    let (mut all, mut params) = (Vec::new(), params.clone());
    params["pageSize"] = size.into();
    loop {
        let page = caller.ok(method, params.clone()).await;
        all.extend(items(&page).clone());
        if page["nextCursor"].is_null() {
            return all;
        }
        params["cursor"] = page["nextCursor"].clone();
    }
}

fn kinds(items: &[Value]) -> [usize; 3] {
    ["activity", "stage_change", "tier_change"]
        .map(|kind| items.iter().filter(|it| it["kind"] == kind).count())
}

#[tokio::test]
async fn three_kinds_of_things_merge_by_instant_and_page_without_loss() {
    let bench = busy().await;
    let caller = bench.script();
    for (method, params, expected) in [
        ("account.timeline", json!({ "accountId": id('a', 0, 0) }), [9, 3, 2]),
        ("person.timeline", json!({ "personId": id('b', 0, 1) }), [9, 0, 1]),
        ("opportunity.timeline", json!({ "opportunityId": id('d', 0, 0) }), [9, 3, 1]),
        ("opportunity.timeline", json!({ "opportunityId": id('d', 0, 1) }), [0, 0, 0]),
    ] {
        let whole = walk(&caller, method, &params, 100).await;
        assert_eq!(kinds(&whole), expected, "{method}");
        assert!(whole.windows(2).all(|pair| pair[0]["at"].as_str() >= pair[1]["at"].as_str()));
        for size in [1, 2, 5] {
            assert_eq!(walk(&caller, method, &params, size).await, whole, "{method}, {size} a page");
        }
    }
}

#[tokio::test]
async fn a_timeline_keeps_to_kinds_and_times() {
    let bench = busy().await;
    let caller = bench.script();
    let of = |more: Value| {
        let mut params = json!({ "accountId": id('a', 0, 0) });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    for (more, expected) in [
        (json!({ "kinds": ["tier_change"] }), [0, 0, 2]),
        (json!({ "kinds": ["stage_change", "activity"] }), [9, 3, 0]),
        (json!({ "from": "2026-02-01T01:00:00Z", "to": "2026-02-01T02:00:00Z" }), [3, 2, 1]),
        (json!({ "to": "2026-02-01T00:00:00Z" }), [0, 1, 0]),
    ] {
        let found = walk(&caller, "account.timeline", &of(more.clone()), 4).await;
        assert_eq!(kinds(&found), expected, "{more}");
    }
    let tiers = walk(&caller, "account.timeline", &of(json!({ "kinds": ["tier_change"] })), 9).await;
    let first = json!({ "kind": "tier_change", "at": "2026-02-01T01:00:00.000Z", "entityType": "account", "fromTier": "cool",
        "toTier": "hot", "toQuadrant": "fast-track", "fit": 61.333, "engagement": null });
    assert_eq!(tiers[1], first);
}
