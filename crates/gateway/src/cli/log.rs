//! Where log lines go: the error stream, as text or as JSON. The standard output belongs to results.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging. A second call, as in tests, changes nothing.
pub(crate) fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
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
