//! The stand-in seen from outside: through its port and its handle.
#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]
#![expect(
    clippy::disallowed_types,
    reason = "the tests are clients of a server on loopback that they started"
)]

mod data;
mod faults;
mod oauth;
mod query;
mod real_clients;
mod support;
