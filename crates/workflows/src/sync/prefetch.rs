//! Reads the next page while the present one is being written. Pages are still stored one after the other, in order.

use std::sync::Arc;

use connectors::{Cursor, Page, Scope};
use tokio::task::JoinHandle;

use super::vendor::{VendorError, VendorSession};

/// At most one page ahead, so that memory stays flat.
pub(super) struct Reader {
    session: Arc<VendorSession>,
    scope: Arc<Scope>,
    ahead: Option<Ahead>,
}

struct Ahead {
    from: Cursor,
    reading: JoinHandle<Result<Page, VendorError>>,
}

impl Reader {
    pub(super) fn new(session: Arc<VendorSession>, scope: Scope) -> Self {
        Self { session, scope: Arc::new(scope), ahead: None }
    }

    /// Begins to read the page from `from` on.
    pub(super) fn read_ahead(&mut self, from: Cursor) {
        let (session, scope, cursor) = (self.session.clone(), self.scope.clone(), from.clone());
        let reading = tokio::spawn(async move { session.fetch(&cursor, &scope).await });
        self.ahead = Some(Ahead { from, reading });
    }

    /// The page from `from` on, which may be under way already.
    pub(super) async fn page(&mut self, from: &Cursor) -> Result<Page, VendorError> {
        if self.ahead.as_ref().is_none_or(|ahead| ahead.from != *from) {
            self.stop();
            self.read_ahead(from.clone());
        }
        let ahead = self.ahead.as_mut().expect("it was begun above if it was not before");
        // Awaited by reference: when this call is cut off, dropping the reader still stops the reading.
        let page = (&mut ahead.reading).await;
        self.ahead = None;
        // Only stop() cancels, and it forgets the handle; so what is joined here has ended or panicked.
        page.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    fn stop(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            ahead.reading.abort();
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop();
    }
}
