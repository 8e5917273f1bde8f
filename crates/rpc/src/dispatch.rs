//! The one path every call takes, alone or inside a batch, over HTTP or WebSocket:
//! admit, parse, validate, handle, commit.
//!
//! Admission comes before parsing, so a caller who may not use a method learns nothing about its params, and a
//! test can sweep all methods without knowing how to build a valid call to any of them.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures::FutureExt;
use jsonrpsee::{
    Extensions, RpcModule,
    core::RegisterMethodError,
    types::{ErrorObjectOwned, Params},
};
use serde_json::value::RawValue;

use crate::{
    Call, Caller, Effect, Handle, Host, Method, Remember, RpcError, ScopeOf, params,
    together::{Together, Word},
};

/// Collects the methods a host answers. Filled by [`catalogue!`](crate::catalogue).
#[derive(Debug)]
pub struct Registry<H> {
    module: RpcModule<H>,
}

impl<H: Host> Registry<H> {
    pub fn new(host: Arc<H>) -> Self {
        Registry { module: RpcModule::from_arc(host) }
    }

    /// # Errors
    /// When the name is already taken.
    pub fn register<M>(&mut self) -> Result<(), RegisterMethodError>
    where
        M: Method,
        H: Handle<M>,
    {
        const { assert!(!matches!(M::EFFECT, Effect::Subscription), "list it with the subscriptions") };
        const { assert!(!H::TOGETHER || M::EFFECT.is_mutation(), "a query has nothing to gain") };
        let together = Arc::new(Together::<M, H>::default());
        self.module.register_async_method(M::NAME, move |params, host: Arc<H>, ext| {
            let together = together.clone();
            async move {
                let result = dispatch(&params, &host, &ext, &together).await?;
                Ok::<_, ErrorObjectOwned>(match ext.get::<ResultSlot>() {
                    Some(slot) => slot.put(result),
                    None => result,
                })
            }
        })?;
        Ok(())
    }

    pub(crate) fn module_mut(&mut self) -> &mut RpcModule<H> {
        &mut self.module
    }

    pub fn into_module(self) -> RpcModule<H> {
        self.module
    }
}

/// Put among a call's extensions by a server that writes replies itself: the result is left here, as it was written.
/// jsonrpsee would copy it into its own reply and then parse all of that once more.
#[derive(Clone, Debug, Default)]
pub struct ResultSlot(Arc<Mutex<Option<Box<RawValue>>>>);

impl ResultSlot {
    pub fn take(&self) -> Option<Box<RawValue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Answers with what jsonrpsee is given instead.
    fn put(&self, result: Box<RawValue>) -> Box<RawValue> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        RawValue::NULL.to_owned()
    }
}

async fn dispatch<M, H>(
    params: &Params<'_>,
    host: &Arc<H>,
    ext: &Extensions,
    together: &Arc<Together<M, H>>,
) -> Result<Box<RawValue>, ErrorObjectOwned>
where
    M: Method,
    H: Handle<M>,
{
    let started = Instant::now();
    let call = Call {
        method: M::NAME,
        access: M::Caller::ACCESS,
        effect: M::EFFECT,
        request_id: host.request_id(ext),
    };
    let work = AssertUnwindSafe(answer::<M, H>(params, host, ext, &call, together)).catch_unwind();
    let outcome = match tokio::time::timeout(host.deadline(), work).await {
        Ok(Ok(outcome)) => outcome,
        // The panic hook has logged where; the transaction was dropped unfinished, which rolls it back.
        Ok(Err(_panic)) => Err(RpcError::internal()),
        Err(_elapsed) => Err(RpcError::timeout()),
    };
    host.observe(&call, outcome.as_ref().map(|_| ()), started.elapsed());
    outcome.map_err(|error| error.into_object(M::NAME, &call.request_id))
}

async fn answer<M, H>(
    params: &Params<'_>,
    host: &Arc<H>,
    ext: &Extensions,
    call: &Call,
    together: &Arc<Together<M, H>>,
) -> Result<Box<RawValue>, RpcError>
where
    M: Method,
    H: Handle<M>,
{
    let _turn = if H::TOGETHER {
        match together.join(host, params.as_str(), ext, call).await {
            Word::Answered(answer) => return answer,
            Word::YourTurn(turn) => Some(turn),
            Word::Alone => None,
        }
    } else {
        None
    };
    answer_alone::<M, H>(params, host, ext, call).await
}

async fn answer_alone<M, H>(
    params: &Params<'_>,
    host: &H,
    ext: &Extensions,
    call: &Call,
) -> Result<Box<RawValue>, RpcError>
where
    M: Method,
    H: Handle<M>,
{
    let mut scope = M::Caller::admit(host, ext, call).await?;
    match run::<M, H>(params, host, &mut scope, call).await {
        Ok(Reply::Fresh(reply, remember)) => {
            let kept = remember.as_ref().map(|it| (it, reply.get()));
            M::Caller::commit(host, scope, call, kept).await?;
            Ok(reply)
        }
        Ok(Reply::Kept(reply)) => Ok(reply),
        Err(error) => {
            M::Caller::refuse(host, scope, call, &error).await;
            Err(error)
        }
    }
}

enum Reply {
    Fresh(Box<RawValue>, Option<Remember>),
    /// Answered before under the same key. The scope is dropped: nothing was done.
    Kept(Box<RawValue>),
}

async fn run<M, H>(
    params: &Params<'_>,
    host: &H,
    scope: &mut ScopeOf<M, H>,
    call: &Call,
) -> Result<Reply, RpcError>
where
    M: Method,
    H: Handle<M>,
{
    let (params, remember) = params::parse::<M>(params.as_str())?;
    if let Some(remember) = &remember
        && let Some(kept) = M::Caller::recall(host, scope, call, remember).await?
    {
        return RawValue::from_string(kept).map(Reply::Kept).map_err(|error| unserializable(call, &error));
    }
    let output = host.handle(scope, params).await.map_err(Into::into)?;
    let reply = serde_json::value::to_raw_value(&output).map_err(|error| unserializable(call, &error))?;
    Ok(Reply::Fresh(reply, remember))
}

fn unserializable(call: &Call, error: &serde_json::Error) -> RpcError {
    tracing::error!(method = call.method, request_id = call.request_id, %error, "a reply could not be written as JSON");
    RpcError::internal()
}
