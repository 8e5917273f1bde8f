//! The laws of engagement.

mod common;

use common::*;
use proptest::prelude::*;
use scoring::{
    Activity, Channel, Clock, Counted, DAY, EngagementConfig, EngagementState, PersonFold, Points,
    PreparedEngagement,
};

fn fold(config: &PreparedEngagement, activities: &[Activity], clock: Clock) -> EngagementState {
    let mut fold = PersonFold::new(config, clock);
    for activity in activities {
        let _ = fold.push(*activity);
    }
    *fold.state()
}

/// The page's formula in floating point, straight from the configuration.
fn by_formula(config: &EngagementConfig, deeds: &[Deed], clock: Clock) -> f64 {
    let mut channels = [0.0; 8];
    for (kind, ago, late) in deeds {
        let at = NOW - (ago * DAY as f64) as i64;
        let recorded = at + (late * DAY as f64) as i64;
        if TYPES[*kind] == "meeting_recorded" || at > clock.as_of || recorded > clock.known_at {
            continue;
        }
        let rule = config.types.get(TYPES[*kind]).unwrap_or(&config.unknown_type);
        let worth = rule.weight.thousandths() as f64 * rule.quality.thousandths() as f64 / 1e6;
        let half_lives =
            (clock.as_of - at) as f64 / DAY as f64 / (config.half_life_days.thousandths() as f64 / 1000.0);
        channels[rule.channel.index()] += worth * (-half_lives).exp2();
    }
    let capped = channels
        .iter()
        .zip(Channel::ALL)
        .map(|(value, channel)| value.min(config.caps.of(channel).thousandths() as f64 / 1000.0));
    capped.sum::<f64>().min(100.0)
}

#[test]
fn one_activity_of_each_type_is_worth_weight_times_quality() {
    let config = config().engagement;
    let table = [
        ("demo_request", 40_000),
        ("event_attend", 22_500),
        ("meeting_attend", 27_000),
        ("form_fill", 16_000),
        ("content_download", 8_400),
        ("intent_signal", 10_500),
        ("email_click", 3_600),
        ("ad_click", 2_500),
        ("email_thread", 5_000),
        ("email_open", 800),
        ("page_view", 400),
        ("email_sent", 100),
        ("carrier_pigeon", 200),
        ("meeting_recorded", 0),
    ];
    for (name, expected) in table {
        let activity = Activity { kind: config.type_index(name), occurred_at: NOW, recorded_at: NOW };
        let state = fold(&config, &[activity], Clock::at(NOW));
        assert_eq!(state.score_at(&config, NOW), Points::from_thousandths(expected), "{name}");
    }
}

#[test]
fn every_channel_stops_at_its_cap_and_the_person_at_a_hundred() {
    let config = config().engagement;
    let mut all = Vec::new();
    for kind in config.config().types.keys().map(String::as_str).chain(["carrier_pigeon"]) {
        let activity = Activity { kind: config.type_index(kind), occurred_at: NOW, recorded_at: NOW };
        all.extend(vec![activity; 500]);
    }
    let state = fold(&config, &all, Clock::at(NOW));
    for channel in state.channels_at(&config, NOW) {
        assert_eq!(channel.capped, config.config().caps.of(channel.channel), "{}", channel.channel);
        assert!(channel.raw > channel.capped);
    }
    assert_eq!(state.score_at(&config, NOW), Points::HUNDRED);
}

#[test]
fn what_does_not_count_says_why() {
    let config = config().engagement;
    let kind = config.type_index("page_view");
    let mut fold = PersonFold::new(&config, Clock { as_of: NOW, known_at: NOW + DAY });
    let mut push = |kind, occurred_at, recorded_at| fold.push(Activity { kind, occurred_at, recorded_at });
    assert_eq!(push(kind, NOW, NOW + DAY), Counted::Yes);
    assert_eq!(push(kind, NOW + 1, NOW + DAY), Counted::AfterAsOf);
    assert_eq!(push(kind, NOW, NOW + DAY + 1), Counted::NotYetKnown);
    assert_eq!(push(config.type_index("meeting_recorded"), NOW, NOW), Counted::NeverScored);
    assert_eq!(fold.counted(), 1);
}

#[test]
fn a_state_refuses_what_it_has_outgrown_and_says_when_it_is_stale() {
    let config = config().engagement;
    let mut state = EngagementState::empty(&config, NOW);
    let later = NOW + 50 * config.half_life_micros();
    let activity = Activity { kind: config.type_index("page_view"), occurred_at: later, recorded_at: later };
    assert!(state.is_current(&config, NOW) && !state.is_current(&config, later));
    assert_eq!(state.add(&config, activity, Clock::at(later)), Counted::Outgrown);
    assert_eq!(state, EngagementState::empty(&config, NOW));
}

#[test]
fn an_index_of_another_configuration_is_unknown_rather_than_a_panic() {
    let large = config().engagement;
    let mut config = EngagementConfig::default();
    config.types.clear();
    let small = PreparedEngagement::new(&config).unwrap();
    let activity = Activity { kind: large.type_index("page_view"), occurred_at: NOW, recorded_at: NOW };
    let state = fold(&small, &[activity], Clock::at(NOW));
    assert_eq!(state.score_at(&small, NOW), Points::from_thousandths(200));
}

/// If this fails, every stored state and state hash changes its meaning: that needs a migration, not a new number.
#[test]
fn the_bits_are_the_same_everywhere() {
    let config = config().engagement;
    let deeds: Vec<Deed> = (0..14).map(|kind| (kind, 1.0 + 7.3 * kind as f64, 0.0)).collect();
    let state = fold(&config, &activities(&config, &deeds), Clock::at(NOW));
    assert_eq!(state.landmark(), 1_741_824_000_000_000);
    let sums = [
        55_303_502_028_053,
        21_432_828_692_190,
        21_142_136_818_911,
        5_025_197_451_282,
        3_110_635_237_389,
        4_758_759_426_466,
        853_891_274_781,
        24_830_688_926,
    ];
    assert_eq!(state.sums(), &sums);
    assert_eq!(state.score_at(&config, NOW), Points::from_thousandths(89_503), "the web's 48.585 stop at 40");
}

proptest! {
    #[test]
    fn the_order_of_arrival_leaves_no_trace(
        (deeds, shuffled) in deeds(40, 900.0).prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle()))
    ) {
        let config = config().engagement;
        let fold = |deeds: &[Deed]| fold(&config, &activities(&config, deeds), Clock::at(NOW));
        prop_assert_eq!(fold(&deeds), fold(&shuffled));
    }

    #[test]
    fn what_was_added_can_be_taken_back(kept in deeds(20, 900.0), bots in deeds(20, 900.0)) {
        let config = config().engagement;
        let clock = Clock::at(NOW);
        let expected = fold(&config, &activities(&config, &kept), clock);
        let mut state = fold(&config, &activities(&config, &[bots.clone(), kept].concat()), clock);
        for activity in activities(&config, &bots) {
            let _ = state.take_back(&config, activity, clock);
        }
        prop_assert_eq!(state, expected);
    }

    #[test]
    fn a_merge_is_the_fold_of_both_histories(mine in deeds(20, 900.0), theirs in deeds(20, 900.0)) {
        let config = config().engagement;
        let fold = |deeds: &[Deed]| fold(&config, &activities(&config, deeds), Clock::at(NOW));
        let mut merged = fold(&mine);
        prop_assert!(merged.absorb(&fold(&theirs)));
        prop_assert_eq!(merged, fold(&[mine, theirs].concat()));
    }

    #[test]
    fn the_score_is_the_formula_to_the_thousandth(
        deeds in deeds(60, 1500.0), half_life in 500i64..400_000, back in 0.0..400.0, known in -30.0..30.0
    ) {
        let config = with_half_life(half_life).engagement;
        let as_of = NOW - (back * DAY as f64) as i64;
        let clock = Clock { as_of, known_at: as_of + (known * DAY as f64) as i64 };
        let score = fold(&config, &activities(&config, &deeds), clock).score_at(&config, as_of);
        let expected = by_formula(config.config(), &deeds, clock);
        let distance = (score.thousandths() as f64 / 1000.0 - expected).abs();
        prop_assert!(distance <= 0.000_501, "{} for {}", score, expected);
    }

    #[test]
    fn without_news_a_score_never_rises_and_stays_a_score(
        deeds in deeds(40, 900.0), from in 0i64..1 << 45, steps in prop::collection::vec(0i64..1 << 43, 1..20)
    ) {
        let config = config().engagement;
        let state = fold(&config, &activities(&config, &deeds), Clock::at(NOW));
        let (mut at, mut before) = (NOW + from, state.score_at(&config, NOW + from));
        prop_assert!(before.is_score());
        for step in steps {
            at += step;
            let score = state.score_at(&config, at);
            prop_assert!(score <= before && score.is_score());
            before = score;
        }
    }

    #[test]
    fn one_more_activity_never_lowers_a_score(deeds in deeds(40, 900.0), extra in (0usize..14, 0.0..900.0, 0.0..1.0)) {
        let config = config().engagement;
        let clock = Clock::at(NOW);
        let mut state = fold(&config, &activities(&config, &deeds), clock);
        let before = state.score_at(&config, NOW);
        let _ = state.add(&config, activity(&config, &extra), clock);
        prop_assert!(state.score_at(&config, NOW) >= before);
    }

    #[test]
    fn bytes_and_parts_give_a_state_back(landmark: i64, sums: [i128; 8]) {
        let state = EngagementState::from_parts(landmark, sums);
        prop_assert_eq!(EngagementState::from_bytes(&state.to_bytes()), Some(state));
        prop_assert_eq!(EngagementState::from_bytes(&state.to_bytes()[1..]), None);
    }
}
