//! Seniority from an English job title: what a person counts in a weighted average. Knows no other language yet: a
//! title it cannot read counts as any other.

use crate::config::SeniorityWeights;
use crate::points::Factor;

/// How senior a title is, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Seniority {
    /// Everybody else, and no title.
    Other,
    /// Manager.
    Manager,
    /// Director, head of.
    Director,
    /// Vice president.
    Vp,
    /// Chief … officer, president, founder.
    CLevel,
}

const CHIEFS: [&str; 16] = [
    "cao",
    "cco",
    "cdo",
    "ceo",
    "cfo",
    "chro",
    "cio",
    "ciso",
    "clo",
    "cmo",
    "coo",
    "cpo",
    "cro",
    "cso",
    "cto",
    "president",
];
const FOUNDERS: [&str; 2] = ["founder", "cofounder"];
const VICE_PRESIDENTS: [&str; 5] = ["vp", "svp", "evp", "avp", "rvp"];

impl Seniority {
    /// The most senior thing a title says. What follows "to" is somebody else: an assistant to the CEO is not one.
    ///
    /// ```
    /// use scoring::Seniority;
    /// assert_eq!(Seniority::of_title("Co-Founder & CEO"), Seniority::CLevel);
    /// assert_eq!(Seniority::of_title("Senior Vice President, Sales"), Seniority::Vp);
    /// assert_eq!(Seniority::of_title("Head of Platform"), Seniority::Director);
    /// assert_eq!(Seniority::of_title("Assistant to the CEO"), Seniority::Other);
    /// ```
    pub fn of_title(title: &str) -> Seniority {
        let words = || title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut best = Seniority::Other;
        let (mut before, mut chief) = ("", false);
        for word in words().take_while(|word| !word.eq_ignore_ascii_case("to")) {
            best = best.max(of_word(word, before, chief));
            chief = chief || word.eq_ignore_ascii_case("chief");
            before = word;
        }
        best
    }
}

fn of_word(word: &str, before: &str, chief: bool) -> Seniority {
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    let after = |name: &str| before.eq_ignore_ascii_case(name);
    let any = |names: &[&str]| names.iter().any(|name| is(name));
    match () {
        () if any(&VICE_PRESIDENTS) || (is("president") && after("vice")) => Seniority::Vp,
        () if any(&CHIEFS) || any(&FOUNDERS) || (is("officer") && chief) => Seniority::CLevel,
        () if is("director") || (is("of") && after("head")) => Seniority::Director,
        () if is("manager") || is("mgr") => Seniority::Manager,
        () => Seniority::Other,
    }
}

impl SeniorityWeights {
    /// What a person of this seniority counts.
    pub fn of(&self, seniority: Seniority) -> Factor {
        match seniority {
            Seniority::CLevel => self.c_level,
            Seniority::Vp => self.vp,
            Seniority::Director => self.director,
            Seniority::Manager => self.manager,
            Seniority::Other => self.other,
        }
    }

    /// What a person of this title counts.
    ///
    /// ```
    /// use scoring::{Factor, SeniorityWeights};
    /// assert_eq!(SeniorityWeights::default().of_title(Some("IT Manager")), Factor::from_thousandths(1_100));
    /// assert_eq!(SeniorityWeights::default().of_title(None), Factor::ONE);
    /// ```
    pub fn of_title(&self, title: Option<&str>) -> Factor {
        self.of(title.map_or(Seniority::Other, Seniority::of_title))
    }
}

#[cfg(test)]
mod tests {
    use super::Seniority::{self, *};

    #[test]
    fn titles_are_read_as_people_write_them() {
        let table: [(&str, Seniority); 24] = [
            ("Chief Executive Officer", CLevel),
            ("CTO", CLevel),
            ("President", CLevel),
            ("Founder", CLevel),
            ("Chief of Staff", Other),
            ("Executive Assistant to the Chief Financial Officer", Other),
            ("VP Marketing", Vp),
            ("V.P. Marketing", Other),
            ("Vice-President of Sales", Vp),
            ("EVP & General Manager", Vp),
            ("Director of Engineering", Director),
            ("Sr. Director, IT", Director),
            ("Managing Director", Director),
            ("Head of Growth", Director),
            ("Head Nurse", Other),
            ("Marketing Manager", Manager),
            ("Product mgr", Manager),
            ("MANAGER", Manager),
            ("Software Engineer", Other),
            ("Officer", Other),
            ("Product Owner", Other),
            ("Ingénieur · Équipe données", Other),
            ("", Other),
            ("Manager and CEO", CLevel),
        ];
        for (title, seniority) in table {
            assert_eq!(Seniority::of_title(title), seniority, "{title}");
        }
    }
}
