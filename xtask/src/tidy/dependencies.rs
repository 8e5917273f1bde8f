//! The direction between crates, and the one table of dependencies.

use std::{collections::BTreeMap, fs};

use anyhow::Context;
use serde_json::Value;

use crate::run;

const PURE: &[&str] = &[];

/// What each crate may depend on, of ours. A crate that is not here may not exist: its place must be decided first.
const ALLOWED: &[(&str, &[&str])] = &[
    ("scoring", PURE),
    ("buying-groups", PURE),
    ("ad-metrics", PURE),
    ("tenancy", PURE),
    ("canonical", PURE),
    ("rpc", PURE),
    ("sandbox", PURE),
    ("connectors", &["canonical"]),
    ("api", &["rpc"]),
    ("store", &["scoring", "buying-groups", "ad-metrics", "tenancy", "canonical"]),
    ("workflows", &["store", "connectors", "canonical", "scoring", "buying-groups"]),
    (
        "gateway",
        &[
            "api",
            "rpc",
            "store",
            "workflows",
            "connectors",
            "canonical",
            "scoring",
            "buying-groups",
            "ad-metrics",
            "tenancy",
            "sandbox",
        ],
    ),
    ("tests", &["gateway", "api", "rpc", "store", "sandbox"]),
    ("xtask", &["api", "rpc"]),
];

/// What tests inside a crate may use beside that.
const ALLOWED_IN_TESTS: &[&str] = &["sandbox"];

pub(crate) fn check() -> anyhow::Result<Vec<String>> {
    let metadata = run::output(run::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let ours: Vec<&str> = packages.iter().filter_map(|it| it["name"].as_str()).collect();
    let mut found = directions(packages, &ours);
    for package in packages {
        let manifest = package["manifest_path"].as_str().context("a package has no manifest")?;
        found.extend(outside_the_table(
            &fs::read_to_string(manifest)?,
            package["name"].as_str().unwrap_or_default(),
        ));
    }
    Ok(found)
}

fn directions(packages: &[Value], ours: &[&str]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(may) = allowed.get(name) else {
            found.push(format!("the crate {name} has no place in the table of directions"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let on = dependency["name"].as_str().unwrap_or_default();
            let in_tests = dependency["kind"].as_str() == Some("dev");
            let fine = may.contains(&on) || on == name || (in_tests && ALLOWED_IN_TESTS.contains(&on));
            if ours.contains(&on) && !fine {
                found.push(format!("{name} must not depend on {on}"));
            }
        }
    }
    found
}

/// Dependencies that state a version, a path or a source of their own instead of naming the workspace's.
fn outside_the_table(manifest: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_dependencies = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            in_dependencies = section.trim_end_matches(']').ends_with("dependencies");
            if in_dependencies || !section.contains("dependencies.") {
                continue;
            }
            found.push(format!("{name}: write {line} as one line with `workspace = true`"));
        } else if in_dependencies
            && line.contains('=')
            && !line.starts_with('#')
            && !line.contains("workspace = true")
        {
            found.push(format!("{name}: `{line}` belongs into the workspace's table of dependencies"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> =
            dependencies.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect();
        json!({ "name": name, "dependencies": dependencies })
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_found() {
        let ours = ["scoring", "store", "connectors", "sandbox", "stray"];
        let packages = [
            package("scoring", &[("serde", None), ("store", None)]),
            package("store", &[("scoring", None)]),
            package("connectors", &[("sandbox", Some("dev"))]),
            package("stray", &[]),
        ];
        let expected =
            ["scoring must not depend on store", "the crate stray has no place in the table of directions"];
        assert_eq!(directions(&packages, &ours), expected);
    }

    #[test]
    fn a_version_outside_the_table_is_found() {
        let manifest = "[package]\nversion = \"1\"\n[dependencies]\nserde.workspace = true\nrand = \"0.8\"\n\
                        x = { workspace = true, features = [\"y\"] }\n[dev-dependencies.z]\nversion = \"1\"\n[features]\na = []";
        let found = outside_the_table(manifest, "some");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("rand = \"0.8\"") && found[1].contains("[dev-dependencies.z]"));
    }
}
