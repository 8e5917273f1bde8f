//! Who is calling: one tenant, one subject, one role. Built by whoever admitted the credential, after
//! reading the rights afresh; this module does not know how a credential is checked.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{ApiKeyId, Operation, Role, SessionId, TenantId, UserId, permits};

/// An admitted caller. It speaks for exactly one tenant, and there is no other source of a tenant id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    pub tenant: TenantId,
    pub subject: Subject,
    /// The effective role: a member's role, a key's ceiling.
    pub role: Role,
    /// Stands for the clients that a member is limited to; two with the same see the same. `None`: every client.
    pub clients: Option<u64>,
}

/// On whose behalf the call is made, and through what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    User {
        user_id: UserId,
        /// Absent where an outside issuer keeps the session.
        session: Option<SessionId>,
    },
    ApiKey {
        key_id: ApiKeyId,
    },
    /// The platform itself: a scheduled job, the operator's command line.
    System,
}

/// A [`Subject`] without the session it came through: the one who acts, as audit rows, job rows,
/// cursors and OAuth states name it. A new session of the same user is the same actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    User(UserId),
    ApiKey(ApiKeyId),
    System,
}

/// The caller's role does not cover the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the role {role} may not do this")]
pub struct NotPermitted {
    pub role: Role,
    pub operation: Operation,
}

impl Principal {
    pub fn user(tenant: TenantId, user_id: UserId, session: Option<SessionId>, role: Role) -> Self {
        Self { tenant, subject: Subject::User { user_id, session }, role, clients: None }
    }

    pub fn api_key(tenant: TenantId, key_id: ApiKeyId, ceiling: Role) -> Self {
        Self { tenant, subject: Subject::ApiKey { key_id }, role: ceiling, clients: None }
    }

    /// The platform acting within a tenant with the rights of `role`. A job started by a person runs
    /// with that person's rights, re-read at run time, not with these.
    pub fn system(tenant: TenantId, role: Role) -> Self {
        Self { tenant, subject: Subject::System, role, clients: None }
    }

    /// The same, limited to some clients.
    #[must_use]
    pub fn limited_to(self, clients: Option<u64>) -> Self {
        Self { clients, ..self }
    }

    /// Refuses unless the role permits `operation`.
    ///
    /// ```
    /// use tenancy::{Operation, Principal, Role, TenantId, UserId};
    /// # let (tenant, user) = (TenantId(uuid::Uuid::nil()), UserId(uuid::Uuid::nil()));
    /// let caller = Principal::user(tenant, user, None, Role::Manager);
    /// assert!(caller.require(Operation::TriggerSync).is_ok());
    /// assert!(caller.require(Operation::ManageApiKeys).is_err());
    /// ```
    ///
    /// # Errors
    /// [`NotPermitted`], naming both.
    pub fn require(&self, operation: Operation) -> Result<(), NotPermitted> {
        if permits(self.role, operation) { Ok(()) } else { Err(NotPermitted { role: self.role, operation }) }
    }

    pub fn actor(&self) -> Actor {
        self.subject.actor()
    }
}

impl Subject {
    pub fn actor(self) -> Actor {
        match self {
            Self::User { user_id, .. } => Actor::User(user_id),
            Self::ApiKey { key_id } => Actor::ApiKey(key_id),
            Self::System => Actor::System,
        }
    }
}

impl Actor {
    /// A kind byte and 16 id bytes: no two actors share them.
    pub(crate) fn to_bytes(self) -> [u8; 17] {
        let (kind, id) = match self {
            Self::User(id) => (1, id.0.into_bytes()),
            Self::ApiKey(id) => (2, id.0.into_bytes()),
            Self::System => (3, [0; 16]),
        };
        let mut bytes = [kind; 17];
        bytes[1..].copy_from_slice(&id);
        bytes
    }

    /// The way back from [`Actor::to_bytes`]; `None` for bytes it never gives.
    pub(crate) fn from_bytes(bytes: [u8; 17]) -> Option<Self> {
        let [kind, id @ ..] = bytes;
        let id = uuid::Uuid::from_bytes(id);
        match kind {
            1 => Some(Self::User(id.into())),
            2 => Some(Self::ApiKey(id.into())),
            3 if id.is_nil() => Some(Self::System),
            _ => None,
        }
    }
}
