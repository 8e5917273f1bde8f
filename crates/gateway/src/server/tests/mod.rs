//! The server on real sockets, with limits short enough to wait for.
#![expect(clippy::disallowed_types, reason = "these tests speak to a server of their own")]

mod http;
mod slow;
mod stop;
mod websocket;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jsonrpsee::{RpcModule, types::ErrorObjectOwned};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::{Handle, Origins, Parts, RequestMeta, ServerLimits, listen, serve};

/// What the test methods leave behind.
#[derive(Debug, Default)]
struct World {
    runs: AtomicUsize,
    running: AtomicUsize,
    most_running: AtomicUsize,
    well: AtomicBool,
}

struct TestServer {
    handle: Handle,
    world: Arc<World>,
}

impl TestServer {
    async fn start(limits: ServerLimits) -> TestServer {
        let world = Arc::new(World::default());
        world.well.store(true, Ordering::SeqCst);
        let probed = world.clone();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let parts = Parts {
            methods: methods(world.clone()).into(),
            document: r#"{"openrpc":"1.3.2","methods":[]}"#.into(),
            limits,
            origins: Origins::new(["https://app.example.com".to_owned()]),
            proxies: Vec::new(),
            probe: Arc::new(move || {
                let well = probed.well.load(Ordering::SeqCst);
                Box::pin(async move { well })
            }),
        };
        TestServer { handle: serve(listener, parts).unwrap(), world }
    }

    fn address(&self) -> SocketAddr {
        self.handle.local_addr()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    fn runs(&self) -> usize {
        self.world.runs.load(Ordering::SeqCst)
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let reply = reqwest::Client::new()
            .post(self.url("/rpc"))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let status = reply.status().as_u16();
        let text = reply.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// A socket into which almost nothing fits that is not read.
    async fn narrow(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8_192).unwrap();
        socket.connect(self.address()).await.unwrap()
    }

    /// Until no socket is left.
    async fn emptied(&self) {
        let shared = &self.handle.shared;
        let begun = std::time::Instant::now();
        while shared.budgets.open_sockets(&shared.limits) + shared.budgets.open_websockets(&shared.limits) > 0
        {
            assert!(begun.elapsed() < Duration::from_secs(20), "sockets are still open");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn raw(&self, bytes: &[u8]) -> TcpStream {
        let mut socket = TcpStream::connect(self.address()).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        socket
    }
}

fn methods(world: Arc<World>) -> RpcModule<Arc<World>> {
    let mut module = RpcModule::new(world);
    module
        .register_async_method("test.count", |_, world, _| async move {
            world.runs.fetch_add(1, Ordering::SeqCst) + 1
        })
        .unwrap();
    module
        .register_async_method("test.sleep", |params, world, _| async move {
            let ms = params.parse::<Value>().unwrap()["ms"].as_u64().unwrap();
            let now = world.running.fetch_add(1, Ordering::SeqCst) + 1;
            world.most_running.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            world.running.fetch_sub(1, Ordering::SeqCst);
            world.runs.fetch_add(1, Ordering::SeqCst);
            "slept"
        })
        .unwrap();
    module
        .register_async_method("test.whoami", |_, _, extensions| async move {
            let meta = extensions.get::<RequestMeta>().unwrap();
            json!({
                "requestId": &*meta.request_id,
                "credential": meta.credential.as_ref().map(|it| it.expose()),
                "client": meta.client.to_string(),
                "userAgent": meta.user_agent.as_deref(),
                "transport": format!("{:?}", meta.transport),
            })
        })
        .unwrap();
    module
        .register_async_method("test.big", |params, world, _| async move {
            world.runs.fetch_add(1, Ordering::SeqCst);
            "x".repeat(params.parse::<Value>().unwrap()["bytes"].as_u64().unwrap() as usize)
        })
        .unwrap();
    module
        .register_async_method("test.refuse", |_, _, _| async move {
            let data = json!({ "code": "TIMEOUT", "reason": "of_the_method" });
            Err::<(), _>(ErrorObjectOwned::owned(-32008, "the method's own words", Some(data)))
        })
        .unwrap();
    module.register_async_method("test.panic", |_, _, _| async move { panic_now() }).unwrap();
    module
        .register_subscription("test.ticks", "test.tick", "test.stopTicks", |_, pending, _, _| async move {
            let sink = pending.accept().await?;
            for n in 0..3 {
                let text = serde_json::value::to_raw_value(&n).unwrap();
                sink.send(text).await?;
            }
            sink.closed().await;
            Ok(())
        })
        .unwrap();
    module
}

fn panic_now() -> usize {
    panic!("a bug, for a test")
}

fn call(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// Until the other side hangs up; how long that took, and what it said.
async fn until_closed(mut socket: TcpStream) -> (Duration, String) {
    let begun = std::time::Instant::now();
    let mut heard = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut heard)).await;
    match ended.expect("the server cuts the socket") {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
    }
    (begun.elapsed(), String::from_utf8_lossy(&heard).into_owned())
}

fn reason(reply: &Value) -> &str {
    reply["error"]["data"]["reason"].as_str().unwrap_or("none")
}
