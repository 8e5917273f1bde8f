//! When a key was used last, to the minute. Written beside the call and never waited for, so that a script that calls
//! a thousand times a second costs one write a minute.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use chrono::Utc;
use store::{Store, StoreError, api_keys};
use tenancy::{ApiKeyId, TenantId};

const PAUSE: Duration = Duration::from_secs(60);
/// Beyond this many the memory starts over; the store itself refuses to write twice a minute.
const MOST: usize = 100_000;

#[derive(Default)]
pub(super) struct LastUsed(Mutex<HashMap<ApiKeyId, Instant>>);

impl LastUsed {
    /// Notes a use, if none was noted for a minute.
    pub(super) fn note(&self, store: &Store, tenant: TenantId, key: ApiKeyId) {
        if !self.is_due(key) {
            return;
        }
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(error) = write(&store, tenant, key).await {
                tracing::debug!(%error, "the use of an API key was not noted");
            }
        });
    }

    fn is_due(&self, key: ApiKeyId) -> bool {
        let mut noted = self.0.lock().expect("no holder of this lock panics");
        if noted.get(&key).is_some_and(|at| at.elapsed() < PAUSE) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(key, Instant::now());
        true
    }
}

async fn write(store: &Store, tenant: TenantId, key: ApiKeyId) -> Result<(), StoreError> {
    let mut tx = store.tenant(tenant).await?;
    api_keys::touch_api_key(&mut tx, key, Utc::now()).await?;
    tx.commit().await
}
