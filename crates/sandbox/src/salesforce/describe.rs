//! Describe: the schema as the vendor tells it.
use serde_json::{Value as Json, json};

use super::org::Org;
use super::schema::{FieldDef, Kind, OBJECTS, ObjectDef};

pub(super) fn global(version: &str) -> Json {
    let list: Vec<Json> = OBJECTS.iter().map(|o| summary(o, version)).collect();
    json!({ "encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list })
}

pub(super) fn summary(object: &ObjectDef, version: &str) -> Json {
    let base = format!("/services/data/v{version}/sobjects/{}", object.name);
    json!({
        "name": object.name,
        "label": object.label,
        "labelPlural": object.plural,
        "keyPrefix": object.prefix,
        "custom": false,
        "customSetting": false,
        "createable": false,
        "updateable": false,
        "deletable": false,
        "queryable": true,
        "retrieveable": true,
        "replicateable": true,
        "searchable": false,
        "urls": {
            "sobject": base,
            "describe": format!("{base}/describe"),
            "rowTemplate": format!("{base}/{{ID}}"),
        },
    })
}

pub(super) fn object(org: &Org, at: usize, version: &str) -> Json {
    let object = &OBJECTS[at];
    let mut out = summary(object, version);
    let fields = object.fields.iter().enumerate().filter(|(i, _)| !org.is_hidden(at, *i));
    out["fields"] = fields.map(|(_, f)| field(f)).collect();
    let children = object.children.iter().map(|c| {
        json!({ "childSObject": c.object, "field": c.field, "relationshipName": c.name, "cascadeDelete": false, "deprecatedAndHidden": false })
    });
    out["childRelationships"] = children.collect();
    out["recordTypeInfos"] = json!([]);
    out
}

fn field(f: &FieldDef) -> Json {
    let (length, precision, scale) = size(f.kind);
    let (to, relation): (&[&str], _) = match f.kind {
        Kind::Reference { to, relation } => (to, relation),
        _ => (&[], None),
    };
    let values: Vec<Json> = match f.kind {
        Kind::Picklist(values) | Kind::MultiPicklist(values) => values
            .iter()
            .map(|v| json!({ "active": true, "defaultValue": false, "label": v, "validFor": null, "value": v }))
            .collect(),
        _ => Vec::new(),
    };
    let system = matches!(
        f.name,
        "Id" | "IsDeleted"
            | "CreatedDate"
            | "CreatedById"
            | "LastModifiedDate"
            | "LastModifiedById"
            | "SystemModstamp"
    );
    let comparable = !matches!(f.kind, Kind::TextArea(_));
    json!({
        "name": f.name,
        "label": label(f.name),
        "type": f.kind.name(),
        "soapType": soap_type(f.kind),
        "length": length,
        "byteLength": length * 3,
        "precision": precision,
        "scale": scale,
        "digits": if matches!(f.kind, Kind::Int) { 8 } else { 0 },
        "nillable": !system && !matches!(f.kind, Kind::Boolean),
        "createable": !system && !f.formula,
        "updateable": !system && !f.formula,
        "calculated": f.formula,
        "calculatedFormula": if f.formula && f.is_custom() { json!("AnnualRevenue / NumberOfEmployees") } else { Json::Null },
        "custom": f.is_custom(),
        "filterable": comparable,
        "sortable": comparable && !matches!(f.kind, Kind::MultiPicklist(_)),
        "groupable": comparable && !f.formula,
        "unique": false,
        "externalId": false,
        "idLookup": f.name == "Id",
        "nameField": f.name == "Name",
        "polymorphicForeignKey": to.len() > 1,
        "referenceTo": to,
        "relationshipName": relation,
        "restrictedPicklist": false,
        "picklistValues": values,
        "defaultedOnCreate": system,
        "deprecatedAndHidden": false,
        "encrypted": false,
        "permissionable": !system,
        "aggregatable": comparable,
    })
}

fn size(kind: Kind) -> (u32, u32, u32) {
    match kind {
        Kind::Id | Kind::Reference { .. } => (18, 0, 0),
        Kind::Text(n) | Kind::TextArea(n) => (n, 0, 0),
        Kind::Email => (80, 0, 0),
        Kind::Phone => (40, 0, 0),
        Kind::Url | Kind::Picklist(_) => (255, 0, 0),
        Kind::MultiPicklist(_) => (4099, 0, 0),
        Kind::Double => (0, 18, 0),
        Kind::Currency => (0, 18, 2),
        Kind::Percent => (0, 3, 0),
        Kind::Boolean | Kind::Int | Kind::Date | Kind::DateTime => (0, 0, 0),
    }
}

fn soap_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference { .. } => "tns:ID",
        Kind::Boolean => "xsd:boolean",
        Kind::Int => "xsd:int",
        Kind::Double | Kind::Currency | Kind::Percent => "xsd:double",
        Kind::Date => "xsd:date",
        Kind::DateTime => "xsd:dateTime",
        _ => "xsd:string",
    }
}

/// `NumberOfEmployees` is shown as `Number Of Employees`, `Tech_Stack__c` as `Tech Stack`.
fn label(name: &str) -> String {
    let plain = name.strip_suffix("__c").unwrap_or(name).replace('_', " ");
    let mut out = String::with_capacity(plain.len() + 4);
    let mut last = ' ';
    for c in plain.chars() {
        if c.is_uppercase() && last.is_lowercase() {
            out.push(' ');
        }
        out.push(c);
        last = c;
    }
    out
}
