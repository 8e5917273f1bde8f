//! The three roles and their names, ours and those that outside issuers use for them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a member or an API key is within one tenant. Ordered: `Viewer < Manager < Admin`, and each
/// role may do everything that the one below may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Manager,
    Admin,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Manager, Self::Admin];

    /// Our own name, as stored and as on the wire: `viewer`, `manager`, `admin`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// Reads a role from an outside issuer's claim: our own names, `account_manager` and `editor` for a
    /// manager, each with or without the `org:` prefix. An unknown name is no role at all, never a low one.
    ///
    /// ```
    /// use tenancy::Role;
    /// assert_eq!(Role::from_outside_name("org:admin"), Some(Role::Admin));
    /// assert_eq!(Role::from_outside_name("account_manager"), Some(Role::Manager));
    /// assert_eq!(Role::from_outside_name("org:superuser"), None);
    /// ```
    pub fn from_outside_name(name: &str) -> Option<Self> {
        match name.strip_prefix("org:").unwrap_or(name) {
            "admin" => Some(Self::Admin),
            "manager" | "account_manager" | "editor" => Some(Self::Manager),
            "viewer" => Some(Self::Viewer),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of `viewer`, `manager`, `admin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a role is one of viewer, manager, admin")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_back_from_its_name_and_from_json() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
            assert_eq!(serde_json::from_str::<Role>(&format!("\"{role}\"")).unwrap(), role);
        }
    }

    #[test]
    fn outside_names_map_to_roles_and_strangers_to_none() {
        for (name, role) in [
            ("admin", Some(Role::Admin)),
            ("org:admin", Some(Role::Admin)),
            ("manager", Some(Role::Manager)),
            ("org:manager", Some(Role::Manager)),
            ("account_manager", Some(Role::Manager)),
            ("org:account_manager", Some(Role::Manager)),
            ("editor", Some(Role::Manager)),
            ("viewer", Some(Role::Viewer)),
            ("org:viewer", Some(Role::Viewer)),
            ("", None),
            ("org:", None),
            ("org:org:admin", None),
            ("Admin", None),
            ("admin ", None),
            ("owner", None),
            ("system", None),
        ] {
            assert_eq!(Role::from_outside_name(name), role, "{name:?}");
        }
    }

    #[test]
    fn outside_names_are_not_ours() {
        assert_eq!("editor".parse::<Role>(), Err(UnknownRole));
        assert_eq!("org:admin".parse::<Role>(), Err(UnknownRole));
    }
}
