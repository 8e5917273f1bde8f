//! How a connector's fields become ours, where a tenant has decided otherwise than the connector's defaults.
//!
//! A connector without rows here uses its defaults; the store does not know them, nor what a transform means.

use canonical::{ConnectorId, EntityKind};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::schema::{connectors, field_mappings};
use crate::{StoreError, TenantTx};

/// One field's way.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = field_mappings, check_for_backend(diesel::pg::Pg))]
pub struct FieldMappingRecord {
    pub id: Uuid,
    pub entity: String,
    pub source_field: String,
    pub target_field: String,
    pub transform: Value,
    pub required: bool,
    pub position: i32,
    pub updated_at: DateTime<Utc>,
}

/// One field's way, to be saved. Their order is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFieldMapping {
    pub source_field: String,
    pub target_field: String,
    pub transform: Value,
    pub required: bool,
}

/// A connector's own mappings, in order; empty when it uses its defaults.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such connector.
pub async fn get_field_mappings(
    tx: &mut TenantTx,
    connector: ConnectorId,
) -> Result<Vec<FieldMappingRecord>, StoreError> {
    refuse_unknown(tx, connector, false).await?;
    let query = field_mappings::table
        .filter(field_mappings::tenant_id.eq(tx.tenant().0).and(field_mappings::connector_id.eq(connector.0)))
        .order((field_mappings::entity, field_mappings::position))
        .select(FieldMappingRecord::as_select());
    Ok(query.load(tx.conn()).await?)
}

/// Replaces a connector's mappings for one kind of record.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such connector.
pub async fn save_field_mappings(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: EntityKind,
    mappings: &[NewFieldMapping],
) -> Result<(), StoreError> {
    // Two that save at once would else leave a mixture of both.
    refuse_unknown(tx, connector, true).await?;
    reset_field_mappings(tx, connector, Some(entity)).await?;
    let tenant = tx.tenant().0;
    let rows: Vec<_> = (0..)
        .zip(mappings)
        .map(|(position, mapping): (i32, _)| {
            (
                field_mappings::tenant_id.eq(tenant),
                field_mappings::id.eq(Uuid::now_v7()),
                field_mappings::connector_id.eq(connector.0),
                field_mappings::entity.eq(entity.as_str()),
                field_mappings::source_field.eq(&mapping.source_field),
                field_mappings::target_field.eq(&mapping.target_field),
                field_mappings::transform.eq(&mapping.transform),
                field_mappings::required.eq(mapping.required),
                field_mappings::position.eq(position),
            )
        })
        .collect();
    diesel::insert_into(field_mappings::table).values(rows).execute(tx.conn()).await?;
    Ok(())
}

/// Goes back to the connector's defaults, for one kind of record or all.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such connector.
pub async fn reset_field_mappings(
    tx: &mut TenantTx,
    connector: ConnectorId,
    entity: Option<EntityKind>,
) -> Result<(), StoreError> {
    refuse_unknown(tx, connector, false).await?;
    let of_connector =
        field_mappings::tenant_id.eq(tx.tenant().0).and(field_mappings::connector_id.eq(connector.0));
    let all = field_mappings::table.filter(of_connector);
    match entity {
        Some(entity) => {
            diesel::delete(all.filter(field_mappings::entity.eq(entity.as_str()))).execute(tx.conn()).await?
        }
        None => diesel::delete(all).execute(tx.conn()).await?,
    };
    Ok(())
}

async fn refuse_unknown(tx: &mut TenantTx, connector: ConnectorId, lock: bool) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let query = connectors::table
        .filter(connectors::tenant_id.eq(tenant).and(connectors::id.eq(connector.0)))
        .select(connectors::id);
    let _: Uuid =
        if lock { query.for_update().first(tx.conn()).await? } else { query.first(tx.conn()).await? };
    Ok(())
}
