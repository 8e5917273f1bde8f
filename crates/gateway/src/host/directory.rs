//! Which tenant a credential's id belongs to, kept in memory. Bounded, and never an answer to whether the
//! credential holds.

use std::{collections::HashMap, sync::RwLock};

use tenancy::TenantId;
use uuid::Uuid;

/// Beyond this many the memory starts over; it only costs the next look-ups a query each.
const MOST: usize = 100_000;

#[derive(Default)]
pub(super) struct Directory(RwLock<HashMap<Uuid, TenantId>>);

impl Directory {
    pub(super) fn get(&self, credential: Uuid) -> Option<TenantId> {
        self.0.read().expect("no holder of this lock panics").get(&credential).copied()
    }

    pub(super) fn put(&self, credential: Uuid, tenant: TenantId) {
        let mut known = self.0.write().expect("no holder of this lock panics");
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(credential, tenant);
    }
}
