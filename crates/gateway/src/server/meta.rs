//! What the transport knows about a request, for the code that decides who is calling. It carries the credential as it came and
//! does not judge it.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::{HeaderMap, HeaderName, header};
use uuid::Uuid;

/// Found in the extensions of every call: `extensions.get::<RequestMeta>()`.
#[derive(Debug, Clone)]
pub struct RequestMeta {
    /// Given by the client in `x-request-id` when well-formed, else made here. One for all calls of a batch.
    pub request_id: Arc<str>,
    /// The API key or access token, unverified.
    pub credential: Option<Secret>,
    /// The client's address: the socket's, or what a trusted proxy says it is.
    pub client: IpAddr,
    pub user_agent: Option<Arc<str>>,
    pub transport: Transport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Http,
    /// The credential is the upgrade's, for the socket's whole life: resolve rights at each call.
    WebSocket,
}

/// That the database did not answer a call of this request. The request's other calls need not wait for it again, or a batch would
/// wait as often as it has calls. In the extensions of every call, beside [`RequestMeta`].
#[derive(Debug, Clone, Default)]
pub struct Outage(Arc<AtomicBool>);

impl Outage {
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A text that must not reach a log: its `Debug` shows nothing, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Secret(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a request's credential cannot even be handed on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AmbiguousCredential;

static X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The one credential of a request. Two that differ are refused: a proxy and we might each believe another one.
/// A header we cannot read as `Bearer …` is handed on as it is, so that it is refused as garbage and not taken for absent.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Option<Secret>, AmbiguousCredential> {
    let mut found: Option<String> = None;
    let bearer = headers.get_all(header::AUTHORIZATION).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim().to_owned(),
            _ => text,
        }
    });
    let key =
        headers.get_all(&X_API_KEY).iter().map(|it| String::from_utf8_lossy(it.as_bytes()).trim().to_owned());
    for next in bearer.chain(key) {
        match &found {
            Some(first) if *first != next => return Err(AmbiguousCredential),
            _ => found = Some(next),
        }
    }
    Ok(found.map(Secret::new))
}

/// The client's request id if it is 1–64 characters of `A-Z a-z 0-9 . _ -`, else a new UUIDv7.
pub(crate) fn request_id(headers: &HeaderMap) -> Arc<str> {
    headers
        .get(&X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| (1..=64).contains(&text.len()))
        .filter(|text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)))
        .map_or_else(new_request_id, Arc::from)
}

pub(crate) fn new_request_id() -> Arc<str> {
    Uuid::now_v7().to_string().into()
}

pub(crate) fn user_agent(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(200).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(*name, value.parse().unwrap());
            map
        })
    }

    #[test]
    fn either_header_carries_the_credential_and_two_that_differ_are_refused() {
        let found = |pairs: &[_]| credential(&headers(pairs)).map(|it| it.map(|it| it.expose().to_owned()));
        assert_eq!(found(&[]), Ok(None));
        assert_eq!(found(&[("authorization", "bEARER  abc ")]), Ok(Some("abc".into())));
        assert_eq!(found(&[("x-api-key", "abc")]), Ok(Some("abc".into())));
        assert_eq!(found(&[("x-api-key", "abc"), ("authorization", "Bearer abc")]), Ok(Some("abc".into())));
        assert_eq!(found(&[("x-api-key", "abc"), ("authorization", "Bearer x")]), Err(AmbiguousCredential));
        assert_eq!(
            found(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]),
            Err(AmbiguousCredential)
        );
        assert_eq!(
            found(&[("authorization", "Basic eA==")]),
            Ok(Some("Basic eA==".into())),
            "garbage is not absence"
        );
    }

    #[test]
    fn a_request_id_is_taken_over_only_when_harmless() {
        assert_eq!(&*request_id(&headers(&[("x-request-id", "web-1.2_3")])), "web-1.2_3");
        for bad in ["", "a b", "<script>", &"a".repeat(65)] {
            let made = request_id(&headers(&[("x-request-id", bad)]));
            assert_eq!(Uuid::parse_str(&made).unwrap().get_version_num(), 7, "{bad}");
        }
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", Some(Secret::new("flk_live_abc"))).contains("abc"));
    }
}
