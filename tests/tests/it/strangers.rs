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

/// Ids that are everybody's.
const NOBODYS: &[&str] = &["ChannelId"];

/// Where in a method's params an id lies, as a JSON pointer, and of which kind.
pub(crate) fn id_params(method: &MethodInfo) -> Vec<(String, String)> {
    let as_text = IDS_AS_TEXT.iter().filter(|(name, ..)| *name == method.name);
    let mut found: Vec<(String, String)> =
        as_text.map(|(_, param, kind)| (format!("/{param}"), (*kind).to_owned())).collect();
    for descriptor in contract::described(method.name)["params"].as_array().unwrap() {
        let name = descriptor["name"].as_str().unwrap();
        ids_in(&format!("/{name}"), &descriptor["schema"], &mut Vec::new(), &mut found);
    }
    found.retain(|(_, kind)| !NOBODYS.contains(&kind.as_str()));
    found
}

/// The ids below a schema. Of a list, the first item's.
fn ids_in(at: &str, schema: &Value, seen: &mut Vec<String>, into: &mut Vec<(String, String)>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap().to_owned();
        if name.ends_with("Id") {
            into.push((at.to_owned(), name));
        } else if !seen.contains(&name) {
            seen.push(name);
            ids_in(at, &contract::resolved(schema), seen, into);
            seen.pop();
        }
        return;
    }
    for part in ["allOf", "anyOf", "oneOf"] {
        schema[part].as_array().into_iter().flatten().for_each(|it| ids_in(at, it, seen, into));
    }
    for (name, it) in schema["properties"].as_object().into_iter().flatten() {
        ids_in(&format!("{at}/{name}"), it, seen, into);
    }
    if schema["items"].is_object() {
        ids_in(&format!("{at}/0"), &schema["items"], seen, into);
    }
}

/// The params with another id there, if they have the place. Of several ids that name one thing in different ways, only the
/// new one stays.
pub(crate) fn with_id(method: &MethodInfo, params: &Value, at: &str, id: Uuid) -> Option<Value> {
    let mut params = params.clone();
    let (parent, name) = at.rsplit_once('/').unwrap();
    let place = params.pointer_mut(parent)?.as_object_mut()?;
    if ONE_OF_SEVERAL.iter().any(|it| method.name.starts_with(it)) {
        place.retain(|name, _| !PLACES.contains(&name.as_str()));
    }
    place.insert(name.to_owned(), json!(id));
    Some(params)
}

/// Methods that are told of a place by exactly one of [`PLACES`].
const ONE_OF_SEVERAL: &[&str] = &["weeklyMetric."];
const PLACES: &[&str] = &["clientId", "clientChannelId", "campaignGroupId", "campaignId"];

async fn sweep(app: &TestApp, ours: &Tenant, theirs: &Tenant) -> usize {
    let mut line = ours.admin().line().await;
    let mut compared = 0;
    for method in CATALOGUE {
        for (param, kind) in id_params(method) {
            let mut own = example(app, ours, method).await;
            for (_, _, other, value) in
                COUNTS_BESIDE.iter().filter(|it| (it.0, it.1) == (method.name, &param[1..]))
            {
                own[*other] = json!(value);
            }
            let nowhere = Uuid::now_v7();
            for there in ids_of(theirs.number, &kind) {
                for way in Way::of(method).iter().copied().filter(|it| STRANGERS_WAYS.contains(it)) {
                    let mut texts = Vec::new();
                    for id in [there, nowhere] {
                        let Some(params) = with_id(method, &own, &param, id) else { continue };
                        let reply = line.ask(way, method.name, &params).await;
                        holds_nothing(method, &reply.json, &reply.text, theirs);
                        texts.push(reply.without(&id.to_string()));
                    }
                    assert!(
                        texts.windows(2).all(|it| it[0] == it[1]),
                        "{} {param} {way:?}: {texts:?}",
                        method.name
                    );
                    compared += texts.len() / 2;
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
    // A place is required there, whichever of the four names it.
    let needed = |name: &str| method.name == "weeklyMetric.listRevisions" && PLACES.contains(&name);
    members
        .filter(|(name, _)| required.contains(&json!(name)) || needed(name))
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
