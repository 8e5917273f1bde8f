//! What an admitted caller holds while a handler runs: who it is, and a transaction that sees its tenant only.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rpc::{Call, Remember, RpcError};
use serde_json::Value;
use store::{Store, TenantTx};
use tenancy::{Principal, TenantId};

use super::{admission, failure::store_error, idempotency};
use crate::server::RequestMeta;

/// An admitted caller's principal and tenant transaction. There is no other way to a tenant's rows.
pub struct Scope {
    pub(super) principal: Principal,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) tx: Option<TenantTx>,
    pub(super) meta: Arc<RequestMeta>,
    pub(super) note: Note,
    pub(super) store: Store,
}

/// What a mutation's audit row says beyond who, what and when.
#[derive(Default)]
pub(super) struct Note {
    pub(super) resource_id: Option<String>,
    pub(super) changes: Value,
    /// There is new work for the runner.
    pub(super) queued: bool,
    /// The idempotency key of the call, to be claimed again in each new transaction.
    pub(super) claim: Option<(Call, Remember)>,
}

impl Scope {
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    pub fn tenant(&self) -> TenantId {
        self.principal.tenant
    }

    /// When the caller's credential ends by itself: the key, the session, or the outside issuer's token.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    pub fn request_id(&self) -> &str {
        &self.meta.request_id
    }

    /// The call's transaction. The mechanism commits it when the handler succeeds and rolls back otherwise.
    pub fn tx(&mut self) -> &mut TenantTx {
        self.tx.as_mut().expect("a handler between `pause` and `resume` does not touch the database")
    }

    /// Says for the audit row which resource a mutation is about, so that a refusal names it, too.
    pub fn about(&mut self, resource_id: impl ToString) {
        self.note.resource_id = Some(resource_id.to_string());
    }

    /// Says for the audit row which resource a mutation touched, and how: `before` and `after`, secrets left out.
    pub fn audit(&mut self, resource_id: impl ToString, changes: Value) {
        self.note.resource_id = Some(resource_id.to_string());
        self.note.changes = changes;
    }

    /// Says that this call puts work into the queue: once it is committed, a runner in this process looks at once.
    pub fn queued_work(&mut self) {
        self.note.queued = true;
    }

    /// Ends the transaction so that none is held open across a call to the outside world. What was written so
    /// far is rolled back: a handler that pauses has only read.
    pub async fn pause(&mut self) -> Result<(), RpcError> {
        match self.tx.take() {
            Some(tx) => tx.rollback().await.map_err(store_error),
            None => Ok(()),
        }
    }

    /// Begins a new transaction after [`Scope::pause`], with the caller's rights read again.
    pub async fn resume(&mut self) -> Result<(), RpcError> {
        let mut tx = self.store.tenant(self.principal.tenant).await.map_err(store_error)?;
        let role = admission::present_role(&mut tx, &self.principal).await?;
        if role < self.principal.role {
            return Err(RpcError::forbidden());
        }
        self.tx = Some(tx);
        idempotency::claim_again(self).await
    }
}
