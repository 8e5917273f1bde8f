//! One module per router. A type here *is* a method; its doc comment is the method's public reference.

pub mod account;
pub mod activity;
pub mod api_key;
pub mod audit;
pub mod buying_group;
pub mod campaign;
pub mod campaign_group;
pub mod channel;
pub mod client;
pub mod client_channel;
pub mod connector;
pub mod field_mapping;
pub mod job;
pub mod live;
pub mod metrics;
pub mod metrics_import;
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
pub mod weekly_metric;

/// What most method declarations need in scope.
mod prelude {
    pub(in crate::routers) use rpc::{
        Admin, Anyone, Effect, Example, Manager, Method, NoRefusal, Viewer, refusals,
    };
    pub(in crate::routers) use schemars::JsonSchema;
    pub(in crate::routers) use serde::{Deserialize, Serialize};
    pub(in crate::routers) use validator::Validate;

    pub(in crate::routers) use crate::{sample, topics, types::*};
}
