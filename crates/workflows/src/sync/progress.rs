//! How far a run is, in rows: done, and the total where the vendor has said how many there are.

use connectors::Page;

/// Rows so far. The total is of the object being read now, with all that came before it: the vendor tells one at a time.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) done: i64,
    pub(super) total: Option<i64>,
    object: Option<&'static str>,
    done_before: Option<i64>,
}

impl Rows {
    /// A run that was interrupted within an object knows no total until the next one begins.
    pub(super) fn resumed(done: i64) -> Self {
        Self { done, total: None, object: None, done_before: (done == 0).then_some(0) }
    }

    pub(super) fn add(&mut self, page: &Page) {
        if self.object != Some(page.object) {
            if self.object.is_some() {
                self.done_before = Some(self.done);
            }
            self.object = Some(page.object);
        }
        let read: u64 = page.read.values().sum();
        self.done = self.done.saturating_add_unsigned(read);
        self.total = self.done_before.zip(page.object_total).map(|(before, object)| {
            // Some rows of an object may have appeared after the vendor counted them.
            before.saturating_add_unsigned(object).max(self.done)
        });
    }
}
