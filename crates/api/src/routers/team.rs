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

/// What a member may see of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientGrant {
    /// The client.
    pub client_id: ClientId,
    /// As what: `viewer` reads, `manager` also changes figures and campaigns. Not more than the member's own role.
    pub role: Role,
}

/// Which clients a member may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientAssignment {
    /// The member.
    pub user_id: UserId,
    /// These clients only; null for every client.
    pub clients: Option<Vec<ClientGrant>>,
}

refusals! {
    /// Why a member's clients stay as they are.
    pub enum AssignmentRefusal {
        /// The organization has no such member.
        NoSuchMember => NotFound, "no such member";
        /// The organization has no such client.
        NoSuchClient => NotFound, "no such client";
        /// An admin sees every client.
        MemberIsAdmin => PreconditionFailed, "an admin sees every client";
        /// A client cannot be given as more than the member is in the organization.
        AboveRole => UnprocessableContent, "a client cannot be given as more than the member's own role";
        /// A client is named twice.
        ClientTwice => UnprocessableContent, "a client is named twice";
    }
}

/// Which clients a member is limited to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAssignment {
    /// The member.
    pub user_id: UserId,
}

fn example_assignment() -> ClientAssignment {
    ClientAssignment {
        user_id: sample::MEMBER_ID,
        clients: Some(vec![ClientGrant { client_id: sample::CLIENT_ID, role: Role::Viewer }]),
    }
}

impl Method for GetAssignment {
    const NAME: &'static str = "team.getAssignment";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TEAM] };
    type Caller = Admin;
    type Output = ClientAssignment;
    type Refusal = AssignmentRefusal;

    fn example() -> Example<Self> {
        Example { params: GetAssignment { user_id: sample::MEMBER_ID }, result: example_assignment() }
    }
}

/// Limits a manager or viewer to named clients, or lifts the limit.
///
/// A limited member sees these clients, and what is below them, in every list, sum, export and live query, and no other. An
/// empty list shows them no client at all. It holds from the member's next call on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignClients {
    /// The member.
    pub user_id: UserId,
    /// The clients, up to 500; null for every client. It has to be said: a call that leaves it out is refused, so that nobody
    /// lifts a limit by forgetting it.
    #[serde(deserialize_with = "said")]
    #[schemars(with = "OrNull<Vec<ClientGrant>>")]
    #[validate(length(max = 500))]
    pub clients: Option<Vec<ClientGrant>>,
}

impl Method for AssignClients {
    const NAME: &'static str = "team.assignClients";
    const EFFECT: Effect =
        Effect::Mutation { audit: "team.assignClients", idempotent: true, topics: &[topics::TEAM] };
    type Caller = Admin;
    type Output = ClientAssignment;
    type Refusal = AssignmentRefusal;

    fn example() -> Example<Self> {
        let assignment = example_assignment();
        Example {
            params: AssignClients { user_id: assignment.user_id, clients: assignment.clients.clone() },
            result: assignment,
        }
    }
}
