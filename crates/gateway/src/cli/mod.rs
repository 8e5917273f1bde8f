//! The commands of the `fairlead` binary, one file each. A command is a clap type with a `run`; what it fails with decides the exit code.

mod admin;
mod call;
pub mod database;
mod demo;
mod exit;
mod listening;
mod log;
mod migrate;
mod serve;
mod worker;

use std::{future::Future, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, DatabaseConfig, Overrides};

pub use exit::{Exit, Failure};
pub(crate) use listening::told_to_stop;
pub use listening::{Ready, bind, listen_and_serve, start_logging};
#[cfg(test)]
pub(crate) use log::filter as log_filter;

/// Explained account scores for revenue teams, over one typed JSON-RPC API.
#[derive(Parser, Debug)]
#[command(name = "fairlead", version, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Admin(admin::Admin),
    Demo(demo::Demo),
    Serve(serve::Serve),
    Worker(worker::Worker),
    Migrate(migrate::Migrate),
    Call(call::Call),
}

/// Settings that any command of the server side can override.
#[derive(Args, Debug, Clone, Default)]
pub struct Common {
    /// The configuration file (TOML). Variables FAIRLEAD_… override it, and the options below override both.
    #[arg(long, env = "FAIRLEAD_CONFIG")]
    pub config: Option<PathBuf>,
    /// PostgreSQL to use; a private one is started in the data folder when not given.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder of the private database and of generated keys.
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
}

impl Common {
    /// All settings.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn load(&self, listen: Option<&str>) -> Result<Config, Failure> {
        Ok(Config::load(&Overrides { listen: listen.map(Into::into), ..self.overrides() })?)
    }

    /// Those of a command that works on the database alone.
    ///
    /// # Errors
    /// The first of these that is wrong.
    pub fn load_database(&self) -> Result<DatabaseConfig, Failure> {
        Ok(DatabaseConfig::load(&self.overrides())?)
    }

    fn overrides(&self) -> Overrides {
        Overrides {
            file: self.config.clone(),
            listen: None,
            database_url: self.database_url.clone(),
            data_dir: self.data_dir.clone(),
        }
    }
}

/// Runs the command that the arguments name. A failure is one line on the error stream.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            told.print().ok();
            return if told.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Demo(command) => block_on(command.run()),
        Command::Serve(command) => block_on(command.run()),
        Command::Worker(command) => block_on(command.run()),
        Command::Migrate(command) => block_on(command.run()),
        Command::Admin(command) => block_on(command.run()),
        Command::Call(command) => block_on(command.run()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("fairlead: {failure}");
            failure.exit.into()
        }
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format!("the runtime does not start: {error}")))?;
    let outcome = runtime.block_on(work);
    // Whatever still runs has been told to stop; a blocked thread must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}
