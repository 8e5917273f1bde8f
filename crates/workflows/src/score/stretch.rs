//! Scores one stretch of entities from what was read of them: pure, but for the threads it may use.
//!
//! Each entity is folded over its people's activities in event time, so that scores, tiers and their history come from
//! one pass, and a stretch that is scored again says the same.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scoring::{
    Clock, EntityFold, EntityOutcome, FitScore, OpportunityStatus, Pace, PreparedConfig, TierScheme,
};
use store::scoring_inputs::{AccountInput, AccountVersionInput, OpportunityInput, PersonInput, PersonLog};
use store::scoring_runs::ScoredCounts;
use store::scoring_writes::{ScoreRow, StateRow, TierRow};
use uuid::Uuid;

use super::fit::FitHistory;
use super::members::{Members, is_home};
use super::timeline::{Happened, Timeline, Told};

/// The rules made ready, and the instant.
pub(super) struct Ruler {
    pub(super) config: PreparedConfig,
    pub(super) currency: String,
    pub(super) as_of: DateTime<Utc>,
}

/// What was read of a stretch.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) accounts: Vec<AccountInput>,
    pub(super) versions: HashMap<Uuid, Vec<AccountVersionInput>>,
    pub(super) people: Vec<PersonInput>,
    pub(super) opportunities: Vec<OpportunityInput>,
    pub(super) log: HashMap<Uuid, Vec<Happened>>,
    /// Whether the people's own scores belong to this stretch; else they are here as contacts only.
    pub(super) score_people: bool,
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Scored {
    pub(super) rows: Vec<ScoreRow>,
    pub(super) tiers: Vec<TierRow>,
    pub(super) states: Vec<StateRow>,
    pub(super) counts: ScoredCounts,
}

/// More would only wait for the database.
const MOST_THREADS: usize = 4;

/// One thread's share.
#[derive(Clone, Copy)]
struct Part {
    part: usize,
    parts: usize,
}

impl Part {
    fn of<T>(self, all: &[T]) -> &[T] {
        &all[all.len() * self.part / self.parts..all.len() * (self.part + 1) / self.parts]
    }
}

impl Scored {
    fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
        self.tiers.append(&mut other.tiers);
        self.states.append(&mut other.states);
        self.counts.activities += other.counts.activities;
        self.counts.people += other.counts.people;
        self.counts.accounts += other.counts.accounts;
        self.counts.opportunities += other.counts.opportunities;
    }
}

impl Ruler {
    fn clock(&self) -> Clock {
        Clock::at(micros(self.as_of))
    }

    /// Packs what a person did behind what is already there of them, and keeps it in order of time.
    pub(super) fn pack(&self, log: &PersonLog, packed: &mut Vec<Happened>) {
        packed.reserve_exact(log.len());
        packed.extend(log.activities().map(|(at, name)| Happened { at, kind: self.config.type_index(name) }));
        // The index delivers each person's in order.
        packed.sort_by_key(|happened| happened.at);
    }

    pub(super) fn score(&self, inputs: &Inputs) -> Scored {
        let fits: HashMap<Uuid, FitHistory> =
            inputs.accounts.iter().map(|account| (account.id, self.fit_history(account, inputs))).collect();
        let members = Members::of(inputs);
        let parts = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
        std::thread::scope(|scope| {
            let (fits, members) = (&fits, &members);
            let score = move |part| self.score_part(inputs, fits, members, Part { part, parts });
            let others: Vec<_> = (1..parts).map(|part| scope.spawn(move || score(part))).collect();
            let mut scored = score(0);
            for other in others {
                scored.append(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            scored
        })
    }

    /// Every entity is scored by itself, so any cut will do.
    fn score_part(
        &self,
        inputs: &Inputs,
        fits: &HashMap<Uuid, FitHistory>,
        members: &Members<'_>,
        part: Part,
    ) -> Scored {
        let unknown = FitHistory::unknown();
        let fit_of = |account: Option<Uuid>| account.and_then(|id| fits.get(&id)).unwrap_or(&unknown);
        let mut scored = Scored::default();
        if inputs.score_people {
            for person in part.of(&inputs.people).iter().filter(|person| is_home(person, fits, inputs)) {
                self.score_person(person, inputs.log_of(person.id), fit_of(person.home), &mut scored);
            }
        }
        for account in part.of(&inputs.accounts) {
            self.score_account(account, members.of_account(account), inputs, &fits[&account.id], &mut scored);
        }
        for opportunity in part.of(&inputs.opportunities) {
            self.score_opportunity(opportunity, inputs, members, fit_of(opportunity.account_id), &mut scored);
        }
        scored
    }

    fn score_person(&self, person: &PersonInput, log: &[Happened], fit: &FitHistory, scored: &mut Scored) {
        let mut timeline = Timeline::new(EntityFold::person(&self.config, self.clock()), self.clock().as_of);
        fit.apply(&mut timeline);
        timeline.activities.extend(log.iter().map(|happened| (0, *happened)));
        let Told { outcome, fold, counted } = timeline.finish();
        let state = fold.states().next().expect("a person is their own only participant");
        let last = log.last().map(|happened| happened.at);
        scored.counts.people += 1;
        scored.counts.activities += i64::try_from(log.len()).expect("a log fits in memory");
        scored.states.push(StateRow {
            person_id: person.id,
            accumulators: state.to_bytes().to_vec(),
            activity_count: counted,
            last_activity_at: last.and_then(instant),
        });
        self.push("person", person.id, fit.now(), &outcome, last, scored);
    }

    fn score_account(
        &self,
        account: &AccountInput,
        people: Vec<&PersonInput>,
        inputs: &Inputs,
        fit: &FitHistory,
        scored: &mut Scored,
    ) {
        let mut timeline = Timeline::new(EntityFold::account(&self.config, self.clock()), self.clock().as_of);
        fit.apply(&mut timeline);
        let last = self.add_people(&mut timeline, people, inputs);
        let outcome = timeline.finish().outcome;
        scored.counts.accounts += 1;
        self.push("account", account.id, fit.now(), &outcome, last, scored);
    }

    /// Engagement of the contact roles, else of the account's people.
    fn score_opportunity(
        &self,
        opportunity: &OpportunityInput,
        inputs: &Inputs,
        members: &Members<'_>,
        fit: &FitHistory,
        scored: &mut Scored,
    ) {
        let contacts: Vec<&PersonInput> =
            opportunity.contacts.iter().filter_map(|id| inputs.person(*id)).collect();
        let people = match (contacts.is_empty(), opportunity.account_id) {
            (true, Some(account)) => members.of_id(account, inputs),
            (_, _) => contacts,
        };
        let mut timeline =
            Timeline::new(EntityFold::opportunity(&self.config, self.clock()), self.clock().as_of);
        fit.apply(&mut timeline);
        let created_at = micros(opportunity.created_at);
        let open = |stage: Option<i64>| OpportunityStatus::Open(Pace { created_at, stage_entered_at: stage });
        let mut entered: Vec<i64> = opportunity.stages.iter().copied().map(micros).collect();
        if entered.is_empty() {
            entered.extend(opportunity.stage_entered_at.map(micros));
        }
        // The last stage of a closed one is its end.
        let closed_at = opportunity
            .is_closed
            .then(|| entered.pop().or(opportunity.changed_at.map(micros)).unwrap_or(created_at));
        timeline.statuses.push((created_at, open(None)));
        timeline.statuses.extend(entered.into_iter().map(|at| (at.max(created_at), open(Some(at)))));
        timeline
            .statuses
            .extend(closed_at.map(|at| (at.max(created_at), OpportunityStatus::Closed { last: None })));
        let last = self.add_people(&mut timeline, people, inputs);
        let outcome = timeline.finish().outcome;
        scored.counts.opportunities += 1;
        self.push("opportunity", opportunity.id, fit.now(), &outcome, last, scored);
    }

    /// Gives the instant of the last activity of any of them.
    fn add_people(
        &self,
        timeline: &mut Timeline<'_>,
        people: Vec<&PersonInput>,
        inputs: &Inputs,
    ) -> Option<i64> {
        for person in people {
            let weight = self.config.engagement.seniority().of_title(person.title.as_deref());
            let number = timeline.fold.add_person(weight);
            timeline.activities.extend(inputs.log_of(person.id).iter().map(|happened| (number, *happened)));
        }
        timeline.activities.iter().map(|(_, happened)| happened.at).max()
    }

    fn push(
        &self,
        entity_type: &'static str,
        entity_id: Uuid,
        fit: Option<FitScore>,
        outcome: &EntityOutcome,
        last_activity: Option<i64>,
        scored: &mut Scored,
    ) {
        let scheme: TierScheme = self.config.combined.scheme;
        let points = |points: Option<scoring::Points>| points.map(scoring::Points::thousandths);
        scored.rows.push(ScoreRow {
            entity_type,
            entity_id,
            fit: points(outcome.axes.fit),
            fit_low: fit.map(|fit| fit.low.thousandths()),
            fit_high: fit.map(|fit| fit.high.thousandths()),
            coverage: fit.map(|fit| fit.coverage.thousandths()),
            engagement: points(outcome.axes.engagement),
            combined: points(outcome.axes.combined),
            quadrant: outcome.standing.quadrant().map(scoring::Quadrant::name),
            tier: outcome.standing.tier(scheme).map(scoring::Tier::name),
            since: outcome.since.and_then(instant),
            next_transition_at: outcome.next.as_ref().and_then(|next| instant(next.at)),
            last_activity_at: last_activity.and_then(instant),
        });
        for change in &outcome.changes {
            // A tier that became unknown is no tier to have changed to.
            let (Some(to), Some(changed_at)) = (change.to.tier(scheme), instant(change.at)) else { continue };
            scored.tiers.push(TierRow {
                entity_type,
                entity_id,
                changed_at,
                from_tier: change.from.tier(scheme).map(scoring::Tier::name),
                to_tier: to.name(),
                from_quadrant: change.from.quadrant().map(scoring::Quadrant::name),
                to_quadrant: change.to.quadrant().map(scoring::Quadrant::name),
                fit: points(change.axes.fit),
                engagement: points(change.axes.engagement),
            });
        }
    }
}

impl Inputs {
    pub(super) fn log_of(&self, person: Uuid) -> &[Happened] {
        self.log.get(&person).map_or(&[], Vec::as_slice)
    }

    /// People are in order of id.
    fn person(&self, id: Uuid) -> Option<&PersonInput> {
        self.people.binary_search_by_key(&id, |person| person.id).ok().map(|index| &self.people[index])
    }
}

pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

fn instant(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}
