//! The one answer to every credential that is not accepted.

use std::fmt;

/// A credential was refused. It prints the same for every cause, so a caller cannot learn which check
/// failed; [`Unauthenticated::why`] is for the log, and never carries a part of the credential.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unauthenticated {
    why: &'static str,
}

impl Unauthenticated {
    pub(crate) const UNKNOWN_KEY_ID: Self = Self::because("unknown key id");

    /// A refusal for a cause that only the log will tell; also for what is found out later, such as a
    /// session that has ended.
    pub const fn because(why: &'static str) -> Self {
        Self { why }
    }

    /// Whether the key that a token names was not at hand, so fetching the issuer's keys again may help.
    pub fn is_unknown_key_id(&self) -> bool {
        *self == Self::UNKNOWN_KEY_ID
    }

    /// The cause, for the log only: a fixed text such as `expired` or `unknown key id`.
    pub fn why(&self) -> &'static str {
        self.why
    }
}

impl fmt::Display for Unauthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unauthenticated")
    }
}

impl fmt::Debug for Unauthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unauthenticated")
    }
}

impl std::error::Error for Unauthenticated {}
