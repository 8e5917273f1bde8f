//! `live`: results that stay true on the screen.

use rpc::live::LiveMessage;

use super::prelude::*;

refusals! {
    /// Why a query is not, or no longer, watched.
    pub enum WatchRefusal {
        /// There is no method of that name.
        UnknownMethod => MethodNotFound, "there is no such method";
        /// Only queries can be watched.
        NotAQuery { effect: String } => BadRequest, "only queries can be watched, and this is a {effect}";
        /// The result is larger than 1 MiB; ask for less.
        ResultTooLarge => PayloadTooLarge, "the result is too large to be watched; ask for less";
        /// The credential was revoked, the session has ended, or the role no longer allows the query. Ends a watch under way.
        RightsEnded => Forbidden, "your rights to watch this have ended";
        /// The socket took less than there was to send. Ends a watch under way; watch again, with the last `seq` as `resume`.
        TooSlow { seq: u64 } => TooManyRequests, "there was more to tell than was taken; watch again, with `resume`";
    }
}

/// Sends a query's result now, and again whenever it changes.
///
/// The first message is `{seq, result}`. Each further one is `{seq, patch}`, a JSON Patch (RFC 6902) against the last state,
/// or `{seq, result}` where that is shorter; a state that is the same as before is not sent. After a broken connection give the
/// last `seq` as `resume`, at whichever server: what was missed is sent, or `{reset}` and the whole result where that cannot be
/// told any more.
///
/// A watch follows the data, not the clock: what differs only because time has passed is not sent by itself. Rights are read
/// again whenever the query is; when they end, so does the watch, with FORBIDDEN. A query's own refusals (such as a record that
/// is not there any more) end it with the same error as a call.
///
/// One WebSocket carries at most 50 subscriptions, those of `job.watch` included, unless the server's operator has set another
/// limit. It is cut when nothing came from it for 50 seconds, not even the answer to a ping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Watch {
    /// The query, such as `account.list`.
    #[validate(length(max = 128))]
    pub method: String,
    /// Its params, as in a call.
    #[serde(default)]
    pub params: Attributes,
    /// The `seq` of the last message of an earlier watch of the same query with the same params.
    #[validate(range(max = 9_007_199_254_740_991_u64))]
    pub resume: Option<u64>,
}

impl Method for Watch {
    const NAME: &'static str = rpc::live::WATCH;
    const EFFECT: Effect = Effect::Subscription;
    type Caller = Viewer;
    type Output = LiveMessage<serde_json::Value>;
    type Refusal = WatchRefusal;

    fn example() -> Example<Self> {
        let params = serde_json::json!({ "entityType": "account", "pageSize": 10 });
        Example {
            params: Watch {
                method: "scoring.getEntityList".into(),
                params: sample::object(params),
                resume: None,
            },
            result: LiveMessage::Result {
                seq: 8_821_455_159_296_001,
                result: serde_json::json!({ "items": [], "nextCursor": null }),
            },
        }
    }
}
