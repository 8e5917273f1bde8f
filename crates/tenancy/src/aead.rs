//! AES-256-GCM and the framing of its associated data: the only place that touches the cipher.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

pub(crate) const NONCE_BYTES: usize = 12;

/// A 256-bit key that overwrites itself.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Ciphertext followed by the 16-byte tag. The nonce must not repeat under the same key.
pub(crate) fn seal(key: &Key, nonce: &[u8; NONCE_BYTES], associated: &[u8], clear: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: clear, aad: associated };
    Aes256Gcm::new((&**key).into()).encrypt(nonce.into(), payload).expect("shorter than 64 GiB")
}

/// The clear bytes, `None` if anything about key, nonce, associated data or ciphertext differs.
pub(crate) fn open(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload { msg: sealed, aad: associated };
    Aes256Gcm::new((&**key).into()).decrypt(nonce.into(), payload).ok().map(Zeroizing::new)
}

/// The fields one after another, each behind its length (32 bits, big-endian), so that no two different
/// lists of fields give the same bytes.
pub(crate) fn framed(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        let length = u32::try_from(field.len()).expect("a field is shorter than 4 GiB");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST's test vector for AES-256-GCM with a zero key (McGrew and Viega, test case 14).
    #[test]
    fn the_published_vector_comes_out() {
        let sealed = seal(&Key::default(), &[0; 12], b"", &[0; 16]);
        assert_eq!(hex::encode(sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    }

    #[test]
    fn shifting_a_byte_between_fields_changes_the_frame() {
        assert_ne!(framed(&[b"ab", b"c"]), framed(&[b"a", b"bc"]));
        assert_ne!(framed(&[b"ab"]), framed(&[b"ab", b""]));
    }
}
