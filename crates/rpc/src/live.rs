//! The messages of live queries, the same for the server that writes them and the client that folds them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::patch::{PatchMismatch, PatchOperation, apply};

/// The subscription to a query's result.
pub const WATCH: &str = "live.watch";

/// One message of a live query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Live{T}")]
pub enum LiveMessage<T> {
    /// The whole result.
    Result {
        /// Where this state is in the row of states; to be given as `resume` after a broken connection.
        #[schemars(range(max = 9007199254740991_u64))]
        seq: u64,
        /// The result as it is now.
        result: T,
    },
    /// What to change in the last result to have the new one.
    Patch {
        /// As above.
        #[schemars(range(max = 9007199254740991_u64))]
        seq: u64,
        /// A JSON Patch (RFC 6902) of `add`, `remove` and `replace`.
        patch: Vec<PatchOperation>,
    },
    /// Forget what you have: something may have been missed. A whole result follows.
    Reset {
        /// Always true.
        reset: bool,
    },
    /// Nothing more will change; the subscription ends.
    End {
        /// Always true.
        end: bool,
    },
}

/// What a reader of live messages has in hand.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    state: Option<(u64, Value)>,
}

/// What a message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// There is a new state.
    Changed,
    /// Nothing to show, or nothing to show yet.
    Nothing,
    Ended,
}

impl Folded {
    /// # Errors
    /// When a patch does not fit: then what is in hand is dropped, and a watch begun anew will bring it again.
    pub fn fold(&mut self, message: LiveMessage<Value>) -> Result<Fold, PatchMismatch> {
        match message {
            LiveMessage::Result { seq, result } => self.state = Some((seq, result)),
            LiveMessage::Patch { seq, patch } => {
                let Some((_, mut state)) = self.state.take() else {
                    return Err(PatchMismatch { path: String::new() });
                };
                apply(&mut state, patch)?;
                self.state = Some((seq, state));
            }
            LiveMessage::Reset { .. } => {
                self.state = None;
                return Ok(Fold::Nothing);
            }
            LiveMessage::End { .. } => return Ok(Fold::Ended),
        }
        Ok(Fold::Changed)
    }

    /// Where to resume.
    pub fn seq(&self) -> Option<u64> {
        self.state.as_ref().map(|(seq, _)| *seq)
    }

    pub fn state(&self) -> Option<&Value> {
        self.state.as_ref().map(|(_, state)| state)
    }
}
