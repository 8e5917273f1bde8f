//! What `fairlead admin` prints works as printed.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::{net::Ipv4Addr, process::Output, sync::Arc};

use api::routers::session::Current;
use gateway::{
    host::{CallQuota, Gateway, Secrets},
    server::{RequestMeta, Secret, Transport},
};
use rpc::{Methods, Registry};
use serde_json::{Value, json};
use store::testing::TestDatabase;
use tokio::process::Command;

const KEY: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

async fn admin(database: &TestDatabase, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fairlead"));
    command.arg("admin").args(args).env("FAIRLEAD_KEYS", format!("k:{KEY}"));
    command.env("FAIRLEAD_DATABASE_URL", database.app_url());
    command.env("FAIRLEAD_TOKEN_ISSUER", "test-issuer").env("FAIRLEAD_TOKEN_AUDIENCE", "test-issuer");
    command.output().await.unwrap()
}

fn printed(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Who a server with the same keys takes the bearer of this credential for.
async fn current(methods: &Methods, credential: &Value) -> Value {
    let mut methods = methods.clone();
    methods.extensions_mut().insert(RequestMeta {
        request_id: "r".into(),
        credential: Some(Secret::new(credential.as_str().unwrap())),
        client: Ipv4Addr::LOCALHOST.into(),
        user_agent: None,
        transport: Transport::Http,
    });
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "session.current", "params": {} });
    let (reply, _) = methods.raw_json_request(&call.to_string(), 1).await.unwrap();
    serde_json::from_str::<Value>(reply.get()).unwrap()["result"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_key_and_a_printed_token_are_accepted() {
    let database = TestDatabase::start().await;
    let create = ["create-tenant", "--name", "Acme", "--slug", "acme", "--admin-email", "Ada@acme.example"];
    let made = printed(&admin(&database, &create).await);
    let again = admin(&database, &create).await;
    assert_eq!(again.status.code(), Some(7), "{again:?}");
    let told = String::from_utf8(again.stderr).unwrap();
    assert_eq!(told.trim_end(), "fairlead: an organization with the slug `acme` exists already");

    let issue = ["issue-session", "--slug", "acme", "--email", "ada@ACME.example", "--ttl", "600"];
    let issued = printed(&admin(&database, &issue).await);
    let secrets = Secrets::new(format!("k:{KEY}").parse().unwrap(), "test-issuer");
    let quota = CallQuota { per_principal: 100.try_into().unwrap(), per_tenant: 100.try_into().unwrap() };
    let mut registry = Registry::new(Arc::new(Gateway::new(database.store().await, secrets, quota)));
    registry.register::<Current>().unwrap();
    let methods = registry.into_module().into();
    let script = current(&methods, &made["apiKey"]).await;
    assert_eq!((&script["organization"]["id"], &script["role"]), (&made["tenantId"], &json!("admin")));
    let ada = current(&methods, &issued["accessToken"]).await;
    assert_eq!((&ada["sessionId"], &ada["email"]), (&issued["sessionId"], &json!("ada@acme.example")));
    assert_eq!(ada["expiresAt"], issued["sessionExpiresAt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_one_line_and_an_exit_code() {
    let database = TestDatabase::start().await;
    for (args, code, word) in [
        (&["create-tenant", "--name", "A", "--slug", "a-", "--admin-email", "a@a.example"][..], 6, "slug"),
        (&["create-tenant", "--name", " ", "--slug", "a", "--admin-email", "a@a.example"], 6, "name"),
        (&["create-tenant", "--name", "A", "--slug", "a", "--admin-email", "nobody"], 6, "e-mail"),
        (&["issue-session", "--slug", "a", "--email", "a@a.example"], 5, "no organization"),
        (&["issue-session", "--slug", "a", "--email", "a@a.example", "--ttl", "0"], 2, "--ttl"),
    ] {
        let output = admin(&database, args).await;
        let told = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(told.contains(word) && output.stdout.is_empty(), "{told}");
    }
}
