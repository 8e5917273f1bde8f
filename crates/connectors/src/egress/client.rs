//! Sending one request and reading its whole answer, within limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode};
use url::Url;

use super::address::EgressPolicy;
use super::resolver::{CheckedResolver, Lookup, Refused, SystemLookup};
use crate::error::ConnectorError;

/// How much a vendor may cost us in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EgressLimits {
    pub connect_time: Duration,
    /// From the first packet to the last byte, redirects included.
    pub total_time: Duration,
    /// Counted after decompression.
    pub body_bytes: usize,
    pub redirects: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(10),
            total_time: Duration::from_secs(120),
            body_bytes: 32 * 1024 * 1024,
            redirects: 3,
        }
    }
}

/// Why there is no answer. What the far side said is not in here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("no answer in time")]
    Timeout,
    #[error("not reachable")]
    Unreachable,
    #[error("the answer broke off")]
    Interrupted,
    #[error("the answer is larger than allowed")]
    TooLarge,
    #[error("too many redirects, or a broken one")]
    BadRedirect,
}

impl From<EgressError> for ConnectorError {
    fn from(error: EgressError) -> Self {
        match error {
            // One text for all refusals: which addresses exist inside is nobody's business.
            EgressError::Refused(_) => Self::InvalidRequest("the address is not allowed".into()),
            EgressError::Timeout => Self::Timeout,
            EgressError::Unreachable | EgressError::Interrupted => Self::Unavailable,
            EgressError::TooLarge => Self::Malformed("larger than allowed"),
            EgressError::BadRedirect => Self::Malformed("a redirect that leads nowhere"),
        }
    }
}

/// One request. Bodies are small and known whole.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Request {
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: None }
    }

    pub fn post_form(url: Url, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        Self { method: Method::POST, url, headers: HeaderMap::new(), body: Some(body.into_bytes()) }
            .with(reqwest::header::CONTENT_TYPE, form)
    }

    pub fn header(self, name: &'static str, value: &'static str) -> Self {
        self.with(HeaderName::from_static(name), HeaderValue::from_static(value))
    }

    /// A bearer token; it is marked so that it never shows in debug output, and dropped when a redirect changes the host.
    pub fn bearer(self, token: &str) -> Result<Self, EgressError> {
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| EgressError::Refused("the token cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(self.with(AUTHORIZATION, value))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// A whole answer.
#[derive(Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The server's clock, by its `Date` header.
    pub fn server_time(&self) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc2822(self.header("date")?).ok()?.to_utc())
    }
}

/// The client. Cheap to clone; share it.
#[derive(Clone)]
pub struct EgressClient {
    #[expect(clippy::disallowed_types, reason = "this is the one place where it is wrapped in checks")]
    http: reqwest::Client,
    policy: EgressPolicy,
    limits: EgressLimits,
}

impl EgressClient {
    pub fn new(policy: EgressPolicy, limits: EgressLimits) -> Self {
        Self::with_lookup(policy, limits, Arc::new(SystemLookup))
    }

    pub fn with_lookup(policy: EgressPolicy, limits: EgressLimits, lookup: Arc<dyn Lookup>) -> Self {
        #[expect(clippy::disallowed_types, reason = "this is the one place where it is wrapped in checks")]
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(CheckedResolver { policy: policy.clone(), lookup }))
            // A proxy would resolve names for us, unchecked.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect_time)
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_nodelay(true)
            .user_agent(concat!("Fairlead/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("the TLS back end is compiled in and its settings are constant");
        Self { http, policy, limits }
    }

    /// Whether `url` could be spoken to, as far as can be said without resolving its name.
    ///
    /// # Errors
    /// `Refused` with the rule.
    pub fn check(&self, url: &Url) -> Result<(), EgressError> {
        self.policy.check_url(url).map_err(EgressError::Refused)
    }

    /// Sends the request and reads the whole answer, whatever its status. Redirects are followed for GET only.
    ///
    /// # Errors
    /// See [`EgressError`].
    pub async fn send(&self, request: Request) -> Result<Reply, EgressError> {
        tokio::time::timeout(self.limits.total_time, self.send_following(request))
            .await
            .unwrap_or(Err(EgressError::Timeout))
    }

    async fn send_following(&self, mut request: Request) -> Result<Reply, EgressError> {
        for _ in 0..=self.limits.redirects {
            self.check(&request.url)?;
            let reply = self.send_once(&request).await?;
            if !reply.status.is_redirection() || reply.status == StatusCode::NOT_MODIFIED {
                return Ok(reply);
            }
            if request.method != Method::GET {
                return Err(EgressError::BadRedirect);
            }
            let location = reply.header(LOCATION.as_str()).ok_or(EgressError::BadRedirect)?;
            let next = request.url.join(location).map_err(|_| EgressError::BadRedirect)?;
            if next.origin() != request.url.origin() {
                request.headers.remove(AUTHORIZATION);
            }
            request.url = next;
        }
        Err(EgressError::BadRedirect)
    }

    async fn send_once(&self, request: &Request) -> Result<Reply, EgressError> {
        let mut outgoing =
            self.http.request(request.method.clone(), request.url.clone()).headers(request.headers.clone());
        if let Some(body) = &request.body {
            outgoing = outgoing.body(body.clone());
        }
        let mut response =
            outgoing.send().await.map_err(|error| refusal_or(error, EgressError::Unreachable))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let announced =
            headers.get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > self.limits.body_bytes) {
            return Err(EgressError::TooLarge);
        }
        let mut body = Vec::with_capacity(announced.unwrap_or(16 * 1024));
        while let Some(chunk) =
            response.chunk().await.map_err(|error| refusal_or(error, EgressError::Interrupted))?
        {
            if body.len() + chunk.len() > self.limits.body_bytes {
                return Err(EgressError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }
}

/// Finds our own refusal among the causes of the client's error.
fn refusal_or(error: reqwest::Error, otherwise: EgressError) -> EgressError {
    if error.is_timeout() {
        return EgressError::Timeout;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        if let Some(Refused(rule)) = current.downcast_ref::<Refused>() {
            return EgressError::Refused(rule);
        }
        cause = current.source();
    }
    otherwise
}

impl fmt::Debug for EgressClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressClient")
            .field("policy", &self.policy)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
