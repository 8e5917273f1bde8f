//! Scores one stretch of entities from what was read of them: pure, but for the threads it may use.
//!
//! Each entity is folded over its people's activities in event time, so that scores, tiers and their history come from
//! one pass, and a stretch that is scored again says the same.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scoring::{
    AccountFacts, Activity, AttributeValue, Clock, Counted, EntityFold, EntityOutcome, FitScore,
    OpportunityStatus, Pace, PreparedConfig, TierScheme, TypeIndex,
};
use serde_json::Value;
use store::scoring_inputs::{AccountInput, AccountVersionInput, OpportunityInput, PersonInput, PersonLog};
use store::scoring_runs::ScoredCounts;
use store::scoring_writes::{ScoreRow, StateRow, TierRow};
use uuid::Uuid;

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

/// One activity, packed.
#[derive(Clone, Copy)]
pub(super) struct Happened {
    at: i64,
    kind: TypeIndex,
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

/// Fit over time: from the first instant on, and from each later version on.
struct FitHistory {
    first: Option<FitScore>,
    /// When the first version was recorded.
    recorded_at: Option<i64>,
    later: Vec<(i64, Option<FitScore>)>,
}

impl FitHistory {
    fn unknown() -> Self {
        Self { first: None, recorded_at: None, later: Vec::new() }
    }

    fn now(&self) -> Option<FitScore> {
        self.later.last().map_or(self.first, |(_, fit)| *fit)
    }

    fn apply(&self, fold: &mut Timeline<'_>) {
        fold.recorded_at = self.recorded_at;
        fold.fits.push((i64::MIN, self.first));
        fold.fits.extend(self.later.iter().copied());
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

    fn fit_history(&self, account: &AccountInput, inputs: &Inputs) -> FitHistory {
        let score = |facts: AccountFacts| self.config.fit.score(&facts);
        let versions = inputs.versions.get(&account.id).map_or(&[][..], Vec::as_slice);
        let mut later: Vec<(i64, Option<FitScore>)> = versions
            .iter()
            .map(|v| {
                (
                    micros(v.recorded_at),
                    score(self.facts(
                        v.industry.as_deref(),
                        v.employee_count,
                        v.annual_revenue,
                        v.currency.as_deref(),
                        &v.attributes,
                    )),
                )
            })
            .collect();
        if later.is_empty() {
            let a = account;
            let facts = self.facts(
                a.industry.as_deref(),
                a.employee_count,
                a.annual_revenue,
                a.currency.as_deref(),
                &a.attributes,
            );
            return FitHistory { first: score(facts), recorded_at: None, later };
        }
        // What was recorded first was so before, too, as far as anybody knows.
        let (recorded_at, first) = later.remove(0);
        FitHistory { first, recorded_at: Some(recorded_at), later }
    }

    fn facts(
        &self,
        industry: Option<&str>,
        employees: Option<i64>,
        revenue: Option<i64>,
        currency: Option<&str>,
        attributes: &Value,
    ) -> AccountFacts {
        // Without an exchange rate, money in another currency says nothing.
        let ours = currency.is_none_or(|currency| currency == self.currency);
        let minor: u32 =
            self.currency.parse::<canonical::Currency>().map_or(2, |currency| currency.minor_digits());
        let known = |(name, value): (&String, &Value)| {
            serde_json::from_value::<AttributeValue>(value.clone()).ok().map(|value| (name.clone(), value))
        };
        AccountFacts {
            industry: industry.map(str::to_owned),
            employees,
            revenue: revenue.filter(|_| ours).map(|revenue| revenue / 10_i64.pow(minor)),
            attributes: attributes.as_object().into_iter().flatten().filter_map(known).collect(),
        }
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
    fn log_of(&self, person: Uuid) -> &[Happened] {
        self.log.get(&person).map_or(&[], Vec::as_slice)
    }

    /// People are in order of id.
    fn person(&self, id: Uuid) -> Option<&PersonInput> {
        self.people.binary_search_by_key(&id, |person| person.id).ok().map(|index| &self.people[index])
    }
}

/// A person is scored in the stretch of their account, and one without an account in a stretch of such people.
fn is_home(person: &PersonInput, accounts: &HashMap<Uuid, FitHistory>, inputs: &Inputs) -> bool {
    person.home.map_or(inputs.accounts.is_empty(), |home| accounts.contains_key(&home))
}

/// Who counts towards which account: those at home there, and those whose e-mail has its domain.
struct Members<'a> {
    home: HashMap<Uuid, Vec<&'a PersonInput>>,
    domain: HashMap<&'a str, Vec<&'a PersonInput>>,
}

impl<'a> Members<'a> {
    fn of(inputs: &'a Inputs) -> Self {
        let mut this = Self { home: HashMap::new(), domain: HashMap::new() };
        for person in &inputs.people {
            if let Some(home) = person.home {
                this.home.entry(home).or_default().push(person);
            }
            if let Some(domain) = &person.work_domain {
                this.domain.entry(domain).or_default().push(person);
            }
        }
        this
    }

    fn of_account(&self, account: &AccountInput) -> Vec<&'a PersonInput> {
        let by_domain = account.domain.as_deref().and_then(|domain| self.domain.get(domain));
        let linked = self.home.get(&account.id);
        let mut people: Vec<_> = linked.into_iter().chain(by_domain).flatten().copied().collect();
        people.sort_by_key(|person| person.id);
        people.dedup_by_key(|person| person.id);
        people
    }

    fn of_id(&self, account: Uuid, inputs: &Inputs) -> Vec<&'a PersonInput> {
        let account = inputs.accounts.binary_search_by_key(&account, |account| account.id);
        account.map_or_else(|_| Vec::new(), |index| self.of_account(&inputs.accounts[index]))
    }
}

impl Happened {
    fn activity(self) -> Activity {
        // The query has left out what was recorded later than the run's clock.
        Activity { kind: self.kind, occurred_at: self.at, recorded_at: self.at }
    }
}

/// One entity's events of all kinds, to be told in the order in which they happened.
struct Timeline<'a> {
    fold: EntityFold<'a>,
    as_of: i64,
    /// When the entity was first recorded: where it begins if nothing ever happened.
    recorded_at: Option<i64>,
    fits: Vec<(i64, Option<FitScore>)>,
    statuses: Vec<(i64, OpportunityStatus)>,
    activities: Vec<(usize, Happened)>,
}

/// A timeline that was told to its end.
struct Told<'a> {
    outcome: EntityOutcome,
    fold: EntityFold<'a>,
    /// Activities that count.
    counted: i64,
}

impl<'a> Timeline<'a> {
    fn new(fold: EntityFold<'a>, as_of: i64) -> Self {
        Self {
            fold,
            as_of,
            recorded_at: None,
            fits: Vec::new(),
            statuses: Vec::new(),
            activities: Vec::new(),
        }
    }

    fn finish(mut self) -> Told<'a> {
        let mut counted = 0;
        self.activities.sort_by_key(|(_, happened)| happened.at);
        self.statuses.sort_by_key(|(at, _)| *at);
        let begin = self.activities.first().map(|(_, happened)| happened.at);
        let happened = begin.into_iter().chain(self.statuses.first().map(|(at, _)| *at)).min();
        let begin = happened.or(self.recorded_at).unwrap_or(self.as_of).min(self.as_of);
        let mut fits = self.fits.into_iter().peekable();
        let mut statuses = self.statuses.into_iter().peekable();
        // There was nothing to score before the first event.
        while let Some((_, fit)) = fits.next_if(|(at, _)| *at <= begin) {
            set_fit(&mut self.fold, begin, fit);
        }
        for (number, happened) in self.activities {
            loop {
                let fit_at = fits.peek().map(|(at, _)| *at).filter(|at| *at <= happened.at);
                let status_at = statuses.peek().map(|(at, _)| *at).filter(|at| *at <= happened.at);
                match (fit_at, status_at) {
                    (None, None) => break,
                    (Some(fit), Some(status)) if status < fit => next_status(&mut self.fold, &mut statuses),
                    (Some(_), _) => next_fit(&mut self.fold, &mut fits),
                    (None, Some(_)) => next_status(&mut self.fold, &mut statuses),
                }
            }
            counted += i64::from(self.fold.push(number, happened.activity()) == Counted::Yes);
        }
        while fits.peek().is_some() || statuses.peek().is_some() {
            let fit_at = fits.peek().map_or(i64::MAX, |(at, _)| *at);
            let status_at = statuses.peek().map_or(i64::MAX, |(at, _)| *at);
            if fit_at <= status_at && fits.peek().is_some() {
                next_fit(&mut self.fold, &mut fits);
            } else {
                next_status(&mut self.fold, &mut statuses);
            }
        }
        Told { outcome: self.fold.finish(), fold: self.fold, counted }
    }
}

fn next_fit(fold: &mut EntityFold<'_>, fits: &mut impl Iterator<Item = (i64, Option<FitScore>)>) {
    if let Some((at, fit)) = fits.next() {
        set_fit(fold, at, fit);
    }
}

fn next_status(fold: &mut EntityFold<'_>, statuses: &mut impl Iterator<Item = (i64, OpportunityStatus)>) {
    if let Some((at, status)) = statuses.next() {
        fold.set_status(at, status);
    }
}

fn set_fit(fold: &mut EntityFold<'_>, at: i64, fit: Option<FitScore>) {
    fold.set_fit(at, fit.map(|fit| fit.points));
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

fn instant(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}
