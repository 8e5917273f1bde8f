//! The rules' versions from the wire to the row.

use api::routers::scoring_config::{Activate, GetAllConfigs, GetConfig, ListVersions, SaveDraft};
use rpc::Registry;
use serde_json::{Value, json};
use tenancy::Role;

use crate::{
    bench::{Bench, Client, refusal},
    host::Gateway,
};

fn register(registry: &mut Registry<Gateway>) {
    registry.register::<GetConfig>().unwrap();
    registry.register::<GetAllConfigs>().unwrap();
    registry.register::<SaveDraft>().unwrap();
    registry.register::<Activate>().unwrap();
    registry.register::<ListVersions>().unwrap();
}

async fn save(admin: &Client, config: Value) -> u64 {
    let saved = admin.ok("scoringConfig.saveDraft", json!({ "config": config, "note": "try" })).await;
    saved["items"][0]["version"].as_u64().unwrap()
}

async fn activate(admin: &Client, part: &str, version: u64) -> Value {
    admin.ok("scoringConfig.activate", json!({ "versions": [{ "type": part, "version": version }] })).await
}

fn threshold(points: u64) -> Value {
    json!({ "combined": { "fitThreshold": points } })
}

#[tokio::test]
async fn scoring_defaults_are_in_force_as_version_1_before_anybody_saves() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    let all = script.ok("scoringConfig.getAllConfigs", json!({})).await;
    for part in ["fit", "engagement", "combined"] {
        let active = &all[part]["active"];
        assert_eq!((&active["version"], &active["status"]), (&json!(1), &json!("active")));
        assert_eq!((&active["createdBy"], &all[part]["draft"]), (&json!(null), &json!(null)));
        assert_eq!(active["config"], all[part]["default"]);
        let one = script.ok("scoringConfig.getConfig", json!({ "type": part })).await;
        assert_eq!(one["active"]["hash"], active["hash"]);
        let versions = script.ok("scoringConfig.listVersions", json!({ "type": part })).await;
        assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_scoring_draft_counts_for_nothing_until_it_is_activated_and_then_supersedes() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    assert_eq!(save(&script, threshold(60)).await, 2);
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "combined" })).await;
    assert_eq!(state["active"]["version"], 1);
    assert_eq!(state["draft"]["config"]["fitThreshold"], 60);
    assert_eq!(state["draft"]["note"], "try");
    assert_eq!(state["draft"]["createdBy"]["kind"], "api_key");

    let done = activate(&script, "combined", 2).await;
    assert_eq!(done["active"][0]["version"], 2);
    assert_eq!(done["active"][0]["status"], "active");
    assert_eq!((&done["run"]["joined"], &done["run"]["job"]["kind"]), (&json!(false), &json!("scoring_run")));

    let versions = script.ok("scoringConfig.listVersions", json!({ "type": "combined" })).await;
    let shown: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|it| (&it["version"], &it["status"])).collect();
    assert_eq!(shown, [(&json!(2), &json!("active")), (&json!(1), &json!("superseded"))]);
    let again = save(&script, threshold(40)).await;
    assert_eq!(activate(&script, "combined", again).await["run"]["joined"], true);
}

#[tokio::test]
async fn a_stale_scoring_draft_is_refused_and_so_is_what_is_no_draft() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    let activate = |version: u64| json!({ "versions": [{ "type": "combined", "version": version }] });
    assert_eq!(
        script.refused("scoringConfig.activate", activate(1)).await,
        refusal("CONFLICT", "not_a_draft"),
        "the defaults, before anybody wrote them down"
    );
    assert_eq!(
        script.refused("scoringConfig.activate", activate(2)).await,
        refusal("NOT_FOUND", "no_such_version")
    );
    let stale = save(&script, threshold(60)).await;
    let fresh = save(&script, threshold(61)).await;
    assert_eq!((stale, fresh), (2, 3));
    assert_eq!(
        script.refused("scoringConfig.activate", activate(stale)).await,
        refusal("NOT_FOUND", "no_such_version")
    );
    script.ok("scoringConfig.activate", activate(fresh)).await;
    for done in [1, fresh] {
        assert_eq!(
            script.refused("scoringConfig.activate", activate(done)).await,
            refusal("CONFLICT", "not_a_draft")
        );
    }
    // One that cannot be activated stops them all.
    let draft = save(&script, threshold(62)).await;
    let both =
        json!({ "versions": [{ "type": "combined", "version": draft }, { "type": "fit", "version": 9 }] });
    assert_eq!(script.refused("scoringConfig.activate", both).await, refusal("NOT_FOUND", "no_such_version"));
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "combined" })).await;
    assert_eq!((&state["active"]["version"], &state["draft"]["version"]), (&json!(fresh), &json!(draft)));
}

#[tokio::test]
async fn equal_scoring_rules_have_equal_hashes_whatever_their_version() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "engagement" })).await;
    let default = state["active"]["hash"].clone();
    // Left out, given out of order, or with a superfluous zero: the same rules.
    let rules = r#"{"velocity":{"weight":0.10,"basis":"stage"},"halfLifeDays":30.0}"#;
    let rules: Value = serde_json::from_str(rules).unwrap();
    save(&script, json!({ "engagement": rules })).await;
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "engagement" })).await;
    assert_eq!(state["draft"]["hash"], default);
    save(&script, json!({ "engagement": { "halfLifeDays": 30.001 } })).await;
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "engagement" })).await;
    assert_ne!(state["draft"]["hash"], default);
}

#[tokio::test]
async fn scoring_versions_page_from_the_newest_to_the_first() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    for points in 51..56 {
        let version = save(&script, threshold(points)).await;
        activate(&script, "combined", version).await;
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let params = json!({ "type": "combined", "pageSize": 2, "cursor": cursor });
        let page = script.ok("scoringConfig.listVersions", params).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["version"].as_u64().unwrap()));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, [6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn scoring_rules_that_cannot_hold_are_named_and_nothing_is_saved() {
    let bench = Bench::start(register).await;
    let script = bench.script();
    let wrong = json!({ "config": {
        "fit": { "weights": { "industry": -1 } },
        "engagement": { "halfLifeDays": 0 },
        "combined": { "fitThreshold": 140, "band": 51 },
    } });
    let reply = script.call("scoringConfig.saveDraft", wrong).await;
    let fields = reply["error"]["data"]["fields"].as_array().unwrap();
    let paths: Vec<_> = fields.iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "config.combined.band",
            "config.combined.fitThreshold",
            "config.engagement.halfLifeDays",
            "config.fit.weights.industry",
        ]
    );
    let state = script.ok("scoringConfig.getConfig", json!({ "type": "fit" })).await;
    assert_eq!(state["draft"], Value::Null);
    // No weight at all is a rule, too: there is no fit score then.
    let none = json!({ "industry": 0, "companySize": 0, "revenue": 0, "customAttributes": 0 });
    save(&script, json!({ "fit": { "weights": none } })).await;
}

#[tokio::test]
async fn only_an_admin_changes_scoring_rules_and_another_organization_has_its_own() {
    let bench = Bench::start(register).await;
    let (_, manager) = bench.new_member("mia@acme.example", Role::Manager).await;
    let draft = json!({ "config": threshold(60) });
    assert_eq!(manager.refused("scoringConfig.saveDraft", draft).await, refusal("FORBIDDEN", "role_too_low"));
    save(&bench.script(), threshold(60)).await;
    let new =
        crate::provision::NewOrganization { name: "Other", slug: "other", admin_email: "otto@other.example" };
    let other = crate::provision::create_organization(bench.store(), &new).await.unwrap();
    let stranger = bench.with(other.api_key.expose());
    let state = stranger.ok("scoringConfig.getConfig", json!({ "type": "combined" })).await;
    assert_eq!((&state["active"]["version"], &state["draft"]), (&json!(1), &Value::Null));
}
