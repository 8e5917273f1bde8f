//! What a person of the tenant said about somebody's role. Detection never overwrites it; only a person does.

use crate::{Evidence, Role, Share, Source};

/// The confirmed role of a member, if there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confirmation(Option<Role>);

/// Why a confirmation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmationRefusal {
    #[error("the role {0} is already confirmed")]
    AlreadyConfirmed(Role),
    #[error("unknown is not a role that can be confirmed")]
    UnknownRole,
}

impl ConfirmationRefusal {
    /// A stable name.
    pub const fn name(self) -> &'static str {
        match self {
            ConfirmationRefusal::AlreadyConfirmed(_) => "already-confirmed",
            ConfirmationRefusal::UnknownRole => "unknown-role",
        }
    }
}

impl Confirmation {
    pub const fn new(role: Option<Role>) -> Confirmation {
        Confirmation(role)
    }

    pub const fn role(self) -> Option<Role> {
        self.0
    }

    /// A person confirms a role, the first one or another one than before.
    ///
    /// # Errors
    /// The same role twice, and `unknown`.
    ///
    /// ```
    /// use buying_groups::{Confirmation, ConfirmationRefusal, Role};
    /// let coach = Confirmation::default().confirm(Role::Coach)?;
    /// assert_eq!(coach.confirm(Role::Coach), Err(ConfirmationRefusal::AlreadyConfirmed(Role::Coach)));
    /// assert_eq!(coach.confirm(Role::Blocker)?.role(), Some(Role::Blocker));
    /// # Ok::<(), ConfirmationRefusal>(())
    /// ```
    pub fn confirm(self, role: Role) -> Result<Confirmation, ConfirmationRefusal> {
        match self.0 {
            _ if role == Role::Unknown => Err(ConfirmationRefusal::UnknownRole),
            Some(before) if before == role => Err(ConfirmationRefusal::AlreadyConfirmed(role)),
            _ => Ok(Confirmation(Some(role))),
        }
    }

    /// As evidence, beside whatever else there is. `record` names who confirmed it and when.
    pub fn evidence(self, record: &str) -> Option<Evidence> {
        self.0.map(|role| Evidence::new(Source::Confirmed, role, Share::ONE, record.to_owned()))
    }
}
