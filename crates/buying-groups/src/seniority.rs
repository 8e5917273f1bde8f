//! How senior a title is. What a level is worth is not known here.

use std::fmt;
use std::str::FromStr;

/// The levels of a hierarchy, ascending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Seniority {
    /// Everybody else, and no title.
    #[default]
    Other,
    Manager,
    /// Directors, heads of something.
    Director,
    Vp,
    /// Chief officers, presidents, founders, owners, managing directors.
    CLevel,
}

impl Seniority {
    pub const ALL: [Seniority; 5] =
        [Seniority::Other, Seniority::Manager, Seniority::Director, Seniority::Vp, Seniority::CLevel];

    pub const fn as_str(self) -> &'static str {
        match self {
            Seniority::Other => "other",
            Seniority::Manager => "manager",
            Seniority::Director => "director",
            Seniority::Vp => "vp",
            Seniority::CLevel => "c_level",
        }
    }
}

impl fmt::Display for Seniority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Seniority {
    type Err = String;

    fn from_str(text: &str) -> Result<Seniority, String> {
        Seniority::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("no seniority is called `{text}`"))
    }
}
