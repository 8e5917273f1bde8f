//! The one permission table. A method's caller type, the list filters and the explorer's greyed-out
//! buttons all ask [`permits`]; nothing else decides what a role may do.

use serde::{Deserialize, Serialize};

use crate::Role;

macro_rules! operations {
    ($($role:ident { $($(#[$doc:meta])* $operation:ident,)+ })+) => {
        /// Something a caller may want to do within their tenant. The needed role stands in [`minimum_role`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Operation {
            $($($(#[$doc])* $operation,)+)+
        }

        impl Operation {
            /// Every operation, in the order of the table.
            pub const ALL: &[Self] = &[$($(Self::$operation,)+)+];
        }

        /// The lowest role that may do `operation`.
        pub const fn minimum_role(operation: Operation) -> Role {
            match operation {
                $($(Operation::$operation => Role::$role,)+)+
            }
        }
    };
}

operations! {
    Viewer {
        /// Accounts, people, opportunities, activities and their timelines.
        ReadRecords,
        /// Scores, tiers, explanations and the matrix.
        ReadScores,
        /// Dashboards and weekly metrics.
        ReadMetrics,
        /// Which connectors there are, how their last runs went, and the mappings they use.
        ReadConnectors,
        /// The scoring configuration and its versions; changing it is [`Operation::ConfigureScoring`].
        ReadScoringConfig,
        /// Who is a member of the tenant.
        ReadTeam,
        /// Background jobs and their progress.
        ReadJobs,
        /// One's own profile and sessions, and no one else's.
        ManageOwnSessions,
    }
    Manager {
        TriggerSync,
        RunScoring,
        CancelJobs,
        EditFieldMappings,
        RecordActivities,
        ConfirmBuyingGroupRoles,
        EnterWeeklyMetrics,
        /// Which client a campaign belongs to.
        AssignCampaigns,
    }
    Admin {
        ConfigureScoring,
        /// Create, change and disconnect connectors.
        ManageConnectors,
        AuthorizeConnectors,
        WriteBack,
        EditRoleTemplates,
        InviteMembers,
        RemoveMembers,
        ChangeRoles,
        ManageApiKeys,
        ReadAuditLog,
        EditSettings,
        ManageDomains,
        ManageSso,
        DeleteData,
    }
}

/// Whether `role` may do `operation`.
///
/// ```
/// use tenancy::{Operation, Role, permits};
/// assert!(permits(Role::Viewer, Operation::ReadScores));
/// assert!(!permits(Role::Manager, Operation::ManageApiKeys));
/// ```
pub const fn permits(role: Role, operation: Operation) -> bool {
    role as u8 >= minimum_role(operation) as u8
}
