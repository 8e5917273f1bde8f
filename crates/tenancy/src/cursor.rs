//! Cursors: how a list goes on after its first page. A cursor is opaque and sealed over who asked, for
//! what, and where the page ended, so one taken to another tenant, caller, method or filter opens nothing.
//! This module does not know what a position is.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{Actor, KeyRing, TenantId, key_ring::Purpose, token_sealer::TokenSealer};

/// Seals and opens cursors with keys derived from the key ring; build it once.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use tenancy::{Actor, CursorBinding, Cursors, FilterHash, TenantId, UserId};
/// # use uuid::Uuid;
/// let cursors = Cursors::new(&format!("k:{}", "0b".repeat(32)).parse()?);
/// let binding = CursorBinding {
///     tenant: TenantId(Uuid::from_u128(1)),
///     actor: Actor::User(UserId(Uuid::from_u128(2))),
///     method: "account.list",
///     filter: FilterHash::of(br#"{"tier":"hot"}"#),
/// };
/// let now = DateTime::UNIX_EPOCH;
/// let cursor = cursors.seal(&binding, b"after acme", now + TimeDelta::hours(1));
/// assert_eq!(cursors.open(&binding, &cursor, now)?, b"after acme");
/// assert!(cursors.open(&CursorBinding { method: "person.list", ..binding }, &cursor, now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Cursors(TokenSealer);

/// The question a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorBinding<'a> {
    pub tenant: TenantId,
    pub actor: Actor,
    /// The method's wire name, such as `account.list`.
    pub method: &'a str,
    pub filter: FilterHash,
}

/// The SHA-256 of a list's filter and order, in a form that is the same each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterHash([u8; 32]);

/// The cursor is not ours, not for this question, or expired; which one is nobody's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("invalid cursor")]
pub struct InvalidCursor;

impl Cursors {
    pub fn new(ring: &KeyRing) -> Self {
        Self(TokenSealer::new(ring, Purpose::SealCursors, Purpose::CursorNonces))
    }

    /// A cursor for the page after `position`, good until `expires_at` (whole seconds). Letters, digits,
    /// `-` and `_` only; about 4/3 of the position's length and 60 characters.
    pub fn seal(&self, binding: &CursorBinding<'_>, position: &[u8], expires_at: DateTime<Utc>) -> String {
        self.0.seal(&binding.fields(), position, expires_at)
    }

    /// The position that was sealed.
    ///
    /// # Errors
    /// [`InvalidCursor`] for everything else.
    pub fn open(
        &self,
        binding: &CursorBinding<'_>,
        cursor: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, InvalidCursor> {
        self.0.open(&binding.fields(), cursor, now).map(|position| position.to_vec()).ok_or(InvalidCursor)
    }
}

impl CursorBinding<'_> {
    fn fields(&self) -> [Vec<u8>; 4] {
        [
            self.tenant.0.as_bytes().to_vec(),
            self.actor.to_bytes().to_vec(),
            self.method.as_bytes().to_vec(),
            self.filter.0.to_vec(),
        ]
    }
}

impl FilterHash {
    /// `canonical` is the filter and the order as bytes; the same question must give the same bytes.
    pub fn of(canonical: &[u8]) -> Self {
        Self(Sha256::digest(canonical).into())
    }
}
