//! The scoring rules as they are read and written. Each part has its own versions.

mod combined;
mod engagement;
mod fit;

pub use combined::*;
pub use engagement::*;
pub use fit::*;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::ValidationError;

/// A part of the scoring rules, with versions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigType {
    /// Likeness to the ideal customer profile.
    Fit,
    /// What activities are worth and how they fade.
    Engagement,
    /// How both become one number and a tier.
    Combined,
}

fn broken(rule: &'static str, message: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new(rule).with_message(message.into())
}
