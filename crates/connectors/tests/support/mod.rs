//! A stand-in org, authorised through the real flow, and a way to read it to the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use connectors::egress::{EgressClient, EgressLimits, EgressPolicy};
use connectors::{
    ConnectorError, Context, CredentialSink, Credentials, Cursor, Grant, OAuthApp, Page, Registry, Scope,
    Secret, Session, Unsaved,
};
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::json;

pub(crate) struct Org {
    pub(crate) vendor: SalesforceHandle,
    pub(crate) session: Session,
    pub(crate) saved: Arc<Saved>,
    pub(crate) scope: Scope,
}

/// Counts what is saved.
#[derive(Default)]
pub(crate) struct Saved(pub(crate) AtomicUsize);

#[async_trait]
impl CredentialSink for Saved {
    async fn save(&self, _: &Credentials) -> Result<(), Unsaved> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

pub(crate) fn egress() -> EgressClient {
    let limits = EgressLimits {
        connect_time: Duration::from_secs(2),
        total_time: Duration::from_secs(5),
        body_bytes: 8 * 1024 * 1024,
        redirects: 3,
    };
    EgressClient::new(EgressPolicy::allowing_private(), limits)
}

impl Org {
    pub(crate) async fn start(scale: f64) -> Self {
        Self::with(SalesforceOptions { scale, ..SalesforceOptions::default() }).await
    }

    pub(crate) async fn with(options: SalesforceOptions) -> Self {
        let vendor = Salesforce::start(options).await.unwrap();
        let connector = Registry::new().get("salesforce").unwrap();
        let settings = json!({ "loginUrl": vendor.base_url() });
        let app = app(&vendor);
        let credentials = authorise(&vendor, None).await.unwrap();
        let saved = Arc::new(Saved::default());
        let scope = Scope::everything(connector.descriptor());
        let session = Session::new(connector, egress(), settings, Some(app), credentials, saved.clone());
        Self { vendor, session, saved, scope }
    }

    /// Reads from `cursor` to the end of a run.
    pub(crate) async fn run(&self, mut cursor: Cursor) -> Result<Vec<Page>, ConnectorError> {
        let mut pages = Vec::new();
        loop {
            let page = self.session.fetch(&cursor, &self.scope).await?;
            cursor = page.next.clone();
            let done = page.done;
            pages.push(page);
            if done {
                return Ok(pages);
            }
        }
    }
}

pub(crate) fn app(vendor: &SalesforceHandle) -> OAuthApp {
    let options = vendor.options();
    OAuthApp {
        client_id: options.client_id.clone(),
        client_secret: Some(Secret::new(options.client_secret.clone())),
    }
}

/// The web server flow: the browser's part is one request whose redirect is not followed.
pub(crate) async fn authorise(
    vendor: &SalesforceHandle,
    verifier: Option<&str>,
) -> Result<Credentials, ConnectorError> {
    let (egress, settings, app) = (egress(), json!({ "loginUrl": vendor.base_url() }), app(vendor));
    let context = Context { egress: &egress, settings: &settings, app: Some(&app) };
    let connector = Registry::new().get("salesforce").unwrap();
    let callback: url::Url = "http://127.0.0.1:1/callback".parse().unwrap();
    let start = connector.begin_authorisation(context, &callback, "the state")?;
    #[expect(clippy::disallowed_types, reason = "this stands for the admin's browser")]
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let reply = browser.get(start.url).send().await.unwrap();
    let back: url::Url = reply.headers()["location"].to_str().unwrap().parse().unwrap();
    let parameter = |name| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(parameter("state"), "the state");
    let code_verifier = verifier.map_or(start.code_verifier, Secret::new);
    let grant = Grant::Code { code: Secret::new(parameter("code")), redirect_uri: callback, code_verifier };
    connector.authenticate(context, grant).await
}
