//! Hears what other processes tell, and looks at the markers for what nobody told.

use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use tenancy::TenantId;
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use super::{CHANNEL, Heard, Inner, Topics, connect, lock, publisher::read};
use crate::{StoreError, pool::Connection, statement::statement};

/// How often the markers are looked at. A lost notification delays a change by this much; a look costs one index scan.
const LOOK: Duration = Duration::from_millis(500);
/// How long what was heard stays known, at least.
const REMEMBER: Duration = Duration::from_secs(10);
/// A look that takes longer than this comes from a connection that is dead without saying so.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(inner: Weak<Inner>) {
    let mut pause = Duration::from_millis(50);
    while inner.strong_count() > 0 {
        match connect(&inner).await {
            None => return,
            Some(Ok(connection)) => {
                pause = Duration::from_millis(50);
                if let Err(error) = listen(connection, &inner).await {
                    tracing::warn!(%error, "changes of other processes are not heard; connecting anew");
                }
            }
            Some(Err(_)) => pause = (pause * 2).min(Duration::from_secs(2)),
        }
        tokio::time::sleep(pause).await;
    }
}

/// Until the connection breaks or the store is gone.
async fn listen(mut connection: Connection, inner: &Weak<Inner>) -> Result<(), StoreError> {
    connection.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    let mut horizon = look(&mut connection, i64::MAX).await?.0;
    // Whatever happened before this is looked at now; whatever happens after it is heard.
    let Some(alive) = inner.upgrade() else { return Ok(()) };
    alive.tell(Heard::Anything);
    drop(alive);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut forgot = Instant::now();
    loop {
        let heard = {
            let mut notifications = std::pin::pin!(connection.notifications_stream());
            tokio::select! {
                heard = notifications.next() => Some(heard.ok_or(StoreError::Unavailable)??),
                _ = looks.tick() => None,
            }
        };
        let Some(inner) = inner.upgrade() else { return Ok(()) };
        if let Some(notification) = heard {
            understand(&inner, &notification.payload);
            continue;
        }
        let found = timeout(PATIENCE, look(&mut connection, horizon));
        let (next, markers) = found.await.map_err(|_| StoreError::Timeout)??;
        horizon = next;
        for (tenant, topics, id) in markers {
            inner.hear(tenant, topics, &[id]);
        }
        if forgot.elapsed() >= REMEMBER {
            forgot = Instant::now();
            lock(&inner.known).forget_the_old();
        }
    }
}

fn understand(inner: &Inner, payload: &str) {
    match read(payload) {
        // What we said ourselves was told here before it was said.
        Some((origin, _)) if origin == inner.origin => {}
        Some((_, Some(told))) => {
            for (tenant, batch) in told {
                inner.hear(tenant, batch.topics, &batch.ids);
            }
        }
        // Another program's words are no reason to trust that nothing has changed.
        Some((_, None)) | None => inner.tell(Heard::Anything),
    }
}

type Marker = (TenantId, Topics, i64);

/// The markers of all that ended since the look that gave `horizon`, and the horizon for the next one: the oldest transaction
/// that is open now. What is older had ended before this look and was seen by it.
async fn look(connection: &mut Connection, horizon: i64) -> Result<(i64, Vec<Marker>), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        horizon: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        id: Option<i64>,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        tenant_id: Option<Uuid>,
        #[diesel(sql_type = Nullable<Array<Text>>)]
        topics: Option<Vec<String>>,
    }
    let rows: Vec<Row> = statement(
        "SELECT now.horizon, c.id, c.tenant_id, c.topics \
         FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) now \
         LEFT JOIN changes c ON c.xid >= $1",
    )
    .bind::<BigInt, _>(horizon)
    .load(connection)
    .await?;
    let next = rows.iter().map(|it| it.horizon).next().ok_or(StoreError::Bug)?;
    let markers = rows.into_iter().filter_map(|row| {
        let names = row.topics?;
        Some((TenantId(row.tenant_id?), Topics::named(names.iter().map(String::as_str)), row.id?))
    });
    Ok((next, markers.collect()))
}
