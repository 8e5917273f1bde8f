//! The listening server: sockets in, replies out, and every limit between them. It hands the credential on with each call and
//! authorizes nobody.
//!
//! jsonrpsee holds the methods and runs subscriptions; the sockets are ours, because a server facing the internet needs limits on time
//! and share that its own accept loop does not have, and one shape for every error, which its WebSocket task does not let through.
//!
//! TLS ends at a proxy in front. Only HTTP/1.1 is spoken here.

mod access;
mod budgets;
mod calls;
mod fault;
mod health;
mod http;
mod io;
mod limits;
pub mod meta;
mod screen;
#[cfg(test)]
mod tests;
mod websocket;

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ::http::HeaderValue;
use hyper::{body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jsonrpsee::{ConnectionId, Methods};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use access::{Network, Origins};
pub use health::Probe;
pub use limits::ServerLimits;
pub use meta::{Outage, RequestMeta, Secret, Transport};

use budgets::{Budgets, Full, Seat};
use calls::Calls;
use health::Readiness;

/// What a server is made of.
pub struct Parts {
    pub methods: Methods,
    /// The OpenRPC document, as text.
    pub document: String,
    pub limits: ServerLimits,
    /// Origins of pages that may call, beside our own.
    pub origins: Origins,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<Network>,
    pub probe: Probe,
}

/// A running server. Dropping it stops it at once; [`Handle::stop`] lets calls end first.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Shared by all sockets of one server.
pub(crate) struct Shared {
    calls: Calls,
    limits: Arc<ServerLimits>,
    budgets: Budgets,
    origins: Origins,
    proxies: Vec<Network>,
    document: Bytes,
    schema_hash: HeaderValue,
    readiness: Readiness,
    /// No new work; what runs may end.
    draining: CancellationToken,
    /// Everything ends now.
    killed: CancellationToken,
    /// Counts the tasks that serve sockets.
    tasks: TaskTracker,
    next_socket: AtomicUsize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("readiness", &self.readiness).finish_non_exhaustive()
    }
}

/// What the kernel may hold for a client that does not read. Left to itself it grows to megabytes for each socket.
const SEND_BUFFER: u32 = 256 * 1024;

/// Binds an address, with buffers of a size we chose.
///
/// # Errors
/// When the address is taken, not ours, or not to be had.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As every server does on Unix: a restart must not wait for the last one's closed sockets.
    socket.set_reuseaddr(cfg!(unix))?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// Serves `parts` on a bound listener.
///
/// # Errors
/// When the listener cannot tell its address.
pub fn serve(listener: TcpListener, parts: Parts) -> std::io::Result<Handle> {
    let address = listener.local_addr()?;
    health::prometheus();
    let limits = Arc::new(parts.limits);
    let schema_hash = hex(&Sha256::digest(parts.document.as_bytes())[..16]);
    let shared = Arc::new(Shared {
        calls: Calls { methods: parts.methods, limits: limits.clone() },
        budgets: Budgets::new(&limits),
        limits,
        origins: parts.origins.with_own(address),
        proxies: parts.proxies,
        document: parts.document.into(),
        schema_hash: HeaderValue::from_str(&schema_hash).expect("hexadecimal digits are a header value"),
        readiness: Readiness::default(),
        draining: CancellationToken::new(),
        killed: CancellationToken::new(),
        tasks: TaskTracker::new(),
        next_socket: AtomicUsize::new(0),
    });
    let handle = Handle { address, shared: shared.clone() };
    tokio::spawn(accept(listener, shared.clone()));
    tokio::spawn(keep_house(shared, parts.probe));
    Ok(handle)
}

impl Handle {
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Whether calls can be served now, as `/health/ready` says it.
    pub fn is_ready(&self) -> bool {
        self.shared.readiness.state() == health::State::Ready
    }

    /// Stops in order: not ready, no new sockets, calls under way end (at most `drain_time`), the rest is cut.
    /// Returns whether everything ended by itself.
    pub async fn stop(self) -> bool {
        self.shared.readiness.stop();
        tokio::time::sleep(self.shared.limits.drain_notice).await;
        self.shared.draining.cancel();
        self.shared.tasks.close();
        let in_time =
            tokio::time::timeout(self.shared.limits.drain_time, self.shared.tasks.wait()).await.is_ok();
        self.shared.killed.cancel();
        in_time
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.readiness.stop();
        self.shared.draining.cancel();
        self.shared.killed.cancel();
    }
}

/// Takes sockets until the server drains.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (socket, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(it) => it,
                Err(error) => {
                    // Out of file descriptors, mostly. Trying again at once would only burn the processor.
                    tracing::warn!(%error, "a socket could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = shared.draining.cancelled() => return,
        };
        let is_proxy = shared.proxies.iter().any(|it| it.contains(peer.ip()));
        match shared.budgets.seat(peer.ip(), is_proxy) {
            Ok(seat) => {
                shared.tasks.spawn(attend(shared.clone(), socket, peer, seat));
            }
            Err(full) => turn_away(&socket, full),
        }
    }
}

/// Tells a socket we have no place for, without waiting for it to listen.
fn turn_away(socket: &TcpStream, full: Full) {
    let (status, reason) = match full {
        Full::Address => ("429 Too Many Requests", "sockets_per_address"),
        Full::Server => ("503 Service Unavailable", "sockets"),
    };
    http::refused(reason);
    let head =
        format!("HTTP/1.1 {status}\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    socket.try_write(head.as_bytes()).ok();
}

/// Serves one socket to its end.
async fn attend(shared: Arc<Shared>, socket: TcpStream, peer: SocketAddr, seat: Seat) {
    let _seat = seat;
    socket.set_nodelay(true).ok();
    let id = ConnectionId(shared.next_socket.fetch_add(1, Ordering::Relaxed));
    let place = http::Socket { id, peer: peer.ip() };
    let io = TokioIo::new(io::Impatient::new(socket, shared.limits.write_stall));
    let service = service_fn(|request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(http::handle(shared, place, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.header_time)
        .max_buf_size(64 * 1024)
        .serve_connection(io, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shared.killed.cancelled() => return,
        () = shared.draining.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = shared.killed.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Readiness and upkeep, until the server is gone.
async fn keep_house(shared: Arc<Shared>, probe: Probe) {
    let upkeep = async {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            health::prometheus().run_upkeep();
            shared.budgets.forget_the_quiet();
        }
    };
    tokio::select! {
        () = shared.readiness.watch(probe, shared.limits.probe_every, shared.limits.probe_time) => {}
        () = upkeep => {}
        () = shared.killed.cancelled() => {}
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
