//! The audit log: one row for each mutation, written in its transaction, never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::Actor;
use uuid::Uuid;

use crate::{StoreError, TenantTx, schema::audit_log};

/// Whether the mutation took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
        }
    }
}

/// A row about to be written.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub actor: Actor,
    /// The method's label, such as `apiKey.create`.
    pub action: String,
    pub resource: String,
    pub resource_id: Option<String>,
    pub outcome: Outcome,
    /// Before and after, secrets left out.
    pub changes: Value,
    pub metadata: Value,
    pub request_id: Option<String>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

/// # Errors
/// When the database refused or could not be reached; the mutation must not commit then.
pub async fn append_entry(tx: &mut TenantTx, entry: &AuditEntry) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let (kind, id, user) = match entry.actor {
        Actor::User(user) => ("user", user.to_string(), Some(user.0)),
        Actor::ApiKey(key) => ("api_key", key.to_string(), None),
        Actor::System => ("system", "system".to_owned(), None),
    };
    let object =
        |value: &Value| if value.is_null() { Value::Object(Default::default()) } else { value.clone() };
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::tenant_id.eq(tenant),
            audit_log::id.eq(Uuid::now_v7()),
            audit_log::actor_kind.eq(kind),
            audit_log::actor_id.eq(id),
            audit_log::user_id.eq(user),
            audit_log::action.eq(&entry.action),
            audit_log::resource.eq(&entry.resource),
            audit_log::resource_id.eq(&entry.resource_id),
            audit_log::outcome.eq(entry.outcome.as_str()),
            audit_log::changes.eq(object(&entry.changes)),
            audit_log::metadata.eq(object(&entry.metadata)),
            audit_log::request_id.eq(&entry.request_id),
            audit_log::address.eq(&entry.address),
            audit_log::user_agent.eq(&entry.user_agent),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}
