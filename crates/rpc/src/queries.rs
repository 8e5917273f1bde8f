//! Queries by their names, for whoever asks one again and again: params read once, each evaluation in a scope of the host's.

use std::{future::Future, pin::Pin};

use serde_json::value::RawValue;

use crate::{Access, Caller, Effect, Handle, Host, Method, RpcError, Topic, params};

type Evaluation<'a> = Pin<Box<dyn Future<Output = Result<Box<RawValue>, RpcError>> + Send + 'a>>;

/// A query of the catalogue, without its types.
pub struct Query<H: Host> {
    pub name: &'static str,
    pub access: Access,
    /// What the answer depends on.
    pub topics: &'static [Topic],
    canonical: fn(&str) -> Result<String, RpcError>,
    evaluate: for<'a> fn(&'a H, &'a mut H::Scope, &'a str) -> Evaluation<'a>,
}

impl<H: Host> Query<H> {
    /// `None` for a method that is no query.
    pub fn of<M: Method>() -> Option<Self>
    where
        H: Handle<M>,
    {
        let Effect::Query { topics } = M::EFFECT else { return None };
        Some(Query {
            name: M::NAME,
            access: M::Caller::ACCESS,
            topics,
            canonical: |text| {
                let (params, _) = params::parse::<M>(Some(text))?;
                Ok(serde_json::to_string(&params).expect("params are plain data, which always serializes"))
            },
            evaluate: |host, scope, params| Box::pin(evaluate::<M, H>(host, scope, params)),
        })
    }

    /// The params as the method understands them: the same question in the same bytes.
    ///
    /// # Errors
    /// INVALID_PARAMS, as the method itself refuses them.
    pub fn canonical(&self, params: &str) -> Result<String, RpcError> {
        (self.canonical)(params)
    }

    /// Asks the handler. Admission is the host's business here.
    ///
    /// # Errors
    /// The method's own.
    pub async fn evaluate(
        &self,
        host: &H,
        scope: &mut H::Scope,
        params: &str,
    ) -> Result<Box<RawValue>, RpcError> {
        (self.evaluate)(host, scope, params).await
    }
}

async fn evaluate<M, H>(host: &H, scope: &mut H::Scope, params: &str) -> Result<Box<RawValue>, RpcError>
where
    M: Method,
    H: Handle<M>,
{
    let (params, _) = params::parse::<M>(Some(params))?;
    let mut nobody = ();
    let output = host.handle(M::Caller::lend(scope, &mut nobody), params).await.map_err(Into::into)?;
    serde_json::value::to_raw_value(&output).map_err(|error| {
        tracing::error!(method = M::NAME, %error, "a reply could not be written as JSON");
        RpcError::internal()
    })
}
