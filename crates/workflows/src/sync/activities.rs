//! The activities of a sync: what each command of its machine does. Each is safe to repeat.

use std::collections::BTreeMap;
use std::sync::Arc;

use canonical::EntityKind;
use chrono::{DateTime, Utc};
use connectors::{ConnectorError, Cursor, FieldMapping, Mappings, Page, Scope};
use serde_json::{Value, json};
use store::connectors::{self as table, WHOLE_CONNECTOR};
use store::jobs::{self, Ending, Progress};
use store::sync_runs::{self, SyncEnd};
use store::sync_write::{
    self, CursorWrite, FactKind, Names, PageRecords, PageWrite, QuarantinedRecord, UnresolvedSlice,
};
use store::{StoreError, field_mappings};

use super::SyncInput;
use super::machine::{SyncCommand, SyncOutcome, SyncState};
use super::prefetch::Reader;
use super::progress::Rows;
use super::vault::VaultError;
use super::vendor::VendorError;
use super::workflow::SyncServices;
use crate::failure::{Failure, Remedy};
use crate::runner::Run;

/// Opens the connector's credentials: from here on there is somebody to read from.
pub(super) async fn authenticate(
    services: &SyncServices,
    run: &Run,
    input: &SyncInput,
) -> Result<Reader, VendorError> {
    let id = input.connector_id;
    let mut tx = run.tx().await?;
    let record = table::get_connector(&mut tx, id).await?;
    let sealed = table::get_credentials(&mut tx, id).await?;
    let mappings = field_mappings::get_field_mappings(&mut tx, id).await?;
    tx.commit().await?;
    let connector = services
        .connector(&record.connector_type)
        .ok_or_else(|| ConnectorError::InvalidRequest("there is no connector of this type".into()))?;
    let sealed = sealed.ok_or(ConnectorError::AuthRequired { refreshable: false })?;
    let scope = Scope {
        mappings: with_own(mappings, connector.descriptor().default_mappings.clone())?,
        ..Scope::everything(connector.descriptor())
    };
    let session = services.session(run.store.clone(), run.tenant(), record, sealed).await?;
    Ok(Reader::new(Arc::new(session), scope))
}

/// The connector's defaults, except for the kinds that the tenant has mappings of its own for.
fn with_own(
    own: Vec<field_mappings::FieldMappingRecord>,
    mut mappings: Mappings,
) -> Result<Mappings, ConnectorError> {
    let unreadable = || ConnectorError::InvalidRequest("a stored field mapping cannot be read".into());
    let mut by_kind: BTreeMap<EntityKind, Vec<FieldMapping>> = BTreeMap::new();
    for record in own {
        let kind: EntityKind = record.entity.parse().map_err(|_| unreadable())?;
        let transform = serde_json::from_value(record.transform).map_err(|_| unreadable())?;
        by_kind.entry(kind).or_default().push(FieldMapping {
            source_field: record.source_field,
            target_field: record.target_field,
            transform,
            required: record.required,
        });
    }
    mappings.extend(by_kind);
    Ok(mappings)
}

/// Stores a page: its rows, its quarantine, its counts, the cursor behind it and the machine's state after it, in one
/// transaction. Answers whether the run was asked to stop.
pub(super) async fn write(
    run: &Run,
    input: &SyncInput,
    page: Page,
    names: &mut Names,
    after: &SyncState,
    rows: &Rows,
) -> Result<bool, StoreError> {
    let cursor = cursor_json(&page.next);
    let watermark = page.watermark;
    let write = PageWrite {
        connector: input.connector_id,
        sync_run: Some(run.lease.job.0),
        lease: Some(sync_write::Lease { job: run.lease.job.0, fence: run.lease.fence }),
        quarantined: quarantined(&page),
        records: PageRecords {
            accounts: page.records.accounts,
            people: page.records.people,
            opportunities: page.records.opportunities,
            stage_changes: page.records.stage_changes,
            opportunity_contacts: page.records.opportunity_contacts,
            intent_roles: page.records.intent_roles,
            activities: page.records.activities,
        },
        cursor: Some(CursorWrite { object: WHOLE_CONNECTOR.to_owned(), cursor: Some(cursor), watermark }),
    };
    let mut tx = run.bulk_tx().await?;
    sync_write::write_page(&mut tx, &write, names).await?;
    let cancelled = record(&mut tx, run, after, rows).await?;
    tx.commit().await?;
    // The next page does not wait until thousands of records are given back one by one.
    tokio::task::spawn_blocking(move || drop(write));
    Ok(cancelled)
}

/// So many waiting activities are tried again in one transaction.
const SLICE: i64 = 1_000;

/// Tries a slice of what waited for its person or account again, and stores the state after it in the same transaction.
/// Answers with that state, what it asks for, and whether the run was asked to stop.
pub(super) async fn replay(
    run: &Run,
    input: &SyncInput,
    after: &str,
    rows: &Rows,
    then: impl FnOnce(Option<String>) -> (SyncState, SyncCommand),
) -> Result<(SyncState, SyncCommand, bool), StoreError> {
    let slice = UnresolvedSlice {
        connector: input.connector_id,
        sync_run: Some(run.lease.job.0),
        lease: Some(sync_write::Lease { job: run.lease.job.0, fence: run.lease.fence }),
        after,
        limit: SLICE,
    };
    let mut tx = run.bulk_tx().await?;
    let replayed = sync_write::replay_unresolved_activities(&mut tx, &slice).await?;
    let (state, command) = then(replayed.next);
    let cancelled = record(&mut tx, run, &state, rows).await?;
    tx.commit().await?;
    Ok((state, command, cancelled))
}

fn quarantined(page: &Page) -> Vec<QuarantinedRecord> {
    let unnamed = |index: usize| format!("(row {index} of a page from {})", page.object);
    let records = page.quarantined.iter().enumerate().filter_map(|(index, row)| {
        Some(QuarantinedRecord {
            entity: fact_kind(row.entity)?,
            external_id: row.external_id.clone().unwrap_or_else(|| unnamed(index)),
            reason: row.reason.clone(),
            detail: Some(row.object.clone()),
            raw: serde_json::from_str(row.raw.as_str()).unwrap_or(Value::Null),
        })
    });
    records.collect()
}

/// Meetings have no facts of their own yet: they are told as activities.
fn fact_kind(kind: EntityKind) -> Option<FactKind> {
    match kind {
        EntityKind::Account => Some(FactKind::Account),
        EntityKind::Person => Some(FactKind::Person),
        EntityKind::Opportunity => Some(FactKind::Opportunity),
        EntityKind::Activity => Some(FactKind::Activity),
        EntityKind::Meeting => None,
    }
}

/// Stores the state in the caller's transaction, for people to see and for another worker to go on from.
pub(super) async fn record(
    tx: &mut store::TenantTx,
    run: &Run,
    state: &SyncState,
    rows: &Rows,
) -> Result<bool, StoreError> {
    let stored = serde_json::to_value(state).expect("a state has a JSON form");
    let progress = Progress { phase: state.phase(), state: &stored, done: rows.done, total: rows.total };
    jobs::record_step(tx, &run.lease, &progress).await
}

/// Stores the state alone, as after authenticating.
pub(super) async fn record_alone(run: &Run, state: &SyncState, rows: &Rows) -> Result<bool, StoreError> {
    let mut tx = run.tx().await?;
    let cancelled = record(&mut tx, run, state, rows).await?;
    sync_runs::set_sync_phase(&mut tx, run.lease.job, state.phase()).await?;
    tx.commit().await?;
    Ok(cancelled)
}

/// Stores the state and gives the slot back until then.
pub(super) async fn wait(
    run: &Run,
    state: &SyncState,
    rows: &Rows,
    until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let mut tx = run.tx().await?;
    record(&mut tx, run, state, rows).await?;
    jobs::hand_back(&mut tx, &run.lease, until).await?;
    tx.commit().await
}

/// Stores how the run ended: in its history, on its connector and in the queue, at once.
pub(super) async fn end(run: &Run, input: &SyncInput, outcome: &SyncOutcome) -> Result<(), StoreError> {
    let mut tx = run.tx().await?;
    // First of all: a worker that lost the job must not touch the connector either.
    jobs::check_lease(&mut tx, &run.lease).await?;
    let (id, job) = (input.connector_id, run.lease.job);
    let mut watermark = None;
    match outcome {
        SyncOutcome::Complete => {
            watermark = table::get_cursor(&mut tx, id).await?.watermark;
            table::record_synced(&mut tx, id, watermark).await?;
            if input.then_score {
                crate::score::enqueue_scoring(
                    &mut tx,
                    crate::score::Trigger::Sync,
                    store::Actor::System,
                    Utc::now(),
                )
                .await?;
            }
        }
        SyncOutcome::Partial { reason, .. } => {
            table::set_connector_status(&mut tx, id, "connected", Some(reason)).await?;
        }
        SyncOutcome::AuthRequired { reason } => {
            table::set_connector_status(&mut tx, id, "auth_required", Some(reason)).await?;
        }
        SyncOutcome::Failed { reason } => {
            table::set_connector_status(&mut tx, id, "failed", Some(reason)).await?;
        }
        SyncOutcome::Cancelled => {}
    }
    // However the run ended: what it has written has touched accounts.
    if store::buying_groups::any_touched(&mut tx).await? {
        crate::group::enqueue_grouping(&mut tx, store::Actor::System, Utc::now()).await?;
    }
    let (status, reason) = (outcome.name(), outcome.reason());
    sync_runs::finish_sync_run(
        &mut tx,
        job,
        &SyncEnd { status, reason, resume_at: outcome.resume_at(), watermark },
    )
    .await?;
    let outcome = json!({ "outcome": status, "reason": reason, "resumeAt": outcome.resume_at() });
    jobs::finish(&mut tx, &run.lease, &Ending { status, outcome, error_code: reason }).await?;
    tx.commit().await
}

pub(super) fn cursor_json(cursor: &Cursor) -> Value {
    serde_json::to_value(cursor).expect("a cursor is JSON")
}

pub(super) fn cursor_of(json: &Value) -> Cursor {
    serde_json::from_value(json.clone()).expect("every JSON value is a cursor")
}

/// A vendor's, a vault's or the database's refusal, as far as the machine must know it.
pub(super) fn failure(error: &VendorError) -> Failure {
    match error {
        VendorError::Connector(error) => connector_failure(error),
        VendorError::Vault(VaultError::Unavailable) => Failure::new("keys_unavailable", Remedy::Time),
        VendorError::Vault(VaultError::Unreadable) => Failure::new("auth_required", Remedy::Authorisation),
        VendorError::Store(StoreError::NotFound) => Failure::new("connector_not_found", Remedy::Person),
        VendorError::Store(error) => store_failure(*error),
    }
}

pub(super) fn connector_failure(error: &ConnectorError) -> Failure {
    let remedy = match error {
        ConnectorError::AuthRequired { .. } => Remedy::Authorisation,
        ConnectorError::RateLimited { until } => Remedy::TimeAfter(*until),
        ConnectorError::QuotaExhausted { until } => Remedy::Quota(*until),
        ConnectorError::Unavailable | ConnectorError::Timeout | ConnectorError::Malformed(_) => Remedy::Time,
        ConnectorError::Permission(_) | ConnectorError::InvalidRequest(_) => Remedy::Person,
        // Nobody cancels a fetch of ours but the far side.
        ConnectorError::Cancelled => Remedy::Time,
    };
    tracing::warn!(%error, code = error.code(), "the vendor refused");
    Failure::new(error.code(), remedy)
}

pub(super) fn store_failure(error: StoreError) -> Failure {
    // A page that the tables refuse today they refuse tomorrow.
    let remedy = if error.retryable() { Remedy::Time } else { Remedy::Person };
    Failure::new(if error.retryable() { "database_unavailable" } else { "not_storable" }, remedy)
}
