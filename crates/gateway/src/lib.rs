//! The composition root: handlers, the server around them, configuration and the commands of the `fairlead` binary. It knows every
//! other crate and holds no rule of its own.

pub mod app;
#[cfg(test)]
mod bench;
pub mod cli;
pub mod config;
pub mod explorer;
pub mod host;
mod live;
pub mod methods;
pub mod provision;
pub mod server;
pub mod vault;
pub mod vendors;

/// A page of rows is some thousand small allocations; with the system's allocator they were a tenth of a call.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
