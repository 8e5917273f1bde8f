//! Opaque, URL-safe, expiring tokens that only we can make or read: the mechanism under cursors and
//! OAuth states. It does not know what is inside them.
//!
//! Layout before base64url: format 1 · length of the key id 1 · key id · nonce 12 · ciphertext · tag 16.
//! The clear text is the expiry (Unix seconds, 64 bits, big-endian) and the content.
//!
//! The nonce is a MAC, under a key of its own, of everything that is sealed and everything it is bound
//! to, as in SIV modes: equal tokens are equal, different ones get different nonces, and no random
//! number is needed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    KeyId, KeyRing,
    aead::{self, Key, NONCE_BYTES, framed},
    key_ring::Purpose,
};

const FORMAT: u8 = 1;

/// Primary key first: it seals, all of them open.
pub(crate) struct TokenSealer {
    keys: Vec<SealerKey>,
}

struct SealerKey {
    id: KeyId,
    cipher: Key,
    nonces: Key,
}

impl TokenSealer {
    pub(crate) fn new(ring: &KeyRing, cipher: Purpose, nonces: Purpose) -> Self {
        let keys = ring.keys().map(|root| SealerKey {
            id: root.id.clone(),
            cipher: root.derive(cipher),
            nonces: root.derive(nonces),
        });
        Self { keys: keys.collect() }
    }

    /// Seals `content`, to be opened only with the same `binding` and before `expires_at`.
    pub(crate) fn seal(&self, binding: &[Vec<u8>], content: &[u8], expires_at: DateTime<Utc>) -> String {
        let key = self.keys.first().expect("a key ring has a primary key");
        let prefix = key.prefix();
        let clear = [&expires_at.timestamp().to_be_bytes(), content].concat();
        let associated = associated(&prefix, binding);
        let nonce = key.nonce(&associated, &clear);
        let sealed = aead::seal(&key.cipher, &nonce, &associated, &clear);
        BASE64_URL_SAFE_NO_PAD.encode([&prefix[..], &nonce, &sealed].concat())
    }

    /// The content; `None` if anything at all is not as it was sealed, or from `expires_at` on.
    pub(crate) fn open(
        &self,
        binding: &[Vec<u8>],
        token: &str,
        now: DateTime<Utc>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (key, prefix, rest) = self.keys.iter().find_map(|key| {
            let prefix = key.prefix();
            bytes.strip_prefix(&prefix[..]).map(|rest| (key, prefix, rest))
        })?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let clear = aead::open(&key.cipher, nonce, &associated(&prefix, binding), sealed)?;
        let (expires_at, content) = clear.split_first_chunk::<8>()?;
        (now.timestamp() < i64::from_be_bytes(*expires_at)).then(|| Zeroizing::new(content.to_vec()))
    }
}

impl SealerKey {
    fn prefix(&self) -> Vec<u8> {
        let id = self.id.as_str().as_bytes();
        let length = u8::try_from(id.len()).expect("a key id has at most 32 bytes");
        [&[FORMAT, length], id].concat()
    }

    fn nonce(&self, associated: &[u8], clear: &[u8]) -> [u8; NONCE_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.nonces).expect("HMAC takes a key of any length");
        mac.update(&framed(&[associated, clear]));
        let mac: [u8; 32] = mac.finalize().into_bytes().into();
        *mac.first_chunk().expect("a MAC is longer than a nonce")
    }
}

fn associated(prefix: &[u8], binding: &[Vec<u8>]) -> Vec<u8> {
    let fields: Vec<&[u8]> = std::iter::once(prefix).chain(binding.iter().map(Vec::as_slice)).collect();
    framed(&fields)
}
