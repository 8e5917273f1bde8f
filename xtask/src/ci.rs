//! What CI runs. Workflows call `cargo xtask ci <part>` and hold no command of their own, so a failure there is the same
//! command here.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::{run, schema, test, tidy};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// One part; all of them when not given.
    part: Option<Part>,
    /// Tests with many more repetitions.
    #[arg(long)]
    long: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    Fmt,
    Clippy,
    Tidy,
    Schema,
    NoStd,
    Test,
}

/// The cheap ones first, so that a slip shows in seconds.
const ALL: [Part; 6] = [Part::Fmt, Part::Tidy, Part::Clippy, Part::NoStd, Part::Schema, Part::Test];

pub(crate) fn ci(options: &Options) -> anyhow::Result<ExitCode> {
    let parts = options.part.as_ref().map_or(&ALL[..], std::slice::from_ref);
    for part in parts {
        match part {
            Part::Fmt => run::run(run::cargo().args(["fmt", "--all", "--check"]))?,
            Part::Clippy => {
                run::run(run::cargo().args([
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "-D",
                    "warnings",
                ]))?;
            }
            Part::Tidy => tidy::tidy()?,
            Part::Schema => schema::schema(true)?,
            // Alone, without features: another crate of the workspace might bring std in by the back door.
            Part::NoStd => {
                run::run(run::cargo().args([
                    "rustc",
                    "--package",
                    "scoring",
                    "--no-default-features",
                    "--lib",
                ]))?;
            }
            Part::Test => {
                let outcome = test::test(&test::Options { long: options.long, ..Default::default() })?;
                if outcome != ExitCode::SUCCESS {
                    return Ok(outcome);
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
