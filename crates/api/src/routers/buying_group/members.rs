//! Members, and what people decide about them.

use super::{GroupRefusal, examples};
use crate::routers::prelude::*;

/// The members of a group, the surest of their role first, each with the evidence for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMembers {
    /// The group.
    pub group_id: BuyingGroupId,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for GetMembers {
    const NAME: &'static str = "buyingGroup.getMembers";
    const EFFECT: Effect = Effect::Query { topics: &[topics::BUYING_GROUPS, topics::PEOPLE, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<GroupMember>;
    type Refusal = GroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetMembers {
                group_id: sample::BUYING_GROUP_ID,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![examples::member()]),
        }
    }
}

/// Who was active when: the members of a group week by week, as a heat map.
///
/// Weeks are ISO weeks in the organization's time zone. A cell's points are those earned in that week, before decay; how hot
/// it is says its rank among the group's cells that have points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMemberEngagement {
    /// The group.
    pub group_id: BuyingGroupId,
    /// How many weeks, the present one included: 1 to 52.
    #[serde(default = "twelve")]
    #[validate(range(min = 1, max = 52))]
    pub weeks: u32,
}

fn twelve() -> u32 {
    12
}

impl Method for GetMemberEngagement {
    const NAME: &'static str = "buyingGroup.getMemberEngagement";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::BUYING_GROUPS, topics::ACTIVITIES, topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = HeatMap;
    type Refusal = GroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetMemberEngagement { group_id: sample::BUYING_GROUP_ID, weeks: 2 },
            result: examples::heat_map(),
        }
    }
}

refusals! {
    /// Why nobody was added.
    pub enum AddMemberRefusal {
        /// The organization has no such group.
        NoSuchGroup => NotFound, "no such group";
        /// The organization has no such person.
        NoSuchPerson => NotFound, "no such person";
        /// The person belongs to another account than the group.
        MemberOfAnotherAccount => UnprocessableContent, "the person belongs to another account";
        /// The person is a member already.
        AlreadyMember => Conflict, "the person is a member already";
        /// A person's role cannot be confirmed as unknown.
        UnknownRole => UnprocessableContent, "unknown is not a role that can be confirmed";
    }
}

/// Adds a person of the account, or of no account, to its group. Their role is found out as every member's; one that is
/// given is confirmed by that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddMember {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The person.
    pub person_id: PersonId,
    /// Their role, if you know it.
    pub role: Option<BuyingRole>,
}

impl Method for AddMember {
    const NAME: &'static str = "buyingGroup.addMember";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.addMember",
        idempotent: true,
        topics: &[topics::BUYING_GROUPS],
    };
    type Caller = Manager;
    type Output = GroupMember;
    type Refusal = AddMemberRefusal;

    fn example() -> Example<Self> {
        Example {
            params: AddMember {
                group_id: sample::BUYING_GROUP_ID,
                person_id: sample::COLLEAGUE_ID,
                role: Some(BuyingRole::TechnicalEvaluator),
            },
            result: GroupMember {
                evidence: Vec::new(),
                ..examples::confirmed(BuyingRole::TechnicalEvaluator)
            },
        }
    }
}

refusals! {
    /// Why nothing was changed about a member.
    pub enum MemberRefusal {
        /// The organization has no such group.
        NoSuchGroup => NotFound, "no such group";
        /// The person is not a member of the group.
        NoSuchMember => NotFound, "no such member";
    }
}

/// Takes a member out of a group. No sync brings them back; adding them again does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveMember {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The person.
    pub person_id: PersonId,
    /// What you want to say about it, up to 1000 characters.
    #[validate(length(min = 1, max = 1000))]
    pub reason: Option<String>,
}

/// A member who is one no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedGroupMember {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The person.
    pub person_id: PersonId,
}

impl Method for RemoveMember {
    const NAME: &'static str = "buyingGroup.removeMember";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.removeMember",
        idempotent: true,
        topics: &[topics::BUYING_GROUPS],
    };
    type Caller = Manager;
    type Output = RemovedGroupMember;
    type Refusal = MemberRefusal;

    fn example() -> Example<Self> {
        let (group_id, person_id) = (sample::BUYING_GROUP_ID, sample::SECOND_PERSON_ID);
        Example {
            params: RemoveMember { group_id, person_id, reason: Some("Left the project".into()) },
            result: RemovedGroupMember { group_id, person_id },
        }
    }
}

refusals! {
    /// Why a role was not confirmed.
    pub enum ConfirmRefusal {
        /// The organization has no such group.
        NoSuchGroup => NotFound, "no such group";
        /// The person is not a member of the group.
        NoSuchMember => NotFound, "no such member";
        /// The same role is confirmed already.
        AlreadyConfirmed => Conflict, "the role is confirmed already";
        /// A person's role cannot be confirmed as unknown.
        UnknownRole => UnprocessableContent, "unknown is not a role that can be confirmed";
    }
}

/// Says which part a member plays. From then on that is certain: no sync and no evidence changes it, only confirming another
/// role does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmMemberRole {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The person.
    pub person_id: PersonId,
    /// Their role.
    pub role: BuyingRole,
}

impl Method for ConfirmMemberRole {
    const NAME: &'static str = "buyingGroup.confirmMemberRole";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.confirmMemberRole",
        idempotent: true,
        topics: &[topics::BUYING_GROUPS],
    };
    type Caller = Manager;
    type Output = GroupMember;
    type Refusal = ConfirmRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ConfirmMemberRole {
                group_id: sample::BUYING_GROUP_ID,
                person_id: sample::PERSON_ID,
                role: BuyingRole::EconomicBuyer,
            },
            result: GroupMember { evidence: Vec::new(), ..examples::confirmed(BuyingRole::EconomicBuyer) },
        }
    }
}
