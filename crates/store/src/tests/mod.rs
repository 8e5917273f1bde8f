//! What the store promises, tried on a real database.

mod activity_references;
mod buying_groups;
mod catalogue;
mod changes;
mod crm;
mod isolation;
mod jobs;
mod login;
mod private_server;
mod scoring;
mod sync_write;
mod team;
