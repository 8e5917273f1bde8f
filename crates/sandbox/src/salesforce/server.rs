//! The accept loop and what surrounds every request: faults, the ledger, resets. Knows no resource.
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::faults::{Endpoint, FaultKind, HANG};
use super::faulty_body::{self, Body, full};
use super::ledger::LedgerEntry;
use super::{Shared, control, held, oauth, rest, soap};

const MAX_REQUEST_BODY: usize = 10 << 20;

/// A request with its body read.
pub(super) struct Call {
    pub(super) method: http::Method,
    pub(super) uri: http::Uri,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    /// A parameter of the query string.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.uri.query()?;
        url::form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
    }

    pub(super) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.trim())
    }
}

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => socket,
                Err(e) => {
                    tracing::warn!(error = %e, "accepting a connection failed");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = until(&mut stopped) => break,
            Some(_) = connections.join_next() => continue,
        };
        connections.spawn(connection(socket, Arc::clone(&shared)));
    }
    connections.shutdown().await;
}

/// The guard that `wait_for` gives must not be held across the loop's awaits.
async fn until(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|s| *s).await);
}

async fn connection(socket: TcpStream, shared: Arc<Shared>) {
    // Small answers should not wait for the client's acknowledgement.
    let _ = socket.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let stream = Resettable { socket, reset: Arc::clone(&reset) };
    let service = service_fn(move |request| {
        let (shared, reset) = (Arc::clone(&shared), Arc::clone(&reset));
        async move { answer(&shared, &reset, request).await }
    });
    // Clients go away in the middle of things; that is theirs to report.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    shared: &Arc<Shared>,
    reset: &AtomicBool,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_REQUEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(status(StatusCode::PAYLOAD_TOO_LARGE).map(full)),
    };
    let call = Call { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    if call.path().starts_with("/_control/") {
        return Ok(control::answer(shared, &call).map(full));
    }
    let endpoint = Endpoint::of(call.path());
    let soql = if endpoint == Endpoint::Query { call.parameter("q") } else { None };
    let fault = held(&shared.faults).due(endpoint, call.path(), soql.as_deref());
    let mut entry = LedgerEntry {
        number: 0,
        at: chrono::Utc::now().timestamp_millis(),
        method: call.method.to_string(),
        path: call.path().to_owned(),
        endpoint,
        soql,
        status: 0,
        bytes: 0,
        fault: fault.as_ref().map(FaultKind::name),
    };
    if matches!(fault, Some(FaultKind::Hang | FaultKind::Down)) {
        held(&shared.ledger).record(entry);
        if fault == Some(FaultKind::Hang) {
            tokio::time::sleep(HANG).await;
        }
        reset.store(true, Ordering::Relaxed);
        return Err(io::Error::from(io::ErrorKind::ConnectionReset));
    }
    if let Some(response) = fault.as_ref().and_then(faulty_body::instead) {
        entry.status = response.status().as_u16();
        held(&shared.ledger).record(entry);
        return Ok(response);
    }
    match &fault {
        Some(FaultKind::ExpiredToken) => held(&shared.auth).expire(call.bearer().unwrap_or_default()),
        Some(FaultKind::DeadRefreshToken) => oauth::kill_presented_refresh_token(shared, &call),
        Some(FaultKind::Delay { milliseconds }) => {
            tokio::time::sleep(std::time::Duration::from_millis(*milliseconds)).await;
        }
        _ => {}
    }
    let mut response = route(shared, endpoint, &call);
    if fault == Some(FaultKind::CursorLoop) {
        response = rest::loop_cursor(shared, &call, response);
    }
    entry.status = response.status().as_u16();
    entry.bytes = response.body().len();
    held(&shared.ledger).record(entry);
    if fault == Some(FaultKind::ResetMidBody) {
        reset.store(true, Ordering::Relaxed);
    }
    Ok(match fault {
        Some(fault) => faulty_body::spoil(&fault, response),
        None => response.map(full),
    })
}

fn route(shared: &Arc<Shared>, endpoint: Endpoint, call: &Call) -> Response<Bytes> {
    match endpoint {
        Endpoint::Authorize => oauth::authorize(shared, call),
        Endpoint::Token => oauth::token(shared, call),
        Endpoint::Revoke => oauth::revoke(shared, call),
        Endpoint::Identity => oauth::identity(shared, call),
        Endpoint::Soap => soap::login(shared, call),
        _ => rest::answer(shared, endpoint, call),
    }
}

pub(super) fn status(code: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = code;
    response
}

pub(super) fn json(code: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = code;
    let value = http::HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, value);
    response
}

/// A socket that can be closed by a reset instead of an orderly end.
struct Resettable {
    socket: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            // Closing with nothing to linger for makes the kernel send RST.
            let _ = self.socket.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }
    fn is_write_vectored(&self) -> bool {
        true
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::Relaxed) {
            Poll::Ready(Ok(()))
        } else {
            Pin::new(&mut self.socket).poll_shutdown(cx)
        }
    }
}
