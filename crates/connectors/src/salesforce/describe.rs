//! What an org says that it has: standard and custom fields, per user, as field-level security shows them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::objects::Object;
use super::query::Api;
use crate::descriptor::{FieldType, SourceField};
use crate::error::ConnectorError;

#[derive(Debug, Deserialize)]
struct Reply {
    fields: Vec<Field>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(default)]
    label: String,
    #[serde(rename = "type")]
    field_type: String,
    #[serde(default)]
    custom: bool,
    #[serde(default)]
    relationship_name: Option<String>,
}

/// An object's fields, as one authorised user sees them.
#[derive(Debug)]
pub(super) struct Description {
    fields: Vec<Field>,
    names: HashSet<String>,
    relations: HashSet<String>,
}

impl Description {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ConnectorError> {
        let reply: Reply = serde_json::from_slice(body)
            .map_err(|_| ConnectorError::Malformed("a description without fields"))?;
        let names = reply.fields.iter().map(|field| field.name.clone()).collect();
        let relations = reply.fields.iter().filter_map(|field| field.relationship_name.clone()).collect();
        Ok(Self { fields: reply.fields, names, relations })
    }

    /// Whether the field, or the related record that a path goes through, is there.
    pub(super) fn has(&self, path: &str) -> bool {
        match path.split_once('.') {
            Some((relation, _)) => self.relations.contains(relation),
            None => self.names.contains(path),
        }
    }

    /// Names of the customer's own fields that hold one plain value.
    pub(super) fn custom_fields(&self) -> Vec<String> {
        self.fields
            .iter()
            .filter(|field| field.custom && field_type(&field.field_type) != FieldType::Compound)
            .map(|field| field.name.clone())
            .collect()
    }

    /// Names of all fields that hold one plain value.
    pub(super) fn plain_fields(&self) -> Vec<String> {
        let plain = |field: &&Field| field_type(&field.field_type) != FieldType::Compound;
        self.fields.iter().filter(plain).map(|field| field.name.clone()).collect()
    }

    pub(super) fn source_fields(&self, object: Object) -> Vec<SourceField> {
        self.fields
            .iter()
            .map(|field| SourceField {
                object: object.name().to_owned(),
                name: field.name.clone(),
                label: if field.label.is_empty() { field.name.clone() } else { field.label.clone() },
                field_type: field_type(&field.field_type),
                custom: field.custom,
            })
            .collect()
    }
}

fn field_type(vendor: &str) -> FieldType {
    match vendor {
        "int" | "long" | "double" | "currency" | "percent" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" => FieldType::DateTime,
        "address" | "location" | "base64" | "anyType" | "complexvalue" | "json" => FieldType::Compound,
        _ => FieldType::Text,
    }
}

/// How long a description is taken for true within a run.
const KEPT: Duration = Duration::from_secs(600);
/// More than any run needs; beyond it the cache starts over.
const LARGEST: usize = 4_096;

type Key = (String, Object);

/// Descriptions by authorisation and object. An authorisation is part of the key because users see different fields.
#[derive(Debug, Default)]
pub(super) struct DescribeCache(Mutex<HashMap<Key, (Instant, Arc<Description>)>>);

impl DescribeCache {
    /// The description, at most ten minutes old.
    pub(super) async fn get(
        &self,
        api: &Api<'_>,
        object: Object,
    ) -> Result<Arc<Description>, ConnectorError> {
        let key = (api.identity().to_owned(), object);
        let known = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&key).filter(|(at, _)| at.elapsed() < KEPT).map(|(_, description)| description.clone())
        };
        match known {
            Some(description) => Ok(description),
            None => self.fresh(api, object).await,
        }
    }

    /// The description as it is now.
    pub(super) async fn fresh(
        &self,
        api: &Api<'_>,
        object: Object,
    ) -> Result<Arc<Description>, ConnectorError> {
        let description = Arc::new(Description::parse(&api.describe(object).await?)?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= LARGEST {
            known.clear();
        }
        known.insert((api.identity().to_owned(), object), (Instant::now(), description.clone()));
        Ok(description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_fields_relations_and_types_are_read_from_the_description() {
        let description = Description::parse(
            br#"{"name":"Account","fields":[
                {"name":"Id","label":"Account ID","type":"id","custom":false},
                {"name":"OwnerId","label":"Owner","type":"reference","custom":false,"relationshipName":"Owner","x":[1]},
                {"name":"Tier__c","label":"Tier","type":"picklist","custom":true,"relationshipName":null},
                {"name":"Site__c","label":"Site","type":"location","custom":true},
                {"name":"Seats__c","label":"","type":"double","custom":true}]}"#,
        )
        .unwrap();
        assert_eq!(description.custom_fields(), ["Tier__c", "Seats__c"]);
        assert!(description.has("Owner.Email") && description.has("Id"));
        assert!(!description.has("Parent.Name") && !description.has("Nope") && !description.has("id"));
        let fields = description.source_fields(Object::Account);
        assert_eq!((fields[4].label.as_str(), fields[4].field_type), ("Seats__c", FieldType::Number));
        assert!(Description::parse(b"[]").is_err() && Description::parse(b"<html>").is_err());
    }
}
