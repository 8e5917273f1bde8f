//! Methods that go on sending: admitted, parsed and validated as every call is, and then a stream of messages instead of one reply.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Instant};

use futures::{FutureExt, Stream, StreamExt};
use jsonrpsee::{
    Extensions, PendingSubscriptionSink, SubscriptionSink,
    core::{RegisterMethodError, SubscriptionError, server::SubscriptionCloseResponse},
    types::Params,
};
use serde_json::value::RawValue;

use crate::{Call, Caller, Effect, Host, Method, Registry, RpcError, ScopeOf, params};

/// What a subscription sends, each in the form of the method's output. It ends by itself, or with an error as its last word.
pub type Messages = Pin<Box<dyn Stream<Item = Result<Box<RawValue>, RpcError>> + Send>>;

/// A host that answers the subscription `M`.
pub trait Subscribe<M: Method>: Host + Sized {
    /// Begins it. The scope is the handler's own from here on: it ends the transaction before the messages go on.
    fn subscribe(
        self: Arc<Self>,
        scope: ScopeOf<M, Self>,
        call: &Call,
        params: M,
    ) -> impl Future<Output = Result<Messages, RpcError>> + Send;
}

impl<H: Host> Registry<H> {
    /// Registers a subscription. Its messages are named as it is; `router.unprocedure` ends it.
    ///
    /// # Errors
    /// When a name is already taken.
    pub fn register_subscription<M>(&mut self) -> Result<(), RegisterMethodError>
    where
        M: Method,
        H: Subscribe<M>,
    {
        const { assert!(matches!(M::EFFECT, Effect::Subscription), "list it with the methods") };
        // Once for each method of the program.
        let end: &'static str = Box::leak(unsubscribe_name(M::NAME).into_boxed_str());
        self.module_mut().register_subscription(
            M::NAME,
            M::NAME,
            end,
            |params, pending, host, ext| async move { serve::<M, H>(&params, pending, host, &ext).await },
        )?;
        Ok(())
    }
}

/// The method that ends a subscription: `live.watch` is ended by `live.unwatch`.
pub fn unsubscribe_name(name: &str) -> String {
    name.replacen('.', ".un", 1)
}

async fn serve<M, H>(
    params: &Params<'_>,
    pending: PendingSubscriptionSink,
    host: Arc<H>,
    ext: &Extensions,
) -> SubscriptionCloseResponse
where
    M: Method,
    H: Subscribe<M>,
{
    let started = Instant::now();
    let call = Call {
        method: M::NAME,
        access: M::Caller::ACCESS,
        effect: M::EFFECT,
        request_id: host.request_id(ext),
    };
    let work = AssertUnwindSafe(begin::<M, H>(params, &host, ext, &call)).catch_unwind();
    let begun = match tokio::time::timeout(host.deadline(), work).await {
        Ok(Ok(begun)) => begun,
        Ok(Err(_panic)) => Err(RpcError::internal()),
        Err(_elapsed) => Err(RpcError::timeout()),
    };
    host.observe(&call, begun.as_ref().map(|_| ()), started.elapsed());
    match begun {
        Err(error) => {
            pending.reject(error.into_object(M::NAME, &call.request_id)).await;
            SubscriptionCloseResponse::None
        }
        Ok(messages) => match pending.accept().await {
            Ok(sink) => forward(messages, &sink, &call).await,
            Err(_gone) => SubscriptionCloseResponse::None,
        },
    }
}

async fn begin<M, H>(
    params: &Params<'_>,
    host: &Arc<H>,
    ext: &Extensions,
    call: &Call,
) -> Result<Messages, RpcError>
where
    M: Method,
    H: Subscribe<M>,
{
    let scope = M::Caller::admit(&**host, ext, call).await?;
    match params::parse::<M>(params.as_str()) {
        Ok((params, _)) => host.clone().subscribe(scope, call, params).await,
        Err(error) => {
            M::Caller::refuse(&**host, scope, call, &error).await;
            Err(error)
        }
    }
}

/// Until either side ends it. A socket that takes no more makes this wait; who produces the messages notices.
async fn forward(mut messages: Messages, sink: &SubscriptionSink, call: &Call) -> SubscriptionCloseResponse {
    loop {
        let next = tokio::select! {
            biased;
            () = sink.closed() => return SubscriptionCloseResponse::None,
            next = messages.next() => next,
        };
        match next {
            Some(Ok(message)) => {
                if sink.send(message).await.is_err() {
                    return SubscriptionCloseResponse::None;
                }
            }
            Some(Err(error)) => {
                let error = error.into_object(call.method, &call.request_id);
                let json = serde_json::value::to_raw_value(&error).expect("an error is plain data");
                return SubscriptionCloseResponse::NotifErr(SubscriptionError::from_json(json));
            }
            None => return SubscriptionCloseResponse::None,
        }
    }
}
