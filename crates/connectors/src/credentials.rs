//! What a vendor gave us to act for a tenant. It leaves this crate only as bytes, for others to seal.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A text that is wiped when dropped and never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; every use of this is a place where the secret could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// One authorisation. There is no `Serialize` on purpose: use [`Credentials::to_bytes`] and seal the result.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    /// Where this authorisation's API lives, when the vendor says so (Salesforce's `instance_url`).
    pub base_url: Option<url::Url>,
    /// Who authorised, in the vendor's own form: no secret, used to tell authorisations apart.
    pub identity: Option<String>,
    pub issued_at: DateTime<Utc>,
}

/// The bytes are not those of credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored credentials cannot be read")]
pub struct UnreadableCredentials;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plain {
    access_token: String,
    refresh_token: Option<String>,
    base_url: Option<url::Url>,
    identity: Option<String>,
    issued_at: DateTime<Utc>,
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.refresh_token.zeroize();
    }
}

impl Credentials {
    /// The secret content, to be sealed and stored; wiped when dropped.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let plain = Plain {
            access_token: self.access_token.0.clone(),
            refresh_token: self.refresh_token.as_ref().map(|token| token.0.clone()),
            base_url: self.base_url.clone(),
            identity: self.identity.clone(),
            issued_at: self.issued_at,
        };
        // Reserved up front: a growing vector would leave copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *bytes, &plain).expect("texts and times have a JSON form");
        bytes
    }

    /// # Errors
    /// When the bytes did not come from [`Credentials::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableCredentials> {
        let mut plain: Plain = serde_json::from_slice(bytes).map_err(|_| UnreadableCredentials)?;
        Ok(Self {
            access_token: Secret(std::mem::take(&mut plain.access_token)),
            refresh_token: plain.refresh_token.take().map(Secret),
            base_url: plain.base_url.take(),
            identity: plain.identity.take(),
            issued_at: plain.issued_at,
        })
    }

    pub const fn is_refreshable(&self) -> bool {
        self.refresh_token.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_survive_their_bytes_and_show_nothing() {
        let credentials = Credentials {
            access_token: Secret::new("00D!token"),
            refresh_token: Some(Secret::new("5Aep")),
            base_url: Some("https://acme.my.salesforce.example/".parse().unwrap()),
            identity: None,
            issued_at: DateTime::UNIX_EPOCH,
        };
        assert!(Credentials::from_bytes(&credentials.to_bytes()).unwrap() == credentials);
        assert!(Credentials::from_bytes(b"{}").is_err());
        assert_eq!(format!("{:?}", credentials.access_token), "Secret(…)");
    }
}
