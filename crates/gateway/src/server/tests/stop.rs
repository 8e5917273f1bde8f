use super::*;

#[tokio::test]
async fn stopping_lets_calls_end_and_takes_no_new_ones() {
    let server = TestServer::start(ServerLimits::default()).await;
    let (address, world) = (server.address(), server.world.clone());
    let body = call("test.sleep", json!({ "ms": 400 }));
    let running = tokio::spawn(reqwest::Client::new().post(server.url("/rpc")).json(&body).send());
    while world.running.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopping = tokio::spawn(server.handle.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(address).await.is_err(), "the listener is closed");
    let reply: Value = running.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(reply["result"], "slept");
    assert!(stopping.await.unwrap(), "nothing had to be cut");
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut() {
    let limits = ServerLimits { drain_time: Duration::from_millis(200), ..Default::default() };
    let server = TestServer::start(limits).await;
    let world = server.world.clone();
    let body = call("test.sleep", json!({ "ms": 20_000 }));
    let running = tokio::spawn(reqwest::Client::new().post(server.url("/rpc")).json(&body).send());
    while world.running.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begun = std::time::Instant::now();
    assert!(!server.handle.stop().await);
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(running.await.unwrap().is_err());
}

#[tokio::test]
async fn readiness_is_withdrawn_before_the_listener_closes() {
    let limits = ServerLimits { drain_notice: Duration::from_millis(400), ..Default::default() };
    let server = TestServer::start(limits).await;
    let url = server.url("/health/ready");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 200);
    let stopping = tokio::spawn(server.handle.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let reply = reqwest::get(&url).await.unwrap();
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.json::<Value>().await.unwrap()["state"], "stopping");
    assert!(stopping.await.unwrap());
}
