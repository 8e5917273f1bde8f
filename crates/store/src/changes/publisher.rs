//! Tells other processes what this one committed: a few notifications a millisecond at most, however many commits there were.

use std::{
    fmt::Write,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use tenancy::TenantId;
use tokio::sync::Notify;

use super::{Batch, CHANNEL, Inner, Pending, Topic, Topics, connect, lock};
use crate::{StoreError, pool::Connection, statement::statement};

/// The pause after a notification, in which the next ones gather.
const GATHER: Duration = Duration::from_millis(4);
/// The database's own limit is 8,000 bytes.
const LARGEST: usize = 7_500;
/// How often old markers are swept away, by those who make some.
const SWEEP: Duration = Duration::from_secs(60);

pub(super) async fn run(inner: Weak<Inner>, wake: Arc<Notify>) {
    let mut connection: Option<Connection> = None;
    let mut swept = Instant::now();
    let mut patience = Duration::from_millis(100);
    loop {
        wake.notified().await;
        let Some(pending) = inner.upgrade().map(|it| std::mem::take(&mut *lock(&it.pending))) else { return };
        if connection.is_none() {
            match connect(&inner).await {
                None => return,
                Some(Ok(fresh)) => connection = Some(fresh),
                Some(Err(_)) => {}
            }
        }
        let told = match &mut connection {
            None => Err(StoreError::Unavailable),
            Some(connection) => tell(connection, &inner, &pending).await,
        };
        if told.is_err() {
            // The markers tell meanwhile; what could not be said is said in general, once somebody answers again.
            connection = None;
            let Some(alive) = inner.upgrade() else { return };
            lock(&alive.pending).anything = true;
            drop(alive);
            tokio::time::sleep(patience).await;
            patience = (patience * 2).min(Duration::from_secs(5));
            wake.notify_one();
            continue;
        }
        patience = Duration::from_millis(100);
        if swept.elapsed() >= SWEEP
            && let Some(connection) = &mut connection
        {
            swept = Instant::now();
            sweep(connection).await;
        }
        tokio::time::sleep(GATHER).await;
    }
}

async fn tell(connection: &mut Connection, inner: &Weak<Inner>, pending: &Pending) -> Result<(), StoreError> {
    let Some(origin) = inner.upgrade().map(|it| it.origin) else { return Ok(()) };
    for payload in payloads(origin, pending) {
        statement("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(CHANNEL)
            .bind::<Text, _>(payload)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Nobody looks back further than two minutes: whoever was away longer looks at everything.
async fn sweep(connection: &mut Connection) {
    let swept = statement("DELETE FROM changes WHERE created_at < now() - interval '2 minutes'")
        .execute(connection)
        .await;
    if let Err(error) = swept {
        tracing::warn!(%error, "old markers of changes were not swept away");
    }
}

/// `origin;tenant topic,topic id,id;tenant …`, or `origin;*`. Ids in hexadecimal.
fn payloads(origin: u64, pending: &Pending) -> Vec<String> {
    let begin = format!("{origin:x}");
    if pending.anything {
        return vec![format!("{begin};*")];
    }
    let mut payloads = Vec::new();
    let mut payload = begin.clone();
    for (tenant, batch) in &pending.by_tenant {
        for ids in batch.ids.chunks(256) {
            let mut part = format!(";{} ", tenant.0.simple());
            for (n, topic) in batch.topics.iter().enumerate() {
                part.push_str(if n == 0 { "" } else { "," });
                part.push_str(topic.as_str());
            }
            for (n, id) in ids.iter().enumerate() {
                write!(part, "{}{id:x}", if n == 0 { ' ' } else { ',' }).expect("a String takes everything");
            }
            if payload.len() + part.len() > LARGEST {
                payloads.push(std::mem::replace(&mut payload, begin.clone()));
            }
            payload.push_str(&part);
        }
    }
    if payload.len() > begin.len() {
        payloads.push(payload);
    }
    payloads
}

/// What a payload tells; `None` for anything.
type Told = Option<Vec<(TenantId, Batch)>>;

/// Who tells, and what. `None` when it is not understood.
pub(super) fn read(payload: &str) -> Option<(u64, Told)> {
    let mut parts = payload.split(';');
    let origin = u64::from_str_radix(parts.next()?, 16).ok()?;
    let mut told = Vec::new();
    for part in parts {
        if part == "*" {
            return Some((origin, None));
        }
        let mut words = part.split(' ');
        let tenant = TenantId(words.next()?.parse().ok()?);
        let topics: Topics = words.next()?.split(',').filter_map(Topic::named).collect();
        let ids = words.next()?.split(',').map(|id| {
            i64::from_str_radix(id, 16).or_else(|_| {
                // Negative numbers are written as what their bits say.
                u64::from_str_radix(id, 16).map(u64::cast_signed)
            })
        });
        told.push((tenant, Batch { topics, ids: ids.collect::<Result<_, _>>().ok()? }));
    }
    Some((origin, Some(told)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_written_is_read_however_much_it_is() {
        let mut pending = Pending::default();
        let tenants: Vec<TenantId> = (0..70).map(|n| TenantId(Uuid::from_u128(n))).collect();
        for (n, tenant) in tenants.iter().cycle().take(3_000).enumerate() {
            pending.add(
                *tenant,
                [Topic::Accounts, Topic::Audit].into(),
                i64::MIN + (n as i64) * 0x5555_5555_5555,
            );
        }
        let payloads = payloads(7, &pending);
        assert!(payloads.len() > 1 && payloads.iter().all(|it| it.len() < 8_000));
        let mut ids = 0;
        for payload in payloads {
            let (origin, told) = read(&payload).unwrap();
            assert_eq!(origin, 7);
            for (tenant, batch) in told.unwrap() {
                assert!(tenants.contains(&tenant));
                assert_eq!(batch.topics, [Topic::Audit, Topic::Accounts].into());
                assert!(batch.ids.iter().all(|id| pending.by_tenant[&tenant].ids.contains(id)));
                ids += batch.ids.len();
            }
        }
        assert_eq!(ids, 3_000);
    }

    #[test]
    fn too_much_is_said_in_general_and_nonsense_is_not_understood() {
        let mut pending = Pending::default();
        for n in 0..=Pending::MOST as u128 {
            pending.add(TenantId(Uuid::from_u128(n)), Topic::Jobs.into(), 1);
        }
        assert_eq!(payloads(1, &pending), ["1;*"]);
        assert!(matches!(read("1;*"), Some((1, None))));
        for bad in ["", "x", "1;y jobs 1", "1;00000000000000000000000000000000 jobs"] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
