//! How much of a template a group fills, always in two readings: by heads and by how sure we are of them.

use std::fmt;
use std::str::FromStr;

use crate::{Role, Share, Template};

/// From this many thousandths of a point on, somebody is engaged.
pub const ENGAGED_AT: i64 = 20_000;

/// What a group knows of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupMember {
    pub role: Role,
    pub confidence: Share,
    /// In thousandths of a point; none when it was never computed, which is not zero.
    pub engagement: Option<i64>,
}

/// How far a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Status {
    /// Below 34%.
    Forming,
    /// Below 67%.
    Developing,
    /// Below 100%.
    Established,
    Complete,
}

/// How far one role of the template is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleFill {
    pub role: Role,
    pub weight: i64,
    pub required: bool,
    pub minimum: i64,
    pub members: usize,
    /// min(1, members / minimum)
    pub by_count: Share,
    /// min(1, Σ confidence / minimum)
    pub by_confidence: Share,
    /// The best member's engagement, in thousandths of a point.
    pub best_engagement: Option<i64>,
    /// The best member has [`ENGAGED_AT`] or more.
    pub engaged: bool,
}

impl RoleFill {
    /// As many members as the template asks for.
    pub fn is_filled(&self) -> bool {
        self.by_count == Share::ONE
    }
}

/// How much of a template a group fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// A member counts one.
    pub by_count: Share,
    /// A member counts their confidence; never more than by count.
    pub by_confidence: Share,
    /// How many of the required roles are filled; one when none is required.
    pub required: Share,
    /// The roles with fewer members than they need, in order of roles.
    pub missing: Vec<Role>,
    /// Every role of the template, in order.
    pub roles: Vec<RoleFill>,
    /// From the reading by count.
    pub status: Status,
}

/// Completeness = Σ weight · share / Σ weight. Members whose role the template does not ask for count nothing.
///
/// ```
/// use buying_groups::{GroupMember, Role, Share, Status, Template, completeness};
/// let member = |role| GroupMember { role, confidence: Share::from_thousandths(500), engagement: None };
/// let group = [member(Role::EconomicBuyer), member(Role::Champion)];
/// let found = completeness(&group, &Template::default());
/// assert_eq!((found.by_count, found.by_confidence), (Share::from_thousandths(550), Share::from_thousandths(275)));
/// assert_eq!(found.missing, [Role::TechnicalEvaluator, Role::EndUser, Role::LegalProcurement]);
/// assert_eq!(found.status, Status::Developing);
/// ```
pub fn completeness(members: &[GroupMember], template: &Template) -> Completeness {
    let roles: Vec<RoleFill> = template.needs().iter().map(|need| fill(members, need)).collect();
    let required: Vec<&RoleFill> = roles.iter().filter(|fill| fill.required).collect();
    let filled = required.iter().filter(|fill| fill.is_filled()).count();
    let by_count = weighted(&roles, |fill| fill.by_count);
    Completeness {
        by_count,
        by_confidence: weighted(&roles, |fill| fill.by_confidence),
        required: if required.is_empty() {
            Share::ONE
        } else {
            Share::of(filled as u128, required.len() as u128)
        },
        missing: roles.iter().filter(|fill| !fill.is_filled()).map(|fill| fill.role).collect(),
        status: Status::of(by_count),
        roles,
    }
}

fn fill(members: &[GroupMember], need: &crate::RoleNeed) -> RoleFill {
    let of_role = || members.iter().filter(|member| member.role == need.role);
    let minimum = need.minimum.unsigned_abs();
    let confidence: u128 = of_role().map(|member| member.confidence.wide()).sum();
    let best_engagement = of_role().filter_map(|member| member.engagement).max();
    RoleFill {
        role: need.role,
        weight: need.weight,
        required: need.required,
        minimum: need.minimum,
        members: of_role().count(),
        by_count: Share::of(of_role().count() as u128, u128::from(minimum)),
        by_confidence: Share::of(confidence, u128::from(minimum) * Share::ONE.wide()),
        best_engagement,
        engaged: best_engagement.is_some_and(|best| best >= ENGAGED_AT),
    }
}

/// Rounded down, so that only what is complete is one.
fn weighted(roles: &[RoleFill], share: impl Fn(&RoleFill) -> Share) -> Share {
    let weight = |fill: &RoleFill| u128::from(fill.weight.unsigned_abs());
    let filled: u128 = roles.iter().map(|fill| weight(fill) * share(fill).wide()).sum();
    let whole: u128 = roles.iter().map(weight).sum();
    Share::of(filled, whole * Share::ONE.wide())
}

impl Status {
    pub const ALL: [Status; 4] = [Status::Forming, Status::Developing, Status::Established, Status::Complete];

    pub fn of(completeness: Share) -> Status {
        match completeness.millionths() {
            0..340_000 => Status::Forming,
            340_000..670_000 => Status::Developing,
            670_000..1_000_000 => Status::Established,
            _ => Status::Complete,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Forming => "forming",
            Status::Developing => "developing",
            Status::Established => "established",
            Status::Complete => "complete",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Status, String> {
        Status::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("no status is called `{text}`"))
    }
}
