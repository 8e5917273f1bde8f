//! What was asked of the stand-in, for tests to count: no credentials, no bodies.
use std::collections::VecDeque;

use serde::Serialize;

use super::faults::Endpoint;

const KEPT: usize = 20_000;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    pub number: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    pub method: String,
    pub path: String,
    pub endpoint: Endpoint,
    pub soql: Option<String>,
    /// 0 when no answer was given.
    pub status: u16,
    pub bytes: usize,
    /// The kind of the fault that was applied.
    pub fault: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) total: u64,
    pub(super) api_calls: u64,
    entries: VecDeque<LedgerEntry>,
}

impl Ledger {
    pub(super) fn record(&mut self, mut entry: LedgerEntry) {
        self.total += 1;
        entry.number = self.total;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(super) fn entries(&self) -> Vec<LedgerEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}
