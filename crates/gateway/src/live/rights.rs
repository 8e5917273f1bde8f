//! The rights of all who watch, read many at a time: when something about rights has changed, when a credential ends by itself,
//! and every few seconds in any case.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::Utc;
use store::{Store, StoreError, TenantTx, api_keys, members, sessions};
use tenancy::{Principal, Subject, TenantId};
use tokio::time::{Instant, sleep_until};

use super::{Home, Live, Watcher, group, lock};
use crate::host::Gateway;

/// How often it is looked whether a credential has ended by itself.
const TICK: Duration = Duration::from_millis(500);
/// In so many looks, or fewer, everybody's rights are read although nobody said that they have changed: a share of the
/// organizations each time, because reading all of them at once holds up what is told meanwhile.
const LOOKS_A_ROUND: usize = 10;

/// What each may do now by the books; `None` for whoever may do nothing any more.
type Present = HashMap<Subject, Option<Watcher>>;

/// A transaction that begins with reading what each may do. One round trip where all of them are keys.
pub(super) async fn enter(
    store: &Store,
    tenant: TenantId,
    watchers: &HashMap<Subject, Watcher>,
) -> Result<(TenantTx, Present), StoreError> {
    let (mut keys, mut session_ids, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for subject in watchers.keys() {
        match *subject {
            Subject::ApiKey { key_id } => keys.push(key_id),
            Subject::User { session: Some(id), .. } => session_ids.push(id),
            Subject::User { user_id, session: None } => users.push(user_id),
            Subject::System => {}
        }
    }
    let (mut tx, keys) = api_keys::enter_by_api_keys(store, tenant, &keys).await?;
    let session_ids = sessions::find_sessions(&mut tx, &session_ids).await?;
    let users = members::roles_of(&mut tx, &users).await?;
    let now = Utc::now();
    let one = |watcher: &Watcher| -> Option<Watcher> {
        let Principal { tenant, subject, .. } = watcher.principal;
        match subject {
            Subject::ApiKey { key_id } => {
                let record = keys.get(&key_id).filter(|it| it.alive(now))?;
                let principal = Principal::api_key(tenant, key_id, record.ceiling);
                Some(Watcher { principal, expires_at: record.expires_at })
            }
            Subject::User { user_id, session: Some(id) } => {
                let session = session_ids.get(&id).filter(|it| it.user == user_id && it.alive(now))?;
                let principal =
                    Principal::user(tenant, user_id, Some(id), session.role).limited_to(session.clients);
                Some(Watcher { principal, expires_at: Some(session.expires_at) })
            }
            Subject::User { user_id, session: None } => {
                let (role, clients) = *users.get(&user_id)?;
                let principal = Principal::user(tenant, user_id, None, role).limited_to(clients);
                Some(Watcher { principal, ..*watcher })
            }
            Subject::System => None,
        }
    };
    let present = watchers.iter().map(|(subject, watcher)| (*subject, one(watcher))).collect();
    Ok((tx, present))
}

/// Narrows the transaction to the clients of those who ask together, by the grants of one of them. False when that one's are
/// others by now.
pub(super) async fn narrow(
    tx: &mut TenantTx,
    watchers: &HashMap<Subject, Watcher>,
    asker: &Principal,
) -> Result<bool, StoreError> {
    if asker.clients.is_none() {
        return Ok(true);
    }
    let user = watchers.keys().find_map(|it| match it {
        Subject::User { user_id, .. } => Some(*user_id),
        _ => None,
    });
    let Some(user) = user else { return Ok(false) };
    members::rights_of(tx, user).await?;
    Ok(tx.clients().mark() == asker.clients)
}

/// Looks after the rights of all who watch, as long as the gateway lives.
pub(super) async fn keep(home: Home) {
    let mut tick = Instant::now() + TICK;
    let (mut round, mut share) = (Vec::new(), 0);
    loop {
        {
            let Some(gateway) = home.upgrade() else { return };
            let live = &gateway.live;
            tokio::select! {
                () = live.rights_wake.notified() => {}
                () = sleep_until(tick) => {}
            }
            let mut due = std::mem::take(&mut *lock(&live.rights_due));
            let now = Instant::now();
            if now >= tick {
                tick = now + TICK;
                live.drop_the_expired();
                if round.is_empty() {
                    round = live.tenants();
                    share = round.len().div_ceil(LOOKS_A_ROUND);
                }
                due.extend(round.drain(round.len().saturating_sub(share)..));
            }
            for tenant in due {
                if let Err(error) = check(&gateway, tenant).await {
                    tracing::warn!(%error, "the rights of those who watch could not be read");
                    lock(&live.rights_due).insert(tenant);
                }
            }
        }
    }
}

async fn check(gateway: &Arc<Gateway>, tenant: TenantId) -> Result<(), StoreError> {
    let groups = gateway.live.groups_of(tenant);
    let watchers: HashMap<Subject, Watcher> = groups.iter().flat_map(|it| it.watchers()).collect();
    if watchers.is_empty() {
        return Ok(());
    }
    let (tx, present) = enter(&gateway.store, tenant, &watchers).await?;
    tx.commit().await?;
    for watcher in present.values().flatten() {
        if let Subject::ApiKey { key_id } = watcher.principal.subject {
            gateway.key_is_used(tenant, key_id);
        }
    }
    for one in groups {
        let moved = one.sort_out(&present);
        group::reseat(gateway, &one, moved);
    }
    Ok(())
}

impl Live {
    fn drop_the_expired(&self) {
        for tenant in self.tenants() {
            for group in self.groups_of(tenant) {
                group.drop_the_expired();
            }
        }
    }
}
