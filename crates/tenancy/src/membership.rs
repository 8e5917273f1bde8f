//! Who may change whose role, and the two things nobody may do: grant more than they have, and leave
//! a tenant without an admin. Decisions only; the caller reads the counts under a lock and writes.

use thiserror::Error;

use crate::{Operation, Role, permits};

/// Why a change to the members of a tenant was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MembershipRefused {
    #[error("only an admin may do this")]
    NotPermitted,
    #[error("a role above the caller's own cannot be granted")]
    AboveOwnRole,
    #[error("a member above the caller's own role cannot be changed")]
    MemberAboveOwnRole,
    #[error("the last admin can be neither removed nor demoted")]
    LastAdmin,
}

/// What a permitted role change amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// The member has that role already; nothing to write, nothing to audit.
    Unchanged,
    Changed {
        from: Role,
        to: Role,
    },
}

/// Decides whether `caller` may give a member with the role `current` the role `wanted`.
///
/// `admins` is how many admins the tenant has now, the member included if they are one. It must be read
/// in the transaction that writes, under a lock or serializable: two admins demoting each other at the
/// same moment each see two.
///
/// ```
/// use tenancy::{MembershipRefused, Role, RoleChange, change_role};
/// let demote = |admins| change_role(Role::Admin, Role::Admin, Role::Viewer, admins);
/// assert_eq!(demote(2), Ok(RoleChange::Changed { from: Role::Admin, to: Role::Viewer }));
/// assert_eq!(demote(1), Err(MembershipRefused::LastAdmin));
/// ```
///
/// # Errors
/// The first of: not permitted, above the caller's own role, member above it, last admin.
pub fn change_role(
    caller: Role,
    current: Role,
    wanted: Role,
    admins: u32,
) -> Result<RoleChange, MembershipRefused> {
    require(caller, Operation::ChangeRoles)?;
    // Both always hold while only admins change roles; they keep the rule if the table is ever loosened.
    may_grant(caller, wanted)?;
    reaches(caller, current)?;
    if current == wanted {
        return Ok(RoleChange::Unchanged);
    }
    keeps_an_admin(current, admins)?;
    Ok(RoleChange::Changed { from: current, to: wanted })
}

/// Decides whether `caller` may remove a member with the role `current`; `admins` as in [`change_role`].
/// Leaving by oneself asks the same question with one's own role as both.
///
/// # Errors
/// The first of: not permitted, member above the caller's own role, last admin.
pub fn remove_member(caller: Role, current: Role, admins: u32) -> Result<(), MembershipRefused> {
    require(caller, Operation::RemoveMembers)?;
    reaches(caller, current)?;
    keeps_an_admin(current, admins)
}

/// Decides what to write when an outside issuer, which keeps the roles of its own people, tells that a member has
/// the role `told`; `admins` as in [`change_role`]. The last admin stays one in the books, so that the tenant is
/// never without; what the member may do through that issuer is still no more than `told`.
///
/// ```
/// use tenancy::{Role, RoleChange, follow_issuer};
/// let changed = RoleChange::Changed { from: Role::Admin, to: Role::Viewer };
/// assert_eq!(follow_issuer(Role::Admin, Role::Viewer, 2), changed);
/// assert_eq!(follow_issuer(Role::Admin, Role::Viewer, 1), RoleChange::Unchanged);
/// ```
pub fn follow_issuer(current: Role, told: Role, admins: u32) -> RoleChange {
    if current == told || keeps_an_admin(current, admins).is_err() {
        RoleChange::Unchanged
    } else {
        RoleChange::Changed { from: current, to: told }
    }
}

/// Whether a caller may hand out `granted`, to a member, in an invitation, or as an API key's ceiling.
///
/// # Errors
/// [`MembershipRefused::AboveOwnRole`] if it is more than the caller has.
pub fn may_grant(caller: Role, granted: Role) -> Result<(), MembershipRefused> {
    if granted <= caller { Ok(()) } else { Err(MembershipRefused::AboveOwnRole) }
}

fn require(caller: Role, operation: Operation) -> Result<(), MembershipRefused> {
    if permits(caller, operation) { Ok(()) } else { Err(MembershipRefused::NotPermitted) }
}

fn reaches(caller: Role, current: Role) -> Result<(), MembershipRefused> {
    if current <= caller { Ok(()) } else { Err(MembershipRefused::MemberAboveOwnRole) }
}

/// Called only where the member is about to stop being `current`.
fn keeps_an_admin(current: Role, admins: u32) -> Result<(), MembershipRefused> {
    if current == Role::Admin && admins <= 1 { Err(MembershipRefused::LastAdmin) } else { Ok(()) }
}
