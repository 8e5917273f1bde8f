//! Who may do what, in which organization, and how that is proven: ids, roles and the one permission
//! table, principals, API keys, access tokens, outside issuers' tokens, sealed secrets and cursors.
//!
//! Everything here is pure. This crate knows no database, no network, no file and no configuration
//! source; it never asks for the time and never draws a random number. `now`, nonces and random bytes
//! are arguments, so every rule can be tested as a table, and replayed.
//!
//! | to answer | look in |
//! |---|---|
//! | may this role do this? | [`permission`] ([`permits`]), the only table |
//! | may this member be changed or removed? | [`membership`] |
//! | who is calling? | [`principal`] |
//! | is this API key well-formed, known, alive? | [`api_key`] |
//! | is this access token ours? | [`access_token`] |
//! | is this token from an issuer we trust? | [`outside`], [`jwks`] |
//! | how is a vendor's credential kept? | [`key_ring`], [`sealed`] |
//! | how does a list go on after its first page? | [`cursor`] |
//! | did this OAuth callback start here? | [`oauth_state`] |

pub mod access_token;
mod aead;
pub mod api_key;
mod base62;
pub mod cursor;
mod ids;
pub mod jwks;
mod jws;
pub mod key_ring;
pub mod membership;
pub mod oauth_state;
pub mod outside;
pub mod permission;
pub mod principal;
mod role;
pub mod sealed;
mod secret;
mod strict_json;
mod token_sealer;
mod unauthenticated;

pub use access_token::{AccessClaims, AccessGrant, AccessToken, AccessTokens, SigningKey};
pub use api_key::{ApiKey, ApiKeyHash, ApiKeyRecord};
pub use cursor::{CursorBinding, Cursors, FilterHash, InvalidCursor};
pub use ids::{ApiKeyId, DataKeyId, SessionId, TenantId, UserId};
pub use jwks::{Jwks, JwksRefused};
pub use key_ring::{KeyId, KeyRing, KeyRingRefused};
pub use membership::{MembershipRefused, RoleChange, change_role, follow_issuer, may_grant, remove_member};
pub use oauth_state::{InvalidOauthState, OauthState, OauthStates, PkceVerifier};
pub use outside::{OutsideIdentity, OutsideIssuer, OutsideIssuerRefused, OutsideOrganization};
pub use permission::{Operation, minimum_role, permits};
pub use principal::{Actor, NotPermitted, Principal, Subject};
pub use role::{Role, UnknownRole};
pub use sealed::{DataKey, Place, Sealed, SealedRefused, WrappedDataKey};
pub use secret::Secret;
pub use unauthenticated::Unauthenticated;
