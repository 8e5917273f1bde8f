//! Every method with every kind of credential in every way a call may travel.

mod reference;

use std::fmt::Write;

use api::CATALOGUE;
use reference::{Credential, Outcome};
use rpc::{Effect, MethodInfo};
use serde_json::{Value, json};
use tests::{Line, Reply, Tenant, TestApp, Way};

use crate::{example, golden};

/// What the reply says of the admission. Params that no method takes tell that it took place.
fn outcome(reply: &Reply) -> Outcome {
    match (reply.code(), reply.reason()) {
        ("UNAUTHORIZED", "unauthenticated") => Outcome::Unauthenticated,
        ("FORBIDDEN", "role_too_low") => Outcome::RoleTooLow,
        ("INVALID_PARAMS", "invalid_params") => Outcome::Admitted,
        _ => panic!("neither refused nor admitted: {}", reply.text),
    }
}

struct Swept {
    credential: Credential,
    line: Line,
}

async fn lines(ours: &Tenant, theirs: &Tenant) -> Vec<Swept> {
    let mut lines = Vec::new();
    for credential in Credential::ALL {
        let caller = match credential {
            // An admin all the same, of somebody else's organization; strangers.rs is about what they may reach.
            Credential::OtherAdmin => theirs.with("admin"),
            _ => ours.with(credential.name()),
        };
        lines.push(Swept { credential, line: caller.line().await });
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_admits_whom_the_catalogue_names_and_nobody_else() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.seeded_tenant("ours").await, app.seeded_tenant("theirs").await);
    let mut lines = lines(&ours, &theirs).await;
    let mut table = heading();
    for method in CATALOGUE {
        let valid = example(&app, &ours, method).await;
        let before = app.rows().fingerprints().await;
        write!(table, "{:<30} {:<8}", method.name, method.access.as_str()).unwrap();
        for swept in &mut lines {
            let got = sweep(&app, method, &valid, swept).await;
            write!(table, " {:<17}", got.letter()).unwrap();
        }
        table.truncate(table.trim_end().len());
        table.push('\n');
        assert_eq!(app.rows().fingerprints().await, before, "{}: a refused call did something", method.name);
    }
    golden::is_as_committed("refusals.txt", &table);
}

/// One method with one credential, every way. Who is to be refused sends params that would work.
async fn sweep(app: &TestApp, method: &MethodInfo, valid: &Value, swept: &mut Swept) -> Outcome {
    let expected = reference::outcome(method.access, swept.credential);
    let params = if expected == Outcome::Admitted { json!({ "noSuchField": 1 }) } else { valid.clone() };
    let end = app.rows().audit_end().await;
    for way in Way::of(method).iter().copied() {
        let reply = swept.line.ask(way, method.name, &params).await;
        let who = swept.credential.name();
        assert_eq!(outcome(&reply), expected, "{} {way:?} with {who}: {}", method.name, reply.text);
    }
    let audited = app.rows().audited_since(end).await;
    let known = expected != Outcome::Unauthenticated && swept.credential.speaks_for_somebody();
    let due = if method.effect.is_mutation() && known { Way::ALL.len() } else { 0 };
    assert_eq!(audited.len(), due, "{} with {}: {audited:#?}", method.name, swept.credential.name());
    if let Effect::Mutation { audit, .. } = method.effect {
        for row in audited {
            assert_eq!((row.action.as_str(), row.outcome.as_str()), (audit, "refused"));
            assert!(row.reason.is_some(), "{row:?}");
        }
    }
    expected
}

fn heading() -> String {
    let mut table = format!("{:<30} {:<8}", "method", "caller");
    for credential in Credential::ALL {
        write!(table, " {:<17}", credential.name().replace(' ', "-")).unwrap();
    }
    let ways = "# Each in five ways: alone, as a batch of one, second in a batch, and over a WebSocket alone and in a batch.\n\
                # u = UNAUTHORIZED unauthenticated, f = FORBIDDEN role_too_low, + = admitted.\n";
    format!("{ways}{}\n", table.trim_end())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_without_origin_and_credential_is_not_even_opened() {
    let app = TestApp::start().await;
    let nobody = app.caller(None);
    let refused = nobody.open(false).await.err().expect("the handshake is refused");
    assert!(refused.to_string().contains("401"), "{refused}");
    assert!(nobody.open(true).await.is_ok(), "our own page may ask public methods");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_is_refused_on_the_socket_it_has_open() {
    let app = TestApp::start().await;
    let ours = app.tenant("ours").await;
    let mut line = ours.viewer().line().await;
    for way in Way::ALL {
        assert!(!line.ask(way, "session.current", &json!({})).await.is_refused());
    }
    app.rows().run("UPDATE api_keys SET revoked_at = now() WHERE name LIKE 'viewer%'").await;
    for way in Way::ALL {
        assert_eq!(line.ask(way, "session.current", &json!({})).await.code(), "UNAUTHORIZED", "{way:?}");
    }
}
