//! Replies kept under the caller's own keys, so that a repeated mutation has one effect and one answer.

use diesel::{dsl, prelude::*};
use diesel_async::RunQueryDsl;
use tenancy::Actor;

use crate::{ClientScope, StoreError, TenantTx, schema::idempotency_keys};

/// How long a reply is kept.
const KEPT: &str = "72 hours";

/// Where a reply is kept: nobody else's key, no other method's, ever finds it.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    pub actor: &'a Actor,
    pub method: &'a str,
    pub key: &'a str,
}

/// What claiming a slot found.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used the key before: go on, and [`keep`] the reply in the same transaction.
    Fresh,
    /// The reply of the first time.
    Answered(String),
    /// The key was used with other params.
    OtherParams,
}

/// Claims a slot for this transaction. Waits for another transaction that holds it: when that one commits its
/// reply is found, when it rolls back the slot is free again.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn claim(tx: &mut TenantTx, slot: &Slot<'_>, params_hash: &[u8; 32]) -> Result<Claim, StoreError> {
    let tenant = tx.tenant().0;
    let principal = principal(slot.actor, tx.clients());
    let row = idempotency_keys::table.find((tenant, &principal, slot.method, slot.key));
    diesel::delete(row).filter(idempotency_keys::expires_at.lt(dsl::now)).execute(tx.conn()).await?;
    let claimed = diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::tenant_id.eq(tenant),
            idempotency_keys::principal.eq(&principal),
            idempotency_keys::method.eq(slot.method),
            idempotency_keys::key.eq(slot.key),
            idempotency_keys::params_hash.eq(params_hash.as_slice()),
            idempotency_keys::expires_at.eq(dsl::sql::<diesel::sql_types::Timestamptz>("now() + ")
                .bind::<diesel::sql_types::Text, _>(KEPT)
                .sql("::interval")),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    if claimed == 1 {
        return Ok(Claim::Fresh);
    }
    let (kept_hash, reply): (Vec<u8>, Option<String>) = row
        .select((idempotency_keys::params_hash, idempotency_keys::reply))
        .first(tx.conn())
        .await
        .optional()?
        // It ran out between the two statements; a second try finds the slot free.
        .ok_or(StoreError::Serialization)?;
    Ok(match reply {
        Some(reply) if kept_hash == params_hash => Claim::Answered(reply),
        _ => Claim::OtherParams,
    })
}

/// Keeps the reply beside the effect it tells of.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn keep(tx: &mut TenantTx, slot: &Slot<'_>, reply: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let principal = principal(slot.actor, tx.clients());
    diesel::update(idempotency_keys::table.find((tenant, &principal, slot.method, slot.key)))
        .set(idempotency_keys::reply.eq(reply))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whose key it is. What a member limited to named clients was once told is not told again after the limit has changed.
fn principal(actor: &Actor, clients: &ClientScope) -> String {
    let actor = match actor {
        Actor::User(id) => format!("user:{id}"),
        Actor::ApiKey(id) => format!("api_key:{id}"),
        Actor::System => "system".to_owned(),
    };
    match clients.mark() {
        None => actor,
        Some(mark) => format!("{actor}:{mark:016x}"),
    }
}
