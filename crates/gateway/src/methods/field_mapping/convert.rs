//! Mappings between their three forms: the wire's, the connectors', the store's.

use api::routers::field_mapping as wire;
use connectors::{FieldMapping, Transform};
use rpc::RpcError;
use store::field_mappings::{FieldMappingRecord, NewFieldMapping};

pub(super) fn from_wire(fields: &[wire::FieldMapping]) -> Vec<FieldMapping> {
    let mapping = |field: &wire::FieldMapping| FieldMapping {
        source_field: field.source_field.clone(),
        target_field: field.target_field.clone(),
        transform: transform_from_wire(&field.transform),
        required: field.required,
    };
    fields.iter().map(mapping).collect()
}

pub(super) fn to_wire(mappings: &[FieldMapping]) -> Vec<wire::FieldMapping> {
    let field = |mapping: &FieldMapping| wire::FieldMapping {
        source_field: mapping.source_field.clone(),
        target_field: mapping.target_field.clone(),
        transform: transform_to_wire(&mapping.transform),
        required: mapping.required,
    };
    mappings.iter().map(field).collect()
}

pub(super) fn to_store(mappings: &[FieldMapping]) -> Vec<NewFieldMapping> {
    let row = |mapping: &FieldMapping| NewFieldMapping {
        source_field: mapping.source_field.clone(),
        target_field: mapping.target_field.clone(),
        transform: serde_json::to_value(&mapping.transform).expect("a transform has a JSON form"),
        required: mapping.required,
    };
    mappings.iter().map(row).collect()
}

pub(super) fn from_store(records: Vec<FieldMappingRecord>) -> Result<Vec<FieldMapping>, RpcError> {
    let mapping = |record: FieldMappingRecord| {
        let transform = serde_json::from_value(record.transform).map_err(|error| {
            tracing::error!(mapping = %record.id, %error, "a stored transform cannot be read");
            RpcError::internal()
        })?;
        Ok(FieldMapping {
            source_field: record.source_field,
            target_field: record.target_field,
            transform,
            required: record.required,
        })
    };
    records.into_iter().map(mapping).collect()
}

fn transform_from_wire(transform: &wire::Transform) -> Transform {
    match transform.clone() {
        wire::Transform::None {} => Transform::None,
        wire::Transform::Lowercase {} => Transform::Lowercase,
        wire::Transform::Uppercase {} => Transform::Uppercase,
        wire::Transform::Trim {} => Transform::Trim,
        wire::Transform::Domain {} => Transform::Domain,
        wire::Transform::Number {} => Transform::Number,
        wire::Transform::Date {} => Transform::Date,
        wire::Transform::Boolean {} => Transform::Boolean,
        wire::Transform::Map { table } => Transform::Map { table },
        wire::Transform::Template { template } => Transform::Template { template },
    }
}

fn transform_to_wire(transform: &Transform) -> wire::Transform {
    match transform.clone() {
        Transform::None => wire::Transform::None {},
        Transform::Lowercase => wire::Transform::Lowercase {},
        Transform::Uppercase => wire::Transform::Uppercase {},
        Transform::Trim => wire::Transform::Trim {},
        Transform::Domain => wire::Transform::Domain {},
        Transform::Number => wire::Transform::Number {},
        Transform::Date => wire::Transform::Date {},
        Transform::Boolean => wire::Transform::Boolean {},
        Transform::Map { table } => wire::Transform::Map { table },
        Transform::Template { template } => wire::Transform::Template { template },
    }
}

pub(super) fn field_type(field_type: connectors::FieldType) -> wire::FieldType {
    match field_type {
        connectors::FieldType::Text => wire::FieldType::Text,
        connectors::FieldType::Number => wire::FieldType::Number,
        connectors::FieldType::Boolean => wire::FieldType::Boolean,
        connectors::FieldType::Date => wire::FieldType::Date,
        connectors::FieldType::DateTime => wire::FieldType::DateTime,
        connectors::FieldType::Compound => wire::FieldType::Compound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_the_same_in_all_three_forms() {
        let table = [("Tech".to_owned(), "Technology".to_owned())].into();
        let transforms = [
            Transform::None,
            Transform::Lowercase,
            Transform::Uppercase,
            Transform::Trim,
            Transform::Domain,
            Transform::Number,
            Transform::Date,
            Transform::Boolean,
            Transform::Map { table },
            Transform::Template { template: "{FirstName} {LastName}".into() },
        ];
        let mappings: Vec<_> = transforms
            .into_iter()
            .map(|it| FieldMapping::new("Source", "name").with(it).required())
            .collect();
        let fields = to_wire(&mappings);
        assert_eq!(from_wire(&fields), mappings);
        for ((mapping, field), row) in mappings.iter().zip(&fields).zip(to_store(&mappings)) {
            assert_eq!(serde_json::to_value(mapping).unwrap(), serde_json::to_value(field).unwrap());
            assert_eq!(serde_json::to_value(&mapping.transform).unwrap(), row.transform);
        }
    }
}
