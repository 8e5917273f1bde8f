//! The same statements from PostgreSQL's own load generator.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use store::{StoreConfig, private_postgres::PrivatePostgres};
use tokio::process::Command;

use super::{CONCURRENCY, Measured, capture::Script, superuser, target_folder};

/// Of the transactions' times, one in so many is kept.
const SAMPLING: f64 = 0.2;

pub(crate) async fn run(
    server: &PrivatePostgres,
    script: &Script,
    time: Duration,
) -> anyhow::Result<Measured> {
    let folder = target_folder().join("load-pgbench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let seconds = time.as_secs().max(1);
    let mut command = Command::new(program(server).await?);
    // Its connections are opened as the gateway's are: the same time limits, the same planner.
    command.env("PGOPTIONS", store::connection_options(StoreConfig::new("").statement_timeout));
    command.current_dir(&folder).args(["-n", "-M", "prepared", "-j", "2", "-l", "--log-prefix=times"]);
    command.arg(format!("--sampling-rate={SAMPLING}"));
    command.args(["-c", &CONCURRENCY.to_string(), "-T", &seconds.to_string()]);
    let path = folder.join("call.sql");
    std::fs::write(&path, &script.text)?;
    command.arg("-f").arg(path);
    for (name, value) in &script.variables {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    let output = command.arg(server.app_url()).output().await.context("pgbench could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    }
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let per_second = rate.with_context(|| format!("pgbench said no rate: {text}"))?;
    Ok(Measured { per_second, ..Measured::of(times(&folder)?, time)? })
}

/// The third field of each line: microseconds.
fn times(folder: &PathBuf) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with("times.") {
            let text = std::fs::read_to_string(file.path())?;
            let field = |line: &str| line.split(' ').nth(2)?.parse().ok().map(Duration::from_micros);
            times.extend(text.lines().filter_map(field));
        }
    }
    Ok(times)
}

/// From the same folder as the server itself.
async fn program(server: &PrivatePostgres) -> anyhow::Result<PathBuf> {
    let row = superuser(server)
        .await?
        .query_one("SELECT setting FROM pg_config WHERE name = 'BINDIR'", &[])
        .await?;
    let program = PathBuf::from(row.get::<_, String>(0)).join("pgbench");
    if !program.exists() {
        bail!("this PostgreSQL comes without pgbench ({}): install its contrib package", program.display());
    }
    Ok(program)
}
