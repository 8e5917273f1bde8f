//! Reads and scores the next stretches while the present one is being written. They are still written one after the
//! other, in order, and what was scored but not written is scored again: nothing of it is stored anywhere.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use store::StoreError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::machine::Walk;
use super::read::Reader;
use super::stretch::{Inputs, Ruler, Scored};
use crate::runner::Run;

/// One stretch of a walk, scored and not yet written.
pub(super) struct Stretch {
    at: Place,
    /// Its last id; none when nothing was left.
    pub(super) reached: Option<Uuid>,
    pub(super) scored: Scored,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    walk: Walk,
    after: Option<Uuid>,
}

/// At most one stretch waits at each of the two doors, so that memory stays flat.
pub(super) struct Ahead {
    as_of: DateTime<Utc>,
    next: Option<Place>,
    scored: mpsc::Receiver<Result<Stretch, StoreError>>,
    /// Dropping it stops the reading and the scoring.
    tasks: JoinSet<()>,
}

impl Ahead {
    /// Begins to read and to score from a place on, to the end of the last walk.
    pub(super) fn from(run: &Run, ruler: Arc<Ruler>, walk: Walk, after: Option<Uuid>) -> Self {
        let (to_score, unscored) = mpsc::channel(1);
        let (to_write, scored) = mpsc::channel(1);
        let (place, as_of) = (Place { walk, after }, ruler.as_of);
        let mut tasks = JoinSet::new();
        tasks.spawn(read(Reader::new(run.clone(), ruler.clone()), place, to_score));
        tasks.spawn(score(ruler, unscored, to_write));
        Self { as_of, next: Some(place), scored, tasks }
    }

    pub(super) fn is_for(&self, as_of: DateTime<Utc>, walk: Walk, after: Option<Uuid>) -> bool {
        self.as_of == as_of && self.next == Some(Place { walk, after })
    }

    /// The stretch that [`Ahead::is_for`] names.
    pub(super) async fn take(&mut self) -> Result<Stretch, StoreError> {
        let Some(taken) = self.scored.recv().await else {
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

type Read = Result<(Place, Inputs, Option<Uuid>), StoreError>;

async fn read(reader: Reader, begin: Place, to: mpsc::Sender<Read>) {
    let mut next = Some(begin);
    while let Some(place) = next {
        let read = reader.read(place.walk, place.after).await;
        next = read.as_ref().ok().and_then(|(_, reached)| following(place, *reached));
        if to.send(read.map(|(inputs, reached)| (place, inputs, reached))).await.is_err() {
            return;
        }
    }
}

async fn score(
    ruler: Arc<Ruler>,
    mut from: mpsc::Receiver<Read>,
    to: mpsc::Sender<Result<Stretch, StoreError>>,
) {
    while let Some(read) = from.recv().await {
        let stretch = match read {
            Ok((at, inputs, reached)) => {
                let ruler = ruler.clone();
                // Folding takes a while and asks nobody: not on a thread that others wait for.
                let scored = tokio::task::spawn_blocking(move || ruler.score(&inputs)).await;
                let scored = scored.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                Ok(Stretch { at, reached, scored })
            }
            Err(error) => Err(error),
        };
        if to.send(stretch).await.is_err() {
            return;
        }
    }
}
