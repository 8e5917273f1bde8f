//! Reads on while a page is being written, and hands out what was read meanwhile as one page. Pages are still stored one
//! after the other, in order.

use std::sync::Arc;

use connectors::{Cursor, Page, Scope};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::vendor::{VendorError, VendorSession};

/// So many pages wait to be written at most, so that memory stays flat.
const AHEAD: usize = 4;
/// A page is not made longer than this many rows, so that its transaction stays short.
const ROWS: u64 = 10_000;

type Fetched = Result<Page, VendorError>;

/// What a run reads from its vendor.
pub(super) struct Reader {
    session: Arc<VendorSession>,
    scope: Arc<Scope>,
    ahead: Option<Ahead>,
}

struct Ahead {
    /// Where the next of `pages` begins.
    from: Cursor,
    pages: Receiver<Fetched>,
    /// What came after a page that it could not be part of.
    held: Option<Fetched>,
    reading: JoinHandle<()>,
}

impl Reader {
    pub(super) fn new(session: Arc<VendorSession>, scope: Scope) -> Self {
        Self { session, scope: Arc::new(scope), ahead: None }
    }

    /// The page from `from` on, and with it those after it that have been read already.
    pub(super) async fn page(&mut self, from: &Cursor) -> Fetched {
        if self.ahead.as_ref().is_none_or(|ahead| ahead.from != *from) {
            self.stop();
            self.read_from(from.clone());
        }
        let ahead = self.ahead.as_mut().expect("it was begun above if it was not before");
        let fetched = ahead.next().await;
        match &fetched {
            Ok(page) if goes_on(from, page) => ahead.from = page.next.clone(),
            // Whoever asks again begins anew.
            _ => self.stop(),
        }
        fetched
    }

    /// On a thread of its own: whoever writes is woken at each of the database's answers, and must not wait behind the
    /// mapping of thousands of rows.
    fn read_from(&mut self, from: Cursor) {
        let (session, scope, begin) = (self.session.clone(), self.scope.clone(), from.clone());
        let (sender, pages) = channel(AHEAD);
        let runtime = Handle::current();
        let reading = tokio::task::spawn_blocking(move || {
            runtime.block_on(read(&session, &scope, begin, sender));
        });
        self.ahead = Some(Ahead { from, pages, held: None, reading });
    }

    /// The reading ends by itself when nobody takes its pages any more.
    fn stop(&mut self) {
        self.ahead = None;
    }
}

/// Page after page, until the end, an error, or nobody wants them.
async fn read(session: &VendorSession, scope: &Scope, mut at: Cursor, pages: Sender<Fetched>) {
    loop {
        let fetched = tokio::select! {
            fetched = session.fetch(&at, scope) => fetched,
            () = pages.closed() => return,
        };
        let next = fetched.as_ref().ok().filter(|page| goes_on(&at, page)).map(|page| page.next.clone());
        if pages.send(fetched).await.is_err() {
            return;
        }
        let Some(next) = next else { return };
        at = next;
    }
}

impl Ahead {
    /// Cut off while it waits, it has lost nothing: what follows the waiting is done at once.
    async fn next(&mut self) -> Fetched {
        let first = match self.held.take() {
            Some(held) => held,
            None => match self.pages.recv().await {
                Some(fetched) => fetched,
                None => self.reader_panicked().await,
            },
        };
        let mut page = first?;
        while !page.done
            && let Ok(fetched) = self.pages.try_recv()
        {
            match fetched {
                Ok(later) if belong_together(&page, &later) => page.append(later),
                other => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        Ok(page)
    }

    /// It ends before it has sent an error or its last page only when nobody listens, and this does.
    async fn reader_panicked(&mut self) -> Fetched {
        let ended = (&mut self.reading).await;
        std::panic::resume_unwind(ended.expect_err("it sends its last word before it ends").into_panic())
    }
}

/// A vendor that leads back to the same place is left to the machine.
fn goes_on(from: &Cursor, page: &Page) -> bool {
    !page.done && page.next != *from
}

/// A page of several kinds stays as it came: what in it refers to what has not come yet is then the same in every run. So
/// does one that leads back to where it began, for the machine to see.
fn belong_together(page: &Page, later: &Page) -> bool {
    let rows = |page: &Page| page.read.values().sum::<u64>();
    page.object == later.object
        && page.next != later.next
        && (page.read.len(), later.read.len()) == (1, 1)
        && rows(page) + rows(later) <= ROWS
}
