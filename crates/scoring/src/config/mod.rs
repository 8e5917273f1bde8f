//! The three configurations a score depends on, their defaults and their rules. Knows no storage and no version numbers.
//!
//! With the `serde` feature each serialises deterministically: fields in their written order, maps sorted, numbers with
//! at most three decimals. The SHA-256 of those bytes is a configuration's address; the caller computes it.

mod combined;
mod engagement;
mod fit;
mod violation;

pub use combined::{CombinedConfig, CombinedThresholds, TierScheme};
pub use engagement::{
    ChannelCaps, EngagementConfig, MaxBreadth, NEVER_SCORED, RollUp, RollUpMethod, SeniorityWeights,
    TypeRule, Velocity, VelocityBasis,
};
pub use fit::{CustomAttribute, FitConfig, FitWeights, IdealProfile, Range};
pub use violation::Violation;
