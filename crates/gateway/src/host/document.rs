//! The API's document, made once: its text for `GET /openrpc.json`, its value for `rpc.discover`, its hash for
//! whoever wants to know whether two servers speak the same.

use std::sync::OnceLock;

use api::routers::rpc_discover::OpenRpcDocument;
use sha2::{Digest, Sha256};

/// The document in every form it is asked for.
pub struct Document {
    pub text: String,
    /// SHA-256 of the text, in lower-case hex.
    pub hash: String,
    pub(crate) value: OpenRpcDocument,
}

/// This program's document.
pub fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let text = api::document_text();
        let hash = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let value = serde_json::from_str(&text).expect("the document has the shape it declares for itself");
        Document { text, hash, value }
    })
}
