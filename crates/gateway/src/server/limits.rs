//! Every number that bounds what one client may cost, with the defaults used in production. Knows nothing of who the client is.

use std::time::Duration;

use api::limits;

/// Limits of one listening server. Tests shorten them; operators set them in the configuration.
#[derive(Debug, Clone)]
pub struct ServerLimits {
    /// Time for the head of a request to arrive, also the longest pause between two requests of one socket.
    pub header_time: Duration,
    /// Time for the body to arrive, from the end of its head.
    pub body_time: Duration,
    /// Time from the end of the head to the reply. Calls not answered by then get TIMEOUT.
    pub request_time: Duration,
    /// A socket that takes not one byte of our reply for this long is cut.
    pub write_stall: Duration,
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Largest WebSocket message and frame, in bytes.
    pub frame_bytes: usize,
    /// Largest reply, of one call or of a whole batch, in bytes.
    pub reply_bytes: usize,
    /// Most calls in one batch; a larger one is refused whole.
    pub batch_calls: usize,
    /// Deepest nesting of a request's JSON.
    pub json_depth: usize,
    /// Calls that run at once for one WebSocket; the next frame is not read before one ends.
    pub socket_in_flight: usize,
    /// Subscriptions of one WebSocket.
    pub socket_subscriptions: u32,
    /// Sockets that one address (an IPv6 /64) may hold. Trusted proxies are exempt.
    pub sockets_per_address: usize,
    /// Sockets of all addresses together.
    pub sockets: usize,
    /// HTTP requests that run at once. Taken after the body was read, so a slow body holds none.
    pub http_in_flight: usize,
    /// Open WebSockets. A budget of its own: neither transport can starve the other.
    pub websockets: usize,
    /// Calls per second of one address, and how many it may save up. Each entry of a batch counts.
    pub calls_per_second: u32,
    /// See `calls_per_second`.
    pub calls_burst: u32,
    /// Pause between two pings on a WebSocket.
    pub ping_every: Duration,
    /// A WebSocket from which nothing at all arrived for this long (not even a pong) is cut.
    pub idle_time: Duration,
    /// How often readiness is asked for, and how long one answer may take.
    pub probe_every: Duration,
    /// See `probe_every`.
    pub probe_time: Duration,
    /// After the stop signal: how long we stay reachable, but not ready, before we close the listener.
    pub drain_notice: Duration,
    /// After the stop signal: how long calls under way may take to end.
    pub drain_time: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        let secs = Duration::from_secs;
        ServerLimits {
            header_time: secs(10),
            body_time: secs(15),
            request_time: secs(limits::REQUEST_SECONDS),
            write_stall: secs(30),
            body_bytes: limits::REQUEST_BYTES,
            frame_bytes: limits::REQUEST_BYTES,
            reply_bytes: limits::REPLY_BYTES,
            batch_calls: limits::BATCH_CALLS,
            json_depth: 64,
            socket_in_flight: limits::SOCKET_IN_FLIGHT,
            socket_subscriptions: limits::SOCKET_SUBSCRIPTIONS,
            sockets_per_address: 256,
            sockets: 10_000,
            http_in_flight: 512,
            websockets: 4_000,
            calls_per_second: 2_000,
            calls_burst: 4_000,
            ping_every: secs(20),
            idle_time: secs(limits::IDLE_SECONDS),
            probe_every: Duration::from_millis(500),
            probe_time: secs(1),
            drain_notice: Duration::ZERO,
            drain_time: secs(30),
        }
    }
}
