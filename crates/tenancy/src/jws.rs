//! A signed token's compact form, cut into its three parts strictly. Nothing is believed here: which
//! algorithm and which key may be used is decided by the caller from its own configuration.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde::Serialize;

use crate::Unauthenticated;

/// Longer tokens are refused unread. A session token of Clerk with all its claims has about 1 KiB.
const LONGEST: usize = 8 * 1024;

pub(crate) struct Compact<'a> {
    pub(crate) header: Vec<u8>,
    pub(crate) claims: Vec<u8>,
    signed: &'a str,
    signature: &'a str,
}

/// Cuts `header.claims.signature` and decodes the first two.
pub(crate) fn split(token: &str) -> Result<Compact<'_>, Unauthenticated> {
    if token.len() > LONGEST {
        return Err(Unauthenticated::because("oversized token"));
    }
    let malformed = Unauthenticated::because("malformed token");
    let (signed, signature) = token.rsplit_once('.').ok_or(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(malformed)?;
    let decode = |part| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed);
    Ok(Compact { header: decode(header)?, claims: decode(claims)?, signed, signature })
}

impl Compact<'_> {
    /// Checks the signature with one key and the one algorithm that the key is for.
    pub(crate) fn verify(&self, key: &DecodingKey, algorithm: Algorithm) -> Result<(), Unauthenticated> {
        match crypto::verify(self.signature, self.signed.as_bytes(), key, algorithm) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Unauthenticated::because("bad signature")),
        }
    }
}

/// Writes a token. Neither part can fail to serialize: both are plain structs of ours.
pub(crate) fn sign(header: &impl Serialize, claims: &impl Serialize, key: &EncodingKey) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = crypto::sign(signed.as_bytes(), key, Algorithm::EdDSA).expect("an Ed25519 key signs");
    format!("{signed}.{signature}")
}

fn encode(part: &impl Serialize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).expect("a plain struct serializes"))
}
