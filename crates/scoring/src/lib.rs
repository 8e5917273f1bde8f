//! Facts and a clock in, points and reasons out.
//!
//! Scoring knows no clock, no database, no network and no random numbers: whatever it needs comes in as an argument.
//! The same input gives the same bits on every machine, thread count and order of arrival, because it computes in
//! integers; its only floating numbers are a table of powers of two, filled with `libm`.
//!
//! - [`FitConfig`], [`EngagementConfig`], [`CombinedConfig`]: the rules, validated; [`PreparedConfig`]: ready to score
//! - [`PreparedFit::score`]: an account's fit with its coverage
//! - [`PersonFold`], [`EngagementState`]: a person's engagement
#![no_std]

extern crate alloc;

mod attribute;
mod channel;
mod clock;
mod config;
mod decay;
mod engagement;
mod fit;
mod points;
mod prepared;

pub use attribute::{AttributeValue, NotFinite, Number};
pub use channel::{CHANNELS, Channel};
pub use clock::{Clock, DAY};
pub use config::*;
pub use decay::{FRACTION_BITS, LANDMARK_PERIOD, MEMORY, REACH};
pub use engagement::{Activity, ChannelScore, Counted, EngagementState, PersonFold};
pub use fit::{AccountFacts, Dimension, FitScore, PreparedFit};
pub use points::{Factor, Points, WIRE_LIMIT};
pub use prepared::{PreparedConfig, PreparedEngagement, TypeIndex};

#[cfg(test)]
extern crate std;
