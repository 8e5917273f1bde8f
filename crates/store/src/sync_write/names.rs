//! What is kept from page to page of one run: whom the vendor's ids name, since a log names the same people again and
//! again, and of a first run which activities are in the log, since the database need not be asked for what nobody wrote.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use canonical::ConnectorId;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::identity::resolve;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// About ten megabytes.
const MOST: usize = 100_000;

/// What the pages of one connector's run have learned so far. It may only ever be too little: an external id keeps its
/// entity for good, and nothing is kept of a page that brings entities of its own, since that may be rolled back.
#[derive(Debug, Default)]
pub struct Names {
    pub(super) people: Known,
    pub(super) accounts: Known,
    pub(super) logged: Logged,
}

/// About sixteen megabytes.
const MOST_ADDED: usize = 1_000_000;

/// Which of the connector's activities are in the log. Only the holder of its job's lease adds any, a page at a time, so
/// that what is known of an empty log stays true.
#[derive(Debug, Default)]
pub(super) enum Logged {
    #[default]
    NotAsked,
    /// There were none; these have been added, by the hash of their external id.
    Added(RandomState, HashSet<u64>),
    /// Any may be there.
    Any,
}

impl Logged {
    /// Asks, once, whether the connector has any.
    pub(super) async fn learn(
        &mut self,
        tx: &mut TenantTx,
        connector: ConnectorId,
    ) -> Result<(), StoreError> {
        if !matches!(self, Self::NotAsked) {
            return Ok(());
        }
        let some = statement(
            "SELECT 1 FROM activities WHERE tenant_id = $1 AND connector_id = $2 AND retracted_at IS NULL LIMIT 1",
        )
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<SqlUuid, _>(connector.0)
        .execute(tx.conn())
        .await?;
        *self = if some > 0 { Self::Any } else { Self::Added(RandomState::new(), HashSet::new()) };
        Ok(())
    }

    pub(super) fn may_have(&self, external_id: &str) -> bool {
        match self {
            Self::NotAsked | Self::Any => true,
            Self::Added(hasher, added) => added.contains(&hasher.hash_one(external_id)),
        }
    }

    pub(super) fn add<'a>(&mut self, external_ids: impl Iterator<Item = &'a str>) {
        if let Self::Added(hasher, added) = self {
            added.extend(external_ids.map(|id| hasher.hash_one(id)));
            if added.len() > MOST_ADDED {
                *self = Self::Any;
            }
        }
    }
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
