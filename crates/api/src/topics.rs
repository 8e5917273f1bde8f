//! The parts of the data that queries depend on and mutations change. A live query is evaluated again when one of
//! its topics is published.

use rpc::Topic;

/// The organization and its settings.
pub const TENANT: Topic = Topic("tenant");
/// Members and their roles.
pub const TEAM: Topic = Topic("team");
/// API keys.
pub const API_KEYS: Topic = Topic("apiKeys");
/// The audit log.
pub const AUDIT: Topic = Topic("audit");
/// Connectors and their status.
pub const CONNECTORS: Topic = Topic("connectors");
/// Runs of connectors' synchronisation.
pub const SYNC_RUNS: Topic = Topic("syncRuns");
/// Field mappings.
pub const FIELD_MAPPINGS: Topic = Topic("fieldMappings");
/// Accounts.
pub const ACCOUNTS: Topic = Topic("accounts");
/// People.
pub const PEOPLE: Topic = Topic("people");
/// Opportunities, their stages and contacts.
pub const OPPORTUNITIES: Topic = Topic("opportunities");
/// The activity log.
pub const ACTIVITIES: Topic = Topic("activities");
/// Scores, tiers and their history.
pub const SCORES: Topic = Topic("scores");
/// Scoring runs.
pub const SCORING_RUNS: Topic = Topic("scoringRuns");
/// Scoring configurations and drafts.
pub const SCORING_CONFIG: Topic = Topic("scoringConfig");
/// Buying groups, their members and their candidates.
pub const BUYING_GROUPS: Topic = Topic("buyingGroups");
/// Templates of buying groups.
pub const ROLE_TEMPLATES: Topic = Topic("roleTemplates");
/// Jobs and their progress.
pub const JOBS: Topic = Topic("jobs");
/// Clients, their channels, campaign groups and campaigns.
pub const CLIENTS: Topic = Topic("clients");
/// Weekly figures and their revisions.
pub const METRICS: Topic = Topic("metrics");
/// Imports of weekly figures.
pub const METRICS_IMPORTS: Topic = Topic("metricsImports");

/// Every topic.
pub const ALL: &[Topic] = &[
    TENANT,
    TEAM,
    API_KEYS,
    AUDIT,
    CONNECTORS,
    SYNC_RUNS,
    FIELD_MAPPINGS,
    ACCOUNTS,
    PEOPLE,
    OPPORTUNITIES,
    ACTIVITIES,
    SCORES,
    SCORING_RUNS,
    SCORING_CONFIG,
    BUYING_GROUPS,
    ROLE_TEMPLATES,
    JOBS,
    CLIENTS,
    METRICS,
    METRICS_IMPORTS,
];
