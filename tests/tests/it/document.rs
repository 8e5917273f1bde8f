//! The published document and types, held up to tools that are not ours.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tests::TestApp;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The tools, in a folder that is thrown away with the build. What they are is fixed by the lock file.
fn tools() -> PathBuf {
    for program in ["node", "npm"] {
        let there = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|it| it.success());
        assert!(
            there,
            "`{program}` is not to be found: install Node.js 20 or newer. The checks of api-schema/ by the official \
             OpenRPC tools and the TypeScript compiler need it"
        );
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |it| root().join(it));
    let folder = target.join("contract-tools");
    std::fs::create_dir_all(&folder).unwrap();
    // Two tests may come here at once.
    let lock = std::fs::File::create(folder.join("installing")).unwrap();
    lock.lock().unwrap();
    let wanted = std::fs::read_to_string(root().join("tests/contract/package-lock.json")).unwrap();
    let installed = folder.join("installed");
    if std::fs::read_to_string(&installed).ok().as_ref() != Some(&wanted) {
        for file in ["package.json", "package-lock.json", ".npmrc"] {
            std::fs::copy(root().join("tests/contract").join(file), folder.join(file)).unwrap();
        }
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--silent"]).current_dir(&folder));
        std::fs::write(&installed, wanted).unwrap();
    }
    std::fs::copy(root().join("tests/contract/check.mjs"), folder.join("check.mjs")).unwrap();
    folder
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}:\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn checked(document: &Path) -> std::process::Output {
    Command::new("node").arg(tools().join("check.mjs")).arg(document).output().unwrap()
}

#[test]
fn the_document_is_valid_by_the_official_meta_schema_and_every_reference_leads_somewhere() {
    let output = checked(&root().join("api-schema/openrpc.json"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), format!("{} methods", api::CATALOGUE.len()));
}

#[test]
fn a_document_with_a_fault_is_noticed() {
    let sound: serde_json::Value = api::document();
    let mut sideways = sound.clone();
    sideways["methods"][0]["paramStructure"] = "sideways".into();
    let mut twice = sound.clone();
    let again = twice["methods"][3].clone();
    twice["methods"].as_array_mut().unwrap().push(again);
    let mut nowhere = sound.clone();
    nowhere["components"]["schemas"].as_object_mut().unwrap().shift_remove("Tier");
    for (name, document) in [("sideways", sideways), ("twice", twice), ("nowhere", nowhere)] {
        let file = tools().join(format!("{name}.json"));
        std::fs::write(&file, document.to_string()).unwrap();
        assert_eq!(checked(&file).status.code(), Some(1), "{name}");
    }
}

#[test]
fn the_typescript_types_compile_strictly() {
    let types = root().join("api-schema/typescript");
    let sources = std::fs::read_dir(&types).unwrap().map(|it| it.unwrap().path());
    let sources: Vec<PathBuf> = sources.filter(|it| it.extension().is_some_and(|it| it == "ts")).collect();
    assert!(!sources.is_empty());
    run(Command::new("node")
        .arg(tools().join("node_modules/typescript/bin/tsc"))
        .args([
            "--strict",
            "--noEmit",
            "--target",
            "es2022",
            "--module",
            "esnext",
            "--moduleResolution",
            "bundler",
        ])
        .args(sources));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_serves_the_committed_document() {
    let app = TestApp::start().await;
    let committed = std::fs::read_to_string(root().join("api-schema/openrpc.json")).unwrap();
    let nobody = app.caller(None);
    assert_eq!(nobody.get("/openrpc.json").await, (200, committed.clone()));
    let discovered = nobody.call_raw("rpc.discover", &serde_json::json!({})).await;
    let committed: serde_json::Value = serde_json::from_str(&committed).unwrap();
    assert_eq!(*discovered.result(), committed);
}
