//! Asks a question once for all who watch: their rights and the answer from one transaction.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use rpc::{Code, Host, RpcError};
use tokio::sync::OwnedSemaphorePermit;

use super::{Live, Watcher, group::Group, member::Member, rights};
use crate::host::{Gateway, Scope, store_error};

/// The largest answer that is watched, in bytes.
const LARGEST: usize = 1 << 20;

/// What came of asking.
pub(super) enum Answer {
    State {
        text: Box<str>,
        moved: Vec<Member>,
    },
    /// It depends on who asks, and was thrown away.
    Personal {
        moved: Vec<Member>,
    },
    /// Nobody is left who may know.
    Nobody {
        moved: Vec<Member>,
    },
    Refused(RpcError),
}

impl Gateway {
    pub(super) async fn evaluate(self: &Arc<Self>, group: &Group, turn: OwnedSemaphorePermit) -> Answer {
        let work = AssertUnwindSafe(self.ask(group, turn)).catch_unwind();
        match tokio::time::timeout(self.deadline(), work).await {
            Ok(Ok(Ok(answer))) => answer,
            Ok(Ok(Err(error))) => Answer::Refused(error),
            Ok(Err(_panic)) => Answer::Refused(RpcError::internal()),
            Err(_elapsed) => Answer::Refused(RpcError::timeout()),
        }
    }

    async fn ask(self: &Arc<Self>, group: &Group, turn: OwnedSemaphorePermit) -> Result<Answer, RpcError> {
        let begun = std::time::Instant::now();
        let question = &group.question;
        // Rights first, from the transaction that reads what they give access to.
        let entered = rights::enter(&self.store, question.asker.tenant, &group.watchers()).await;
        let (mut tx, present) = entered.map_err(store_error)?;
        let moved = group.sort_out(&present);
        let narrowed =
            rights::narrow(&mut tx, &group.watchers(), &question.asker).await.map_err(store_error)?;
        let alone = present.get(&question.asker.subject).copied().flatten();
        let asker = Watcher { principal: question.asker, expires_at: alone.and_then(|it| it.expires_at) };
        let mut scope = Scope::watching(asker, tx, &self.store, turn);
        if group.is_deserted() {
            scope.end_reading().await;
            return Ok(Answer::Nobody { moved });
        }
        if !narrowed {
            // The grants have changed since they were read a moment ago; whoever asks again is told by the new ones.
            scope.end_reading().await;
            return Err(store_error(store::StoreError::Serialization));
        }
        let answer = group.query.evaluate(self, &mut scope, &question.params).await;
        let personal = scope.looked_at_the_caller() && question.asker.subject == tenancy::Subject::System;
        scope.end_later();
        metrics::histogram!("fairlead_live_evaluation_seconds").record(begun.elapsed().as_secs_f64());
        if personal {
            return Ok(Answer::Personal { moved });
        }
        let text: Box<str> = match answer {
            Ok(answer) => answer.into(),
            Err(error) => return Err(RpcError { about: Some(question.method), ..error }),
        };
        if text.len() > LARGEST {
            return Err(RpcError::new(
                Code::PayloadTooLarge,
                "result_too_large",
                "the result is too large to be watched; ask for less",
            ));
        }
        Ok(Answer::State { text, moved })
    }
}

impl Live {
    /// Waits for a turn to ask.
    pub(super) async fn turn(&self) -> OwnedSemaphorePermit {
        self.turns.0.clone().acquire_owned().await.expect("the turns are never closed")
    }

    pub(super) fn holds(&self, before: usize, after: usize) {
        use std::sync::atomic::Ordering::Relaxed;
        self.bytes.fetch_add(after, Relaxed);
        self.bytes.fetch_sub(before, Relaxed);
    }
}
