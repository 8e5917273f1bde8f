//! The public keys of an outside issuer, read from the text of its JWKS document. Fetching, caching and
//! keeping the last good one is the caller's work.
//!
//! What a key may verify follows from the key, never from a token: RSA keys RS256, P-256 keys ES256,
//! Ed25519 keys EdDSA. Other keys in the document are passed over, as RFC 7517 asks.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use thiserror::Error;

/// 2048 bits; anything below is no signature.
const SMALLEST_RSA_BYTES: usize = 256;
const LONGEST: usize = 256 * 1024;

/// An issuer's usable keys.
///
/// ```
/// let text = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1",
///     "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// assert_eq!(tenancy::Jwks::parse(text)?.key_ids().collect::<Vec<_>>(), ["k1"]);
/// # Ok::<(), tenancy::JwksRefused>(())
/// ```
#[derive(Clone)]
pub struct Jwks {
    keys: Vec<IssuerKey>,
}

#[derive(Clone)]
pub(crate) struct IssuerKey {
    id: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

/// Why a document was refused. The caller then keeps the last good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwksRefused {
    #[error("the document is longer than 256 KiB")]
    TooLong,
    #[error("the document is not a JSON Web Key Set")]
    NotAKeySet,
    #[error("two usable keys share a key id")]
    RepeatedKeyId,
    #[error("the document holds no key for RS256, ES256 or EdDSA with a key id")]
    NoUsableKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

/// The members of RFC 7517, 7518 and 8037 that matter to a verifier.
#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: String,
    crv: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwks {
    /// Reads a JWKS document.
    ///
    /// # Errors
    /// [`JwksRefused`]; keys we cannot use are no error as long as one is left.
    pub fn parse(text: &str) -> Result<Self, JwksRefused> {
        if text.len() > LONGEST {
            return Err(JwksRefused::TooLong);
        }
        let document: Document = serde_json::from_str(text).map_err(|_| JwksRefused::NotAKeySet)?;
        let mut keys: Vec<IssuerKey> = Vec::new();
        for key in document.keys.into_iter().filter_map(usable) {
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(JwksRefused::RepeatedKeyId);
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(JwksRefused::NoUsableKey) } else { Ok(Self { keys }) }
    }

    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    pub(crate) fn find(&self, id: &str) -> Option<&IssuerKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}

fn usable(entry: serde_json::Value) -> Option<IssuerKey> {
    let entry: Entry = serde_json::from_value(entry).ok()?;
    let signs = entry.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
    let verifies = entry.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    if !signs || !verifies || entry.kid.is_empty() {
        return None;
    }
    let (name, algorithm, key) = match (entry.kty.as_str(), entry.crv.as_deref()) {
        ("RSA", _) => ("RS256", Algorithm::RS256, rsa(&entry)?),
        ("EC", Some("P-256")) => ("ES256", Algorithm::ES256, p256(&entry)?),
        ("OKP", Some("Ed25519")) => ("EdDSA", Algorithm::EdDSA, ed25519(&entry)?),
        _ => return None,
    };
    let fits = entry.alg.as_deref().is_none_or(|alg| alg == name);
    fits.then_some(IssuerKey { id: entry.kid, algorithm, key })
}

fn rsa(entry: &Entry) -> Option<DecodingKey> {
    let modulus = bytes(entry.n.as_ref())?;
    let exponent = bytes(entry.e.as_ref())?;
    let significant = modulus.iter().skip_while(|byte| **byte == 0).count();
    (significant >= SMALLEST_RSA_BYTES).then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn p256(entry: &Entry) -> Option<DecodingKey> {
    let fits = |coordinate: Option<&String>| bytes(coordinate).is_some_and(|bytes| bytes.len() == 32);
    let (x, y) = (entry.x.as_ref(), entry.y.as_ref());
    if fits(x) && fits(y) { DecodingKey::from_ec_components(x?, y?).ok() } else { None }
}

fn ed25519(entry: &Entry) -> Option<DecodingKey> {
    let x = bytes(entry.x.as_ref())?;
    (x.len() == 32).then(|| DecodingKey::from_ed_der(&x))
}

fn bytes(text: Option<&String>) -> Option<Vec<u8>> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.decode(text?).ok()
}
