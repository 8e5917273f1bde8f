//! The part of OAuth 2.0 that is alike for all vendors: PKCE. The state that ties a returning browser to its request is signed
//! and checked by whoever sent it away.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::credentials::Secret;

/// A fresh PKCE verifier (RFC 7636): 244 random bits.
pub fn new_code_verifier() -> Secret {
    Secret::new(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))
}

/// The S256 challenge of a verifier.
pub fn code_challenge(verifier: &Secret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(code_challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(new_code_verifier().expose().len(), 64);
        assert_ne!(new_code_verifier(), new_code_verifier());
    }
}
