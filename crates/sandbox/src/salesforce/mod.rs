//! A stand-in for one Salesforce organization: OAuth 2.0, the REST query and describe resources, seeded data and faults, on
//! a loopback port. Written from the vendor's public documentation (REST API, SOQL and SOSL reference, OAuth flows).
mod auth;
mod control;
mod cursors;
mod describe;
mod error;
mod faults;
mod faulty_body;
mod generate;
mod id;
mod ledger;
mod mutate;
mod oauth;
mod org;
mod query;
mod rest;
mod row;
mod schema;
mod server;
mod soap;
mod soql;
mod time;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use auth::Account as SandboxLogin;
pub use faults::{Endpoint, Fault, FaultKind, RetryAfter, When};
pub use id::RecordId;
pub use ledger::LedgerEntry;
pub use mutate::{Changed, Changes, Mutation};
pub use row::Value;

/// How a stand-in is set up. `default()` is the demo's size on a free loopback port, with the data ending now.
#[derive(Clone, Debug)]
pub struct SalesforceOptions {
    /// The same seed and anchor give the same records, byte for byte.
    pub seed: u64,
    /// 1.0 is about 400 accounts, 4,000 people, 900 opportunities and 60,000 activities; all grow with it.
    pub scale: f64,
    pub listen: SocketAddr,
    pub faults: Vec<Fault>,
    /// The "now" at which the data ends; cut to seconds.
    pub anchor_time: DateTime<Utc>,
    /// What an earlier stand-in of the same data went through, oldest first: done again before anybody is served, so that
    /// this one goes on where that one ended.
    pub history: Vec<Mutation>,
    pub client_id: String,
    pub client_secret: String,
    /// Allowed callback addresses. Empty allows any on loopback.
    pub redirect_uris: Vec<String>,
    /// Answer the authorization request with a code at once, without the consent page.
    pub auto_approve: bool,
    pub require_pkce: bool,
    pub access_token_ttl: Duration,
    /// Give a new refresh token with each refresh and refuse the old one.
    pub rotate_refresh_tokens: bool,
    pub daily_api_limit: u64,
    /// For the username and password flow and the SOAP login.
    pub username: String,
    pub password: String,
}

impl Default for SalesforceOptions {
    fn default() -> Self {
        Self {
            seed: 42,
            scale: 1.0,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            faults: Vec::new(),
            anchor_time: Utc::now(),
            history: Vec::new(),
            client_id: "3MVG9sandboxConnectedApp.fairlead".into(),
            client_secret: "sandbox-client-secret".into(),
            redirect_uris: Vec::new(),
            auto_approve: true,
            require_pkce: true,
            access_token_ttl: Duration::from_secs(2 * 60 * 60),
            rotate_refresh_tokens: false,
            daily_api_limit: 1_000_000,
            username: "integration@sandbox.example".into(),
            password: "sandbox-password".into(),
        }
    }
}

/// Entry point: [`Salesforce::start`].
#[derive(Debug)]
pub struct Salesforce;

impl Salesforce {
    /// Generates the data, binds the port and serves until the handle is stopped or dropped.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn start(options: SalesforceOptions) -> std::io::Result<SalesforceHandle> {
        let listener = tokio::net::TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let (seed, scale, anchor) = (options.seed, options.scale, options.anchor_time.timestamp());
        let history = options.history.clone();
        let org = tokio::task::spawn_blocking(move || {
            let mut org = generate::organization(seed, scale, anchor);
            for earlier in history {
                mutate::mutate(&mut org, earlier.seed, earlier.at.timestamp());
            }
            org
        });
        let org = org.await.map_err(std::io::Error::other)?;
        let shared = Arc::new(Shared {
            base_url: format!("http://{address}"),
            auth: Mutex::new(auth::Auth::new(seed)),
            faults: Mutex::new(faults::FaultMenu::new(options.faults.clone())),
            ledger: Mutex::default(),
            cursors: Mutex::default(),
            org: RwLock::new(org),
            options,
        });
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped));
        Ok(SalesforceHandle { shared, stop, task: Some(task) })
    }
}

/// Everything the connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    base_url: String,
    options: SalesforceOptions,
    org: RwLock<org::Org>,
    auth: Mutex<auth::Auth>,
    faults: Mutex<faults::FaultMenu>,
    ledger: Mutex<ledger::Ledger>,
    cursors: Mutex<cursors::Cursors>,
}

/// A running stand-in. Dropping it stops the server.
#[derive(Debug)]
pub struct SalesforceHandle {
    shared: Arc<Shared>,
    stop: tokio::sync::watch::Sender<bool>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl SalesforceHandle {
    /// `http://127.0.0.1:PORT`: login URL and instance URL in one.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    pub fn options(&self) -> &SalesforceOptions {
        &self.shared.options
    }

    /// Stops accepting, closes every connection and waits until the port is free.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // A panic in the server has been reported by its own task.
            let _ = task.await;
        }
    }
}

impl Drop for SalesforceHandle {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A lock whose holder panicked is still good: every change under it is a single assignment or insertion.
fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
