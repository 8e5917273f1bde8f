//! A member who is limited to named clients: no reply of any method holds a byte of another client, whatever is asked for, with
//! both walls and with each of them alone.

use api::{CATALOGUE, sample};
use rpc::MethodInfo;
use serde_json::{Value, json};
use tests::{Caller, Tenant, TestApp, Way, contract, translate};
use uuid::Uuid;

use crate::{calls, example, live::Watching, strangers::required_only};

/// Amounts of the second client that are nobody else's, and all that they may be added up to.
const FIGURES: &[&str] = &["7777777", "8888888", "77777.77", "88888.88"];

/// Limits mona, who is a manager, and vera, who is a viewer, to the first client.
pub(crate) async fn limit(ours: &Tenant, role: &str) {
    for (user, role) in [(0x315, role), (0x314, "viewer")] {
        let user = in_tenant(ours, sample::TENANT_ID.0.as_u128() - 1 + user);
        let client = in_tenant(ours, sample::CLIENT_ID.0.as_u128());
        let params = json!({ "userId": user, "clients": [{ "clientId": client, "role": role }] });
        ours.admin().call_raw("team.assignClients", &params).await.result();
    }
}

fn in_tenant(ours: &Tenant, id: u128) -> Value {
    translate(ours.number, &json!(Uuid::from_u128(id)))
}

/// The second client's ids, by the name of their type.
pub(crate) fn of_the_second(ours: &Tenant, kind: &str) -> Option<Value> {
    let last = match kind {
        "ClientId" => 0xc3,
        "ClientChannelId" => 0xd3,
        "CampaignGroupId" => 0xe3,
        "CampaignId" => 0xf3,
        "MetricsImportId" => 0x703,
        _ => return None,
    };
    Some(in_tenant(ours, sample::TENANT_ID.0.as_u128() - 1 + last))
}

/// The example, in full, and with each id in turn replaced by the second client's.
async fn variants(app: &TestApp, ours: &Tenant, method: &MethodInfo) -> Vec<Value> {
    let own = example(app, ours, method).await;
    let mut variants = vec![own.clone(), required_only(method, &own)];
    for (at, kind) in crate::strangers::id_params(method) {
        let Some(id) = of_the_second(ours, &kind) else { continue };
        let id: Uuid = serde_json::from_value(id).unwrap();
        variants.extend(crate::strangers::with_id(method, &own, &at, id));
        variants.extend(crate::strangers::with_id(method, &required_only(method, &own), &at, id));
    }
    variants
}

fn holds_nothing(ours: &Tenant, method: &MethodInfo, params: &Value, text: &str) {
    let word = ours.other_client();
    let found = FIGURES.iter().copied().chain([word.as_str()]).find(|it| text.contains(it));
    assert!(found.is_none(), "{} {params} tells {found:?}: {text}", method.name);
}

/// Answers how many replies held the first client's words.
async fn sweep(app: &TestApp, ours: &Tenant, caller: &Caller) -> usize {
    let mut line = caller.line().await;
    let mut telling = 0;
    for method in calls() {
        let mut tells = false;
        for params in variants(app, ours, method).await {
            let ways: &[Way] = if method.effect.is_mutation() {
                &[Way::Single]
            } else {
                &[Way::Single, Way::SocketSingle, Way::SecondInBatch]
            };
            for way in ways {
                let reply = line.ask(*way, method.name, &params).await;
                holds_nothing(ours, method, &params, &reply.text);
                tells |= reply.text.contains(&ours.canary);
            }
        }
        telling +=
            usize::from(tells && method.name.split('.').next().is_some_and(|it| OF_CLIENTS.contains(&it)));
    }
    telling
}

const OF_CLIENTS: &[&str] =
    &["client", "clientChannel", "campaignGroup", "campaign", "weeklyMetric", "metrics", "metricsImport"];

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_member_never_sees_a_byte_of_another_client() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    // Else the words are not there to be told, and the sweep proves nothing.
    let mut there = 0;
    for method in calls().filter(|it| !it.effect.is_mutation()) {
        let params = required_only(method, &example(&app, &ours, method).await);
        there += usize::from(
            ours.admin().call_raw(method.name, &params).await.text.contains(&ours.other_client()),
        );
    }
    assert!(there >= 6, "only {there} replies to an admin hold the second client's word");
    limit(&ours, "manager").await;
    for session in ["viewer session", "manager session"] {
        let telling = sweep(&app, &ours, ours.with(session)).await;
        assert!(telling >= 6, "only {telling} methods still show the first client to the {session}");
    }
}

/// The first wall alone: the queries say themselves whose rows they mean.
#[tokio::test(flavor = "multi_thread")]
async fn with_row_security_switched_off_a_limited_member_still_sees_nothing_else() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    limit(&ours, "manager").await;
    app.rows().without_row_security().await;
    sweep(&app, &ours, ours.with("viewer session")).await;
    sweep(&app, &ours, ours.with("manager session")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_of_a_limited_member_are_those_of_their_clients() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let period = json!({ "from": "2026-02-02", "to": "2026-02-23" });
    let mut of_client = period.clone();
    of_client["clientId"] = in_tenant(&ours, sample::CLIENT_ID.0.as_u128());
    let alone = ours.admin().call_raw("metrics.summary", &of_client).await;
    let everything = ours.admin().call_raw("metrics.summary", &period).await;
    let sum = |reply: &tests::Reply| reply.result()["totals"][0]["now"].clone();
    assert_ne!(sum(&alone), sum(&everything));
    limit(&ours, "viewer").await;
    let limited = ours.with("manager session").call_raw("metrics.summary", &period).await;
    assert_eq!(sum(&limited), sum(&alone));
    assert_eq!(limited.result()["items"][0]["share"]["adSpend"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_a_client_changes_nothing_of_it() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    limit(&ours, "viewer").await;
    let mona = ours.with("manager session");
    let before = app.rows().fingerprints().await;
    let mut refused = 0;
    for method in CATALOGUE.iter().filter(|it| {
        it.effect.is_mutation() && it.name.split('.').next().is_some_and(|it| OF_CLIENTS.contains(&it))
    }) {
        let params = example(&app, &ours, method).await;
        let reply = mona.call_raw(method.name, &params).await;
        if method.name == "metricsImport.plan" {
            continue;
        }
        assert!(reply.is_refused(), "{}: {}", method.name, reply.text);
        // What is retired in the examples is another client's, which is not there for her.
        assert!(["FORBIDDEN", "NOT_FOUND"].contains(&reply.code()), "{}: {}", method.name, reply.text);
        refused += 1;
    }
    assert!(refused >= 20, "{refused}");
    let mut after = app.rows().fingerprints().await;
    after.insert("imports".into(), before["imports"].clone());
    assert_eq!(after, before);
}

/// Nobody is told again under an old key what they may not see any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_reply_is_not_given_after_the_clients_have_changed() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mona = ours.with("manager session");
    let second = of_the_second(&ours, "CampaignId").unwrap();
    let update = json!({ "campaignId": second, "idempotencyKey": "one" });
    assert!(mona.call_raw("campaign.update", &update).await.text.contains(&ours.other_client()));
    limit(&ours, "manager").await;
    assert_eq!(mona.call_raw("campaign.update", &update).await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_binds_on_the_next_call_and_the_last_grants_end_opens_nothing() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let vera = ours.with("viewer session");
    let count = async |caller: &Caller| {
        caller.call_raw("client.list", &json!({})).await.result()["items"].as_array().unwrap().len()
    };
    assert_eq!(count(vera).await, 3);
    limit(&ours, "viewer").await;
    assert_eq!(count(vera).await, 1);
    let none =
        json!({ "userId": in_tenant(&ours, sample::TENANT_ID.0.as_u128() - 1 + 0x314), "clients": [] });
    ours.admin().call_raw("team.assignClients", &none).await.result();
    assert_eq!(count(vera).await, 0);
    limit(&ours, "viewer").await;
    // Who forgets to say which clients has lifted nobody's limit.
    let forgotten = json!({ "userId": none["userId"] });
    let refused = ours.admin().call_raw("team.assignClients", &forgotten).await;
    let field = &refused.json["error"]["data"]["fields"][0];
    assert_eq!((refused.code(), &field["path"]), ("INVALID_PARAMS", &json!("clients")), "{}", refused.text);
    assert_eq!((&field["rule"], &field["message"]), (&json!("required"), &json!("is required")));
    assert_eq!(count(vera).await, 1);
    let all = json!({ "userId": none["userId"], "clients": null });
    ours.admin().call_raw("team.assignClients", &all).await.result();
    assert_eq!(count(vera).await, 3);
    let admin = json!({ "userId": in_tenant(&ours, sample::ADMIN_ID.0.as_u128()), "clients": [] });
    assert_eq!(ours.admin().call_raw("team.assignClients", &admin).await.reason(), "member_is_admin");
    assert!(contract::described("team.assignClients")["errors"].is_array());
}

/// Who watches the same as somebody who sees more shares nothing with them, and a new limit holds for the watch under way.
#[tokio::test(flavor = "multi_thread")]
async fn a_limited_members_watch_never_shows_another_client_and_follows_the_grants() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    limit(&ours, "viewer").await;
    let mona = in_tenant(&ours, sample::TENANT_ID.0.as_u128() - 1 + 0x315);
    let lift = json!({ "userId": mona, "clients": null });
    ours.admin().call_raw("team.assignClients", &lift).await.result();

    let params = json!({ "from": "2026-02-02", "to": "2026-02-23", "level": "campaign" });
    let mut mona = Watching::begin(ours.with("manager session"), "metrics.summary", params.clone()).await;
    let mut vera = Watching::begin(ours.with("viewer session"), "metrics.summary", params).await;
    let word = ours.other_client();
    let shows_second = |state: &Value| state.to_string().contains(&word);
    assert!(shows_second(&mona.next().await.unwrap()));
    assert!(!shows_second(&vera.next().await.unwrap()));

    // A change of the second client is told to one of them, a change of the first to both.
    let week = |campaign: Value, minor: i64| {
        let amount = json!({ "minor": minor, "currency": "USD" });
        json!({ "campaignId": campaign, "weekStart": "2026-02-23", "adSpend": amount, "sales": amount })
    };
    let second = week(of_the_second(&ours, "CampaignId").unwrap(), 4_242_424);
    ours.admin().call_raw("weeklyMetric.upsert", &second).await.result();
    mona.until(|state| state.to_string().contains("4242424")).await;
    let first = week(in_tenant(&ours, sample::CAMPAIGN_ID.0.as_u128()), 31_313);
    ours.admin().call_raw("weeklyMetric.upsert", &first).await.result();
    let told = vera.next().await.unwrap();
    assert!(told.to_string().contains("31313") && !shows_second(&told), "{told}");

    limit(&ours, "viewer").await;
    let limited = mona.until(|state| !shows_second(state)).await;
    assert_eq!(limited["items"], told["items"]);
}
