//! Length, documentation and words of the files that git knows.

use std::{fs, path::Path};

use crate::run;

const LONGEST: usize = 600;
/// Lists that say one thing about each table and are compared with the database as a whole.
const LISTS: &[&str] = &["crates/store/src/schema.rs"];

/// Written in halves, or this file would find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or leave it out and say so where it is missed"),
    (concat!("FIX", "ME"), "fix it"),
    (concat!("XX", "X"), "say what is wrong, or mend it"),
    (concat!("todo", "!("), "write it"),
    (concat!("unimplemented", "!("), "write it"),
    (concat!("dbg", "!("), "use tracing"),
    (concat!("#[ig", "nore"), "a test that does not run proves nothing"),
];

pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    let listed =
        run::output(run::program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let mut found = Vec::new();
    for path in listed.lines() {
        let Ok(text) = fs::read_to_string(run::root().join(path)) else { continue };
        found.extend(words(path, &text));
        if path.ends_with(".rs") {
            found.extend(source(path, &text));
        }
        if let Some(folder) = path.strip_prefix("migrations/").and_then(|it| it.strip_suffix("/up.sql"))
            && !run::root().join("migrations").join(folder).join("down.sql").exists()
        {
            found.push(format!("{path}: there is no down.sql beside it"));
        }
    }
    Ok(found)
}

fn words(path: &str, text: &str) -> Vec<String> {
    let is_ours = ["rs", "toml", "sql", "md", "yml", "js", "ts", "css", "html", "sh"]
        .iter()
        .any(|it| Path::new(path).extension().is_some_and(|extension| extension == *it));
    if !is_ours {
        return Vec::new();
    }
    let lines = (1..).zip(text.lines());
    lines
        .flat_map(|(number, line)| {
            FORBIDDEN
                .iter()
                .filter(move |(word, _)| has_word(line, word))
                .map(move |(word, instead)| format!("{path}:{number}: `{word}`: {instead}"))
        })
        .collect()
}

/// As a word of its own, so that a name containing it is not found.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|it| it.is_alphanumeric() || it == '_');
    line.match_indices(word).any(|(at, _)| {
        let ends_open = word.ends_with(|it: char| !it.is_alphanumeric()) || word.starts_with('#');
        !joins(line[..at].chars().next_back())
            && (ends_open || !joins(line[at + word.len()..].chars().next()))
    })
}

fn source(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST && !LISTS.contains(&path) {
        found.push(format!("{path}: {lines} lines; split it, {LONGEST} are the most"));
    }
    let is_root = path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    let docs = text.lines().find(|line| !line.starts_with("#!")).and_then(|line| line.strip_prefix("//!"));
    if is_root && docs.is_none_or(|it| it.trim().len() < 10) {
        found.push(format!("{path}: open with `//!`: what the crate is for and what it does not know"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_word_is_found_as_a_word_only() {
        let word = FORBIDDEN[0].0;
        assert_eq!(words("a.rs", &format!("fine\n// {word}: later")).len(), 1);
        assert_eq!(words("a.rs", &format!("let {word}S = 1;")).len(), 0);
        assert_eq!(words("a.png", word).len(), 0);
        assert_eq!(words("a.rs", &format!("{}\"later\")", FORBIDDEN[3].0)).len(), 1);
    }

    #[test]
    fn a_crate_without_words_about_itself_is_found() {
        assert_eq!(source("crates/x/src/lib.rs", "//! .\n").len(), 1);
        assert_eq!(
            source("crates/x/src/lib.rs", "#![no_std]\n//! Counts sheep. Knows no shepherd.\n").len(),
            0
        );
        assert_eq!(source("crates/x/src/lib.rs", "mod a;\n").len(), 1);
        assert_eq!(source("crates/x/src/a.rs", &"\n".repeat(601)).len(), 1);
    }
}
