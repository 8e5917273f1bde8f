//! Choosing the rows of a query, by the index where the order or the predicate allows, else by a scan and a sort.
use std::cmp::Ordering;

use super::bind::{Plan, SortKey};
use super::{Scope, filter};
use crate::salesforce::row::Row;
use crate::salesforce::schema::OBJECTS;

/// Row numbers in the order of the answer, offset and limit applied.
pub(super) fn select(scope: Scope<'_>, plan: &Plan) -> Vec<u32> {
    let table = &scope.org.tables[plan.object];
    let wanted = |row: &Row| {
        (scope.all || !row.deleted) && plan.filter.as_ref().is_none_or(|f| f.matches(scope, row, plan.object))
    };
    if plan.range.low > plan.range.high {
        return Vec::new();
    }
    if follows_index(plan) {
        let keys = table.by_modstamp.range(plan.range.low..=plan.range.high);
        let rows = keys.map(|(_, row)| *row).filter(|row| wanted(&table.rows[*row as usize]));
        return rows.skip(plan.offset).take(plan.limit).collect();
    }
    let rows: Vec<u32> = if plan.range == super::range::KeyRange::all() {
        (0..table.rows.len() as u32).filter(|row| wanted(&table.rows[*row as usize])).collect()
    } else {
        let keys = table.by_modstamp.range(plan.range.low..=plan.range.high);
        let mut rows: Vec<u32> = keys.map(|(_, r)| *r).filter(|r| wanted(&table.rows[*r as usize])).collect();
        rows.sort_unstable();
        rows
    };
    sorted(scope, plan, rows).into_iter().skip(plan.offset).take(plan.limit).collect()
}

/// The children of one parent, already filtered by it.
pub(super) fn order_and_cut(scope: Scope<'_>, plan: &Plan, rows: Vec<u32>) -> Vec<u32> {
    sorted(scope, plan, rows).into_iter().skip(plan.offset).take(plan.limit).collect()
}

/// `ORDER BY SystemModstamp, Id`, both ascending, is the order of the index.
fn follows_index(plan: &Plan) -> bool {
    let object = &OBJECTS[plan.object];
    let is = |key: &SortKey, name: &str| {
        key.path.hops.is_empty() && !key.descending && object.fields[key.path.field].name == name
    };
    match plan.order.as_slice() {
        [time] => is(time, "SystemModstamp"),
        [time, id] => is(time, "SystemModstamp") && is(id, "Id"),
        _ => false,
    }
}

fn sorted(scope: Scope<'_>, plan: &Plan, mut rows: Vec<u32>) -> Vec<u32> {
    if plan.order.is_empty() {
        return rows;
    }
    let table = &scope.org.tables[plan.object];
    let keys: Vec<Vec<Key<'_>>> = rows
        .iter()
        .map(|row| {
            let row = &table.rows[*row as usize];
            plan.order.iter().map(|k| key(scope, row, plan.object, k)).collect()
        })
        .collect();
    let mut at: Vec<usize> = (0..rows.len()).collect();
    at.sort_by(|a, b| {
        let by_keys =
            plan.order.iter().zip(keys[*a].iter().zip(&keys[*b])).map(|(o, (a, b))| compare(o, a, b));
        by_keys.fold(Ordering::Equal, Ordering::then).then(rows[*a].cmp(&rows[*b]))
    });
    rows = at.into_iter().map(|i| rows[i]).collect();
    rows
}

enum Key<'a> {
    Null,
    Number(f64),
    Bytes(&'a [u8]),
    Text(String),
}

fn key<'a>(scope: Scope<'a>, row: &'a Row, object: usize, order: &SortKey) -> Key<'a> {
    let raw = filter::raw(scope, row, object, &order.path);
    let kind = OBJECTS[order.path.object].fields[order.path.field].kind;
    if raw == b"null" {
        Key::Null
    } else if kind.is_number() {
        Key::Number(std::str::from_utf8(raw).ok().and_then(|s| s.parse().ok()).unwrap_or_default())
    } else if kind.is_text() {
        Key::Text(serde_json::from_slice::<String>(raw).unwrap_or_default().to_lowercase())
    } else {
        Key::Bytes(raw)
    }
}

fn compare(order: &SortKey, a: &Key<'_>, b: &Key<'_>) -> Ordering {
    let nulls_first = if order.nulls_last { Ordering::Greater } else { Ordering::Less };
    let ordering = match (a, b) {
        (Key::Null, Key::Null) => return Ordering::Equal,
        (Key::Null, _) => return nulls_first,
        (_, Key::Null) => return nulls_first.reverse(),
        (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        (Key::Bytes(a), Key::Bytes(b)) => a.cmp(b),
        _ => unreachable!("one field has one kind"),
    };
    if order.descending { ordering.reverse() } else { ordering }
}
