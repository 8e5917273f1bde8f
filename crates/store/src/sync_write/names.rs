//! Whom the vendor's ids name, kept from page to page of one run: a log names the same people again and again.

use std::collections::HashMap;

use canonical::ConnectorId;
use uuid::Uuid;

use super::identity::resolve;
use crate::{StoreError, TenantTx};

/// About ten megabytes.
const MOST: usize = 100_000;

/// What the pages of one connector's run have learned so far. It may only ever be too little: an external id keeps its
/// entity for good, and nothing is kept of a page that brings entities of its own, since that may be rolled back.
#[derive(Debug, Default)]
pub struct Names {
    pub(super) people: Known,
    pub(super) accounts: Known,
}

#[derive(Debug, Default)]
pub(super) struct Known(HashMap<Box<str>, Uuid>);

impl Known {
    pub(super) fn get(&self, external_id: &str) -> Option<Uuid> {
        self.0.get(external_id).copied()
    }

    /// Asks for those of `named` that are not known yet.
    pub(super) async fn learn<'a>(
        &mut self,
        tx: &mut TenantTx,
        connector: ConnectorId,
        entity: &str,
        named: impl Iterator<Item = &'a str>,
    ) -> Result<(), StoreError> {
        if self.0.len() > MOST {
            self.0.clear();
        }
        let unknown: Vec<&str> = named.filter(|name| !self.0.contains_key(*name)).collect();
        let found = resolve(tx, connector, entity, unknown.into_iter()).await?;
        self.0.extend(found.into_iter().map(|(name, id)| (name.into_boxed_str(), id)));
        Ok(())
    }
}
