//! `campaignGroup`: campaigns of a client on a channel that share a weekly budget.

use validator::ValidationError;

use super::prelude::*;

/// The campaign groups of clients you may see, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only this client's.
    pub client_id: Option<ClientId>,
    /// Only those of this client on this channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Only active ones, or only those that are not.
    pub is_active: Option<bool>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "campaignGroup.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<CampaignGroup>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                client_id: None,
                client_channel_id: Some(sample::CLIENT_CHANNEL_ID),
                is_active: Some(true),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::campaign_group()]),
        }
    }
}

refusals! {
    /// Why a campaign group stays as it is, or there is none to show.
    pub enum CampaignGroupRefusal {
        /// The organization has no such campaign group, or you may not see its client.
        NoSuchCampaignGroup => NotFound, "no such campaign group";
        /// The organization has no such thing, or you may not see the client.
        NoSuchClientChannel => NotFound, "no such client's channel";
        /// Another group of the client on this channel has that name.
        NameTaken => Conflict, "another group there has that name";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read this client";
        /// Something above it is not active.
        ParentInactive { level: String } => PreconditionFailed, "the {level} is not active";
        /// The budget is in a currency that the client's figures are not in.
        CurrencyNotUsed { currency: Currency, expected: Currency } => UnprocessableContent, "the client's figures are in {expected}, not in {currency}";
        /// There are campaigns. Remove those first.
        NotEmpty { count: u64 } => PreconditionFailed, "there are {count} campaigns in it; remove those first";
        /// There are figures of so many weeks. Say `force` to take them away.
        HasWeeks { count: u64 } => PreconditionFailed, "there are figures of {count} weeks";
    }
}

/// One campaign group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
}

impl Method for Get {
    const NAME: &'static str = "campaignGroup.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = CampaignGroup;
    type Refusal = CampaignGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Get { campaign_group_id: sample::CAMPAIGN_GROUP_ID },
            result: sample::campaign_group(),
        }
    }
}

/// Makes a campaign group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The client on the channel.
    pub client_channel_id: ClientChannelId,
    /// Its name, 1 to 200 characters.
    pub name: Name,
    /// What all its campaigns together may spend in a week: more than zero, in the client's currency.
    #[validate(custom(function = "some_budget"))]
    pub weekly_budget: Option<Money>,
}

fn some_budget(budget: &Money) -> Result<(), ValidationError> {
    if budget.minor.get() > 0 {
        Ok(())
    } else {
        Err(ValidationError::new("range").with_message("must be more than zero".into()))
    }
}

impl Method for Create {
    const NAME: &'static str = "campaignGroup.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaignGroup.create", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = CampaignGroup;
    type Refusal = CampaignGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create {
                client_channel_id: sample::CLIENT_CHANNEL_ID,
                name: sample::name("Autumn"),
                weekly_budget: Some(sample::usd(150_000)),
            },
            result: CampaignGroup {
                id: sample::NEW_CAMPAIGN_GROUP_ID,
                name: "Autumn".into(),
                weekly_budget: Some(sample::usd(150_000)),
                ..sample::campaign_group()
            },
        }
    }
}

/// What can be taken away from a campaign group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CampaignGroupField {
    /// Its budget.
    WeeklyBudget,
}

/// Changes a campaign group's name or budget. What is not given stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// The new name.
    pub name: Option<Name>,
    /// The new budget.
    #[validate(custom(function = "some_budget"))]
    pub weekly_budget: Option<Money>,
    /// What it is to have no more.
    #[serde(default)]
    #[validate(length(max = 1))]
    pub clear: Vec<CampaignGroupField>,
}

impl Method for Update {
    const NAME: &'static str = "campaignGroup.update";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaignGroup.update", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = CampaignGroup;
    type Refusal = CampaignGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Update {
                campaign_group_id: sample::CAMPAIGN_GROUP_ID,
                name: None,
                weekly_budget: Some(sample::usd(250_000)),
                clear: Vec::new(),
            },
            result: CampaignGroup { weekly_budget: Some(sample::usd(250_000)), ..sample::campaign_group() },
        }
    }
}

/// Lets a campaign group rest, or takes it up again. Nothing is deleted: its figures stay and count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetActive {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// Whether figures may be put in.
    pub is_active: bool,
}

impl Method for SetActive {
    const NAME: &'static str = "campaignGroup.setActive";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaignGroup.setActive", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = CampaignGroup;
    type Refusal = CampaignGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SetActive { campaign_group_id: sample::CAMPAIGN_GROUP_ID, is_active: true },
            result: sample::campaign_group(),
        }
    }
}

/// Removes a campaign group. Everything below it has to be removed before.
///
/// Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with
/// `knownAt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remove {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// Whether figures may be taken away with it.
    #[serde(default)]
    pub force: bool,
}

/// A campaign group that is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedCampaignGroup {
    /// Which it was.
    pub campaign_group_id: CampaignGroupId,
    /// Of how many weeks figures were taken away.
    pub weeks_removed: u64,
}

impl Method for Remove {
    const NAME: &'static str = "campaignGroup.remove";
    const EFFECT: Effect = Effect::Mutation {
        audit: "campaignGroup.remove",
        idempotent: true,
        topics: &[topics::CLIENTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = RemovedCampaignGroup;
    type Refusal = CampaignGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove { campaign_group_id: sample::RETIRING_CAMPAIGN_GROUP_ID, force: false },
            result: RemovedCampaignGroup {
                campaign_group_id: sample::RETIRING_CAMPAIGN_GROUP_ID,
                weeks_removed: 0,
            },
        }
    }
}
