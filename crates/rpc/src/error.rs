//! Every error a caller can see: tRPC's numbers and names, and one shape of `data`.

use std::borrow::Cow;

use jsonrpsee::types::ErrorObjectOwned;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The error codes of tRPC that this API uses. Several names share -32603 there, and so they do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    ParseError,
    BadRequest,
    MethodNotFound,
    InvalidParams,
    InternalServerError,
    ServiceUnavailable,
    Unauthorized,
    Forbidden,
    NotFound,
    Timeout,
    Conflict,
    PreconditionFailed,
    PayloadTooLarge,
    UnprocessableContent,
    TooManyRequests,
    ClientClosedRequest,
}

impl Code {
    pub const ALL: [Code; 16] = [
        Code::ParseError,
        Code::BadRequest,
        Code::MethodNotFound,
        Code::InvalidParams,
        Code::InternalServerError,
        Code::ServiceUnavailable,
        Code::Unauthorized,
        Code::Forbidden,
        Code::NotFound,
        Code::Timeout,
        Code::Conflict,
        Code::PreconditionFailed,
        Code::PayloadTooLarge,
        Code::UnprocessableContent,
        Code::TooManyRequests,
        Code::ClientClosedRequest,
    ];

    /// The name, JSON-RPC number and HTTP status, as tRPC pairs them.
    const fn row(self) -> (&'static str, i32, u16) {
        match self {
            Code::ParseError => ("PARSE_ERROR", -32700, 400),
            Code::BadRequest => ("BAD_REQUEST", -32600, 400),
            Code::MethodNotFound => ("METHOD_NOT_FOUND", -32601, 404),
            Code::InvalidParams => ("INVALID_PARAMS", -32602, 400),
            Code::InternalServerError => ("INTERNAL_SERVER_ERROR", -32603, 500),
            Code::ServiceUnavailable => ("SERVICE_UNAVAILABLE", -32603, 503),
            Code::Unauthorized => ("UNAUTHORIZED", -32001, 401),
            Code::Forbidden => ("FORBIDDEN", -32003, 403),
            Code::NotFound => ("NOT_FOUND", -32004, 404),
            Code::Timeout => ("TIMEOUT", -32008, 408),
            Code::Conflict => ("CONFLICT", -32009, 409),
            Code::PreconditionFailed => ("PRECONDITION_FAILED", -32012, 412),
            Code::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", -32013, 413),
            Code::UnprocessableContent => ("UNPROCESSABLE_CONTENT", -32022, 422),
            Code::TooManyRequests => ("TOO_MANY_REQUESTS", -32029, 429),
            Code::ClientClosedRequest => ("CLIENT_CLOSED_REQUEST", -32099, 499),
        }
    }

    pub const fn name(self) -> &'static str {
        self.row().0
    }

    pub const fn number(self) -> i32 {
        self.row().1
    }

    pub const fn http_status(self) -> u16 {
        self.row().2
    }

    pub fn from_name(name: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.name() == name)
    }

    /// Whether the same call may succeed later without anything being changed by the caller.
    pub const fn retryable(self) -> bool {
        matches!(self, Code::ServiceUnavailable | Code::Timeout | Code::TooManyRequests)
    }
}

/// One field that was not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// Where: field names and indexes joined by dots, empty for the params object itself.
    pub path: String,
    /// Which rule was broken: `required`, `unknown`, `type`, `range`, `length`, …
    pub rule: String,
    /// The rule in words.
    pub message: String,
}

impl FieldError {
    pub fn new(path: impl Into<String>, rule: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError { path: path.into(), rule: rule.into(), message: message.into() }
    }
}

/// The reason of [`RpcError::unavailable`].
pub const DATABASE_UNAVAILABLE: &str = "database_unavailable";

/// An error on its way to the caller. Its words are fixed or the domain's own: never a database's or vendor's.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    pub code: Code,
    pub message: Cow<'static, str>,
    /// Which refusal, in snake_case; clients branch on it.
    pub reason: String,
    pub fields: Vec<FieldError>,
    pub retry_after_ms: Option<u64>,
    /// What the refusal adds, in its own fields.
    pub details: Map<String, Value>,
    /// The method whose answer this is, where that is another than the one that was called.
    pub about: Option<&'static str>,
}

impl RpcError {
    pub fn new(code: Code, reason: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        RpcError {
            code,
            message: message.into(),
            reason: reason.into(),
            fields: Vec::new(),
            retry_after_ms: None,
            details: Map::new(),
            about: None,
        }
    }

    /// One answer for every credential that does not speak for anybody.
    pub fn unauthorized() -> Self {
        Self::new(
            Code::Unauthorized,
            "unauthenticated",
            "sign in first: the credential is missing or not valid",
        )
    }

    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "role_too_low", "your role does not allow this")
    }

    pub fn invalid_params(fields: Vec<FieldError>) -> Self {
        let message: Cow<'static, str> = match fields.as_slice() {
            [one] if one.path.is_empty() => one.message.clone().into(),
            [one] => format!("{}: {}", one.path, one.message).into(),
            many => format!("{} fields are not valid", many.len()).into(),
        };
        RpcError { fields, ..Self::new(Code::InvalidParams, "invalid_params", message) }
    }

    pub fn internal() -> Self {
        Self::new(
            Code::InternalServerError,
            "internal",
            "something went wrong here; the request id finds it in the log",
        )
    }

    pub fn unavailable() -> Self {
        RpcError {
            retry_after_ms: Some(1000),
            ..Self::new(
                Code::ServiceUnavailable,
                DATABASE_UNAVAILABLE,
                "the database cannot be reached; try again shortly",
            )
        }
    }

    pub fn timeout() -> Self {
        Self::new(Code::Timeout, "deadline_exceeded", "the call took too long and was stopped")
    }

    /// The `data` member every error carries.
    pub fn data(&self, path: &str, request_id: &str) -> Value {
        let mut data = json!({
            "code": self.code.name(),
            "httpStatus": self.code.http_status(),
            "path": path,
            "reason": self.reason,
            "retryable": self.code.retryable(),
            "requestId": request_id,
        });
        if let Some(ms) = self.retry_after_ms {
            data["retryAfterMs"] = ms.into();
        }
        if !self.fields.is_empty() {
            data["fields"] = json!(self.fields);
        }
        if !self.details.is_empty() {
            data["details"] = Value::Object(self.details.clone());
        }
        data
    }

    pub fn into_object(self, path: &str, request_id: &str) -> ErrorObjectOwned {
        let data = self.data(self.about.unwrap_or(path), request_id);
        ErrorObjectOwned::owned(self.code.number(), self.message.into_owned(), Some(data))
    }
}

/// The schema of every error's `data`, for the document.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ErrorData")]
pub(crate) struct ErrorData {
    /// The error's name in tRPC.
    pub code: Code,
    /// The HTTP status that the error corresponds to.
    pub http_status: u16,
    /// The method that was called; empty when the call never reached one.
    pub path: String,
    /// Which refusal, in snake_case.
    pub reason: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// When to try again at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With INVALID_PARAMS: every field that was not as it must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<FieldError>>,
    /// What the refusal adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Map<String, Value>>,
    /// The request, as in the server's log.
    pub request_id: String,
}
