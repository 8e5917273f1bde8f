use super::*;

#[tokio::test]
async fn a_call_is_answered_with_its_headers() {
    let server = TestServer::start(ServerLimits::default()).await;
    let reply = reqwest::Client::new()
        .post(server.url("/rpc"))
        .bearer_auth("key-1")
        .header("x-request-id", "web-7")
        .header("user-agent", "tester")
        .header("x-forwarded-for", "6.6.6.6")
        .json(&call("test.whoami", json!({})))
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["x-request-id"], "web-7");
    assert_eq!(reply.headers()["x-schema-hash"].len(), 32);
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let body: Value = reply.json().await.unwrap();
    let expected = json!({
        "requestId": "web-7", "credential": "key-1", "client": "127.0.0.1", "userAgent": "tester", "transport": "Http",
    });
    assert_eq!(body, json!({ "jsonrpc": "2.0", "id": 1, "result": expected }));
}

#[tokio::test]
async fn every_error_of_the_server_has_the_one_shape() {
    let server = TestServer::start(ServerLimits::default()).await;
    let (status, reply) = server.post(call("test.nothing", json!({})).to_string()).await;
    assert_eq!(status, 200);
    let request_id = reply["error"]["data"]["requestId"].as_str().unwrap();
    let expected = json!({
        "jsonrpc": "2.0", "id": 1,
        "error": { "code": -32601, "message": "there is no such method", "data": {
            "code": "METHOD_NOT_FOUND", "httpStatus": 404, "path": "test.nothing", "reason": "no_such_method",
            "retryable": false, "requestId": request_id,
        } },
    });
    assert_eq!(reply, expected);
}

#[tokio::test]
async fn what_is_not_a_call_is_refused_with_a_fixed_message() {
    let server = TestServer::start(ServerLimits::default()).await;
    let cases = [
        ("{nonsense SELECT", -32700, "not_json"),
        ("", -32700, "not_json"),
        ("\u{feff}{}", -32700, "not_json"),
        ("7", -32600, "not_a_call"),
        ("[]", -32600, "not_a_call"),
        ("{}", -32600, "not_a_call"),
        (r#"{"jsonrpc":"1.0","id":1,"method":"test.count"}"#, -32600, "not_a_call"),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32600, "not_a_call"),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"test.count"}"#, -32600, "not_a_call"),
        (r#"{"jsonrpc":"2.0","id":{},"method":"test.count"}"#, -32600, "not_a_call"),
        (r#"{"jsonrpc":"2.0","id":1,"method":"test.count","method":"test.big"}"#, -32600, "duplicate_key"),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"test.count","params":{"a":"\u0000"}}"#,
            -32600,
            "nul_character",
        ),
    ];
    for (body, number, why) in cases {
        let (status, reply) = server.post(body).await;
        assert_eq!((status, &reply["error"]["code"], reason(&reply)), (200, &json!(number), why), "{body}");
        assert!(!reply.to_string().contains("column"), "the parser's words stay inside: {reply}");
    }
    assert_eq!(server.runs(), 0);
}

#[tokio::test]
async fn request_bombs_are_refused_quickly() {
    let server = TestServer::start(ServerLimits::default()).await;
    let client = reqwest::Client::new();
    let keys: Vec<String> = (0..60_000).map(|n| format!("\"k{n}\":0")).collect();
    // Without optimization, and beside other tests, only the order of magnitude can be held.
    let most = Duration::from_millis(if cfg!(debug_assertions) { 5_000 } else { 50 });
    let bombs = [
        "[".repeat(900_000),
        format!("{{{}}}", "\"a\":{".repeat(100_000)),
        format!("[{}]", vec!["1"; 400_000].join(",")),
        format!("{{{}}}", keys.join(",")),
    ];
    for bomb in bombs {
        let begun = std::time::Instant::now();
        let reply = client
            .post(server.url("/rpc"))
            .header("content-type", "application/json")
            .body(bomb)
            .send()
            .await
            .unwrap()
            .json::<Value>()
            .await
            .unwrap();
        assert!(begun.elapsed() < most, "{reply} took {:?}", begun.elapsed());
        assert!(reply["error"]["code"].is_number(), "{reply}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_and_without_a_declared_length() {
    let server = TestServer::start(ServerLimits { body_bytes: 10_000, ..Default::default() }).await;
    let (status, reply) = server.post("x".repeat(10_001)).await;
    assert_eq!((status, &reply["error"]["code"], reason(&reply)), (413, &json!(-32013), "request_too_large"));
    let chunk = format!("2711\r\n{}\r\n", "x".repeat(10_001));
    let head = "POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let (_, heard) = until_closed(server.raw(format!("{head}{chunk}").as_bytes()).await).await;
    assert!(heard.starts_with("HTTP/1.1 413") && heard.contains("PAYLOAD_TOO_LARGE"), "{heard}");
}

#[tokio::test]
async fn a_batch_of_51_is_refused_whole_and_one_of_50_is_run() {
    let server = TestServer::start(ServerLimits::default()).await;
    let one = call("test.count", json!({}));
    let (_, reply) = server.post(json!(vec![one.clone(); 51]).to_string()).await;
    assert_eq!((reason(&reply), server.runs()), ("batch_too_large", 0));
    let (_, reply) = server.post(json!(vec![one; 50]).to_string()).await;
    assert_eq!((reply.as_array().unwrap().len(), server.runs()), (50, 50));
}

#[tokio::test]
async fn each_entry_of_a_batch_is_judged_alone() {
    let server = TestServer::start(ServerLimits::default()).await;
    let batch = json!([call("test.count", json!({})), 7, call("test.nothing", json!({})), call("test.panic", json!({})),
        { "jsonrpc": "2.0", "method": "test.count" }, call("test.ticks", json!({})), call("test.refuse", json!({}))]);
    let (status, reply) = server.post(batch.to_string()).await;
    let reasons: Vec<&str> = reply.as_array().unwrap().iter().map(reason).collect();
    assert_eq!(status, 200);
    let expected =
        ["none", "not_a_call", "no_such_method", "internal", "subscription_in_batch", "of_the_method"];
    assert_eq!(reasons, expected);
    assert_eq!(server.runs(), 1);
}

#[tokio::test]
async fn a_call_without_an_id_is_not_run() {
    let server = TestServer::start(ServerLimits::default()).await;
    let silent = json!({ "jsonrpc": "2.0", "method": "test.count" });
    for body in [silent.clone(), json!([silent.clone(), silent])] {
        assert_eq!(server.post(body.to_string()).await, (204, Value::Null));
    }
    assert_eq!(server.runs(), 0);
}

#[tokio::test]
async fn a_batch_whose_reply_is_full_runs_no_further_calls() {
    let server = TestServer::start(ServerLimits { reply_bytes: 1_000, ..Default::default() }).await;
    let (_, reply) = server.post(call("test.big", json!({ "bytes": 2_000 })).to_string()).await;
    assert_eq!(reason(&reply), "reply_too_large");
    let batch = json!(vec![call("test.big", json!({ "bytes": 600 })); 4]);
    let (_, reply) = server.post(batch.to_string()).await;
    let reasons: Vec<&str> = reply.as_array().unwrap().iter().map(reason).collect();
    assert_eq!(reasons, ["none", "none", "not_run", "not_run"]);
    assert_eq!(server.runs(), 3, "what is said to have run has run, and nothing else");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up() {
    let server =
        TestServer::start(ServerLimits { request_time: Duration::from_millis(150), ..Default::default() })
            .await;
    let (status, reply) = server.post(call("test.sleep", json!({ "ms": 5_000 })).to_string()).await;
    assert_eq!((status, &reply["error"]["code"], reason(&reply)), (200, &json!(-32008), "deadline_exceeded"));
    assert_eq!(reply["error"]["data"]["retryable"], true);
}

#[tokio::test]
async fn foreign_origins_other_media_and_compressed_bodies_are_refused() {
    let server = TestServer::start(ServerLimits::default()).await;
    let post = |pairs: &[(&'static str, &'static str)]| {
        let mut request = reqwest::Client::new().post(server.url("/rpc"));
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        request.body(call("test.count", json!({})).to_string()).send()
    };
    let json = ("content-type", "application/json; charset=utf-8");
    assert_eq!(post(&[json, ("origin", "https://evil.example")]).await.unwrap().status(), 403);
    assert_eq!(post(&[json, ("origin", "null")]).await.unwrap().status(), 403);
    assert_eq!(post(&[json, ("content-encoding", "gzip")]).await.unwrap().status(), 415);
    assert_eq!(post(&[("content-type", "text/plain")]).await.unwrap().status(), 415);
    assert_eq!(post(&[]).await.unwrap().status(), 415);
    assert_eq!(post(&[json, ("authorization", "Bearer a"), ("x-api-key", "b")]).await.unwrap().status(), 400);
    assert_eq!(server.runs(), 0);
    let allowed = post(&[json, ("origin", "https://app.example.com")]).await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example.com");
    assert_eq!(server.runs(), 1);
}

#[tokio::test]
async fn a_preflight_is_answered_for_listed_origins_only() {
    let server = TestServer::start(ServerLimits::default()).await;
    let ask = |origin: &'static str| {
        reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, server.url("/rpc"))
            .header("origin", origin)
            .send()
    };
    let listed = ask("https://app.example.com").await.unwrap();
    assert_eq!(listed.status(), 204);
    assert!(listed.headers()["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let foreign = ask("https://evil.example").await.unwrap();
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn one_address_can_be_too_busy() {
    let limits = ServerLimits { calls_per_second: 1, calls_burst: 3, ..Default::default() };
    let server = TestServer::start(limits).await;
    for _ in 0..3 {
        assert_eq!(server.post(call("test.count", json!({})).to_string()).await.0, 200);
    }
    let (status, reply) = server.post(call("test.count", json!({})).to_string()).await;
    assert_eq!((status, &reply["error"]["code"], reason(&reply)), (429, &json!(-32029), "rate_limited"));
    assert_eq!(reply["error"]["data"]["retryAfterMs"], 1_000);
}

#[tokio::test]
async fn readiness_follows_the_database_and_heals() {
    let limits = ServerLimits { probe_every: Duration::from_millis(20), ..Default::default() };
    let server = TestServer::start(limits).await;
    for (well, status, state) in
        [(true, 200, "ready"), (false, 503, "database_unavailable"), (true, 200, "ready")]
    {
        server.world.well.store(well, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(150)).await;
        let reply = reqwest::get(server.url("/health/ready")).await.unwrap();
        assert_eq!(reply.status(), status);
        assert_eq!(reply.json::<Value>().await.unwrap()["state"], state);
        assert_eq!(reqwest::get(server.url("/health/live")).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn the_plain_routes_answer_and_others_do_not_exist() {
    let server = TestServer::start(ServerLimits::default()).await;
    server.post(call("test.count", json!({})).to_string()).await;
    let get = |path: &'static str| reqwest::get(server.url(path));
    let document: Value = get("/openrpc.json").await.unwrap().json().await.unwrap();
    assert_eq!(document["openrpc"], "1.3.2");
    assert!(
        get("/").await.unwrap().headers()["content-security-policy"].to_str().unwrap().contains("sha256-")
    );
    let figures = get("/metrics").await.unwrap().text().await.unwrap();
    assert!(figures.contains(r#"fairlead_calls_total{method="test.count",outcome="ok"}"#), "{figures}");
    assert_eq!(get("/rpc").await.unwrap().status(), 405);
    assert_eq!(get("/nowhere").await.unwrap().status(), 404);
    assert_eq!(get("/rpc/../etc/passwd").await.unwrap().status(), 404);
    let put = reqwest::Client::new().put(server.url("/openrpc.json")).send().await.unwrap();
    assert_eq!((put.status().as_u16(), put.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
}
