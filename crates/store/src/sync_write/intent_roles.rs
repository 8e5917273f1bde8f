//! What an intent vendor thinks of people's parts. Several vendors may think differently, so each keeps its own row beside
//! the person's; one about an address that nobody has yet waits in its row for the person.

use std::collections::BTreeMap;

use canonical::{ConnectorId, IntentRole};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::{Value, to_value};

use super::identity::resolve;
use super::{FactKind, QuarantinedRecord};
use crate::{StoreError, TenantTx};

/// The reason under which a role waits that names neither a person we know nor an address.
const UNRESOLVED: &str = "unresolved_person";

/// Answers with those that are about nobody who could ever be found.
pub(super) async fn write(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[IntentRole],
) -> Result<Vec<QuarantinedRecord>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let mut newest: BTreeMap<&str, &IntentRole> = BTreeMap::new();
    for record in records {
        let kept = newest.entry(&record.external_id).or_insert(record);
        if record.modified_at >= kept.modified_at {
            *kept = record;
        }
    }
    let gone: Vec<&str> = newest.values().filter(|r| r.deleted).map(|r| r.external_id.as_str()).collect();
    forget(tx, connector, gone).await?;
    let living = || newest.values().filter(|r| !r.deleted);
    let people = resolve(tx, connector, "person", living().filter_map(|r| r.person_external_id.as_deref()));
    let people = people.await?;
    let person = |r: &IntentRole| people.get(r.person_external_id.as_ref()?).copied();
    let (found, lost): (Vec<&IntentRole>, Vec<&IntentRole>) =
        living().copied().partition(|r| person(r).is_some() || r.email.is_some());
    macro_rules! column {
        ($r:ident => $value:expr) => {
            found.iter().map(|$r| $value).collect::<Vec<_>>()
        };
    }
    // A row that says the same is not written: nobody was touched by it.
    diesel::sql_query(
        "INSERT INTO intent_roles AS i (tenant_id, connector_id, external_id, person_id, email, work_domain, role, \
           observed_at, modified_at) \
         SELECT $1, $2, r.* FROM unnest($3, $4, $5, $6, $7, $8, $9) \
           r (external_id, person_id, email, work_domain, role, observed_at, modified_at) \
         ON CONFLICT (tenant_id, connector_id, external_id) DO UPDATE SET person_id = excluded.person_id, \
           email = excluded.email, work_domain = excluded.work_domain, role = excluded.role, \
           observed_at = excluded.observed_at, modified_at = excluded.modified_at \
         WHERE i.modified_at <= excluded.modified_at AND (i.person_id, i.email, i.role, i.observed_at) \
           IS DISTINCT FROM (excluded.person_id, excluded.email, excluded.role, excluded.observed_at)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(column!(r => r.external_id.as_str()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column!(r => person(r)))
    .bind::<Array<Nullable<Text>>, _>(column!(r => r.email.as_ref().map(|it| it.as_str())))
    .bind::<Array<Nullable<Text>>, _>(column!(r => r.email.as_ref().and_then(|it| it.account_domain())))
    .bind::<Array<Text>, _>(column!(r => r.role.as_str()))
    .bind::<Array<Timestamptz>, _>(column!(r => r.observed_at))
    .bind::<Array<Timestamptz>, _>(column!(r => r.modified_at))
    .execute(tx.conn())
    .await?;
    let lost = lost.into_iter().map(|record| QuarantinedRecord {
        entity: FactKind::Person,
        external_id: record.external_id.clone(),
        reason: UNRESOLVED.into(),
        detail: record.person_external_id.clone(),
        raw: to_value(record).unwrap_or(Value::Null),
    });
    Ok(lost.collect())
}

async fn forget(tx: &mut TenantTx, connector: ConnectorId, ids: Vec<&str>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "DELETE FROM intent_roles WHERE tenant_id = $1 AND connector_id = $2 AND external_id = ANY ($3)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(ids)
    .execute(tx.conn())
    .await?;
    Ok(())
}
