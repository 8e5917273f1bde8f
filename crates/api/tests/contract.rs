//! The contract held to its own rules, method by method, with the list taken from the catalogue.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod schema;

use std::collections::BTreeSet;

use api::CATALOGUE;
use rpc::{Access, Code, Effect};
use schema::{Resolver, broken};
use serde_json::{Value, json};

/// Mutations that are audited under another label than their name. Empty, and meant to stay so.
const AUDITED_OTHERWISE: &[&str] = &[];
/// Mutations whose reply holds something that must not be kept.
const REPLY_NOT_KEPT: &[&str] = &["apiKey.create", "apiKey.roll", "connector.getAuthUrl"];

fn method<'a>(document: &'a Value, name: &str) -> &'a Value {
    document["methods"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()
}

#[test]
fn names_are_a_router_and_a_procedure_in_camel_case_and_no_two_are_equal() {
    let camel = |word: &str| {
        word.starts_with(|it: char| it.is_ascii_lowercase())
            && word.chars().all(|it| it.is_ascii_alphanumeric())
    };
    let mut names = BTreeSet::new();
    for it in CATALOGUE {
        let words: Vec<&str> = it.name.split('.').collect();
        assert!(words.len() == 2 && words.iter().all(|word| camel(word)), "{}", it.name);
        assert!(names.insert(it.name), "{} is listed twice", it.name);
    }
}

#[test]
fn every_mutation_is_audited_under_its_own_name() {
    for it in CATALOGUE {
        if let Effect::Mutation { audit, idempotent, .. } = it.effect {
            assert!(audit == it.name || AUDITED_OTHERWISE.contains(&it.name), "{} as {audit}", it.name);
            assert_eq!(!idempotent, REPLY_NOT_KEPT.contains(&it.name), "{}", it.name);
            assert!(it.access >= Access::Manager, "{}: a viewer changes nothing", it.name);
        }
    }
}

#[test]
fn every_query_depends_on_and_every_mutation_changes_known_topics() {
    for it in CATALOGUE {
        if let Effect::Query { topics } | Effect::Mutation { topics, .. } = it.effect {
            assert!(topics.iter().all(|topic| api::topics::ALL.contains(topic)), "{}", it.name);
        }
    }
}

/// The role table, said a second time and independently of the declarations.
#[test]
fn callers_are_those_of_the_role_table() {
    for it in CATALOGUE {
        let (router, procedure) = it.name.split_once('.').unwrap();
        let expected = match (router, procedure) {
            ("system" | "rpc", _) => Access::Public,
            ("apiKey" | "audit", _) => Access::Admin,
            ("tenant", "updateSettings") => Access::Admin,
            ("team", "changeRole" | "remove" | "assignClients" | "getAssignment") => Access::Admin,
            ("connector", "create" | "getAuthUrl" | "completeAuth" | "disconnect") => Access::Admin,
            ("scoringConfig", "saveDraft" | "activate") => Access::Admin,
            ("connector", "triggerSync") | ("scoring", "runScoring") => Access::Manager,
            ("fieldMapping", "saveMappings" | "preview" | "resetToDefaults") => Access::Manager,
            ("activity", "record") | ("job", "cancel") => Access::Manager,
            ("buyingGroup", "saveTemplate" | "removeTemplate" | "saveRoleNames" | "calibrate") => {
                Access::Admin
            }
            ("buyingGroup", "create" | "addMember" | "removeMember" | "confirmMemberRole") => Access::Manager,
            ("buyingGroup", "acceptCandidate" | "dismissCandidate") => Access::Manager,
            (
                "client" | "clientChannel" | "campaignGroup" | "campaign",
                "create" | "update" | "setActive" | "remove",
            ) => Access::Manager,
            ("weeklyMetric", "upsert" | "upsertMany" | "remove") => Access::Manager,
            ("metricsImport", "plan" | "apply" | "undo") => Access::Manager,
            _ => Access::Viewer,
        };
        assert_eq!(it.access, expected, "{}", it.name);
    }
}

#[test]
fn every_method_refuses_a_field_it_does_not_know() {
    for it in CATALOGUE {
        let mut params = (it.example)().0;
        params["zzz"] = json!(1);
        let error = (it.accepts)(&params.to_string()).expect_err(it.name);
        assert_eq!(error.code, Code::InvalidParams, "{}", it.name);
        assert_eq!(
            (error.fields[0].path.as_str(), error.fields[0].rule.as_str()),
            ("zzz", "unknown"),
            "{}",
            it.name
        );
    }
}

/// Goes into the params as well: an unknown field at any depth is refused.
#[test]
fn no_object_inside_params_takes_a_field_it_does_not_know() {
    /// Objects with the caller's own names in them.
    const OPEN: &[&str] = &["/properties", "/fields/0/transform/table", "/params"];
    fn visit(at: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(at.to_owned());
                map.iter().for_each(|(name, it)| visit(&format!("{at}/{name}"), it, found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, it)| visit(&format!("{at}/{index}"), it, found));
            }
            _ => {}
        }
    }
    for it in CATALOGUE {
        let (params, _) = (it.example)();
        let mut objects = Vec::new();
        visit("", &params, &mut objects);
        for at in objects.iter().filter(|at| !OPEN.contains(&at.as_str())) {
            let mut params = params.clone();
            params.pointer_mut(at).unwrap()["zzz"] = json!(1);
            assert!((it.accepts)(&params.to_string()).is_err(), "{} takes {at}/zzz", it.name);
        }
    }
}

#[test]
fn every_example_is_a_valid_call_and_reads_back() {
    for it in CATALOGUE {
        let (params, result) = (it.example)();
        (it.accepts)(&params.to_string()).unwrap_or_else(|error| panic!("{}: {:?}", it.name, error.fields));
        assert!((it.replies)(&result.to_string()), "{}: the reply does not read back", it.name);
        // What a caller leaves out is as good as null: the document's example shows no nulls.
        let sparse: serde_json::Map<_, _> =
            params.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
        (it.accepts)(&Value::Object(sparse).to_string()).unwrap();
    }
}

#[test]
fn every_example_fits_its_own_schema() {
    let document = api::document();
    let resolver = Resolver::new(&document);
    for it in CATALOGUE {
        let (params, result) = (it.example)();
        let declared = method(&document, it.name);
        for descriptor in declared["params"].as_array().unwrap() {
            let name = descriptor["name"].as_str().unwrap();
            let faults = match params.get(name) {
                Some(value) => broken(&resolver, &descriptor["schema"], value),
                None if descriptor["required"] == true => vec!["is missing".to_owned()],
                None => Vec::new(),
            };
            assert!(faults.is_empty(), "{} param {name}: {faults:?}", it.name);
        }
        let schema = declared.pointer("/x-message/schema").unwrap_or(&declared["result"]["schema"]);
        let faults = broken(&resolver, schema, &result);
        assert!(faults.is_empty(), "{} result: {faults:?}", it.name);
    }
}

#[test]
fn the_schema_notices_a_reply_of_another_shape() {
    let document = api::document();
    let resolver = Resolver::new(&document);
    for it in CATALOGUE {
        let declared = method(&document, it.name);
        let schema = declared.pointer("/x-message/schema").unwrap_or(&declared["result"]["schema"]);
        assert!(!broken(&resolver, schema, &json!("a text")).is_empty(), "{}", it.name);
        assert!(!broken(&resolver, schema, &json!({})).is_empty(), "{}", it.name);
    }
}

#[test]
fn no_reference_in_the_document_leads_nowhere_and_no_schema_is_unused() {
    let document = api::document();
    let mut used = BTreeSet::new();
    schema::references(&document, &mut used);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in &used {
        let name = reference.strip_prefix("#/components/schemas/").unwrap_or_else(|| panic!("{reference}"));
        assert!(schemas.contains_key(name), "{reference} leads nowhere");
    }
    for name in schemas.keys().filter(|name| *name != "ErrorData") {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "{name} is unused");
    }
}

/// A type has one schema, whichever way it travels; the exceptions are inputs with defaults.
#[test]
fn only_types_with_defaults_read_otherwise_than_they_are_written() {
    let document = api::document();
    let apart: Vec<&str> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|name| name.strip_suffix("Input"))
        .collect();
    let expected = [
        "ChannelCaps",
        "CombinedConfig",
        "CombinedThresholds",
        "ConnectorSettings",
        "EngagementConfig",
        "FieldMapping",
        "FitConfig",
        "FitWeights",
        "IdealProfile",
        "MaxBreadth",
        "RoleNeed",
        "RollUp",
        "SeniorityWeights",
        "Velocity",
    ];
    assert_eq!(apart, expected);
}

#[test]
fn everything_in_the_document_is_described() {
    let document = api::document();
    for it in document["methods"].as_array().unwrap() {
        let name = &it["name"];
        assert!(!it["summary"].as_str().unwrap_or_default().is_empty(), "{name}");
        for param in it["params"].as_array().unwrap() {
            assert!(param["description"].is_string(), "{name} param {}", param["name"]);
        }
    }
    let mut bare = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if !schema["description"].is_string() {
            bare.push(name.clone());
        }
        schema::undescribed(name, schema, &mut bare);
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

#[test]
fn every_refusal_says_what_it_means_and_no_method_has_one_twice() {
    for it in CATALOGUE {
        let reasons = (it.reasons)();
        let names: BTreeSet<_> = reasons.iter().map(|reason| &reason.reason).collect();
        assert_eq!(names.len(), reasons.len(), "{}", it.name);
        for reason in reasons {
            assert!(reason.description.len() > 10, "{}: {}", it.name, reason.reason);
            // One answer for what is missing and for what is another organization's.
            let missing = reason.reason.starts_with("no_such_");
            assert_eq!(missing, reason.code == Code::NotFound, "{}: {}", it.name, reason.reason);
        }
    }
}

#[test]
fn the_document_is_the_same_each_time() {
    assert_eq!(api::document().to_string(), api::document().to_string());
}

#[test]
fn descriptions_are_paragraphs_without_line_breaks() {
    fn visit(at: &str, value: &Value) {
        match value {
            Value::Object(map) => map.iter().for_each(|(name, it)| visit(&format!("{at}/{name}"), it)),
            Value::Array(items) => items.iter().for_each(|it| visit(at, it)),
            Value::String(text) if at.ends_with("/description") || at.ends_with("/summary") => {
                let paragraphs: Vec<&str> = text.split("\n\n").collect();
                let whole = |it: &&str| !it.trim().is_empty() && !it.contains('\n') && !it.contains("  ");
                assert!(paragraphs.iter().all(whole), "{at}: {text:?}");
            }
            _ => {}
        }
    }
    visit("", &api::document());
}

#[test]
fn what_lifts_a_limit_has_to_be_said() {
    let document = api::document();
    let params = method(&document, "team.assignClients")["params"].as_array().unwrap();
    let clients = params.iter().find(|it| it["name"] == "clients").unwrap();
    assert_eq!(clients["required"], true);
    assert_eq!(clients["schema"]["type"], json!(["array", "null"]));
    let it = CATALOGUE.iter().find(|it| it.name == "team.assignClients").unwrap();
    let (mut params, _) = (it.example)();
    params["clients"] = Value::Null;
    (it.accepts)(&params.to_string()).unwrap();
    params.as_object_mut().unwrap().remove("clients");
    let refused = (it.accepts)(&params.to_string()).unwrap_err();
    assert_eq!((refused.fields[0].path.as_str(), refused.fields[0].rule.as_str()), ("clients", "required"));
}

#[test]
fn no_name_that_is_put_in_is_blank() {
    let mut tried = 0;
    for it in CATALOGUE.iter().filter(|it| it.effect.is_mutation()) {
        let (mut params, _) = (it.example)();
        let Some(name) = params.get("name") else { continue };
        let sent = name.clone();
        for (blank, rule, words) in [
            ("", "length", "must have 1 to "),
            ("   ", "type", "must be a name of 1 to "),
            ("\t", "type", "must be a name of 1 to "),
            ("a\u{7}b", "type", "must be a name of 1 to "),
        ] {
            params["name"] = json!(blank);
            let refused = (it.accepts)(&params.to_string()).unwrap_err();
            let field = &refused.fields[0];
            assert_eq!((&*field.path, &*field.rule), ("name", rule), "{} takes {blank:?}", it.name);
            assert!(field.message.starts_with(words), "{refused:?}");
        }
        params["name"] = json!(format!("  {} ", sent.as_str().unwrap_or("Example")));
        (it.accepts)(&params.to_string()).unwrap();
        tried += 1;
    }
    assert!(tried >= 9, "only {tried} methods take a name: does this still find them?");
}

/// In the dialect of the document, whatever stands beside a `$ref` does not count.
#[test]
fn nothing_stands_beside_a_reference() {
    fn visit(at: &str, value: &Value) {
        match value {
            Value::Object(map) => {
                assert!(!map.contains_key("$ref") || map.len() == 1, "{at}: {value}");
                map.iter().for_each(|(name, it)| visit(&format!("{at}/{name}"), it));
            }
            Value::Array(items) => items.iter().for_each(|it| visit(at, it)),
            _ => {}
        }
    }
    visit("", &api::document());
}
