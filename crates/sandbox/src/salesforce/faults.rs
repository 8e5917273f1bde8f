//! The fault menu: what can go wrong, where, and at which request.
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One entry of the menu.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    pub kind: FaultKind,
    /// Which requests are meant.
    #[serde(default)]
    pub on: Endpoint,
    /// Only queries whose text, or requests whose path, contains this. Case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing: Option<String>,
    #[serde(default)]
    pub when: When,
}

impl Fault {
    /// This fault at every request to `on`.
    pub fn always(kind: FaultKind, on: Endpoint) -> Self {
        Self { kind, on, containing: None, when: When::Every }
    }

    /// This fault once, at the n-th request to `on` from now, counted from 1.
    pub fn nth(kind: FaultKind, on: Endpoint, n: u64) -> Self {
        Self { kind, on, containing: None, when: When::Nth(n) }
    }

    /// Only requests that contain this text.
    #[must_use]
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.containing = Some(text.into());
        self
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "name", deny_unknown_fields)]
pub enum FaultKind {
    /// Any status, with an error in the vendor's shape.
    Status {
        status: u16,
        code: String,
    },
    /// 401 INVALID_SESSION_ID, the token left as it is.
    Unauthorized,
    /// 403 REQUEST_LIMIT_EXCEEDED.
    RequestLimit,
    TooManyRequests {
        retry_after: RetryAfter,
    },
    ServerError,
    Unavailable,
    /// 200 with a page of HTML, as a proxy or a maintenance page gives.
    HtmlPage,
    /// The true answer, cut in the middle, with a matching Content-Length.
    TruncatedJson,
    /// The true answer with its values' types changed.
    WrongTypes,
    /// A JSON string that does not end before this many bytes; compressed about a thousandfold when `gzip`.
    HugeBody {
        bytes: u64,
        gzip: bool,
    },
    /// The true answer, some bytes at a time.
    SlowDrip {
        bytes_per_second: u32,
    },
    /// Half of the true answer, then a TCP reset.
    ResetMidBody,
    /// `done: false` and a `nextRecordsUrl` that leads to the same page for ever.
    CursorLoop,
    /// Accepted, never answered.
    Hang,
    /// The true answer, this much later.
    Delay {
        milliseconds: u64,
    },
    /// The connection is reset before any answer.
    Down,
    /// The presented access token expires at this request.
    ExpiredToken,
    /// The presented refresh token is revoked at this request.
    DeadRefreshToken,
    /// The true answer of another resource: a redirect to this address.
    Redirect {
        location: String,
    },
}

impl FaultKind {
    /// Its name on the control path.
    pub fn name(&self) -> String {
        let json = serde_json::to_value(self).expect("a fault serializes");
        json["name"].as_str().unwrap_or_default().to_owned()
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    Absent,
    Seconds(u32),
    /// An HTTP date this many seconds from now.
    DateIn(i64),
    /// A number no client should wait for.
    Absurd,
    /// Not a number and not a date.
    Garbage,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    #[default]
    Any,
    /// Everything under `/services/data`.
    Data,
    Authorize,
    Token,
    Revoke,
    Identity,
    Soap,
    Versions,
    Describe,
    Limits,
    Query,
    /// A page behind `nextRecordsUrl`.
    QueryMore,
    Record,
    Other,
}

impl Endpoint {
    pub(super) fn of(path: &str) -> Self {
        let Some(rest) = path.strip_prefix("/services/data") else {
            return match path {
                "/services/oauth2/authorize" | "/services/oauth2/authorize/decision" => Endpoint::Authorize,
                "/services/oauth2/token" => Endpoint::Token,
                "/services/oauth2/revoke" => Endpoint::Revoke,
                "/services/oauth2/userinfo" => Endpoint::Identity,
                p if p.starts_with("/id/") => Endpoint::Identity,
                p if p.starts_with("/services/Soap/") => Endpoint::Soap,
                _ => Endpoint::Other,
            };
        };
        let parts: Vec<&str> = rest.split('/').filter(|p| !p.is_empty()).skip(1).collect();
        match parts.as_slice() {
            [] => Endpoint::Versions,
            ["query" | "queryAll"] => Endpoint::Query,
            ["query" | "queryAll", _] => Endpoint::QueryMore,
            ["limits"] => Endpoint::Limits,
            ["sobjects"] | ["sobjects", _] | ["sobjects", _, "describe"] => Endpoint::Describe,
            ["sobjects", ..] => Endpoint::Record,
            _ => Endpoint::Other,
        }
    }

    fn covers(self, other: Endpoint) -> bool {
        use Endpoint::{Any, Data, Describe, Limits, Query, QueryMore, Record, Versions};
        match self {
            Any => true,
            Data => matches!(other, Versions | Describe | Limits | Query | QueryMore | Record),
            _ => self == other,
        }
    }
}

/// Which of the matching requests are hit; counted from 1, from the moment the fault was added.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    #[default]
    Every,
    Nth(u64),
    First(u64),
    From(u64),
    EveryNth(u64),
}

impl When {
    fn hits(self, count: u64) -> bool {
        match self {
            When::Every => true,
            When::Nth(n) => count == n,
            When::First(n) => count <= n,
            When::From(n) => count >= n,
            When::EveryNth(n) => n > 0 && count.is_multiple_of(n),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct FaultMenu {
    entries: Vec<(Fault, u64)>,
}

impl FaultMenu {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self { entries: faults.into_iter().map(|f| (f, 0)).collect() }
    }

    pub(super) fn add(&mut self, fault: Fault) {
        self.entries.push((fault, 0));
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn list(&self) -> Vec<Fault> {
        self.entries.iter().map(|(f, _)| f.clone()).collect()
    }

    /// Counts this request for every entry it matches and gives the first fault that is due.
    pub(super) fn due(&mut self, endpoint: Endpoint, path: &str, soql: Option<&str>) -> Option<FaultKind> {
        let mut due = None;
        for (fault, count) in &mut self.entries {
            let contains = fault.containing.as_ref().is_none_or(|text| {
                let text = text.to_lowercase();
                path.to_lowercase().contains(&text) || soql.is_some_and(|q| q.to_lowercase().contains(&text))
            });
            if fault.on.covers(endpoint) && contains {
                *count += 1;
                if due.is_none() && fault.when.hits(*count) {
                    due = Some(fault.kind.clone());
                }
            }
        }
        due
    }
}

impl RetryAfter {
    pub(super) fn header(self) -> Option<String> {
        Some(match self {
            RetryAfter::Absent => return None,
            RetryAfter::Seconds(n) => n.to_string(),
            RetryAfter::DateIn(secs) => {
                let at = chrono::Utc::now() + chrono::TimeDelta::seconds(secs);
                at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            }
            RetryAfter::Absurd => "99999999999999999999".into(),
            RetryAfter::Garbage => "soon".into(),
        })
    }
}

/// Longer than any client's patience, shorter than a leak.
pub(super) const HANG: Duration = Duration::from_secs(600);
