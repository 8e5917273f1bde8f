//! The handlers, one module per router: convert, call, convert. No rule and no SQL lives here.

mod api_key;
mod audit;
mod convert;
mod session;
mod system;
mod team;
mod tenant;
mod user;
