//! Shapes on the wire: exact decimals, closed objects, one text per configuration.
#![cfg(feature = "serde")]

use proptest::prelude::*;
use scoring::{
    AttributeValue, CombinedConfig, EngagementConfig, EngagementState, Factor, FitConfig, Points, WIRE_LIMIT,
};
use serde_json::{from_str, json, to_string};

#[test]
fn points_are_numbers_with_at_most_three_decimals() {
    for (thousandths, text) in [(0, "0"), (61_333, "61.333"), (80_000, "80"), (-500, "-0.5"), (1, "0.001")] {
        let points = Points::from_thousandths(thousandths);
        assert_eq!(to_string(&points).unwrap(), text);
        assert_eq!(from_str::<Points>(text).unwrap(), points);
        assert_eq!(points.to_string(), text);
    }
    for refused in ["0.0001", "61.3335", "1e300", "\"61\"", "null", "true", "9223372036854775807", "1e-9"] {
        assert!(from_str::<Points>(refused).is_err(), "{refused}");
    }
    assert_eq!(from_str::<Points>("6.1e1").unwrap(), Points::whole(61));
    assert!(to_string(&Points::from_thousandths(i64::MAX)).is_err());
}

#[test]
fn a_configuration_has_one_text() {
    let expected = concat!(
        r#"{"fitWeight":0.5,"engagementWeight":0.5,"fitThreshold":50,"engagementThreshold":50,"band":10,"#,
        r#""scheme":"quadrant","combinedThresholds":{"hot":80,"warm":60,"cool":40}}"#
    );
    assert_eq!(to_string(&CombinedConfig::default()).unwrap(), expected);
    let engagement = to_string(&EngagementConfig::default()).unwrap();
    assert_eq!(from_str::<EngagementConfig>(&engagement).unwrap(), EngagementConfig::default());
    let types = json!({"types": {
        "b": {"channel": "web", "quality": 0.5, "weight": 3}, "a": {"weight": 3, "quality": 0.5, "channel": "web"},
    }});
    let sorted = to_string(&serde_json::from_value::<EngagementConfig>(types).unwrap()).unwrap();
    assert!(sorted.find(r#""a":"#) < sorted.find(r#""b":"#));
}

#[test]
fn what_is_left_out_is_the_default_and_what_is_unknown_is_refused() {
    assert_eq!(from_str::<FitConfig>("{}").unwrap(), FitConfig::default());
    assert_eq!(from_str::<CombinedConfig>("{}").unwrap(), CombinedConfig::default());
    for refused in
        [r#"{"wieghts": {}}"#, r#"{"weights": {"size": 3}}"#, r#"{"icp": {"employees": {"min": 1}}}"#]
    {
        assert!(from_str::<FitConfig>(refused).is_err(), "{refused}");
    }
    let rule = r#"{"types": {"x": {"channel": "web", "quality": 1, "weight": 1, "cap": 3}}}"#;
    assert!(from_str::<EngagementConfig>(rule).is_err());
    assert!(from_str::<EngagementConfig>(r#"{"caps": {"fax": 3}}"#).is_err());
}

#[test]
fn attribute_values_keep_their_type() {
    let value: AttributeValue = from_str(r#"[true, 5, 2.5, "EMEA"]"#).unwrap();
    assert_eq!(to_string(&value).unwrap(), r#"[true,5,2.5,"EMEA"]"#);
    assert!(from_str::<AttributeValue>("null").is_err());
    assert!(from_str::<AttributeValue>(r#"{"a": 1}"#).is_err());
}

#[cfg(feature = "schemars")]
#[test]
fn the_schemas_are_closed() {
    for schema in [
        schemars::schema_for!(FitConfig),
        schemars::schema_for!(EngagementConfig),
        schemars::schema_for!(CombinedConfig),
    ] {
        assert_eq!(schema.get("additionalProperties"), Some(&json!(false)));
    }
}

proptest! {
    #[test]
    fn every_decimal_comes_back_as_it_went(thousandths in -WIRE_LIMIT..=WIRE_LIMIT) {
        let points = Points::from_thousandths(thousandths);
        let text = to_string(&points).unwrap();
        prop_assert_eq!(from_str::<Points>(&text).unwrap(), points);
        prop_assert_eq!(&text, &points.to_string());
        let factor = Factor::from_thousandths(thousandths);
        prop_assert_eq!(from_str::<Factor>(&text).unwrap(), factor);
    }

    #[test]
    fn a_state_comes_back_as_it_went(landmark: i64, sums: [i128; 8]) {
        let state = EngagementState::from_parts(landmark, sums);
        prop_assert_eq!(from_str::<EngagementState>(&to_string(&state).unwrap()).unwrap(), state);
    }
}
