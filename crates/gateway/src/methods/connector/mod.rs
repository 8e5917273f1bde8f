//! `connector`: what can be connected, what is, and how it stands.

mod authorisation;
pub(super) mod convert;
mod sync;
#[cfg(test)]
pub(super) mod tests;

use api::{
    routers::connector::{
        Connector, ConnectorRefusal, ConnectorReport, ConnectorTypeInfo, Create, CreateConnectorRefusal,
        Disconnect, GetStatus, List, SettingInfo, Types,
    },
    types::{Listing, Page, Timestamp},
};
use canonical::ConnectorId;
use connectors::ConnectorError;
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::{
    ListPage, PageRequest, StoreError,
    connector_reports::{self, ConnectorFilter},
    connectors::{self as table, ConnectorRecord, NewConnector},
    jobs, sync_runs,
};
use tenancy::Actor;
use url::Url;
use workflows::schedule;

use super::{
    convert::total,
    job, missing,
    rows::{maybe_word, word},
};
use crate::host::{Failure, Gateway, Scope};

/// Where Salesforce signs in when `loginUrl` is not given.
const SALESFORCE_LOGIN: &str = "https://login.salesforce.com";

impl Handle<Types> for Gateway {
    async fn handle(
        &self,
        _: &mut Scope,
        _: Types,
    ) -> Result<Listing<ConnectorTypeInfo>, Failure<NoRefusal>> {
        let items = self.vendors().registry.iter().map(|connector| {
            let descriptor = connector.descriptor();
            Ok(ConnectorTypeInfo {
                connector_type: convert::connector_type(descriptor.connector_type)?,
                name: descriptor.name.into(),
                version: descriptor.version.into(),
                auth: convert::auth_kind(descriptor.auth),
                entities: descriptor.entities.iter().copied().filter_map(convert::record_kind).collect(),
                settings: setting_infos(descriptor.connector_type),
            })
        });
        Ok(Listing { items: items.collect::<Result<_, Failure<NoRefusal>>>()? })
    }
}

fn setting_infos(connector_type: &str) -> Vec<SettingInfo> {
    match connector_type {
        "salesforce" => vec![SettingInfo {
            name: "loginUrl".into(),
            label: "Login address".into(),
            description:
                "Where to sign in: another for sandboxes and for organizations with a domain of their own."
                    .into(),
            required: false,
            default: Some(SALESFORCE_LOGIN.into()),
        }],
        _ => Vec::new(),
    }
}

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: List) -> Result<Page<Connector>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &params, params.page_size, params.cursor.as_ref())?;
        let (connector_type, status) = (maybe_word(params.connector_type), maybe_word(params.status));
        let filter = ConnectorFilter { connector_type: connector_type.as_deref(), status: status.as_deref() };
        let ListPage { items, next } =
            connector_reports::page_of_connectors(scope.tx(), filter, &request).await?;
        let items = items.into_iter().map(convert::connector).collect::<Result<Vec<_>, _>>()?;
        Ok(self.page(scope, &params, ListPage { items, next }, |connector| connector))
    }
}

impl Handle<Create> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Create,
    ) -> Result<Connector, Failure<CreateConnectorRefusal>> {
        let connector_type = word(params.connector_type);
        let settings = convert::settings_to_store(&params.settings);
        self.check_settings(&connector_type, &settings)
            .map_err(|setting| Failure::Refused(CreateConnectorRefusal::SettingNotAllowed { setting }))?;
        let created_by = match scope.principal().actor() {
            Actor::User(id) => Some(id),
            _ => None,
        };
        let new = NewConnector {
            connector_type: &connector_type,
            name: &params.name,
            settings: &settings,
            schedule: None,
            created_by,
        };
        let record = table::create_connector(scope.tx(), &new).await.map_err(|error| match error {
            StoreError::Conflict => Failure::Refused(CreateConnectorRefusal::NameTaken),
            other => other.into(),
        })?;
        scope.audit(record.id, json!({ "after": shown(&record) }));
        Ok(convert::connector(record)?)
    }
}

impl Gateway {
    /// Whether a connector could work with these settings, and be reached where they point.
    ///
    /// # Errors
    /// The setting at fault.
    fn check_settings(&self, connector_type: &str, settings: &serde_json::Value) -> Result<(), String> {
        let Some(connector) = self.vendors().connector(connector_type) else { return Err("type".into()) };
        if let Err(ConnectorError::InvalidRequest(problem)) = connector.check_settings(settings) {
            let named = problem.strip_prefix("settings.").and_then(|rest| rest.split_once(':'));
            return Err(named.map_or("settings", |(setting, _)| setting).to_owned());
        }
        let address = settings.get("loginUrl").and_then(|it| it.as_str());
        let reachable = address.is_none_or(|address| {
            Url::parse(address).is_ok_and(|url| self.vendors().egress.check(&url).is_ok())
        });
        if reachable { Ok(()) } else { Err("loginUrl".into()) }
    }
}

impl Handle<GetStatus> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetStatus,
    ) -> Result<ConnectorReport, Failure<ConnectorRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let record = table::get_connector(scope.tx(), id).await.map_err(no_such_connector)?;
        let last_run = sync_runs::list_sync_runs(scope.tx(), id, &PageRequest::first(1)).await?.items.pop();
        let under_way = jobs::unfinished_job(scope.tx(), &jobs::sync_key(id)).await?;
        let quarantined = connector_reports::count_quarantined(scope.tx(), id).await?;
        let next_run_at = match record.status.as_str() {
            "connected" => connector_reports::next_scheduled_sync(scope.tx(), schedule::KIND).await?,
            _ => None,
        };
        let job = match under_way {
            Some(record) => Some(job::job(scope.tx(), record).await?),
            None => None,
        };
        Ok(ConnectorReport {
            connector: convert::connector(record)?,
            last_run: last_run.map(convert::sync_run).transpose()?,
            job,
            next_run_at: next_run_at.map(Timestamp),
            quarantined: total(quarantined),
        })
    }
}

impl Handle<Disconnect> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Disconnect,
    ) -> Result<Connector, Failure<ConnectorRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let before = table::lock_connector(scope.tx(), id).await.map_err(no_such_connector)?;
        table::disconnect_connector(scope.tx(), id).await?;
        if let Some(running) = jobs::unfinished_job(scope.tx(), &jobs::sync_key(id)).await? {
            jobs::cancel_job(scope.tx(), running.id()).await?;
            scope.queued_work();
        }
        let after = table::get_connector(scope.tx(), id).await?;
        scope.audit(id, json!({ "before": shown(&before), "after": shown(&after) }));
        Ok(convert::connector(after)?)
    }
}

/// What the audit log says of a connector.
fn shown(record: &ConnectorRecord) -> serde_json::Value {
    json!({
        "type": record.connector_type,
        "name": record.name,
        "status": record.status,
        "settings": record.settings,
        "schedule": record.schedule,
    })
}

pub(super) fn no_such_connector(error: StoreError) -> Failure<ConnectorRefusal> {
    missing(error, ConnectorRefusal::NoSuchConnector)
}
