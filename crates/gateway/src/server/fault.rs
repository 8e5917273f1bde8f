//! The errors the server itself answers with, before any method runs, in the one shape every error has on the wire.

use http::StatusCode;
use jsonrpsee::types::Id;
use rpc::{Code, RpcError};
use serde_json::{json, value::RawValue};

/// An error of the transport or of the JSON-RPC envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    code: Code,
    reason: &'static str,
    message: &'static str,
}

const fn fault(code: Code, reason: &'static str, message: &'static str) -> Fault {
    Fault { code, reason, message }
}

impl Fault {
    pub(crate) const NOT_JSON: Fault = fault(Code::ParseError, "not_json", "the request is not valid JSON");
    pub(crate) const DUPLICATE_KEY: Fault =
        fault(Code::BadRequest, "duplicate_key", "an object names the same key twice");
    pub(crate) const NUL_CHARACTER: Fault =
        fault(Code::BadRequest, "nul_character", "a text contains the character U+0000");
    pub(crate) const TOO_DEEP: Fault =
        fault(Code::BadRequest, "too_deep", "the request is nested too deeply");
    pub(crate) const BATCH_TOO_LARGE: Fault =
        fault(Code::BadRequest, "batch_too_large", "the batch holds too many calls; none was run");
    pub(crate) const NOT_A_CALL: Fault =
        fault(Code::BadRequest, "not_a_call", "not a JSON-RPC 2.0 call: jsonrpc, id, method, params");
    pub(crate) const NOT_IN_A_BATCH: Fault =
        fault(Code::BadRequest, "subscription_in_batch", "a subscription cannot be part of a batch");
    pub(crate) const NEEDS_A_WEBSOCKET: Fault =
        fault(Code::BadRequest, "needs_a_websocket", "a subscription needs a WebSocket");
    pub(crate) const TWO_CREDENTIALS: Fault =
        fault(Code::BadRequest, "two_credentials", "the request carries two different credentials");
    pub(crate) const NOT_AN_UPGRADE: Fault =
        fault(Code::BadRequest, "not_an_upgrade", "the WebSocket handshake is not complete");
    pub(crate) const MEDIA_TYPE: Fault =
        fault(Code::BadRequest, "not_plain_json", "send content-type: application/json, uncompressed");
    pub(crate) const NO_CREDENTIAL_OR_ORIGIN: Fault = fault(
        Code::Unauthorized,
        "no_credential",
        "a WebSocket without an Origin needs its credential in the upgrade's headers",
    );
    pub(crate) const FOREIGN_ORIGIN: Fault =
        fault(Code::Forbidden, "foreign_origin", "pages of this origin may not call");
    pub(crate) const NO_SUCH_METHOD: Fault =
        fault(Code::MethodNotFound, "no_such_method", "there is no such method");
    pub(crate) const INTERNAL: Fault = fault(
        Code::InternalServerError,
        "internal",
        "something went wrong here; the request id finds it in the log",
    );
    pub(crate) const TOO_SLOW: Fault =
        fault(Code::Timeout, "body_too_slow", "the request did not arrive in time");
    pub(crate) const TIMED_OUT: Fault =
        fault(Code::Timeout, "deadline_exceeded", "the call took too long and was stopped");
    pub(crate) const TOO_LARGE: Fault =
        fault(Code::PayloadTooLarge, "request_too_large", "the request is too large");
    pub(crate) const REPLY_TOO_LARGE: Fault =
        fault(Code::PayloadTooLarge, "reply_too_large", "the reply would be too large; ask for less");
    pub(crate) const NOT_RUN: Fault = fault(
        Code::PayloadTooLarge,
        "not_run",
        "this call was not run: the replies before it filled the batch's reply",
    );
    pub(crate) const TOO_MANY: Fault =
        fault(Code::TooManyRequests, "rate_limited", "too many calls from this address");
    pub(crate) const TOO_MANY_SUBSCRIPTIONS: Fault =
        fault(Code::TooManyRequests, "too_many_subscriptions", "this socket holds too many subscriptions");
    pub(crate) const BUSY: Fault = fault(Code::ServiceUnavailable, "busy", "the server is busy; try again");
    pub(crate) const STOPPING: Fault =
        fault(Code::ServiceUnavailable, "stopping", "the server is stopping; try again");

    /// The HTTP status where the transport itself refuses. Errors of calls travel in a reply with status 200.
    pub(crate) fn status(&self) -> StatusCode {
        if *self == Fault::MEDIA_TYPE {
            return StatusCode::UNSUPPORTED_MEDIA_TYPE;
        }
        StatusCode::from_u16(self.code.http_status()).expect("the table of codes holds real statuses")
    }

    pub(crate) fn number(&self) -> i32 {
        self.code.number()
    }

    pub(crate) fn reason(&self) -> &'static str {
        self.reason
    }

    pub(crate) fn retryable(&self) -> bool {
        self.code.retryable()
    }

    /// The whole reply: `{"jsonrpc", "id", "error"}`.
    pub(crate) fn reply(&self, id: &Id<'_>, path: Option<&str>, request_id: &str) -> Box<RawValue> {
        let error = RpcError {
            retry_after_ms: self.retryable().then_some(1_000),
            ..RpcError::new(self.code, self.reason, self.message)
        };
        let error = error.into_object(path.unwrap_or_default(), request_id);
        let reply = json!({ "jsonrpc": "2.0", "id": id, "error": error });
        RawValue::from_string(reply.to_string()).expect("a Value prints as JSON")
    }
}

/// The name used in metrics for an error number.
pub(crate) fn outcome(number: Option<i32>) -> &'static str {
    match number {
        None => "ok",
        Some(-32700) => "parse_error",
        Some(-32600) => "bad_request",
        Some(-32601) => "method_not_found",
        Some(-32602) => "invalid_params",
        Some(-32603) => "internal_or_unavailable",
        Some(-32001) => "unauthorized",
        Some(-32003) => "forbidden",
        Some(-32004) => "not_found",
        Some(-32008) => "timeout",
        Some(-32009) => "conflict",
        Some(-32012) => "precondition_failed",
        Some(-32013) => "payload_too_large",
        Some(-32022) => "unprocessable_content",
        Some(-32029) => "too_many_requests",
        Some(-32099) => "client_closed_request",
        Some(_) => "other",
    }
}
