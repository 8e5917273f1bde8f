//! The types that several routers speak.

mod buying_group;
mod config;
mod crm;
mod entity;
mod explanation;
mod ids;
mod job;
mod member;
mod metrics;
mod null;
mod numbers;
mod page;
mod ratio;
mod score;
mod sync;
mod text;
mod time;

pub use buying_group::*;
pub use config::*;
pub use crm::*;
pub use entity::*;
pub use explanation::*;
pub use ids::*;
pub use job::*;
pub use member::*;
pub use metrics::*;
pub(crate) use null::{OrNull, said};
pub use numbers::*;
pub use page::*;
pub use ratio::*;
pub use score::*;
pub use sync::*;
pub use text::*;
pub use time::Timestamp;

/// Attributes and properties as the source has them: names to any JSON value.
pub type Attributes = serde_json::Map<String, serde_json::Value>;
