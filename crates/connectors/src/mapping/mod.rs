//! How a vendor's fields become ours: chosen by the tenant, checked before saving, compiled once per page.

mod plan;
mod target;
mod transform;

use std::collections::BTreeMap;

use canonical::EntityKind;
use serde::{Deserialize, Serialize};

pub(crate) use plan::{Environment, Fault, Plan};
pub(crate) use target::{Mapped, parse_instant};
pub use target::{TargetField, target_fields};
pub use transform::Transform;

/// One vendor field's way into one of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldMapping {
    /// The vendor's name, such as `NumberOfEmployees` or `Owner.Email`. An object that has no such field skips the mapping.
    pub source_field: String,
    /// One of [`target_fields`], or `attributes.NAME` (for activities `properties.NAME`).
    pub target_field: String,
    #[serde(default)]
    pub transform: Transform,
    /// A row without a value is quarantined.
    #[serde(default)]
    pub required: bool,
}

impl FieldMapping {
    pub fn new(source_field: &str, target_field: &str) -> Self {
        Self {
            source_field: source_field.to_owned(),
            target_field: target_field.to_owned(),
            transform: Transform::None,
            required: false,
        }
    }

    #[must_use]
    pub fn with(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// The mappings of each kind. When two lead to one target, the first that has a value wins.
pub type Mappings = BTreeMap<EntityKind, Vec<FieldMapping>>;

/// What is wrong with one of a list of mappings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingProblem {
    /// Its place in the list.
    pub index: usize,
    /// The property at fault: `sourceField`, `targetField` or `transform`.
    pub property: &'static str,
    pub problem: &'static str,
}

/// What would make these mappings useless, found before they are saved.
pub fn check(entity: EntityKind, mappings: &[FieldMapping]) -> Vec<MappingProblem> {
    let mut problems = Vec::new();
    for (index, mapping) in mappings.iter().enumerate() {
        let mut report = |property, problem| problems.push(MappingProblem { index, property, problem });
        if !is_field_path(&mapping.source_field) {
            report("sourceField", "not the name of a field");
        }
        if !target::exists(entity, &mapping.target_field) {
            report("targetField", "there is no such field");
        }
        if let Err(problem) = mapping.transform.check() {
            report("transform", problem);
        }
    }
    problems
}

/// Letters, digits and underscores, with at most one dot into a related record.
pub(crate) fn is_field_path(path: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.len() <= 80
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    path.split('.').count() <= 2 && path.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_reads_from_json_as_the_api_writes_it() {
        let mapping: FieldMapping = serde_json::from_str(
            r#"{"sourceField":"Website","targetField":"domain","transform":{"kind":"domain"}}"#,
        )
        .unwrap();
        assert_eq!(mapping, FieldMapping::new("Website", "domain").with(Transform::Domain));
        assert!(
            serde_json::from_str::<FieldMapping>(r#"{"sourceField":"a","targetField":"b","x":1}"#).is_err()
        );
    }

    #[test]
    fn useless_mappings_are_named_before_they_are_saved() {
        let mappings = [
            FieldMapping::new("Name", "name"),
            FieldMapping::new("Name; DROP", "name"),
            FieldMapping::new("Name", "salary"),
            FieldMapping::new("Name", "attributes.size"),
            FieldMapping::new("Name", "attributes."),
            FieldMapping::new("Name", "name").with(Transform::Template { template: "{Oops".into() }),
        ];
        let found: Vec<_> =
            check(EntityKind::Account, &mappings).into_iter().map(|p| (p.index, p.property)).collect();
        assert_eq!(found, [(1, "sourceField"), (2, "targetField"), (4, "targetField"), (5, "transform")]);
    }
}
