//! What the store promises, tried on a real database.

mod catalogue;
mod isolation;
mod jobs;
mod private_server;
mod sync_write;
