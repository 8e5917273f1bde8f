//! The mechanism behind every method: one type declares a method's name, caller, effect, params, output,
//! refusals and example, and everything else (dispatch, document, typed client) is derived from that type.
//!
//! This crate knows no domain: what a tenant is, where rights are kept and how a transaction begins are the
//! [`Host`]'s business.

mod caller;
mod catalogue;
#[cfg(feature = "client")]
pub mod client;
mod dispatch;
mod document;
mod error;
mod host;
mod method;
mod params;
mod refusal;

pub use caller::{Access, Admin, Anyone, Caller, Manager, ScopeOf, Viewer};
pub use dispatch::Registry;
pub use document::Document;
pub use error::{Code, FieldError, RpcError};
pub use host::{Call, Handle, Host, Remember};
pub use jsonrpsee::{Extensions, Methods, core::RegisterMethodError};
pub use method::{Effect, Example, Listed, Method, MethodInfo, Topic};
pub use refusal::{NoRefusal, Reason, Refusal, reasons_of};
#[doc(hidden)]
pub use refusal::{camel_case, snake_case};

#[doc(hidden)]
pub mod __private {
    pub use schemars;
    pub use serde;
    pub use serde_json;
}
