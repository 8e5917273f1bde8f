//! The kinds of record that connectors bring and screens list.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of canonical record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Account,
    Person,
    Opportunity,
    Activity,
    Meeting,
}

impl EntityKind {
    pub const ALL: [Self; 5] =
        [Self::Account, Self::Person, Self::Opportunity, Self::Activity, Self::Meeting];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Person => "person",
            Self::Opportunity => "opportunity",
            Self::Activity => "activity",
            Self::Meeting => "meeting",
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no kind of record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kind of record is called `{0}`")]
pub struct UnknownEntity(pub String);

impl FromStr for EntityKind {
    type Err = UnknownEntity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownEntity(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_its_name_and_serde_agrees() {
        for kind in EntityKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert!("lead".parse::<EntityKind>().is_err());
    }
}
