//! One open alert for each cause, dwell, and replay.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

use ad_metrics::{
    AlertBook, AlertChange, AlertEvent, AlertRules, Amounts, Cause, Corrective, Observation, Observed, Ratio,
    Week,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_000_000, 0).unwrap() + TimeDelta::minutes(minute)
}

fn week(weeks: i32) -> Week {
    Week::starting("2026-03-02".parse().unwrap()).unwrap().plus(weeks).unwrap()
}

fn budget(spend: i64) -> Observation {
    Observation::Budget { spend, budget: Some(700), minutes: 2 * 1440, days: vec![], history: vec![] }
}

fn watch(rules: AlertRules, seen: &[(i64, Observation)]) -> Vec<(Cause, AlertChange)> {
    let mut book = AlertBook::new(rules);
    let observed = |(minute, observation): &(i64, Observation)| Observed {
        at: at(*minute),
        subject: 1u8,
        observation: observation.clone(),
    };
    let events: Vec<AlertEvent<u8>> = seen.iter().flat_map(|line| book.observe(&observed(line))).collect();
    events.into_iter().map(|event| (event.cause, event.change)).collect()
}

fn quick() -> AlertRules {
    AlertRules { dwell_minutes: 60, ..AlertRules::default() }
}

#[test]
fn a_budget_spent_too_fast_or_too_slowly_says_how_much_too() {
    let less = |minor| AlertChange::Opened(Corrective::SpendLess { minor });
    let more = |minor| AlertChange::Opened(Corrective::SpendMore { minor });
    assert_eq!(watch(quick(), &[(0, budget(240))]), [(Cause::OverPace, less(140))]);
    assert_eq!(watch(quick(), &[(0, budget(100))]), [(Cause::UnderPace, more(350))]);
    assert_eq!(watch(quick(), &[(0, budget(200)), (1, budget(220)), (2, budget(180))]), []);
    let none = Observation::Budget { spend: 9, budget: None, minutes: 1, days: vec![], history: vec![] };
    assert_eq!(watch(quick(), &[(0, none)]), []);
}

#[test]
fn what_is_to_be_expected_follows_the_weekdays_when_they_are_known() {
    let history = vec![[100, 100, 0, 0, 0, 0, 0]; 4];
    let seen = Observation::Budget {
        spend: 800,
        budget: Some(700),
        minutes: 2 * 1440,
        days: vec![400, 400],
        history,
    };
    let opened = AlertChange::Opened(Corrective::SpendLess { minor: 100 });
    assert_eq!(watch(quick(), &[(0, seen)]), [(Cause::OverPace, opened)]);
}

#[test]
fn an_alert_stays_quiet_for_its_dwell_after_it_closed() {
    let opened = |minor| (Cause::OverPace, AlertChange::Opened(Corrective::SpendLess { minor }));
    let closed = (Cause::OverPace, AlertChange::Closed);
    let seen = [(0, budget(240)), (10, budget(200)), (20, budget(240)), (69, budget(240)), (70, budget(250))];
    assert_eq!(watch(quick(), &seen), [opened(140), closed, opened(175)]);
}

#[test]
fn an_acknowledged_alert_stays_closed_until_its_condition_has_gone_once() {
    let acknowledged = Observation::Acknowledged { cause: Cause::OverPace };
    let seen =
        [(0, budget(240)), (1, acknowledged), (500, budget(240)), (501, budget(200)), (502, budget(240))];
    let opened = (Cause::OverPace, AlertChange::Opened(Corrective::SpendLess { minor: 140 }));
    assert_eq!(watch(quick(), &seen), [opened, (Cause::OverPace, AlertChange::Closed), opened]);
}

#[test]
fn roas_must_be_under_its_target_for_so_many_weeks_with_spend() {
    let target = |weeks: &[Option<(i64, i64)>]| Observation::Target {
        target: Some(Ratio::from_ten_thousandths(20_000)),
        weeks: weeks.iter().map(|it| it.map(|(ad_spend, sales)| Amounts { ad_spend, sales })).collect(),
    };
    let missing = |minor| vec![(Cause::UnderTarget, AlertChange::Opened(Corrective::SellMore { minor }))];
    assert_eq!(watch(quick(), &[(0, target(&[Some((100, 199)), Some((100, 150))]))]), missing(51));
    assert_eq!(
        watch(quick(), &[(0, target(&[Some((100, 199)), None, Some((0, 0)), Some((100, 150))]))]),
        missing(51)
    );
    assert_eq!(watch(quick(), &[(0, target(&[Some((100, 200)), Some((100, 150))]))]), []);
    assert_eq!(watch(quick(), &[(0, target(&[None, Some((100, 150))]))]), []);
}

#[test]
fn a_missing_week_is_one_alert_until_it_is_reported() {
    let rules = AlertRules::default();
    assert!(!rules.is_due(week(0), "2026-03-10".parse().unwrap()));
    assert!(rules.is_due(week(0), "2026-03-11".parse().unwrap()));
    let reported = |weeks, known| Observation::Reported { week: week(weeks), known };
    let seen =
        [(0, reported(0, false)), (1, reported(1, false)), (2, reported(0, false)), (3, reported(0, true))];
    let opened = AlertChange::Opened(Corrective::Report);
    let (first, second) = (Cause::MissingWeek(week(0)), Cause::MissingWeek(week(1)));
    assert_eq!(watch(rules, &seen), [(first, opened), (second, opened), (first, AlertChange::Closed)]);
}

#[test]
fn a_week_restated_beyond_the_limit_is_an_alert() {
    let before = Amounts { ad_spend: 1_000, sales: 0 };
    let compared = |after| Observation::Compared { week: week(0), before, after };
    let amounts = |ad_spend, sales| Some(Amounts { ad_spend, sales });
    assert_eq!(watch(quick(), &[(0, compared(amounts(1_050, 0))), (1, compared(amounts(950, 0)))]), []);
    let opened = |ad_spend, sales| {
        vec![(Cause::Restated(week(0)), AlertChange::Opened(Corrective::Review { ad_spend, sales }))]
    };
    assert_eq!(watch(quick(), &[(0, compared(amounts(1_051, 0)))]), opened(51, 0));
    assert_eq!(watch(quick(), &[(0, compared(amounts(1_000, 1)))]), opened(0, 1), "something from nothing");
    assert_eq!(watch(quick(), &[(0, compared(None))]), opened(-1_000, 0));
}

fn observations() -> impl Strategy<Value = Vec<Observed<u8>>> {
    let amounts = || (0i64..300, 0i64..300).prop_map(|(ad_spend, sales)| Amounts { ad_spend, sales });
    let causes = prop_oneof![
        Just(Cause::OverPace),
        Just(Cause::UnderTarget),
        (0i32..2).prop_map(|weeks| Cause::MissingWeek(week(weeks)))
    ];
    let observation = prop_oneof![
        4 => (0i64..400).prop_map(budget),
        2 => prop::collection::vec(prop::option::of(amounts()), 0..4)
            .prop_map(|weeks| Observation::Target { target: Some(Ratio::ONE), weeks }),
        2 => (0i32..2, any::<bool>()).prop_map(|(weeks, known)| Observation::Reported { week: week(weeks), known }),
        2 => (amounts(), prop::option::of(amounts()))
            .prop_map(|(before, after)| Observation::Compared { week: week(0), before, after }),
        1 => causes.prop_map(|cause| Observation::Acknowledged { cause }),
    ];
    prop::collection::vec((0i64..600, 0u8..2, observation), 0..60).prop_map(|mut log| {
        log.sort_by_key(|(minute, ..)| *minute);
        let observed = |(minute, subject, observation)| Observed { at: at(minute), subject, observation };
        log.into_iter().map(observed).collect()
    })
}

proptest! {
    #[test]
    fn the_same_log_gives_the_same_alerts_in_one_go_or_in_two_that_overlap(
        log in observations(), cut in any::<prop::sample::Index>(), overlap in 0usize..5
    ) {
        let whole = AlertBook::replay(quick(), &log);
        let cut = cut.index(log.len() + 1);
        let mut parts = AlertBook::replay(quick(), &log[..cut]);
        // what is older than the last line of its cause is ignored
        for observed in log[cut.saturating_sub(overlap)..cut].iter().filter(|it| it.at < log[cut - 1].at) {
            let newer = log[..cut].iter().any(|it| it.subject == observed.subject && it.at > observed.at
                && std::mem::discriminant(&it.observation) == std::mem::discriminant(&observed.observation));
            if newer && matches!(observed.observation, Observation::Budget { .. }) {
                prop_assert_eq!(parts.observe(observed), vec![]);
            }
        }
        log[cut..].iter().for_each(|observed| _ = parts.observe(observed));
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn alerts_open_and_close_in_turn_and_dwell_in_between(log in observations()) {
        let mut book = AlertBook::new(quick());
        let mut open = std::collections::BTreeMap::new();
        let mut closed_at = std::collections::BTreeMap::new();
        for observed in &log {
            for event in book.observe(observed) {
                let key = (event.subject, event.cause);
                match event.change {
                    AlertChange::Opened(corrective) => {
                        prop_assert!(open.insert(key, corrective).is_none(), "one open alert for each cause");
                        if let Some(closed) = closed_at.get(&key) {
                            prop_assert!(event.at - *closed >= TimeDelta::minutes(60));
                        }
                    }
                    AlertChange::Changed(corrective) => {
                        let before = open.insert(key, corrective);
                        prop_assert!(before.is_some_and(|before| before != corrective));
                    }
                    AlertChange::Closed => {
                        prop_assert!(open.remove(&key).is_some());
                        closed_at.insert(key, event.at);
                    }
                }
            }
            // seen again, it changes nothing
            prop_assert_eq!(book.observe(observed), vec![]);
        }
        let left: std::collections::BTreeMap<_, _> =
            book.open().map(|(subject, cause, _, corrective)| ((subject, cause), corrective)).collect();
        prop_assert_eq!(left, open);
    }
}
