//! Another organization's ids: an id that exists there and one that exists nowhere give the same bytes.

use api::CATALOGUE;
use rpc::MethodInfo;
use serde_json::{Value, json};
use tests::{Tenant, TestApp, Way, authorise, contract, ids_of, translate};
use uuid::Uuid;

use crate::{calls, example};

/// Params that carry an id as a text of no type.
const IDS_AS_TEXT: &[(&str, &str, &str)] = &[
    ("audit.getByResource", "resourceId", "TenantId"),
    ("audit.getByResource", "resourceId", "ConnectorId"),
];

/// Params that only count beside others than the example's.
const COUNTS_BESIDE: &[(&str, &str, &str, &str)] =
    &[("scoring.getEntityList", "accountId", "entityType", "person")];

const STRANGERS_WAYS: [Way; 3] = [Way::Single, Way::SecondInBatch, Way::SocketSingle];

/// Which params of a method carry an id of which kind.
fn id_params(method: &MethodInfo) -> Vec<(String, String)> {
    let as_text = IDS_AS_TEXT.iter().filter(|(name, ..)| *name == method.name);
    let mut found: Vec<(String, String)> =
        as_text.map(|(_, param, kind)| ((*param).to_owned(), (*kind).to_owned())).collect();
    for descriptor in contract::described(method.name)["params"].as_array().unwrap() {
        let name = descriptor["name"].as_str().unwrap();
        for kind in kinds_in(&descriptor["schema"], &mut Vec::new()) {
            found.push((name.to_owned(), kind));
        }
    }
    found
}

/// The kinds of ids below a schema. Inside of objects and lists there are none yet; this sweep would not know how to put
/// another one there.
fn kinds_in(schema: &Value, seen: &mut Vec<String>) -> Vec<String> {
    let mut kinds = Vec::new();
    if !schema.is_object() {
        return kinds;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap().to_owned();
        if name.ends_with("Id") {
            return vec![name];
        }
        if seen.contains(&name) {
            return kinds;
        }
        seen.push(name);
        kinds.extend(kinds_in(&contract::resolved(schema), seen));
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|it| kinds.extend(kinds_in(it, seen)));
    }
    let inside = schema["properties"].as_object().into_iter().flatten().map(|(_, it)| it);
    for it in inside.chain([&schema["items"]]) {
        assert!(
            kinds_in(it, seen).is_empty(),
            "an id inside of a param: teach this sweep to reach it ({schema})"
        );
    }
    kinds
}

async fn sweep(app: &TestApp, ours: &Tenant, theirs: &Tenant) -> usize {
    let mut line = ours.admin().line().await;
    let mut compared = 0;
    for method in CATALOGUE {
        for (param, kind) in id_params(method) {
            let mut own = example(app, ours, method).await;
            for (_, _, other, value) in
                COUNTS_BESIDE.iter().filter(|it| (it.0, it.1) == (method.name, &*param))
            {
                own[*other] = json!(value);
            }
            let nowhere = Uuid::now_v7();
            for there in ids_of(theirs.number, &kind) {
                for way in Way::of(method).iter().copied().filter(|it| STRANGERS_WAYS.contains(it)) {
                    let mut texts = Vec::new();
                    for id in [there, nowhere] {
                        let mut params = own.clone();
                        params[&param] = json!(id);
                        let reply = line.ask(way, method.name, &params).await;
                        holds_nothing(method, &reply.json, &reply.text, theirs);
                        texts.push(reply.without(&id.to_string()));
                    }
                    assert_eq!(texts[0], texts[1], "{} {param} {way:?} tells them apart", method.name);
                    compared += 1;
                }
            }
        }
    }
    compared
}

fn holds_nothing(method: &MethodInfo, reply: &Value, text: &str, theirs: &Tenant) {
    assert!(!text.contains(&theirs.canary), "{}: {text}", method.name);
    let nothing = match reply.get("result") {
        None => reply["error"]["data"]["code"] == "NOT_FOUND",
        Some(result) => result["items"].as_array().is_some_and(Vec::is_empty),
    };
    assert!(nothing, "{} neither finds nothing nor is empty: {text}", method.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_organization_and_one_that_does_not_exist_give_the_same_bytes() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let before = app.rows().fingerprints().await;
    let compared = sweep(&app, &ours, &theirs).await;
    assert!(compared >= 90, "only {compared} comparisons: does the sweep still find the params with ids?");
    assert_eq!(app.rows().fingerprints().await, before, "a refused call did something");
}

/// The second wall alone: each query says itself whose rows it means.
#[tokio::test(flavor = "multi_thread")]
async fn with_row_security_switched_off_the_queries_themselves_still_keep_organizations_apart() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    app.rows().without_row_security().await;
    let before = app.rows().fingerprints().await;
    sweep(&app, &ours, &theirs).await;
    assert_eq!(app.rows().fingerprints().await, before, "a refused call did something");
    for method in calls().filter(|it| !it.effect.is_mutation()) {
        let params = example(&app, &ours, method).await;
        for params in [params.clone(), required_only(method, &params)] {
            let reply = ours.admin().call_raw(method.name, &params).await;
            assert!(!reply.text.contains(&theirs.canary), "{}: {}", method.name, reply.text);
        }
    }
}

/// The example without what may be left out: lists in full.
pub(crate) fn required_only(method: &MethodInfo, params: &Value) -> Value {
    let schema = contract::params_schema(method.name);
    let required = schema["required"].as_array().unwrap();
    let members = params.as_object().unwrap().iter();
    members
        .filter(|(name, _)| required.contains(&json!(name)))
        .map(|(name, it)| (name.clone(), it.clone()))
        .collect()
}

/// A13: what a vendor sent back to one organization's admin is worth nothing to another's, nor to another member.
#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_that_somebody_else_began_cannot_be_completed() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let connector = translate(theirs.number, &json!(api::sample::PENDING_CONNECTOR_ID.0));
    let returned = authorise(&app, theirs.admin(), &connector).await;
    let made_up = json!({ "code": returned["code"], "state": "v1.bWFkZSB1cA" });
    let before = app.rows().fingerprints().await;
    for stranger in [ours.admin(), theirs.with("admin")] {
        let foreign = stranger.call_raw("connector.completeAuth", &returned).await;
        let random = stranger.call_raw("connector.completeAuth", &made_up).await;
        assert_eq!(foreign.reason(), "state_not_valid", "{}", foreign.text);
        assert_eq!(foreign.without("-"), random.without("-"));
    }
    assert_eq!(app.rows().fingerprints().await, before);
    // The code was not spent on them.
    theirs.admin().call_raw("connector.completeAuth", &returned).await.result();
}
