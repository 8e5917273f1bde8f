//! How a handler fails: by one of its method's refusals, or for reasons of the world.

use rpc::{Refusal, RpcError};
use store::StoreError;

/// What a handler returns instead of an output.
#[derive(Debug)]
pub enum Failure<R> {
    /// The domain's answer, in the method's own closed list.
    Refused(R),
    /// Anything else, already in words that a caller may see.
    Error(RpcError),
}

impl<R> From<RpcError> for Failure<R> {
    fn from(error: RpcError) -> Self {
        Failure::Error(error)
    }
}

impl<R> From<StoreError> for Failure<R> {
    fn from(error: StoreError) -> Self {
        Failure::Error(store_error(error))
    }
}

impl<R: Refusal> From<Failure<R>> for RpcError {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into_error(),
            Failure::Error(error) => error,
        }
    }
}

/// What a store error that no handler has turned into a refusal tells the caller.
pub(crate) fn store_error(error: StoreError) -> RpcError {
    match error {
        StoreError::Unavailable => RpcError::unavailable(),
        StoreError::Timeout => RpcError::timeout(),
        StoreError::Serialization => RpcError {
            retry_after_ms: Some(50),
            ..RpcError::new(
                rpc::Code::ServiceUnavailable,
                "collision",
                "the change collided with another one and was undone; try again",
            )
        },
        other => {
            tracing::error!(error = %other, "a store error that no handler expected");
            RpcError::internal()
        }
    }
}
