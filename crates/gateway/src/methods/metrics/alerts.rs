//! `metrics.listAlerts`: the log of revisions, read as observations, and folded.

use std::collections::{BTreeMap, BTreeSet};

use ad_metrics::{AlertBook, AlertRules, Amounts, Cause, Corrective, Observation, Observed, Ratio, Week};
use api::{
    routers::metrics::{AlertAction, AlertKind, ListAlerts, MetricsAlert, PlaceRefusal},
    types::{ClientId, Listing, PlaceId, Timestamp},
};
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rpc::Handle;
use store::metrics::{self, Level, LoggedRevision};

use super::{
    super::advertising::{self, minor},
    forest::{Forest, Named},
    trend::amounts,
};
use crate::host::{Failure, Gateway, Scope};

/// How many weeks an alert looks back.
const WEEKS: i32 = 8;

impl Handle<ListAlerts> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: ListAlerts,
    ) -> Result<Listing<MetricsAlert>, Failure<PlaceRefusal>> {
        let forest = Forest::load(scope.tx(), false).await?;
        let named = Named::new(
            params.client_id,
            params.client_channel_id,
            params.campaign_group_id,
            params.campaign_id,
        );
        let place = forest.place(&named)?;
        let now = Utc::now();
        let at = params.known_at.map_or(now, |it| it.0.min(now));
        // The organization's offset of today: near enough for the midnights of eight weeks. To the minute, as offsets are: what
        // the two clocks differ by must not show in an instant.
        let seconds = (metrics::local_now(scope.tx()).await? - now.naive_utc()).num_seconds();
        let ahead = TimeDelta::minutes((seconds + 30).div_euclid(60));
        let Ok(week) = Week::containing((at.naive_utc() + ahead).date()) else {
            return Ok(Listing { items: Vec::new() });
        };
        let Some(first) = week.plus(-WEEKS) else { return Ok(Listing { items: Vec::new() }) };
        let log = metrics::revision_log(scope.tx(), first.monday(), at).await?;
        let rules = AlertRules::default();
        let book = AlertBook::replay(rules, &observations(&forest, &rules, &log, first, at, ahead));

        let mut items = Vec::new();
        for (subject, cause, since, corrective) in book.open() {
            let shown = params.kinds.is_empty() || params.kinds.contains(&kind(cause));
            if shown && place.is_none_or(|above| forest.lies_below(subject, above)) {
                items.push(alert(&forest, subject, cause, since, corrective)?);
            }
        }
        items.sort_by_key(|it: &MetricsAlert| (std::cmp::Reverse(it.since), it.kind, it.id, it.week_start));
        items.truncate(params.limit.get().into());
        Ok(Listing { items })
    }
}

/// What was known of a campaign's or group's weeks while the log is read.
#[derive(Default)]
struct Known {
    first: Option<Amounts>,
    now: Option<Amounts>,
}

/// The log as observations, in order: each writing as it came, and each midnight what had come by then.
fn observations(
    forest: &Forest,
    rules: &AlertRules,
    log: &[LoggedRevision],
    first: Week,
    until: DateTime<Utc>,
    ahead: TimeDelta,
) -> Vec<Observed<usize>> {
    let mut reader = Reader { forest, rules, first, known: BTreeMap::new(), out: Vec::new() };
    let mut midnight = (first.monday() + Days::new(1)).and_time(NaiveTime::MIN);
    let instant = |local: NaiveDateTime| (local - ahead).and_utc();
    for revision in log {
        while instant(midnight) <= revision.recorded_at {
            reader.midnight(midnight, instant(midnight));
            midnight += TimeDelta::days(1);
        }
        reader.written(revision);
    }
    while instant(midnight) <= until {
        reader.midnight(midnight, instant(midnight));
        midnight += TimeDelta::days(1);
    }
    reader.out
}

struct Reader<'a> {
    forest: &'a Forest,
    rules: &'a AlertRules,
    first: Week,
    known: BTreeMap<usize, BTreeMap<Week, Known>>,
    out: Vec<Observed<usize>>,
}

impl Reader<'_> {
    fn see(&mut self, at: DateTime<Utc>, subject: usize, observation: Observation) {
        self.out.push(Observed { at, subject, observation });
    }

    fn written(&mut self, revision: &LoggedRevision) {
        let Some(subject) = self.forest.index_of(revision.entity_id) else { return };
        let Ok(week) = Week::starting(revision.week_start) else { return };
        let (at, local, after) = (revision.recorded_at, revision.local_recorded_at, amounts(revision));
        let known = self.known.entry(subject).or_default().entry(week).or_default();
        let before = known.first;
        known.first = known.first.or(after);
        known.now = after;
        let row = &self.forest.rows[subject];
        // A week that is still under way is expected to change.
        let over = local.date() > week.sunday();
        if let (Some(before), true) = (before, over) {
            self.see(at, subject, Observation::Compared { week, before, after });
        }
        if row.level == Level::Campaign {
            if self.rules.is_due(week, local.date()) {
                self.see(at, subject, Observation::Reported { week, known: after.is_some() });
            }
            self.target(subject, at, local);
        }
        if week.minutes_elapsed(local).is_some() && !over {
            let group = if row.level == Level::Campaign { row.parent } else { Some(row.id) };
            if let Some(group) = group.and_then(|id| self.forest.index_of(id)) {
                self.budget(group, week, at, local);
            }
        }
    }

    fn target(&mut self, subject: usize, at: DateTime<Utc>, local: NaiveDateTime) {
        let target = self.forest.rows[subject].target_roas.map(Ratio::from_ten_thousandths);
        let weeks = self.known.get(&subject).into_iter().flatten();
        let over =
            weeks.filter(|(week, _)| week.sunday() < local.date()).map(|(_, known)| known.now).collect();
        self.see(at, subject, Observation::Target { target, weeks: over });
    }

    fn budget(&mut self, group: usize, week: Week, at: DateTime<Utc>, local: NaiveDateTime) {
        let Some(budget) = self.forest.rows[group].weekly_budget else { return };
        let Some(minutes) = week.minutes_elapsed(local) else { return };
        let spent =
            |it: &usize| self.known.get(it).and_then(|weeks| weeks.get(&week)?.now).map(|it| it.ad_spend);
        let below: Vec<i64> = self.forest.below(Some(group)).filter_map(|it| spent(&it)).collect();
        // Of a week of which nobody has said anything, nobody knows the pace.
        if below.is_empty() {
            return;
        }
        let spend = below.iter().sum();
        let observation = Observation::Budget {
            spend,
            budget: Some(budget),
            minutes,
            days: Vec::new(),
            history: Vec::new(),
        };
        self.see(at, group, observation);
    }

    fn midnight(&mut self, local: NaiveDateTime, at: DateTime<Utc>) {
        let Ok(week) = Week::containing(local.date() - Days::new(1)) else { return };
        for subject in 0..self.forest.rows.len() {
            let row = &self.forest.rows[subject];
            if !row.is_active {
                continue;
            }
            match row.level {
                Level::CampaignGroup => self.budget(subject, week, at, local),
                Level::Campaign => self.missing(subject, at, local),
                Level::Client | Level::ClientChannel => {}
            }
        }
    }

    /// Weeks that became due on this day. A campaign's weeks are expected from its first one on.
    fn missing(&mut self, subject: usize, at: DateTime<Utc>, local: NaiveDateTime) {
        let due_since = Days::new(u64::from(self.rules.missing_after_days) + 1);
        let Some(sunday) = local.date().checked_sub_days(due_since) else { return };
        let Ok(week) = Week::containing(sunday) else { return };
        if week.sunday() != sunday || week < self.first {
            return;
        }
        let Some(weeks) = self.known.get(&subject) else { return };
        let begun: BTreeSet<&Week> = weeks.iter().filter(|it| it.1.first.is_some()).map(|it| it.0).collect();
        if begun.first().is_some_and(|first| **first < week) {
            let known = weeks.get(&week).is_some_and(|it| it.now.is_some());
            self.see(at, subject, Observation::Reported { week, known });
        }
    }
}

fn kind(cause: Cause) -> AlertKind {
    match cause {
        Cause::OverPace => AlertKind::OverPace,
        Cause::UnderPace => AlertKind::UnderPace,
        Cause::UnderTarget => AlertKind::RoasUnderTarget,
        Cause::MissingWeek(_) => AlertKind::MissingWeek,
        Cause::Restated(_) => AlertKind::Restated,
    }
}

fn alert(
    forest: &Forest,
    subject: usize,
    cause: Cause,
    since: DateTime<Utc>,
    corrective: Corrective,
) -> Result<MetricsAlert, rpc::RpcError> {
    let row = &forest.rows[subject];
    let (action, amount) = match corrective {
        Corrective::SpendLess { minor } => (AlertAction::SpendLess, Some(minor)),
        Corrective::SpendMore { minor } => (AlertAction::SpendMore, Some(minor)),
        Corrective::SellMore { minor } => (AlertAction::SellMore, Some(minor)),
        Corrective::Report => (AlertAction::Report, None),
        Corrective::Review { ad_spend, .. } => (AlertAction::Review, Some(ad_spend)),
    };
    Ok(MetricsAlert {
        kind: kind(cause),
        level: advertising::level(row.level),
        id: PlaceId(row.id),
        client_id: ClientId(row.client),
        name: row.name.clone(),
        week_start: match cause {
            Cause::MissingWeek(week) | Cause::Restated(week) => Some(week.monday()),
            _ => None,
        },
        since: Timestamp(since),
        action,
        amount: amount.map(minor).transpose()?,
        currency: advertising::currency(&row.currency)?,
    })
}
