//! Bodies and answers that are wrong on purpose.
use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use serde_json::Value as Json;

use super::error::ApiError;
use super::faults::FaultKind;

pub(super) type Body = BoxBody<Bytes, std::io::Error>;

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

pub(super) fn error_response(e: &ApiError) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(e.body()));
    *response.status_mut() = e.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    response
}

/// An answer that takes the place of the true one; `None` when the fault changes or delays the true one.
pub(super) fn instead(fault: &FaultKind) -> Option<Response<Body>> {
    let simple = |status: StatusCode, code: &'static str, message: &str| {
        Some(error_response(&ApiError::new(status, code, message)).map(full))
    };
    match fault {
        FaultKind::Status { status, code } => {
            let body = serde_json::json!([{ "message": "Refused by the fault menu", "errorCode": code }])
                .to_string();
            let mut response = Response::new(full(body));
            *response.status_mut() =
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
            Some(response)
        }
        FaultKind::Unauthorized => Some(error_response(&ApiError::invalid_session()).map(full)),
        FaultKind::RequestLimit => Some(error_response(&ApiError::limit_exceeded()).map(full)),
        FaultKind::TooManyRequests { retry_after } => {
            let e = ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "REQUEST_LIMIT_EXCEEDED",
                "ConcurrentRequests Limit exceeded.",
            );
            let mut response = error_response(&e).map(full);
            if let Some(value) = retry_after.header().and_then(|v| HeaderValue::from_str(&v).ok()) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            Some(response)
        }
        FaultKind::ServerError => {
            simple(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
        }
        FaultKind::Unavailable => simple(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVER_UNAVAILABLE",
            "The server is temporarily unable to respond to the request.",
        ),
        FaultKind::HtmlPage => {
            let page = "<!DOCTYPE html><html><head><title>Maintenance</title></head>\
                        <body><h1>We are down for maintenance.</h1></body></html>";
            let mut response = Response::new(full(page));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html;charset=UTF-8"));
            Some(response)
        }
        FaultKind::Redirect { location } => {
            let mut response = Response::new(full(""));
            *response.status_mut() = StatusCode::FOUND;
            let value = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
            response.headers_mut().insert(LOCATION, value);
            Some(response)
        }
        FaultKind::HugeBody { bytes, gzip } => Some(huge(*bytes, *gzip)),
        FaultKind::TruncatedJson
        | FaultKind::WrongTypes
        | FaultKind::SlowDrip { .. }
        | FaultKind::ResetMidBody
        | FaultKind::CursorLoop
        | FaultKind::Hang
        | FaultKind::Delay { .. }
        | FaultKind::Down
        | FaultKind::ExpiredToken
        | FaultKind::DeadRefreshToken => None,
    }
}

/// The true answer, spoiled.
pub(super) fn spoil(fault: &FaultKind, response: Response<Bytes>) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let body = match fault {
        FaultKind::TruncatedJson => full(body.slice(..body.len() / 2)),
        FaultKind::WrongTypes => full(change_types(&body)),
        FaultKind::SlowDrip { bytes_per_second } => drip(body, *bytes_per_second),
        FaultKind::ResetMidBody => {
            let mut response = Response::from_parts(parts, reset_half_way(&body));
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            return response;
        }
        _ => full(body),
    };
    Response::from_parts(parts, body)
}

/// Tenths of a second, and at least a byte each time.
fn drip(body: Bytes, bytes_per_second: u32) -> Body {
    let step = (bytes_per_second as usize / 10).max(1);
    let pause = Duration::from_secs_f64(step as f64 / f64::from(bytes_per_second.max(1)));
    let frames = stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(step.min(rest.len()));
        Some((Ok(Frame::data(piece)), rest))
    });
    BodyExt::boxed(StreamBody::new(frames))
}

/// Half of the body, then an error: the server closes the connection, which resets it.
fn reset_half_way(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let frames = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) => Some((Ok(Frame::data(half)), None)),
            None => {
                // Long enough for the first half to leave.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)), None))
            }
        }
    });
    BodyExt::boxed(StreamBody::new(frames))
}

const CHUNK: usize = 256 * 1024;

/// Made while it is read, so that it costs the stand-in nothing.
fn huge(bytes: u64, gzip: bool) -> Response<Body> {
    let start = br#"{"totalSize":1,"done":true,"records":[{"Id":""#.to_vec();
    let encoder = gzip.then(|| GzEncoder::new(Vec::new(), Compression::best()));
    let frames = stream::unfold((Some(start), bytes, encoder), |(start, left, mut encoder)| async move {
        if left == 0 {
            return None;
        }
        let plain = start.unwrap_or_else(|| vec![b'a'; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))]);
        let left = left.saturating_sub(plain.len() as u64);
        let piece = match &mut encoder {
            None => plain,
            Some(gz) => {
                let written =
                    gz.write_all(&plain).and_then(|()| if left == 0 { gz.try_finish() } else { gz.flush() });
                written.expect("writing to a vector cannot fail");
                std::mem::take(gz.get_mut())
            }
        };
        Some((Ok(Frame::data(Bytes::from(piece))), (None, left, encoder)))
    });
    let mut response = Response::new(BodyExt::boxed(StreamBody::new(frames)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    if gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Strings become numbers, numbers strings, booleans words; the frame of a query's answer stays readable.
fn change_types(body: &[u8]) -> Vec<u8> {
    fn change(v: &mut Json) {
        match v {
            Json::Object(map) => {
                map.iter_mut().filter(|(k, _)| *k != "attributes" && *k != "Id").for_each(|(_, v)| change(v))
            }
            Json::Array(list) => list.iter_mut().for_each(change),
            Json::String(_) => *v = Json::from(42),
            Json::Number(n) => *v = Json::from(format!("about {n}")),
            Json::Bool(b) => *v = Json::from(if *b { "yes" } else { "no" }),
            Json::Null => *v = Json::Array(Vec::new()),
        }
    }
    let Ok(mut json) = serde_json::from_slice::<Json>(body) else { return body.to_vec() };
    match json.get_mut("records") {
        Some(records) => change(records),
        None => change(&mut json),
    }
    json.to_string().into_bytes()
}
