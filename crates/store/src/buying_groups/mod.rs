//! Buying groups: who takes part in a purchase, what speaks for it, who is missing and might be found.
//!
//! A group belongs to an account, and to a solution tag or to none. Its members are whom the CRM or an intent vendor names
//! in a purchase, and whom a person added; everybody else of the account is a candidate at best. What a role means and how
//! sure one can be is decided in the crate of that name; here are the facts it is given and the rows it is kept in.
//! A confirmation by a person is never overwritten, and whom a person took out is not brought back.

mod calibration;
mod candidates;
mod conversations;
mod evidence;
mod groups;
mod heat;
mod members;
mod regroup;
mod settings;
mod templates;
mod touched;

use buying_groups::{Role, Share};

pub use calibration::{CalibrationReport, calibrate};
pub use candidates::{
    CandidateKey, CandidateRefused, FoundCandidate, GroupCandidates, accept_candidate, dismiss_candidate,
    get_candidates,
};
pub use groups::{
    CreateGroupError, Group, GroupDetail, create_group, get_group, groups_of_accounts, list_groups_of_account,
};
pub use heat::{MemberHeat, get_member_engagement};
pub use members::{
    Member, MemberBrief, MemberError, add_member, confirm_member_role, get_member, list_members,
    remove_member,
};
pub use regroup::{Regrouped, regroup_accounts};
pub use settings::{OwnRoleName, keep_role_names, role_names};
pub use templates::{
    NewTemplate, RoleTemplate, TemplateError, list_templates, remove_template, save_template,
};
pub use touched::{any_touched, count_touched, take_touched, touch_accounts, touch_groups};

/// How far back is looked for what people did and whom they met.
const LOOK_BACK_DAYS: i64 = 365;

/// A share as a row keeps it: millionths.
fn millionths(share: Share) -> i64 {
    i64::from(share.millionths())
}

fn share(millionths: i64) -> Share {
    Share::from_millionths(u32::try_from(millionths.max(0)).unwrap_or(u32::MAX))
}

/// The tables hold no other words; one they did would say nothing.
fn role(word: &str) -> Role {
    word.parse().unwrap_or(Role::Unknown)
}

/// '' is no tag.
fn tag(stored: String) -> Option<String> {
    Some(stored).filter(|it| !it.is_empty())
}
