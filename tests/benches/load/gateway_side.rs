//! The gateway on loopback, and a caller that costs next to nothing: requests made beforehand, replies only counted.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use api::routers::{account, activity, metrics, weekly_metric};
use gateway::{
    host::{CallQuota, Gateway, Secrets},
    server::{self, Origins, Parts, ServerLimits},
};
use rpc::Registry;
use serde_json::{Value, json};
use store::{Store, StoreConfig};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use super::{CONCURRENCY, Measured};

pub(crate) struct Served(server::Handle);

impl Served {
    pub(crate) async fn start(url: &str) -> anyhow::Result<Self> {
        let store = Store::connect(&StoreConfig::for_calls(url)).await?;
        let plenty = CallQuota {
            per_principal: 1_000_000.try_into().context("not zero")?,
            per_tenant: 1_000_000.try_into().context("not zero")?,
        };
        let ring = format!("k:{}", "0b".repeat(32)).parse()?;
        let gateway = Gateway::new(store, Secrets::new(ring, "http://localhost"), plenty);
        let mut registry = Registry::new(Arc::new(gateway));
        registry.register::<account::List>()?;
        registry.register::<account::Get>()?;
        registry.register::<activity::Record>()?;
        registry.register::<metrics::Summary>()?;
        registry.register::<metrics::Trend>()?;
        registry.register::<metrics::ListAlerts>()?;
        registry.register::<weekly_metric::Upsert>()?;
        let parts = Parts {
            methods: registry.into_module().into(),
            document: "{}".into(),
            limits: ServerLimits {
                calls_per_second: 1_000_000,
                calls_burst: 1_000_000,
                ..ServerLimits::default()
            },
            origins: Origins::default(),
            proxies: Vec::new(),
            probe: Arc::new(|| Box::pin(async { true })),
        };
        let listener = server::listen(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Ok(Served(server::serve(listener, parts)?))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr()
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}

/// A whole HTTP request.
pub(crate) fn request(key: &str, method: &str, params: &Value) -> Vec<u8> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    format!(
        "POST /rpc HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Makes calls, in turn and again and again, for `time` on all sockets, from a thread of its own.
pub(crate) async fn drive(
    address: SocketAddr,
    requests: &[Vec<u8>],
    time: Duration,
) -> anyhow::Result<Measured> {
    let requests: Arc<[Vec<u8>]> = requests.into();
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let begun = Instant::now();
            let callers: Vec<_> = (0..CONCURRENCY)
                .map(|n| tokio::spawn(caller(address, requests.clone(), n, begun + time)))
                .collect();
            let mut latencies = Vec::new();
            for caller in callers {
                latencies.extend(caller.await??);
            }
            Measured::of(latencies, begun.elapsed())
        })
    })
    .await?
}

/// The caller of a number makes every so-manieth request, so that no two of them make the same at once.
async fn caller(
    address: SocketAddr,
    requests: Arc<[Vec<u8>]>,
    number: usize,
    until: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut socket = Socket::open(address).await?;
    let mut latencies = Vec::with_capacity(100_000);
    for request in requests.iter().cycle().skip(number).step_by(CONCURRENCY) {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        socket.call(request).await?;
        latencies.push(begun.elapsed());
    }
    Ok(latencies)
}

/// One keep-alive connection.
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Socket {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Socket { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its reply to the end.
    ///
    /// # Errors
    /// When the reply is not a result.
    pub(crate) async fn call(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut whole = None;
        while whole.is_none_or(|length| self.buffer.len() < length) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server hung up");
            }
            if whole.is_none() {
                whole = length(&self.buffer)?;
            }
        }
        let body = &self.buffer[self.buffer.len().saturating_sub(whole.unwrap_or(0))..];
        if !body.windows(9).any(|part| part == b"\"result\":") {
            bail!("not a result: {}", String::from_utf8_lossy(&self.buffer));
        }
        Ok(())
    }
}

/// How long the reply is in all, once its head is there.
fn length(buffer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = buffer.windows(4).position(|part| part == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&buffer[..end])?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(Some(end + 4 + length.context("the reply does not say its length")??))
}
