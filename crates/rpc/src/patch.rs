//! JSON Patch (RFC 6902): what to change in one document to have another. Makes `add`, `remove` and `replace`; applies all but
//! `test`, `move` and `copy`, which it never makes. Knows nothing of what the documents mean, but that an `id` names an object
//! within its list.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One change of a JSON Patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOperation {
    /// Puts a value into an object, or into a list before the named place; `-` is its end.
    Add {
        /// Where, as a JSON Pointer.
        path: String,
        /// What.
        value: Value,
    },
    /// Takes a value away.
    Remove {
        /// Which, as a JSON Pointer.
        path: String,
    },
    /// Puts another value in the place of one.
    Replace {
        /// Which, as a JSON Pointer.
        path: String,
        /// By what.
        value: Value,
    },
}

/// A patch that does not fit the document it is applied to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the patch does not fit at {path}")]
pub struct PatchMismatch {
    pub path: String,
}

/// What makes `before` into `after`. Not always the shortest patch: a list whose items carry an `id` is followed item by item,
/// any other by what its ends have in common.
///
/// ```
/// use rpc::patch::{apply, diff};
/// use serde_json::json;
/// let (before, after) = (json!({ "n": 1, "is": [7, 8] }), json!({ "n": 2, "is": [7, 9, 8] }));
/// let patch = diff(&before, &after);
/// assert_eq!(serde_json::to_value(&patch)?, json!([
///     { "op": "replace", "path": "/n", "value": 2 },
///     { "op": "add", "path": "/is/1", "value": 9 },
/// ]));
/// let mut folded = before;
/// apply(&mut folded, patch)?;
/// assert_eq!(folded, after);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(before: &Value, after: &Value) -> Vec<PatchOperation> {
    let mut operations = Vec::new();
    compare(&mut String::new(), before, after, &mut operations);
    operations
}

/// Changes `document` as the patch says.
///
/// # Errors
/// [`PatchMismatch`] when a place that is named does not exist; the document is then half changed and worth nothing.
pub fn apply(document: &mut Value, patch: Vec<PatchOperation>) -> Result<(), PatchMismatch> {
    patch.into_iter().try_for_each(|operation| apply_one(document, operation))
}

fn compare(path: &mut String, before: &Value, after: &Value, into: &mut Vec<PatchOperation>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => compare_objects(path, before, after, into),
        (Value::Array(before), Value::Array(after)) => compare_lists(path, before, after, into),
        _ if before == after => {}
        _ => into.push(PatchOperation::Replace { path: path.clone(), value: after.clone() }),
    }
}

fn compare_objects(
    path: &mut String,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    into: &mut Vec<PatchOperation>,
) {
    for name in before.keys().filter(|it| !after.contains_key(*it)) {
        at(path, name, |path| into.push(PatchOperation::Remove { path: path.clone() }));
    }
    for (name, value) in after {
        at(path, name, |path| match before.get(name) {
            Some(old) => compare(path, old, value, into),
            None => into.push(PatchOperation::Add { path: path.clone(), value: value.clone() }),
        });
    }
}

fn compare_lists(path: &mut String, before: &[Value], after: &[Value], into: &mut Vec<PatchOperation>) {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (rest_before, rest_after) = (&before[head..], &after[head..]);
    let tail = rest_before.iter().rev().zip(rest_after.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&rest_before[..rest_before.len() - tail], &rest_after[..rest_after.len() - tail]);
    match (by_id(old), by_id(new)) {
        (Some(old_ids), Some(new_ids)) => follow_items(path, head, (old, old_ids), (new, new_ids), into),
        _ => {
            let common = old.len().min(new.len());
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                at(path, &(head + index).to_string(), |path| compare(path, old, new, into));
            }
            for _ in common..old.len() {
                at(path, &(head + common).to_string(), |path| {
                    into.push(PatchOperation::Remove { path: path.clone() });
                });
            }
            for (index, new) in new.iter().enumerate().skip(common) {
                at(path, &(head + index).to_string(), |path| {
                    into.push(PatchOperation::Add { path: path.clone(), value: new.clone() });
                });
            }
        }
    }
}

type Ids<'a> = HashMap<&'a str, usize>;

/// The items by their ids, if each is an object that has one of its own.
fn by_id(items: &[Value]) -> Option<Ids<'_>> {
    let mut ids = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        if ids.insert(item.as_object()?.get("id")?.as_str()?, index).is_some() {
            return None;
        }
    }
    Some(ids)
}

/// Takes away what is gone or out of its order, then walks along the new list: puts in what is missing, compares what is there.
fn follow_items(
    path: &mut String,
    head: usize,
    (old, old_ids): (&[Value], Ids<'_>),
    (new, new_ids): (&[Value], Ids<'_>),
    into: &mut Vec<PatchOperation>,
) {
    // The longest row of items that keep their order stays; the others are taken out and put in again.
    let places: Vec<Option<usize>> =
        old.iter().map(|it| it["id"].as_str().and_then(|id| new_ids.get(id).copied())).collect();
    let staying = longest_ascending(&places);
    let leaving = staying.iter().enumerate().filter(|(_, stays)| !**stays);
    for (removed, (index, _)) in leaving.enumerate() {
        at(path, &(head + index - removed).to_string(), |path| {
            into.push(PatchOperation::Remove { path: path.clone() });
        });
    }
    for (index, item) in new.iter().enumerate() {
        let known = item["id"].as_str().and_then(|id| old_ids.get(id).copied()).filter(|it| staying[*it]);
        at(path, &(head + index).to_string(), |path| match known {
            Some(old_index) => compare(path, &old[old_index], item, into),
            None => into.push(PatchOperation::Add { path: path.clone(), value: item.clone() }),
        });
    }
}

/// Marks a longest subsequence of `places` that ascends; `None` is never in it. O(n log n), by patience sorting.
fn longest_ascending(places: &[Option<usize>]) -> Vec<bool> {
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (index, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let pile = piles.partition_point(|top| places[*top] < Some(*place));
        before[index] = pile.checked_sub(1).map(|left| piles[left]);
        if pile == piles.len() { piles.push(index) } else { piles[pile] = index }
    }
    let mut marked = vec![false; places.len()];
    let mut next = piles.last().copied();
    while let Some(index) = next {
        marked[index] = true;
        next = before[index];
    }
    marked
}

/// Goes one step down the path and back.
fn at(path: &mut String, step: &str, then: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    for letter in step.chars() {
        match letter {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            other => path.push(other),
        }
    }
    then(path);
    path.truncate(length);
}

fn apply_one(document: &mut Value, operation: PatchOperation) -> Result<(), PatchMismatch> {
    let (path, value) = match &operation {
        PatchOperation::Remove { path } => (path.clone(), None),
        PatchOperation::Add { path, value } | PatchOperation::Replace { path, value } => {
            (path.clone(), Some(value.clone()))
        }
    };
    let mismatch = || PatchMismatch { path: path.clone() };
    let Some((parent, step)) = path.rsplit_once('/') else {
        // The document itself.
        *document = value.filter(|_| path.is_empty()).ok_or_else(mismatch)?;
        return Ok(());
    };
    let step = step.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent).ok_or_else(mismatch)?, operation) {
        (Value::Object(members), PatchOperation::Add { value, .. }) => {
            members.insert(step, value);
        }
        (Value::Object(members), PatchOperation::Replace { value, .. }) => {
            *members.get_mut(&step).ok_or_else(mismatch)? = value;
        }
        (Value::Object(members), PatchOperation::Remove { .. }) => {
            members.shift_remove(&step).ok_or_else(mismatch)?;
        }
        (Value::Array(items), PatchOperation::Add { value, .. }) => {
            let index = if step == "-" { items.len() } else { step.parse().map_err(|_| mismatch())? };
            if index > items.len() {
                return Err(mismatch());
            }
            items.insert(index, value);
        }
        (Value::Array(items), PatchOperation::Replace { value, .. }) => {
            let index: usize = step.parse().map_err(|_| mismatch())?;
            *items.get_mut(index).ok_or_else(mismatch)? = value;
        }
        (Value::Array(items), PatchOperation::Remove { .. }) => {
            let index: usize = step.parse().map_err(|_| mismatch())?;
            if index >= items.len() {
                return Err(mismatch());
            }
            items.remove(index);
        }
        _ => return Err(mismatch()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3..3_i64).prop_map(Value::from),
            "[ab~/]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let item = (0..6_u8, inner.clone())
                .prop_map(|(id, value)| json!({ "id": id.to_string(), "value": value }));
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(item, 0..6).prop_map(Value::from),
                prop::collection::vec(("[ab~/]{0,2}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_told_is_what_is_folded(before in documents(), after in documents()) {
            let patch = diff(&before, &after);
            let sent = serde_json::to_string(&patch).unwrap();
            let mut folded = before.clone();
            apply(&mut folded, serde_json::from_str(&sent).unwrap()).unwrap();
            prop_assert_eq!(&folded, &after);
            prop_assert_eq!(patch.is_empty(), before == after);
        }
    }

    #[test]
    fn a_list_of_named_items_is_followed_item_by_item() {
        let item = |id: &str, n: i64| json!({ "id": id, "n": n, "text": "long enough to be seen" });
        let before = json!([item("a", 1), item("b", 2), item("c", 3), item("d", 4)]);
        let told = |after: Value| serde_json::to_value(diff(&before, &after)).unwrap();
        let first = told(json!([item("new", 0), item("a", 1), item("b", 2), item("c", 3), item("d", 5)]));
        assert_eq!(
            first,
            json!([{ "op": "add", "path": "/0", "value": item("new", 0) }, { "op": "replace", "path": "/4/n", "value": 5 }])
        );
        let moved = told(json!([item("d", 4), item("a", 1), item("b", 2), item("c", 3)]));
        assert_eq!(
            moved,
            json!([{ "op": "remove", "path": "/3" }, { "op": "add", "path": "/0", "value": item("d", 4) }])
        );
    }

    #[test]
    fn a_patch_for_another_document_is_refused() {
        for (document, patch) in [
            (json!([]), json!([{ "op": "remove", "path": "/0" }])),
            (json!({}), json!([{ "op": "replace", "path": "/a", "value": 1 }])),
            (json!([1]), json!([{ "op": "add", "path": "/2", "value": 1 }])),
            (json!(7), json!([{ "op": "add", "path": "/a/b", "value": 1 }])),
            (json!(7), json!([{ "op": "remove", "path": "" }])),
        ] {
            let patch = serde_json::from_value(patch).unwrap();
            assert!(apply(&mut document.clone(), patch).is_err(), "{document}");
        }
    }
}
