//! What has changed between two states of a watched query, in lines for a person.

use rpc::patch::{PatchOperation, apply, diff};
use serde_json::Value;

/// A value longer than this is cut: a line is to be read, `--raw` has everything.
const LONGEST: usize = 160;

/// One line for each change, in the order in which they make `before` into `after`: the place as a JSON Pointer, then
/// `old → new`, or what came (`+`) or went (`-`).
pub(super) fn lines(before: &Value, after: &Value) -> Vec<String> {
    let mut state = before.clone();
    let mut lines = Vec::new();
    for operation in diff(before, after) {
        lines.push(line(&state, &operation));
        // A place in a list is counted after the changes before it.
        if apply(&mut state, vec![operation]).is_err() {
            break;
        }
    }
    lines
}

fn line(state: &Value, operation: &PatchOperation) -> String {
    let old = |path: &str| state.pointer(path).map_or_else(String::new, short);
    match operation {
        PatchOperation::Add { path, value } => format!("+ {}: {}", place(path), short(value)),
        PatchOperation::Remove { path } => format!("- {}: {}", place(path), old(path)),
        PatchOperation::Replace { path, value } => {
            format!("  {}: {} → {}", place(path), old(path), short(value))
        }
    }
}

fn place(path: &str) -> &str {
    if path.is_empty() { "(all of it)" } else { path }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_change_is_one_line_with_its_place_and_what_was_there() {
        let before = json!({ "total": 2, "items": [{ "id": "a", "n": 1 }, { "id": "b", "n": 2 }], "note": "two\nlines" });
        let after =
            json!({ "total": 3, "items": [{ "id": "b", "n": 5 }, { "id": "c", "n": 3 }], "new": null });
        assert_eq!(
            lines(&before, &after),
            [
                r#"- /note: "two\nlines""#,
                "  /total: 2 → 3",
                r#"- /items/0: {"id":"a","n":1}"#,
                "  /items/0/n: 2 → 5",
                r#"+ /items/1: {"id":"c","n":3}"#,
                "+ /new: null",
            ]
        );
        assert!(lines(&after, &after).is_empty());
    }

    #[test]
    fn what_is_long_is_cut_and_another_kind_of_result_is_one_change() {
        let [line] = &lines(&json!([1]), &json!({ "text": "long ".repeat(100) }))[..] else {
            panic!("one line")
        };
        assert!(line.starts_with("  (all of it): [1] → {\"text\":\"long ") && line.ends_with('…'), "{line}");
        assert!(line.chars().count() < 200);
    }
}
