//! `live.watch` and `job.watch`: what is asked for, handed to those who keep it true.

use std::sync::Arc;

use api::{
    CATALOGUE,
    routers::{
        job,
        live::{Watch, WatchRefusal},
    },
    types::{Attributes, Job},
};
use rpc::{Call, Messages, Method, Refusal, RpcError, Subscribe};
use serde_json::Value;

use crate::{
    host::{Gateway, Scope},
    live::{Ask, Live, Watchable, watchable},
};

impl Subscribe<Watch> for Gateway {
    async fn subscribe(self: Arc<Self>, scope: Scope, _: &Call, watch: Watch) -> Result<Messages, RpcError> {
        let watcher = scope.into_watcher().await;
        let query = asked_for(&watch.method)?;
        let params = canonical(query, watch.params)?;
        let ask = Ask { query, params, resume: watch.resume, is_last: None, about: Some(query.name) };
        Live::watch(&self, ask, watcher).await
    }
}

impl Subscribe<job::Watch> for Gateway {
    async fn subscribe(
        self: Arc<Self>,
        scope: Scope,
        _: &Call,
        watch: job::Watch,
    ) -> Result<Messages, RpcError> {
        let watcher = scope.into_watcher().await;
        let query = watchable(job::Get::NAME).expect("the catalogue lists the query of a job");
        let get = job::Get { job_id: watch.job_id };
        let params = serde_json::to_string(&get).expect("params are plain data, which always serializes");
        let ask = Ask { query, params, resume: watch.resume, is_last: Some(has_ended), about: None };
        Live::watch(&self, ask, watcher).await
    }
}

fn asked_for(method: &str) -> Result<&'static Watchable, RpcError> {
    watchable(method).ok_or_else(|| match CATALOGUE.iter().find(|it| it.name == method) {
        Some(it) => WatchRefusal::NotAQuery { effect: it.effect.as_str().to_owned() }.into_error(),
        None => WatchRefusal::UnknownMethod.into_error(),
    })
}

fn canonical(query: &Watchable, params: Attributes) -> Result<String, RpcError> {
    query.canonical(&Value::Object(params).to_string())
}

fn has_ended(state: &str) -> bool {
    serde_json::from_str::<Job>(state).is_ok_and(|job| job.status.is_final())
}
