//! Alerts as a state machine over a log of observations: the same log gives the same alerts, always.
//!
//! For each subject and cause there is at most one open alert. It opens when its condition is observed, changes when
//! what would correct it changes, and closes when the condition is observed not to hold. It does not open again
//! before a dwell has passed since it closed. Who acknowledges an alert closes it until the condition has gone once.
//!
//! Knows no clock: an observation says when it was made. An observation older than the last one of its cause is
//! ignored, and one that repeats it changes nothing, so a log may be replayed in parts that overlap.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::clocks::Restatement;
use crate::money::{Amounts, Measure, Ratio};
use crate::pacing::{Corridor, SoFar, Track, forecast, pace};
use crate::week::Week;

/// When there is something to alert about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct AlertRules {
    /// Between which paces a budget is on track.
    pub corridor: Corridor,
    /// For how many weeks in a row, with spend, ROAS must be under its target; at least one.
    pub weeks_under_target: u8,
    /// Beyond which change of spend or sales a restated week is worth an alert.
    pub restated_beyond: Ratio,
    /// How many days after its Sunday a week without figures is missing.
    pub missing_after_days: u16,
    /// How many minutes an alert stays quiet after it closed.
    pub dwell_minutes: u32,
}

impl Default for AlertRules {
    /// 0.90 to 1.10, two weeks, 5 %, two days, a day.
    fn default() -> AlertRules {
        AlertRules {
            corridor: Corridor::default(),
            weeks_under_target: 2,
            restated_beyond: Ratio::from_ten_thousandths(500),
            missing_after_days: 2,
            dwell_minutes: 24 * 60,
        }
    }
}

impl AlertRules {
    /// Whether a week without figures is missing on a day.
    pub fn is_due(&self, week: Week, today: NaiveDate) -> bool {
        today > week.sunday() + chrono::Days::new(u64::from(self.missing_after_days))
    }
}

/// What an alert is about, beside its subject. Different weeks are different causes where the week is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", tag = "kind", content = "week"))]
pub enum Cause {
    /// A budget is spent too fast.
    OverPace,
    /// A budget is spent too slowly.
    UnderPace,
    /// ROAS is under its target, week after week.
    UnderTarget,
    /// A week that should be there is not.
    MissingWeek(Week),
    /// A week changed after it was reported.
    Restated(Week),
}

/// What would make an alert go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", tag = "kind"))]
pub enum Corrective {
    /// Spend so much less by the end of the week than is to be expected; never below zero.
    SpendLess {
        /// Minor units.
        minor: i64,
    },
    /// Spend so much more by the end of the week than is to be expected; never below zero.
    SpendMore {
        /// Minor units.
        minor: i64,
    },
    /// So many sales were missing in the weeks under target, at the spend there was.
    SellMore {
        /// Minor units.
        minor: i64,
    },
    /// Report the week.
    Report,
    /// Look at what changed.
    Review {
        /// Spend now less spend before, in minor units.
        ad_spend: i64,
        /// Sales now less sales before, in minor units.
        sales: i64,
    },
}

/// What was seen of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", tag = "kind"))]
pub enum Observation {
    /// A running week's budget. Pace alerts follow the latest week seen.
    Budget {
        /// Spend so far, in minor units.
        spend: i64,
        /// The budget, if there is one.
        budget: Option<i64>,
        /// Minutes of the week that have passed.
        minutes: u16,
        /// Spend by weekday of earlier weeks, if known, for what is to be expected.
        days: Vec<i64>,
        /// The earlier weeks, the latest last.
        history: Vec<[i64; 7]>,
    },
    /// The weeks of a campaign, the latest last. Weeks without figures or without spend say nothing about ROAS.
    Target {
        /// The target, if there is one.
        target: Option<Ratio>,
        /// The latest weeks.
        weeks: Vec<Option<Amounts>>,
    },
    /// Whether a week that is due has figures.
    Reported {
        /// Which.
        week: Week,
        /// Whether it has.
        known: bool,
    },
    /// A week against how it was first reported, or last acknowledged.
    Compared {
        /// Which.
        week: Week,
        /// How it was.
        before: Amounts,
        /// How it is.
        after: Option<Amounts>,
    },
    /// Somebody has seen the alert.
    Acknowledged {
        /// Which of the subject's.
        cause: Cause,
    },
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Observed<S> {
    /// When.
    pub at: DateTime<Utc>,
    /// Of what: a group, a campaign, whatever the caller counts.
    pub subject: S,
    /// What was seen.
    pub observation: Observation,
}

/// Where the alert of one subject and cause stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct AlertState {
    /// Since when it is open, and what would correct it.
    pub open: Option<(DateTime<Utc>, Corrective)>,
    /// When it last closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Acknowledged, and the condition still holds as far as is known.
    pub acknowledged: bool,
    /// When it was last observed.
    pub seen_at: Option<DateTime<Utc>>,
}

/// What an observation did to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AlertChange {
    /// It is new.
    Opened(Corrective),
    /// Something else would correct it now.
    Changed(Corrective),
    /// It is over.
    Closed,
}

/// What an observation means for one cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The condition holds, and this would correct it.
    Holds(Corrective),
    /// The condition does not hold.
    Clear,
    /// Somebody has seen it.
    Acknowledged,
}

/// What an observation means, cause by cause.
pub fn findings(rules: &AlertRules, observation: &Observation) -> Vec<(Cause, Finding)> {
    let finding = |corrective: Option<Corrective>| corrective.map_or(Finding::Clear, Finding::Holds);
    match observation {
        Observation::Budget { spend, budget, minutes, days, history } => {
            let (over, under) = off_pace(rules, *spend, *budget, *minutes, days, history);
            vec![(Cause::OverPace, finding(over)), (Cause::UnderPace, finding(under))]
        }
        Observation::Target { target, weeks } => {
            vec![(Cause::UnderTarget, finding(under_target(rules, *target, weeks)))]
        }
        Observation::Reported { week, known } => {
            vec![(Cause::MissingWeek(*week), finding((!known).then_some(Corrective::Report)))]
        }
        Observation::Compared { week, before, after } => {
            vec![(Cause::Restated(*week), finding(restated(rules, *before, *after)))]
        }
        Observation::Acknowledged { cause } => vec![(*cause, Finding::Acknowledged)],
    }
}

/// One step of one alert. `None` if nothing changed.
pub fn step(
    rules: &AlertRules,
    mut state: AlertState,
    at: DateTime<Utc>,
    finding: Finding,
) -> (AlertState, Option<AlertChange>) {
    if state.seen_at.is_some_and(|seen| at < seen) {
        return (state, None);
    }
    state.seen_at = Some(at);
    let dwell = TimeDelta::minutes(i64::from(rules.dwell_minutes));
    let quiet = state.acknowledged || state.closed_at.is_some_and(|closed| at - closed < dwell);
    let change = match (finding, state.open) {
        (Finding::Holds(corrective), None) if !quiet => {
            state.open = Some((at, corrective));
            Some(AlertChange::Opened(corrective))
        }
        (Finding::Holds(corrective), Some((since, known))) if known != corrective => {
            state.open = Some((since, corrective));
            Some(AlertChange::Changed(corrective))
        }
        (Finding::Holds(_), _) => None,
        (Finding::Clear, open) => {
            state.acknowledged = false;
            close(&mut state, open.is_some(), at)
        }
        (Finding::Acknowledged, open) => {
            // there is nothing to acknowledge before the first alert
            state.acknowledged |= open.is_some();
            close(&mut state, open.is_some(), at)
        }
    };
    (state, change)
}

fn close(state: &mut AlertState, was_open: bool, at: DateTime<Utc>) -> Option<AlertChange> {
    if was_open {
        (state.open, state.closed_at) = (None, Some(at));
    }
    was_open.then_some(AlertChange::Closed)
}

/// A change of one alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertEvent<S> {
    /// When it was observed.
    pub at: DateTime<Utc>,
    /// Of what.
    pub subject: S,
    /// About what.
    pub cause: Cause,
    /// What happened.
    pub change: AlertChange,
}

/// Every alert there is or was, folded from a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertBook<S> {
    rules: AlertRules,
    states: BTreeMap<(S, Cause), AlertState>,
}

impl<S: Copy + Ord> AlertBook<S> {
    /// No alerts.
    pub fn new(rules: AlertRules) -> AlertBook<S> {
        AlertBook { rules, states: BTreeMap::new() }
    }

    /// All of a log.
    pub fn replay<'l>(rules: AlertRules, log: impl IntoIterator<Item = &'l Observed<S>>) -> AlertBook<S>
    where
        S: 'l,
    {
        let mut book = AlertBook::new(rules);
        for observed in log {
            book.observe(observed);
        }
        book
    }

    /// One more line of the log, and what it changed.
    pub fn observe(&mut self, observed: &Observed<S>) -> Vec<AlertEvent<S>> {
        let (at, subject) = (observed.at, observed.subject);
        let mut events = Vec::new();
        for (cause, finding) in findings(&self.rules, &observed.observation) {
            let state = self.states.entry((subject, cause)).or_default();
            let (next, change) = step(&self.rules, *state, at, finding);
            *state = next;
            events.extend(change.map(|change| AlertEvent { at, subject, cause, change }));
        }
        events
    }

    /// The open alerts: since when, and what would correct them.
    pub fn open(&self) -> impl Iterator<Item = (S, Cause, DateTime<Utc>, Corrective)> {
        self.states.iter().filter_map(|((subject, cause), state)| {
            state.open.map(|(since, corrective)| (*subject, *cause, since, corrective))
        })
    }
}

fn off_pace(
    rules: &AlertRules,
    spend: i64,
    budget: Option<i64>,
    minutes: u16,
    days: &[i64],
    history: &[[i64; 7]],
) -> (Option<Corrective>, Option<Corrective>) {
    let (Some(pace), Some(budget)) = (pace(spend, budget, minutes, rules.corridor), budget) else {
        return (None, None);
    };
    let so_far = if days.is_empty() { SoFar::Total { spend, minutes } } else { SoFar::Days(days) };
    let expected = forecast(so_far, history).map_or(spend, |forecast| forecast.spend).max(spend);
    match pace.track {
        Track::On => (None, None),
        Track::Over => (Some(Corrective::SpendLess { minor: (expected - budget).max(0) }), None),
        Track::Under => (None, Some(Corrective::SpendMore { minor: (budget - expected).max(0) })),
    }
}

fn under_target(rules: &AlertRules, target: Option<Ratio>, weeks: &[Option<Amounts>]) -> Option<Corrective> {
    let target = i128::from(target?.ten_thousandths());
    let wanted = usize::from(rules.weeks_under_target.max(1));
    let spent = |week: &&Amounts| week.ad_spend > 0;
    let latest: Vec<&Amounts> = weeks.iter().flatten().filter(spent).rev().take(wanted).collect();
    let missing = |week: &&Amounts| i128::from(week.ad_spend) * target - i128::from(week.sales) * 10_000;
    if latest.len() < wanted || latest.iter().any(|week| missing(week) <= 0) {
        return None;
    }
    let missing: i128 = latest.iter().map(missing).sum();
    // rounded up: one minor unit less would leave them under
    let minor = i64::try_from((missing + 9_999) / 10_000).unwrap_or(i64::MAX);
    Some(Corrective::SellMore { minor })
}

fn restated(rules: &AlertRules, before: Amounts, after: Option<Amounts>) -> Option<Corrective> {
    let change = Restatement { recorded_at: DateTime::UNIX_EPOCH, before, after };
    let limit = rules.restated_beyond.ten_thousandths();
    // from nothing to something is beyond every share
    let beyond =
        |measure| change.relative(measure).is_none_or(|it| it.ten_thousandths().saturating_abs() > limit);
    let after = after.unwrap_or_default();
    let review =
        Corrective::Review { ad_spend: after.ad_spend - before.ad_spend, sales: after.sales - before.sales };
    (beyond(Measure::AdSpend) || beyond(Measure::Sales)).then_some(review)
}
