//! Everything this process logs, kept to be searched for what must not be there.

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::EnvFilter;

/// Ours down to the last word; others as an operator would see them when looking for trouble.
const FILTER: &str = "debug,gateway=trace,rpc=trace,store=trace,tenancy=trace,connectors=trace,workflows=trace,\
                      api=trace,hyper=info,hyper_util=info,reqwest=info,sandbox=warn";

/// The log of this process, from the first start on.
#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Begins to keep what is logged; once in a process, however often it is asked for.
    pub fn keep() -> Logs {
        static LOGS: OnceLock<Logs> = OnceLock::new();
        LOGS.get_or_init(|| {
            let logs = Logs::default();
            let writer = logs.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new(FILTER))
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            // Somebody else's subscriber would keep the log from us, and the search would find nothing for ever.
            tracing_subscriber::util::SubscriberInitExt::try_init(subscriber).unwrap();
            logs
        })
        .clone()
    }

    /// Where the log ends now.
    pub fn end(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// What was logged from there on.
    pub fn since(&self, end: usize) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()[end..]).into_owned()
    }
}

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
