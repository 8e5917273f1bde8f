//! How senior somebody is, read from a job title. What a level is worth is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The levels that roll-ups weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seniority {
    Other,
    Manager,
    Director,
    Vp,
    /// C-level, president, founder, owner.
    CLevel,
}

impl Seniority {
    pub const ALL: [Self; 5] = [Self::Other, Self::Manager, Self::Director, Self::Vp, Self::CLevel];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Manager => "manager",
            Self::Director => "director",
            Self::Vp => "vp",
            Self::CLevel => "c_level",
        }
    }

    /// Reads a title in English, with a few common words of its neighbours. It looks at words, not at meaning: a
    /// title of an unusual kind is `Other`, never an error.
    ///
    /// ```
    /// use canonical::Seniority;
    /// assert_eq!(Seniority::from_title("Senior Vice President, Sales"), Seniority::Vp);
    /// ```
    pub fn from_title(title: &str) -> Self {
        let lower = title.to_lowercase();
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        // "Assistant to the CEO" and "Director, Office of the CEO" are not the CEO.
        let end = words
            .windows(2)
            .position(|pair| {
                matches!(pair, ["to", "the" | "ceo" | "cfo" | "president" | "vp"] | ["office", "of"])
            })
            .unwrap_or(words.len());
        let words = &words[..end];
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
        let pair = |first: &str, second: &str| words.windows(2).any(|pair| pair == [first, second]);

        if ["executive", "administrative", "personal"].iter().any(|kind| pair(kind, "assistant")) {
            Self::Other
        } else if has(&["vp", "svp", "evp", "avp", "rvp", "gvp"]) || pair("vice", "president") {
            Self::Vp
        } else if is_c_level(words, &has) {
            Self::CLevel
        } else if has(&["director", "directeur", "directrice", "direktor", "direktorin", "head"]) {
            Self::Director
        } else if has(&[
            "manager",
            "mgr",
            "supervisor",
            "lead",
            "leiter",
            "leiterin",
            "gerente",
            "responsable",
        ]) {
            Self::Manager
        } else {
            Self::Other
        }
    }
}

fn is_c_level(words: &[&str], has: &impl Fn(&[&str]) -> bool) -> bool {
    has(&["ceo", "cto", "cfo", "coo", "cmo", "cio", "ciso", "cro", "cpo", "chro", "cdo", "cso", "cco", "cxo"])
        || (has(&["chief"]) && has(&["officer"]))
        || has(&["president", "founder", "cofounder", "chairman", "chairwoman", "geschäftsführer", "geschäftsführerin"])
        // A product owner owns no company.
        || matches!(words, ["owner"] | ["business" | "co" | "company", "owner"] | ["owner", "operator"])
}

impl fmt::Display for Seniority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Seniority {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("no seniority is called `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_have_the_level_their_words_say() {
        use Seniority::{CLevel, Director, Manager, Other, Vp};
        let table = [
            ("CEO", CLevel),
            ("Chief Technology Officer", CLevel),
            ("Founder & CEO", CLevel),
            ("Co-Founder", CLevel),
            ("President", CLevel),
            ("President and COO", CLevel),
            ("Owner", CLevel),
            ("Geschäftsführer", CLevel),
            ("Vice President", Vp),
            ("Vice-President of Sales", Vp),
            ("SVP, Marketing", Vp),
            ("VP Engineering", Vp),
            ("Executive Vice President and CFO", Vp),
            ("Director of IT", Director),
            ("Senior Director, Revenue Operations", Director),
            ("Head of Growth", Director),
            ("Directeur commercial", Director),
            ("Director, Office of the CEO", Director),
            ("Marketing Manager", Manager),
            ("Team Lead", Manager),
            ("Sr. Mgr, Data", Manager),
            ("Software Engineer", Other),
            ("Product Owner", Other),
            ("Chief of Staff", Other),
            ("Executive Assistant to the CEO", Other),
            ("Assistant to the President", Other),
            ("", Other),
            ("???", Other),
        ];
        for (title, level) in table {
            assert_eq!(Seniority::from_title(title), level, "{title}");
        }
    }

    #[test]
    fn levels_are_ordered_and_read_back_their_names() {
        assert!(Seniority::CLevel > Seniority::Vp && Seniority::Manager > Seniority::Other);
        for level in Seniority::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
    }
}
