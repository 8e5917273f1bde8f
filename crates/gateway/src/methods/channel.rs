//! `channel`.

use api::{
    routers::channel::{ChannelRefusal, Get, List},
    types::{AdChannel, Listing},
};
use rpc::{Handle, NoRefusal};
use store::metrics;

use super::advertising;
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: List) -> Result<Listing<AdChannel>, Failure<NoRefusal>> {
        let all = metrics::list_channels(scope.tx()).await?;
        Ok(Listing { items: all.into_iter().map(advertising::channel).collect() })
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<AdChannel, Failure<ChannelRefusal>> {
        let found = metrics::get_channel(scope.tx(), get.channel_id.0).await;
        Ok(advertising::channel(found.map_err(|error| super::missing(error, ChannelRefusal::NoSuchChannel))?))
    }
}
