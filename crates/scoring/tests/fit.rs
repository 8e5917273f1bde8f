//! The rules of fit, as a table and as laws.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

use proptest::prelude::*;
use scoring::{
    AccountFacts, AttributeValue, CustomAttribute, Factor, FitConfig, FitWeights, IdealProfile, Points,
    PreparedFit, Range,
};
use std::collections::BTreeMap;

fn profile() -> FitConfig {
    let wish = |field: &str, values: &[AttributeValue], weight| CustomAttribute {
        field: field.into(),
        values: values.to_vec(),
        weight: Factor::whole(weight),
    };
    FitConfig {
        icp: IdealProfile {
            industries: vec!["Software ".into(), "ÉNERGIE".into()],
            custom_attributes: vec![
                wish("region", &[AttributeValue::text("EMEA"), AttributeValue::text("APAC")], 3),
                wish("uses_cloud", &[AttributeValue::Boolean(true)], 1),
                wish("sites", &[AttributeValue::Number(5.0.try_into().unwrap())], 1),
            ],
            ..IdealProfile::default()
        },
        weights: FitWeights::default(),
    }
}

fn score(config: &FitConfig, facts: &AccountFacts) -> i64 {
    PreparedFit::new(config).unwrap().score(facts).unwrap().points.thousandths()
}

fn only(dimension: fn(&mut FitWeights) -> &mut Factor) -> FitConfig {
    let zero = Factor::ZERO;
    let mut weights =
        FitWeights { industry: zero, company_size: zero, revenue: zero, custom_attributes: zero };
    *dimension(&mut weights) = Factor::ONE;
    FitConfig { weights, ..profile() }
}

#[test]
fn size_is_whole_inside_the_range_and_falls_to_both_sides() {
    let config = only(|weights| &mut weights.company_size);
    let table = [
        (0, 0),
        (-5, 0),
        (25, 50_000),
        (49, 98_000),
        (50, 100_000),
        (1000, 100_000),
        (1001, 99_900),
        (1500, 50_000),
        (2000, 0),
        (i64::MAX, 0),
        (i64::MIN, 0),
    ];
    for (employees, expected) in table {
        let facts = AccountFacts { employees: Some(employees), ..AccountFacts::default() };
        assert_eq!(score(&config, &facts), expected, "{employees} employees");
    }
}

#[test]
fn a_range_of_nothing_fits_nothing_but_zero() {
    let mut config = only(|weights| &mut weights.company_size);
    config.icp.employees = Some(Range { min: 0, max: 0 });
    for (employees, expected) in [(0, 100_000), (1, 0), (-1, 0)] {
        let facts = AccountFacts { employees: Some(employees), ..AccountFacts::default() };
        assert_eq!(score(&config, &facts), expected);
    }
}

#[test]
fn an_industry_matches_trimmed_and_in_any_case() {
    let config = only(|weights| &mut weights.industry);
    for (industry, expected) in [(" software", 100_000), ("énergie", 100_000), ("soft", 0), ("  ", 0)] {
        let facts = AccountFacts { industry: Some(industry.into()), ..AccountFacts::default() };
        assert_eq!(score(&config, &facts), expected, "{industry:?}");
    }
}

#[test]
fn custom_attributes_count_by_their_own_weights() {
    let config = only(|weights| &mut weights.custom_attributes);
    let facts = |attributes: &[(&str, AttributeValue)]| AccountFacts {
        attributes: attributes.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
        ..AccountFacts::default()
    };
    let list = AttributeValue::List(vec![AttributeValue::text("amer"), AttributeValue::text("emea ")]);
    assert_eq!(score(&config, &facts(&[("region", list)])), 60_000);
    assert_eq!(score(&config, &facts(&[("uses_cloud", AttributeValue::Boolean(true))])), 20_000);
    assert_eq!(score(&config, &facts(&[("sites", AttributeValue::text("5"))])), 0);
    let fit = PreparedFit::new(&config).unwrap();
    let blank = fit.score(&facts(&[("region", AttributeValue::text(" "))])).unwrap();
    assert_eq!(blank.coverage, Factor::ZERO, "a blank says nothing");
}

#[test]
fn a_dimension_that_is_not_configured_leaves_the_sum() {
    let facts = AccountFacts { employees: Some(100), ..AccountFacts::default() };
    let config = FitConfig::default();
    assert_eq!(score(&config, &facts), 50_000, "size and revenue are left, 25 and 25");
}

#[test]
fn no_weight_at_all_is_no_score() {
    let config = FitConfig {
        icp: IdealProfile { employees: None, revenue: None, ..IdealProfile::default() },
        ..FitConfig::default()
    };
    assert_eq!(PreparedFit::new(&config).unwrap().score(&AccountFacts::default()), None);
}

#[test]
fn nothing_known_is_nothing_to_everything() {
    let fit = PreparedFit::new(&profile()).unwrap().score(&AccountFacts::default()).unwrap();
    assert_eq!((fit.points, fit.low, fit.high), (Points::ZERO, Points::ZERO, Points::HUNDRED));
    assert_eq!(fit.coverage, Factor::ZERO);
}

fn facts() -> impl Strategy<Value = AccountFacts> {
    let value = prop_oneof![
        Just(AttributeValue::text("emea")),
        Just(AttributeValue::text("x")),
        any::<bool>().prop_map(AttributeValue::Boolean),
        Just(AttributeValue::Number(5.0.try_into().unwrap())),
    ];
    let field = prop::sample::select(vec!["region", "uses_cloud", "sites", "unasked"]);
    (
        prop::option::of(prop::sample::select(vec!["software", "mining"])),
        prop::option::of(-10i64..3000),
        prop::option::of(0i64..300_000_000),
        prop::collection::btree_map(field, value, 0..4),
    )
        .prop_map(|(industry, employees, revenue, attributes)| AccountFacts {
            industry: industry.map(String::from),
            employees,
            revenue,
            attributes: attributes.into_iter().map(|(k, v)| (k.into(), v)).collect::<BTreeMap<_, _>>(),
        })
}

/// `known` with what it lacks filled in from `more`.
fn filled(known: &AccountFacts, more: AccountFacts) -> AccountFacts {
    let mut attributes = more.attributes;
    attributes.extend(known.attributes.clone());
    AccountFacts {
        industry: known.industry.clone().or(more.industry),
        employees: known.employees.or(more.employees),
        revenue: known.revenue.or(more.revenue),
        attributes,
    }
}

proptest! {
    #[test]
    fn filling_in_a_field_lands_inside_the_interval(
        known in facts(), more in facts(), weights in prop::array::uniform4(0i64..100_000)
    ) {
        let [industry, company_size, revenue, custom_attributes] = weights.map(Factor::from_thousandths);
        let weights = FitWeights { industry, company_size, revenue, custom_attributes };
        let fit = PreparedFit::new(&FitConfig { weights, ..profile() }).unwrap();
        let Some(before) = fit.score(&known) else { return Ok(()) };
        let after = fit.score(&filled(&known, more)).unwrap();
        prop_assert!(before.low <= after.low && after.high <= before.high, "{before:?} {after:?}");
        prop_assert!(after.coverage >= before.coverage);
        prop_assert_eq!(before.points, before.low);
        prop_assert!(before.low.is_score() && before.high.is_score());
        prop_assert_eq!(before.coverage == Factor::ONE && before.low != before.high, false);
    }
}
