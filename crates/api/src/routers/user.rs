//! `user`: people of the organization, to name and choose.

use super::prelude::*;

/// The users of the organization by name, to choose from.
///
/// For roles and dates use `team.list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only users whose name or e-mail address begins with this, in any case.
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

/// A user in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Name, where known.
    pub name: Option<String>,
}

impl Method for List {
    const NAME: &'static str = "user.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TEAM] };
    type Caller = Viewer;
    type Output = Page<User>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List { search: None, page_size: PageSize::default(), cursor: None, include_total: false },
            result: Page::last(vec![User {
                id: sample::ADMIN_ID,
                email: "ada@example.org".into(),
                name: Some("Ada Example".into()),
            }]),
        }
    }
}

/// The role of one user in the organization; the caller's own when no user is named.
///
/// An API key has no user: without `userId` it gets the key's own role, and `userId` is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRole {
    /// The user; the caller when not given.
    pub user_id: Option<UserId>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRole {
    /// The user; null for an API key asking about itself.
    pub user_id: Option<UserId>,
    /// The role in this organization.
    pub role: Role,
}

refusals! {
    /// Why there is no role to tell.
    pub enum GetRoleRefusal {
        /// The organization has no such member.
        NoSuchUser => NotFound, "no such user";
    }
}

impl Method for GetRole {
    const NAME: &'static str = "user.getRole";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TEAM] };
    type Caller = Viewer;
    type Output = UserRole;
    type Refusal = GetRoleRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetRole { user_id: Some(sample::ADMIN_ID) },
            result: UserRole { user_id: Some(sample::ADMIN_ID), role: Role::Admin },
        }
    }
}
