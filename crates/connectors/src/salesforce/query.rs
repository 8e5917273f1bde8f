//! Salesforce's REST API: asking, and understanding refusals.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::objects::Object;
use super::settings::Settings;
use super::sign_in::short;
use super::soql::Select;
use crate::connector::Context;
use crate::credentials::Credentials;
use crate::egress::{Reply, Request, retry_after};
use crate::error::ConnectorError;

/// The most that Salesforce hands out at once.
pub(super) const PAGE_ROWS: usize = 2_000;

/// One authorisation's view of one org.
pub(super) struct Api<'a> {
    context: Context<'a>,
    credentials: &'a Credentials,
    base: &'a Url,
    pub(super) settings: Settings,
}

/// One batch of a query's result.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch<'a> {
    pub(super) total_size: u64,
    pub(super) done: bool,
    pub(super) next_records_url: Option<String>,
    #[serde(borrow)]
    pub(super) records: Vec<&'a RawValue>,
}

/// What a query answered, before it is parsed: the batch borrows from it.
pub(super) struct Answer {
    body: Vec<u8>,
    /// The server's time when it was asked.
    pub(super) asked_at: DateTime<Utc>,
}

impl Answer {
    pub(super) fn batch(&self) -> Result<Batch<'_>, ConnectorError> {
        let batch: Batch<'_> = serde_json::from_slice(&self.body)
            .map_err(|_| ConnectorError::Malformed("not the result of a query"))?;
        match (batch.done, &batch.next_records_url) {
            (false, None) => Err(ConnectorError::Malformed("more rows, but no way to them")),
            (false, Some(_)) if batch.records.is_empty() => {
                Err(ConnectorError::Malformed("an empty page before the end"))
            }
            _ => Ok(batch),
        }
    }
}

/// Why a query brought nothing.
#[derive(Debug, PartialEq)]
pub(super) enum QueryError {
    /// The server has forgotten the result: ask again from the last row.
    LocatorExpired,
    /// A field or object in the query is not there any more.
    UnknownName,
    Other(ConnectorError),
}

impl From<ConnectorError> for QueryError {
    fn from(error: ConnectorError) -> Self {
        Self::Other(error)
    }
}

impl From<QueryError> for ConnectorError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::LocatorExpired => Self::Malformed("a result that disappears as it is read"),
            QueryError::UnknownName => Self::InvalidRequest("a field or object does not exist".into()),
            QueryError::Other(error) => error,
        }
    }
}

impl<'a> Api<'a> {
    pub(super) fn new(context: Context<'a>, credentials: &'a Credentials) -> Result<Self, ConnectorError> {
        let settings = Settings::read(context.settings)?;
        let base = credentials.base_url.as_ref();
        let base = base.ok_or(ConnectorError::AuthRequired { refreshable: credentials.is_refreshable() })?;
        Ok(Self { context, credentials, base, settings })
    }

    /// Whose eyes this view is through; never a secret.
    pub(super) fn identity(&self) -> &str {
        self.credentials.identity.as_deref().unwrap_or(self.base.as_str())
    }

    pub(super) async fn describe(&self, object: Object) -> Result<Vec<u8>, ConnectorError> {
        let url = self.url(&format!("sobjects/{}/describe", object.name()))?;
        let reply = self.get(url).await?;
        if reply.status.is_success() {
            return Ok(reply.body);
        }
        match self.refusal(&reply) {
            // An object that the user may not see does not exist for them.
            QueryError::UnknownName => Err(ConnectorError::Permission(object.name().to_owned())),
            QueryError::Other(ConnectorError::Permission(_)) => {
                Err(ConnectorError::Permission(object.name().to_owned()))
            }
            other => Err(other.into()),
        }
    }

    /// Asks a query, deleted rows included.
    pub(super) async fn query_all(&self, select: &Select) -> Result<Answer, QueryError> {
        let mut url = self.url("queryAll")?;
        url.query_pairs_mut().append_pair("q", &select.to_string());
        self.answer(url).await
    }

    /// The next batch of a query asked before.
    pub(super) async fn continue_at(&self, locator: &str) -> Result<Answer, QueryError> {
        // A path on the same host, and nothing else: the address was the vendor's to choose.
        if !locator.starts_with("/services/data/") || locator.contains("..") {
            return Err(ConnectorError::Malformed("a next page on another server").into());
        }
        let url = self
            .base
            .join(locator)
            .map_err(|_| ConnectorError::Malformed("a next page without an address"))?;
        if url.origin() != self.base.origin() {
            return Err(ConnectorError::Malformed("a next page on another server").into());
        }
        self.answer(url).await
    }

    async fn answer(&self, url: Url) -> Result<Answer, QueryError> {
        let asked = std::time::Instant::now();
        let reply = self.get(url).await?;
        if !reply.status.is_success() {
            return Err(self.refusal(&reply));
        }
        let elapsed = TimeDelta::from_std(asked.elapsed()).unwrap_or_default();
        // The header has whole seconds, rounded down; ours is the only other clock there is.
        let asked_at = reply.server_time().unwrap_or_else(Utc::now) - elapsed;
        Ok(Answer { body: reply.body, asked_at })
    }

    async fn get(&self, url: Url) -> Result<Reply, ConnectorError> {
        let request = Request::get(url)
            .bearer(self.credentials.access_token.expose())?
            .header("accept", "application/json")
            .header("sforce-query-options", "batchSize=2000");
        Ok(self.context.egress.send(request).await?)
    }

    fn url(&self, path: &str) -> Result<Url, ConnectorError> {
        self.base
            .join(&format!("/services/data/{}/{path}", self.settings.api_version))
            .map_err(|_| ConnectorError::InvalidRequest("the org's address cannot be used".into()))
    }

    fn refusal(&self, reply: &Reply) -> QueryError {
        refusal(reply, self.credentials.is_refreshable(), Utc::now())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    error_code: String,
    #[serde(default)]
    message: String,
}

/// Salesforce's status codes and error codes
/// (<https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>) as ours.
fn refusal(reply: &Reply, refreshable: bool, now: DateTime<Utc>) -> QueryError {
    let first =
        serde_json::from_slice::<Vec<Refusal>>(&reply.body).ok().and_then(|all| all.into_iter().next());
    let code = first.as_ref().map_or("", |refusal| refusal.error_code.as_str());
    let status = reply.status.as_u16();
    let words = first.as_ref().map_or("", |refusal| refusal.message.as_str());
    tracing::warn!(status, code = %short(code), message = %short(words), "the vendor refused a request");
    let wait = reply.header("retry-after");
    QueryError::Other(match (status, code) {
        (_, "INVALID_SESSION_ID" | "SESSION_EXPIRED") | (401, _) => {
            ConnectorError::AuthRequired { refreshable }
        }
        (429, _) => ConnectorError::RateLimited { until: retry_after(wait, now) },
        // The budget is counted over the last 24 hours, so some of it is free again within the hour.
        (_, "REQUEST_LIMIT_EXCEEDED") => ConnectorError::QuotaExhausted {
            until: wait.map_or(now + TimeDelta::hours(1), |wait| retry_after(Some(wait), now)),
        },
        (_, "INVALID_QUERY_LOCATOR") => return QueryError::LocatorExpired,
        (_, "INVALID_FIELD" | "INVALID_TYPE" | "NOT_FOUND") => return QueryError::UnknownName,
        (_, "QUERY_TIMEOUT") => ConnectorError::Timeout,
        (_, "SERVER_UNAVAILABLE" | "UNABLE_TO_LOCK_ROW" | "UNKNOWN_EXCEPTION") | (500.., _) => {
            ConnectorError::Unavailable
        }
        (403, _) => ConnectorError::Permission("the Salesforce API".into()),
        (400 | 404 | 414 | 431, _) if !code.is_empty() => {
            ConnectorError::InvalidRequest("Salesforce does not understand the query".into())
        }
        _ => ConnectorError::Malformed("neither a result nor a reason"),
    })
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    fn reply(status: u16, code: &str, retry_after: Option<&'static str>) -> Reply {
        let mut headers = HeaderMap::new();
        if let Some(wait) = retry_after {
            headers.insert("retry-after", wait.parse().unwrap());
        }
        let body = if code.starts_with('<') {
            code.into()
        } else {
            format!(r#"[{{"message":"secret words of the vendor","errorCode":"{code}"}}]"#)
        };
        Reply { status: StatusCode::from_u16(status).unwrap(), headers, body: body.into_bytes() }
    }

    #[test]
    fn refusals_have_a_name_and_none_repeats_the_vendors_words() {
        let now = DateTime::UNIX_EPOCH;
        let after = |seconds| now + TimeDelta::seconds(seconds);
        let table = [
            (
                401,
                "INVALID_SESSION_ID",
                None,
                QueryError::Other(ConnectorError::AuthRequired { refreshable: true }),
            ),
            (
                403,
                "REQUEST_LIMIT_EXCEEDED",
                None,
                QueryError::Other(ConnectorError::QuotaExhausted { until: after(3600) }),
            ),
            (
                403,
                "REQUEST_LIMIT_EXCEEDED",
                Some("60"),
                QueryError::Other(ConnectorError::QuotaExhausted { until: after(60) }),
            ),
            (
                403,
                "API_DISABLED_FOR_ORG",
                None,
                QueryError::Other(ConnectorError::Permission("the Salesforce API".into())),
            ),
            (429, "<html>", Some("7"), QueryError::Other(ConnectorError::RateLimited { until: after(7) })),
            (429, "<html>", None, QueryError::Other(ConnectorError::RateLimited { until: after(30) })),
            (400, "INVALID_QUERY_LOCATOR", None, QueryError::LocatorExpired),
            (400, "INVALID_FIELD", None, QueryError::UnknownName),
            (404, "NOT_FOUND", None, QueryError::UnknownName),
            (500, "UNKNOWN_EXCEPTION", None, QueryError::Other(ConnectorError::Unavailable)),
            (503, "<html>", None, QueryError::Other(ConnectorError::Unavailable)),
            (400, "QUERY_TIMEOUT", None, QueryError::Other(ConnectorError::Timeout)),
            (
                404,
                "<html>",
                None,
                QueryError::Other(ConnectorError::Malformed("neither a result nor a reason")),
            ),
        ];
        for (status, code, wait, expected) in table {
            let found = refusal(&reply(status, code, wait), true, now);
            assert!(!format!("{found:?}").contains("secret words"));
            assert_eq!(found, expected, "{status} {code}");
        }
    }
}
