//! Every broken rule of a configuration is named by its path.

use scoring::{
    AttributeValue, CombinedConfig, CombinedThresholds, CustomAttribute, EngagementConfig, Factor, FitConfig,
    Points, PreparedConfig, Range, RollUpMethod, TierScheme, Violation,
};

fn named(violations: &[Violation]) -> Vec<(&str, &str)> {
    violations.iter().map(|violation| (violation.path.as_str(), violation.rule)).collect()
}

#[test]
fn the_defaults_are_sound_and_are_the_published_ones() {
    let (fit, engagement, combined) =
        (FitConfig::default(), EngagementConfig::default(), CombinedConfig::default());
    PreparedConfig::new(&fit, &engagement, &combined).unwrap();
    assert_eq!(fit.icp.employees, Some(Range { min: 50, max: 1000 }));
    assert_eq!(fit.icp.revenue, Some(Range { min: 1_000_000, max: 100_000_000 }));
    assert_eq!(engagement.types.len(), 12);
    assert_eq!(engagement.half_life_days, Factor::whole(30));
    assert_eq!(engagement.account.method, RollUpMethod::Champion);
    assert_eq!(engagement.opportunity.method, RollUpMethod::WeightedAverage);
    assert_eq!(combined.scheme, TierScheme::Quadrant);
}

#[test]
fn fit_names_what_is_broken() {
    let mut config = FitConfig::default();
    config.icp.industries = vec!["Software".into(), " ".into()];
    config.icp.employees = Some(Range { min: -1, max: 5 });
    config.icp.revenue = Some(Range { min: 10, max: 5 });
    let wish = |field: &str, values: Vec<AttributeValue>, weight| CustomAttribute {
        field: field.into(),
        values,
        weight: Factor::whole(weight),
    };
    config.icp.custom_attributes = vec![
        wish("region", vec![AttributeValue::text("x")], 1),
        wish("", vec![], -1),
        wish("y", vec![AttributeValue::text(" ")], 1001),
    ];
    config.weights.company_size = Factor::from_thousandths(-1);
    let expected = [
        ("icp.industries[1]", "blank"),
        ("icp.employees.min", "range"),
        ("icp.revenue", "order"),
        ("icp.customAttributes[1].field", "blank"),
        ("icp.customAttributes[1].weight", "range"),
        ("icp.customAttributes[1].values", "empty"),
        ("icp.customAttributes[2].weight", "range"),
        ("icp.customAttributes[2].values[0]", "blank"),
        ("weights.companySize", "range"),
    ];
    assert_eq!(named(&config.validate()), expected);
}

#[test]
fn engagement_names_what_is_broken() {
    let mut config = EngagementConfig { half_life_days: Factor::ZERO, ..EngagementConfig::default() };
    let rule = config.unknown_type;
    config.types.insert("meeting_recorded".into(), rule);
    config.types.insert(" ".into(), rule);
    config.types.get_mut("page_view").unwrap().quality = Factor::from_thousandths(1001);
    config.unknown_type.weight = Factor::whole(-1);
    config.caps.ads = Points::whole(101);
    config.account.champion_weight = Factor::from_thousandths(1001);
    config.account.max_breadth.at_most = Points::whole(-1);
    config.opportunity.method = RollUpMethod::MaxBreadth;
    config.seniority.vp = Factor::ZERO;
    config.velocity.expected_days_per_stage = Factor::ZERO;
    config.velocity.weight = Factor::whole(2);
    let expected = [
        ("halfLifeDays", "range"),
        ("types. ", "blank"),
        ("types.meeting_recorded", "reserved"),
        ("types.page_view.quality", "range"),
        ("unknownType.weight", "range"),
        ("caps.ads", "range"),
        ("account.championWeight", "range"),
        ("account.maxBreadth.atMost", "range"),
        ("opportunity.method", "choice"),
        ("seniority.vp", "range"),
        ("velocity.expectedDaysPerStage", "range"),
        ("velocity.weight", "range"),
    ];
    assert_eq!(named(&config.validate()), expected);
}

#[test]
fn combined_names_what_is_broken() {
    let config = CombinedConfig {
        fit_weight: Factor::ZERO,
        engagement_weight: Factor::ZERO,
        fit_threshold: Points::whole(140),
        engagement_threshold: Points::whole(95),
        combined_thresholds: CombinedThresholds {
            hot: Points::whole(50),
            warm: Points::whole(60),
            cool: Points::whole(5),
        },
        ..CombinedConfig::default()
    };
    let expected = [
        ("fitWeight", "empty"),
        ("fitThreshold", "range"),
        ("engagementThreshold", "band"),
        ("combinedThresholds.cool", "band"),
        ("combinedThresholds", "order"),
    ];
    assert_eq!(named(&config.validate()), expected);
    let wide = CombinedConfig { band: Points::from_thousandths(i64::MAX), ..CombinedConfig::default() };
    assert!(named(&wide.validate()).contains(&("band", "range")));
}
