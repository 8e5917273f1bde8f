//! The `state` of a connector's OAuth flow: proof, when the vendor sends the browser back, that the flow
//! began here, for this tenant, by this caller, for this connector, a moment ago.
//!
//! The caller stores the nonce and the [`PkceVerifier`] (sealed) in a row, takes the row out at the
//! callback so that a state serves once, and exchanges the code only after [`OauthStates::open_for`].

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::{Actor, KeyRing, Secret, TenantId, key_ring::Purpose, token_sealer::TokenSealer};

/// Seals and opens states with keys derived from the key ring; build it once.
pub struct OauthStates(TokenSealer);

/// What a state carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OauthState {
    pub tenant: TenantId,
    pub actor: Actor,
    pub connector: Uuid,
    /// 16 random bytes of the operating system: names the stored row, makes the state single-use.
    pub nonce: [u8; 16],
}

/// The state is not ours, for somebody else, or expired; the code is not to be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("invalid OAuth state")]
pub struct InvalidOauthState;

impl OauthStates {
    pub fn new(ring: &KeyRing) -> Self {
        Self(TokenSealer::new(ring, Purpose::SealOauthStates, Purpose::OauthStateNonces))
    }

    /// The URL-safe text for the authorization URL, good until `expires_at` (whole seconds).
    pub fn seal(&self, state: &OauthState, expires_at: DateTime<Utc>) -> String {
        self.0.seal(&[], &state.to_bytes(), expires_at)
    }

    /// Reads a state, for a callback that carries no other credential. The caller must then compare
    /// every field with the row that the nonce names.
    ///
    /// # Errors
    /// [`InvalidOauthState`].
    pub fn open(&self, state: &str, now: DateTime<Utc>) -> Result<OauthState, InvalidOauthState> {
        let content = self.0.open(&[], state, now).ok_or(InvalidOauthState)?;
        OauthState::from_bytes(&content).ok_or(InvalidOauthState)
    }

    /// Reads a state that must have been begun by this very caller for this connector, and gives its nonce.
    ///
    /// # Errors
    /// [`InvalidOauthState`], also where it is a good state of somebody else.
    pub fn open_for(
        &self,
        state: &str,
        tenant: TenantId,
        actor: Actor,
        connector: Uuid,
        now: DateTime<Utc>,
    ) -> Result<[u8; 16], InvalidOauthState> {
        let OauthState { nonce, .. } = self
            .open(state, now)
            .ok()
            .filter(|found| (found.tenant, found.actor, found.connector) == (tenant, actor, connector))
            .ok_or(InvalidOauthState)?;
        Ok(nonce)
    }
}

impl OauthState {
    /// Tenant 16, actor 17, connector 16, nonce 16.
    fn to_bytes(self) -> Vec<u8> {
        [&self.tenant.0.as_bytes()[..], &self.actor.to_bytes(), self.connector.as_bytes(), &self.nonce]
            .concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tenant, rest) = bytes.split_first_chunk::<16>()?;
        let (actor, rest) = rest.split_first_chunk::<17>()?;
        let (connector, rest) = rest.split_first_chunk::<16>()?;
        Some(Self {
            tenant: TenantId(Uuid::from_bytes(*tenant)),
            actor: Actor::from_bytes(*actor)?,
            connector: Uuid::from_bytes(*connector),
            nonce: rest.try_into().ok()?,
        })
    }
}

/// A PKCE verifier (RFC 7636): stays on the server, only its challenge travels through the browser.
///
/// ```
/// let verifier = tenancy::PkceVerifier::from_random([7; 32]);
/// assert_eq!(verifier.challenge().len(), 43);
/// ```
pub struct PkceVerifier(Secret);

impl PkceVerifier {
    /// A verifier of 43 characters from 32 random bytes of the operating system.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(Secret::from(BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// A verifier that was stored.
    pub fn from_stored(verifier: Secret) -> Self {
        Self(verifier)
    }

    /// To be stored sealed, and sent to the vendor's token endpoint as `code_verifier`.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The `code_challenge` for the method `S256`.
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }
}
