//! `campaign`: what runs.

use super::prelude::*;

/// The campaigns of clients you may see, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only this client's.
    pub client_id: Option<ClientId>,
    /// Only those of this client on this channel.
    pub client_channel_id: Option<ClientChannelId>,
    /// Only those of this group.
    pub campaign_group_id: Option<CampaignGroupId>,
    /// Only those that the channel calls so.
    #[validate(length(min = 1, max = 200))]
    pub external_id: Option<String>,
    /// Only active ones, or only those that are not.
    pub is_active: Option<bool>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "campaign.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Page<Campaign>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                client_id: None,
                client_channel_id: None,
                campaign_group_id: Some(sample::CAMPAIGN_GROUP_ID),
                external_id: None,
                is_active: Some(true),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::campaign()]),
        }
    }
}

refusals! {
    /// Why a campaign stays as it is, or there is none to show.
    pub enum CampaignRefusal {
        /// The organization has no such campaign, or you may not see its client.
        NoSuchCampaign => NotFound, "no such campaign";
        /// The organization has no such campaign group, or you may not see its client.
        NoSuchCampaignGroup => NotFound, "no such campaign group";
        /// Another campaign of the group has that name.
        NameTaken => Conflict, "another campaign of the group has that name";
        /// You may see this client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read this client";
        /// Something above it is not active.
        ParentInactive { level: String } => PreconditionFailed, "the {level} is not active";
        /// There are figures of so many weeks. Say `force` to take them away.
        HasWeeks { count: u64 } => PreconditionFailed, "there are figures of {count} weeks; say force to take them away";
    }
}

/// One campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The campaign.
    pub campaign_id: CampaignId,
}

impl Method for Get {
    const NAME: &'static str = "campaign.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::CLIENTS] };
    type Caller = Viewer;
    type Output = Campaign;
    type Refusal = CampaignRefusal;

    fn example() -> Example<Self> {
        Example { params: Get { campaign_id: sample::CAMPAIGN_ID }, result: sample::campaign() }
    }
}

/// Makes a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The campaign group.
    pub campaign_group_id: CampaignGroupId,
    /// Its name, 1 to 200 characters.
    pub name: Name,
    /// The return on ad spend that is aimed at.
    pub target_roas: Option<TargetRoas>,
    /// What the channel calls it, 1 to 200 characters.
    #[validate(length(min = 1, max = 200))]
    pub external_id: Option<String>,
}

impl Method for Create {
    const NAME: &'static str = "campaign.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaign.create", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Campaign;
    type Refusal = CampaignRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create {
                campaign_group_id: sample::CAMPAIGN_GROUP_ID,
                name: sample::name("Tents"),
                target_roas: TargetRoas::of_ten_thousandths(35_000),
                external_id: Some("cmp-tents".into()),
            },
            result: Campaign {
                id: sample::NEW_CAMPAIGN_ID,
                name: "Tents".into(),
                target_roas: TargetRoas::of_ten_thousandths(35_000),
                external_id: Some("cmp-tents".into()),
                ..sample::campaign()
            },
        }
    }
}

/// What can be taken away from a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CampaignField {
    /// Its target.
    TargetRoas,
    /// What the channel calls it.
    ExternalId,
}

/// Changes a campaign's name, target or outside id. What is not given stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The new name.
    pub name: Option<Name>,
    /// The new target.
    pub target_roas: Option<TargetRoas>,
    /// The new outside id.
    #[validate(length(min = 1, max = 200))]
    pub external_id: Option<String>,
    /// What it is to have no more.
    #[serde(default)]
    #[validate(length(max = 2))]
    pub clear: Vec<CampaignField>,
}

impl Method for Update {
    const NAME: &'static str = "campaign.update";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaign.update", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Campaign;
    type Refusal = CampaignRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Update {
                campaign_id: sample::CAMPAIGN_ID,
                name: None,
                target_roas: TargetRoas::of_ten_thousandths(42_500),
                external_id: None,
                clear: Vec::new(),
            },
            result: Campaign { target_roas: TargetRoas::of_ten_thousandths(42_500), ..sample::campaign() },
        }
    }
}

/// Lets a campaign rest, or takes it up again. Nothing is deleted: its figures stay and count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetActive {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Whether figures may be put in.
    pub is_active: bool,
}

impl Method for SetActive {
    const NAME: &'static str = "campaign.setActive";
    const EFFECT: Effect =
        Effect::Mutation { audit: "campaign.setActive", idempotent: true, topics: &[topics::CLIENTS] };
    type Caller = Manager;
    type Output = Campaign;
    type Refusal = CampaignRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SetActive { campaign_id: sample::CAMPAIGN_ID, is_active: true },
            result: sample::campaign(),
        }
    }
}

/// Removes a campaign.
///
/// Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with
/// `knownAt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remove {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Whether figures may be taken away with it.
    #[serde(default)]
    pub force: bool,
}

/// A campaign that is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedCampaign {
    /// Which it was.
    pub campaign_id: CampaignId,
    /// Of how many weeks figures were taken away.
    pub weeks_removed: u64,
}

impl Method for Remove {
    const NAME: &'static str = "campaign.remove";
    const EFFECT: Effect = Effect::Mutation {
        audit: "campaign.remove",
        idempotent: true,
        topics: &[topics::CLIENTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = RemovedCampaign;
    type Refusal = CampaignRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove { campaign_id: sample::RETIRING_CAMPAIGN_ID, force: false },
            result: RemovedCampaign { campaign_id: sample::RETIRING_CAMPAIGN_ID, weeks_removed: 0 },
        }
    }
}
