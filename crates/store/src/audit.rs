//! The audit log: one row for each mutation, written in its transaction, never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::Actor;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx, Topic, changes,
    page::{Key, ListPage, PageRequest, Position},
    schema::audit_log,
    statement::{first_of, statement},
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
    append_entries(tx, std::slice::from_ref(entry)).await
}

/// One statement for all: the marker of the change costs no round trip of its own.
const APPEND: &str = "WITH marked AS (INSERT INTO changes (id, tenant_id, topics) VALUES ($2, $1, $3)) \
    INSERT INTO audit_log (tenant_id, id, actor_kind, actor_id, user_id, action, resource, resource_id, outcome, changes, \
      metadata, request_id, address, user_agent) \
    SELECT $1, * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], \
      $12::jsonb[], $13::jsonb[], $14::text[], $15::text[], $16::text[])";

/// # Errors
/// As for [`append_entry`].
pub async fn append_entries(tx: &mut TenantTx, entries: &[AuditEntry]) -> Result<(), StoreError> {
    tx.changes(Topic::Audit);
    let (topics, marker) = tx.marks().take_unwritten().unwrap_or_default();
    let actors: Vec<(&str, String, Option<Uuid>)> = entries.iter().map(|it| actor(it.actor)).collect();
    statement(APPEND)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<BigInt, _>(marker)
        .bind::<Array<Text>, _>(changes::names(topics))
        .bind::<Array<SqlUuid>, _>(entries.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(actors.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(actors.iter().map(|it| &it.1).collect::<Vec<_>>())
        .bind::<Array<Nullable<SqlUuid>>, _>(actors.iter().map(|it| it.2).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(entries.iter().map(|it| &it.action).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(entries.iter().map(|it| &it.resource).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            entries.iter().map(|it| it.resource_id.as_ref()).collect::<Vec<_>>(),
        )
        .bind::<Array<Text>, _>(entries.iter().map(|it| it.outcome.as_str()).collect::<Vec<_>>())
        .bind::<Array<Jsonb>, _>(entries.iter().map(|it| object(&it.changes)).collect::<Vec<_>>())
        .bind::<Array<Jsonb>, _>(entries.iter().map(|it| object(&it.metadata)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|it| it.request_id.as_ref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|it| it.address.as_ref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|it| it.user_agent.as_ref()).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Kind and id, and the user's own id if it is one.
fn actor(actor: Actor) -> (&'static str, String, Option<Uuid>) {
    match actor {
        Actor::User(user) => ("user", user.to_string(), Some(user.0)),
        Actor::ApiKey(key) => ("api_key", key.to_string(), None),
        Actor::System => ("system", "system".to_owned(), None),
    }
}

fn object(value: &Value) -> Value {
    if value.is_null() { Value::Object(Default::default()) } else { value.clone() }
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
    let query =
        query.order((audit_log::created_at.desc(), audit_log::id.desc())).select(AuditRow::as_select());
    let rows = first_of(query, page.fetch()).load(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |entry| Position { key: Key::Time(entry.created_at), id: entry.id }))
}
