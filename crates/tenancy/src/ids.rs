//! Ids of the things this crate rules over: newtypes over [`Uuid`], so that a user's id cannot be
//! passed where a tenant's is meant. Ids are names, not secrets, and prove nothing by being known.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// On the wire and in text: the hyphenated lower-case UUID.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// One organization, and the wall around everything it owns.
    TenantId
}
id! {
    /// A person who signs in; may be a member of several tenants.
    UserId
}
id! {
    /// An API key's public half; also the `<id>` part of its text.
    ApiKeyId
}
id! {
    /// One signed-in session of one user in one tenant.
    SessionId
}
id! {
    /// A tenant's data key, the one its secrets are sealed with.
    DataKeyId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_from_json() {
        let id = TenantId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<TenantId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"00000000-0000-0000-0000-000000000007\"");
        assert_eq!(serde_json::from_str::<TenantId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        assert!("not-an-id".parse::<TenantId>().is_err());
    }
}
