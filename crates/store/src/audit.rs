//! The audit log: one row for each mutation, written in its transaction, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::Actor;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    page::{Key, ListPage, PageRequest, Position},
    schema::audit_log,
};

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

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub struct AuditRow {
    pub id: Uuid,
    pub seq: i64,
    /// `user`, `api_key` or `system`.
    pub actor_kind: String,
    pub actor_id: String,
    pub action: String,
    pub resource: String,
    pub resource_id: Option<String>,
    /// `done` or `refused`.
    pub outcome: String,
    pub changes: Value,
    pub metadata: Value,
    pub request_id: Option<String>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Which entries to list.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub user: Option<Uuid>,
    pub action: Option<String>,
    pub outcome: Option<Outcome>,
    pub resource: Option<String>,
    pub resource_id: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// Entries, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_entries(
    tx: &mut TenantTx,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<ListPage<AuditRow>, StoreError> {
    let mut query = audit_log::table.into_boxed().filter(audit_log::tenant_id.eq(tx.tenant().0));
    if let Some(user) = filter.user {
        query = query.filter(audit_log::user_id.eq(user));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_log::action.eq(action));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit_log::outcome.eq(outcome.as_str()));
    }
    if let Some(resource) = &filter.resource {
        query = query.filter(audit_log::resource.eq(resource));
    }
    if let Some(id) = &filter.resource_id {
        query = query.filter(audit_log::resource_id.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_log::created_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_log::created_at.lt(to));
    }
    if let Some((time, id)) = page.after.as_ref().and_then(|after| Some((after.time()?, after.id))) {
        let earlier = audit_log::created_at.lt(time);
        query = query.filter(audit_log::created_at.le(time)).filter(earlier.or(audit_log::id.lt(id)));
    }
    let rows = query
        .order((audit_log::created_at.desc(), audit_log::id.desc()))
        .limit(page.fetch())
        .select(AuditRow::as_select())
        .load(tx.conn())
        .await?;
    Ok(ListPage::of(rows, page, |entry| Position { key: Key::Time(entry.created_at), id: entry.id }))
}
