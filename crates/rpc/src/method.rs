//! What a method is: the params type itself, with everything there is to say about the method.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use validator::Validate;

use crate::{Access, Caller, Reason, Refusal, RpcError, params};

/// A remote procedure. The implementing type *is* the params object, so its doc comment is the method's
/// public reference.
pub trait Method:
    Listed + DeserializeOwned + Serialize + JsonSchema + Validate + Send + Sync + 'static
{
    /// The wire name: router, dot, procedure, as in `account.list`.
    const NAME: &'static str;
    /// What a call does to the world.
    const EFFECT: Effect;
    /// Who may call. The handler receives what the host gave this caller, and nothing else.
    type Caller: Caller;
    type Output: DeserializeOwned + Serialize + JsonSchema + Send + 'static;
    /// What the domain may answer instead of an output: a closed list.
    type Refusal: Refusal;

    /// A valid call and its reply, for the document and for the tests that sweep every method.
    fn example() -> Example<Self>
    where
        Self: Sized;
}

/// Implemented by [`catalogue!`](crate::catalogue) only, so a method that is declared but not listed does not
/// compile.
pub trait Listed {}

/// A call that works, and the shape of what comes back.
#[derive(Debug)]
pub struct Example<M: Method> {
    pub params: M,
    pub result: M::Output,
}

/// What a call does to the world. A mutation cannot be declared without the label under which it is audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Query {
        /// What the answer depends on; a live query is evaluated again when one of these changes.
        topics: &'static [Topic],
    },
    /// Goes on sending messages, of the method's output type, until either side ends it. Needs a WebSocket.
    Subscription,
    Mutation {
        audit: &'static str,
        /// Whether the reply may be kept to answer a repeated `idempotencyKey`. False where the reply holds a
        /// secret that is shown once.
        idempotent: bool,
        /// What it may change. Whoever watches a query that depends on one of these is told; a change that is not declared
        /// here would reach nobody.
        topics: &'static [Topic],
    },
}

impl Effect {
    pub const fn is_mutation(&self) -> bool {
        matches!(self, Effect::Mutation { .. })
    }

    pub const fn is_subscription(&self) -> bool {
        matches!(self, Effect::Subscription)
    }

    pub const fn as_str(&self) -> &'static str {
        match self {
            Effect::Query { .. } => "query",
            Effect::Mutation { .. } => "mutation",
            Effect::Subscription => "subscription",
        }
    }
}

/// A name for a part of the data that queries depend on and mutations change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Topic(pub &'static str);

/// A catalogue entry: what tests and tools may know of a method without its type.
#[derive(Clone, Copy, Debug)]
pub struct MethodInfo {
    pub name: &'static str,
    pub access: Access,
    pub effect: Effect,
    /// Every reason this method may refuse with.
    pub reasons: fn() -> Vec<Reason>,
    /// The example's params and result, as they go over the wire.
    pub example: fn() -> (Value, Value),
    /// Whether a call with these params would reach the handler.
    pub accepts: fn(&str) -> Result<(), RpcError>,
    /// Whether this is what the method's reply looks like.
    pub replies: fn(&str) -> bool,
}

impl MethodInfo {
    pub const fn of<M: Method>() -> Self {
        MethodInfo {
            name: M::NAME,
            access: M::Caller::ACCESS,
            effect: M::EFFECT,
            reasons: <M::Refusal as Refusal>::reasons,
            accepts: |params| params::parse::<M>(Some(params)).map(|_| ()),
            replies: |result| serde_json::from_str::<M::Output>(result).is_ok(),
            example: || {
                let Example { params, result } = M::example();
                let json = "examples are plain data, which always serializes";
                (serde_json::to_value(params).expect(json), serde_json::to_value(result).expect(json))
            },
        }
    }
}
