//! One audit row for each mutation: in the transaction that did it, or in another when it was refused.

use rpc::{Call, Effect, RpcError};
use serde_json::{Value, json};
use store::{
    Store, StoreError, TenantTx, Topics,
    audit::{self, AuditEntry, Outcome},
};

use super::scope::Scope;

/// Of calls of one method that this transaction has done.
pub(super) async fn record_done(
    tx: &mut TenantTx,
    effect: Effect,
    entries: &[AuditEntry],
) -> Result<(), StoreError> {
    if let Effect::Mutation { topics, .. } = effect {
        tx.changes(Topics::named(topics.iter().map(|it| it.0)));
        audit::append_entries(tx, entries).await?;
    }
    Ok(())
}

/// Best effort where the database is away: a refusal that cannot be written down changed nothing either.
pub(super) async fn record_refused(store: &Store, scope: &Scope, call: &Call, error: &RpcError) {
    let entry = entry(scope, call, Outcome::Refused, Value::Null, json!({ "reason": error.reason }));
    let written = async {
        let mut tx = store.tenant(scope.principal.tenant).await?;
        audit::append_entry(&mut tx, &entry).await?;
        tx.commit().await
    };
    if let Err(error) = written.await {
        tracing::warn!(method = call.method, %error, "a refused mutation was not audited");
    }
}

/// What is to be said of a call that was done.
pub(super) fn done(scope: &mut Scope, call: &Call) -> AuditEntry {
    let changes = std::mem::take(&mut scope.note.changes);
    entry(scope, call, Outcome::Done, changes, json!({}))
}

fn entry(scope: &Scope, call: &Call, outcome: Outcome, changes: Value, metadata: Value) -> AuditEntry {
    let action = match call.effect {
        Effect::Mutation { audit, .. } => audit,
        Effect::Query { .. } | Effect::Subscription => call.method,
    };
    AuditEntry {
        actor: scope.principal.actor(),
        action: action.to_owned(),
        resource: action.split('.').next().unwrap_or(action).to_owned(),
        resource_id: scope.note.resource_id.clone(),
        outcome,
        changes,
        metadata,
        request_id: Some(scope.meta.request_id.to_string()),
        address: Some(scope.meta.client.to_string()),
        user_agent: scope.meta.user_agent.as_deref().map(str::to_owned),
    }
}
