use futures::future::join_all;

use super::*;

const HEAD: &str =
    "POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n";

fn short() -> ServerLimits {
    ServerLimits {
        header_time: Duration::from_millis(300),
        body_time: Duration::from_millis(300),
        write_stall: Duration::from_millis(300),
        ..Default::default()
    }
}

#[tokio::test]
async fn slow_heads_are_cut() {
    let server = TestServer::start(short()).await;
    for part in ["", "P", "POST /rpc HTTP/1.1\r\nhost: x\r\n"] {
        let (took, _) = until_closed(server.raw(part.as_bytes()).await).await;
        assert!(took > Duration::from_millis(200) && took < Duration::from_secs(2), "{part:?} took {took:?}");
    }
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_all_the_same() {
    let server = TestServer::start(short()).await;
    let mut socket = server.raw(b"POST /rpc HTTP/1.1\r\n").await;
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if socket.write_all(b"x-a: b\r\n").await.is_err() {
            break;
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_body_that_trickles_in_is_cut_and_says_why() {
    let server = TestServer::start(short()).await;
    let mut socket = server.raw(HEAD.as_bytes()).await;
    let (mut read, mut write) = socket.split();
    let trickle = async {
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut heard = vec![0; 4096];
    let listen = tokio::time::timeout(Duration::from_secs(2), read.read(&mut heard));
    let got = tokio::select! { got = listen => got.unwrap().unwrap(), () = trickle => unreachable!() };
    let heard = String::from_utf8_lossy(&heard[..got]).into_owned();
    assert!(heard.starts_with("HTTP/1.1 408") && heard.contains("body_too_slow"), "{heard}");
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut() {
    let server = TestServer::start(short()).await;
    let body = call("test.big", json!({ "bytes": 3_000_000 })).to_string();
    let head = HEAD.replace("60", &body.len().to_string());
    let mut socket = server.narrow().await;
    socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    while server.runs() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.emptied().await;
    let (_, heard) = until_closed(socket).await;
    assert!(heard.len() < 2_000_000, "{}", heard.len());
    assert_eq!(server.runs(), 1);
}

#[tokio::test]
async fn a_thousand_slow_sockets_do_not_hurt_others() {
    let limits = ServerLimits { sockets_per_address: 5_000, http_in_flight: 8, ..Default::default() };
    let server = TestServer::start(limits).await;
    let kinds: [&[u8]; 3] = [b"", b"POST /rpc HTTP/1.1\r\n", HEAD.as_bytes()];
    let slow = join_all((0..1_000).map(|n| server.raw(kinds[n % 3]))).await;
    let client = reqwest::Client::new();
    let calls = (0..100).map(|_| client.post(server.url("/rpc")).json(&call("test.count", json!({}))).send());
    let replies = join_all(calls).await;
    assert!(replies.into_iter().all(|it| it.unwrap().status() == 200));
    assert_eq!(server.runs(), 100);
    drop(slow);
}

#[tokio::test]
async fn one_address_holds_only_so_many_sockets() {
    let server = TestServer::start(ServerLimits { sockets_per_address: 3, ..Default::default() }).await;
    let held = join_all((0..3).map(|_| server.raw(b"GET "))).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (_, heard) = until_closed(TcpStream::connect(server.address()).await.unwrap()).await;
    assert!(heard.starts_with("HTTP/1.1 429"), "{heard}");
    drop(held);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.post(call("test.count", json!({})).to_string()).await.0, 200);
}

#[tokio::test]
async fn a_server_with_no_turn_left_says_busy() {
    let server = TestServer::start(ServerLimits { http_in_flight: 1, ..Default::default() }).await;
    let long = server.post(call("test.sleep", json!({ "ms": 1_600 })).to_string());
    let other = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.post(call("test.count", json!({})).to_string()).await
    };
    let ((_, slept), (status, reply)) = tokio::join!(long, other);
    assert_eq!(slept["result"], "slept");
    assert_eq!((status, &reply["error"]["data"]["code"]), (503, &json!("SERVICE_UNAVAILABLE")));
    assert_eq!(reply["error"]["data"]["retryable"], true);
}
