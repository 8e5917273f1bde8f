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
pub mod live;
mod method;
mod params;
pub mod patch;
mod queries;
mod refusal;
mod subscription;
mod together;
mod words;

pub use caller::{Access, Admin, Anyone, Caller, Manager, ScopeOf, Viewer};
pub use dispatch::{Registry, ResultSlot};
pub use document::Document;
pub use error::{Code, DATABASE_UNAVAILABLE, FieldError, RpcError};
pub use host::{Call, Handle, Host, Maybe, Remember};
pub use jsonrpsee::{Extensions, Methods, core::RegisterMethodError};
pub use method::{Effect, Example, Listed, Method, MethodInfo, Topic};
pub use queries::Query;
pub use refusal::{NoRefusal, Reason, Refusal, reasons_of};
#[doc(hidden)]
pub use refusal::{camel_case, snake_case};
pub use subscription::{Messages, Subscribe, unsubscribe_name};

#[doc(hidden)]
pub mod __private {
    pub use schemars;
    pub use serde;
    pub use serde_json;
}
