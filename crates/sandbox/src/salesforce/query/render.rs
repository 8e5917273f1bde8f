//! Rows into JSON: mostly copies of what the rows have rendered already.
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json, json};

use super::bind::{Aggregate, Column, Output, Plan};
use super::{Scope, filter, rows as choose};
use crate::salesforce::id::RecordId;
use crate::salesforce::row::Row;
use crate::salesforce::schema::OBJECTS;
use crate::salesforce::soql::Function;

pub(super) fn rows(scope: Scope<'_>, plan: &Plan, rows: &[u32], version: &str, out: &mut Vec<u8>) {
    let Output::Columns(columns) = &plan.output else { return };
    let page = Page { scope, version, children: gather_children(scope, plan.object, columns, rows) };
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        page.record(plan.object, *row, columns, out);
    }
}

/// Children of the page's rows, by (column, parent).
type Children = HashMap<(usize, RecordId), Vec<u32>>;

struct Page<'a> {
    scope: Scope<'a>,
    version: &'a str,
    children: Children,
}

impl Page<'_> {
    fn record(&self, object: usize, row: u32, columns: &[Column], out: &mut Vec<u8>) {
        let def = &OBJECTS[object];
        let id = RecordId::new(def.prefix, row);
        self.open(def.name, id, out);
        let row = &self.scope.org.tables[object].rows[row as usize];
        for (i, column) in columns.iter().enumerate() {
            match column {
                Column::Span { first, last } => out.extend_from_slice(row.span(*first, *last)),
                Column::Parent { field, name, object: parent, columns } => {
                    named(name, out);
                    match row.reference(def, *field).filter(|id| self.scope.org.find(*id).is_some()) {
                        Some(id) => self.record(*parent, id.row, columns, out),
                        None => out.extend_from_slice(b"null"),
                    }
                }
                Column::AnyParent { field, name, fields } => {
                    named(name, out);
                    match row.reference(def, *field) {
                        Some(id) => self.any_parent(id, fields, out),
                        None => out.extend_from_slice(b"null"),
                    }
                }
                Column::Children { name, plan, .. } => {
                    named(name, out);
                    self.child_records(self.children.get(&(i, id)), plan, out);
                }
            }
        }
        out.push(b'}');
    }

    fn open(&self, object: &str, id: RecordId, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"attributes\":{\"type\":\"");
        out.extend_from_slice(object.as_bytes());
        out.extend_from_slice(b"\",\"url\":\"/services/data/v");
        out.extend_from_slice(self.version.as_bytes());
        out.extend_from_slice(b"/sobjects/");
        out.extend_from_slice(object.as_bytes());
        out.push(b'/');
        out.extend_from_slice(&id.render());
        out.extend_from_slice(b"\"}");
    }

    fn any_parent(&self, id: RecordId, fields: &[&str], out: &mut Vec<u8>) {
        let Some((table, row)) = self.scope.org.find(id) else { return out.extend_from_slice(b"null") };
        self.open(table.object.name, id, out);
        for name in fields {
            named(name, out);
            if *name == "Type" {
                out.extend_from_slice(format!("\"{}\"", table.object.name).as_bytes());
            } else {
                out.extend_from_slice(
                    table.object.field(name).map_or(b"null".as_slice(), |f| row.raw(table.object, f)),
                );
            }
        }
        out.push(b'}');
    }

    fn child_records(&self, rows: Option<&Vec<u32>>, plan: &Plan, out: &mut Vec<u8>) {
        let (Some(rows), Output::Columns(columns)) = (rows, &plan.output) else {
            return out.extend_from_slice(b"null");
        };
        out.extend_from_slice(
            format!("{{\"totalSize\":{},\"done\":true,\"records\":[", rows.len()).as_bytes(),
        );
        for (i, row) in rows.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            self.record(plan.object, *row, columns, out);
        }
        out.extend_from_slice(b"]}");
    }
}

fn named(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// One scan of each child table for the whole page.
fn gather_children(scope: Scope<'_>, object: usize, columns: &[Column], parents: &[u32]) -> Children {
    let mut out = Children::new();
    let mut wanted: Option<HashSet<RecordId>> = None;
    for (i, column) in columns.iter().enumerate() {
        let Column::Children { foreign_key, plan, .. } = column else { continue };
        let prefix = OBJECTS[object].prefix;
        let wanted =
            wanted.get_or_insert_with(|| parents.iter().map(|r| RecordId::new(prefix, *r)).collect());
        let table = &scope.org.tables[plan.object];
        for (n, row) in table.rows.iter().enumerate() {
            if row.deleted && !scope.all {
                continue;
            }
            let Some(parent) = row.reference(table.object, *foreign_key).filter(|id| wanted.contains(id))
            else {
                continue;
            };
            if plan.filter.as_ref().is_none_or(|f| f.matches(scope, row, plan.object)) {
                out.entry((i, parent)).or_default().push(n as u32);
            }
        }
        for ((column, _), rows) in &mut out {
            if *column == i {
                *rows = choose::order_and_cut(scope, plan, std::mem::take(rows));
            }
        }
    }
    out
}

pub(super) fn aggregate(scope: Scope<'_>, plan: &Plan, rows: &[u32]) -> Json {
    let Output::Aggregates(list) = &plan.output else { return Json::Null };
    let mut record = Map::new();
    record.insert("attributes".into(), json!({ "type": "AggregateResult" }));
    let table = &scope.org.tables[plan.object];
    for a in list {
        let values =
            rows.iter().map(|r| &table.rows[*r as usize]).map(|row| value(scope, row, plan.object, a));
        let values: Vec<Json> = values.filter(|v| !v.is_null()).collect();
        record.insert(a.name.clone(), fold(a.function, values));
    }
    Json::Object(record)
}

fn value(scope: Scope<'_>, row: &Row, object: usize, a: &Aggregate) -> Json {
    serde_json::from_slice(filter::raw(scope, row, object, &a.field)).unwrap_or(Json::Null)
}

fn fold(function: Function, values: Vec<Json>) -> Json {
    let number = |v: &Json| v.as_f64().unwrap_or_default();
    let less = |a: &Json, b: &Json| match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => number(a).total_cmp(&number(b)),
    };
    match function {
        Function::Count => values.len().into(),
        Function::CountDistinct => values.iter().map(Json::to_string).collect::<HashSet<_>>().len().into(),
        Function::Min => values.into_iter().min_by(less).unwrap_or(Json::Null),
        Function::Max => values.into_iter().max_by(less).unwrap_or(Json::Null),
        Function::Sum if values.is_empty() => Json::Null,
        Function::Avg if values.is_empty() => Json::Null,
        Function::Sum => json!(values.iter().map(number).sum::<f64>()),
        Function::Avg => json!(values.iter().map(number).sum::<f64>() / values.len() as f64),
    }
}
