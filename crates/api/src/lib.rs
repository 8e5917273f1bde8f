//! The contract: every method of the API with its params, its reply, who may call it and what it may refuse.
//!
//! A front end, a script and the server read the same declarations: the OpenRPC document comes from them, the typed
//! client speaks them, and the server does not compile without a handler for each. This crate knows no database and
//! no handler.

mod catalogue;
pub mod routers;
pub mod sample;
pub mod topics;
pub mod types;

pub use catalogue::{CATALOGUE, Serves, document, mount};
