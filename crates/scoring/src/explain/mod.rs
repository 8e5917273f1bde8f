//! Explanations: lines that sum to the score exactly, in thousandths.

mod engagement;
mod fit;
mod reasons;
mod rollup;
mod tiers;

pub use engagement::{EngagementExplanation, EngagementLine, ExplanationFold, Grouping, explain_engagement};
pub use fit::{FitExplanation, FitLine, explain_fit};
pub use reasons::{Reason, ReasonKind, Reasons};
pub use rollup::{RollUpExplanation, RollUpLine, RollUpPart, explain_opportunity, explain_roll_up};
pub use tiers::{Axis, AxisReason, TierExplanation, Why, explain_combined, explain_tier};
