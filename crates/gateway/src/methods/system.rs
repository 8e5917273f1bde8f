//! `system` and `rpc.discover`: for callers who have not said who they are.

use api::{
    routers::{
        rpc_discover::{Discover, OpenRpcDocument},
        system::{Health, HealthReport, HealthStatus, Version, VersionReport},
    },
    types::Timestamp,
};
use chrono::{TimeDelta, Utc};
use rpc::{Handle, NoRefusal};
use store::{Store, StoreError, SystemReason, health};

use crate::host::{Failure, Gateway, document};

/// Work that is due and unclaimed for longer than this is late.
const LATE: TimeDelta = TimeDelta::minutes(1);

impl Handle<Health> for Gateway {
    async fn handle(&self, _: &mut (), _: Health) -> Result<HealthReport, Failure<NoRefusal>> {
        let (database, worker) = match longest_wait(&self.store).await {
            Ok(wait) if wait > LATE => (HealthStatus::Ok, HealthStatus::Degraded),
            Ok(_) => (HealthStatus::Ok, HealthStatus::Ok),
            Err(_) => (HealthStatus::Unavailable, HealthStatus::Unavailable),
        };
        Ok(HealthReport { status: database.max(worker), database, worker, time: Timestamp(Utc::now()) })
    }
}

async fn longest_wait(store: &Store) -> Result<TimeDelta, StoreError> {
    let mut tx = store.system(SystemReason::Health).await?;
    let wait = health::longest_wait_of_due_work(&mut tx).await?;
    tx.commit().await?;
    Ok(wait)
}

impl Handle<Version> for Gateway {
    async fn handle(&self, _: &mut (), _: Version) -> Result<VersionReport, Failure<NoRefusal>> {
        Ok(VersionReport {
            name: "fairlead".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            schema_hash: document().hash.clone(),
        })
    }
}

impl Handle<Discover> for Gateway {
    async fn handle(&self, _: &mut (), _: Discover) -> Result<OpenRpcDocument, Failure<NoRefusal>> {
        Ok(document().value.clone())
    }
}
