//! One module per router. A type here *is* a method; its doc comment is the method's public reference.

pub mod account;
pub mod activity;
pub mod api_key;
pub mod audit;
pub mod connector;
pub mod field_mapping;
pub mod job;
pub mod opportunity;
pub mod person;
pub mod rpc_discover;
pub mod scoring;
pub mod scoring_config;
pub mod session;
pub mod system;
pub mod team;
pub mod tenant;
pub mod user;

/// What most method declarations need in scope.
mod prelude {
    pub(super) use rpc::{Admin, Anyone, Effect, Example, Manager, Method, NoRefusal, Viewer, refusals};
    pub(super) use schemars::JsonSchema;
    pub(super) use serde::{Deserialize, Serialize};
    pub(super) use validator::Validate;

    pub(super) use crate::{sample, topics, types::*};
}
