//! Measurements that need more than a processor: each starts what it needs, prints its figures and fails below its target.

mod start;

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
    /// Summaries of 26 weeks of 500 campaigns, and weeks put in with their audit.
    Weeks,
    /// From the command to the first call that is answered, on a data folder that exists.
    Start,
}

pub(crate) fn bench(options: &Options) -> anyhow::Result<()> {
    let target = match options.what {
        What::Load => "load",
        What::Live => "live",
        What::Weeks => "weeks",
        What::Start => return start::start(&options.args),
    };
    run::run(run::cargo().args(["bench", "--package", "tests", "--bench", target, "--"]).args(&options.args))
}
