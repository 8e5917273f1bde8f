//! A page of one entity knows what belongs to it, and of nobody else's anything.

use serde_json::json;

use super::{HASH, acme, id, items, many, stranger};

#[tokio::test]
async fn an_account_knows_its_people_its_deals_and_where_it_comes_from() {
    let bench = many().await;
    let first = id('a', 0, 0);
    bench
        .database.execute(&format!(
            "INSERT INTO connectors (tenant_id, id, type, name) VALUES ('{0}', '{1}', 'salesforce', 'CRM'); \
             INSERT INTO external_ids (tenant_id, connector_id, entity, external_id, entity_id, record_hash) \
             VALUES ('{0}', '{1}', 'account', '001', '{first}', 0); \
             UPDATE accounts SET attributes = '{{\"segment\": \"mid\"}}', annual_revenue = 5, currency = 'EUR' WHERE id = '{first}'; \
             UPDATE opportunities SET currency = 'USD' WHERE id = '{2}'; UPDATE opportunities SET amount = NULL WHERE id = '{3}'",
            bench.tenant,
            id('c', 0, 1),
            id('d', 0, 1),
            id('d', 0, 2)
        ))
        .await;
    let page = bench.script().ok("account.get", json!({ "accountId": first })).await;
    assert_eq!(page["account"]["annualRevenue"], json!({ "minor": 5, "currency": "EUR" }));
    assert_eq!(page["attributes"], json!({ "segment": "mid" }));
    assert_eq!(page["sources"][0]["externalId"], "001");
    assert_eq!(page["sources"][0]["connectorName"], "CRM");
    let people = &page["people"];
    assert_eq!(people["total"], 40, "by link and by e-mail domain");
    assert_eq!(
        people["tiers"],
        json!([{ "tier": "hot", "count": 10 }, { "tier": "cold", "count": 10 }, { "tier": null, "count": 20 }])
    );
    let engagement: Vec<_> =
        people["top"].as_array().unwrap().iter().map(|it| it["scores"]["engagement"].as_f64()).collect();
    assert!(engagement.len() == 10 && engagement.windows(2).all(|pair| pair[0] >= pair[1]), "{engagement:?}");
    let deals = &page["opportunities"];
    assert_eq!((&deals["open"], &deals["won"], &deals["lost"]), (&json!(30), &json!(5), &json!(5)));
    assert_eq!(
        deals["openAmounts"],
        json!([{ "minor": 2800, "currency": "EUR" }, { "minor": 100, "currency": "USD" }])
    );
    assert_eq!(deals["items"].as_array().unwrap().len(), 10);
    assert!(deals["items"].as_array().unwrap().iter().all(|it| it["status"] == "open"));
}

#[tokio::test]
async fn who_was_merged_is_shown_as_the_survivor() {
    let bench = many().await;
    let (loser, winner) = (id('b', 0, 1), id('b', 0, 3));
    bench
        .database.execute(&format!(
            "UPDATE people SET merged_into = '{winner}', deleted_at = now() WHERE id = '{loser}'; \
             UPDATE accounts SET merged_into = '{}' WHERE id = '{}'; \
             INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel) SELECT '{}', gen_random_uuid(), \
               p, now(), 'page_view', 'web' FROM unnest(ARRAY['{loser}', '{winner}']::uuid[]) p; \
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id, role, is_primary) \
             VALUES ('{2}', '{3}', '{loser}', 'Decision Maker', true), ('{2}', '{3}', '{winner}', NULL, false)",
            id('a', 0, 0),
            id('a', 0, 5),
            bench.tenant,
            id('d', 0, 0)
        ))
        .await;
    let caller = bench.script();
    let person = caller.ok("person.get", json!({ "personId": loser })).await;
    assert_eq!(person["person"]["id"], winner);
    assert_eq!(person["activityCount"], 2);
    assert_eq!(person["opportunities"][0]["id"], id('d', 0, 0));
    let account = caller.ok("account.get", json!({ "accountId": id('a', 0, 5) })).await;
    assert_eq!(account["account"]["id"], id('a', 0, 0));
    let deal = caller.ok("opportunity.get", json!({ "opportunityId": id('d', 0, 0) })).await;
    assert_eq!(deal["contacts"].as_array().unwrap().len(), 1, "one human, shown once");
    assert_eq!(deal["contacts"][0]["person"]["id"], winner);
    assert_eq!(deal["contacts"][0]["role"], "Decision Maker");
    let rows = caller.ok("person.list", json!({ "pageSize": 100 })).await;
    assert_eq!(items(&rows).len(), 39);
    for params in [json!({ "personId": loser }), json!({ "personId": winner })] {
        assert_eq!(items(&caller.ok("person.timeline", params).await).len(), 2);
    }
}

#[tokio::test]
async fn another_organizations_id_and_one_of_nobody_get_the_same_bytes() {
    let bench = many().await;
    let globex = stranger(&bench).await;
    let (job, activity) = (id('e', 1, 1), id('f', 1, 1));
    bench
        .database.execute(&format!(
            "INSERT INTO jobs (tenant_id, id, kind, workflow_id) VALUES ('{globex}', '{job}', 'scoring-run', 'w'); \
             INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel) \
             VALUES ('{globex}', '{activity}', '{}', now(), 'page_view', 'web')",
            id('b', 1, 1)
        ))
        .await;
    let caller = bench.script();
    let table = [
        ("account.get", "accountId", id('a', 1, 0)),
        ("account.timeline", "accountId", id('a', 1, 0)),
        ("person.get", "personId", id('b', 1, 0)),
        ("person.timeline", "personId", id('b', 1, 0)),
        ("opportunity.get", "opportunityId", id('d', 1, 0)),
        ("opportunity.timeline", "opportunityId", id('d', 1, 0)),
        ("activity.get", "activityId", activity),
        ("job.get", "jobId", job.clone()),
        ("job.cancel", "jobId", job),
    ];
    for (method, field, theirs) in table {
        let one = caller.raw(method, json!({ field: theirs })).await;
        let other = caller.raw(method, json!({ field: "0197f3a0-0000-7000-8000-00000000dead" })).await;
        assert_eq!(one, other, "{method}");
        assert!(one.contains("\"code\":\"NOT_FOUND\"") && one.contains("\"reason\":\"no_such_"), "{one}");
    }
}

#[tokio::test]
async fn a_deleted_entity_is_not_there_any_more() {
    let bench = many().await;
    bench
        .database
        .execute("UPDATE accounts SET deleted_at = now(); UPDATE people SET deleted_at = now()")
        .await;
    let caller = bench.script();
    let account = caller.refused("account.get", json!({ "accountId": id('a', 0, 0) })).await;
    assert_eq!(account.1, "no_such_account");
    let person = caller.refused("person.timeline", json!({ "personId": id('b', 0, 0) })).await;
    assert_eq!(person.1, "no_such_person");
}

#[tokio::test]
async fn jobs_are_listed_shown_and_cancelled_with_who_and_what() {
    let bench = acme().await;
    let (key, tenant) = (bench.key.id(), bench.tenant);
    let (waiting, done, connector) = (id('e', 0, 1), id('e', 0, 2), id('c', 0, 1));
    bench
        .database.execute(&format!(
            "INSERT INTO jobs (tenant_id, id, kind, workflow_id, input, created_by, created_at) VALUES \
               ('{tenant}', '{waiting}', 'connector-sync', 'w1', '{{\"connectorId\": \"{connector}\"}}', 'api_key:{key}', now()); \
             INSERT INTO job_queue (job_id, tenant_id, kind) VALUES ('{waiting}', '{tenant}', 'connector-sync'); \
             INSERT INTO jobs (tenant_id, id, kind, workflow_id, status, phase, created_by, created_at, started_at, finished_at, error_code) \
             VALUES ('{tenant}', '{done}', 'scoring-run', 'w2', 'failed', 'failed', 'system', now() - interval '1 day', now(), now(), 'internal'); \
             INSERT INTO scoring_runs (tenant_id, id, job_id, trigger, status, as_of, people_scored, config_hash) \
             VALUES ('{tenant}', '{done}', '{done}', 'manual', 'failed', now(), 7, {HASH})"
        ))
        .await;
    let caller = bench.script();
    let rows = caller.ok("job.list", json!({ "pageSize": 1 })).await;
    assert_eq!(rows["items"][0]["id"], waiting, "newest first");
    let rest = caller.ok("job.list", json!({ "pageSize": 1, "cursor": rows["nextCursor"] })).await;
    assert_eq!(rest["items"][0]["id"], done);
    assert_eq!(rest["items"][0]["outcome"]["people"], 7);
    assert_eq!(rest["items"][0]["error"]["code"], "internal");
    assert_eq!(rest["items"][0]["createdBy"]["name"], "Fairlead");
    for (filter, expected) in [
        (json!({ "connectorId": connector }), 1),
        (json!({ "kind": "scoring_run" }), 1),
        (json!({ "kind": "scheduled_sync" }), 0),
        (json!({ "status": "queued" }), 1),
    ] {
        assert_eq!(items(&caller.ok("job.list", filter.clone()).await).len(), expected, "{filter}");
    }
    let why = async || caller.ok("job.get", json!({ "jobId": waiting })).await["waiting"].clone();
    assert_eq!(why().await, json!({ "reason": "no_free_worker", "until": null }));
    assert_eq!(rest["items"][0]["waiting"], json!(null), "it has ended");
    let queue = async |change: &str| bench.database.execute(&format!("UPDATE job_queue SET {change}")).await;
    let later = "2999-01-01T00:00:00.000Z";
    queue(&format!("run_after = '{later}'")).await;
    assert_eq!(why().await, json!({ "reason": "planned", "until": later }));
    queue("attempt = 1").await;
    assert_eq!(why().await, json!({ "reason": "retry_after_failure", "until": later }));
    queue(&format!("lease_owner = gen_random_uuid(), lease_until = '{later}'")).await;
    assert_eq!(why().await, json!(null), "a worker is at it");
    queue("lease_until = now() - interval '1 second'").await;
    assert_eq!(why().await, json!({ "reason": "worker_lost", "until": null }));
    queue("lease_owner = NULL, lease_until = NULL, attempt = 0, run_after = now()").await;
    let cancelled = caller.ok("job.cancel", json!({ "jobId": waiting })).await;
    assert_eq!((&cancelled["status"], &cancelled["waiting"]), (&json!("cancelled"), &json!(null)));
    assert_eq!(cancelled["connectorId"], connector);
    assert_eq!(cancelled["createdBy"]["name"], "first key");
    let again = caller.ok("job.cancel", json!({ "jobId": waiting })).await;
    assert_eq!(again, cancelled, "asking twice changes nothing");
    assert_eq!(caller.refused("job.cancel", json!({ "jobId": done })).await.1, "already_finished");
}
