//! Who acts: members, their roles, and whoever did something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Timestamp, UserId};

/// What a member or a key may do. Each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything but the audit log and the API keys.
    Viewer,
    /// Also runs the daily work: syncs, field mappings, scoring runs, recording activities.
    Manager,
    /// Also decides: scoring configuration, connectors, members, keys, settings.
    Admin,
}

/// A member of the organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The user.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub email: String,
    /// The user's name, where known.
    pub name: Option<String>,
    /// The role in this organization.
    pub role: Role,
    /// Since when they are a member.
    pub joined_at: Timestamp,
    /// Whether this is the caller.
    pub is_you: bool,
    /// Whether this is the only admin, who can be neither removed nor demoted.
    pub is_last_admin: bool,
}

/// What kind of caller did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A signed-in member.
    User,
    /// A script, by API key.
    ApiKey,
    /// The platform itself: a schedule, the operator's command line.
    System,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// What kind of caller.
    pub kind: ActorKind,
    /// The user's or key's id; null for the platform.
    pub id: Option<uuid::Uuid>,
    /// A name to show, where one is still known: the member's, the key's, or `Fairlead`.
    pub name: Option<String>,
}
