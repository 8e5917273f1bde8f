//! What several of the tables need: a fixed instant, ids and rings by number, tokens put together by hand.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use serde_json::Value;
use tenancy::{KeyRing, TenantId};
use uuid::Uuid;

/// 2026-03-01T12:00:00Z.
pub(crate) const NOW: i64 = 1_772_366_400;

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn tenant(number: u128) -> TenantId {
    TenantId(uuid(number))
}

/// A ring with the named keys, primary first; equal names mean equal keys.
pub(crate) fn ring(names: &[char]) -> KeyRing {
    let entries = names.iter().map(|name| format!("{name}:{}", format!("{:02x}", *name as u32).repeat(32)));
    entries.collect::<Vec<_>>().join(",").parse().unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A token from the very bytes given, truly signed.
pub(crate) fn sign(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = crypto::sign(signed.as_bytes(), key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

/// A key pair made for this run, with the public half as a JWK.
pub(crate) struct Pair {
    pub(crate) signing: EncodingKey,
    pub(crate) algorithm: Algorithm,
    pub(crate) jwk: Value,
}

/// A signing key from the 32-byte seed of RFC 8032.
pub(crate) fn ed25519(seed: &[u8; 32]) -> EncodingKey {
    let head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    EncodingKey::from_ed_der(&[&head[..], seed].concat())
}

pub(crate) fn eddsa() -> Pair {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).unwrap();
    pair(ed25519(&seed), Algorithm::EdDSA)
}

pub(crate) fn es256() -> Pair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    pair(EncodingKey::from_ec_der(document.as_ref()), Algorithm::ES256)
}

pub(crate) fn rs256() -> Pair {
    // The private key alone, without PKCS #8 around it, is what the signer takes: 26 bytes further in.
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let document: Pkcs8V1Der<'_> = key.as_der().unwrap();
    pair(EncodingKey::from_rsa_der(&document.as_ref()[26..]), Algorithm::RS256)
}

fn pair(signing: EncodingKey, algorithm: Algorithm) -> Pair {
    let jwk = serde_json::to_value(Jwk::from_encoding_key(&signing, algorithm).unwrap()).unwrap();
    Pair { signing, algorithm, jwk }
}
