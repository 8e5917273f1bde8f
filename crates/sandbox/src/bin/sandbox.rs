//! Runs the stand-in alone: prints one JSON line with its address and credentials when it is ready, serves until it is ended.
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use sandbox::{Salesforce, SalesforceOptions};

const USAGE: &str =
    "usage: sandbox [--listen ADDRESS:PORT] [--seed N] [--scale X] [--anchor-time RFC3339] [--consent-page]";

#[tokio::main]
async fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("sandbox: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let listen = options.listen;
    let sandbox = match Salesforce::start(options).await {
        Ok(sandbox) => sandbox,
        Err(e) => {
            eprintln!("sandbox: cannot listen on {listen}: {e}; choose another with --listen");
            return ExitCode::FAILURE;
        }
    };
    let mut line = serde_json::to_value(sandbox.login()).expect("plain strings serialize");
    line["ready"] = true.into();
    println!("{line}");
    let _ = tokio::signal::ctrl_c().await;
    sandbox.stop().await;
    ExitCode::SUCCESS
}

fn options(mut args: impl Iterator<Item = String>) -> Result<SalesforceOptions, String> {
    let mut options = SalesforceOptions::default();
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{name} needs a value"));
        let bad = |e: &dyn std::fmt::Display| format!("{name}: {e}");
        match name.as_str() {
            "--listen" => options.listen = value()?.parse().map_err(|e| bad(&e))?,
            "--seed" => options.seed = value()?.parse().map_err(|e| bad(&e))?,
            "--scale" => options.scale = value()?.parse().map_err(|e| bad(&e))?,
            "--anchor-time" => {
                options.anchor_time = value()?.parse::<DateTime<Utc>>().map_err(|e| bad(&e))?
            }
            "--consent-page" => options.auto_approve = false,
            _ => return Err(format!("unknown argument {name}")),
        }
    }
    Ok(options)
}
