//! Tokens of outside issuers: Clerk, and any OpenID Connect provider. A token is verified against the
//! issuer's [`Jwks`] and turned into an [`OutsideIdentity`]. Which tenant and user that is, and whether
//! they may come in, is decided elsewhere.
//!
//! Beyond signature and time (60 s of clock skew), a token is refused if it
//! - names key material of its own (`jku`, `x5u`, `jwk`) or a critical extension (`crit`);
//! - is typed as anything but `JWT` or `at+jwt`, where it is typed;
//! - has an audience although none is configured, or lacks the one that is; the same for `azp`;
//! - tells of two organizations, one in each of Clerk's layouts;
//! - is of a session that is still pending, or of one person acting as another (`act`).

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    Jwks, Role, Unauthenticated,
    jws::{self, Compact},
    strict_json,
};

/// How far the issuer's clock and ours may be apart.
const SKEW_SECONDS: i64 = 60;

/// One issuer that the operator trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideIssuer {
    issuer: String,
    audiences: Vec<String>,
    authorized_parties: Vec<String>,
}

/// Why an issuer's configuration was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OutsideIssuerRefused {
    #[error("the issuer is empty")]
    NoIssuer,
    #[error("neither an audience nor an authorized party is named, so any application's token would do")]
    NoAudience,
}

/// Who a verified token speaks for. `(issuer, subject)` is the identity; an e-mail address is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideIdentity {
    pub issuer: String,
    pub subject: String,
    /// The organization the session is active in.
    pub organization: Option<OutsideOrganization>,
    pub email: Option<String>,
    /// Whether the issuer says it has verified the address; `false` where it says nothing.
    pub email_verified: bool,
    /// The issuer's own session id (`sid`).
    pub session: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// The organization as the issuer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideOrganization {
    pub id: String,
    pub slug: Option<String>,
    /// The mapped role; `None` for a name we do not know, which gives no rights.
    pub role: Option<Role>,
}

impl OutsideIssuer {
    /// `issuer` is compared with `iss` letter by letter. Clerk's session tokens have no `aud` but an
    /// `azp`, the origin they were made for; most others have an `aud`.
    ///
    /// ```
    /// use tenancy::OutsideIssuer;
    /// let clerk = OutsideIssuer::new("https://clerk.acme.example", [], ["https://app.acme.example"]);
    /// assert!(clerk.is_ok());
    /// assert!(OutsideIssuer::new("https://clerk.acme.example", [], []).is_err());
    /// ```
    ///
    /// # Errors
    /// [`OutsideIssuerRefused`] if it would accept tokens made for anybody.
    pub fn new<'a>(
        issuer: impl Into<String>,
        audiences: impl IntoIterator<Item = &'a str>,
        authorized_parties: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, OutsideIssuerRefused> {
        let issuer = issuer.into();
        let audiences: Vec<String> = audiences.into_iter().map(str::to_owned).collect();
        let authorized_parties: Vec<String> = authorized_parties.into_iter().map(str::to_owned).collect();
        if issuer.is_empty() {
            return Err(OutsideIssuerRefused::NoIssuer);
        }
        if audiences.is_empty() && authorized_parties.is_empty() {
            return Err(OutsideIssuerRefused::NoAudience);
        }
        Ok(Self { issuer, audiences, authorized_parties })
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Verifies a token of this issuer as of `now`. On [`Unauthenticated::is_unknown_key_id`] the caller may
    /// fetch the document again (not more often than it likes) and ask once more.
    ///
    /// # Errors
    /// [`Unauthenticated`], the same for every cause.
    pub fn verify(
        &self,
        token: &str,
        jwks: &Jwks,
        now: DateTime<Utc>,
    ) -> Result<OutsideIdentity, Unauthenticated> {
        let compact = jws::split(token)?;
        verify_signature(&compact, jwks)?;
        let claims = Claims::read(&compact.claims)?;
        if claims.iss != self.issuer {
            return Err(Unauthenticated::because("another issuer"));
        }
        self.check_audience(&claims)?;
        let expires_at = claims.check_times(now)?;
        claims.identity(expires_at)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Unauthenticated> {
        let audience = match &claims.aud {
            Some(audience) => audience.is_one_of(&self.audiences),
            None => self.audiences.is_empty(),
        };
        let party = match &claims.azp {
            Some(party) => self.authorized_parties.is_empty() || self.authorized_parties.contains(party),
            None => self.authorized_parties.is_empty(),
        };
        if audience && party { Ok(()) } else { Err(Unauthenticated::because("another audience")) }
    }
}

/// The issuer that a token claims to be from, unverified: good for choosing which of the configured
/// issuers to verify it with, and for nothing else. `None` if it does not read as a token.
pub fn claimed_issuer(token: &str) -> Option<String> {
    let claims = jws::split(token).ok()?.claims;
    strict_json::object(&claims)?.get("iss")?.as_str().map(str::to_owned)
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: Option<String>,
}

fn verify_signature(compact: &Compact<'_>, jwks: &Jwks) -> Result<(), Unauthenticated> {
    let malformed = Unauthenticated::because("malformed header");
    let object = strict_json::object(&compact.header).ok_or(malformed)?;
    if ["jku", "x5u", "jwk", "crit", "b64", "enc", "zip"].iter().any(|name| object.contains_key(*name)) {
        return Err(Unauthenticated::because("a header that brings its own rules"));
    }
    let header: Header = from_object(object).ok_or(malformed)?;
    if !matches!(header.typ.as_deref(), None | Some("JWT" | "at+jwt")) {
        return Err(Unauthenticated::because("another type"));
    }
    let key = jwks.find(&header.kid).ok_or(Unauthenticated::UNKNOWN_KEY_ID)?;
    // The key decides; the token's word is only compared with it.
    if header.alg != format!("{:?}", key.algorithm) {
        return Err(Unauthenticated::because("another algorithm"));
    }
    compact.verify(&key.key, key.algorithm)
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Option<Audience>,
    azp: Option<String>,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    sid: Option<String>,
    /// The session's status; `pending` until every task after sign-in is done.
    sts: Option<String>,
    act: Option<Value>,
    email: Option<String>,
    email_verified: Option<bool>,
    /// Clerk's first layout.
    org_id: Option<String>,
    org_role: Option<String>,
    org_slug: Option<String>,
    /// Clerk's second layout.
    o: Option<CompactOrganization>,
}

#[derive(Deserialize)]
struct CompactOrganization {
    id: String,
    rol: Option<String>,
    slg: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is_one_of(&self, ours: &[String]) -> bool {
        match self {
            Self::One(audience) => ours.contains(audience),
            Self::Several(audiences) => audiences.iter().any(|audience| ours.contains(audience)),
        }
    }
}

impl Claims {
    fn read(bytes: &[u8]) -> Result<Self, Unauthenticated> {
        let object = strict_json::object(bytes).ok_or(Unauthenticated::because("malformed claims"))?;
        from_object(object).ok_or(Unauthenticated::because("missing or mistyped claims"))
    }

    fn check_times(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Unauthenticated> {
        let now = now.timestamp() as f64;
        let skew = SKEW_SECONDS as f64;
        if self.exp + skew <= now {
            return Err(Unauthenticated::because("expired"));
        }
        if [self.nbf, self.iat].into_iter().flatten().any(|start| start > now + skew) {
            return Err(Unauthenticated::because("not valid yet"));
        }
        DateTime::from_timestamp(self.exp as i64, 0)
            .ok_or(Unauthenticated::because("an instant out of range"))
    }

    fn identity(self, expires_at: DateTime<Utc>) -> Result<OutsideIdentity, Unauthenticated> {
        if self.sub.is_empty() {
            return Err(Unauthenticated::because("no subject"));
        }
        if self.sts.as_deref() == Some("pending") {
            return Err(Unauthenticated::because("a pending session"));
        }
        if self.act.is_some() {
            return Err(Unauthenticated::because("one person acting as another"));
        }
        Ok(OutsideIdentity {
            organization: organization(self.org_id, self.org_role, self.org_slug, self.o)?,
            issuer: self.iss,
            subject: self.sub,
            email_verified: self.email.is_some() && self.email_verified == Some(true),
            email: self.email,
            session: self.sid,
            expires_at,
        })
    }
}

/// The organization from whichever layout the token uses.
fn organization(
    id: Option<String>,
    role: Option<String>,
    slug: Option<String>,
    compact: Option<CompactOrganization>,
) -> Result<Option<OutsideOrganization>, Unauthenticated> {
    let (id, role, slug) = match (id, compact) {
        (Some(_), Some(_)) => return Err(Unauthenticated::because("two organizations")),
        (Some(id), None) => (id, role, slug),
        (None, Some(compact)) => (compact.id, compact.rol, compact.slg),
        (None, None) => return Ok(None),
    };
    if id.is_empty() {
        return Err(Unauthenticated::because("an organization without an id"));
    }
    Ok(Some(OutsideOrganization { id, slug, role: role.as_deref().and_then(Role::from_outside_name) }))
}

fn from_object<T: serde::de::DeserializeOwned>(object: Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(object)).ok()
}
