//! Reads, scores and writes the next stretches while the present one is being committed. They are committed one after the
//! other, in order, each with where the walk has come to; what was not is done again: nothing of it is stored anywhere.

use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use store::StoreError;
use store::scoring_runs::ActiveRules;
use store::scoring_writes::Before;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::machine::Walk;
use super::read::Reader;
use super::stretch::{Inputs, Ruler, Scored};
use super::write::{Written, write};
use crate::runner::Run;

/// One stretch of a walk, as far as it has come.
pub(super) struct Stretch<T> {
    at: Place,
    /// Its last id; none when nothing was left.
    pub(super) reached: Option<Uuid>,
    pub(super) as_of: DateTime<Utc>,
    pub(super) of: T,
}

impl<T> Stretch<T> {
    pub(super) fn map<U>(self, next: impl FnOnce(T) -> U) -> Stretch<U> {
        let Self { at, reached, as_of, of } = self;
        Stretch { at, reached, as_of, of: next(of) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    walk: Walk,
    after: Option<Uuid>,
}

/// Writing is what takes longest, and one connection keeps one core of the database busy.
const WRITTEN_AT_ONCE: usize = 2;

type Door<T> = Result<Stretch<T>, StoreError>;

/// At most one stretch waits at each of the two doors before the writing, so that memory stays flat.
pub(super) struct Ahead {
    as_of: DateTime<Utc>,
    next: Option<Place>,
    written: Pin<Box<dyn Stream<Item = Door<Written>> + Send>>,
    /// Dropping it stops the reading and the scoring.
    tasks: JoinSet<()>,
}

impl Ahead {
    /// Begins at a place, and goes on to the end of the last walk.
    pub(super) fn from(
        run: &Run,
        ruler: Arc<Ruler>,
        rules: Arc<ActiveRules>,
        before: Before,
        walk: Walk,
        after: Option<Uuid>,
    ) -> Self {
        let (to_score, unscored) = mpsc::channel(1);
        let (to_write, unwritten) = mpsc::channel(1);
        let (place, as_of) = (Place { walk, after }, ruler.as_of);
        let mut tasks = JoinSet::new();
        tasks.spawn(read(Reader::new(run.clone(), ruler.clone()), as_of, place, to_score));
        tasks.spawn(score(ruler, unscored, to_write));
        let run = run.clone();
        let written = received(unwritten)
            .map_ok(move |scored| write(run.clone(), rules.clone(), before, scored))
            .try_buffered(WRITTEN_AT_ONCE)
            .boxed();
        Self { as_of, next: Some(place), written, tasks }
    }

    pub(super) fn is_for(&self, as_of: DateTime<Utc>, walk: Walk, after: Option<Uuid>) -> bool {
        self.as_of == as_of && self.next == Some(Place { walk, after })
    }

    /// The stretch that [`Ahead::is_for`] names.
    pub(super) async fn take(&mut self) -> Door<Written> {
        let Some(taken) = self.written.next().await else {
            // A task that ended without a word has panicked, and so do we.
            while let Some(ended) = self.tasks.join_next().await {
                ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            }
            return Err(StoreError::Bug);
        };
        let stretch = taken?;
        self.next = following(stretch.at, stretch.reached);
        Ok(stretch)
    }
}

/// As the machine goes on after a stretch.
fn following(at: Place, reached: Option<Uuid>) -> Option<Place> {
    match reached {
        Some(id) => Some(Place { after: Some(id), ..at }),
        None => at.walk.following().map(|walk| Place { walk, after: None }),
    }
}

fn received<T>(from: mpsc::Receiver<T>) -> impl Stream<Item = T> {
    stream::unfold(from, async |mut from| Some((from.recv().await?, from)))
}

async fn read(reader: Reader, as_of: DateTime<Utc>, begin: Place, to: mpsc::Sender<Door<Inputs>>) {
    let mut next = Some(begin);
    while let Some(at) = next {
        let read = reader.read(at.walk, at.after).await;
        next = read.as_ref().ok().and_then(|(_, reached)| following(at, *reached));
        if to.send(read.map(|(of, reached)| Stretch { at, reached, as_of, of })).await.is_err() {
            return;
        }
    }
}

async fn score(ruler: Arc<Ruler>, mut from: mpsc::Receiver<Door<Inputs>>, to: mpsc::Sender<Door<Scored>>) {
    while let Some(read) = from.recv().await {
        let stretch = match read {
            Ok(stretch) => {
                let ruler = ruler.clone();
                // Folding takes a while and asks nobody: not on a thread that others wait for.
                let scored =
                    tokio::task::spawn_blocking(move || stretch.map(|inputs| ruler.score(&inputs))).await;
                Ok(scored.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
            }
            Err(error) => Err(error),
        };
        if to.send(stretch).await.is_err() {
            return;
        }
    }
}
