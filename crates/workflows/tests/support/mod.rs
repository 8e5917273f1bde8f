//! A vendor that follows a script, a vault without keys, and a tenant with one connector.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use canonical::{Activity, ActivityType, ConnectorId, EntityKind, Person, Raw};
use chrono::{DateTime, TimeDelta, Utc};
use connectors::egress::{EgressClient, EgressLimits, EgressPolicy};
use connectors::{
    AuthKind, AuthStart, Connector, ConnectorError, Context, Credentials, Cursor, Descriptor, FieldMapping,
    Grant, Health, Mappings, Page, Preview, RatePlan, Records, Scope, Secret, SourceField,
};
use serde_json::json;
use store::connectors::{NewConnector, SealedCredentials};
use store::testing::TestDatabase;
use store::{Actor, DataKeyId, Store, TenantId};
use tokio::sync::oneshot;
use uuid::Uuid;
use workflows::sync::{
    CredentialVault, SyncInput, SyncServices, SyncWorkflow, Trigger, VaultError, enqueue_sync,
};
use workflows::{Runner, RunnerConfig};

pub(crate) const ROWS: u64 = 40;

/// `pages` pages of `ROWS` people with one activity each.
pub(crate) struct Script {
    descriptor: Descriptor,
    pages: u64,
    /// The people of the first page's activities come with the last page, and so on.
    pub(crate) people_late: bool,
    pub(crate) delay: Duration,
    /// What the vendor says instead of the page of that number, once.
    pub(crate) faults: Mutex<BTreeMap<u64, ConnectorError>>,
    /// The only token that it accepts.
    pub(crate) token: Mutex<String>,
    pub(crate) refuse_renewal: Mutex<bool>,
    pub(crate) renewals: AtomicU64,
    pub(crate) fetched: AtomicU64,
}

impl Script {
    pub(crate) fn new(pages: u64, delay: Duration) -> Self {
        Self {
            descriptor: Descriptor {
                connector_type: "script",
                name: "Script",
                version: "1",
                auth: AuthKind::ApiKey,
                entities: &[EntityKind::Person, EntityKind::Activity],
                default_mappings: Mappings::new(),
                rate_plan: RatePlan { max_in_flight: 1, page_rows: 10 },
            },
            pages,
            people_late: false,
            delay,
            faults: Mutex::default(),
            token: Mutex::new("first".to_owned()),
            refuse_renewal: Mutex::new(false),
            renewals: AtomicU64::new(0),
            fetched: AtomicU64::new(0),
        }
    }
}

pub(crate) fn began() -> DateTime<Utc> {
    Utc::now() - TimeDelta::days(10)
}

fn records(page: u64, page_of_people: u64) -> Records {
    let mut records = Records::default();
    for row in page_of_people * ROWS..(page_of_people + 1) * ROWS {
        let id = format!("P{row:06}");
        records.people.push(Person {
            external_id: id,
            modified_at: DateTime::UNIX_EPOCH,
            email: Some(format!("p{row}@example-{}.com", row % 7).parse().unwrap()),
            last_name: Some(format!("Person {row}")),
            ..Person::default()
        });
    }
    for row in page * ROWS..(page + 1) * ROWS {
        records.activities.push(Activity {
            external_id: format!("A{row:06}"),
            source: None,
            modified_at: DateTime::UNIX_EPOCH,
            deleted: false,
            channel: ActivityType::DemoRequest.channel(),
            activity_type: ActivityType::DemoRequest,
            person_external_id: Some(format!("P{row:06}")),
            email: None,
            account_external_id: None,
            domain: None,
            occurred_at: DateTime::from_timestamp_micros(began().timestamp() / 86_400 * 86_400_000_000)
                .unwrap(),
            subject: None,
            properties: Default::default(),
            raw: None,
        });
    }
    records
}

#[async_trait]
impl Connector for Script {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn check_settings(&self, _: &serde_json::Value) -> Result<(), ConnectorError> {
        Ok(())
    }

    fn begin_authorisation(
        &self,
        _: Context<'_>,
        _: &url::Url,
        _: &str,
    ) -> Result<AuthStart, ConnectorError> {
        Err(ConnectorError::InvalidRequest("authorised by key".into()))
    }

    async fn authenticate(&self, _: Context<'_>, _: Grant) -> Result<Credentials, ConnectorError> {
        Ok(credentials("first"))
    }

    async fn refresh(&self, _: Context<'_>, _: &Credentials) -> Result<Credentials, ConnectorError> {
        let count = self.renewals.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
        if *self.refuse_renewal.lock().unwrap() {
            return Err(ConnectorError::AuthRequired { refreshable: true });
        }
        let token = format!("renewed-{count}");
        self.token.lock().unwrap().clone_from(&token);
        Ok(credentials(&token))
    }

    async fn fetch(
        &self,
        _: Context<'_>,
        credentials: &Credentials,
        cursor: &Cursor,
        _: &Scope,
    ) -> Result<Page, ConnectorError> {
        tokio::time::sleep(self.delay).await;
        if credentials.access_token.expose() != *self.token.lock().unwrap() {
            return Err(ConnectorError::AuthRequired { refreshable: true });
        }
        let page = serde_json::to_value(cursor).unwrap().as_u64().unwrap_or(0);
        if let Some(fault) = self.faults.lock().unwrap().remove(&page) {
            return Err(fault);
        }
        self.fetched.fetch_add(1, Ordering::SeqCst);
        let page_of_people = if self.people_late { self.pages.saturating_sub(page + 1) } else { page };
        let records = if page < self.pages { records(page, page_of_people) } else { Records::default() };
        let read = BTreeMap::from([
            (EntityKind::Person, records.people.len() as u64),
            (EntityKind::Activity, records.activities.len() as u64),
        ]);
        let done = page + 1 >= self.pages;
        Ok(Page {
            records,
            quarantined: Vec::new(),
            folded: Vec::new(),
            read,
            object: "Person",
            object_total: Some(self.pages * ROWS * 2),
            notes: Vec::new(),
            next: serde_json::from_value(json!((page + 1).min(self.pages))).unwrap(),
            done,
            watermark: done.then(Utc::now),
        })
    }

    async fn describe(
        &self,
        _: Context<'_>,
        _: &Credentials,
        _: EntityKind,
    ) -> Result<Vec<SourceField>, ConnectorError> {
        Ok(Vec::new())
    }

    async fn sample(
        &self,
        _: Context<'_>,
        _: &Credentials,
        _: EntityKind,
        _: usize,
    ) -> Result<Vec<Raw>, ConnectorError> {
        Ok(Vec::new())
    }

    fn preview(&self, _: EntityKind, _: &[FieldMapping], _: &[Raw]) -> Vec<Preview> {
        Vec::new()
    }

    async fn health(&self, _: Context<'_>, _: &Credentials) -> Health {
        Health { checked_at: Utc::now(), latency_ms: 0, problem: None }
    }
}

fn credentials(token: &str) -> Credentials {
    Credentials {
        access_token: Secret::new(token),
        refresh_token: Some(Secret::new("refresh")),
        base_url: None,
        identity: None,
        issued_at: DateTime::UNIX_EPOCH,
    }
}

/// Keeps credentials as they are: what sealing does is tested where the keys are.
pub(crate) struct OpenVault(DataKeyId);

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

/// A tenant with one connected connector of the script.
pub(crate) struct House {
    pub(crate) database: TestDatabase,
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) connector: ConnectorId,
    pub(crate) script: Arc<Script>,
    vault: Arc<OpenVault>,
}

impl House {
    pub(crate) async fn new(script: Script) -> Self {
        let database = TestDatabase::start().await;
        let (store, tenant) = (database.store().await, database.tenant("acme").await);
        let key = Uuid::now_v7();
        let (client, connection) =
            tokio_postgres::connect(&database.superuser_url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = format!(
            "INSERT INTO tenant_keys (tenant_id, id, kek_id, wrapped_key) VALUES ('{tenant}', '{key}', 'test', '')"
        );
        client.batch_execute(&sql).await.unwrap();
        let mut tx = store.tenant(tenant).await.unwrap();
        let settings = json!({});
        let new = NewConnector {
            connector_type: "script",
            name: "Script",
            settings: &settings,
            schedule: None,
            created_by: None,
        };
        let connector = store::connectors::create_connector(&mut tx, &new).await.unwrap().id();
        let vault = Arc::new(OpenVault(DataKeyId(key)));
        let sealed = vault.seal(tenant, connector, 1, &credentials("first")).await.unwrap();
        store::connectors::set_credentials(&mut tx, connector, &sealed).await.unwrap();
        tx.commit().await.unwrap();
        Self { database, store, tenant, connector, script: Arc::new(script), vault }
    }

    pub(crate) fn runner(&self, lease: Duration) -> Runner {
        let services = SyncServices {
            connectors: vec![self.script.clone()],
            vault: self.vault.clone(),
            egress: EgressClient::new(EgressPolicy::default(), EgressLimits::default()),
            apps: HashMap::new(),
        };
        // Tests kill workers faster than any of them could come forward; that is no crash loop of the job.
        let attempts = 100;
        let config =
            RunnerConfig { lease, attempts, poll: Duration::from_millis(20), ..RunnerConfig::default() };
        Runner::new(self.store.clone(), config)
            .with(SyncWorkflow::new(services))
            .with(workflows::score::ScoringWorkflow)
            .with(workflows::schedule::ScheduledSyncWorkflow)
            .with(workflows::group::GroupingWorkflow)
    }

    pub(crate) async fn sync(&self, full_sync: bool) -> store::jobs::JobId {
        let input = SyncInput {
            connector_id: self.connector,
            full_sync,
            trigger: Trigger::Manual,
            then_score: false,
        };
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let job = enqueue_sync(&mut tx, input, Actor::System, None, Utc::now()).await.unwrap();
        tx.commit().await.unwrap();
        job.id
    }

    pub(crate) async fn job(&self, id: store::jobs::JobId) -> store::jobs::JobRecord {
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let job = store::jobs::get_job(&mut tx, id).await.unwrap();
        tx.rollback().await.unwrap();
        job
    }

    /// Runs a worker until the job has ended.
    pub(crate) async fn finish(&self, id: store::jobs::JobId) -> store::jobs::JobRecord {
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = tokio::spawn(self.runner(Duration::from_secs(5)).run(async move {
            let _ = stopped.await;
        }));
        let ended = tokio::time::timeout(Duration::from_secs(60), async {
            loop {
                let job = self.job(id).await;
                if job.finished_at.is_some() {
                    return job;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let job = ended.await.expect("the job ends");
        let _ = stop.send(());
        worker.await.unwrap();
        job
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        self.superuser().await.query_one(&count, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn superuser(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&self.database.superuser_url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}
