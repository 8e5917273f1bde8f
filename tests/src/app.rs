//! The program as it runs, on a database of the test's own and a port of the system's choice, beside a stand-in vendor.
#![expect(clippy::disallowed_types, reason = "it speaks to the stand-in that the test started")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use gateway::{
    app::Application,
    config::{Config, Overrides},
    host::Secrets,
    server::{self, Handle},
};
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use store::{Store, testing::TestDatabase};
use uuid::Uuid;

use crate::{Caller, Logs, Rows, Tenant};

/// A running server. Everything it needs ends with it.
pub struct TestApp {
    server: Handle,
    application: Application,
    secrets: Secrets,
    rows: Rows,
    salesforce: SalesforceHandle,
    logs: Logs,
    tenants: AtomicU8,
    // Last: the database is dropped when nobody uses it any more.
    database: TestDatabase,
}

impl TestApp {
    pub async fn start() -> TestApp {
        let logs = Logs::keep();
        let database = TestDatabase::start().await;
        let salesforce = Salesforce::start(SalesforceOptions {
            scale: 0.02,
            redirect_uris: vec![api::sample::REDIRECT_URI.to_owned()],
            ..SalesforceOptions::default()
        });
        let salesforce = salesforce.await.unwrap();
        let config = config(&database.app_url(), &salesforce);
        let secrets = Secrets::of(&config);
        let (application, server) = open(config).await;
        let rows = Rows::look(&database.superuser_url()).await;
        TestApp { server, application, secrets, rows, salesforce, logs, tenants: AtomicU8::new(0), database }
    }

    /// An organization with a member and a key for each role. The first one has the ids of the examples.
    pub async fn tenant(&self, slug: &str) -> Tenant {
        Tenant::create(self, self.tenants.fetch_add(1, Ordering::Relaxed), slug).await
    }

    /// An organization with the records of the examples as well.
    pub async fn seeded_tenant(&self, slug: &str) -> Tenant {
        let tenant = self.tenant(slug).await;
        crate::seed_sample(self, &tenant).await;
        tenant
    }

    pub fn caller(&self, credential: Option<String>) -> Caller {
        Caller::at(self.server.local_addr(), credential)
    }

    /// The tables, past every wall.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    pub fn salesforce(&self) -> &SalesforceHandle {
        &self.salesforce
    }

    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    pub(crate) fn store(&self) -> &Store {
        self.application.store()
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(crate) fn login_url(&self) -> &str {
        self.salesforce.base_url()
    }

    /// A token for the same session, issued so long ago that it has ended.
    pub(crate) fn old_token(&self, token: &str) -> String {
        let claims = self.secrets.tokens.verify(token, Utc::now()).unwrap();
        let old =
            self.secrets.tokens.issue(claims.grant, Uuid::new_v4(), Utc::now() - TimeDelta::minutes(10));
        old.expose().to_owned()
    }

    /// Where the vendor sends a browser that opens this page and agrees.
    pub(crate) async fn follow(&self, url: &str) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.get(url).send().await.unwrap();
        let location = answer.headers().get("location").unwrap_or_else(|| panic!("{answer:?}"));
        location.to_str().unwrap().to_owned()
    }
}

/// The settings as an operator writes them, with limits that a sweep does not reach.
fn config(database_url: &str, salesforce: &SalesforceHandle) -> Config {
    let folder = std::env::temp_dir().join(format!("fairlead-tests-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let file: PathBuf = folder.join("fairlead.toml");
    let (redirect, app) = (api::sample::REDIRECT_URI, salesforce.options());
    std::fs::write(
        &file,
        format!(
            "database_url = \"{database_url}\"\n\
             keys = \"test:{}\"\n\
             egress_allow = [\"127.0.0.1\"]\n\
             [limits]\n\
             calls_per_second = 100000\n\
             [connectors]\n\
             redirect_uris = [\"{redirect}\"]\n\
             [connectors.salesforce]\n\
             client_id = \"{}\"\n\
             client_secret = \"{}\"\n",
            "0b".repeat(32),
            app.client_id,
            app.client_secret
        ),
    )
    .unwrap();
    let config = Config::load(&Overrides { file: Some(file), ..Overrides::default() });
    std::fs::remove_dir_all(&folder).unwrap();
    config.unwrap_or_else(|error| panic!("{error}"))
}

/// The application, put together as `fairlead serve` does it, without a worker: a job that was asked for stays queued.
async fn open(config: Config) -> (Application, Handle) {
    let application = Application::open(config).await.unwrap_or_else(|error| panic!("{error}"));
    let mut parts = application.parts().unwrap_or_else(|error| panic!("{error}"));
    parts.limits.probe_every = Duration::from_millis(100);
    // A machine that is busy with other tests may take long to fill a line that nobody reads.
    parts.limits.write_stall = Duration::from_secs(180);
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let handle = server::serve(listener, parts).unwrap();
    (application, handle)
}

/// A server on a database that the test looks after itself.
pub async fn serve_on(database_url: &str, salesforce: &SalesforceHandle) -> (Application, Handle) {
    open(config(database_url, salesforce)).await
}
