//! Reading a job title: which role it speaks for, and how senior it is. Knows the words, not the person.

use crate::{Evidence, Role, Seniority};

/// What a title says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TitleReading {
    /// One piece per role it speaks for, each naming its rule; often none.
    pub evidence: Vec<Evidence>,
    pub seniority: Seniority,
}

impl TitleReading {
    /// The role the title alone would be taken for.
    pub fn role(&self) -> Role {
        crate::detect(&self.evidence, &crate::Trusts::default()).role
    }
}

/// Reads a title in English, German, French, Spanish or Portuguese.
pub fn read_title(_title: &str) -> TitleReading {
    TitleReading::default()
}

/// The ids of all title rules, with what each is about.
pub fn title_rules() -> impl Iterator<Item = (&'static str, &'static str)> {
    [].into_iter()
}
