//! `cargo xtask …`: what is done to the repository, as opposed to what the product does. CI calls nothing else.

mod bench;
mod ci;
mod db;
mod run;
mod schema;
mod test;
mod tidy;
mod typescript;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tasks of this repository")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the binary and runs `fairlead demo` with the arguments that follow.
    Demo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Runs every test, with the databases they need. Ends with the runner's own summary.
    Test(test::Options),
    /// Runs what CI runs, or one part of it.
    Ci(ci::Options),
    /// Measures what a user would notice, on a database of its own.
    Bench(bench::Options),
    /// Writes api-schema/ from the declarations of the methods.
    Schema {
        /// Changes nothing; fails when the committed files differ.
        #[arg(long)]
        check: bool,
    },
    /// The private PostgreSQL that the tests share, or the demo's.
    Db {
        #[command(subcommand)]
        command: db::Command,
    },
    /// Checks the rules of the house that no compiler knows.
    Tidy,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Demo { args } => demo(&args).map(|()| ExitCode::SUCCESS),
        Task::Test(options) => test::test(&options),
        Task::Ci(options) => ci::ci(&options),
        Task::Bench(options) => bench::bench(&options).map(|()| ExitCode::SUCCESS),
        Task::Schema { check } => schema::schema(check).map(|()| ExitCode::SUCCESS),
        Task::Db { command } => db::db(&command).map(|()| ExitCode::SUCCESS),
        Task::Tidy => tidy::tidy().map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

fn demo(args: &[OsString]) -> anyhow::Result<()> {
    run::replace(
        run::cargo().args(["run", "--package", "gateway", "--bin", "fairlead", "--", "demo"]).args(args),
    )
}
