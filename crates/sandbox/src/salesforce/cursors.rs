//! Query locators: what `nextRecordsUrl` points at. The rows were chosen when the query ran; later pages only render them.
use std::collections::VecDeque;
use std::sync::Arc;

use super::id::RecordId;
use super::query::ResultSet;

/// Results kept at a time; as with the vendor, the oldest locator is dropped when there are more.
const KEPT: usize = 64;

#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) set: ResultSet,
    pub(super) all: bool,
    pub(super) batch: usize,
}

#[derive(Debug, Default)]
pub(super) struct Cursors {
    next: u32,
    kept: VecDeque<(String, Arc<Cursor>)>,
}

impl Cursors {
    pub(super) fn keep(&mut self, cursor: Cursor) -> (String, Arc<Cursor>) {
        let locator = RecordId::new("01g", self.next).to_string();
        self.next += 1;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        let cursor = Arc::new(cursor);
        self.kept.push_back((locator.clone(), Arc::clone(&cursor)));
        (locator, cursor)
    }

    pub(super) fn find(&self, locator: &str) -> Option<Arc<Cursor>> {
        self.kept.iter().find(|(l, _)| l == locator).map(|(_, c)| Arc::clone(c))
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}
