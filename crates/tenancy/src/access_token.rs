//! Access tokens: EdDSA JWTs of five minutes, typed `at+jwt`, for one audience, one session, one tenant.
//! A token is only a pointer to a session: it carries no role, because rights are read afresh where the
//! data is read. This module does not know whether the session still lives.
//!
//! Claims: `iss`, `aud` (one text), `sub` user, `tid` tenant, `sid` session, `iat`, `exp` (Unix seconds),
//! `jti`. Exactly these, no more and no fewer; the header is exactly `alg`, `typ`, `kid`.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, jwk::Jwk};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    KeyId, KeyRing, Secret, SessionId, TenantId, Unauthenticated, UserId,
    jws::{self, Compact},
    key_ring::{Purpose, RootKey},
};

/// How long an access token lives.
pub const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How far ahead of ours the clock of the gateway that issued a token may be.
const SKEW_SECONDS: i64 = 60;
const TYPE: &str = "at+jwt";
const ALGORITHM: &str = "EdDSA";

/// Issues and verifies our access tokens; build it once.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use tenancy::{AccessGrant, AccessTokens, SessionId, TenantId, UserId};
/// # use uuid::Uuid;
/// let ring = format!("k:{}", "0b".repeat(32)).parse()?;
/// let tokens = AccessTokens::from_ring("https://fairlead.example", "fairlead", &ring);
/// let grant = AccessGrant {
///     tenant: TenantId(Uuid::from_u128(1)),
///     user: UserId(Uuid::from_u128(2)),
///     session: SessionId(Uuid::from_u128(3)),
/// };
/// let now = DateTime::UNIX_EPOCH;
/// let token = tokens.issue(grant, Uuid::from_u128(4), now);
/// assert_eq!(tokens.verify(token.expose(), now)?.grant, grant);
/// assert!(tokens.verify(token.expose(), now + TimeDelta::minutes(5)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AccessTokens {
    issuer: String,
    audience: String,
    primary: SigningKey,
    older: Vec<SigningKey>,
}

/// An Ed25519 key with its id.
pub struct SigningKey {
    id: KeyId,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Jwk,
}

/// For whom a token is: one session of one user in one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessGrant {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
}

/// What a verified token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub grant: AccessGrant,
    pub token_id: Uuid,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A token just issued, to be handed to its owner and forgotten.
pub struct AccessToken {
    secret: Secret,
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    tid: TenantId,
    sid: SessionId,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

impl AccessTokens {
    /// `primary` signs; it and the `older` ones verify.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        primary: SigningKey,
        older: Vec<SigningKey>,
    ) -> Self {
        Self { issuer: issuer.into(), audience: audience.into(), primary, older }
    }

    /// With signing keys derived from the key ring, under the same ids and in the same order.
    pub fn from_ring(issuer: impl Into<String>, audience: impl Into<String>, ring: &KeyRing) -> Self {
        let mut keys = ring.keys().map(SigningKey::derived);
        let primary = keys.next().expect("a key ring has a primary key");
        Self::new(issuer, audience, primary, keys.collect())
    }

    /// A token for five minutes from `now`, in whole seconds. `token_id` is a new random id.
    pub fn issue(&self, grant: AccessGrant, token_id: Uuid, now: DateTime<Utc>) -> AccessToken {
        let header =
            Header { alg: ALGORITHM.into(), typ: TYPE.into(), kid: self.primary.id.as_str().to_owned() };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: grant.user,
            tid: grant.tenant,
            sid: grant.session,
            iat: now.timestamp(),
            exp: now.timestamp() + ACCESS_TOKEN_LIFETIME.num_seconds(),
            jti: token_id,
        };
        let expires_at = instant(claims.exp).expect("five minutes after an instant is one");
        AccessToken { secret: jws::sign(&header, &claims, &self.primary.signing).into(), expires_at }
    }

    /// Verifies a token as of `now`. It is refused from its `exp` on, without grace; `iat` may lie up to
    /// 60 s ahead, where another gateway's clock does.
    ///
    /// # Errors
    /// [`Unauthenticated`], the same for every cause.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, Unauthenticated> {
        let compact = jws::split(token)?;
        self.key_for(&compact)?.verify(&compact)?;
        let claims: Claims = serde_json::from_slice(&compact.claims)
            .map_err(|_| Unauthenticated::because("not the claims of an access token"))?;
        if claims.iss != self.issuer {
            return Err(Unauthenticated::because("another issuer"));
        }
        if claims.aud != self.audience {
            return Err(Unauthenticated::because("another audience"));
        }
        claims.checked_at(now)
    }

    /// The public keys as a JWKS document, for services that verify our tokens themselves.
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<&Jwk> = self.keys().map(|key| &key.public).collect();
        serde_json::json!({ "keys": keys })
    }

    fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.primary).chain(&self.older)
    }

    /// The key id only picks among keys we hold in memory: it is never a path, an address or a query.
    fn key_for(&self, compact: &Compact<'_>) -> Result<&SigningKey, Unauthenticated> {
        let header: Header = serde_json::from_slice(&compact.header)
            .map_err(|_| Unauthenticated::because("not the header of an access token"))?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(Unauthenticated::because("another algorithm or type"));
        }
        let known = self.keys().find(|key| key.id.as_str() == header.kid);
        known.ok_or(Unauthenticated::UNKNOWN_KEY_ID)
    }
}

impl Claims {
    fn checked_at(&self, now: DateTime<Utc>) -> Result<AccessClaims, Unauthenticated> {
        let now = now.timestamp();
        if self.exp <= now {
            return Err(Unauthenticated::because("expired"));
        }
        if self.iat > now.saturating_add(SKEW_SECONDS) {
            return Err(Unauthenticated::because("issued in the future"));
        }
        let lifetime = self.exp.checked_sub(self.iat);
        if !lifetime.is_some_and(|seconds| (1..=ACCESS_TOKEN_LIFETIME.num_seconds()).contains(&seconds)) {
            return Err(Unauthenticated::because("lives longer than five minutes"));
        }
        let impossible = Unauthenticated::because("an instant out of range");
        Ok(AccessClaims {
            grant: AccessGrant { tenant: self.tid, user: self.sub, session: self.sid },
            token_id: self.jti,
            issued_at: instant(self.iat).ok_or(impossible)?,
            expires_at: instant(self.exp).ok_or(impossible)?,
        })
    }
}

impl AccessToken {
    /// The token itself, for the `Authorization` header.
    pub fn expose(&self) -> &str {
        self.secret.expose_str().expect("a token is ASCII")
    }
}

impl SigningKey {
    /// A key from the 32-byte seed of RFC 8032.
    pub fn from_seed(id: KeyId, seed: &[u8; 32]) -> Self {
        let signing = EncodingKey::from_ed_der(&pkcs8(seed));
        let mut public =
            Jwk::from_encoding_key(&signing, Algorithm::EdDSA).expect("any seed is an Ed25519 key");
        public.common.key_id = Some(id.as_str().to_owned());
        public.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&public).expect("its own public key reads back");
        Self { id, signing, verifying, public }
    }

    fn derived(root: &RootKey) -> Self {
        Self::from_seed(root.id.clone(), &root.derive(Purpose::SignAccessTokens))
    }

    fn verify(&self, compact: &Compact<'_>) -> Result<(), Unauthenticated> {
        compact.verify(&self.verifying, Algorithm::EdDSA)
    }
}

/// RFC 8410: the fixed head of an Ed25519 private key, then the seed.
fn pkcs8(seed: &[u8; 32]) -> zeroize::Zeroizing<Vec<u8>> {
    const HEAD: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    zeroize::Zeroizing::new([&HEAD[..], seed].concat())
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}
