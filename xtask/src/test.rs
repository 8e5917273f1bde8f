//! Every test of the workspace. The tests start what they need (a private PostgreSQL, stand-ins) by themselves; what they share is
//! stopped here at the end.

use std::process::ExitCode;

use clap::Args;

use crate::{db, run};

#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Many more repetitions, for a recorded run.
    #[arg(long)]
    pub(crate) long: bool,
    /// Passed to the runner, such as the names of tests.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) filter: Vec<String>,
}

/// The exit code is the runner's, and its summary stays the last thing printed, whether it went well or not.
pub(crate) fn test(options: &Options) -> anyhow::Result<ExitCode> {
    let outcome = runner(options);
    db::stop_test_server();
    Ok(if outcome? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn runner(options: &Options) -> anyhow::Result<bool> {
    let long = if options.long { "1" } else { "" };
    let cargo = || {
        let mut cargo = run::cargo();
        cargo.env("FAIRLEAD_LONG_TESTS", long);
        cargo
    };
    if !run::works(run::cargo().args(["nextest", "--version"])) {
        return run::status(cargo().args(["test", "--workspace", "--no-fail-fast"]).args(&options.filter));
    }
    // nextest runs no doc tests. They go first, so that its summary counts the bulk and comes last.
    let doc = !options.filter.is_empty()
        || run::status(cargo().args(["test", "--workspace", "--doc", "--quiet", "--no-fail-fast"]))?;
    let rest =
        run::status(cargo().args(["nextest", "run", "--workspace", "--no-fail-fast"]).args(&options.filter))?;
    if rest && !doc {
        eprintln!("the doc tests failed; see above");
    }
    Ok(doc && rest)
}
