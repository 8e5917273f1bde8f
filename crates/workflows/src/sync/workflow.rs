//! Drives the sync machine: performs each command, tells the machine what came of it, and stores what it says.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use connectors::egress::EgressClient;
use connectors::{Connector, ConnectorError, OAuthApp, Page};
use store::connectors::{ConnectorRecord, SealedCredentials};
use store::jobs::{self, Ending, JobRecord, Lease};
use store::sync_runs::{self, NewSyncRun, SyncEnd};
use store::sync_write::Names;
use store::{Operation, Store, StoreError, TenantId, TenantTx};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::machine::{self, SyncCommand, SyncEvent, SyncState};
use super::prefetch::Reader;
use super::progress::Rows;
use super::vault::CredentialVault;
use super::vendor::{Opened, VendorError, VendorSession};
use super::{KIND, SyncInput, activities};
use crate::failure::{Failed, Failure};
use crate::runner::{Run, Workflow, jitter};

/// What a sync needs from outside.
#[derive(Clone)]
pub struct SyncServices {
    pub connectors: Vec<Arc<dyn Connector>>,
    pub vault: Arc<dyn CredentialVault>,
    pub egress: EgressClient,
    /// Our registrations with vendors, by connector type.
    pub apps: HashMap<String, OAuthApp>,
}

impl SyncServices {
    pub(super) fn connector(&self, connector_type: &str) -> Option<Arc<dyn Connector>> {
        self.connectors
            .iter()
            .find(|connector| connector.descriptor().connector_type == connector_type)
            .cloned()
    }

    /// Opens the credentials of a connector and begins to talk to its vendor.
    ///
    /// # Errors
    /// When the credentials do not open, or this program has no connector of the type.
    pub async fn session(
        &self,
        store: Store,
        tenant: TenantId,
        record: ConnectorRecord,
        sealed: SealedCredentials,
    ) -> Result<VendorSession, VendorError> {
        let id = record.id();
        let connector = self
            .connector(&record.connector_type)
            .ok_or_else(|| ConnectorError::InvalidRequest("there is no connector of this type".into()))?;
        let credentials = self.vault.open(tenant, id, &sealed).await?;
        Ok(VendorSession {
            store,
            vault: self.vault.clone(),
            app: self.app(&record.connector_type),
            connector,
            egress: self.egress.clone(),
            settings: record.settings,
            tenant,
            id,
            current: Mutex::new(Arc::new(Opened { sealed, credentials })),
        })
    }

    fn app(&self, connector_type: &str) -> Option<OAuthApp> {
        self.apps.get(connector_type).cloned()
    }
}

/// Runs connector syncs.
pub struct SyncWorkflow {
    services: SyncServices,
}

impl SyncWorkflow {
    pub fn new(services: SyncServices) -> Self {
        Self { services }
    }
}

#[async_trait]
impl Workflow for SyncWorkflow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, run: &Run) -> Result<(), StoreError> {
        let job = run.take_up().await?;
        let input: SyncInput = serde_json::from_value(job.input.clone()).map_err(|_| StoreError::Rule)?;
        let Some(state) = begin(run, &job, &input).await? else { return Ok(()) };
        let mut drive = Drive {
            services: &self.services,
            run,
            input,
            rows: Rows::resumed(job.progress_done),
            reader: None,
            page: None,
            names: Names::default(),
        };
        let (mut state, mut command) = machine::next(&state, SyncEvent::Resumed);
        if job.cancel_requested_at.is_some() {
            (state, command) = machine::next(&state, SyncEvent::CancelRequested);
        }
        loop {
            match drive.perform(&state, &command).await? {
                Done::Event(event) => (state, command) = machine::next(&state, event),
                Done::Stored(after, next) => (state, command) = (after, next),
                Done::Over => return Ok(()),
            }
        }
    }

    async fn parked(&self, tx: &mut TenantTx, lease: &Lease, reason: &str) -> Result<(), StoreError> {
        let end = SyncEnd { status: "failed", reason: Some(reason), resume_at: None, watermark: None };
        sync_runs::finish_sync_run(tx, lease.job, &end).await
    }
}

/// Where the run stands: as stored, or at its beginning. `None` when it must not run.
async fn begin(run: &Run, job: &JobRecord, input: &SyncInput) -> Result<Option<SyncState>, StoreError> {
    let mut tx = run.tx().await?;
    if !jobs::still_permitted(&mut tx, job, Operation::TriggerSync).await? {
        let reason = "requester_not_permitted";
        let outcome = serde_json::json!({ "outcome": "failed", "reason": reason });
        jobs::finish(&mut tx, &run.lease, &Ending { status: "failed", outcome, error_code: Some(reason) })
            .await?;
        tx.commit().await?;
        return Ok(None);
    }
    let new = NewSyncRun {
        job: run.lease.job,
        connector: input.connector_id,
        full: input.full_sync,
        trigger: input.trigger.as_str(),
    };
    sync_runs::begin_sync_run(&mut tx, &new).await?;
    let stored = job.state.clone().map(serde_json::from_value::<SyncState>);
    let state = match stored {
        Some(state) => state.map_err(|_| StoreError::Rule)?,
        None if input.full_sync => SyncState::begin(serde_json::Value::Null),
        None => {
            let stored = store::connectors::get_cursor(&mut tx, input.connector_id).await?;
            SyncState::begin(stored.cursor.unwrap_or_default())
        }
    };
    tx.commit().await?;
    Ok(Some(state))
}

struct Drive<'a> {
    services: &'a SyncServices,
    run: &'a Run,
    input: SyncInput,
    rows: Rows,
    reader: Option<Reader>,
    /// The page that was fetched and is to be written.
    page: Option<Page>,
    /// What the pages stored so far have learned.
    names: Names,
}

enum Done {
    Event(SyncEvent),
    /// The machine's next state is in the database already, with what led to it.
    Stored(SyncState, SyncCommand),
    Over,
}

impl Drive<'_> {
    async fn perform(&mut self, state: &SyncState, command: &SyncCommand) -> Result<Done, StoreError> {
        let limit = command.time_limit();
        Ok(match command {
            SyncCommand::Authenticate => match timeout(limit, self.open()).await {
                Ok(Ok(())) => self.record(state, SyncEvent::Authenticated).await?,
                Ok(Err(error)) => failed(activities::failure(&error)),
                Err(_) => failed(activities::connector_failure(&ConnectorError::Timeout)),
            },
            SyncCommand::Fetch { .. } if self.run.is_draining() => {
                activities::wait(self.run, state, &self.rows, None).await?;
                Done::Over
            }
            SyncCommand::Fetch { cursor } => match timeout(limit, self.fetch(cursor)).await {
                Ok(Ok(event)) => Done::Event(event),
                Ok(Err(error)) => failed(activities::failure(&error)),
                Err(_) => failed(activities::connector_failure(&ConnectorError::Timeout)),
            },
            SyncCommand::Write => match timeout(limit, self.write(state)).await {
                Ok(Ok(done)) => done,
                Ok(Err(StoreError::StaleLease)) => return Err(StoreError::StaleLease),
                Ok(Err(error)) => failed(activities::store_failure(error)),
                Err(_) => failed(activities::store_failure(StoreError::Timeout)),
            },
            SyncCommand::Replay { after } => match timeout(limit, self.replay(state, after)).await {
                Ok(Ok(done)) => done,
                Ok(Err(StoreError::StaleLease)) => return Err(StoreError::StaleLease),
                Ok(Err(error)) => failed(activities::store_failure(error)),
                Err(_) => failed(activities::store_failure(StoreError::Timeout)),
            },
            // One transaction stores the end and all that belongs to it: nothing is left to do between.
            SyncCommand::Finalize => Done::Event(SyncEvent::Finalized),
            SyncCommand::End(outcome) => match activities::end(self.run, &self.input, outcome).await {
                Ok(()) => Done::Over,
                Err(StoreError::StaleLease) => return Err(StoreError::StaleLease),
                Err(error) => failed(activities::store_failure(error)),
            },
            SyncCommand::WaitUntil(until) => {
                activities::wait(self.run, state, &self.rows, Some(*until)).await?;
                Done::Over
            }
            SyncCommand::Abandon => return Err(StoreError::StaleLease),
        })
    }

    async fn open(&mut self) -> Result<(), VendorError> {
        self.reader = Some(activities::authenticate(self.services, self.run, &self.input).await?);
        Ok(())
    }

    async fn record(&mut self, state: &SyncState, event: SyncEvent) -> Result<Done, StoreError> {
        let (after, command) = machine::next(state, event);
        let cancelled = activities::record_alone(self.run, &after, &self.rows).await?;
        Ok(stored(after, command, cancelled))
    }

    async fn fetch(&mut self, cursor: &serde_json::Value) -> Result<SyncEvent, VendorError> {
        if self.reader.is_none() {
            self.open().await?;
        }
        let reader = self.reader.as_mut().expect("it was opened above if it was not before");
        let page = reader.page(&activities::cursor_of(cursor)).await?;
        for note in &page.notes {
            tracing::info!(connector = %self.input.connector_id, note, "the connector notes");
        }
        let event = SyncEvent::Fetched { next: activities::cursor_json(&page.next), last: page.done };
        self.page = Some(page);
        Ok(event)
    }

    async fn write(&mut self, state: &SyncState) -> Result<Done, StoreError> {
        let page = self.page.take().expect("the machine asks to write only after a fetch");
        let (after, command) = machine::next(state, SyncEvent::Written);
        let mut rows = self.rows.clone();
        rows.add(&page);
        // Kept only when the page is.
        let mut names = std::mem::take(&mut self.names);
        let cancelled = activities::write(self.run, &self.input, page, &mut names, &after, &rows).await?;
        self.names = names;
        self.rows = rows;
        Ok(stored(after, command, cancelled))
    }

    async fn replay(&mut self, state: &SyncState, after: &str) -> Result<Done, StoreError> {
        let replaying = activities::replay(self.run, &self.input, after, &self.rows, |next| {
            machine::next(state, SyncEvent::Replayed { next })
        });
        let (after, command, cancelled) = replaying.await?;
        Ok(stored(after, command, cancelled))
    }
}

/// A cancel is noticed where a state was stored.
fn stored(after: SyncState, command: SyncCommand, cancelled: bool) -> Done {
    let (state, command) =
        if cancelled { machine::next(&after, SyncEvent::CancelRequested) } else { (after, command) };
    Done::Stored(state, command)
}

fn failed(failure: Failure) -> Done {
    Done::Event(SyncEvent::Failed(Failed { failure, now: Utc::now(), jitter: jitter() }))
}
