//! From the store's connectors, runs and jobs to the wire's.

use std::collections::BTreeMap;

use api::{
    routers::connector::{AuthKind, Connector, ConnectorSettings, ConnectorStatus, ConnectorType},
    types::{
        ConnectorId, ConnectorProblem, JobId, RecordKind, SyncCounts, SyncRun, SyncRunId, SyncStatus,
        Timestamp,
    },
};
use canonical::EntityKind;
use rpc::RpcError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::{
    connectors::ConnectorRecord,
    sync_runs::{self, SyncRunRecord},
};

use crate::methods::{convert, rows};

/// A word of a table as the wire's enum. One it does not have was written by a newer program.
fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, RpcError> {
    rows::from_word(word).ok_or_else(|| {
        tracing::error!(word, "a word in the database is not one of the API's");
        RpcError::internal()
    })
}

pub(super) fn connector(record: ConnectorRecord) -> Result<Connector, RpcError> {
    Ok(Connector {
        id: ConnectorId(record.id),
        connector_type: from_word(&record.connector_type)?,
        status: from_word::<ConnectorStatus>(&record.status)?,
        problem: record.last_error.as_deref().map(problem),
        settings: settings_of(&record.settings),
        name: record.name,
        schedule: record.schedule,
        inputs_through: record.watermark.map(Timestamp),
        last_synced_at: record.last_synced_at.map(Timestamp),
        created_at: Timestamp(record.created_at),
        connected_at: record.connected_at.map(Timestamp),
    })
}

/// What the connectors do not name is ours.
fn problem(code: &str) -> ConnectorProblem {
    rows::from_word(code).unwrap_or(ConnectorProblem::Internal)
}

fn settings_of(stored: &Value) -> ConnectorSettings {
    let login_url = stored.get("loginUrl").and_then(Value::as_str).map(str::to_owned);
    ConnectorSettings { login_url }
}

/// Settings as connectors read them: what was not given is not there.
pub(super) fn settings_to_store(settings: &ConnectorSettings) -> Value {
    let login_url = settings.login_url.clone().map(|url| ("loginUrl".to_owned(), Value::from(url)));
    Value::Object(Map::from_iter(login_url))
}

pub(super) fn connector_type(name: &str) -> Result<ConnectorType, RpcError> {
    from_word(name)
}

pub(super) fn auth_kind(kind: connectors::AuthKind) -> AuthKind {
    match kind {
        connectors::AuthKind::OAuth2 => AuthKind::Oauth2,
        connectors::AuthKind::ApiKey => AuthKind::ApiKey,
        connectors::AuthKind::None => AuthKind::None,
    }
}

pub(super) fn sync_run(SyncRunRecord { run, counts }: SyncRunRecord) -> Result<SyncRun, RpcError> {
    Ok(SyncRun {
        id: SyncRunId(run.id),
        connector_id: ConnectorId(run.connector_id),
        job_id: run.job_id.map(JobId),
        mode: from_word(&run.mode)?,
        trigger: from_word(&run.trigger)?,
        status: from_word::<SyncStatus>(&run.status)?,
        reason: run.reason.as_deref().map(problem),
        resume_at: run.resume_at.map(Timestamp),
        started_at: Timestamp(run.started_at),
        finished_at: run.finished_at.map(Timestamp),
        watermark: run.watermark.map(Timestamp),
        entities: sync_counts(&counts)?,
    })
}

fn sync_counts(counts: &BTreeMap<String, sync_runs::SyncCounts>) -> Result<Vec<SyncCounts>, RpcError> {
    let mut by_kind: Vec<SyncCounts> = counts
        .iter()
        .map(|(entity, of_kind)| {
            Ok(SyncCounts {
                entity: from_word::<RecordKind>(entity)?,
                read: convert::total(of_kind.read),
                inserted: convert::total(of_kind.inserted),
                updated: convert::total(of_kind.updated),
                unchanged: convert::total(of_kind.unchanged),
                quarantined: convert::total(of_kind.quarantined),
                deleted: convert::total(of_kind.deleted),
            })
        })
        .collect::<Result<_, RpcError>>()?;
    by_kind.sort_by_key(|counts| counts.entity);
    Ok(by_kind)
}

/// The kinds that have a place on the wire.
pub(in crate::methods) fn record_kind(kind: EntityKind) -> Option<RecordKind> {
    match kind {
        EntityKind::Account => Some(RecordKind::Account),
        EntityKind::Person => Some(RecordKind::Person),
        EntityKind::Opportunity => Some(RecordKind::Opportunity),
        EntityKind::Activity => Some(RecordKind::Activity),
        // Meetings are shown as activities.
        EntityKind::Meeting => None,
    }
}

pub(in crate::methods) fn entity_kind(kind: RecordKind) -> EntityKind {
    match kind {
        RecordKind::Account => EntityKind::Account,
        RecordKind::Person => EntityKind::Person,
        RecordKind::Opportunity => EntityKind::Opportunity,
        RecordKind::Activity => EntityKind::Activity,
    }
}
