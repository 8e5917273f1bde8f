//! A whole Fairlead for tests: the real server on a database of its own beside a stand-in Salesforce, organizations with
//! members, keys and records, and callers in every form a client may have. It knows the outside only: what is sent, what
//! comes back, and (as the database's superuser) what is in the tables.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod caller;
pub mod contract;
mod logs;
mod rows;
mod sample;
mod tenant;

pub use app::{TestApp, serve_on};
pub use caller::{Caller, Line, Reply, Socket, Way, envelope};
pub use logs::Logs;
pub use rows::{AuditRow, Rows};
pub use sample::{authorise, ids_of, own_id, seed_sample, translate};
pub use tenant::Tenant;
