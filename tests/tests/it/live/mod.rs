//! Live queries from the outside: what can be watched, that every change arrives, and that nothing arrives after rights have ended.

mod arrival;
mod endings;
mod refusals;

use rpc::live::{Fold, Folded};
use serde_json::{Value, json};
use tests::{Caller, Socket, Tenant};

/// One subscription on a socket of its own, folded as a client does.
pub(crate) struct Watching {
    pub(crate) socket: Socket,
    pub(crate) folded: Folded,
    /// How the states came: `result`, `patch`, `reset`.
    pub(crate) kinds: Vec<&'static str>,
}

impl Watching {
    pub(crate) async fn begin(caller: &Caller, method: &str, params: Value) -> Watching {
        Self::on(caller.socket().await, json!({ "method": method, "params": params })).await
    }

    pub(crate) async fn on(mut socket: Socket, params: Value) -> Watching {
        socket.subscribe("live.watch", &params).await.result();
        Watching { socket, folded: Folded::default(), kinds: Vec::new() }
    }

    /// The next state, or the last word.
    pub(crate) async fn next(&mut self) -> Result<Value, Value> {
        loop {
            let mut message = self.socket.message().await;
            if !message["error"].is_null() {
                return Err(message["error"].take());
            }
            let message = message["result"].take();
            for kind in ["result", "patch", "reset", "end"] {
                if message.get(kind).is_some() {
                    self.kinds.push(kind);
                }
            }
            let fold = self.folded.fold(serde_json::from_value(message).unwrap()).unwrap();
            if fold == Fold::Changed {
                return Ok(self.folded.state().unwrap().clone());
            }
        }
    }

    /// States until one is as wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let state = self.next().await.unwrap_or_else(|error| panic!("ended: {error}"));
            if wanted(&state) {
                return state;
            }
        }
    }
}

/// Records an activity under a subject that tells it from others.
pub(crate) async fn record(tenant: &Tenant, caller: &Caller, subject: &str) {
    let params = json!({
        "type": "page_view", "personId": tests::own_id(tenant.number, api::sample::PERSON_ID.0),
        "occurredAt": "2026-03-02T09:00:00Z", "subject": subject,
    });
    caller.call_raw("activity.record", &params).await.result();
}

pub(crate) fn holds(subject: &str) -> impl Fn(&Value) -> bool {
    move |state| state.to_string().contains(&format!("\"{subject}\""))
}

/// The same list without what differs from caller to caller.
pub(crate) fn without_cursor(mut state: Value) -> Value {
    state["nextCursor"].take();
    state
}
