//! The private PostgreSQL servers: the one that tests share below the build folder, and the demo's. Both are found through
//! their postmaster.pid, so nothing here needs to know how they were started.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Subcommand;

use crate::run;

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Says which servers run, and where.
    Status,
    /// Stops the server that tests share (the demo's ends with the demo).
    Stop,
    /// Opens psql on a running server; arguments that follow are psql's.
    Psql {
        /// Folder of the server's data. The tests' when not given.
        #[arg(long)]
        data: Option<PathBuf>,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

pub(crate) fn db(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Status => {
            for data in [test_data(), demo_data()] {
                match Running::find(&data) {
                    Some(it) => println!("{}: pid {}, socket folder {}", data.display(), it.pid, it.sockets),
                    None => println!("{}: not running", data.display()),
                }
            }
            Ok(())
        }
        Command::Stop => {
            stop_test_server();
            Ok(())
        }
        Command::Psql { data, args } => {
            let data = data.clone().unwrap_or_else(test_data);
            let server = Running::find(&data).with_context(|| {
                format!("no server runs on {}; start it with a test or the demo", data.display())
            })?;
            let psql = program_of(&data).unwrap_or_else(|| "psql".into());
            let mut psql = run::program(&psql);
            psql.args(["-h", &server.sockets, "-p", &server.port, "-U", "postgres"]);
            if args.is_empty() {
                psql.args(["-d", "postgres"]);
            }
            run::replace(psql.args(args))
        }
    }
}

/// Ends the tests' server, if one runs. It would end by itself soon; nobody should have to wait.
pub(crate) fn stop_test_server() {
    let data = test_data();
    let Some(server) = Running::find(&data) else { return };
    run::works(run::program("kill").args(["-INT", &server.pid]));
    let begun = Instant::now();
    while Running::find(&data).is_some() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn test_data() -> PathBuf {
    run::target().join("test-postgres/data")
}

fn demo_data() -> PathBuf {
    run::root().join(".fairlead/postgres/data")
}

struct Running {
    pid: String,
    port: String,
    sockets: String,
}

impl Running {
    /// Lines of postmaster.pid: pid, data folder, start time, port, socket folder.
    fn find(data: &Path) -> Option<Running> {
        let text = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let [pid, _, _, port, sockets, ..] = lines[..] else { return None };
        let running = Running { pid: pid.into(), port: port.into(), sockets: sockets.into() };
        run::works(run::program("kill").args(["-0", pid])).then_some(running)
    }
}

/// The psql beside the server's own binaries, as postmaster.opts names them.
fn program_of(data: &Path) -> Option<String> {
    let text = std::fs::read_to_string(data.join("postmaster.opts")).ok()?;
    let postgres = Path::new(text.split_whitespace().next()?);
    let psql = postgres.with_file_name("psql");
    psql.exists().then(|| psql.to_string_lossy().into_owned())
}
