//! What the mechanism asks of the program around it: admission, transactions, audit, replies kept for repeats.

use std::{future::Future, time::Duration};

use crate::{Access, Effect, Extensions, Method, Refusal, RpcError, ScopeOf};

/// One call, as the host sees it: what is asked, not with which params.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: &'static str,
    pub access: Access,
    pub effect: Effect,
    pub request_id: String,
}

/// An idempotency key and the params it was used with.
#[derive(Clone, Debug)]
pub struct Remember {
    pub key: String,
    /// SHA-256 of the params as sent, without the key itself.
    pub params_hash: [u8; 32],
}

/// The program around the methods.
pub trait Host: Send + Sync + 'static {
    /// What an admitted caller holds: the principal, and a transaction that sees one tenant.
    type Scope: Send;
    /// How a handler fails: by one of its method's refusals, or for reasons of the world.
    type Failure<R: Refusal>: Into<RpcError> + Send;

    /// The id under which this request is logged and answered.
    fn request_id(&self, ext: &Extensions) -> String;

    /// Decides whether the credential in `ext` may make this call, with rights read now. An error here is
    /// all a caller learns: params have not been looked at.
    fn admit(
        &self,
        ext: &Extensions,
        call: &Call,
    ) -> impl Future<Output = Result<Self::Scope, RpcError>> + Send;

    /// The reply stored for this key in this scope, or a conflict when the params differ.
    fn recall(
        &self,
        scope: &mut Self::Scope,
        call: &Call,
        remember: &Remember,
    ) -> impl Future<Output = Result<Option<String>, RpcError>> + Send;

    /// Makes the call's effect last. A mutation's audit row, and its kept reply, are part of it.
    fn commit(
        &self,
        scope: Self::Scope,
        call: &Call,
        reply: Option<(&Remember, &str)>,
    ) -> impl Future<Output = Result<(), RpcError>> + Send;

    /// Undoes what a failed call began. A refused mutation is still audited.
    fn refuse(&self, scope: Self::Scope, call: &Call, error: &RpcError) -> impl Future<Output = ()> + Send;

    /// Told of every call when it has ended.
    fn observe(&self, call: &Call, outcome: Result<(), &RpcError>, elapsed: Duration);

    /// How long a call may take before it is answered with TIMEOUT.
    fn deadline(&self) -> Duration {
        Duration::from_secs(25)
    }
}

/// A host that answers `M`.
pub trait Handle<M: Method>: Host + Sized {
    fn handle(
        &self,
        scope: &mut ScopeOf<M, Self>,
        params: M,
    ) -> impl Future<Output = Result<M::Output, Self::Failure<M::Refusal>>> + Send;
}
