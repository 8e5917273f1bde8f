//! An outside issuer's public keys: read when first needed, again when old or when a token names one we do not have,
//! and kept when the source fails.

use std::{path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use connectors::egress::{EgressClient, EgressLimits, EgressPolicy, Request};
use tenancy::Jwks;
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use crate::config::JwksSource;

/// The source is never asked more often, whatever tokens say: strangers can name keys that do not exist.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// A key that the issuer has withdrawn is trusted this long at most, while the source answers.
const OLD_AFTER: Duration = Duration::from_secs(600);
const LIMITS: EgressLimits = EgressLimits {
    connect_time: Duration::from_secs(3),
    total_time: Duration::from_secs(5),
    body_bytes: 256 * 1024,
    redirects: 0,
};

pub(super) struct IssuerKeys {
    source: Source,
    pub(super) again_after: Duration,
    current: ArcSwapOption<Held>,
    last_try: Mutex<Option<Instant>>,
}

pub(super) struct Held {
    pub(super) keys: Jwks,
    read_at: Instant,
}

enum Source {
    File(PathBuf),
    Url { client: EgressClient, url: Url },
}

impl IssuerKeys {
    pub(super) fn new(source: &JwksSource) -> Self {
        let source = match source {
            JwksSource::File(path) => Source::File(path.clone()),
            JwksSource::Url(url) => Source::Url { client: client(url), url: url.clone() },
        };
        IssuerKeys {
            source,
            again_after: AGAIN_AFTER,
            current: ArcSwapOption::empty(),
            last_try: Mutex::default(),
        }
    }

    /// The keys at hand. Only a caller who finds none waits for them.
    pub(super) async fn at_hand(&self) -> Option<Arc<Held>> {
        match self.current.load_full() {
            None => self.again().await,
            Some(held) if held.read_at.elapsed() < OLD_AFTER => Some(held),
            Some(held) => match self.last_try.try_lock() {
                Ok(last_try) => self.ask(last_try).await,
                Err(_) => Some(held),
            },
        }
    }

    /// The keys after asking the source once more, if it was not asked just before.
    pub(super) async fn again(&self) -> Option<Arc<Held>> {
        self.ask(self.last_try.lock().await).await
    }

    async fn ask(&self, mut last_try: tokio::sync::MutexGuard<'_, Option<Instant>>) -> Option<Arc<Held>> {
        if last_try.is_none_or(|it| it.elapsed() >= self.again_after) {
            *last_try = Some(Instant::now());
            match self.source.read().await {
                Ok(keys) => self.current.store(Some(Arc::new(Held { keys, read_at: Instant::now() }))),
                Err(problem) => tracing::warn!(
                    problem,
                    "an outside issuer's keys could not be read; the last good ones stay"
                ),
            }
        }
        self.current.load_full()
    }
}

impl Source {
    async fn read(&self) -> Result<Jwks, String> {
        let text = match self {
            Source::File(path) => tokio::fs::read_to_string(path).await.map_err(|error| error.to_string())?,
            Source::Url { client, url } => {
                let request = Request::get(url.clone()).header("accept", "application/json");
                let reply = client.send(request).await.map_err(|error| error.to_string())?;
                if !reply.status.is_success() {
                    return Err(format!("the source answered {}", reply.status.as_u16()));
                }
                String::from_utf8(reply.body).map_err(|_| "the answer is not text".to_owned())?
            }
        };
        Jwks::parse(&text).map_err(|error| error.to_string())
    }
}

/// The operator has named this very address, so it may be inside the house; nothing else may.
fn client(url: &Url) -> EgressClient {
    let place = url.host_str().zip(url.port_or_known_default()).map(|(host, port)| format!("{host}:{port}"));
    let policy = EgressPolicy { allow_hosts: place.into_iter().collect(), ..EgressPolicy::default() };
    EgressClient::new(policy, LIMITS)
}
