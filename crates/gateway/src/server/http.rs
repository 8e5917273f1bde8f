//! Plain HTTP around the calls: routes, request bodies, status codes and headers.
//!
//! A JSON-RPC error of a call travels in a reply with status 200, as every client of JSON-RPC expects. Where the transport itself
//! refuses (415, 413, 429, 408, 403, 503 …) the status says so and the body is still a JSON-RPC error with `id: null`.

use std::{net::IpAddr, sync::Arc, time::Instant};

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use jsonrpsee::{ConnectionId, types::Id};
use serde_json::json;

use super::{
    Shared,
    access::{self, Origin},
    calls::{self, Line, Reply},
    fault::Fault,
    health::{self, State},
    meta::{self, Outage, RequestMeta, Transport},
    screen::Shape,
    websocket,
};

pub(crate) type Answer = Response<Full<Bytes>>;

/// What is known of the socket a request came on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Socket {
    pub(crate) id: ConnectionId,
    pub(crate) peer: IpAddr,
}

/// Answers one request, whatever it is.
pub(crate) async fn handle(shared: Arc<Shared>, socket: Socket, request: Request<Incoming>) -> Answer {
    let request_id = meta::request_id(request.headers());
    let origin = shared.origins.judge(request.headers());
    let mut answer = route(&shared, socket, request, &request_id, &origin).await;
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", value);
    }
    headers.insert("x-schema-hash", shared.schema_hash.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    access::cors(headers, &origin);
    answer
}

async fn route(
    shared: &Arc<Shared>,
    socket: Socket,
    request: Request<Incoming>,
    request_id: &Arc<str>,
    origin: &Origin,
) -> Answer {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    match request.uri().path() {
        "/rpc" => rpc(shared, socket, request, request_id, origin).await,
        "/openrpc.json" if *request.method() == Method::OPTIONS => preflight(origin),
        "/" | "/openrpc.json" | "/health/live" | "/health/ready" | "/metrics" if !is_get => {
            plain(StatusCode::METHOD_NOT_ALLOWED, "use GET\n", &[(header::ALLOW, "GET, HEAD")])
        }
        "/" => crate::explorer::page(),
        "/openrpc.json" => {
            let mut answer = Answer::new(shared.document.clone().into());
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            answer
        }
        "/health/live" => plain(StatusCode::OK, "live\n", &[]),
        "/health/ready" => ready(shared.readiness.state()),
        "/metrics" => figures(shared),
        _ => plain(StatusCode::NOT_FOUND, "there is nothing here\n", &[]),
    }
}

async fn rpc(
    shared: &Arc<Shared>,
    socket: Socket,
    request: Request<Incoming>,
    request_id: &Arc<str>,
    origin: &Origin,
) -> Answer {
    let refuse = |fault: Fault| refusal(fault, request_id);
    if *origin == Origin::Foreign {
        return refuse(Fault::FOREIGN_ORIGIN);
    }
    let headers = request.headers();
    let Ok(credential) = meta::credential(headers) else { return refuse(Fault::TWO_CREDENTIALS) };
    let meta = RequestMeta {
        request_id: request_id.clone(),
        credential,
        client: access::client(socket.peer, headers, &shared.proxies),
        user_agent: meta::user_agent(headers),
        transport: Transport::Http,
    };
    match *request.method() {
        Method::OPTIONS => preflight(origin),
        Method::GET if headers.contains_key(header::UPGRADE) => {
            if *origin == Origin::Absent && meta.credential.is_none() {
                return refuse(Fault::NO_CREDENTIAL_OR_ORIGIN);
            }
            let meta = RequestMeta { transport: Transport::WebSocket, ..meta };
            websocket::upgrade(shared, socket.id, meta, request).unwrap_or_else(refuse)
        }
        Method::POST => post(shared, socket, request, meta).await.unwrap_or_else(refuse),
        _ => plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "use POST, or GET to open a WebSocket\n",
            &[(header::ALLOW, "POST, GET")],
        ),
    }
}

async fn post(
    shared: &Arc<Shared>,
    socket: Socket,
    request: Request<Incoming>,
    meta: RequestMeta,
) -> Result<Answer, Fault> {
    let deadline = Instant::now() + shared.limits.request_time;
    if !is_plain_json(request.headers()) {
        return Err(Fault::MEDIA_TYPE);
    }
    let body = read(shared, request.into_body()).await?;
    let screened = shared.calls.screen(&body);
    let calls = if let Ok(Shape::Array(calls)) = screened { calls } else { 1 };
    if !shared.budgets.charge(meta.client, calls) {
        return Err(Fault::TOO_MANY);
    }
    // Malformed JSON is an error of JSON-RPC, not of HTTP: status 200, as any JSON-RPC client expects.
    let shape = match screened {
        Ok(shape) => shape,
        Err(fault) => {
            return Ok(spoken(Reply::Refused(fault, fault.reply(&Id::Null, None, &meta.request_id))));
        }
    };
    let _turn = shared.budgets.turn().await.ok_or(Fault::BUSY)?;
    let line = Line { meta, connection: socket.id, subscriptions: None, deadline, outage: Outage::default() };
    Ok(spoken(shared.calls.answer(shape, &body, &line).await))
}

/// The body, whole. Only then does a request take a turn to run: slow senders cost a socket and nothing else.
async fn read(shared: &Arc<Shared>, body: Incoming) -> Result<Bytes, Fault> {
    let most = shared.limits.body_bytes;
    if body.size_hint().lower() > most as u64 {
        discard(body, shared);
        return Err(Fault::TOO_LARGE);
    }
    let mut body = body;
    let whole = Limited::new(&mut body, most).collect();
    match tokio::time::timeout(shared.limits.body_time, whole).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            discard(body, shared);
            Err(Fault::TOO_LARGE)
        }
        Ok(Err(_broken_off)) => Err(Fault::NOT_JSON),
        Err(_elapsed) => Err(Fault::TOO_SLOW),
    }
}

/// Swallows a little of what is still coming, so that a client in the middle of sending can read our refusal
/// instead of seeing its connection reset.
fn discard(mut body: Incoming, shared: &Arc<Shared>) {
    let most = shared.limits.body_bytes.saturating_mul(4);
    tokio::spawn(async move {
        let swallow = async {
            let mut seen = 0;
            while let Some(Ok(frame)) = body.frame().await {
                seen += frame.data_ref().map_or(0, Bytes::len);
                if seen > most {
                    break;
                }
            }
        };
        // Either way the body is dropped at the end, and with it the connection.
        tokio::time::timeout(std::time::Duration::from_millis(500), swallow).await.ok();
    });
}

/// A page of another origin can send `text/plain` without asking, JSON it cannot. Compressed bodies are refused
/// because their size is only known too late.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let coding = headers.get(header::CONTENT_ENCODING);
    media.eq_ignore_ascii_case("application/json")
        && coding.is_none_or(|it| it.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn spoken(reply: Reply) -> Answer {
    match reply {
        Reply::Nothing => {
            let mut answer = Answer::default();
            *answer.status_mut() = StatusCode::NO_CONTENT;
            answer
        }
        Reply::Json(body) => json_body(StatusCode::OK, body),
        Reply::Refused(fault, body) => {
            refused(fault.reason());
            json_body(StatusCode::OK, calls::text(body))
        }
    }
}

/// The transport's own no.
fn refusal(fault: Fault, request_id: &str) -> Answer {
    refused(fault.reason());
    let mut answer = json_body(fault.status(), calls::text(fault.reply(&Id::Null, None, request_id)));
    if fault.retryable() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if matches!(fault, Fault::TOO_LARGE | Fault::TOO_SLOW) {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

pub(crate) fn refused(reason: &'static str) {
    metrics::counter!("fairlead_refused_total", "reason" => reason).increment(1);
}

fn preflight(origin: &Origin) -> Answer {
    let mut answer = plain(StatusCode::NO_CONTENT, "", &[]);
    if let Origin::Allowed(_) = origin {
        access::preflight(answer.headers_mut());
    }
    answer
}

fn ready(state: State) -> Answer {
    let status = if state == State::Ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_body(status, json!({ "ready": state == State::Ready, "state": state.as_str() }).to_string())
}

fn figures(shared: &Shared) -> Answer {
    metrics::gauge!("fairlead_sockets").set(shared.budgets.open_sockets(&shared.limits) as f64);
    metrics::gauge!("fairlead_websockets").set(shared.budgets.open_websockets(&shared.limits) as f64);
    metrics::gauge!("fairlead_ready").set(f64::from(u8::from(shared.readiness.state() == State::Ready)));
    let text = health::prometheus().render();
    let mut answer = Answer::new(text.into());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    answer
}

fn json_body(status: StatusCode, body: String) -> Answer {
    let mut answer = Answer::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn plain(status: StatusCode, body: &'static str, more: &[(header::HeaderName, &'static str)]) -> Answer {
    let mut answer = Answer::new(Bytes::from_static(body.as_bytes()).into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    for (name, value) in more {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
