//! Tier history in event time, and the next transition, against slow and obvious ways to find them.

mod common;

use common::*;
use proptest::prelude::*;
use scoring::{
    Activity, Axes, Clock, CombinedConfig, DAY, EngagementState, EntityFold, EntityOutcome, Factor, Member,
    OpportunityStatus, Pace, PersonFold, Points, PreparedConfig, RollUpMethod, Standing, Tier, TierChange,
    TierFold, TierScheme, opportunity_engagement, roll_up,
};

const FIT: Option<Points> = Some(Points::whole(70));

fn person(
    config: &PreparedConfig,
    activities: &[Activity],
    clock: Clock,
) -> (EntityOutcome, EngagementState) {
    let mut fold = EntityFold::person(config, clock);
    fold.set_fit(NOW - 1000 * DAY, FIT);
    for activity in activities {
        let _ = fold.push(0, *activity);
    }
    let outcome = fold.finish();
    (outcome, *fold.states().next().expect("one person"))
}

fn fresh(config: &PreparedConfig, activities: &[Activity], clock: Clock) -> EngagementState {
    let mut fold = PersonFold::new(&config.engagement, clock);
    for activity in activities {
        let _ = fold.push(*activity);
    }
    *fold.state()
}

/// Scores at an instant by folding everything again, and only then.
fn score(config: &PreparedConfig, activities: &[Activity], at: i64, known_at: i64) -> Option<Points> {
    Some(fresh(config, activities, Clock { as_of: at, known_at }).score_at(&config.engagement, at))
}

/// The page's words taken literally: look just before and just after each event, and wherever a reader looks.
fn walk(config: &CombinedConfig, instants: &[i64], score: impl Fn(i64) -> Option<Points>) -> Vec<Standing> {
    let mut standing = Standing::default();
    let after = |at: &i64| {
        standing = standing.after(config, Axes::new(config, FIT, score(*at)));
        standing
    };
    instants.iter().map(after).collect()
}

fn shown(standing: Standing, scheme: TierScheme) -> (Option<&'static str>, Option<Tier>) {
    (standing.quadrant().map(|quadrant| quadrant.name()), standing.tier(scheme))
}

fn standing_at(changes: &[TierChange], at: i64) -> Standing {
    changes.iter().rev().find(|change| change.at <= at).map_or(Standing::default(), |change| change.to)
}

fn schemed(mut config: PreparedConfig, combined: bool) -> PreparedConfig {
    config.combined.scheme = if combined { TierScheme::Combined } else { TierScheme::Quadrant };
    config
}

fn grid(start: i64, days: i64, more: &[i64]) -> Vec<i64> {
    let mut instants: Vec<i64> = (0..days * 2).map(|half| start + half * DAY / 2).collect();
    for at in more {
        instants.extend([at - 1, *at]);
    }
    instants.retain(|at| *at <= NOW);
    instants.sort_unstable();
    instants.dedup();
    instants
}

#[test]
fn a_burst_makes_hot_and_silence_makes_cool_at_the_very_microsecond() {
    let config = config();
    let at = NOW - 200 * DAY;
    let kinds = ["demo_request", "event_attend"];
    let activities: Vec<Activity> = kinds
        .iter()
        .map(|kind| Activity { kind: config.type_index(kind), occurred_at: at, recorded_at: at })
        .collect();
    let (outcome, _) = person(&config, &activities, Clock::at(NOW));
    let tiers: Vec<Option<Tier>> =
        outcome.changes.iter().map(|change| change.to.tier(TierScheme::Quadrant)).collect();
    assert_eq!(tiers, [Some(Tier::Cool), Some(Tier::Hot), Some(Tier::Cool)]);
    let fall = outcome.changes[2].at;
    assert_eq!(outcome.since, Some(fall));
    let score = |at| score(&config, &activities, at, NOW).unwrap();
    assert_eq!(score(fall - 1), Points::whole(40));
    assert_eq!(score(fall), Points::from_thousandths(39_999));
    // 62.5 · 2^(−days/30) = 39.9995
    let days = (fall - at) as f64 / DAY as f64;
    assert!((days - 30.0 * (62.5f64 / 39.9995).log2()).abs() < 1e-6, "{days}");
}

#[test]
fn a_closed_opportunity_keeps_its_last_score_and_falls_no_more() {
    let config = config();
    let start = NOW - 300 * DAY;
    let mut fold = EntityFold::opportunity(&config, Clock::at(NOW));
    let buyer = fold.add_person(Factor::from_thousandths(1500));
    fold.set_fit(start, FIT);
    let pace = Pace { created_at: start, stage_entered_at: Some(start) };
    fold.set_status(start, OpportunityStatus::Open(pace));
    let demo = Activity { kind: config.type_index("demo_request"), occurred_at: start, recorded_at: start };
    let _ = fold.push(buyer, demo);
    fold.set_status(start + 15 * DAY, OpportunityStatus::Closed { last: None });
    let outcome = fold.finish();
    // just before: 40 · 2^(−1/2) and the full bonus of 10
    assert_eq!(outcome.axes.engagement, Some(Points::from_thousandths(38_284)));
    assert_eq!(outcome.next, None);
}

#[test]
fn an_entity_nothing_happened_to_is_placed_by_what_is_known() {
    let config = config();
    let outcome = EntityFold::account(&config, Clock::at(NOW)).finish();
    assert_eq!((outcome.axes, outcome.changes, outcome.next), (Axes::default(), vec![], None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_moving_state_is_the_fresh_fold_of_its_instant(
        deeds in deeds(40, 900.0), half_life in 300i64..60_000, back in 0.0..300.0, known in 0.0..400.0
    ) {
        let config = with_half_life(half_life);
        let activities = in_order(activities(&config.engagement, &deeds));
        let as_of = NOW - (back * DAY as f64) as i64;
        let clock = Clock { as_of, known_at: NOW - (known * DAY as f64) as i64 };
        let (outcome, state) = person(&config, &activities, clock);
        prop_assert_eq!(state, fresh(&config, &activities, clock));
        prop_assert_eq!(outcome.axes.engagement, Some(state.score_at(&config.engagement, as_of)));
    }

    #[test]
    fn history_is_what_one_sees_by_looking_everywhere(
        deeds in deeds(60, 300.0), half_life in 2_000i64..60_000, combined: bool
    ) {
        let config = schemed(with_half_life(half_life), combined);
        let activities = in_order(activities(&config.engagement, &deeds));
        let (outcome, _) = person(&config, &activities, Clock { as_of: NOW, known_at: NOW + 30 * DAY });
        let events: Vec<i64> = activities.iter().map(|activity| activity.occurred_at).collect();
        let instants = grid(NOW - 300 * DAY, 301, &events);
        let seen = walk(&config.combined, &instants, |at| score(&config, &activities, at, NOW + 30 * DAY));
        let scheme = config.combined.scheme;
        for (at, seen) in instants.iter().zip(seen) {
            prop_assert_eq!(shown(standing_at(&outcome.changes, *at), scheme), shown(seen, scheme), "at {}", at);
        }
        for change in &outcome.changes {
            prop_assert_ne!(shown(change.from, scheme), shown(change.to, scheme));
        }
    }

    #[test]
    fn recomputing_hourly_or_weekly_gives_the_same_history(
        deeds in deeds(60, 300.0), half_life in 2_000i64..60_000, combined: bool, every in 1i64..400
    ) {
        let config = schemed(with_half_life(half_life), combined);
        let activities = in_order(activities(&config.engagement, &deeds));
        let whole = person(&config, &activities, Clock { as_of: NOW, known_at: NOW + 30 * DAY }).0.changes;
        let mut as_of = NOW - 310 * DAY;
        while as_of <= NOW {
            let (job, _) = person(&config, &activities, Clock { as_of, known_at: NOW + 30 * DAY });
            let so_far: Vec<TierChange> = whole.iter().copied().filter(|change| change.at <= as_of).collect();
            prop_assert_eq!(job.changes, so_far);
            as_of += every * DAY / 4;
        }
    }

    #[test]
    fn a_stretch_may_be_cut_anywhere(
        deeds in deeds(30, 5.0), mut cuts in prop::collection::vec(0i64..400, 0..6), combined: bool
    ) {
        let config = schemed(config(), combined);
        let state = fresh(&config, &activities(&config.engagement, &deeds), Clock::at(NOW));
        let falling = |at| Some(state.score_at(&config.engagement, at));
        let mut whole = TierFold::new(&config.combined);
        whole.stretch(NOW, NOW + 400 * DAY, FIT, falling);
        cuts.extend([0, 400]);
        cuts.sort_unstable();
        let mut pieces = TierFold::new(&config.combined);
        let mut changes = Vec::new();
        for cut in cuts.windows(2) {
            pieces = TierFold::resume(&config.combined, pieces.standing(), pieces.since());
            pieces.stretch(NOW + cut[0] * DAY, NOW + cut[1] * DAY, FIT, falling);
            changes.extend(pieces.take_changes());
        }
        prop_assert_eq!(changes, whole.changes());
        prop_assert_eq!((pieces.standing(), pieces.since()), (whole.standing(), whole.since()));
    }

    #[test]
    fn the_next_transition_is_the_first_change_and_none_means_never(deeds in deeds(60, 60.0), combined: bool) {
        let config = schemed(config(), combined);
        let activities = in_order(activities(&config.engagement, &deeds));
        let (outcome, state) = person(&config, &activities, Clock { as_of: NOW, known_at: NOW + 30 * DAY });
        let scheme = config.combined.scheme;
        let at = |at| {
            let axes = Axes::new(&config.combined, FIT, Some(state.score_at(&config.engagement, at)));
            shown(outcome.standing.after(&config.combined, axes), scheme)
        };
        let now = shown(outcome.standing, scheme);
        match outcome.next {
            Some(next) => {
                prop_assert!(next.at > NOW);
                prop_assert_eq!(at(next.at - 1), now);
                prop_assert_eq!(at(next.at), shown(next.to, scheme));
                prop_assert_ne!(at(next.at), now);
                // by brute force, an hour at a time
                let first = (1..).map(|hour| NOW + hour * DAY / 24).find(|instant| at(*instant) != now).unwrap();
                prop_assert!(next.at <= first && first - DAY / 24 < next.at);
            }
            None => {
                for years in [1, 3, 10, 30, 100] {
                    prop_assert_eq!(at(NOW + years * 365 * DAY), now);
                }
            }
        }
    }

    #[test]
    fn events_of_one_instant_come_in_any_order(
        (deeds, shuffled) in deeds(30, 90.0).prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle()))
    ) {
        let config = config();
        let daily = |deeds: &[Deed]| {
            let mut all = activities(&config.engagement, deeds);
            all.iter_mut().for_each(|activity| activity.occurred_at -= activity.occurred_at.rem_euclid(DAY));
            in_order(all)
        };
        let clock = Clock { as_of: NOW, known_at: NOW + 30 * DAY };
        prop_assert_eq!(person(&config, &daily(&deeds), clock).0, person(&config, &daily(&shuffled), clock).0);
    }

    #[test]
    fn an_account_and_an_opportunity_walk_the_same_way(
        people in prop::collection::vec(deeds(15, 200.0), 1..5), stage in 0i64..200, method in 0usize..3,
        combined: bool
    ) {
        let methods = [RollUpMethod::Champion, RollUpMethod::WeightedAverage, RollUpMethod::MaxBreadth];
        let config = schemed(with_account(methods[method]), combined);
        let logs: Vec<Vec<Activity>> =
            people.iter().map(|deeds| in_order(activities(&config.engagement, deeds))).collect();
        let known_at = NOW + 30 * DAY;
        let mut log: Vec<(usize, Activity)> = Vec::new();
        for (person, activities) in logs.iter().enumerate() {
            log.extend(activities.iter().map(|activity| (person, *activity)));
        }
        log.sort_by_key(|(_, activity)| activity.occurred_at);
        let (start, entered) = (NOW - 201 * DAY, NOW - stage * DAY);
        let pace = |at| Pace { created_at: start, stage_entered_at: Some(if at >= entered { entered } else { start }) };
        let members = |at| -> Vec<Member> {
            let score = |log: &Vec<Activity>| score(&config, log, at, known_at).unwrap();
            logs.iter().map(|log| Member { score: score(log), weight: Factor::ONE }).collect()
        };
        let clock = Clock { as_of: NOW, known_at };
        let mut account = EntityFold::account(&config, clock);
        let mut opportunity = EntityFold::opportunity(&config, clock);
        for fold in [&mut account, &mut opportunity] {
            logs.iter().for_each(|_| { fold.add_person(Factor::ONE); });
            fold.set_fit(start, FIT);
        }
        opportunity.set_status(start, OpportunityStatus::Open(pace(start)));
        let mut moved = false;
        for (person, activity) in log {
            let _ = account.push(person, activity);
            if !moved && activity.occurred_at >= entered {
                opportunity.set_status(entered, OpportunityStatus::Open(pace(entered)));
                moved = true;
            }
            let _ = opportunity.push(person, activity);
        }
        if !moved {
            opportunity.set_status(entered, OpportunityStatus::Open(pace(entered)));
        }
        let mut events: Vec<i64> = logs.iter().flatten().map(|activity| activity.occurred_at).collect();
        events.extend([start, entered]);
        let instants: Vec<i64> = grid(start, 202, &events).into_iter().filter(|at| *at >= start).collect();
        let rolled = |at| roll_up(config.engagement.account(), &members(at));
        let paced = |at| {
            let contacts = roll_up(config.engagement.opportunity(), &members(at));
            opportunity_engagement(config.engagement.velocity(), OpportunityStatus::Open(pace(at)), contacts, at)
        };
        let scheme = config.combined.scheme;
        let (account, opportunity) = (account.finish(), opportunity.finish());
        prop_assert_eq!(account.axes.engagement, rolled(NOW));
        prop_assert_eq!(opportunity.axes.engagement, paced(NOW));
        let walks = [
            (account.changes, walk(&config.combined, &instants, rolled)),
            (opportunity.changes, walk(&config.combined, &instants, paced)),
        ];
        for (changes, seen) in walks {
            for (at, seen) in instants.iter().zip(seen) {
                prop_assert_eq!(shown(standing_at(&changes, *at), scheme), shown(seen, scheme), "at {}", at);
            }
        }
    }
}
