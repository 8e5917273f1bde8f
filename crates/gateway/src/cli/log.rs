//! Where log lines go: the error stream, as text or as JSON. The standard output belongs to results.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Libraries that write whole requests, replies or statements' parameters below these levels: with them keys, tokens
/// and addresses would be in the log. Whatever filter the operator asks for, these stay.
const QUIET: &[&str] = &[
    "jsonrpsee_core=info",
    "jsonrpsee-core=info",
    "jsonrpsee_server=info",
    "jsonrpsee-server=info",
    "tokio_postgres=info",
    "hyper=info",
    "hyper_util=info",
    "reqwest=info",
    "tungstenite=info",
];

/// The operator's filter, without what may not be logged.
pub(crate) fn filter(asked: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(asked).unwrap_or_else(|_| EnvFilter::new("info"));
    QUIET.iter().fold(filter, |filter, quiet| {
        filter.add_directive(quiet.parse().expect("each is a directive, written above"))
    })
}

/// Starts logging. A second call, as in tests, changes nothing.
pub(crate) fn start(log: &Log) {
    let lines = tracing_subscriber::fmt().with_env_filter(filter(&log.filter)).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).try_init().ok(),
        LogFormat::Text => lines.compact().with_ansi(std::io::stderr().is_terminal()).try_init().ok(),
    };
}

/// For a command that shows its own progress: warnings only, unless the filter was chosen.
pub(crate) fn start_quietly(log: &Log) {
    let filter = if log.filter == Log::default_filter() { "warn".into() } else { log.filter.clone() };
    start(&Log { format: log.format, filter });
}
