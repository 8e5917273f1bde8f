//! Codes and tokens: who holds what, until when. Knows no HTTP.
use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};

use super::id::RecordId;

const CODE_TTL: Duration = Duration::from_secs(15 * 60);

/// What a script needs to log in.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub url: String,
    pub client_id: String,
    pub client_secret: String,
    pub username: String,
    pub password: String,
}

/// An authorization code that waits to be redeemed.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
    issued: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantRefusal {
    Unknown,
    Expired,
    WrongVerifier,
    WrongRedirect,
    WrongClient,
}

#[derive(Debug)]
pub(super) struct Auth {
    random: ChaCha20Rng,
    codes: HashMap<String, Grant>,
    /// Token to the instant it ends.
    access: HashMap<String, Instant>,
    /// Token to its scope.
    refresh: HashMap<String, String>,
}

impl Auth {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: ChaCha20Rng::seed_from_u64(seed ^ 0x5a1e_5f0c),
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    pub(super) fn issue_code(
        &mut self,
        client_id: &str,
        redirect_uri: &str,
        challenge: Option<String>,
        scope: &str,
    ) -> String {
        let code = format!("aPrx{}", self.secret(36));
        let grant = Grant {
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            challenge,
            scope: scope.into(),
            issued: Instant::now(),
        };
        self.codes.insert(code.clone(), grant);
        code
    }

    /// Takes the code out, whatever the outcome: a code works once.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Grant, GrantRefusal> {
        let grant = self.codes.remove(code).ok_or(GrantRefusal::Unknown)?;
        if grant.issued.elapsed() > CODE_TTL {
            return Err(GrantRefusal::Expired);
        }
        if grant.client_id != client_id {
            return Err(GrantRefusal::WrongClient);
        }
        if grant.redirect_uri != redirect_uri {
            return Err(GrantRefusal::WrongRedirect);
        }
        let fits = match (&grant.challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => *challenge == challenge_of(verifier),
            _ => false,
        };
        if fits { Ok(grant) } else { Err(GrantRefusal::WrongVerifier) }
    }

    pub(super) fn issue_access(&mut self, ttl: Duration) -> String {
        let now = Instant::now();
        // Long-running stand-ins under load must not collect dead tokens.
        if self.access.len() > 10_000 {
            self.access.retain(|_, until| *until > now);
        }
        let token =
            format!("{}!AQ{}", organization_id().get(..15).expect("ids have 18 characters"), self.secret(64));
        self.access.insert(token.clone(), now + ttl);
        token
    }

    pub(super) fn issue_refresh(&mut self, scope: &str) -> String {
        let token = format!("5Aep861{}", self.secret(54));
        self.refresh.insert(token.clone(), scope.into());
        token
    }

    pub(super) fn refresh_scope(&self, token: &str) -> Option<String> {
        self.refresh.get(token).cloned()
    }

    pub(super) fn is_valid(&self, token: &str) -> bool {
        self.access.get(token).is_some_and(|until| *until > Instant::now())
    }

    pub(super) fn expire(&mut self, token: &str) {
        self.access.remove(token);
    }

    pub(super) fn expire_all_access(&mut self) {
        self.access.clear();
    }

    pub(super) fn kill_refresh(&mut self, token: &str) -> bool {
        self.refresh.remove(token).is_some()
    }

    pub(super) fn kill_all_refresh(&mut self) {
        self.refresh.clear();
    }

    /// Ends an access token, or a refresh token with every access token.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        if self.kill_refresh(token) {
            self.access.clear();
            return true;
        }
        self.access.remove(token).is_some()
    }

    fn secret(&mut self, bytes: usize) -> String {
        let mut raw = vec![0; bytes];
        self.random.fill_bytes(&mut raw);
        URL_SAFE_NO_PAD.encode(raw).replace('-', ".")
    }
}

/// The S256 code challenge of a verifier (RFC 7636).
pub(super) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

pub(super) fn organization_id() -> String {
    RecordId::new("00D", 7).to_string()
}

/// The integration user everything runs as.
pub(super) fn user_id() -> RecordId {
    RecordId::new("005", 0)
}
