//! The parts people play when a company buys. How somebody's part is found out is not known here.

use std::fmt;
use std::str::FromStr;

/// A part in a buying group, in the order that decides between equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Role {
    /// Wants it, and sells it inside.
    Champion,
    /// Holds the budget and signs.
    EconomicBuyer,
    /// Judges whether it works here.
    TechnicalEvaluator,
    /// Will work with it.
    EndUser,
    /// Contracts, data protection, terms of purchase.
    LegalProcurement,
    /// Explains how things go in the house.
    Coach,
    /// Is against it.
    Blocker,
    /// Nothing is known well enough.
    Unknown,
}

impl Role {
    pub const ALL: [Role; 8] = [
        Role::Champion,
        Role::EconomicBuyer,
        Role::TechnicalEvaluator,
        Role::EndUser,
        Role::LegalProcurement,
        Role::Coach,
        Role::Blocker,
        Role::Unknown,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Champion => "champion",
            Role::EconomicBuyer => "economic_buyer",
            Role::TechnicalEvaluator => "technical_evaluator",
            Role::EndUser => "end_user",
            Role::LegalProcurement => "legal_procurement",
            Role::Coach => "coach",
            Role::Blocker => "blocker",
            Role::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Role, String> {
        Role::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("no role is called `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("chief".parse::<Role>().is_err());
    }
}
