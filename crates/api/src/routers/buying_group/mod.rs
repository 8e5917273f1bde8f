//! `buyingGroup`: who takes part in a purchase, as what, who is missing, and where they might be found.

mod calibration;
mod candidates;
mod examples;
mod members;
mod role_names;
mod templates;

pub use calibration::{Calibrate, CalibrationReport};
pub use candidates::{
    AcceptCandidate, CandidateRefusal, DismissCandidate, DismissedCandidate, GetCandidates, GroupCandidates,
};
pub use members::{
    AddMember, AddMemberRefusal, ConfirmMemberRole, ConfirmRefusal, GetMemberEngagement, GetMembers,
    MemberRefusal, RemoveMember, RemovedGroupMember,
};
pub use role_names::{ListRoleNames, RoleName, RoleNames, SaveRoleNames, SaveRoleNamesRefusal};
pub use templates::{
    ListTemplates, RemoveTemplate, RemoveTemplateRefusal, RemovedTemplate, SaveTemplate, SaveTemplateRefusal,
    SavedTemplate,
};

use super::account::AccountRefusal;
use super::prelude::*;

refusals! {
    /// Why there is no group to show.
    pub enum GroupRefusal {
        /// The organization has no such group.
        NoSuchGroup => NotFound, "no such group";
    }
}

/// The buying groups of an account: the one at large first, then one for each solution tag that has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListByAccount {
    /// The account.
    pub account_id: AccountId,
}

impl Method for ListByAccount {
    const NAME: &'static str = "buyingGroup.listByAccount";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::BUYING_GROUPS, topics::ROLE_TEMPLATES, topics::SCORES] };
    type Caller = Viewer;
    type Output = Listing<BuyingGroup>;
    type Refusal = AccountRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListByAccount { account_id: sample::ACCOUNT_ID },
            result: Listing { items: vec![examples::group()] },
        }
    }
}

/// In which order accounts with groups come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupedAccountSort {
    /// By name, from A.
    Name,
    /// Best combined score first; those without one last.
    Combined,
}

/// The accounts that have a buying group, with their groups.
///
/// Filters choose accounts by any one of their groups; all groups of an account are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAccountsWithGroups {
    /// Only accounts with a group that is so far.
    pub status: Option<GroupStatus>,
    /// Only accounts with a group of this tag.
    pub solution_tag: Option<SolutionTag>,
    /// Only accounts with a group that lacks this role.
    pub missing: Option<BuyingRole>,
    /// Only accounts of this tier.
    pub tier: Option<Tier>,
    /// The order.
    #[serde(default = "by_name")]
    pub sort: GroupedAccountSort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn by_name() -> GroupedAccountSort {
    GroupedAccountSort::Name
}

/// An account with its buying groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountWithGroups {
    /// The account.
    pub account: AccountRef,
    /// Its scores; null until a scoring run has seen it.
    pub scores: Option<Scores>,
    /// Its groups: the one at large first, then by tag.
    pub groups: Vec<BuyingGroup>,
}

impl Method for ListAccountsWithGroups {
    const NAME: &'static str = "buyingGroup.listAccountsWithGroups";
    const EFFECT: Effect = Effect::Query {
        topics: &[topics::BUYING_GROUPS, topics::ROLE_TEMPLATES, topics::ACCOUNTS, topics::SCORES],
    };
    type Caller = Viewer;
    type Output = Page<AccountWithGroups>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListAccountsWithGroups {
                status: None,
                solution_tag: None,
                missing: Some(BuyingRole::Champion),
                tier: None,
                sort: GroupedAccountSort::Combined,
                page_size: PageSize::default(),
                cursor: None,
                include_total: true,
            },
            result: Page {
                total: Some(1),
                ..Page::last(vec![AccountWithGroups {
                    account: sample::account_ref(),
                    scores: Some(sample::account_scores()),
                    groups: vec![examples::group()],
                }])
            },
        }
    }
}

/// A group with its template, and how far each role of it is filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetDetail {
    /// The group.
    pub group_id: BuyingGroupId,
}

/// A group and what it is measured by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BuyingGroupDetail {
    /// The group.
    pub group: BuyingGroup,
    /// What it is measured by: the template of its tag, else the default.
    pub template: RoleTemplate,
    /// Every role of the template.
    pub roles: Vec<RoleFill>,
}

impl Method for GetDetail {
    const NAME: &'static str = "buyingGroup.getDetail";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::BUYING_GROUPS, topics::ROLE_TEMPLATES, topics::SCORES] };
    type Caller = Viewer;
    type Output = BuyingGroupDetail;
    type Refusal = GroupRefusal;

    fn example() -> Example<Self> {
        Example { params: GetDetail { group_id: sample::BUYING_GROUP_ID }, result: examples::detail() }
    }
}

refusals! {
    /// Why a group was not made.
    pub enum CreateGroupRefusal {
        /// The organization has no such account.
        NoSuchAccount => NotFound, "no such account";
        /// The account has a group for this tag already, or one at large.
        GroupExists => Conflict, "the account has such a group already";
    }
}

/// Makes a buying group of an account, for a solution tag or at large, and lets in whom the CRM or an intent vendor names in
/// a purchase.
///
/// An account in which they name somebody gets its group at large by itself, after each sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The account.
    pub account_id: AccountId,
    /// What the group is about; the account's group at large when left out.
    pub solution_tag: Option<SolutionTag>,
}

impl Method for Create {
    const NAME: &'static str = "buyingGroup.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "buyingGroup.create", idempotent: true, topics: &[topics::BUYING_GROUPS] };
    type Caller = Manager;
    type Output = BuyingGroupDetail;
    type Refusal = CreateGroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create {
                account_id: sample::ACCOUNT_ID,
                solution_tag: Some(SolutionTag::of_record("platform")),
            },
            result: examples::detail(),
        }
    }
}
