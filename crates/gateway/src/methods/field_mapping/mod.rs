//! `fieldMapping`: how a vendor's fields become ours. What is stored are the tenant's own mappings; a kind of record without
//! any follows the connector's defaults.

mod convert;
mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use api::{
    routers::field_mapping::{
        EntityMappings, FieldMappingRefusal, GetMappings, ResetToDefaults, SaveMappings, SaveMappingsRefusal,
    },
    types::{Listing, RecordKind},
};
use canonical::{ConnectorId, EntityKind};
use connectors::Descriptor;
use rpc::{Handle, RpcError};
use serde_json::{Value, json};
use store::{
    StoreError, connectors as table,
    field_mappings::{self, FieldMappingRecord},
};

use super::connector::convert::{entity_kind, record_kind};
use crate::host::{Failure, Gateway, Scope};

impl Handle<GetMappings> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetMappings,
    ) -> Result<Listing<EntityMappings>, Failure<FieldMappingRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let items = self.mappings(scope, id, params.entity).await.map_err(no_such_connector)?;
        Ok(Listing { items })
    }
}

impl Handle<SaveMappings> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: SaveMappings,
    ) -> Result<EntityMappings, Failure<SaveMappingsRefusal>> {
        let (id, kind) = (ConnectorId(params.connector_id.0), entity_kind(params.entity));
        let wanted = convert::from_wire(&params.fields);
        if let Some(problem) = connectors::mapping::check(kind, &wanted).into_iter().next() {
            return Err(Failure::Refused(SaveMappingsRefusal::MappingNotUsable {
                index: problem.index.try_into().unwrap_or(u32::MAX),
                property: problem.property.into(),
                problem: problem.problem.into(),
            }));
        }
        let missing = |error| match error {
            MappingsError::NoSuchConnector => Failure::Refused(SaveMappingsRefusal::NoSuchConnector),
            MappingsError::Other(error) => Failure::Error(error),
        };
        let before = self.mappings(scope, id, Some(params.entity)).await.map_err(missing)?;
        let rows = convert::to_store(&wanted);
        field_mappings::save_field_mappings(scope.tx(), id, kind, &rows).await?;
        let after = self.mappings(scope, id, Some(params.entity)).await.map_err(missing)?;
        scope.audit(id, json!({ "before": told(&before), "after": told(&after) }));
        after.into_iter().next().ok_or_else(|| RpcError::internal().into())
    }
}

impl Handle<ResetToDefaults> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: ResetToDefaults,
    ) -> Result<Listing<EntityMappings>, Failure<FieldMappingRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let before = self.mappings(scope, id, params.entity).await.map_err(no_such_connector)?;
        field_mappings::reset_field_mappings(scope.tx(), id, params.entity.map(entity_kind)).await?;
        let items = self.mappings(scope, id, params.entity).await.map_err(no_such_connector)?;
        scope.audit(id, json!({ "before": told(&before), "after": told(&items) }));
        Ok(Listing { items })
    }
}

/// What the audit log says of mappings: the fields, by kind of record.
fn told(mappings: &[EntityMappings]) -> Value {
    let of_kind = |it: &EntityMappings| (entity_kind(it.entity).to_string(), json!(it.fields));
    Value::Object(mappings.iter().map(of_kind).collect())
}

enum MappingsError {
    NoSuchConnector,
    Other(RpcError),
}

impl From<RpcError> for MappingsError {
    fn from(error: RpcError) -> Self {
        MappingsError::Other(error)
    }
}

impl From<StoreError> for MappingsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => MappingsError::NoSuchConnector,
            other => MappingsError::Other(crate::host::store_error(other)),
        }
    }
}

fn no_such_connector(error: MappingsError) -> Failure<FieldMappingRefusal> {
    match error {
        MappingsError::NoSuchConnector => Failure::Refused(FieldMappingRefusal::NoSuchConnector),
        MappingsError::Other(error) => Failure::Error(error),
    }
}

impl Gateway {
    /// The mappings in force, by kind: the tenant's own, else the connector's defaults.
    async fn mappings(
        &self,
        scope: &mut Scope,
        id: ConnectorId,
        only: Option<RecordKind>,
    ) -> Result<Vec<EntityMappings>, MappingsError> {
        let record = table::get_connector(scope.tx(), id).await?;
        let connector = self.vendors().connector(&record.connector_type).ok_or_else(RpcError::internal)?;
        let mut own = by_kind(field_mappings::get_field_mappings(scope.tx(), id).await?);
        let kinds =
            connector.descriptor().entities.iter().filter_map(|kind| Some((*kind, record_kind(*kind)?)));
        kinds
            .filter(|(_, entity)| only.is_none_or(|only| only == *entity))
            .map(|(kind, entity)| in_force(connector.descriptor(), kind, entity, own.remove(kind.as_str())))
            .collect()
    }
}

fn by_kind(records: Vec<FieldMappingRecord>) -> BTreeMap<String, Vec<FieldMappingRecord>> {
    let mut own: BTreeMap<String, Vec<FieldMappingRecord>> = BTreeMap::new();
    for record in records {
        own.entry(record.entity.clone()).or_default().push(record);
    }
    own
}

fn in_force(
    descriptor: &Descriptor,
    kind: EntityKind,
    entity: RecordKind,
    own: Option<Vec<FieldMappingRecord>>,
) -> Result<EntityMappings, MappingsError> {
    Ok(match own {
        Some(records) => EntityMappings {
            entity,
            updated_at: records.iter().map(|record| record.updated_at).max().map(Into::into),
            fields: convert::to_wire(&convert::from_store(records)?),
            is_default: false,
        },
        None => EntityMappings {
            entity,
            fields: convert::to_wire(descriptor.default_mappings.get(&kind).map_or(&[], Vec::as_slice)),
            is_default: true,
            updated_at: None,
        },
    })
}
