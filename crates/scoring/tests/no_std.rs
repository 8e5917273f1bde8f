//! Scoring builds and links without std: a static library with its own panic handler and allocator around it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn a_program_without_std_can_score() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without-std");
    fs::create_dir_all(&program).unwrap();
    let manifest = fs::read_to_string(here.join("tests/no_std/Cargo.toml.in")).unwrap();
    let manifest = manifest.replace("@SCORING@", here.to_str().unwrap());
    fs::write(program.join("Cargo.toml"), manifest).unwrap();
    fs::copy(here.join("tests/no_std/lib.rs.in"), program.join("lib.rs")).unwrap();
    // the same versions as everywhere, so that nothing needs to be fetched
    fs::copy(here.join("../../Cargo.lock"), program.join("Cargo.lock")).unwrap();

    let built = cargo(&program, &["build", "--offline"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let tree =
        cargo(&program, &["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = String::from_utf8(tree.stdout).unwrap();
    let mut names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["libm", "scoring", "without-std"], "scoring depends on libm and on nothing else");
}

/// With std in it, the same program does not build: the proof above can fail.
#[test]
fn the_same_program_with_std_is_refused() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with-std");
    fs::create_dir_all(&program).unwrap();
    let source = "extern crate std; #[panic_handler] fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }";
    fs::write(program.join("lib.rs"), format!("#![no_std] {source}")).unwrap();
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let arguments = ["--edition=2024", "--crate-type=staticlib", "-Cpanic=abort", "lib.rs"];
    let built = Command::new(rustc).args(arguments).current_dir(&program).output().unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(!built.status.success() && said.contains("duplicate lang item"), "{said}");
}

#[expect(clippy::unwrap_used, reason = "a helper of a test, which may panic")]
fn cargo(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", directory.join("target"))
        // flags of the surrounding run (coverage, sanitizers) need std
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap()
}
