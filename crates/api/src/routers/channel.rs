//! `channel`: the advertising channels there are, the same for every organization.

use super::prelude::*;

/// Every advertising channel, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {}

impl Method for List {
    const NAME: &'static str = "channel.list";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Viewer;
    type Output = Listing<AdChannel>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example { params: List {}, result: Listing { items: vec![sample::ad_channel()] } }
    }
}

refusals! {
    /// Why there is no channel to show.
    pub enum ChannelRefusal {
        /// There is no such channel.
        NoSuchChannel => NotFound, "no such channel";
    }
}

/// One advertising channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The channel.
    pub channel_id: ChannelId,
}

impl Method for Get {
    const NAME: &'static str = "channel.get";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Viewer;
    type Output = AdChannel;
    type Refusal = ChannelRefusal;

    fn example() -> Example<Self> {
        Example { params: Get { channel_id: sample::CHANNEL_ID }, result: sample::ad_channel() }
    }
}
