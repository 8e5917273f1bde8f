use futures::{SinkExt, StreamExt};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderName, StatusCode},
        protocol::frame::coding::CloseCode,
    },
};

use super::*;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &TestServer, headers: &[(&'static str, &str)]) -> Result<Socket, StatusCode> {
    let mut request = format!("ws://{}/rpc", server.address()).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(reply)) => Err(reply.status()),
        Err(other) => panic!("{other}"),
    }
}

async fn signed_in(server: &TestServer) -> Socket {
    open(server, &[("authorization", "Bearer key-1")]).await.unwrap()
}

async fn next(socket: &mut Socket) -> Message {
    loop {
        let message =
            tokio::time::timeout(Duration::from_secs(5), socket.next()).await.unwrap().unwrap().unwrap();
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            return message;
        }
    }
}

async fn next_json(socket: &mut Socket) -> Value {
    serde_json::from_str(next(socket).await.to_text().unwrap()).unwrap()
}

async fn say(socket: &mut Socket, body: &Value) {
    socket.send(Message::text(body.to_string())).await.unwrap();
}

#[tokio::test]
async fn foreign_origins_and_nameless_strangers_are_refused_before_the_upgrade() {
    let server = TestServer::start(ServerLimits::default()).await;
    let status =
        async |headers: &[(&'static str, &str)]| open(&server, headers).await.err().map(|it| it.as_u16());
    assert_eq!(status(&[("origin", "https://evil.example")]).await, Some(403));
    assert_eq!(status(&[("origin", "https://evil.example"), ("authorization", "Bearer k")]).await, Some(403));
    assert_eq!(status(&[]).await, Some(401));
    assert_eq!(status(&[("authorization", "Bearer k")]).await, None);
    assert_eq!(status(&[("origin", "https://app.example.com")]).await, None);
    assert_eq!(status(&[("origin", &server.url(""))]).await, None, "our own explorer");
}

#[tokio::test]
async fn calls_and_errors_have_the_same_shapes_as_over_http() {
    let server = TestServer::start(ServerLimits::default()).await;
    let mut socket = signed_in(&server).await;
    say(&mut socket, &call("test.whoami", json!({}))).await;
    let reply = next_json(&mut socket).await;
    assert_eq!(
        (&reply["result"]["transport"], &reply["result"]["credential"]),
        (&json!("WebSocket"), &json!("key-1"))
    );
    for (body, why) in [("{x", "not_json"), ("[]", "not_a_call"), (r#"{"a":1,"a":2}"#, "duplicate_key")] {
        socket.send(Message::text(body)).await.unwrap();
        assert_eq!(reason(&next_json(&mut socket).await), why);
    }
    say(&mut socket, &call("test.nothing", json!({}))).await;
    assert_eq!(next_json(&mut socket).await["error"]["data"]["path"], "test.nothing");
    say(&mut socket, &json!(vec![call("test.count", json!({})); 51])).await;
    assert_eq!((reason(&next_json(&mut socket).await), server.runs()), ("batch_too_large", 0));
    say(&mut socket, &json!([call("test.count", json!({})), call("test.panic", json!({}))])).await;
    let reply = next_json(&mut socket).await;
    assert_eq!((&reply[0]["result"], reason(&reply[1])), (&json!(1), "internal"));
}

#[tokio::test]
async fn a_call_without_an_id_is_not_run_here_either() {
    let server = TestServer::start(ServerLimits::default()).await;
    let mut socket = signed_in(&server).await;
    say(&mut socket, &json!({ "jsonrpc": "2.0", "method": "test.count" })).await;
    say(&mut socket, &call("test.whoami", json!({}))).await;
    assert!(next_json(&mut socket).await["result"].is_object(), "the next reply is the next call's");
    assert_eq!(server.runs(), 0);
}

#[tokio::test]
async fn a_subscription_sends_its_id_first_and_then_its_messages() {
    let server = TestServer::start(ServerLimits { socket_subscriptions: 1, ..Default::default() }).await;
    let mut socket = signed_in(&server).await;
    say(&mut socket, &call("test.ticks", json!({}))).await;
    let id = next_json(&mut socket).await["result"].clone();
    for n in 0..3 {
        let message = next_json(&mut socket).await;
        assert_eq!(message["params"], json!({ "subscription": id, "result": n }), "{message}");
    }
    say(&mut socket, &call("test.ticks", json!({}))).await;
    assert_eq!(reason(&next_json(&mut socket).await), "too_many_subscriptions");
}

#[tokio::test]
async fn a_flood_of_frames_runs_only_so_many_calls_at_once() {
    let limits = ServerLimits { socket_in_flight: 8, calls_burst: 100_000, ..Default::default() };
    let server = TestServer::start(limits).await;
    let (mut send, mut receive) = signed_in(&server).await.split();
    let flood = tokio::spawn(async move {
        for _ in 0..400 {
            send.send(Message::text(call("test.sleep", json!({ "ms": 5 })).to_string())).await.unwrap();
        }
        send
    });
    let mut answered = 0;
    while answered < 400 {
        let message =
            tokio::time::timeout(Duration::from_secs(10), receive.next()).await.unwrap().unwrap().unwrap();
        answered += usize::from(message.is_text());
    }
    assert_eq!(server.world.most_running.load(Ordering::SeqCst), 8);
    drop(flood.await.unwrap());
}

#[tokio::test]
async fn a_flood_beyond_the_rate_is_refused_and_then_cut() {
    let limits = ServerLimits { calls_per_second: 1, calls_burst: 10, ..Default::default() };
    let server = TestServer::start(limits).await;
    let (mut send, mut receive) = signed_in(&server).await.split();
    let flood = tokio::spawn(async move {
        while send.send(Message::text(call("test.count", json!({})).to_string())).await.is_ok() {}
    });
    let mut last = None;
    while let Some(Ok(message)) = tokio::time::timeout(Duration::from_secs(10), receive.next()).await.unwrap()
    {
        last = Some(message);
    }
    assert!(server.runs() < 15, "{}", server.runs());
    if let Some(Message::Close(Some(frame))) = last {
        assert_eq!(frame.code, CloseCode::Policy);
    }
    flood.await.unwrap();
}

#[tokio::test]
async fn an_oversized_message_is_answered_and_ends_the_socket() {
    let server = TestServer::start(ServerLimits { frame_bytes: 10_000, ..Default::default() }).await;
    let mut socket = signed_in(&server).await;
    socket.send(Message::text("x".repeat(10_001))).await.unwrap();
    assert_eq!(next_json(&mut socket).await["error"]["code"], -32013);
    let Message::Close(Some(frame)) = next(&mut socket).await else { panic!("no close frame") };
    assert_eq!(frame.code, CloseCode::Size);
}

#[tokio::test]
async fn a_message_far_too_large_does_not_end_in_a_reset_before_its_answer_is_read() {
    let server = TestServer::start(ServerLimits { frame_bytes: 1_000_000, ..Default::default() }).await;
    for _ in 0..10 {
        let (mut send, mut receive) = signed_in(&server).await.split();
        let sending = tokio::spawn(async move {
            send.send(Message::text("x".repeat(3_500_000))).await.ok();
            send
        });
        let mut next = async || loop {
            let message = receive.next().await.unwrap().expect("a message, not a reset");
            if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
                return message;
            }
        };
        let answer = next().await;
        let answer: Value = serde_json::from_str(answer.to_text().unwrap()).unwrap();
        assert_eq!(reason(&answer), "request_too_large");
        let Message::Close(Some(frame)) = next().await else { panic!("no close") };
        assert_eq!(frame.code, CloseCode::Size);
        drop(sending.await.unwrap());
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_socket_that_never_reads_is_cut_and_its_calls_with_it() {
    let limits = ServerLimits { write_stall: Duration::from_millis(300), ..Default::default() };
    let server = TestServer::start(limits).await;
    let mut request = format!("ws://{}/rpc", server.address()).into_client_request().unwrap();
    request.headers_mut().insert("x-api-key", "k".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, server.narrow().await).await.unwrap();
    for _ in 0..10 {
        let big = call("test.big", json!({ "bytes": 300_000 }));
        if socket.send(Message::text(big.to_string())).await.is_err() {
            break;
        }
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_silent_socket_is_cut_and_one_that_answers_pings_is_kept() {
    let limits = ServerLimits {
        ping_every: Duration::from_millis(100),
        idle_time: Duration::from_millis(400),
        ..Default::default()
    };
    let server = TestServer::start(limits).await;
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let silent = server
        .raw(
            format!(
                "GET /rpc HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                 sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nx-api-key: k\r\n\r\n"
            )
            .as_bytes(),
        )
        .await;
    let mut lively = signed_in(&server).await;
    let (took, heard) = tokio::join!(until_closed(silent), async {
        let reading =
            tokio::time::timeout(Duration::from_secs(1), async { while lively.next().await.is_some() {} });
        assert!(reading.await.is_err(), "kept open");
    })
    .0;
    assert!(heard.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the handshake of RFC 6455: {heard}");
    assert!(took > Duration::from_millis(300) && took < Duration::from_secs(2), "{took:?}");
    say(&mut lively, &call("test.count", json!({}))).await;
    assert_eq!(next_json(&mut lively).await["result"], 1);
}

#[tokio::test]
async fn websockets_have_a_budget_of_their_own() {
    let server = TestServer::start(ServerLimits { websockets: 2, ..Default::default() }).await;
    let held = (signed_in(&server).await, signed_in(&server).await);
    assert_eq!(open(&server, &[("x-api-key", "k")]).await.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(server.post(call("test.count", json!({})).to_string()).await.0, 200, "HTTP goes on");
    drop(held);
}

#[tokio::test]
async fn stopping_answers_what_runs_and_says_goodbye() {
    let server = TestServer::start(ServerLimits::default()).await;
    let world = server.world.clone();
    let mut socket = signed_in(&server).await;
    say(&mut socket, &call("test.sleep", json!({ "ms": 300 }))).await;
    while world.running.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopping = tokio::spawn(server.handle.stop());
    assert_eq!(next_json(&mut socket).await["result"], "slept");
    let Message::Close(Some(frame)) = next(&mut socket).await else { panic!("no close frame") };
    assert_eq!(frame.code, CloseCode::Away);
    drop(socket);
    assert!(stopping.await.unwrap());
}
