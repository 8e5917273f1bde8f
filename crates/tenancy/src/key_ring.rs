//! The platform's root keys, as the operator gives them: `FAIRLEAD_KEYS=kid:64hex[,kid:64hex…]`. The
//! first is primary and seals; all of them open. Rotation: add the new key at the end everywhere, move
//! it to the front, re-wrap in the background, remove the old one when nothing names it any more.
//!
//! A root key is never used itself. Each purpose gets its own key derived from it, so a cursor can
//! never be taken for a wrapped data key.

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::aead::Key;

/// The name of a root key: 1 to 32 of `A-Z a-z 0-9 - _ .`. Not secret; stored beside what it sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

/// The root keys, primary first. Has no `Debug` and no `Serialize`, and overwrites itself when dropped.
///
/// ```
/// use tenancy::KeyRing;
/// let ring: KeyRing = format!("2026b:{},2026a:{}", "0b".repeat(32), "0a".repeat(32)).parse()?;
/// assert_eq!(ring.primary_id().as_str(), "2026b");
/// # Ok::<(), tenancy::KeyRingRefused>(())
/// ```
/// ```compile_fail
/// # let ring: tenancy::KeyRing = format!("a:{}", "0b".repeat(32)).parse().unwrap();
/// println!("{:?}", ring);
/// ```
pub struct KeyRing {
    primary: RootKey,
    older: Vec<RootKey>,
}

pub(crate) struct RootKey {
    pub(crate) id: KeyId,
    key: Key,
}

/// What a derived key is for. The text is part of the derivation: never change one.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    WrapDataKeys,
    SignAccessTokens,
    SealCursors,
    CursorNonces,
    SealOauthStates,
    OauthStateNonces,
}

/// Why a list of root keys was refused. Entries are counted from 1; no part of a key is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyRingRefused {
    #[error("entry {0} is not of the form kid:64hex")]
    Malformed(usize),
    #[error("the key id of entry {0} must be 1 to 32 letters, digits, '-', '_' or '.'")]
    BadKeyId(usize),
    #[error("the key of entry {0} must be 64 hexadecimal digits")]
    BadKey(usize),
    #[error("entry {0} repeats an earlier key id")]
    RepeatedKeyId(usize),
}

/// The text is no [`KeyId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key id is 1 to 32 letters, digits, '-', '_' or '.'")]
pub struct BadKeyId;

impl KeyRing {
    pub fn primary_id(&self) -> &KeyId {
        &self.primary.id
    }

    /// Every key id, primary first.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.keys().map(|root| &root.id)
    }

    pub(crate) fn primary(&self) -> &RootKey {
        &self.primary
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &RootKey> {
        std::iter::once(&self.primary).chain(&self.older)
    }

    pub(crate) fn find(&self, id: &KeyId) -> Option<&RootKey> {
        self.keys().find(|root| root.id == *id)
    }
}

impl RootKey {
    /// HKDF-Expand (RFC 5869) with one block of HMAC-SHA-256; the root key is uniform, so it needs no Extract.
    pub(crate) fn derive(&self, purpose: Purpose) -> Key {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.key).expect("HMAC takes a key of any length");
        mac.update(purpose.info());
        mac.update(&[1]);
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl Purpose {
    fn info(self) -> &'static [u8] {
        match self {
            Self::WrapDataKeys => b"fairlead/1/wrap-data-keys",
            Self::SignAccessTokens => b"fairlead/1/sign-access-tokens",
            Self::SealCursors => b"fairlead/1/seal-cursors",
            Self::CursorNonces => b"fairlead/1/cursor-nonces",
            Self::SealOauthStates => b"fairlead/1/seal-oauth-states",
            Self::OauthStateNonces => b"fairlead/1/oauth-state-nonces",
        }
    }
}

impl FromStr for KeyRing {
    type Err = KeyRingRefused;

    fn from_str(text: &str) -> Result<Self, KeyRingRefused> {
        let mut keys: Vec<RootKey> = Vec::new();
        for (position, entry) in (1..).zip(text.split(',')) {
            let root = parse_entry(entry.trim(), position)?;
            if keys.iter().any(|earlier| earlier.id == root.id) {
                return Err(KeyRingRefused::RepeatedKeyId(position));
            }
            keys.push(root);
        }
        let primary = keys.remove(0);
        Ok(Self { primary, older: keys })
    }
}

fn parse_entry(entry: &str, position: usize) -> Result<RootKey, KeyRingRefused> {
    let (id, hexadecimal) = entry.split_once(':').ok_or(KeyRingRefused::Malformed(position))?;
    let id = id.parse().map_err(|BadKeyId| KeyRingRefused::BadKeyId(position))?;
    let mut key = Key::default();
    hex::decode_to_slice(hexadecimal, &mut *key).map_err(|_| KeyRingRefused::BadKey(position))?;
    Ok(RootKey { id, key })
}

impl KeyId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let good = (1..=32).contains(&text.len()) && text.bytes().all(allowed);
        if good { Ok(Self(text.to_owned())) } else { Err(BadKeyId) }
    }
}

impl TryFrom<String> for KeyId {
    type Error = BadKeyId;

    fn try_from(text: String) -> Result<Self, BadKeyId> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_root_key_derives_another_key() {
        let ring: KeyRing = format!("b:{},a:{}", "0b".repeat(32), "0a".repeat(32)).parse().unwrap();
        let purposes = [
            Purpose::WrapDataKeys,
            Purpose::SignAccessTokens,
            Purpose::SealCursors,
            Purpose::CursorNonces,
            Purpose::SealOauthStates,
            Purpose::OauthStateNonces,
        ];
        let mut derived: Vec<_> =
            ring.keys().flat_map(|root| purposes.map(|purpose| *root.derive(purpose))).collect();
        derived.push([0x0b; 32]);
        derived.push([0x0a; 32]);
        derived.sort_unstable();
        derived.dedup();
        assert_eq!(derived.len(), 14);
    }

    #[test]
    fn a_bad_list_of_keys_is_refused_naming_the_entry_and_not_the_key() {
        let good = "0b".repeat(32);
        for (text, refused) in [
            (String::new(), KeyRingRefused::Malformed(1)),
            (good.clone(), KeyRingRefused::Malformed(1)),
            (format!(":{good}"), KeyRingRefused::BadKeyId(1)),
            (format!("a b:{good}"), KeyRingRefused::BadKeyId(1)),
            (format!("{}:{good}", "x".repeat(33)), KeyRingRefused::BadKeyId(1)),
            (format!("a:{good}00"), KeyRingRefused::BadKey(1)),
            (format!("a:{}", &good[1..]), KeyRingRefused::BadKey(1)),
            (format!("a:{}", "zz".repeat(32)), KeyRingRefused::BadKey(1)),
            (format!("a:{good},"), KeyRingRefused::Malformed(2)),
            (format!("a:{good},b:{good},a:{good}"), KeyRingRefused::RepeatedKeyId(3)),
        ] {
            assert_eq!(text.parse::<KeyRing>().err(), Some(refused), "{text}");
            assert!(!refused.to_string().contains(&good));
        }
    }

    #[test]
    fn the_first_key_is_primary_and_blanks_around_entries_do_not_matter() {
        let ring: KeyRing = format!(" b:{0} , a:{0}\n", "0b".repeat(32)).parse().unwrap();
        assert_eq!(ring.ids().map(KeyId::as_str).collect::<Vec<_>>(), ["b", "a"]);
    }
}
