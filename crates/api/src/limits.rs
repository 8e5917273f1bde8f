//! The limits that a caller meets, as a server has them unless its operator sets others. They are part of the contract: the
//! document says them, and the server starts from them.

use crate::types::{MatrixSize, PageSize};

/// Calls in one batch.
pub const BATCH_CALLS: usize = 50;
/// Bytes of one request, be it a body or a WebSocket's message.
pub const REQUEST_BYTES: usize = 1_000_000;
/// Bytes of one reply, be it of a call or of a whole batch.
pub const REPLY_BYTES: usize = 10_000_000;
/// Seconds from a request to its reply.
pub const REQUEST_SECONDS: u64 = 30;
/// Calls under way at once on one WebSocket.
pub const SOCKET_IN_FLIGHT: usize = 32;
/// Subscriptions of one WebSocket.
pub const SOCKET_SUBSCRIPTIONS: u32 = 50;
/// Seconds after which a WebSocket is cut from which nothing came, not even the answer to a ping.
pub const IDLE_SECONDS: u64 = 50;

/// For the head of the document.
pub(crate) fn in_words() -> String {
    let (page, matrix) = (PageSize::MAX, MatrixSize::MAX);
    format!(
        "Limits, unless the server's operator has set others. A batch holds up to {BATCH_CALLS} calls; a larger one is refused \
         whole. A request has up to {REQUEST_BYTES} bytes, a reply up to {REPLY_BYTES}. A request is answered within \
         {REQUEST_SECONDS} seconds: what is not done by then gets TIMEOUT.\n\n\
         One WebSocket carries up to {SOCKET_SUBSCRIPTIONS} subscriptions and {SOCKET_IN_FLIGHT} calls under way: the next \
         is read when one has ended. It is cut when nothing came from it for {IDLE_SECONDS} seconds, not even the answer to a \
         ping.\n\n\
         A page of a list has up to {page} items, a matrix up to {matrix} points. Calls in a second are limited for each caller \
         and each organization: beyond that they get TOO_MANY_REQUESTS with `retryAfterMs`."
    )
}
