//! The crate's rules as tables and laws, through its public names only.
#![expect(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod access_tokens;
mod api_keys;
mod cursors;
mod oauth_states;
mod outside_tokens;
mod permissions;
mod sealed_secrets;
mod support;
