//! From the bytes of a request to the bytes of its reply, the same for both transports: screen, split a batch, find the method, run
//! it, measure it. It authorizes nobody; each method's own dispatch does that, alone or in a batch.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use futures::FutureExt;
use http::Extensions;
use jsonrpsee::{
    ConnectionId, MethodCallback, Methods,
    core::{
        id_providers::RandomStringIdProvider,
        server::{BoundedSubscriptions, MethodResponse, MethodSink, SubscriptionState},
    },
    types::{ErrorCode, Id, InvalidRequest, Notification, Params, Request},
};
use rpc::ResultSlot;
use serde_json::value::RawValue;
use tracing::Instrument;

use super::{
    fault::{Fault, outcome},
    limits::ServerLimits,
    meta::{Outage, RequestMeta},
    screen::{Shape, screen},
};

/// The methods, and the limits that hold for each request.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) methods: Methods,
    pub(crate) limits: Arc<ServerLimits>,
}

/// One request's surroundings.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) meta: RequestMeta,
    pub(crate) connection: ConnectionId,
    /// Where a subscription sends its messages; HTTP has no such place.
    pub(crate) subscriptions: Option<(MethodSink, BoundedSubscriptions)>,
    pub(crate) deadline: Instant,
    pub(crate) outage: Outage,
}

#[derive(Debug)]
pub(crate) enum Reply {
    /// Only notifications came. They are not run: a change without an answer is a change nobody can account for.
    Nothing,
    Json(String),
    /// The request as a whole was refused and nothing ran.
    Refused(Fault, Box<RawValue>),
}

impl Calls {
    /// How many calls `body` holds, so that each is charged to the rate limit; a request that cannot be read counts as one.
    pub(crate) fn screen(&self, body: &[u8]) -> Result<Shape, Fault> {
        screen(body, self.limits.json_depth, self.limits.batch_calls)
    }

    /// Answers a request that passed the screen.
    pub(crate) async fn answer(&self, shape: Shape, body: &[u8], line: &Line) -> Reply {
        let refuse =
            |fault: Fault| Reply::Refused(fault, fault.reply(&Id::Null, None, &line.meta.request_id));
        match shape {
            Shape::Scalar | Shape::Array(0) => refuse(Fault::NOT_A_CALL),
            Shape::Object => match self.entry(body, line, false).await {
                Some(reply) => Reply::Json(reply),
                None => Reply::Nothing,
            },
            Shape::Array(_) => match serde_json::from_slice::<Vec<&RawValue>>(body) {
                Ok(entries) => self.batch(&entries, line).await,
                Err(_) => refuse(Fault::NOT_JSON),
            },
        }
    }

    /// Runs a batch in order. Once its reply is full the rest is not run, and says so: an effect whose reply was
    /// thrown away would leave the client guessing.
    async fn batch(&self, entries: &[&RawValue], line: &Line) -> Reply {
        let mut replies = String::from("[");
        for entry in entries {
            let reply = if replies.len() > self.limits.reply_bytes {
                let Ok(call) = serde_json::from_str::<Request>(entry.get()) else { continue };
                Some(text(Fault::NOT_RUN.reply(&call.id, Some(&call.method), &line.meta.request_id)))
            } else {
                self.entry(entry.get().as_bytes(), line, true).await
            };
            if let Some(reply) = reply {
                if replies.len() > 1 {
                    replies.push(',');
                }
                replies.push_str(&reply);
            }
        }
        if replies.len() == 1 {
            return Reply::Nothing;
        }
        replies.push(']');
        Reply::Json(replies)
    }

    async fn entry(&self, raw: &[u8], line: &Line, in_batch: bool) -> Option<String> {
        let request_id = &line.meta.request_id;
        let Ok(call) = serde_json::from_slice::<Request>(raw) else {
            if serde_json::from_slice::<Notification<Option<&RawValue>>>(raw).is_ok() && !names_an_id(raw) {
                return None;
            }
            let id = serde_json::from_slice::<InvalidRequest>(raw).map_or(Id::Null, |it| it.id);
            return Some(text(Fault::NOT_A_CALL.reply(&id, None, request_id)));
        };
        let begun = Instant::now();
        let (label, result) = self.run(&call, line, in_batch).await;
        let (code, reply) = match result {
            Ok(None) => (None, None),
            Ok(Some(Answered { code, reply })) => (code, Some(reply)),
            Err(fault) => {
                (Some(fault.number()), Some(text(fault.reply(&call.id, Some(&call.method), request_id))))
            }
        };
        metrics::counter!("fairlead_calls_total", "method" => label, "outcome" => outcome(code)).increment(1);
        metrics::histogram!("fairlead_call_seconds", "method" => label).record(begun.elapsed().as_secs_f64());
        reply
    }

    /// The method's name for metrics (never the client's own text) and its reply; `Ok(None)` where it has answered already.
    async fn run(
        &self,
        call: &Request<'_>,
        line: &Line,
        in_batch: bool,
    ) -> (&'static str, Result<Option<Answered>, Fault>) {
        let Some((name, callback)) = self.methods.method_with_name(&call.method) else {
            return ("unknown", Err(Fault::NO_SUCH_METHOD));
        };
        let span = tracing::info_span!("call", method = name, request_id = %line.meta.request_id);
        let work = AssertUnwindSafe(self.invoke(callback, call, line, in_batch).instrument(span.clone()))
            .catch_unwind();
        let result = match tokio::time::timeout_at(line.deadline.into(), work).await {
            Ok(Ok(result)) => result,
            Ok(Err(_panic)) => {
                span.in_scope(|| tracing::error!("the handler panicked"));
                Err(Fault::INTERNAL)
            }
            Err(_elapsed) => Err(Fault::TIMED_OUT),
        };
        (name, result)
    }

    async fn invoke(
        &self,
        callback: &MethodCallback,
        call: &Request<'_>,
        line: &Line,
        in_batch: bool,
    ) -> Result<Option<Answered>, Fault> {
        let most = self.limits.reply_bytes;
        let params = Params::new(call.params.as_ref().map(|it| it.get()));
        let mut extensions = Extensions::new();
        extensions.insert(line.meta.clone());
        extensions.insert(line.connection);
        extensions.insert(line.outage.clone());
        let result = ResultSlot::default();
        extensions.insert(result.clone());
        let response = match callback {
            MethodCallback::Sync(it) => it(call.id.clone(), params, most, extensions),
            MethodCallback::Async(it) => {
                it(call.id.clone().into_owned(), params.into_owned(), line.connection, most, extensions).await
            }
            MethodCallback::Unsubscription(it) => {
                it(call.id.clone(), params, line.connection, most, extensions)
            }
            MethodCallback::Subscription(_) if in_batch => return Err(Fault::NOT_IN_A_BATCH),
            MethodCallback::Subscription(it) => {
                let (sink, bound) = line.subscriptions.as_ref().ok_or(Fault::NEEDS_A_WEBSOCKET)?;
                let permit = bound.acquire().ok_or(Fault::TOO_MANY_SUBSCRIPTIONS)?;
                let ids = RandomStringIdProvider::new(24);
                let state = SubscriptionState {
                    conn_id: line.connection,
                    id_provider: &ids,
                    subscription_permit: permit,
                };
                it(call.id.clone(), params, sink.clone(), state, extensions).await;
                // The subscription sent its own first reply, so that no message can overtake it.
                return Ok(None);
            }
        };
        if let Some(result) = result.take() {
            return success(&call.id, &result, most).map(Some);
        }
        let own_error = is_the_librarys_own(&response);
        match response.as_error_code() {
            Some(OVERSIZED_RESPONSE) if own_error => Err(Fault::REPLY_TOO_LARGE),
            Some(code) if own_error && code == ErrorCode::InternalError.code() => Err(Fault::INTERNAL),
            code => Ok(Some(Answered { code, reply: text(response.into_json()) })),
        }
    }
}

/// A reply, and its error's number where it is one.
struct Answered {
    code: Option<i32>,
    reply: String,
}

fn success(id: &Id<'_>, result: &RawValue, most: usize) -> Result<Answered, Fault> {
    let id = serde_json::to_string(id).map_err(|_| Fault::INTERNAL)?;
    let reply = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
    if reply.len() > most { Err(Fault::REPLY_TOO_LARGE) } else { Ok(Answered { code: None, reply }) }
}

pub(super) fn text(json: Box<RawValue>) -> String {
    String::from(Box::<str>::from(json))
}

/// jsonrpsee's number for a reply over its limit. It is also tRPC's TIMEOUT, hence the second look.
const OVERSIZED_RESPONSE: i32 = -32008;

/// Our errors carry an object in `data`; those that jsonrpsee makes by itself carry a text or nothing.
fn is_the_librarys_own(response: &MethodResponse) -> bool {
    response.is_error() && !response.as_ref().contains("\"data\":{")
}

/// A call whose `id` has a type JSON-RPC does not allow would otherwise pass as a notification and be dropped without a word.
fn names_an_id(raw: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    serde_json::from_slice::<Id>(raw).is_ok_and(|it| it.id.is_some())
}
