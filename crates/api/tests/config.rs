//! Rules of the scoring configuration: what breaks one is named by its path.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use api::{CATALOGUE, types::*};
use serde_json::{Value, json};

/// Path and rule of everything that is wrong with a draft.
fn refused(config: Value) -> Vec<(String, String)> {
    let save = CATALOGUE.iter().find(|it| it.name == "scoringConfig.saveDraft").unwrap();
    match (save.accepts)(&json!({ "config": config }).to_string()) {
        Ok(()) => Vec::new(),
        Err(error) => error.fields.into_iter().map(|field| (field.path, field.rule)).collect(),
    }
}

#[test]
fn the_defaults_are_those_of_the_reference_and_valid() {
    let all = json!({
        "fit": FitConfig::default(),
        "engagement": EngagementConfig::default(),
        "combined": CombinedConfig::default(),
    });
    assert!(refused(all.clone()).is_empty());
    assert_eq!(all["fit"]["weights"]["industry"], 30);
    assert_eq!(
        all["engagement"]["types"]["demo_request"],
        json!({ "channel": "web", "quality": 1, "weight": 40 })
    );
    assert_eq!(all["engagement"]["account"]["championWeight"], 0.6);
    assert_eq!(all["combined"]["fitThreshold"], 50);
}

#[test]
fn what_a_part_leaves_out_gets_its_default() {
    let part: EngagementConfig = serde_json::from_str(r#"{"halfLifeDays":14}"#).unwrap();
    assert_eq!(part, EngagementConfig { half_life_days: Factor(14_000), ..EngagementConfig::default() });
}

#[test]
fn each_broken_rule_is_named_by_its_path() {
    let table = [
        (json!({ "combined": { "fitThreshold": 140 } }), "config.combined.fitThreshold", "range"),
        (json!({ "combined": { "band": -1 } }), "config.combined.band", "range"),
        (json!({ "combined": { "fitWeight": -0.5 } }), "config.combined.fitWeight", "range"),
        (json!({ "combined": { "fitWeight": 0, "engagementWeight": 0 } }), "config.combined", "empty"),
        (json!({ "combined": { "fitThreshold": 95 } }), "config.combined", "band"),
        (json!({ "combined": { "scheme": "magic" } }), "config.combined.scheme", "enum"),
        (
            json!({ "combined": { "combinedThresholds": { "hot": 50, "warm": 60 } } }),
            "config.combined.combinedThresholds",
            "order",
        ),
        (json!({ "fit": { "weights": { "industry": -1 } } }), "config.fit.weights.industry", "range"),
        (json!({ "fit": { "weights": { "industry": 0.0001 } } }), "config.fit.weights.industry", "type"),
        (
            json!({ "fit": { "icp": { "employees": { "min": 9, "max": 3 } } } }),
            "config.fit.icp.employees",
            "order",
        ),
        (
            json!({ "fit": { "icp": { "revenue": { "min": -1, "max": 3 } } } }),
            "config.fit.icp.revenue.min",
            "range",
        ),
        (json!({ "fit": { "icp": { "industries": ["  "] } } }), "config.fit.icp.industries", "blank"),
        (
            json!({ "fit": { "icp": { "customAttributes": [{ "field": "a", "values": [], "weight": 1 }] } } }),
            "config.fit.icp.customAttributes.0.values",
            "length",
        ),
        (json!({ "engagement": { "halfLifeDays": 0 } }), "config.engagement.halfLifeDays", "range"),
        (json!({ "engagement": { "caps": { "web": 101 } } }), "config.engagement.caps.web", "range"),
        (
            json!({ "engagement": { "types": { "demo_request": { "channel": "web", "quality": 2, "weight": 1 } } } }),
            "config.engagement.types.demo_request.quality",
            "range",
        ),
        (
            json!({ "engagement": { "types": { "meeting_recorded": { "channel": "meetings", "quality": 1, "weight": 1 } } } }),
            "config.engagement.types.meeting_recorded",
            "reserved",
        ),
        (
            json!({ "engagement": { "opportunity": { "method": "max-breadth" } } }),
            "config.engagement.opportunity",
            "choice",
        ),
        (
            json!({ "engagement": { "velocity": { "expectedDaysPerStage": 0 } } }),
            "config.engagement.velocity.expectedDaysPerStage",
            "range",
        ),
        (
            json!({ "engagement": { "seniority": { "cLevel": 0 } } }),
            "config.engagement.seniority.cLevel",
            "range",
        ),
        (json!({ "combined": { "zzz": 1 } }), "config.combined.zzz", "unknown"),
        (json!({}), "config", "empty"),
    ];
    for (config, path, rule) in table {
        assert_eq!(refused(config.clone()), [(path.to_owned(), rule.to_owned())], "{config}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let config = json!({
        "fit": { "weights": { "revenue": 2000 } },
        "engagement": { "opportunity": { "method": "max-breadth", "championWeight": 7 } },
        "combined": { "fitThreshold": 140, "engagementThreshold": -1 },
    });
    let paths: Vec<String> = refused(config).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            "config.combined.engagementThreshold",
            "config.combined.fitThreshold",
            "config.engagement.opportunity",
            "config.fit.weights.revenue",
        ]
    );
}

#[test]
fn activation_names_each_part_at_most_once() {
    let activate = CATALOGUE.iter().find(|it| it.name == "scoringConfig.activate").unwrap();
    let twice = json!({ "versions": [{ "type": "fit", "version": 1 }, { "type": "fit", "version": 2 }] });
    let error = (activate.accepts)(&twice.to_string()).unwrap_err();
    assert_eq!((error.fields[0].path.as_str(), error.fields[0].rule.as_str()), ("versions", "unique"));
    let worse = json!({ "versions": [{ "type": "fit", "version": 0 }, { "type": "fit", "version": 0 }] });
    assert!((activate.accepts)(&worse.to_string()).is_err());
}

#[test]
fn an_activity_needs_somebody_it_concerns() {
    let record = CATALOGUE.iter().find(|it| it.name == "activity.record").unwrap();
    let nobody = json!({ "type": "page_view", "occurredAt": "2026-03-02T09:30:00.000Z" });
    let error = (record.accepts)(&nobody.to_string()).unwrap_err();
    assert_eq!(
        (error.fields[0].path.as_str(), error.message.as_ref()),
        ("", "personId or accountId is required")
    );
}
