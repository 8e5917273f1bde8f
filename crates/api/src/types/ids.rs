//! Ids: UUIDs, one type for each kind of thing, so that one kind is never taken for another.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub struct $name(pub Uuid);

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

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// An organization.
    TenantId,
    /// A user: one human, over all the organizations they belong to.
    UserId,
    /// An API key.
    ApiKeyId,
    /// A signed-in session.
    SessionId,
    /// One row of the audit log.
    AuditEntryId,
    /// A connection to one outside system.
    ConnectorId,
    /// One run of a connector's synchronisation.
    SyncRunId,
    /// A piece of long work.
    JobId,
    /// An account: a company you sell to.
    AccountId,
    /// A person: a contact or a lead.
    PersonId,
    /// An opportunity: a deal.
    OpportunityId,
    /// An activity: one thing a person did, once.
    ActivityId,
    /// One run of scoring.
    ScoringRunId,
    /// A buying group of an account.
    BuyingGroupId,
    /// A template of what a complete buying group looks like.
    RoleTemplateId,
    /// An account, a person or an opportunity; the field beside it says which.
    EntityId,
    /// A client: an advertiser you work for.
    ClientId,
    /// An advertising channel.
    ChannelId,
    /// A client on a channel.
    ClientChannelId,
    /// A group of campaigns.
    CampaignGroupId,
    /// A campaign.
    CampaignId,
    /// An import of weekly figures.
    MetricsImportId,
    /// An alert about weekly figures.
    MetricsAlertId,
    /// A client, a client's channel, a campaign group or a campaign; the field beside it says which.
    PlaceId,
}

impl From<AccountId> for EntityId {
    fn from(id: AccountId) -> Self {
        Self(id.0)
    }
}

impl From<PersonId> for EntityId {
    fn from(id: PersonId) -> Self {
        Self(id.0)
    }
}

impl From<OpportunityId> for EntityId {
    fn from(id: OpportunityId) -> Self {
        Self(id.0)
    }
}
