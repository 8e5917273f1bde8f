//! The one way out of the house. Every request to an address that a tenant or a vendor had a say in goes through here:
//! addresses are checked after resolving and pinned, every redirect is checked again, and time and bytes have a limit.

mod address;
mod client;
mod resolver;
mod retry_after;

pub use address::{AllowedNetwork, EgressPolicy};
pub use client::{EgressClient, EgressError, EgressLimits, Reply, Request};
pub use resolver::{Lookup, SystemLookup};
pub use retry_after::retry_after;
