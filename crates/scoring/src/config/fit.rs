//! Fit: the ideal customer profile and the weight of each of its dimensions.

use super::violation::{Violation, Violations};
use crate::attribute::AttributeValue;
use crate::points::Factor;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How an account's likeness to the ideal customer profile is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct FitConfig {
    /// The ideal customer profile.
    pub icp: IdealProfile,
    /// What each dimension weighs; normalised by the sum of those configured.
    pub weights: FitWeights,
}

/// The ideal customer profile. A dimension without a wish is not configured and leaves the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct IdealProfile {
    /// Industries, compared trimmed and in lower case.
    pub industries: Vec<String>,
    /// Number of employees.
    pub employees: Option<Range>,
    /// Annual revenue in whole units of the organization's currency.
    pub revenue: Option<Range>,
    /// Wishes about custom attributes.
    pub custom_attributes: Vec<CustomAttribute>,
}

/// From `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Range {
    /// The least that is ideal, not negative.
    pub min: i64,
    /// The most that is ideal.
    pub max: i64,
}

/// A custom attribute that should have one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CustomAttribute {
    /// The attribute's name.
    pub field: String,
    /// The values wished for; one is enough.
    pub values: Vec<AttributeValue>,
    /// Its weight among the custom attributes.
    pub weight: Factor,
}

/// The weight of each dimension of fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "camelCase"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct FitWeights {
    /// Industry.
    pub industry: Factor,
    /// Number of employees.
    pub company_size: Factor,
    /// Annual revenue.
    pub revenue: Factor,
    /// All custom attributes together.
    pub custom_attributes: Factor,
}

impl Default for IdealProfile {
    fn default() -> IdealProfile {
        IdealProfile {
            industries: Vec::new(),
            employees: Some(Range { min: 50, max: 1000 }),
            revenue: Some(Range { min: 1_000_000, max: 100_000_000 }),
            custom_attributes: Vec::new(),
        }
    }
}

impl Default for FitWeights {
    fn default() -> FitWeights {
        FitWeights {
            industry: Factor::whole(30),
            company_size: Factor::whole(25),
            revenue: Factor::whole(25),
            custom_attributes: Factor::whole(20),
        }
    }
}

/// Far above any company, and small enough that no product overflows.
const LARGEST: i64 = 1_000_000_000_000_000;

impl FitConfig {
    /// Every broken rule; empty when the configuration is sound.
    ///
    /// ```
    /// use scoring::{FitConfig, Range};
    /// let mut config = FitConfig::default();
    /// assert!(config.validate().is_empty());
    /// config.icp.employees = Some(Range { min: 10, max: 5 });
    /// assert_eq!(config.validate()[0].path, "icp.employees");
    /// ```
    pub fn validate(&self) -> Vec<Violation> {
        let mut found = Violations::default();
        found.at_most("icp.industries", self.icp.industries.len(), 1000);
        for (index, industry) in self.icp.industries.iter().enumerate() {
            found.text(&format!("icp.industries[{index}]"), industry);
        }
        validate_range(&mut found, "icp.employees", self.icp.employees);
        validate_range(&mut found, "icp.revenue", self.icp.revenue);
        found.at_most("icp.customAttributes", self.icp.custom_attributes.len(), 100);
        for (index, attribute) in self.icp.custom_attributes.iter().enumerate() {
            validate_attribute(&mut found, &format!("icp.customAttributes[{index}]"), attribute);
        }
        found.weight("weights.industry", self.weights.industry);
        found.weight("weights.companySize", self.weights.company_size);
        found.weight("weights.revenue", self.weights.revenue);
        found.weight("weights.customAttributes", self.weights.custom_attributes);
        found.0
    }
}

fn validate_range(found: &mut Violations, path: &str, range: Option<Range>) {
    let Some(Range { min, max }) = range else { return };
    for (name, bound) in [("min", min), ("max", max)] {
        if !(0..=LARGEST).contains(&bound) {
            found.refuse(
                &format!("{path}.{name}"),
                "range",
                format!("must be from 0 to {LARGEST}, is {bound}"),
            );
        }
    }
    if min > max {
        found.refuse(path, "order", format!("min must not be above max, {min} is above {max}"));
    }
}

fn validate_attribute(found: &mut Violations, path: &str, attribute: &CustomAttribute) {
    found.text(&format!("{path}.field"), &attribute.field);
    found.weight(&format!("{path}.weight"), attribute.weight);
    let values = format!("{path}.values");
    found.at_most(&values, attribute.values.len(), 1000);
    if attribute.values.is_empty() {
        found.refuse(&values, "empty", "must have at least one value".into());
    }
    for (index, value) in attribute.values.iter().enumerate() {
        if !value.is_known() {
            found.refuse(&format!("{values}[{index}]"), "blank", "must not be blank".into());
        }
    }
}
