//! Measurements that need more than a processor: each starts what it needs, prints its figures and fails below its target.

use clap::{Args, ValueEnum};

use crate::run;

#[derive(Args, Debug)]
pub(crate) struct Options {
    what: What,
    /// Passed to the measurement, such as `--seconds 10`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Calls through the gateway, beside pgbench with the same statements.
    Load,
    /// How fast a change reaches a thousand who watch, beside a bare fan-out.
    Live,
}

pub(crate) fn bench(options: &Options) -> anyhow::Result<()> {
    let target = match options.what {
        What::Load => ["--package", "tests", "--bench", "load"],
        What::Live => ["--package", "tests", "--bench", "live"],
    };
    run::run(run::cargo().arg("bench").args(target).arg("--").args(&options.args))
}
