//! Scores from the log to the wire: a real run over a small world, and every number explained.

use std::time::Duration;

use api::routers::{
    scoring::{Explain, GetEntityDetail, GetEntityList, GetLastScoringRun, GetMatrixData, RunScoring},
    scoring_config::{Activate, SaveDraft},
};
use rpc::Registry;
use serde_json::{Value, json};
use tenancy::TenantId;
use uuid::Uuid;
use workflows::{Runner, RunnerConfig, score::ScoringWorkflow};

use crate::{
    bench::{Bench, Client, refusal},
    host::Gateway,
};

fn register(registry: &mut Registry<Gateway>) {
    registry.register::<GetMatrixData>().unwrap();
    registry.register::<GetEntityList>().unwrap();
    registry.register::<GetEntityDetail>().unwrap();
    registry.register::<Explain>().unwrap();
    registry.register::<RunScoring>().unwrap();
    registry.register::<GetLastScoringRun>().unwrap();
    registry.register::<SaveDraft>().unwrap();
    registry.register::<Activate>().unwrap();
}

const fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0000 + (kind << 32) + number)
}

const fn account(number: u128) -> Uuid {
    id(1, number)
}

const fn person(number: u128) -> Uuid {
    id(2, number)
}

const fn deal(number: u128) -> Uuid {
    id(3, number)
}

/// Three accounts, eight people, four deals and a log of some months.
///
/// Person 4 is tied to account 1 by the e-mail's domain only, 5 was merged into 1, 7 belongs to nobody, 8 did nothing.
async fn seed(bench: &Bench) {
    let t = bench.tenant;
    let mut sql = format!(
        "INSERT INTO accounts (tenant_id, id, name, domain, industry, employee_count, annual_revenue, currency) VALUES
           ('{t}', '{}', 'Überland Mühlen', 'mill.example', 'Manufacturing', 420, 13500000000, 'USD'),
           ('{t}', '{}', 'Small & Co', 'small.example', NULL, 20, NULL, NULL),
           ('{t}', '{}', 'Nobody There', NULL, NULL, 1500, 5000000000, 'EUR');",
        account(1),
        account(2),
        account(3)
    );
    let people: [(u128, Option<u128>, &str, &str); 8] = [
        (1, Some(1), "mill.example", "VP Operations"),
        (2, Some(1), "mill.example", "Buyer"),
        (3, Some(2), "small.example", "Founder"),
        (4, None, "mill.example", "IT Manager"),
        (5, Some(1), "mill.example", "Director"),
        (6, Some(2), "mill.example", "Director"),
        (7, None, "", "Student"),
        (8, Some(1), "mill.example", "Clerk"),
    ];
    for (number, account_number, domain, title) in people {
        let account_id = account_number.map_or("NULL".to_owned(), |it| format!("'{}'", account(it)));
        let domain = if domain.is_empty() { "NULL".to_owned() } else { format!("'{domain}'") };
        sql += &format!(
            "INSERT INTO people (tenant_id, id, first_name, last_name, title, account_id, work_domain)
             VALUES ('{t}', '{}', 'Pat', 'Number {number}', '{title}', {account_id}, {domain});",
            person(number)
        );
    }
    sql += &format!("UPDATE people SET merged_into = '{}' WHERE id = '{}';", person(1), person(5));
    // Every person but the last did something about every third day, of a kind that depends on both.
    sql += &format!(
        "INSERT INTO activities (tenant_id, id, person_id, occurred_at, recorded_at, type, channel)
         SELECT '{t}', gen_random_uuid(), p.id, now() - make_interval(days => d, mins => 7 * n::int), now() - interval '1 hour',
           (ARRAY['demo_request', 'page_view', 'email_open', 'email_click', 'meeting_attend', 'carrier_pigeon',
             'meeting_recorded', 'content_download', 'ad_click'])[1 + (d * 7 + n * 3) % 9], 'web'
         FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people WHERE tenant_id = '{t}') p,
           generate_series(0, 140, 3) d
         WHERE p.n < 8;"
    );
    let deals =
        [(1, 1, false, "Proposal"), (2, 1, true, "Won"), (3, 2, false, "Proposal"), (4, 3, false, "Open")];
    for (number, account_number, closed, stage) in deals {
        sql += &format!(
            "INSERT INTO opportunities (tenant_id, id, name, account_id, stage, is_closed, is_won, source_created_at)
             VALUES ('{t}', '{id}', 'Deal {number}', '{}', '{stage}', {closed}, {closed}, now() - interval '90 days');",
            account(account_number),
            id = deal(number)
        );
    }
    sql += &format!(
        "INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id) VALUES
           ('{t}', '{}', '{}'), ('{t}', '{}', '{}'), ('{t}', '{}', '{}'), ('{t}', '{}', '{}');
         INSERT INTO opportunity_stages (tenant_id, opportunity_id, entered_at, stage) VALUES
           ('{t}', '{}', now() - interval '80 days', 'Discovery'), ('{t}', '{}', now() - interval '8 days', 'Proposal'),
           ('{t}', '{}', now() - interval '70 days', 'Discovery'), ('{t}', '{}', now() - interval '33 days', 'Won');",
        deal(1),
        person(2),
        deal(1),
        person(5),
        deal(2),
        person(1),
        deal(2),
        person(6),
        deal(1),
        deal(1),
        deal(2),
        deal(2)
    );
    bench.database.execute(&sql).await;
}

/// Starts a scoring run over the API and lets a worker carry it out.
async fn score(bench: &Bench) -> Value {
    let script = bench.script();
    let started = script.ok("scoring.runScoring", json!({})).await;
    let config = RunnerConfig { poll: Duration::from_millis(50), ..RunnerConfig::default() };
    let runner = Runner::new(bench.store().clone(), config).with(ScoringWorkflow);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(runner.run(async move {
        let _ = stopped.await;
    }));
    let run = loop {
        let run = script.ok("scoring.getLastScoringRun", json!({})).await["run"].take();
        if run["jobId"] == started["job"]["id"] && run["status"] != "running" {
            break run;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let _ = stop.send(());
    worker.await.unwrap();
    assert_eq!(run["status"], "complete", "{run}");
    run
}

/// Exact thousandths of a number with at most three decimals.
fn thousandths(value: &Value) -> i64 {
    (value.as_f64().unwrap_or_else(|| panic!("{value} is no number")) * 1000.0).round() as i64
}

fn sum(lines: &Value, field: &str) -> i64 {
    lines.as_array().unwrap().iter().map(|line| thousandths(&line[field])).sum()
}

fn entities() -> Vec<(&'static str, Uuid)> {
    let accounts = (1..=3).map(|it| ("account", account(it)));
    let people = [1, 2, 3, 4, 6, 7, 8].map(|it| ("person", person(it)));
    let deals = (1..=4).map(|it| ("opportunity", deal(it)));
    accounts.chain(people).chain(deals).collect()
}

async fn explain(client: &Client, entity: (&str, Uuid)) -> Value {
    client.ok("scoring.explain", json!({ "entityType": entity.0, "entityId": entity.1 })).await
}

/// Every line adds up to the stored score, in thousandths.
fn assert_adds_up(of: (&str, Uuid), explained: &Value) {
    let scores = &explained["entity"]["scores"];
    match &explained["fit"] {
        Value::Null => assert_eq!(scores["fit"], Value::Null, "{of:?}"),
        fit => {
            assert_eq!(sum(&fit["lines"], "contribution"), thousandths(&scores["fit"]), "{of:?}");
            for (stored, explained) in [("fitLow", "low"), ("fitHigh", "high"), ("coverage", "coverage")] {
                assert_eq!(scores[stored], fit[explained], "{of:?} {stored}");
            }
        }
    }
    match (&explained["engagement"], &explained["rollUp"]) {
        (Value::Null, Value::Null) => assert_eq!(scores["engagement"], Value::Null, "{of:?}"),
        (Value::Null, roll_up) => {
            assert_eq!(sum(&roll_up["lines"], "contribution"), thousandths(&scores["engagement"]), "{of:?}");
        }
        (engagement, _) => {
            assert_eq!(sum(&engagement["lines"], "net"), thousandths(&scores["engagement"]), "{of:?}");
            for line in engagement["lines"].as_array().unwrap() {
                let lost = ["qualityLoss", "decayLoss", "capLoss", "clampLoss"];
                let lost: i64 = lost.iter().map(|it| thousandths(&line[*it])).sum();
                assert_eq!(thousandths(&line["base"]) - lost, thousandths(&line["net"]), "{line}");
            }
        }
    }
    match &explained["combined"] {
        Value::Null => assert_eq!(scores["combined"], Value::Null, "{of:?}"),
        combined => {
            let parts = thousandths(&combined["fit"]) + thousandths(&combined["engagement"]);
            assert_eq!(parts, thousandths(&scores["combined"]), "{of:?}");
        }
    }
    assert_eq!(explained["tier"]["tier"], scores["tier"], "{of:?}");
    assert_eq!(explained["asOf"], scores["scoredAt"], "{of:?}");
}

#[tokio::test]
async fn scoring_explanations_add_up_to_what_the_run_has_stored() {
    let bench = Bench::start(register).await;
    seed(&bench).await;
    let run = score(&bench).await;
    assert_eq!((&run["peopleScored"], &run["accountsScored"]), (&json!(7), &json!(3)));
    let script = bench.script();
    for entity in entities() {
        assert_adds_up(entity, &explain(&script, entity).await);
    }
    // What the world was made for: none of this is empty.
    let mill = explain(&script, ("account", account(1))).await;
    let names: Vec<_> =
        mill["rollUp"]["lines"].as_array().unwrap().iter().map(|it| &it["person"]["id"]).collect();
    for number in [1, 2, 4, 6] {
        assert!(names.contains(&&json!(person(number))), "person {number} counts for the mill");
    }
    assert_eq!(mill["rollUp"]["silentPeople"], 1, "the clerk did nothing");
    assert_eq!(mill["reasons"].as_array().unwrap().len(), 3);
    let won = explain(&script, ("opportunity", deal(2))).await;
    assert!(thousandths(&won["entity"]["scores"]["engagement"]) > 0, "a closed deal keeps its last score");
    let foreign = explain(&script, ("account", account(3))).await;
    assert_eq!(foreign["fit"]["lines"][1]["input"], Value::Null, "revenue in another currency is unknown");
}

#[tokio::test]
async fn a_scoring_explanation_is_of_the_instant_and_the_rules_of_the_score() {
    let bench = Bench::start(register).await;
    seed(&bench).await;
    score(&bench).await;
    let script = bench.script();
    let mut before = Vec::new();
    for entity in entities() {
        before.push(explain(&script, entity).await);
    }
    // What happens, is learnt, is taken back and is decided afterwards is not in it.
    bench
        .database
        .execute(&format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel)
               SELECT tenant_id, gen_random_uuid(), person_id, occurred_at, 'demo_request', 'web' FROM activities;
             UPDATE activities SET retracted_at = now() WHERE type = 'meeting_attend';
             INSERT INTO account_versions (tenant_id, account_id, employee_count) VALUES ('{}', '{}', 1);",
            bench.tenant,
            account(1)
        ))
        .await;
    let draft = json!({ "config": {
        "engagement": { "halfLifeDays": 5 }, "combined": { "fitWeight": 1, "engagementWeight": 3 },
        "fit": { "icp": { "industries": ["manufacturing"] } },
    } });
    let saved = script.ok("scoringConfig.saveDraft", draft).await;
    let versions: Vec<_> = saved["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!({ "type": it["type"], "version": it["version"] }))
        .collect();
    script.ok("scoringConfig.activate", json!({ "versions": versions })).await;
    for (entity, before) in entities().into_iter().zip(&before) {
        // Firmographics of before the first version are what nobody wrote down; the mill's fit is of now.
        if entity == ("account", account(1)) {
            continue;
        }
        let after = explain(&script, entity).await;
        for part in ["engagement", "rollUp", "config"] {
            assert_eq!(after[part], before[part], "{entity:?} {part}");
        }
    }
    score(&bench).await;
    for entity in entities() {
        let after = explain(&script, entity).await;
        assert_adds_up(entity, &after);
        assert_eq!(after["config"], json!({ "fit": 2, "engagement": 2, "combined": 2 }));
    }
}

#[tokio::test]
async fn a_scored_entity_shows_its_people_its_reasons_and_its_history() {
    let bench = Bench::start(register).await;
    seed(&bench).await;
    let script = bench.script();
    let params = json!({ "entityType": "account", "entityId": account(1) });
    assert_eq!(
        script.refused("scoring.getEntityDetail", params.clone()).await,
        refusal("PRECONDITION_FAILED", "not_scored")
    );
    score(&bench).await;
    let detail = script.ok("scoring.getEntityDetail", params).await;
    assert_eq!(detail["entity"]["name"], "Überland Mühlen");
    assert_eq!(detail["people"].as_array().unwrap().len(), 5);
    let scores: Vec<_> = detail["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| thousandths(&it["scores"]["engagement"]))
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(!detail["tierHistory"].as_array().unwrap().is_empty());
    assert_eq!(detail["tierHistory"][0]["to"], detail["entity"]["scores"]["tier"]);
    assert_eq!(detail["config"], json!({ "fit": 1, "engagement": 1, "combined": 1 }));
}

#[tokio::test]
async fn a_scored_entity_of_another_organization_and_one_that_is_not_are_the_same() {
    let bench = Bench::start(register).await;
    seed(&bench).await;
    score(&bench).await;
    let new =
        crate::provision::NewOrganization { name: "Other", slug: "other", admin_email: "otto@other.example" };
    let other = crate::provision::create_organization(bench.store(), &new).await.unwrap();
    let stranger = bench.with(other.api_key.expose());
    for method in ["scoring.getEntityDetail", "scoring.explain"] {
        for (kind, theirs) in entities() {
            let params = |id: Uuid| json!({ "entityType": kind, "entityId": id });
            let foreign = stranger.raw(method, params(theirs)).await;
            assert_eq!(foreign, stranger.raw(method, params(Uuid::now_v7())).await, "{method} {kind}");
            assert!(foreign.contains("no_such_entity"), "{foreign}");
        }
    }
    let list = stranger.ok("scoring.getEntityList", json!({ "entityType": "account" })).await;
    assert_eq!(list["items"], json!([]));
    let matrix = stranger.ok("scoring.getMatrixData", json!({ "entityType": "account" })).await;
    assert_eq!((&matrix["total"], &matrix["scoredAt"]), (&json!(0), &Value::Null));
}

/// Scored accounts made directly: `values` of (name, combined in thousandths).
async fn seed_scored(bench: &Bench, values: &[(String, Option<i64>)]) {
    let t: TenantId = bench.tenant;
    let mut accounts = Vec::new();
    let mut scores = Vec::new();
    for (number, (name, combined)) in (1..).zip(values) {
        let (id, combined) = (account(number), combined.map_or("NULL".to_owned(), |it| it.to_string()));
        accounts.push(format!("('{t}', '{id}', '{name}')"));
        scores.push(format!(
            "('{t}', 'account', '{id}', {combined}, {combined}, {combined}, \
              CASE WHEN {combined}::bigint >= 50000 THEN 'fast-track' WHEN {combined}::bigint IS NOT NULL THEN 'deprioritize' END, \
              CASE WHEN {combined}::bigint >= 50000 THEN 'hot' WHEN {combined}::bigint IS NOT NULL THEN 'cold' END, \
              sha256('rules'), now())"
        ));
    }
    for (accounts, scores) in accounts.chunks(1000).zip(scores.chunks(1000)) {
        bench
            .database
            .execute(&format!(
                "INSERT INTO accounts (tenant_id, id, name) VALUES {};
                 INSERT INTO engagements (tenant_id, entity_type, entity_id, fit, engagement, combined, quadrant, tier,
                   config_hash, scored_at) VALUES {};",
                accounts.join(","),
                scores.join(",")
            ))
            .await;
    }
}

async fn pages(client: &Client, params: Value) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut params = params.clone();
        params["cursor"] = cursor;
        let page = client.ok("scoring.getEntityList", params).await;
        let items = page["items"].as_array().unwrap();
        seen.extend(
            items
                .iter()
                .map(|it| (it["name"].as_str().unwrap().to_owned(), it["scores"]["combined"].clone())),
        );
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            return seen;
        }
    }
}

#[tokio::test]
async fn scored_entities_page_without_loss_or_repeat_under_ties_gaps_and_any_script() {
    let bench = Bench::start(register).await;
    let names =
        ["Ärzte", "zebra", "Zebra", "ÉCLAIR", "éclair", "東京", "ß", "a_b", "a%b", "O''Hara", "😀", "Ω", "a"];
    let combined = [Some(70_000), Some(70_000), None, Some(40_000), None];
    let values: Vec<_> = (0..45)
        .map(|n| (format!("{} {}", names[n % names.len()], n / names.len()), combined[n % 5]))
        .collect();
    seed_scored(&bench, &values).await;
    let script = bench.script();
    for sort in ["combined", "fit", "engagement", "name", "next_transition"] {
        for size in [1, 7, 45, 100] {
            let params = json!({ "entityType": "account", "sort": sort, "pageSize": size });
            let seen = pages(&script, params).await;
            let mut unique: Vec<_> = seen.iter().map(|(name, _)| name).collect();
            unique.sort();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (45, 45), "{sort} {size}");
            if sort == "combined" {
                let values: Vec<_> = seen.iter().map(|(_, it)| it.as_f64().unwrap_or(-1.0)).collect();
                assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
            }
        }
    }
    let search =
        |text: &str| json!({ "entityType": "account", "sort": "name", "search": text, "pageSize": 3 });
    assert_eq!(pages(&script, search("ZEBRA")).await.len(), 8);
    assert_eq!(pages(&script, search("éclair")).await.len(), 8);
    assert_eq!(pages(&script, search("a%")).await.len(), 3);
    assert_eq!(pages(&script, search("東")).await.len(), 4);
    let counted =
        json!({ "entityType": "account", "tier": "hot", "quadrant": "fast-track", "includeTotal": true });
    let page = script.ok("scoring.getEntityList", counted).await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (18, &json!(18)));
    // A cursor opens its own list only.
    let params = json!({ "entityType": "account", "pageSize": 1 });
    let cursor = script.ok("scoring.getEntityList", params).await["nextCursor"].clone();
    let elsewhere = json!({ "entityType": "account", "tier": "hot", "pageSize": 1, "cursor": cursor });
    let reply = script.call("scoring.getEntityList", elsewhere).await;
    assert_eq!(reply["error"]["data"]["fields"][0]["path"], "cursor");
}

#[tokio::test]
async fn the_scoring_matrix_shows_up_to_5000_points_and_counts_all() {
    let bench = Bench::start(register).await;
    let values: Vec<_> =
        (0..6000).map(|n| (format!("Account {n}"), (n % 100 != 0).then_some(i64::from(n) * 16))).collect();
    seed_scored(&bench, &values).await;
    bench.database.execute("ANALYZE").await;
    let script = bench.script();
    let matrix = script.ok("scoring.getMatrixData", json!({ "entityType": "account", "limit": 5000 })).await;
    let points = matrix["points"].as_array().unwrap();
    assert_eq!((points.len(), &matrix["total"], &matrix["unplaced"]), (5000, &json!(5940), &json!(60)));
    assert_eq!(thousandths(&points[0]["combined"]), 5999 * 16);
    let counted: u64 =
        matrix["tiers"].as_array().unwrap().iter().map(|it| it["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 6000, "tiers, and those without one");
    assert_eq!(matrix["fitThreshold"], 50);
    let hot = json!({ "entityType": "account", "tier": "hot", "limit": 10 });
    let hot = script.ok("scoring.getMatrixData", hot).await;
    let first = matrix["tiers"][0].clone();
    assert_eq!((&first["tier"], &first["count"]), (&json!("hot"), &hot["total"]));
    assert_eq!(hot["points"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_second_wish_for_a_scoring_run_joins_the_first() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    assert_eq!(script.ok("scoring.getLastScoringRun", json!({})).await, json!({ "run": null }));
    let first = script.ok("scoring.runScoring", json!({})).await;
    let second = script.ok("scoring.runScoring", json!({})).await;
    assert_eq!((&first["joined"], &second["joined"]), (&json!(false), &json!(true)));
    assert_eq!(first["job"]["id"], second["job"]["id"]);
    assert_eq!(
        (&first["job"]["status"], &first["job"]["createdBy"]["kind"]),
        (&json!("queued"), &json!("api_key"))
    );
}
