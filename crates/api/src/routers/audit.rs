//! `audit`: who did what.

use super::prelude::*;

/// One thing somebody did, or was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The entry.
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What: the name of the method, or of the platform's own act.
    pub action: String,
    /// The kind of thing it was done to, such as `connector`.
    pub resource: String,
    /// Which one; null when it was none in particular, or did not come to be.
    pub resource_id: Option<String>,
    /// Whether it was done.
    pub outcome: AuditOutcome,
    /// Why it was refused, in snake_case; null when it was done.
    pub reason: Option<String>,
    /// What it was before, as far as it changed; secrets are left out.
    pub before: Option<Attributes>,
    /// What it was after, as far as it changed; secrets are left out.
    pub after: Option<Attributes>,
    /// The request, as in replies and in the server's log.
    pub request_id: Option<String>,
    /// The caller's network address.
    pub address: Option<String>,
    /// The caller's program.
    pub user_agent: Option<String>,
}

/// Whether something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// Done.
    Done,
    /// Refused: nothing changed.
    Refused,
}

fn example_entry() -> AuditEntry {
    AuditEntry {
        id: sample::AUDIT_ENTRY_ID,
        at: sample::days_ago(3),
        actor: sample::admin(),
        action: "tenant.updateSettings".into(),
        resource: "tenant".into(),
        resource_id: Some(sample::TENANT_ID.to_string()),
        outcome: AuditOutcome::Done,
        reason: None,
        before: Some(sample::object(serde_json::json!({ "timeZone": "UTC" }))),
        after: Some(sample::object(serde_json::json!({ "timeZone": "Europe/Berlin" }))),
        request_id: Some("01953c1e-4a00-7000-8000-0000000000f1".into()),
        address: Some("192.0.2.10".into()),
        user_agent: Some("Mozilla/5.0".into()),
    }
}

/// The audit log, newest first: every mutation, done or refused. Reading is not logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only what this user did.
    pub user_id: Option<UserId>,
    /// Only this action, such as `connector.create`.
    #[validate(length(min = 1, max = 100))]
    pub action: Option<String>,
    /// Only with this outcome.
    pub outcome: Option<AuditOutcome>,
    /// Only from this instant on.
    pub from: Option<Timestamp>,
    /// Only before this instant.
    pub to: Option<Timestamp>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "audit.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::AUDIT] };
    type Caller = Admin;
    type Output = Page<AuditEntry>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                user_id: None,
                action: Some("tenant.updateSettings".into()),
                outcome: Some(AuditOutcome::Done),
                from: None,
                to: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![example_entry()]),
        }
    }
}

/// Everything done to one thing, newest first. A thing that never was has an empty history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetByResource {
    /// The kind of thing, such as `connector`.
    #[validate(length(min = 1, max = 100))]
    pub resource: String,
    /// Which one.
    #[validate(length(min = 1, max = 200))]
    pub resource_id: String,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for GetByResource {
    const NAME: &'static str = "audit.getByResource";
    const EFFECT: Effect = Effect::Query { topics: &[topics::AUDIT] };
    type Caller = Admin;
    type Output = Page<AuditEntry>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetByResource {
                resource: "tenant".into(),
                resource_id: sample::TENANT_ID.to_string(),
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![example_entry()]),
        }
    }
}
