//! PostgreSQL, and the only crate that speaks SQL. A connection cannot be had without saying for which tenant.
//!
//! `Store::tenant` opens a transaction that has entered one tenant; each module below has the functions over one
//! area's tables, named as the methods they serve and taking that transaction. The store knows no vendor, no wire
//! format and no rule of the domain that is not a rule of a table.

pub mod actors;
pub mod api_keys;
pub mod audit;
pub mod buying_groups;
pub mod changes;
mod client_scope;
pub mod connector_reports;
pub mod connectors;
pub mod crm;
pub mod directory;
mod error;
pub mod field_mappings;
pub mod health;
pub mod idempotency;
pub mod jobs;
mod login;
pub mod members;
pub mod metrics;
mod migrate;
pub mod outside;
pub mod page;
mod pool;
pub mod private_postgres;
mod schema;
pub mod score_facts;
pub mod scores;
pub mod scoring_configs;
pub mod scoring_inputs;
pub mod scoring_runs;
pub mod scoring_writes;
pub mod sessions;
mod statement;
pub mod sync_runs;
pub mod sync_write;
pub mod team;
pub mod tenant_keys;
pub mod tenants;

#[cfg(any(test, feature = "testing"))]
pub mod catalogue;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use changes::{Topic, Topics};
pub use client_scope::ClientScope;
pub use error::StoreError;
pub use login::{LoginRefused, log_in};
pub use migrate::{MigrateError, migrate};
pub use page::{ListPage, PageRequest, Position};
pub use pool::{PoolStatus, Store, StoreConfig, SystemReason, SystemTx, TenantTx, WAIT, connection_options};
/// Those who hold a store need no other source of a tenant's id, of who acts, and of what they may.
pub use tenancy::{Actor, DataKeyId, Operation, TenantId};

#[cfg(test)]
mod tests;
