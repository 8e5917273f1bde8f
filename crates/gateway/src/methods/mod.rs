//! The handlers, one module per router: convert, call, convert. No rule and no SQL lives here.

mod account;
mod activity;
mod advertising;
mod api_key;
mod audit;
mod buying_group;
mod campaign;
mod campaign_group;
mod channel;
mod client;
mod client_channel;
mod connector;
mod convert;
mod field_mapping;
pub(crate) mod job;
mod live;
mod metrics;
mod metrics_import;
mod opportunity;
mod person;
pub(crate) mod rows;
mod scoring;
mod scoring_config;
mod session;
mod system;
mod team;
mod tenant;
mod timeline;
mod user;
mod vendor_fault;
mod weekly_metric;

#[cfg(test)]
mod entity_tests;
#[cfg(test)]
pub(crate) mod tests;

use store::StoreError;

use crate::host::Failure;

/// A row that is not there, under the name the method has for it. Another tenant's row is not there either.
pub(crate) fn missing<R>(error: StoreError, refusal: R) -> Failure<R> {
    match error {
        StoreError::NotFound => Failure::Refused(refusal),
        other => other.into(),
    }
}
