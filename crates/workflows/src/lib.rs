//! Long work as pure step machines, and the embedded runner that drives them over `store` and `connectors`.
//!
//! A machine (`sync::machine`, `schedule::machine`, `score::machine`, `group::machine`) is one function of a state and an event: it knows
//! no clock, no random number, no database and no vendor, so it can be tested as a table and replayed by any runner.
//! The activities beside it do the work, each safe to repeat. This crate knows no HTTP and holds no key.

pub mod failure;
pub mod group;
pub mod runner;
pub mod schedule;
pub mod score;
pub mod sync;
pub mod waiting;

pub use failure::{Failure, Remedy};
pub use runner::{Handle, Runner, RunnerConfig, Workflow};
