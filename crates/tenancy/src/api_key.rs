//! API keys for scripts: `flk_<id>_<secret>_<crc>`.
//!
//! | part | shape | meaning |
//! |---|---|---|
//! | `flk` | fixed | lets a secret scanner find leaked keys |
//! | `<id>` | 22 base62 digits | the 128-bit [`ApiKeyId`]; not secret, finds the row |
//! | `<secret>` | 32 base62 digits | 190 random bits |
//! | `<crc>` | 6 base62 digits | CRC-32 of everything before the last `_` |
//!
//! The checksum refuses a mistyped key before any query; it is no security. A key is shown once, and
//! only its SHA-256 is kept: 190 random bits need no slow hash. This module does not know where the
//! record is stored.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{ApiKeyId, Principal, Role, TenantId, Unauthenticated, base62};

const PREFIX: &str = "flk";
const ID_DIGITS: usize = 22;
const SECRET_DIGITS: usize = 32;
const CRC_DIGITS: usize = 6;
const LENGTH: usize = PREFIX.len() + ID_DIGITS + SECRET_DIGITS + CRC_DIGITS + 3;
const MISTYPED: Unauthenticated = Unauthenticated::because("malformed API key");

/// An API key in the clear: just generated and about to be shown, or just presented. It cannot be
/// printed or serialized, and overwrites itself when dropped.
///
/// ```
/// use tenancy::{ApiKey, ApiKeyId};
/// let key = ApiKey::generate(ApiKeyId(uuid::Uuid::from_u128(7)), &[42; 64])?;
/// assert_eq!(key.expose(), "flk_0000000000000000000007_gggggggggggggggggggggggggggggggg_4esQOB");
/// assert!(ApiKey::parse(key.expose()).is_ok_and(|parsed| parsed.id() == key.id()));
/// assert!(ApiKey::parse("flk_0000000000000000000007_gggggggggggggggggggggggggggggggg_4esQOC").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// ```compile_fail
/// println!("{:?}", tenancy::ApiKey::parse("flk_"));
/// ```
pub struct ApiKey {
    id: ApiKeyId,
    text: Zeroizing<String>,
}

/// The SHA-256 of an API key's whole text, the only form that is stored. Comparing two takes the same
/// time wherever they differ.
#[derive(Clone)]
pub struct ApiKeyHash([u8; 32]);

/// What is stored of a key, enough to decide about one presented.
#[derive(Clone, Debug)]
pub struct ApiKeyRecord {
    pub tenant: TenantId,
    pub id: ApiKeyId,
    pub hash: ApiKeyHash,
    /// The most this key may do, whoever made it.
    pub ceiling: Role,
    /// The key is refused from this instant on. Rolling a key sets it on the old one, so both serve meanwhile.
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// More than half of 64 random bytes were unusable, which chance does once in 2^100 times: the source
/// of randomness is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the random bytes are not random")]
pub struct BrokenRandomness;

impl ApiKey {
    /// A new key from 64 random bytes of the operating system, every secret digit equally likely.
    ///
    /// # Errors
    /// [`BrokenRandomness`] if fewer than 32 of the bytes are below 248.
    pub fn generate(id: ApiKeyId, random: &[u8; 64]) -> Result<Self, BrokenRandomness> {
        let secret = Zeroizing::new(base62::unbiased(random, SECRET_DIGITS).ok_or(BrokenRandomness)?);
        // One buffer of the final size: growing would leave copies of the secret behind.
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(&public_prefix(id));
        text.push('_');
        text.push_str(&secret);
        let crc = checksum(&text);
        text.push('_');
        text.push_str(&crc);
        Ok(Self { id, text })
    }

    /// Whether a bearer credential is meant as an API key, so that it is parsed as one and as nothing else.
    pub fn is_meant_by(credential: &str) -> bool {
        credential.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('_'))
    }

    /// Reads a presented key. What passes is well-formed, not yet known.
    ///
    /// # Errors
    /// [`Unauthenticated`] for anything but the exact format with its checksum; no query is needed.
    pub fn parse(text: &str) -> Result<Self, Unauthenticated> {
        let (body, crc) = text.rsplit_once('_').ok_or(MISTYPED)?;
        let mut parts = body.split('_');
        let (Some(PREFIX), Some(id), Some(secret), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MISTYPED);
        };
        if text.len() != LENGTH || id.len() != ID_DIGITS || secret.len() != SECRET_DIGITS {
            return Err(MISTYPED);
        }
        if !base62::is_base62(secret) || checksum(body) != crc {
            return Err(MISTYPED);
        }
        let id = base62::decode(id).ok_or(MISTYPED)?;
        Ok(Self { id: ApiKeyId(Uuid::from_u128(id)), text: Zeroizing::new(text.to_owned()) })
    }

    pub fn id(&self) -> ApiKeyId {
        self.id
    }

    /// The whole key, to be shown to its owner once.
    pub fn expose(&self) -> &str {
        &self.text
    }

    pub fn hash(&self) -> ApiKeyHash {
        ApiKeyHash(Sha256::digest(self.text.as_bytes()).into())
    }
}

impl ApiKeyRecord {
    /// Decides about a presented key whose id found this record. The principal's role is the ceiling;
    /// the caller checks that the tenant itself is not suspended.
    ///
    /// # Errors
    /// [`Unauthenticated`] if the hash differs, the key was revoked, or `now` is not before its expiry.
    pub fn admit(&self, presented: &ApiKey, now: DateTime<Utc>) -> Result<Principal, Unauthenticated> {
        if presented.id != self.id || presented.hash() != self.hash {
            return Err(Unauthenticated::because("unknown API key"));
        }
        if !self.alive(now) {
            return Err(Unauthenticated::because("revoked or expired API key"));
        }
        Ok(Principal::api_key(self.tenant, self.id, self.ceiling))
    }

    /// Neither revoked nor expired, for one that was admitted before.
    pub fn alive(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

impl ApiKeyHash {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for ApiKeyHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ApiKeyHash {}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyHash(..)")
    }
}

/// The part of a key that may be shown in lists, so its owner can tell keys apart: `flk_<id>`.
pub fn public_prefix(id: ApiKeyId) -> String {
    format!("{PREFIX}_{}", base62::encode(id.0.as_u128(), ID_DIGITS))
}

fn checksum(body: &str) -> String {
    base62::encode(u128::from(crc32fast::hash(body.as_bytes())), CRC_DIGITS)
}
