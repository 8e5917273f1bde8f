//! What the mechanism asks of the program around it: admission, transactions, audit, replies kept for repeats.

use std::{
    future::{Future, ready},
    hash::Hash,
    time::Duration,
};

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

    /// Whose a call is: such as are equal may be answered together.
    type Company: Clone + Eq + Hash + Send + Sync + 'static;

    /// Nothing has been verified: it is what the caller says. `None` for a call that is made alone.
    fn company(&self, ext: &Extensions) -> Option<Self::Company>;

    /// As [`admit`](Self::admit), for calls of one company. What is refused here is asked again by each of them.
    fn admit_company(
        &self,
        calls: &[&Extensions],
        call: &Call,
    ) -> impl Future<Output = Result<Self::Scope, RpcError>> + Send;

    /// The scope of one of an admitted company, which holds no transaction of its own.
    fn join(&self, lead: &Self::Scope, ext: &Extensions) -> Result<Self::Scope, RpcError>;

    /// As [`commit`](Self::commit), of all that was done at once; of nothing, when nothing was.
    fn commit_together(
        &self,
        lead: Self::Scope,
        done: Vec<(Self::Scope, Call)>,
    ) -> impl Future<Output = Result<(), RpcError>> + Send;

    /// Told of every call when it has ended.
    fn observe(&self, call: &Call, outcome: Result<(), &RpcError>, elapsed: Duration);

    /// How long a call waits for others of its company to end before it is made alone.
    fn patience(&self) -> Duration {
        Duration::from_millis(100)
    }

    /// How long a call may take before it is answered with TIMEOUT.
    fn deadline(&self) -> Duration {
        Duration::from_secs(25)
    }
}

/// An answer, or none from here.
pub type Maybe<M> = Option<<M as Method>::Output>;

/// A host that answers `M`.
pub trait Handle<M: Method>: Host + Sized {
    fn handle(
        &self,
        scope: &mut ScopeOf<M, Self>,
        params: M,
    ) -> impl Future<Output = Result<M::Output, Self::Failure<M::Refusal>>> + Send;

    /// Whether calls of one caller that come at the same time are answered together.
    const TOGETHER: bool = false;

    /// Answers calls of one caller in the transaction that `lead` holds; each has its own scope for all else. No answer
    /// where a call is to be made alone, and nothing may have been written for it then.
    fn handle_together(
        &self,
        _lead: &mut Self::Scope,
        _scopes: &mut [Self::Scope],
        _calls: Vec<M>,
    ) -> impl Future<Output = Result<Vec<Maybe<M>>, Self::Failure<M::Refusal>>> + Send {
        ready(Ok(Vec::new()))
    }
}
