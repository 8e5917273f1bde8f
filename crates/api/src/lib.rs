//! The contract: every method of the API with its params, its reply, who may call it and what it may refuse.
//!
//! A front end, a script and the server read the same declarations: the OpenRPC document comes from them, the typed
//! client speaks them, and the server does not compile without a handler for each. This crate knows no database and
//! no handler.

mod catalogue;
pub mod limits;
pub mod routers;
pub mod sample;
pub mod topics;
pub mod types;

pub use catalogue::{CATALOGUE, Serves, document, mount, queries};

/// The document as it is published: in `api-schema/openrpc.json`, at `GET /openrpc.json`, and under the hash that
/// replies carry.
pub fn document_text() -> String {
    let document =
        serde_json::to_string_pretty(&document()).expect("a document of plain data always serializes");
    document + "\n"
}
