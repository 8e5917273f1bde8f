//! Explanations add up, exactly.

mod common;

use common::*;
use proptest::prelude::*;
use scoring::{
    AccountFacts, Axes, Clock, CombinedConfig, DAY, Factor, Grouping, Member, Pace, PersonFold, Points,
    Reasons, RollUp, RollUpMethod, Velocity, explain_combined, explain_engagement, explain_fit,
    explain_opportunity, explain_roll_up, opportunity_engagement, roll_up,
};

const METHODS: [RollUpMethod; 3] =
    [RollUpMethod::Champion, RollUpMethod::WeightedAverage, RollUpMethod::MaxBreadth];

fn members() -> impl Strategy<Value = Vec<Member>> {
    let member = (0i64..=100_000, 1i64..=2_000).prop_map(|(score, weight)| Member {
        score: Points::from_thousandths(score),
        weight: Factor::from_thousandths(weight),
    });
    prop::collection::vec(member, 0..12)
}

#[test]
fn the_three_strongest_reasons_read_well() {
    let config = config();
    let mut deeds: Vec<Deed> = vec![(0, 4.0, 0.0), (6, 3.0, 0.0), (6, 9.0, 0.0), (10, 1.0, 0.0)];
    let explain = |deeds: &[Deed]| {
        let activities = activities(&config.engagement, deeds);
        explain_engagement(&config.engagement, activities, Clock::at(NOW), Grouping::ByType)
    };
    let champion = explain(&deeds);
    deeds.truncate(1);
    let other = explain(&deeds);
    let facts = AccountFacts { employees: Some(240), revenue: Some(250_000), ..AccountFacts::default() };
    let mut reasons = Reasons::new(&config.combined);
    reasons.fit(&explain_fit(&config.fit, &facts).unwrap());
    reasons.person(&champion, champion.score);
    reasons.person(&other, Points::ZERO);
    let texts: Vec<String> = reasons.strongest(3).iter().map(|reason| reason.text(NOW)).collect();
    assert_eq!(
        texts,
        [
            "company size 240 fits (+25)",
            "2 × demo request by 2 people, the last 4 days ago (+18.235)",
            "revenue 250000 fits (+6.25)"
        ]
    );
}

#[test]
fn an_activity_loses_to_quality_age_cap_and_limit_in_that_order() {
    let config = config().engagement;
    let deeds: Vec<Deed> = vec![(5, 30.0, 0.0); 8];
    let explained =
        explain_engagement(&config, activities(&config, &deeds), Clock::at(NOW), Grouping::ByType);
    let line = &explained.lines[0];
    let expected = [120_000, 36_000, 42_000, 17_000, 0, 25_000];
    let found = [line.base, line.quality_loss, line.decay_loss, line.cap_loss, line.clamp_loss, line.net];
    assert_eq!(found.map(Points::thousandths), expected);
}

proptest! {
    #[test]
    fn engagement_lines_sum_to_the_score_and_no_loss_is_negative(
        deeds in deeds(80, 120.0), half_life in 3_000i64..100_000, each: bool
    ) {
        let config = with_half_life(half_life).engagement;
        let activities = activities(&config, &deeds);
        let clock = Clock { as_of: NOW, known_at: NOW + 5 * DAY };
        let mut fold = PersonFold::new(&config, clock);
        activities.iter().for_each(|activity| { let _ = fold.push(*activity); });
        let grouping = if each { Grouping::Each } else { Grouping::ByType };
        let explained = explain_engagement(&config, activities, clock, grouping);
        prop_assert_eq!(explained.score, fold.score());
        prop_assert_eq!(explained.lines.iter().map(|line| line.net).sum::<Points>(), explained.score);
        prop_assert_eq!(explained.lines.iter().map(|line| line.count).sum::<u64>(), fold.counted());
        for line in &explained.lines {
            let losses = [line.quality_loss, line.decay_loss, line.cap_loss, line.clamp_loss];
            prop_assert!(losses.iter().all(|loss| *loss >= Points::ZERO) && line.net >= Points::ZERO, "{line:?}");
            prop_assert_eq!(line.base - losses.into_iter().sum(), line.net);
            prop_assert_eq!(line.position.is_some(), each);
        }
    }

    #[test]
    fn roll_up_lines_sum_to_the_score(people in members(), method in 0usize..3, weight in 0i64..=1000) {
        let rule = RollUp {
            champion_weight: Factor::from_thousandths(weight), ..RollUp::of(METHODS[method])
        };
        match explain_roll_up(&rule, &people) {
            None => prop_assert!(people.is_empty()),
            Some(explained) => {
                prop_assert_eq!(Some(explained.score), roll_up(&rule, &people));
                prop_assert_eq!(explained.lines.iter().map(|line| line.contribution).sum::<Points>(), explained.score);
            }
        }
    }

    #[test]
    fn opportunity_lines_sum_to_the_score(people in members(), days in 0i64..400, method in 0usize..2) {
        let (rule, velocity) = (RollUp::of(METHODS[method]), Velocity::default());
        let pace = Pace { created_at: 0, stage_entered_at: None };
        if let Some(explained) = explain_opportunity(&rule, &velocity, pace, &people, days * DAY) {
            let status = scoring::OpportunityStatus::Open(pace);
            let score = opportunity_engagement(&velocity, status, roll_up(&rule, &people), days * DAY);
            prop_assert_eq!(Some(explained.score), score);
            prop_assert_eq!(explained.lines.iter().map(|line| line.contribution).sum::<Points>(), explained.score);
        }
    }

    #[test]
    fn fit_and_combined_lines_sum_to_their_scores(
        employees in prop::option::of(0i64..3000), revenue in prop::option::of(0i64..300_000_000),
        engagement in 0i64..=100_000, weights in (0i64..2000, 1i64..2000)
    ) {
        let config = config();
        let facts = AccountFacts { employees, revenue, ..AccountFacts::default() };
        let explained = explain_fit(&config.fit, &facts).unwrap();
        let sum = |part: fn(&scoring::FitLine) -> Points| explained.lines.iter().map(part).sum::<Points>();
        prop_assert_eq!(sum(|line| line.contribution), explained.score.points);
        prop_assert_eq!(sum(|line| line.open), explained.score.high - explained.score.low);
        let combined = CombinedConfig {
            fit_weight: Factor::from_thousandths(weights.0),
            engagement_weight: Factor::from_thousandths(weights.1),
            ..config.combined
        };
        let axes = Axes::new(&combined, Some(explained.score.points), Some(Points::from_thousandths(engagement)));
        let (fit, engagement) = explain_combined(&combined, axes).unwrap();
        prop_assert_eq!(Some(fit + engagement), axes.combined);
    }
}
