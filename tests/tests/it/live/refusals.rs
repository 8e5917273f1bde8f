use api::CATALOGUE;
use serde_json::{Value, json};
use tests::{Reply, Socket, TestApp};

async fn watch(socket: &mut Socket, method: &str, params: Value) -> Reply {
    socket.subscribe("live.watch", &json!({ "method": method, "params": params })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_queries_can_be_watched() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let before = app.rows().fingerprints().await;
    let mut socket = ours.admin().socket().await;
    for method in CATALOGUE.iter().filter(|it| it.effect.as_str() != "query") {
        let reply = watch(&mut socket, method.name, (method.example)().0).await;
        assert_eq!((reply.code(), reply.reason()), ("BAD_REQUEST", "not_a_query"), "{}", reply.text);
    }
    let unknown = watch(&mut socket, "account.nothing", json!({})).await;
    assert_eq!(
        (unknown.code(), unknown.reason()),
        ("METHOD_NOT_FOUND", "unknown_method"),
        "{}",
        unknown.text
    );
    assert_eq!(app.rows().fingerprints().await, before, "a refused watch did something");
}

#[tokio::test(flavor = "multi_thread")]
async fn params_that_the_method_refuses_are_refused_with_the_same_fields() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut socket = ours.admin().socket().await;
    for params in [
        json!({ "pageSize": 0 }),
        json!({ "noSuchField": 1 }),
        json!({ "sort": "nonsense" }),
        json!({ "cursor": "x" }),
    ] {
        let watched = watch(&mut socket, "account.list", params.clone()).await;
        let called = ours.admin().call_raw("account.list", &params).await;
        assert_eq!(watched.code(), "INVALID_PARAMS", "{}", watched.text);
        assert_eq!(
            watched.json["error"]["data"]["fields"], called.json["error"]["data"]["fields"],
            "{}",
            watched.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_the_role_does_not_cover_is_not_watched() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut socket = ours.viewer().socket().await;
    for method in
        CATALOGUE.iter().filter(|it| it.effect.as_str() == "query" && it.access > rpc::Access::Viewer)
    {
        let reply = watch(&mut socket, method.name, super::super::example(&app, &ours, method).await).await;
        assert_eq!(
            (reply.code(), reply.reason()),
            ("FORBIDDEN", "role_too_low"),
            "{}: {}",
            method.name,
            reply.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_carries_fifty_watches_and_takes_another_when_one_is_ended() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut socket = ours.viewer().socket().await;
    let mut ids = Vec::new();
    for n in 0..50 {
        let reply = watch(&mut socket, "account.list", json!({ "pageSize": n + 1 })).await;
        ids.push(reply.result().clone());
        socket.message().await;
    }
    let refused = watch(&mut socket, "account.list", json!({})).await;
    assert_eq!(
        (refused.code(), refused.reason()),
        ("TOO_MANY_REQUESTS", "too_many_subscriptions"),
        "{}",
        refused.text
    );
    let ended = socket.call_raw("live.unwatch", &json!([ids[7]])).await;
    assert_eq!(ended.result(), true);
    let mut accepted = watch(&mut socket, "account.list", json!({})).await;
    for _ in 0..50 {
        if !accepted.is_refused() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        accepted = watch(&mut socket, "account.list", json!({})).await;
    }
    accepted.result();
}
