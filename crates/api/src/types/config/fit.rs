//! Fit: the ideal customer profile and what each of its dimensions weighs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::broken;
use crate::types::Factor;

/// How an account's likeness to the ideal customer profile is measured.
///
/// A dimension without a wish is not configured and leaves the sum; when none is configured, or all weights are 0,
/// there is no fit score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FitConfig {
    /// The ideal customer profile.
    #[validate(nested)]
    pub icp: IdealProfile,
    /// What each dimension weighs; normalised by the sum of those configured.
    #[validate(nested)]
    pub weights: FitWeights,
}

/// The ideal customer profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct IdealProfile {
    /// Industries that fit, compared trimmed and without regard to case. Empty: industry does not count.
    #[validate(length(max = 1000), custom(function = "no_blanks"))]
    pub industries: Vec<String>,
    /// Number of employees that fits. Outside, points fall to 0 at no employees and at twice the maximum. Null: size does not count.
    #[validate(nested)]
    pub employees: Option<Range>,
    /// Annual revenue that fits, in whole units of the organization's currency, falling off like employees. Null: revenue does not count.
    #[validate(nested)]
    pub revenue: Option<Range>,
    /// Custom attributes that fit. Empty: they do not count.
    #[validate(length(max = 100), nested)]
    pub custom_attributes: Vec<CustomAttribute>,
}

impl Default for IdealProfile {
    fn default() -> Self {
        IdealProfile {
            industries: Vec::new(),
            employees: Some(Range { min: 50, max: 1000 }),
            revenue: Some(Range { min: 1_000_000, max: 100_000_000 }),
            custom_attributes: Vec::new(),
        }
    }
}

/// From `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "rising"))]
pub struct Range {
    /// The least that fits, 0 to 10^15.
    #[validate(range(min = 0, max = 1_000_000_000_000_000_i64))]
    pub min: i64,
    /// The most that fits, `min` to 10^15.
    #[validate(range(min = 0, max = 1_000_000_000_000_000_i64))]
    pub max: i64,
}

fn rising(range: &Range) -> Result<(), ValidationError> {
    if range.min <= range.max { Ok(()) } else { Err(broken("order", "min must not be above max")) }
}

/// A custom attribute that should have one of some values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomAttribute {
    /// The attribute's name, 1 to 200 characters.
    #[validate(length(min = 1, max = 200), custom(function = "not_blank"))]
    pub field: String,
    /// The values that fit; one is enough. Texts are compared without regard to case.
    #[validate(length(min = 1, max = 1000), custom(function = "all_known"))]
    pub values: Vec<AttributeValue>,
    /// Its weight among the custom attributes, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub weight: Factor,
}

/// A text, number, boolean, or a list of these, any of which may match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AttributeValue {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text, compared trimmed and without regard to case.
    Text(String),
    /// Several values.
    List(Vec<AttributeValue>),
}

impl AttributeValue {
    /// Whether it says anything: a blank text and an empty list do not.
    pub fn is_known(&self) -> bool {
        match self {
            AttributeValue::Text(text) => !text.trim().is_empty(),
            AttributeValue::List(values) => values.iter().any(AttributeValue::is_known),
            AttributeValue::Boolean(_) | AttributeValue::Number(_) => true,
        }
    }
}

/// What each dimension of fit weighs, 0 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FitWeights {
    /// Industry, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub industry: Factor,
    /// Number of employees, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub company_size: Factor,
    /// Annual revenue, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub revenue: Factor,
    /// All custom attributes together, 0 to 1000.
    #[validate(range(min = 0.0, max = 1000.0))]
    pub custom_attributes: Factor,
}

impl Default for FitWeights {
    fn default() -> Self {
        FitWeights {
            industry: Factor(30_000),
            company_size: Factor(25_000),
            revenue: Factor(25_000),
            custom_attributes: Factor(20_000),
        }
    }
}

fn not_blank(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() { Err(broken("blank", "must not be blank")) } else { Ok(()) }
}

fn no_blanks(texts: &[String]) -> Result<(), ValidationError> {
    texts.iter().try_for_each(|text| not_blank(text))
}

fn all_known(values: &[AttributeValue]) -> Result<(), ValidationError> {
    if values.iter().all(AttributeValue::is_known) {
        Ok(())
    } else {
        Err(broken("blank", "must not be blank"))
    }
}
