//! The whole program from the outside, method by method: what it answers, whom it refuses, what it never gives away and never
//! does. Every sweep takes its list of methods from the catalogue.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod bad_input;
mod canaries;
mod clients;
mod cursors;
mod document;
mod examples;
mod faults;
mod golden;
mod inputs;
mod live;
mod own_database;
mod refusals;
mod strangers;
mod together;
mod topics;
mod weeks;

use api::CATALOGUE;
use rpc::MethodInfo;
use serde_json::Value;
use tests::{Tenant, TestApp, authorise, translate};

/// The methods that are answered with one reply: all but subscriptions.
fn calls() -> impl Iterator<Item = &'static MethodInfo> {
    CATALOGUE.iter().filter(|it| !it.effect.is_subscription())
}

/// The params of a method's example, as this organization's admin can send them now.
async fn example(app: &TestApp, tenant: &Tenant, method: &MethodInfo) -> Value {
    let params = without_nulls(translate(tenant.number, &(method.example)().0));
    if method.name != "connector.completeAuth" {
        return params;
    }
    // What the browser brings back is new each time.
    let connector = translate(tenant.number, &api::sample::PENDING_CONNECTOR_ID.0.to_string().into());
    authorise(app, tenant.admin(), &connector).await
}

/// Optional members that an example leaves out are not sent, as in the document.
fn without_nulls(params: Value) -> Value {
    match params {
        Value::Object(members) => members.into_iter().filter(|(_, it)| !it.is_null()).collect(),
        other => other,
    }
}
