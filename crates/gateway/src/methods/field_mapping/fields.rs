//! The fields on both sides, and what a mapping makes of the vendor's records. Both ask the vendor, with no transaction open.

use std::sync::Arc;

use api::{
    routers::field_mapping::{
        ListSourceFields, ListTargetFields, Preview, PreviewRefusal, PreviewedRecord, SourceField,
        TargetField, VendorFieldsRefusal,
    },
    types::Listing,
};
use canonical::ConnectorId;
use connectors::Connector;
use rpc::{Handle, NoRefusal, RpcError};
use store::connectors::{self as table, ConnectorRecord};
use workflows::sync::VendorSession;

use super::{MappingsError, convert};
use crate::{
    host::{Failure, Gateway, Scope},
    methods::{
        connector::convert::entity_kind,
        missing,
        rows::attributes,
        vendor_fault::{VendorRefusal, vendor_fault},
    },
};

impl Handle<ListTargetFields> for Gateway {
    async fn handle(
        &self,
        _: &mut Scope,
        params: ListTargetFields,
    ) -> Result<Listing<TargetField>, Failure<NoRefusal>> {
        let items = connectors::mapping::target_fields(entity_kind(params.entity))
            .into_iter()
            .map(|field| TargetField {
                name: field.name.into(),
                field_type: convert::field_type(field.field_type),
            })
            .collect();
        Ok(Listing { items })
    }
}

impl Handle<ListSourceFields> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: ListSourceFields,
    ) -> Result<Listing<SourceField>, Failure<VendorFieldsRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let (_, session) = self.talk_to_vendor(scope, id).await?;
        let fields = session.describe(entity_kind(params.entity)).await.map_err(vendor_fault)?;
        let field = |field: connectors::SourceField| SourceField {
            object: field.object,
            name: field.name,
            label: field.label,
            field_type: convert::field_type(field.field_type),
            custom: field.custom,
        };
        Ok(Listing { items: fields.into_iter().map(field).collect() })
    }
}

impl Handle<Preview> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Preview,
    ) -> Result<Listing<PreviewedRecord>, Failure<PreviewRefusal>> {
        let (id, kind) = (ConnectorId(params.connector_id.0), entity_kind(params.entity));
        let fields = match params.fields {
            Some(fields) => fields,
            None => {
                let in_force =
                    self.mappings(scope, id, Some(params.entity)).await.map_err(|error| match error {
                        MappingsError::NoSuchConnector => Failure::Refused(PreviewRefusal::NoSuchConnector),
                        MappingsError::Other(error) => Failure::Error(error),
                    })?;
                in_force.into_iter().flat_map(|of_kind| of_kind.fields).collect()
            }
        };
        let mappings = convert::from_wire(&fields);
        if let Some(problem) = connectors::mapping::check(kind, &mappings).into_iter().next() {
            return Err(Failure::Refused(PreviewRefusal::MappingNotUsable {
                index: problem.index.try_into().unwrap_or(u32::MAX),
                property: problem.property.into(),
                problem: problem.problem.into(),
            }));
        }
        let (connector, session) = self.talk_to_vendor(scope, id).await?;
        let samples = session.sample(kind, params.sample_size.get().into()).await.map_err(vendor_fault)?;
        let items = connector.preview(kind, &mappings, &samples).into_iter().map(previewed).collect();
        Ok(Listing { items })
    }
}

fn previewed(preview: connectors::Preview) -> PreviewedRecord {
    let source = serde_json::from_str(preview.raw.as_str()).map(attributes).unwrap_or_default();
    let (record, problem) = match preview.outcome {
        Ok(record) => (Some(attributes(record)), None),
        Err(problem) => (None, Some(problem)),
    };
    PreviewedRecord { source, record, problem }
}

/// A refusal for a connector that cannot be asked.
trait Unasked: VendorRefusal {
    const NO_SUCH_CONNECTOR: Self;
    const NOT_CONNECTED: Self;
}

impl Unasked for VendorFieldsRefusal {
    const NO_SUCH_CONNECTOR: Self = VendorFieldsRefusal::NoSuchConnector;
    const NOT_CONNECTED: Self = VendorFieldsRefusal::NotConnected;
}

impl Unasked for PreviewRefusal {
    const NO_SUCH_CONNECTOR: Self = PreviewRefusal::NoSuchConnector;
    const NOT_CONNECTED: Self = PreviewRefusal::NotConnected;
}

impl Gateway {
    /// Opens the connector's credentials and ends the transaction: what follows is between us and the vendor.
    async fn talk_to_vendor<R: Unasked>(
        &self,
        scope: &mut Scope,
        id: ConnectorId,
    ) -> Result<(Arc<dyn Connector>, VendorSession), Failure<R>> {
        let record = table::get_connector(scope.tx(), id).await;
        let record = record.map_err(|error| missing(error, R::NO_SUCH_CONNECTOR))?;
        let sealed = table::get_credentials(scope.tx(), id).await?;
        let sealed = sealed.filter(|_| is_connected(&record)).ok_or(Failure::Refused(R::NOT_CONNECTED))?;
        let connector = self.vendors().connector(&record.connector_type).ok_or_else(RpcError::internal)?;
        let tenant = scope.tenant();
        scope.pause().await?;
        let services = self.vendors().services(self.vault.clone());
        let session =
            services.session(self.store.clone(), tenant, record, sealed).await.map_err(vendor_fault)?;
        Ok((connector, session))
    }
}

/// A connector that fails is still authorised; one whose authorisation is over is not asked in vain.
fn is_connected(record: &ConnectorRecord) -> bool {
    matches!(record.status.as_str(), "connected" | "failed")
}
