//! `client`: the advertisers you work for.

use super::prelude::*;

/// The clients you may see, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only clients whose name begins with this, in any case.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// Only active ones, or only those that are not.
    pub is_active: Option<bool>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "client.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<Client>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                search: None,
                is_active: Some(true),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::client()]),
        }
    }
}

refusals! {
    /// Why a client stays as it is, or there is none to show.
    pub enum ClientRefusal {
        /// The organization has no such client, or you may not see it.
        NoSuchClient => NotFound, "no such client";
        /// Another client has that name.
        NameTaken => Conflict, "another client has that name";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read this client";
        /// You are limited to named clients, so you cannot take on new ones.
        LimitedToClients => Forbidden, "you are limited to named clients";
        /// It is on channels. Remove those first.
        NotEmpty { count: u64 } => PreconditionFailed, "it is on {count} channels; remove those first";
        /// There are figures of so many weeks: of the client itself when it is removed, of anything below it when its currency is to be another.
        HasWeeks { count: u64 } => PreconditionFailed, "there are figures of {count} weeks";
    }
}

/// One client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The client.
    pub client_id: ClientId,
}

impl Method for Get {
    const NAME: &'static str = "client.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Client;
    type Refusal = ClientRefusal;

    fn example() -> Example<Self> {
        Example { params: Get { client_id: sample::CLIENT_ID }, result: sample::client() }
    }
}

/// Takes on a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// Its name, 1 to 200 characters.
    pub name: Name,
    /// The currency of all its figures; the organization's, when not given.
    pub currency: Option<Currency>,
}

impl Method for Create {
    const NAME: &'static str = "client.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "client.create", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Client;
    type Refusal = ClientRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create { name: sample::name("Example Outdoors"), currency: Some(Currency::EUR) },
            result: Client {
                id: sample::NEW_CLIENT_ID,
                name: "Example Outdoors".into(),
                currency: Currency::EUR,
                ..sample::client()
            },
        }
    }
}

/// Changes a client's name or currency. What is not given stays as it is.
///
/// The currency can be another only as long as there are no figures: nothing is converted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// The client.
    pub client_id: ClientId,
    /// The new name.
    pub name: Option<Name>,
    /// The new currency.
    pub currency: Option<Currency>,
}

impl Method for Update {
    const NAME: &'static str = "client.update";
    const EFFECT: Effect =
        Effect::Mutation { audit: "client.update", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Client;
    type Refusal = ClientRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Update {
                client_id: sample::CLIENT_ID,
                name: Some(sample::name("Example Retail Group")),
                currency: None,
            },
            result: Client { name: "Example Retail Group".into(), ..sample::client() },
        }
    }
}

/// Lets a client rest, or takes it up again. Nothing is deleted: its figures stay and count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetActive {
    /// The client.
    pub client_id: ClientId,
    /// Whether figures may be put in.
    pub is_active: bool,
}

impl Method for SetActive {
    const NAME: &'static str = "client.setActive";
    const EFFECT: Effect =
        Effect::Mutation { audit: "client.setActive", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Client;
    type Refusal = ClientRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SetActive { client_id: sample::CLIENT_ID, is_active: true },
            result: sample::client(),
        }
    }
}

/// Removes a client. Everything below it has to be removed before.
///
/// Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with
/// `knownAt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remove {
    /// The client.
    pub client_id: ClientId,
    /// Whether figures may be taken away with it.
    #[serde(default)]
    pub force: bool,
}

/// A client that is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedClient {
    /// Which it was.
    pub client_id: ClientId,
    /// Of how many weeks figures were taken away.
    pub weeks_removed: u64,
}

impl Method for Remove {
    const NAME: &'static str = "client.remove";
    const EFFECT: Effect = Effect::Mutation {
        audit: "client.remove",
        idempotent: true,
        topics: &[topics::CLIENTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = RemovedClient;
    type Refusal = ClientRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove { client_id: sample::RETIRING_CLIENT_ID, force: false },
            result: RemovedClient { client_id: sample::RETIRING_CLIENT_ID, weeks_removed: 0 },
        }
    }
}
