//! How long `fairlead serve` takes to be ready, with its own PostgreSQL, on a data folder that it made before.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::run;

/// Above this the median is too slow.
const TARGET: Duration = Duration::from_secs(1);
const STARTS: usize = 11;

/// `[BINARY]`: this one instead of one built now.
pub(super) fn start(args: &[String]) -> anyhow::Result<()> {
    let binary = match args {
        [] => built()?,
        [binary] => binary.into(),
        _ => bail!("`start` takes one argument, a binary"),
    };
    let folder = Folder(run::target().join("bench-start"));
    let first = once(&binary, &folder.0)?;
    let mut times = (0..STARTS).map(|_| once(&binary, &folder.0)).collect::<anyhow::Result<Vec<_>>>()?;
    times.sort_unstable();
    let median = times[STARTS / 2];
    let ms = |time: Duration| time.as_millis();
    println!(
        "ready after {} ms (median of {STARTS} starts; {} to {} ms); {} ms the first time, when the folder is made",
        ms(median),
        ms(times[0]),
        ms(times[STARTS - 1]),
        ms(first)
    );
    if median >= TARGET {
        bail!("more than {} ms", ms(TARGET));
    }
    Ok(())
}

fn built() -> anyhow::Result<PathBuf> {
    run::run(run::cargo().args(["build", "--release", "--package", "gateway", "--bin", "fairlead"]))?;
    Ok(run::target().join("release/fairlead"))
}

/// Starts it, waits for its word, and ends it.
fn once(binary: &Path, folder: &Path) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let child = Command::new(binary)
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} could not be started", binary.display()))?;
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().context("it was piped")?).read_line(&mut line)?;
    let took = begun.elapsed();
    if !line.contains("rpcUrl") {
        bail!("it did not become ready: try `{} serve --data-dir {}`", binary.display(), folder.display());
    }
    Ok(took)
}

/// Told to stop, and waited for, so that its PostgreSQL is stopped, too.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let told = Command::new("kill").arg(self.0.id().to_string()).status().is_ok_and(|it| it.success());
        if !told {
            self.0.kill().ok();
        }
        self.0.wait().ok();
    }
}

/// Made at the beginning, removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
