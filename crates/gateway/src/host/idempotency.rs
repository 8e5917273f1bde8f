//! The same key, the same reply: a mutation repeated under its idempotency key is answered from the first time.

use rpc::{Call, Code, Remember, RpcError};
use store::{
    StoreError,
    idempotency::{self, Claim, Slot},
};

use super::{failure::store_error, scope::Scope};

/// Claims the key inside the call's own transaction. A call that is still running under the same key holds the
/// row, so this waits for it and then finds its reply, or the key free again when it failed.
pub(super) async fn recall(
    scope: &mut Scope,
    call: &Call,
    remember: &Remember,
) -> Result<Option<String>, RpcError> {
    let actor = scope.principal.actor();
    scope.note.claim = Some((call.clone(), remember.clone()));
    let slot = Slot { actor: &actor, method: call.method, key: &remember.key };
    match idempotency::claim(scope.tx(), &slot, &remember.params_hash).await.map_err(store_error)? {
        Claim::Fresh => Ok(None),
        Claim::Answered(reply) => Ok(Some(reply)),
        Claim::OtherParams => Err(RpcError::new(
            Code::Conflict,
            "idempotency_key_reused",
            "this idempotency key was used with other params",
        )),
    }
}

/// Claims the key in a handler's second transaction, too: the first one's claim went with it. Whoever was quicker meanwhile
/// has done the work, and the same call finds that reply.
pub(super) async fn claim_again(scope: &mut Scope) -> Result<(), RpcError> {
    let Some((call, remember)) = scope.note.claim.take() else { return Ok(()) };
    match recall(scope, &call, &remember).await? {
        None => Ok(()),
        Some(_) => Err(store_error(StoreError::Serialization)),
    }
}

pub(super) async fn keep(
    scope: &mut Scope,
    call: &Call,
    remember: &Remember,
    reply: &str,
) -> Result<(), RpcError> {
    let actor = scope.principal.actor();
    let slot = Slot { actor: &actor, method: call.method, key: &remember.key };
    idempotency::keep(scope.tx(), &slot, reply).await.map_err(store_error)
}
