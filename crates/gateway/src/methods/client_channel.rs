//! `clientChannel`.

use api::{
    routers::client_channel::{
        ClientChannelRefusal, Create, Get, List, Remove, RemovedClientChannel, SetActive, Update,
    },
    types::{ClientChannel, Page},
};
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::metrics::{self, ClientChannelFilter, EntityError, Level};

use super::{advertising, advertising::spoken, convert};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<ClientChannel>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = ClientChannelFilter {
            client: list.client_id.map(|it| it.0),
            channel: list.channel_id.map(|it| it.0),
            active: list.is_active,
        };
        let rows = metrics::list_client_channels(scope.tx(), &filter, &request).await?;
        self.try_page(scope, &list, rows, advertising::client_channel)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: Get,
    ) -> Result<ClientChannel, Failure<ClientChannelRefusal>> {
        let row = metrics::get_client_channel(scope.tx(), get.client_channel_id.0).await.map_err(refused)?;
        Ok(advertising::client_channel(row)?)
    }
}

impl Handle<Create> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Create,
    ) -> Result<ClientChannel, Failure<ClientChannelRefusal>> {
        let (client, channel) = (params.client_id.0, params.channel_id.0);
        let settles = params.settles_after_days.map(i64::from);
        let row =
            metrics::create_client_channel(scope.tx(), client, channel, settles).await.map_err(refused)?;
        let made = advertising::client_channel(row)?;
        scope.audit(made.id, json!({ "after": made }));
        Ok(made)
    }
}

impl Handle<Update> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Update,
    ) -> Result<ClientChannel, Failure<ClientChannelRefusal>> {
        scope.about(params.client_channel_id);
        let (id, channel) = (params.client_channel_id.0, params.channel_id.map(|it| it.0));
        let settles = params.settles_after_days.map(i64::from);
        let changed =
            metrics::update_client_channel(scope.tx(), id, channel, settles).await.map_err(refused)?;
        let (before, after) =
            (advertising::client_channel(changed.before)?, advertising::client_channel(changed.after)?);
        scope.audit(after.id, json!({ "before": before, "after": after }));
        Ok(after)
    }
}

impl Handle<SetActive> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: SetActive,
    ) -> Result<ClientChannel, Failure<ClientChannelRefusal>> {
        scope.about(params.client_channel_id);
        let (id, active) = (params.client_channel_id.0, params.is_active);
        let changed = metrics::set_client_channel_active(scope.tx(), id, active).await.map_err(refused)?;
        let (before, after) =
            (advertising::client_channel(changed.before)?, advertising::client_channel(changed.after)?);
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
    ) -> Result<RemovedClientChannel, Failure<ClientChannelRefusal>> {
        scope.about(params.client_channel_id);
        let (id, by) = (params.client_channel_id.0, advertising::actor(scope));
        let removed =
            metrics::remove_client_channel(scope.tx(), id, params.force, &by).await.map_err(refused)?;
        let weeks = convert::total(removed.weeks);
        let before = advertising::client_channel(removed.row)?;
        scope.audit(before.id, json!({ "before": before, "weeksRemoved": weeks }));
        Ok(RemovedClientChannel { client_channel_id: params.client_channel_id, weeks_removed: weeks })
    }
}

fn refused(error: EntityError) -> Failure<ClientChannelRefusal> {
    Failure::Refused(match error {
        EntityError::Store(error) => return error.into(),
        EntityError::NoSuch(Level::Client) => ClientChannelRefusal::NoSuchClient,
        EntityError::NoSuch(_) | EntityError::Limited => ClientChannelRefusal::NoSuchClientChannel,
        EntityError::NoSuchChannel => ClientChannelRefusal::NoSuchChannel,
        EntityError::Taken => ClientChannelRefusal::ChannelTaken,
        EntityError::ReadOnly => ClientChannelRefusal::ClientReadOnly,
        EntityError::Inactive(level) => ClientChannelRefusal::ParentInactive { level: spoken(level).into() },
        EntityError::NotEmpty(count) => ClientChannelRefusal::NotEmpty { count: convert::total(count) },
        EntityError::HasWeeks(count) => ClientChannelRefusal::HasWeeks { count: convert::total(count) },
    })
}
