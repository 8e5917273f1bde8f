//! Results that are committed, so that a change of them is looked at by somebody.

use std::{fs, path::Path};

/// Compares with the committed file, or writes it when told to.
pub(crate) fn is_as_committed(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, now).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if committed == now {
        return;
    }
    let gone = committed.lines().filter(|line| !now.lines().any(|it| it == *line));
    let come = now.lines().filter(|line| !committed.lines().any(|it| it == *line));
    let difference: Vec<String> =
        gone.map(|line| format!("- {line}")).chain(come.map(|line| format!("+ {line}"))).collect();
    panic!(
        "tests/golden/{name} is not what the program does now:\n{}\nIf that is meant: \
         UPDATE_GOLDEN=1 cargo nextest run --workspace -E 'package(tests)', and commit the difference",
        difference.join("\n")
    );
}
