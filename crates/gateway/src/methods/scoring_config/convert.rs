//! The rules between the wire and the scoring crate. Both write the same JSON, and a test holds them to it; what the
//! wire's own rules let through and scoring's do not is refused here, by the same paths.

use api::{routers::scoring_config as wire, types};
use rpc::{FieldError, RpcError};
use scoring::{CombinedConfig, EngagementConfig, FitConfig, Violation};
use serde::{Serialize, de::DeserializeOwned};
use store::scoring_configs::{ConfigPart, ConfigStatus, ConfigVersion, Rules};

/// A part of the rules with its type on the wire.
pub(super) trait Part: Rules {
    type Wire: Serialize + DeserializeOwned + Default;

    fn violations(&self) -> Vec<Violation>;
    fn any(version: wire::ConfigVersion<Self::Wire>) -> wire::AnyConfigVersion;
}

macro_rules! part {
    ($config:ty, $wire:ty, $any:ident) => {
        impl Part for $config {
            type Wire = $wire;

            fn violations(&self) -> Vec<Violation> {
                self.validate()
            }

            fn any(version: wire::ConfigVersion<$wire>) -> wire::AnyConfigVersion {
                wire::AnyConfigVersion::$any(version)
            }
        }
    };
}

part!(FitConfig, types::FitConfig, Fit);
part!(EngagementConfig, types::EngagementConfig, Engagement);
part!(CombinedConfig, types::CombinedConfig, Combined);

/// # Errors
/// INVALID_PARAMS naming every broken rule's path, from `config.` on.
pub(super) fn from_wire<C: Part>(rules: &C::Wire) -> Result<C, RpcError> {
    let root = format!("config.{}", C::PART.as_str());
    let read = serde_json::to_value(rules).and_then(serde_json::from_value::<C>);
    let config = read.map_err(|error| {
        RpcError::invalid_params(vec![FieldError::new(&*root, "type", error.to_string())])
    })?;
    let broken: Vec<_> = config.violations().into_iter().map(|it| field_error(&root, it)).collect();
    if broken.is_empty() { Ok(config) } else { Err(RpcError::invalid_params(broken)) }
}

/// Scoring writes `values[2]`, the wire `values.2`.
fn field_error(root: &str, broken: Violation) -> FieldError {
    let path = broken.path.replace('[', ".").replace(']', "");
    FieldError::new(format!("{root}.{path}"), broken.rule, broken.message)
}

/// # Errors
/// When stored rules are more than the wire can say, which is a mistake of ours.
pub(super) fn to_wire<C: Part>(config: &C) -> Result<C::Wire, RpcError> {
    serde_json::to_value(config).and_then(serde_json::from_value).map_err(|error| {
        tracing::error!(part = C::PART.as_str(), %error, "stored rules do not fit the wire");
        RpcError::internal()
    })
}

pub(super) fn version<C: Part>(
    version: ConfigVersion<C>,
    created_by: Option<types::Actor>,
) -> Result<wire::ConfigVersion<C::Wire>, RpcError> {
    Ok(wire::ConfigVersion {
        version: version.version,
        status: match version.status {
            ConfigStatus::Draft => wire::ConfigStatus::Draft,
            ConfigStatus::Active => wire::ConfigStatus::Active,
            ConfigStatus::Superseded => wire::ConfigStatus::Superseded,
        },
        hash: hex(&version.hash),
        config: to_wire(&version.config)?,
        note: version.note,
        created_by,
        created_at: version.created_at.into(),
        activated_at: version.activated_at.map(Into::into),
    })
}

pub(super) fn part(part: types::ConfigType) -> ConfigPart {
    match part {
        types::ConfigType::Fit => ConfigPart::Fit,
        types::ConfigType::Engagement => ConfigPart::Engagement,
        types::ConfigType::Combined => ConfigPart::Combined,
    }
}

pub(in crate::methods) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use scoring::{Factor, Points};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_of_both_sides_agree() {
        assert_eq!(from_wire::<FitConfig>(&types::FitConfig::default()).unwrap(), FitConfig::default());
        assert_eq!(
            from_wire::<EngagementConfig>(&types::EngagementConfig::default()).unwrap(),
            EngagementConfig::default()
        );
        assert_eq!(
            from_wire::<CombinedConfig>(&types::CombinedConfig::default()).unwrap(),
            CombinedConfig::default()
        );
        assert_eq!(to_wire(&FitConfig::default()).unwrap(), types::FitConfig::default());
        assert_eq!(to_wire(&EngagementConfig::default()).unwrap(), types::EngagementConfig::default());
        assert_eq!(to_wire(&CombinedConfig::default()).unwrap(), types::CombinedConfig::default());
    }

    #[test]
    fn every_field_crosses_and_comes_back() {
        let fit: types::FitConfig = serde_json::from_value(json!({
            "icp": {
                "industries": ["Manufacturing", "Mode & Textil"],
                "employees": null,
                "revenue": { "min": 5, "max": 7 },
                "customAttributes": [{ "field": "tier", "values": ["A", 2, 2.5, true, ["x", 1]], "weight": 0.125 }],
            },
            "weights": { "industry": 1, "companySize": 2.001, "revenue": 0, "customAttributes": 1000 },
        }))
        .unwrap();
        assert_eq!(to_wire(&from_wire::<FitConfig>(&fit).unwrap()).unwrap(), fit);
        let engagement: types::EngagementConfig = serde_json::from_value(json!({
            "halfLifeDays": 7.5,
            "types": { "page_view": { "channel": "ads", "quality": 0.333, "weight": 999.999 } },
            "unknownType": { "channel": "other", "quality": 0, "weight": 0 },
            "caps": { "web": 1.001, "other": 100 },
            "account": { "method": "max-breadth", "championWeight": 0.1, "maxBreadth": { "perPerson": 1.5 } },
            "opportunity": { "method": "champion" },
            "seniority": { "cLevel": 99.999 },
            "velocity": { "basis": "creation", "weight": 1, "expectedDaysPerStage": 0.001 },
        }))
        .unwrap();
        assert_eq!(to_wire(&from_wire::<EngagementConfig>(&engagement).unwrap()).unwrap(), engagement);
        let combined: types::CombinedConfig = serde_json::from_value(json!({
            "fitWeight": 0, "engagementWeight": 0.001, "band": 0, "fitThreshold": 100, "engagementThreshold": 0,
            "scheme": "combined", "combinedThresholds": { "hot": 90, "warm": 80.5, "cool": 1 },
        }))
        .unwrap();
        assert_eq!(to_wire(&from_wire::<CombinedConfig>(&combined).unwrap()).unwrap(), combined);
    }

    #[test]
    fn what_scoring_refuses_is_named_by_the_wires_path() {
        let paths = |error: RpcError| error.fields.into_iter().map(|it| it.path).collect::<Vec<_>>();
        let wrong: types::CombinedConfig =
            serde_json::from_value(json!({ "fitThreshold": 140, "band": -1, "engagementWeight": -0.5 }))
                .unwrap();
        let named = paths(from_wire::<CombinedConfig>(&wrong).unwrap_err());
        for path in
            ["config.combined.fitThreshold", "config.combined.band", "config.combined.engagementWeight"]
        {
            assert!(named.iter().any(|it| it == path), "{path} in {named:?}");
        }
        let wrong: types::FitConfig = serde_json::from_value(json!({
            "icp": { "customAttributes": [{ "field": "a", "values": [" "], "weight": -1 }] },
        }))
        .unwrap();
        let named = paths(from_wire::<FitConfig>(&wrong).unwrap_err());
        assert_eq!(
            named,
            ["config.fit.icp.customAttributes.0.weight", "config.fit.icp.customAttributes.0.values.0"]
        );
        let wrong: types::EngagementConfig = serde_json::from_value(json!({ "halfLifeDays": 0 })).unwrap();
        assert_eq!(
            paths(from_wire::<EngagementConfig>(&wrong).unwrap_err()),
            ["config.engagement.halfLifeDays"]
        );
    }

    #[test]
    fn fit_weights_of_nothing_are_allowed_and_mean_no_score() {
        let none =
            json!({ "weights": { "industry": 0, "companySize": 0, "revenue": 0, "customAttributes": 0 } });
        let config = from_wire::<FitConfig>(&serde_json::from_value(none).unwrap()).unwrap();
        let prepared = scoring::PreparedFit::new(&config).unwrap();
        assert_eq!(prepared.score(&scoring::AccountFacts::default()), None);
        assert_eq!(
            CombinedConfig {
                fit_weight: Factor::ZERO,
                fit_threshold: Points::whole(50),
                ..Default::default()
            }
            .validate(),
            []
        );
    }
}
