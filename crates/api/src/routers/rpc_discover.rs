//! `rpc.discover`: the API says what it is.

use super::prelude::*;

/// The OpenRPC document of this API: every method with its params, reply, errors and an example.
///
/// The same document as `GET /openrpc.json`. Nothing in it depends on who asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Discover {}

/// An OpenRPC document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenRpcDocument {
    /// The version of OpenRPC it is written in.
    pub openrpc: String,
    /// The API's title and version, and its limits.
    pub info: OpenRpcInfo,
    /// The methods, by name.
    pub methods: Vec<Attributes>,
    /// The schemas they share.
    pub components: Attributes,
}

/// What the document is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenRpcInfo {
    /// The API's name.
    pub title: String,
    /// The version of the server's software.
    pub version: String,
    /// The limits that hold for every method.
    pub description: String,
}

impl Method for Discover {
    const NAME: &'static str = "rpc.discover";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Anyone;
    type Output = OpenRpcDocument;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Discover {},
            result: OpenRpcDocument {
                openrpc: "1.3.2".into(),
                info: OpenRpcInfo {
                    title: "Fairlead".into(),
                    version: env!("CARGO_PKG_VERSION").into(),
                    description: crate::limits::in_words(),
                },
                methods: Vec::new(),
                components: sample::object(serde_json::json!({ "schemas": {} })),
            },
        }
    }
}
