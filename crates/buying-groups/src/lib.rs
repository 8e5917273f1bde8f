//! Who decides, who is missing, and where they might be found: pure functions over facts that are given to them.
//!
//! The crate knows no database, no clock, no network and no wire format. The same facts give the same answer on every
//! machine and in every order, because it counts in integers: a [`Share`] is a number of millionths, points are
//! thousandths.
//!
//! - [`Evidence`] from a [`Source`], [`detect`]: the likely [`Role`] of a person, how sure, and why
//! - [`read_title`], [`RoleMap`], [`Behaviour`]: where evidence comes from; [`Confirmation`]: what ends the guessing
//! - [`Template`], [`completeness`]: what a group should have, has, and lacks; [`group_engagement`], [`heat_map`]
//! - [`discover`]: candidates for what is missing, ranked, with reasons that add up to the rank
//! - [`calibrate`], [`Calibration`]: whether 70% means 70%, and what to say instead when it does not

mod behaviour;
mod calibrate;
mod completeness;
mod confirm;
mod detect;
mod discover;
mod engagement;
mod evidence;
mod heat;
mod role;
mod role_map;
mod seniority;
mod share;
mod template;
mod title;

pub use behaviour::{Behaviour, Topic};
pub use calibrate::{
    Bin, Calibration, KnotsDoNotRise, LEAST_CONFIRMATIONS, Outcome, Reliability, calibrate,
    outcomes_of_confirmation,
};
pub use completeness::{Completeness, ENGAGED_AT, GroupMember, RoleFill, Status, completeness};
pub use confirm::{Confirmation, ConfirmationRefusal};
pub use detect::{Detection, LEAST_CONFIDENCE, detect};
pub use discover::{Candidate, CandidateOrigin, Contact, ContactKind, Ranked, Reason, ReasonKind, discover};
pub use engagement::group_engagement;
pub use evidence::{Evidence, Source, Trusts};
pub use heat::{HEAT_WEEKS, HeatCell, HeatMap, Week, heat_map};
pub use role::Role;
pub use role_map::{RoleMap, RoleMapRefusal};
pub use seniority::Seniority;
pub use share::{NotAShare, Share};
pub use template::{DEFAULT_NEEDS, RoleNeed, Template, TemplateRefusal};
pub use title::{TitleReading, read_title, title_rules};
