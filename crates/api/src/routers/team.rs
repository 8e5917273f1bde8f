//! `team`: members and their roles.

use super::prelude::*;

/// The members of the organization with their roles, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only members with this role.
    pub role: Option<Role>,
    /// Only members whose name or e-mail address begins with this, in any case.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn example_member(role: Role) -> Member {
    Member {
        user_id: sample::MEMBER_ID,
        email: "max@example.org".into(),
        name: Some("Max Example".into()),
        role,
        joined_at: sample::days_ago(120),
        is_you: false,
        is_last_admin: false,
    }
}

impl Method for List {
    const NAME: &'static str = "team.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TEAM] };
    type Caller = Viewer;
    type Output = Page<Member>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                role: None,
                search: None,
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![example_member(Role::Viewer)]),
        }
    }
}

refusals! {
    /// Why a member stays as they are.
    pub enum TeamRefusal {
        /// The organization has no such member.
        NoSuchMember => NotFound, "no such member";
        /// The last admin can be neither removed nor given a lower role.
        LastAdmin => PreconditionFailed, "the organization needs an admin, and this is the last one";
        /// The member signs in through an outside issuer, which keeps the role. Change it there.
        RoleKeptOutside => PreconditionFailed, "the member's role is kept where they sign in; change it there";
    }
}

/// Gives a member another role. It holds from the member's next call on.
///
/// The last admin cannot be given a lower role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeRole {
    /// The member.
    pub user_id: UserId,
    /// The new role. Giving the same role again changes nothing.
    pub role: Role,
}

impl Method for ChangeRole {
    const NAME: &'static str = "team.changeRole";
    const EFFECT: Effect =
        Effect::Mutation { audit: "team.changeRole", idempotent: true, topics: &[topics::TEAM] };
    type Caller = Admin;
    type Output = Member;
    type Refusal = TeamRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ChangeRole { user_id: sample::MEMBER_ID, role: Role::Manager },
            result: example_member(Role::Manager),
        }
    }
}

/// Removes a member from the organization and ends their sessions in it.
///
/// The user's account and their other organizations stay. The last admin cannot be removed. A member who signs in
/// through an outside issuer has to be removed there first: their next token would make them a member again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remove {
    /// The member.
    pub user_id: UserId,
}

/// A member who is one no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedMember {
    /// The user.
    pub user_id: UserId,
    /// How many of their sessions were ended.
    pub sessions_ended: u64,
}

impl Method for Remove {
    const NAME: &'static str = "team.remove";
    const EFFECT: Effect =
        Effect::Mutation { audit: "team.remove", idempotent: true, topics: &[topics::TEAM] };
    type Caller = Admin;
    type Output = RemovedMember;
    type Refusal = TeamRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Remove { user_id: sample::LEAVING_MEMBER_ID },
            result: RemovedMember { user_id: sample::LEAVING_MEMBER_ID, sessions_ended: 1 },
        }
    }
}
