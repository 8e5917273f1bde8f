//! A typed client: the method's own type goes out, its output comes back.
#![expect(
    clippy::disallowed_types,
    reason = "it speaks to our own server, at an address that its user chose"
)]

mod watch;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

use crate::{Code, FieldError, Method};

pub use watch::Watch;

/// Speaks to one server with one credential.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    credential: Option<String>,
}

/// What came back instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answered, and refused.
    #[error("{}: {}", .0.name, .0.message)]
    Refused(Box<Refused>),
    /// No answer, or none that could be understood.
    #[error("{message}")]
    Transport {
        message: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A server's refusal, as it was sent.
#[derive(Clone, Debug)]
pub struct Refused {
    pub number: i64,
    /// The tRPC name, such as `NOT_FOUND`.
    pub name: String,
    pub message: String,
    pub reason: String,
    pub retryable: bool,
    pub retry_after_ms: Option<u64>,
    pub fields: Vec<FieldError>,
    pub details: Map<String, Value>,
    pub request_id: String,
}

impl Refused {
    pub fn code(&self) -> Option<Code> {
        Code::from_name(&self.name)
    }
}

impl Client {
    /// `url` is the server's RPC address, such as `http://127.0.0.1:7400/rpc`.
    pub fn new(url: impl Into<String>, credential: Option<String>) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(40))
            .build()
            .map_err(|error| transport("the HTTP client could not be set up", error))?;
        Ok(Client { http, url: url.into(), credential })
    }

    /// # Errors
    /// The server's refusal, or that it could not be reached or understood.
    pub async fn call<M: Method>(&self, params: &M) -> Result<M::Output, ClientError> {
        let params =
            serde_json::to_value(params).map_err(|error| transport("the params are not JSON", error))?;
        let reply = self.call_raw(M::NAME, &params).await?;
        serde_json::from_str(reply.get())
            .map_err(|error| transport("the reply is not of the expected shape", error))
    }

    /// For callers that know the method by name only.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_raw(&self, method: &str, params: &Value) -> Result<Box<RawValue>, ClientError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = self.http.post(&self.url).json(&body);
        if let Some(credential) = &self.credential {
            request = request.bearer_auth(credential);
        }
        let reply = request.send().await.map_err(|error| transport("the server cannot be reached", error))?;
        let text = reply.text().await.map_err(|error| transport("the reply broke off", error))?;
        let reply: Reply =
            serde_json::from_str(&text).map_err(|error| transport("the reply is not JSON-RPC", error))?;
        match (reply.result, reply.error) {
            (_, Some(error)) => Err(ClientError::Refused(Box::new(error.into()))),
            (Some(result), None) => Ok(result),
            (None, None) => Err(transport("the reply has neither result nor error", std::fmt::Error)),
        }
    }
}

fn transport(message: &'static str, source: impl std::error::Error + Send + Sync + 'static) -> ClientError {
    ClientError::Transport { message, source: Box::new(source) }
}

#[derive(Deserialize)]
struct Reply {
    result: Option<Box<RawValue>>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    code: i64,
    message: String,
    #[serde(default)]
    data: WireData,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireData {
    code: String,
    reason: String,
    retryable: bool,
    retry_after_ms: Option<u64>,
    fields: Vec<FieldError>,
    details: Map<String, Value>,
    request_id: String,
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        let WireData { code, reason, retryable, retry_after_ms, fields, details, request_id } = error.data;
        Refused {
            number: error.code,
            name: code,
            message: error.message,
            reason,
            retryable,
            retry_after_ms,
            fields,
            details,
            request_id,
        }
    }
}
