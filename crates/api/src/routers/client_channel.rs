//! `clientChannel`: on which channels a client is.

use super::prelude::*;

/// On which channels clients are, in the order in which that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only this client's.
    pub client_id: Option<ClientId>,
    /// Only on this channel.
    pub channel_id: Option<ChannelId>,
    /// Only active ones, or only those that are not.
    pub is_active: Option<bool>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "clientChannel.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<ClientChannel>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                client_id: Some(sample::CLIENT_ID),
                channel_id: None,
                is_active: Some(true),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::client_channel()]),
        }
    }
}

refusals! {
    /// Why a client's channel stays as it is, or there is none to show.
    pub enum ClientChannelRefusal {
        /// The organization has no such thing, or you may not see the client.
        NoSuchClientChannel => NotFound, "no such client's channel";
        /// The organization has no such client, or you may not see it.
        NoSuchClient => NotFound, "no such client";
        /// There is no such channel.
        NoSuchChannel => NotFound, "no such channel";
        /// The client is on that channel already.
        ChannelTaken => Conflict, "the client is on that channel already";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read this client";
        /// The client is not active.
        ParentInactive { level: String } => PreconditionFailed, "the {level} is not active";
        /// There are campaign groups. Remove those first.
        NotEmpty { count: u64 } => PreconditionFailed, "there are {count} campaign groups below it; remove those first";
        /// There are figures of so many weeks. Say `force` to take them away.
        HasWeeks { count: u64 } => PreconditionFailed, "there are figures of {count} weeks";
    }
}

/// One client's channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
}

impl Method for Get {
    const NAME: &'static str = "clientChannel.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = ClientChannel;
    type Refusal = ClientChannelRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Get { client_channel_id: sample::CLIENT_CHANNEL_ID },
            result: sample::client_channel(),
        }
    }
}

/// Puts a client on a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The client.
    pub client_id: ClientId,
    /// The channel.
    pub channel_id: ChannelId,
    /// How many days after its end a week counts as settled: 0 to 365, 14 when not given.
    #[validate(range(max = 365))]
    pub settles_after_days: Option<u16>,
}

impl Method for Create {
    const NAME: &'static str = "clientChannel.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "clientChannel.create", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = ClientChannel;
    type Refusal = ClientChannelRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create {
                client_id: sample::CLIENT_ID,
                channel_id: sample::OTHER_CHANNEL_ID,
                settles_after_days: None,
            },
            result: ClientChannel { id: sample::NEW_CLIENT_CHANNEL_ID, ..sample::client_channel() },
        }
    }
}

/// Puts a client from one channel on another, or lets its weeks settle sooner or later. What is not given stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
    /// The channel it should have been.
    pub channel_id: Option<ChannelId>,
    /// How many days after its end a week counts as settled: 0 to 365.
    #[validate(range(max = 365))]
    pub settles_after_days: Option<u16>,
}

impl Method for Update {
    const NAME: &'static str = "clientChannel.update";
    const EFFECT: Effect =
        Effect::Mutation { audit: "clientChannel.update", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = ClientChannel;
    type Refusal = ClientChannelRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Update {
                client_channel_id: sample::CLIENT_CHANNEL_ID,
                channel_id: None,
                settles_after_days: Some(21),
            },
            result: ClientChannel { settles_after_days: 21, ..sample::client_channel() },
        }
    }
}

/// Lets a client's channel rest, or takes it up again. Nothing is deleted: its figures stay and count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetActive {
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
    /// Whether figures may be put in.
    pub is_active: bool,
}

impl Method for SetActive {
    const NAME: &'static str = "clientChannel.setActive";
    const EFFECT: Effect =
        Effect::Mutation { audit: "clientChannel.setActive", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = ClientChannel;
    type Refusal = ClientChannelRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SetActive { client_channel_id: sample::CLIENT_CHANNEL_ID, is_active: true },
            result: sample::client_channel(),
        }
    }
}

/// Removes a client's channel. Everything below it has to be removed before.
///
/// Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with
/// `knownAt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remove {
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
    /// Whether figures may be taken away with it.
    #[serde(default)]
    pub force: bool,
}

/// A client's channel that is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedClientChannel {
    /// Which it was.
    pub client_channel_id: ClientChannelId,
    /// Of how many weeks figures were taken away.
    pub weeks_removed: u64,
}

impl Method for Remove {
    const NAME: &'static str = "clientChannel.remove";
    const EFFECT: Effect = Effect::Mutation {
        audit: "clientChannel.remove",
        idempotent: true,
        topics: &[topics::CLIENTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = RemovedClientChannel;
    type Refusal = ClientChannelRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove { client_channel_id: sample::RETIRING_CLIENT_CHANNEL_ID, force: false },
            result: RemovedClientChannel {
                client_channel_id: sample::RETIRING_CLIENT_CHANNEL_ID,
                weeks_removed: 0,
            },
        }
    }
}
