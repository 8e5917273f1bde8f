//! What speaks for a role, where it came from, and how far each kind of origin is believed.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::{Role, Share};

/// Where evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Source {
    /// A person of the tenant said so. Ends the guessing.
    Confirmed,
    /// The contact role of an opportunity in the CRM.
    SfContactRole,
    /// The title rules, [`crate::read_title`].
    TitleParse,
    /// The buying-unit role of the intent vendor.
    Delivrai,
    /// What the person read and whom they met, [`crate::Behaviour`].
    EngagementPattern,
}

impl Source {
    pub const ALL: [Source; 5] = [
        Source::Confirmed,
        Source::SfContactRole,
        Source::TitleParse,
        Source::Delivrai,
        Source::EngagementPattern,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Confirmed => "confirmed",
            Source::SfContactRole => "sf_contact_role",
            Source::TitleParse => "title_parse",
            Source::Delivrai => "delivrai",
            Source::EngagementPattern => "engagement_pattern",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Source, String> {
        Source::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| format!("no source is called `{text}`"))
    }
}

/// One thing that speaks for a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Evidence {
    pub source: Source,
    /// Evidence for [`Role::Unknown`] says nothing and is not counted.
    pub role: Role,
    /// How sure the source is, before it is known how far the source is believed.
    pub confidence: Share,
    /// The rule or the record it came from: `title.finance-chief`, or an id in the CRM. Evidence of one source for one
    /// role from the same place counts once.
    pub rule: Cow<'static, str>,
}

impl Evidence {
    pub fn new(
        source: Source,
        role: Role,
        confidence: Share,
        rule: impl Into<Cow<'static, str>>,
    ) -> Evidence {
        Evidence { source, role, confidence, rule: rule.into() }
    }
}

/// How far each source is believed. A confirmation is believed entirely, whatever is set here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Trusts {
    pub sf_contact_role: Share,
    pub title_parse: Share,
    pub delivrai: Share,
    pub engagement_pattern: Share,
}

impl Default for Trusts {
    fn default() -> Trusts {
        Trusts {
            sf_contact_role: Share::from_thousandths(900),
            title_parse: Share::from_thousandths(600),
            delivrai: Share::from_thousandths(500),
            engagement_pattern: Share::from_thousandths(300),
        }
    }
}

impl Trusts {
    pub const fn of(&self, source: Source) -> Share {
        match source {
            Source::Confirmed => Share::ONE,
            Source::SfContactRole => self.sf_contact_role,
            Source::TitleParse => self.title_parse,
            Source::Delivrai => self.delivrai,
            Source::EngagementPattern => self.engagement_pattern,
        }
    }
}
