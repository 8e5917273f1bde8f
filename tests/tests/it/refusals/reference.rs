//! Who may call what, said a second time: from a method's access level and the kind of credential alone, without a look at the
//! permission table or the code of admission.

use rpc::Access;

/// Every kind of credential that a call may come with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    None,
    Garbage,
    Mistyped,
    ExpiredKey,
    RevokedKey,
    ExpiredToken,
    EndedSession,
    RevokedSession,
    SuspendedMember,
    ViewerKey,
    ViewerSession,
    ManagerKey,
    ManagerSession,
    AdminKey,
    AdminSession,
    OtherAdmin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Unauthenticated,
    RoleTooLow,
    Admitted,
}

impl Credential {
    pub(crate) const ALL: [Credential; 16] = [
        Credential::None,
        Credential::Garbage,
        Credential::Mistyped,
        Credential::ExpiredKey,
        Credential::RevokedKey,
        Credential::ExpiredToken,
        Credential::EndedSession,
        Credential::RevokedSession,
        Credential::SuspendedMember,
        Credential::ViewerKey,
        Credential::ViewerSession,
        Credential::ManagerKey,
        Credential::ManagerSession,
        Credential::AdminKey,
        Credential::AdminSession,
        Credential::OtherAdmin,
    ];

    /// As the test's organizations call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Credential::None => "no credential",
            Credential::Garbage => "garbage",
            Credential::Mistyped => "mistyped key",
            Credential::ExpiredKey => "expired key",
            Credential::RevokedKey => "revoked key",
            Credential::ExpiredToken => "expired token",
            Credential::EndedSession => "ended session",
            Credential::RevokedSession => "revoked session",
            Credential::SuspendedMember => "suspended member",
            Credential::ViewerKey => "viewer",
            Credential::ViewerSession => "viewer session",
            Credential::ManagerKey => "manager",
            Credential::ManagerSession => "manager session",
            Credential::AdminKey => "admin",
            Credential::AdminSession => "admin session",
            Credential::OtherAdmin => "other's admin",
        }
    }

    pub(crate) fn speaks_for_somebody(self) -> bool {
        rank(self) > 0
    }
}

impl Outcome {
    pub(crate) fn letter(self) -> char {
        match self {
            Outcome::Unauthenticated => 'u',
            Outcome::RoleTooLow => 'f',
            Outcome::Admitted => '+',
        }
    }
}

/// 0 speaks for nobody, 1 for a viewer, 2 for a manager, 3 for an admin.
fn rank(credential: Credential) -> u8 {
    match credential {
        Credential::None
        | Credential::Garbage
        | Credential::Mistyped
        | Credential::ExpiredKey
        | Credential::RevokedKey
        | Credential::ExpiredToken
        | Credential::EndedSession
        | Credential::RevokedSession
        | Credential::SuspendedMember => 0,
        Credential::ViewerKey | Credential::ViewerSession => 1,
        Credential::ManagerKey | Credential::ManagerSession => 2,
        Credential::AdminKey | Credential::AdminSession | Credential::OtherAdmin => 3,
    }
}

pub(crate) fn outcome(access: Access, credential: Credential) -> Outcome {
    let needed = match access {
        Access::Public => 0,
        Access::Viewer => 1,
        Access::Manager => 2,
        Access::Admin => 3,
    };
    match rank(credential) {
        rank if rank >= needed => Outcome::Admitted,
        0 => Outcome::Unauthenticated,
        _ => Outcome::RoleTooLow,
    }
}
