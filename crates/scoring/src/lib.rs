//! Facts and a clock in, points and reasons out.
//!
//! Scoring knows no clock, no database, no network and no random numbers: whatever it needs comes in as an argument.
//! The same input gives the same bits on every machine, thread count and order of arrival, because it computes in
//! integers; its only floating numbers are a table of powers of two, filled with `libm`.
//!
//! - [`FitConfig`], [`EngagementConfig`], [`CombinedConfig`]: the rules, validated; [`PreparedConfig`]: ready to score
//! - [`PreparedFit::score`]: an account's fit with its coverage
//! - [`PersonFold`], [`EngagementState`]: a person's engagement; [`roll_up`], [`opportunity_engagement`]: from people up
//! - [`Axes`], [`Standing`]: quadrants and tiers; [`EntityFold`]: their history in event time and the next change
//! - [`explain_fit`], [`explain_engagement`], [`explain_roll_up`], [`explain_tier`], [`Reasons`]: why
//! - [`ScoredEntity::canonical_bytes`]: what a state hash is made of
#![no_std]

extern crate alloc;

mod apportion;
mod attribute;
mod canonical;
mod channel;
mod clock;
mod config;
mod decay;
mod engagement;
mod entity;
mod explain;
mod fit;
mod history;
mod opportunity;
mod points;
mod prepared;
mod rollup;
mod seniority;
mod sure;
mod tier;

pub use attribute::{AttributeValue, NotFinite, Number};
pub use canonical::ScoredEntity;
pub use channel::{CHANNELS, Channel};
pub use clock::{Clock, DAY};
pub use config::*;
pub use decay::{FRACTION_BITS, LANDMARK_PERIOD, MEMORY, REACH};
pub use engagement::{Activity, ChannelScore, Counted, EngagementState, PersonFold};
pub use entity::{EntityFold, EntityOutcome};
pub use explain::*;
pub use fit::{AccountFacts, Dimension, FitScore, PreparedFit};
pub use history::{TierChange, TierFold, next_transition};
pub use opportunity::{OpportunityStatus, Pace, opportunity_engagement, velocity_bonus};
pub use points::{Factor, Points, WIRE_LIMIT};
pub use prepared::{PreparedConfig, PreparedEngagement, TypeIndex};
pub use rollup::{Member, RollUpFold, roll_up, roll_up_states};
pub use seniority::Seniority;
pub use tier::{Action, Axes, Level, Quadrant, Standing, Tier, schmitt};

#[cfg(test)]
extern crate std;
