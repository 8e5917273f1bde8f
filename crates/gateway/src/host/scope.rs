//! What an admitted caller holds while a handler runs: who it is, and a transaction that sees its tenant only.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use rpc::{Call, Remember, RpcError};
use serde_json::Value;
use store::{Store, TenantTx};
use tenancy::{Principal, Subject, TenantId};
use tokio::sync::OwnedSemaphorePermit;

use super::{admission, failure::store_error, idempotency};
use crate::{
    live::Watcher,
    server::{RequestMeta, Transport},
};

/// An admitted caller's principal and tenant transaction. There is no other way to a tenant's rows.
pub struct Scope {
    pub(super) principal: Principal,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) tx: Option<TenantTx>,
    pub(super) meta: Arc<RequestMeta>,
    pub(super) note: Note,
    pub(super) store: Store,
    /// Set where a question is asked for all who watch its answer.
    pub(super) turn: Option<Turn>,
    looked: AtomicBool,
}

/// The turn to ask a question that is watched.
pub(super) enum Turn {
    Held(OwnedSemaphorePermit),
    /// Given back while the outside world is asked.
    Paused(Arc<tokio::sync::Semaphore>),
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
    pub(super) fn of(
        principal: Principal,
        expires_at: Option<DateTime<Utc>>,
        tx: Option<TenantTx>,
        meta: &RequestMeta,
        store: &Store,
    ) -> Self {
        Scope {
            principal,
            expires_at,
            tx,
            meta: Arc::new(meta.clone()),
            note: Note::default(),
            store: store.clone(),
            turn: None,
            looked: AtomicBool::new(false),
        }
    }

    /// A scope to ask a question in for all who watch its answer, with the rights they have in common.
    pub(crate) fn watching(asker: Watcher, tx: TenantTx, store: &Store, turn: OwnedSemaphorePermit) -> Self {
        let meta = RequestMeta {
            request_id: "live".into(),
            credential: None,
            client: Ipv4Addr::UNSPECIFIED.into(),
            user_agent: None,
            transport: Transport::WebSocket,
        };
        Scope {
            turn: Some(Turn::Held(turn)),
            ..Scope::of(asker.principal, asker.expires_at, Some(tx), &meta, store)
        }
    }

    /// Who calls. An answer that depends on it is not shared between those who watch it; one that depends on what they may do
    /// only, asks [`Scope::rights`].
    pub fn principal(&self) -> &Principal {
        self.looked.store(true, Ordering::Relaxed);
        &self.principal
    }

    /// What the caller may do: the principal without who it is.
    pub fn rights(&self) -> Principal {
        Principal { subject: Subject::System, ..self.principal }
    }

    /// Whether the handler asked who calls.
    pub(crate) fn looked_at_the_caller(&self) -> bool {
        self.looked.load(Ordering::Relaxed)
    }

    /// Ends a transaction that was only read from.
    pub(crate) async fn end_reading(mut self) {
        self.roll_back().await;
    }

    pub(super) async fn roll_back(&mut self) {
        // Cheaper than dropping the transaction, which would close its connection.
        if let Some(tx) = self.tx.take()
            && let Err(error) = tx.rollback().await
        {
            tracing::debug!(%error, "the rollback was left to the database");
        }
    }

    /// As [`Scope::end_reading`], while others have their turn already and what was read is told.
    pub(crate) fn end_later(mut self) {
        self.turn = None;
        tokio::spawn(self.end_reading());
    }

    /// Who was admitted, for a call that goes on after its transaction.
    pub(crate) async fn into_watcher(self) -> Watcher {
        let watcher = Watcher { principal: self.principal, expires_at: self.expires_at };
        self.end_reading().await;
        watcher
    }

    pub fn tenant(&self) -> TenantId {
        self.principal.tenant
    }

    /// When the caller's credential ends by itself: the key, the session, or the outside issuer's token.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.looked.store(true, Ordering::Relaxed);
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
        if let Some(Turn::Held(turn)) = &self.turn {
            // Others may ask meanwhile: the outside world may take its time.
            self.turn = Some(Turn::Paused(turn.semaphore().clone()));
        }
        match self.tx.take() {
            Some(tx) => tx.rollback().await.map_err(store_error),
            None => Ok(()),
        }
    }

    /// Begins a new transaction after [`Scope::pause`], with the caller's rights read again.
    pub async fn resume(&mut self) -> Result<(), RpcError> {
        if let Some(Turn::Paused(turns)) = &self.turn {
            let turn = turns.clone().acquire_owned().await.map_err(|_| RpcError::internal())?;
            self.turn = Some(Turn::Held(turn));
        }
        let mut tx = self.store.tenant(self.principal.tenant).await.map_err(store_error)?;
        let role = admission::present_role(&mut tx, &self.principal).await?;
        if role < self.principal.role {
            return Err(RpcError::forbidden());
        }
        self.tx = Some(tx);
        idempotency::claim_again(self).await
    }
}
