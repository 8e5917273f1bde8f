//! Runs of a connector: asking for one, and what they brought.

use api::{
    routers::connector::{
        ConnectorRefusal, EntityCount, GetEntityCounts, GetSyncHistory, TriggerSync, TriggerSyncRefusal,
    },
    types::{Listing, Page, StartedJob, SyncMode, SyncRun},
};
use canonical::ConnectorId;
use chrono::Utc;
use rpc::Handle;
use serde_json::json;
use store::{ListPage, connector_reports, connectors as table, jobs, sync_runs};
use workflows::sync::{SyncInput, Trigger, enqueue_sync};

use super::{
    convert::{record_kind, sync_run},
    no_such_connector,
};
use crate::{
    host::{Failure, Gateway, Scope},
    methods::{convert::total, job, missing, rows::word},
};

impl Handle<TriggerSync> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: TriggerSync,
    ) -> Result<StartedJob, Failure<TriggerSyncRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        // Held, so that one that is being disconnected does not get a run that nobody will stop.
        let connector = table::lock_connector(scope.tx(), id).await;
        let connector = connector.map_err(|error| missing(error, TriggerSyncRefusal::NoSuchConnector))?;
        if !matches!(connector.status.as_str(), "connected" | "failed") {
            return Err(Failure::Refused(TriggerSyncRefusal::NotConnected));
        }
        let input = SyncInput {
            connector_id: id,
            full_sync: params.mode == SyncMode::Full,
            trigger: Trigger::Manual,
            then_score: true,
        };
        let actor = scope.principal().actor();
        let queued = enqueue_sync(scope.tx(), input, actor, None, Utc::now()).await?;
        scope.queued_work();
        let after = json!({ "job": queued.id, "joined": queued.joined, "mode": word(params.mode) });
        scope.audit(id, json!({ "after": after }));
        let record = jobs::get_job(scope.tx(), queued.id).await?;
        Ok(StartedJob { job: job::job(scope.tx(), record).await?, joined: queued.joined })
    }
}

impl Handle<GetSyncHistory> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetSyncHistory,
    ) -> Result<Page<SyncRun>, Failure<ConnectorRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let request = self.page_request(scope, &params, params.page_size, params.cursor.as_ref())?;
        table::get_connector(scope.tx(), id).await.map_err(no_such_connector)?;
        let ListPage { items, next } = sync_runs::list_sync_runs(scope.tx(), id, &request).await?;
        let items = items.into_iter().map(sync_run).collect::<Result<Vec<_>, _>>()?;
        Ok(self.page(scope, &params, ListPage { items, next }, |run| run))
    }
}

impl Handle<GetEntityCounts> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetEntityCounts,
    ) -> Result<Listing<EntityCount>, Failure<ConnectorRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let record = table::get_connector(scope.tx(), id).await.map_err(no_such_connector)?;
        let counts = connector_reports::count_records(scope.tx(), id).await?;
        let kinds = self.vendors().connector(&record.connector_type);
        let kinds = kinds.iter().flat_map(|connector| connector.descriptor().entities.iter().copied());
        let items = kinds
            .filter_map(|kind| {
                let of_kind = counts.get(kind.as_str()).copied().unwrap_or_default();
                Some(EntityCount {
                    entity: record_kind(kind)?,
                    stored: total(of_kind.stored),
                    deleted: total(of_kind.deleted),
                    quarantined: total(of_kind.quarantined),
                })
            })
            .collect();
        Ok(Listing { items })
    }
}
