//! A stand-in Salesforce in a process of its own, a tenant whose connector reads it, and the runner that does: as in
//! production, but for the vault, which seals nothing.
#![expect(clippy::unwrap_used, reason = "a measurement or a test that cannot go on ends")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use canonical::ConnectorId;
use chrono::Utc;
use connectors::egress::{EgressClient, EgressLimits, EgressPolicy};
use connectors::{Connector, Context, Credentials, Grant, OAuthApp, Registry, Secret};
use sandbox::{Salesforce, SalesforceOptions};
use serde_json::json;
use store::connectors::{NewConnector, SealedCredentials};
use store::jobs::{JobId, JobRecord};
use store::{Actor, DataKeyId, Store, TenantId};
use tokio_postgres::NoTls;
use uuid::Uuid;
use workflows::score::{self, ScoringWorkflow};
use workflows::sync::{
    CredentialVault, SyncInput, SyncServices, SyncWorkflow, Trigger, VaultError, enqueue_sync,
};
use workflows::{Runner, RunnerConfig};

/// Set for a child process of this very program that is to be the stand-in, to its scale.
const STAND_IN: &str = "FAIRLEAD_CHILD_STAND_IN";

/// The whole life of the child: serves until its parent has closed its input, by ending or by dying.
pub(crate) fn be_the_stand_in_if_asked() -> bool {
    let Ok(scale) = std::env::var(STAND_IN) else { return false };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let scale = scale.parse().unwrap();
        let org =
            Salesforce::start(SalesforceOptions { scale, ..SalesforceOptions::default() }).await.unwrap();
        println!("{}", org.base_url());
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    });
    true
}

/// The vendor, at a distance.
pub(crate) struct StandIn {
    child: Child,
    pub(crate) url: String,
}

impl StandIn {
    pub(crate) fn start(scale: f64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(STAND_IN, scale.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    #[allow(dead_code, reason = "only the benchmark counts its time")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn salesforce() -> Arc<dyn Connector> {
    Registry::new().get("salesforce").unwrap()
}

pub(crate) fn egress() -> EgressClient {
    EgressClient::new(EgressPolicy::allowing_private(), EgressLimits::default())
}

pub(crate) fn app() -> OAuthApp {
    let options = SalesforceOptions::default();
    OAuthApp { client_id: options.client_id, client_secret: Some(Secret::new(options.client_secret)) }
}

/// Opens what it sealed, which is everything.
struct OpenVault(DataKeyId);

#[async_trait]
impl CredentialVault for OpenVault {
    async fn open(
        &self,
        _: TenantId,
        _: ConnectorId,
        sealed: &SealedCredentials,
    ) -> Result<Credentials, VaultError> {
        Credentials::from_bytes(&sealed.sealed).map_err(|_| VaultError::Unreadable)
    }

    async fn seal(
        &self,
        _: TenantId,
        _: ConnectorId,
        version: i64,
        credentials: &Credentials,
    ) -> Result<SealedCredentials, VaultError> {
        Ok(SealedCredentials { sealed: credentials.to_bytes().to_vec(), key_id: self.0, version })
    }
}

pub(crate) fn runner(store: &Store, key: Uuid, config: RunnerConfig) -> Runner {
    let services = SyncServices {
        connectors: vec![salesforce()],
        vault: Arc::new(OpenVault(DataKeyId(key))),
        egress: egress(),
        apps: HashMap::from([("salesforce".to_owned(), app())]),
    };
    Runner::new(store.clone(), config).with(SyncWorkflow::new(services)).with(ScoringWorkflow)
}

/// A tenant with one connector that is authorised to read the stand-in.
pub(crate) struct Tenant {
    pub(crate) store: Store,
    pub(crate) superuser: tokio_postgres::Client,
    pub(crate) id: TenantId,
    pub(crate) connector: ConnectorId,
    pub(crate) key: Uuid,
    pub(crate) credentials: Credentials,
}

impl Tenant {
    pub(crate) async fn new(store: Store, superuser_url: &str, id: TenantId, vendor: &str) -> Self {
        let superuser = connect(superuser_url).await;
        let key = Uuid::now_v7();
        let sql = format!(
            "INSERT INTO tenant_keys (tenant_id, id, kek_id, wrapped_key) VALUES ('{id}', '{key}', 'test', '')"
        );
        superuser.batch_execute(&sql).await.unwrap();
        let (settings, egress, app) = (json!({ "loginUrl": vendor }), egress(), app());
        let context = Context { egress: &egress, settings: &settings, app: Some(&app) };
        let credentials = salesforce().authenticate(context, Grant::ClientCredentials).await.unwrap();
        let mut tx = store.tenant(id).await.unwrap();
        let new = NewConnector {
            connector_type: "salesforce",
            name: "Salesforce",
            settings: &settings,
            schedule: None,
            created_by: None,
        };
        let connector = store::connectors::create_connector(&mut tx, &new).await.unwrap().id();
        let sealed = OpenVault(DataKeyId(key)).seal(id, connector, 1, &credentials).await.unwrap();
        store::connectors::set_credentials(&mut tx, connector, &sealed).await.unwrap();
        tx.commit().await.unwrap();
        Self { store, superuser, id, connector, key, credentials }
    }

    pub(crate) async fn enqueue_sync(&self) -> JobId {
        let input = SyncInput {
            connector_id: self.connector,
            full_sync: true,
            trigger: Trigger::Manual,
            then_score: false,
        };
        let mut tx = self.store.tenant(self.id).await.unwrap();
        let job = enqueue_sync(&mut tx, input, Actor::System, None, Utc::now()).await.unwrap();
        tx.commit().await.unwrap();
        job.id
    }

    /// A scoring run at an instant of the past, so that its result is the same whenever it runs.
    pub(crate) async fn enqueue_scoring_as_of(&self, instant: &str) -> JobId {
        let mut tx = self.store.tenant(self.id).await.unwrap();
        let job = score::enqueue_scoring(&mut tx, score::Trigger::Manual, Actor::System, Utc::now());
        let job = job.await.unwrap().id;
        tx.commit().await.unwrap();
        let sql = format!(
            "INSERT INTO scoring_runs (tenant_id, id, job_id, trigger, status, as_of) \
             VALUES ('{}', '{1}', '{1}', 'manual', 'running', '{instant}')",
            self.id, job.0
        );
        self.superuser.batch_execute(&sql).await.unwrap();
        job
    }

    pub(crate) async fn job(&self, id: JobId) -> JobRecord {
        let mut tx = self.store.tenant(self.id).await.unwrap();
        let job = store::jobs::get_job(&mut tx, id).await.unwrap();
        tx.rollback().await.unwrap();
        job
    }

    /// Waits until somebody has brought the job to its end.
    pub(crate) async fn ended(&self, id: JobId, limit: Duration) -> JobRecord {
        let began = Instant::now();
        loop {
            let job = self.job(id).await;
            if job.finished_at.is_some() {
                return job;
            }
            assert!(began.elapsed() < limit, "{} is still {:?} in {:?}", job.kind, job.status, job.phase);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
