//! `session`: who am I, and what may I do.

use super::prelude::*;

/// Who the caller is, in which organization, and what they may do there.
///
/// Rights are read anew with each call: what this says holds now, whatever the token said when it was issued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Current {}

/// The caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CurrentSession {
    /// The organization this credential speaks for.
    pub organization: Organization,
    /// Who calls.
    pub actor: Actor,
    /// The caller's e-mail address; null for an API key.
    pub email: Option<String>,
    /// The caller's role.
    pub role: Role,
    /// What that role permits, to show and hide buttons by.
    pub permissions: Vec<Permission>,
    /// The session; null for an API key and for sessions that an outside issuer keeps.
    pub session_id: Option<SessionId>,
    /// When the credential ends by itself; null when never.
    pub expires_at: Option<Timestamp>,
}

/// The organization in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The organization.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its short name in addresses.
    pub slug: String,
}

/// Something a role permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Accounts, people, opportunities, activities and their timelines.
    ReadRecords,
    /// Scores, tiers, explanations and the matrix.
    ReadScores,
    /// Dashboards and weekly metrics.
    ReadMetrics,
    /// Connectors, their runs and mappings.
    ReadConnectors,
    /// The scoring configuration and its versions.
    ReadScoringConfig,
    /// Who is a member.
    ReadTeam,
    /// Jobs and their progress.
    ReadJobs,
    /// One's own sessions.
    ManageOwnSessions,
    /// Start a sync.
    TriggerSync,
    /// Start a scoring run.
    RunScoring,
    /// Stop a job.
    CancelJobs,
    /// Change field mappings.
    EditFieldMappings,
    /// Record activities.
    RecordActivities,
    /// Confirm roles in buying groups.
    ConfirmBuyingGroupRoles,
    /// Enter weekly metrics.
    EnterWeeklyMetrics,
    /// Assign clients to campaigns.
    AssignCampaigns,
    /// Change the scoring configuration.
    ConfigureScoring,
    /// Create, change and disconnect connectors.
    ManageConnectors,
    /// Authorise connectors.
    AuthorizeConnectors,
    /// Write scores back to the CRM.
    WriteBack,
    /// Change role templates of buying groups.
    EditRoleTemplates,
    /// Invite members.
    InviteMembers,
    /// Remove members.
    RemoveMembers,
    /// Change members' roles.
    ChangeRoles,
    /// Create, roll and revoke API keys.
    ManageApiKeys,
    /// Read the audit log.
    ReadAuditLog,
    /// Change the organization's settings.
    EditSettings,
    /// Claim and remove domains.
    ManageDomains,
    /// Configure single sign-on.
    ManageSso,
    /// Delete data.
    DeleteData,
}

impl Method for Current {
    const NAME: &'static str = "session.current";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TENANT, topics::TEAM] };
    type Caller = Viewer;
    type Output = CurrentSession;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Current {},
            result: CurrentSession {
                organization: Organization {
                    id: sample::TENANT_ID,
                    name: "Example Organization".into(),
                    slug: "example".into(),
                },
                actor: sample::admin(),
                email: Some("ada@example.org".into()),
                role: Role::Admin,
                permissions: vec![Permission::ReadRecords, Permission::ReadScores, Permission::TriggerSync],
                session_id: Some(sample::SESSION_ID),
                expires_at: Some(sample::days_ago(-30)),
            },
        }
    }
}
