//! `client`.

use api::{
    routers::client::{ClientRefusal, Create, Get, List, Remove, RemovedClient, SetActive, Update},
    types::{Client, Page},
};
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::metrics::{self, ClientFilter, EntityError};

use super::{advertising, convert};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<Client>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = ClientFilter { search: list.search.clone(), active: list.is_active };
        let rows = metrics::list_clients(scope.tx(), &filter, &request).await?;
        self.try_page(scope, &list, rows, advertising::client)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<Client, Failure<ClientRefusal>> {
        let row = metrics::get_client(scope.tx(), get.client_id.0).await.map_err(refused)?;
        Ok(advertising::client(row)?)
    }
}

impl Handle<Create> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Create) -> Result<Client, Failure<ClientRefusal>> {
        let currency = params.currency.map(|it| it.as_str().to_owned());
        let row =
            metrics::create_client(scope.tx(), &params.name, currency.as_deref()).await.map_err(refused)?;
        let made = advertising::client(row)?;
        scope.audit(made.id, json!({ "after": made }));
        Ok(made)
    }
}

impl Handle<Update> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Update) -> Result<Client, Failure<ClientRefusal>> {
        scope.about(params.client_id);
        let currency = params.currency.map(|it| it.as_str().to_owned());
        let (id, name) = (params.client_id.0, params.name.as_deref());
        let changed =
            metrics::update_client(scope.tx(), id, name, currency.as_deref()).await.map_err(refused)?;
        let (before, after) = (advertising::client(changed.before)?, advertising::client(changed.after)?);
        scope.audit(after.id, json!({ "before": before, "after": after }));
        Ok(after)
    }
}

impl Handle<SetActive> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: SetActive) -> Result<Client, Failure<ClientRefusal>> {
        scope.about(params.client_id);
        let (id, active) = (params.client_id.0, params.is_active);
        let changed = metrics::set_client_active(scope.tx(), id, active).await.map_err(refused)?;
        let (before, after) = (advertising::client(changed.before)?, advertising::client(changed.after)?);
        let is_active = |it: bool| json!({ "isActive": it });
        scope.audit(
            after.id,
            json!({ "before": is_active(before.is_active), "after": is_active(after.is_active) }),
        );
        Ok(after)
    }
}

impl Handle<Remove> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Remove,
    ) -> Result<RemovedClient, Failure<ClientRefusal>> {
        scope.about(params.client_id);
        let (id, by) = (params.client_id.0, advertising::actor(scope));
        let removed = metrics::remove_client(scope.tx(), id, params.force, &by).await.map_err(refused)?;
        let weeks = convert::total(removed.weeks);
        let before = advertising::client(removed.row)?;
        scope.audit(before.id, json!({ "before": before, "weeksRemoved": weeks }));
        Ok(RemovedClient { client_id: params.client_id, weeks_removed: weeks })
    }
}

fn refused(error: EntityError) -> Failure<ClientRefusal> {
    Failure::Refused(match error {
        EntityError::Store(error) => return error.into(),
        EntityError::NoSuch(_) | EntityError::NoSuchChannel | EntityError::Inactive(_) => {
            ClientRefusal::NoSuchClient
        }
        EntityError::Taken => ClientRefusal::NameTaken,
        EntityError::ReadOnly => ClientRefusal::ClientReadOnly,
        EntityError::Limited => ClientRefusal::LimitedToClients,
        EntityError::NotEmpty(count) => ClientRefusal::NotEmpty { count: convert::total(count) },
        EntityError::HasWeeks(count) => ClientRefusal::HasWeeks { count: convert::total(count) },
    })
}
