//! Looks after a running server: one that died is started again, a bounded number of times, with pauses.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::server::Server;

/// How often somebody looks.
const LOOK: Duration = Duration::from_secs(1);
/// Starts in a row, before it is given up.
const ATTEMPTS: u32 = 10;
/// The first pause between them, and the longest. The dead server's processes may need a while to notice.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// A server that has lived this long after a start counts as well again.
const WELL_AFTER: Duration = Duration::from_secs(60);

/// A thread that looks, until this is dropped.
pub(super) struct Keeper {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(server: Arc<Mutex<Server>>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("postgres-keeper".into())
            .spawn(move || keep(&server, &stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn held(server: &Mutex<Server>) -> MutexGuard<'_, Server> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep(server: &Mutex<Server>, stopped: &mpsc::Receiver<()>) {
    let (mut attempt, mut started) = (0, Instant::now());
    while !is_over(stopped, LOOK) {
        if !held(server).has_died() {
            if started.elapsed() > WELL_AFTER {
                attempt = 0;
            }
            continue;
        }
        loop {
            attempt += 1;
            if attempt > ATTEMPTS {
                tracing::error!(
                    attempts = ATTEMPTS,
                    "the private PostgreSQL does not stay up; given up: restart this program"
                );
                return;
            }
            tracing::warn!(attempt, of = ATTEMPTS, "the private PostgreSQL has died; starting it again");
            started = Instant::now();
            match held(server).revive() {
                Ok(()) => {
                    tracing::warn!("the private PostgreSQL runs again");
                    break;
                }
                Err(error) => tracing::error!(%error, "the private PostgreSQL did not start"),
            }
            let pause = PAUSES.0 * 2_u32.saturating_pow(attempt - 1);
            if is_over(stopped, pause.min(PAUSES.1)) {
                return;
            }
        }
    }
}

/// Waits, and tells whether nobody needs the server any more.
fn is_over(stopped: &mpsc::Receiver<()>, pause: Duration) -> bool {
    !matches!(stopped.recv_timeout(pause), Err(RecvTimeoutError::Timeout))
}
