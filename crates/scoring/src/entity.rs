//! A whole entity in event time: people's activities, fit versions and stages in, tier changes out.
//!
//! Every score here is, to the bit, the one a fresh fold at that instant would give, across landmarks too, while
//! the log is read once and memory does not grow with it.

use crate::clock::Clock;
use crate::config::{CombinedConfig, RollUp};
use crate::decay::LANDMARK_PERIOD;
use crate::engagement::{Activity, Counted, EngagementState};
use crate::history::{TierChange, TierFold, next_transition};
use crate::opportunity::{OpportunityStatus, opportunity_engagement};
use crate::points::{Factor, Points};
use crate::prepared::{PreparedConfig, PreparedEngagement};
use crate::rollup::roll_up_states;
use crate::sure::Sure;
use crate::tier::{Axes, Standing};
use alloc::vec::Vec;

/// An activity reaches no further than the two landmarks after its own: from the third on it is older than
/// [`MEMORY`](crate::MEMORY). So three states, one per landmark, hold everything that can still count.
const LANDMARKS: usize = 3;

/// One person's states relative to the present landmark and the next two.
#[derive(Clone, Copy, Debug)]
struct MovingState([EngagementState; LANDMARKS]);

impl MovingState {
    fn new(config: &PreparedEngagement, at: i64) -> MovingState {
        MovingState::at_landmark(config, config.landmark(at))
    }

    fn at_landmark(config: &PreparedEngagement, landmark: i64) -> MovingState {
        let period = period(config);
        let later = |index: usize| landmark.saturating_add(period.saturating_mul(index as i64));
        MovingState(core::array::from_fn(|index| EngagementState::at_landmark(later(index))))
    }

    fn present(&self) -> &EngagementState {
        &self.0[0]
    }

    fn advance(&mut self, config: &PreparedEngagement, at: i64) {
        let landmark = config.landmark(at);
        let fresh = MovingState::at_landmark(config, landmark);
        let held = self.0;
        self.0 = fresh.0.map(|empty| {
            let same = held.iter().find(|state| state.landmark() == empty.landmark());
            same.copied().unwrap_or(empty)
        });
    }

    /// Into the present landmark's state, and into those of later landmarks that will be reached.
    fn add(&mut self, config: &PreparedEngagement, activity: Activity, clock: Clock, last: i64) -> Counted {
        let [present, later @ ..] = &mut self.0;
        for state in later.iter_mut().take_while(|state| state.landmark() <= last) {
            let _ = state.add(config, activity, clock);
        }
        present.add(config, activity, clock)
    }
}

fn period(config: &PreparedEngagement) -> i64 {
    config.half_life_micros() * LANDMARK_PERIOD
}

/// What kind of entity it is, and so how people become its engagement.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Person,
    Account,
    Opportunity(Option<OpportunityStatus>),
}

#[derive(Clone, Copy, Debug)]
struct Participant {
    moving: MovingState,
    weight: Factor,
    present: bool,
}

/// All that engagement depends on.
#[derive(Clone, Debug)]
struct Body<'a> {
    config: &'a PreparedEngagement,
    shape: Shape,
    people: Vec<Participant>,
}

impl Body<'_> {
    fn advance(&mut self, at: i64) {
        self.people.iter_mut().for_each(|person| person.moving.advance(self.config, at));
    }

    fn engagement(&self, at: i64) -> Option<Points> {
        self.engagement_of(self.participants(at), at)
    }

    /// From what the participants make, the entity's own.
    fn engagement_of(&self, participants: Option<Points>, at: i64) -> Option<Points> {
        match self.shape {
            Shape::Person | Shape::Account => participants,
            Shape::Opportunity(None) => None,
            Shape::Opportunity(Some(status)) => {
                opportunity_engagement(self.config.velocity(), status, participants, at)
            }
        }
    }

    /// What the participants make, as far as it matters.
    fn participants(&self, at: i64) -> Option<Points> {
        match self.shape {
            Shape::Person => {
                self.people.first().map(|person| person.moving.present().score_at(self.config, at))
            }
            Shape::Account | Shape::Opportunity(Some(OpportunityStatus::Open(_))) => {
                let present = self.people.iter().filter(|person| person.present);
                let states = present.map(|person| (person.moving.present(), person.weight));
                roll_up_states(self.config, self.rule()?, states, at)
            }
            Shape::Opportunity(_) => None,
        }
    }

    fn rule(&self) -> Option<&RollUp> {
        match self.shape {
            Shape::Person => None,
            Shape::Account => Some(self.config.account()),
            Shape::Opportunity(_) => Some(self.config.opportunity()),
        }
    }

    fn is_open_opportunity(&self) -> bool {
        matches!(self.shape, Shape::Opportunity(Some(OpportunityStatus::Open(_))))
    }
}

/// Folds one entity's events, in the order in which they happened, into its score and the history of its tier.
/// Events of one instant may come in any order.
///
/// ```
/// use scoring::*;
/// let config = PreparedConfig::new(&FitConfig::default(), &EngagementConfig::default(), &CombinedConfig::default()).unwrap();
/// let start = 1_700_000_000_000_000;
/// let mut entity = EntityFold::person(&config, Clock::at(start + 365 * DAY));
/// entity.set_fit(start, Some(Points::whole(90)));
/// for kind in ["demo_request", "event_attend"] {
///     let _ = entity.push(0, Activity { kind: config.type_index(kind), occurred_at: start, recorded_at: start });
/// }
/// let outcome = entity.finish();
/// assert_eq!(outcome.changes.len(), 2); // hot at once (62.5 points), cool once below 40
/// assert_eq!(outcome.standing.tier(TierScheme::Quadrant), Some(Tier::Cool));
/// ```
#[derive(Clone, Debug)]
pub struct EntityFold<'a> {
    combined: &'a CombinedConfig,
    clock: Clock,
    body: Body<'a>,
    fit: Option<Points>,
    /// Where the present stretch begins; `None` before the first event.
    at: Option<i64>,
    /// An open opportunity's engagement at the end of the last stretch.
    just_before: Option<Points>,
    /// What the participants made when that was last computed; `None` when that says nothing any more.
    sure: Option<Sure>,
    /// The landmark of the clock.
    last_landmark: i64,
    tiers: TierFold<'a>,
}

/// What an entity has become at the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityOutcome {
    /// Its scores.
    pub axes: Axes,
    /// What its triggers remember.
    pub standing: Standing,
    /// Since when its quadrant and tier are what they are.
    pub since: Option<i64>,
    /// Every change of quadrant or tier, oldest first.
    pub changes: Vec<TierChange>,
    /// The next change if nothing happens.
    pub next: Option<TierChange>,
}

impl<'a> EntityFold<'a> {
    /// A person; the only participant has number 0.
    pub fn person(config: &'a PreparedConfig, clock: Clock) -> EntityFold<'a> {
        let mut fold = EntityFold::of(config, clock, Shape::Person);
        fold.add_person(Factor::ONE);
        fold
    }

    /// An account, without people yet.
    pub fn account(config: &'a PreparedConfig, clock: Clock) -> EntityFold<'a> {
        EntityFold::of(config, clock, Shape::Account)
    }

    /// An opportunity, without contacts yet. Its engagement is unknown until its first status.
    pub fn opportunity(config: &'a PreparedConfig, clock: Clock) -> EntityFold<'a> {
        EntityFold::of(config, clock, Shape::Opportunity(None))
    }

    fn of(config: &'a PreparedConfig, clock: Clock, shape: Shape) -> EntityFold<'a> {
        EntityFold {
            combined: &config.combined,
            clock,
            body: Body { config: &config.engagement, shape, people: Vec::new() },
            fit: None,
            at: None,
            just_before: None,
            sure: None,
            last_landmark: config.engagement.landmark(clock.as_of),
            tiers: TierFold::new(&config.combined),
        }
    }

    /// One more participant, there from the beginning; gives the number to push activities with.
    pub fn add_person(&mut self, weight: Factor) -> usize {
        let moving = MovingState::new(self.body.config, self.at.unwrap_or(i64::MIN));
        self.body.people.push(Participant { moving, weight, present: true });
        self.sure = None;
        self.body.people.len() - 1
    }

    /// From an instant on, fit is this.
    pub fn set_fit(&mut self, at: i64, fit: Option<Points>) {
        if self.advance_to(at) {
            self.fit = fit;
        }
    }

    /// From an instant on, the opportunity stands so. Closed without a `last`, it keeps its own score of just before.
    pub fn set_status(&mut self, at: i64, status: OpportunityStatus) {
        if self.advance_to(at) {
            self.body.shape = Shape::Opportunity(Some(match status {
                OpportunityStatus::Closed { last: None } => {
                    OpportunityStatus::Closed { last: self.just_before }
                }
                given => given,
            }));
        }
    }

    /// From an instant on, a participant belongs to the entity, or not.
    pub fn set_present(&mut self, at: i64, person: usize, present: bool) {
        if self.advance_to(at)
            && let Some(person) = self.body.people.get_mut(person)
        {
            person.present = present;
            self.sure = None;
        }
    }

    /// The next activity of a participant. One that is older than the last event counts from the last event on.
    ///
    /// # Panics
    /// When no participant has this number.
    pub fn push(&mut self, person: usize, activity: Activity) -> Counted {
        let known = activity.recorded_at <= self.clock.known_at;
        if known && !activity.kind.is_never_scored() {
            self.advance_to(activity.occurred_at);
        }
        let Body { config, people, .. } = &mut self.body;
        let counted = people[person].moving.add(config, activity, self.clock, self.last_landmark);
        if let (Counted::Yes, Some(sure)) = (counted, &mut self.sure) {
            sure.gain(config, activity.kind);
        }
        counted
    }

    /// Closes the present stretch at an instant; `false` when the clock ends before it.
    fn advance_to(&mut self, at: i64) -> bool {
        if at > self.clock.as_of {
            return false;
        }
        match self.at {
            None => self.body.advance(at),
            Some(from) => self.stretch(from, at),
        }
        self.at = Some(self.at.map_or(at, |present| present.max(at)));
        true
    }

    /// Folds `[from, until)`, landmark by landmark, and leaves the landmark of `until`.
    fn stretch(&mut self, mut from: i64, until: i64) {
        while from < until {
            let boundary = self.body.config.landmark(from).saturating_add(period(self.body.config));
            let end = boundary.min(until);
            if !self.stays(from, end - 1) {
                self.look(from, end);
            }
            if self.body.is_open_opportunity() {
                self.just_before = self.body.engagement(end - 1);
            }
            if end == boundary {
                self.body.advance(boundary);
            }
            from = end;
        }
    }

    /// Whether nothing can have changed from one instant up to and including another, by what is sure.
    fn stays(&self, from: i64, last: i64) -> bool {
        let Some(sure) = self.sure else { return false };
        let (low, high) = sure.until(self.body.config, last);
        // The pace of an opportunity falls, too.
        let low = self.body.engagement_of(Some(low), last);
        let high = self.body.engagement_of(Some(high), from);
        self.tiers.stays(self.fit, low, high)
    }

    /// Computes what happens in `[from, end)`, and what is sure from then on.
    fn look(&mut self, from: i64, end: i64) {
        let (body, fit) = (&self.body, self.fit);
        let participants = body.participants(from);
        let now = body.engagement_of(participants, from);
        self.tiers.stretch(from, end, fit, |at| if at == from { now } else { body.engagement(at) });
        self.sure = participants.map(|value| Sure::new(from, value, body.rule()));
    }

    /// Everything up to and including the clock's `as_of`.
    pub fn finish(&mut self) -> EntityOutcome {
        let as_of = self.clock.as_of;
        self.advance_to(as_of);
        let (fit, body) = (self.fit, &self.body);
        let engagement = body.engagement(as_of);
        self.tiers.stretch(as_of, as_of.saturating_add(1), fit, |_| engagement);
        let standing = self.tiers.standing();
        let until = as_of.saturating_add(body.config.horizon_micros());
        let next = next_transition(self.combined, standing, as_of, until, fit, |at| body.engagement(at));
        EntityOutcome {
            axes: Axes::new(self.combined, fit, engagement),
            standing,
            since: self.tiers.since(),
            changes: self.tiers.take_changes(),
            next,
        }
    }

    /// The participants' states at the present landmark, by number.
    pub fn states(&self) -> impl Iterator<Item = &EngagementState> {
        self.body.people.iter().map(|person| person.moving.present())
    }
}
