//! What the names of roles in other systems mean here. A table that a tenant may replace; a name it does not know says nothing.

use std::collections::BTreeMap;

use crate::{Evidence, Role, Share, Source};

/// From a role's name elsewhere to the role here and how sure one can be of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMap(BTreeMap<String, (Role, Share)>);

/// Why a table of names was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleMapRefusal {
    #[error("a role's name must not be blank")]
    BlankName,
    #[error("`{0}` stands there twice; case, spaces and punctuation do not tell names apart")]
    DuplicateName(String),
    #[error("`{0}` cannot mean a role with no confidence; let it mean unknown")]
    NoConfidence(String),
}

/// Salesforce's standard values first, then HubSpot's buying roles, then names that teams add.
const CONTACT_ROLES: &[(&str, Role, u32)] = &[
    ("Business User", Role::EndUser, 900),
    ("Decision Maker", Role::EconomicBuyer, 850),
    ("Economic Buyer", Role::EconomicBuyer, 950),
    ("Economic Decision Maker", Role::EconomicBuyer, 950),
    ("Evaluator", Role::TechnicalEvaluator, 800),
    ("Executive Sponsor", Role::Champion, 600),
    ("Influencer", Role::Champion, 400),
    ("Technical Buyer", Role::TechnicalEvaluator, 900),
    ("Other", Role::Unknown, 0),
    ("Blocker", Role::Blocker, 900),
    ("Budget Holder", Role::EconomicBuyer, 950),
    ("Champion", Role::Champion, 950),
    ("End User", Role::EndUser, 900),
    ("Legal and Compliance", Role::LegalProcurement, 900),
    ("Approver", Role::EconomicBuyer, 700),
    ("Coach", Role::Coach, 900),
    ("Detractor", Role::Blocker, 800),
    ("Gatekeeper", Role::Blocker, 400),
    ("Legal", Role::LegalProcurement, 900),
    ("Opponent", Role::Blocker, 800),
    ("Power User", Role::EndUser, 800),
    ("Procurement", Role::LegalProcurement, 900),
    ("Purchasing", Role::LegalProcurement, 900),
    ("Recommender", Role::Champion, 500),
    ("Signatory", Role::EconomicBuyer, 800),
    ("Sponsor", Role::Champion, 700),
    ("Technical Decision Maker", Role::TechnicalEvaluator, 900),
    ("Technical Evaluator", Role::TechnicalEvaluator, 950),
    ("User", Role::EndUser, 800),
    ("User Buyer", Role::EndUser, 800),
];

/// The intent vendor infers its roles, so the same word is worth a little less there than when a rep wrote it down.
const BUYING_UNIT: &[(&str, Role, u32)] = &[
    ("Blocker", Role::Blocker, 700),
    ("Budget Holder", Role::EconomicBuyer, 900),
    ("Buyer", Role::EconomicBuyer, 600),
    ("Champion", Role::Champion, 900),
    ("Coach", Role::Coach, 800),
    ("Decision Maker", Role::EconomicBuyer, 850),
    ("Economic Buyer", Role::EconomicBuyer, 900),
    ("End User", Role::EndUser, 850),
    ("Evaluator", Role::TechnicalEvaluator, 800),
    ("Executive", Role::EconomicBuyer, 600),
    ("Influencer", Role::Champion, 400),
    ("Legal", Role::LegalProcurement, 850),
    ("Legal Procurement", Role::LegalProcurement, 850),
    ("Practitioner", Role::EndUser, 800),
    ("Procurement", Role::LegalProcurement, 850),
    ("Researcher", Role::EndUser, 500),
    ("Technical", Role::TechnicalEvaluator, 700),
    ("Technical Buyer", Role::TechnicalEvaluator, 850),
    ("Technical Evaluator", Role::TechnicalEvaluator, 900),
    ("User", Role::EndUser, 800),
];

impl RoleMap {
    /// A table of one's own. A name that means [`Role::Unknown`] is known to say nothing.
    ///
    /// # Errors
    /// A blank name, one name twice, a role without confidence.
    pub fn new<N: AsRef<str>>(
        entries: impl IntoIterator<Item = (N, Role, Share)>,
    ) -> Result<RoleMap, RoleMapRefusal> {
        let mut map = BTreeMap::new();
        for (name, role, confidence) in entries {
            let key = key(name.as_ref());
            if key.is_empty() {
                return Err(RoleMapRefusal::BlankName);
            }
            if role != Role::Unknown && confidence == Share::ZERO {
                return Err(RoleMapRefusal::NoConfidence(name.as_ref().to_owned()));
            }
            if map.insert(key, (role, confidence)).is_some() {
                return Err(RoleMapRefusal::DuplicateName(name.as_ref().to_owned()));
            }
        }
        Ok(RoleMap(map))
    }

    /// What the contact roles of an opportunity usually mean: Salesforce's standard values, HubSpot's buying roles and
    /// names that teams add.
    pub fn contact_roles() -> RoleMap {
        RoleMap::of_table(CONTACT_ROLES)
    }

    /// What the intent vendor's buying-unit roles usually mean.
    pub fn buying_unit() -> RoleMap {
        RoleMap::of_table(BUYING_UNIT)
    }

    fn of_table(table: &[(&'static str, Role, u32)]) -> RoleMap {
        let entry = |(name, role, thousandths): &(&'static str, Role, u32)| {
            (*name, *role, Share::from_thousandths(*thousandths))
        };
        RoleMap::new(table.iter().map(entry)).expect("the tables of this file are sound")
    }

    /// What a name means; nothing for a name that is not in the table.
    ///
    /// ```
    /// use buying_groups::{Role, RoleMap, Share};
    /// let map = RoleMap::contact_roles();
    /// assert_eq!(map.role(" technical_buyer"), Some((Role::TechnicalEvaluator, Share::from_thousandths(900))));
    /// assert_eq!(map.role("Head of the table"), None);
    /// ```
    pub fn role(&self, name: &str) -> Option<(Role, Share)> {
        self.0.get(&key(name)).copied()
    }

    /// The evidence in a name; none for a name that says nothing. `record` is where it was read.
    pub fn evidence(&self, source: Source, name: &str, record: &str) -> Option<Evidence> {
        let (role, confidence) = self.role(name)?;
        (role != Role::Unknown).then(|| Evidence::new(source, role, confidence, record.to_owned()))
    }

    /// Every name, lower-cased, with its meaning, in order of the names.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Role, Share)> {
        self.0.iter().map(|(name, (role, confidence))| (name.as_str(), *role, *confidence))
    }
}

/// Case, spaces and punctuation do not tell names apart: `TECHNICAL_BUYER` is `Technical buyer`.
fn key(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_value_of_the_crm_is_known() {
        let map = RoleMap::contact_roles();
        let standard = [
            "Business User",
            "Decision Maker",
            "Economic Buyer",
            "Economic Decision Maker",
            "Evaluator",
            "Executive Sponsor",
            "Influencer",
            "Technical Buyer",
            "Other",
        ];
        for name in standard {
            assert!(map.role(name).is_some(), "{name}");
        }
        assert_eq!(map.evidence(Source::SfContactRole, "Other", "ocr-1"), None, "other says nothing");
        assert!(RoleMap::buying_unit().role("ECONOMIC_BUYER").is_some());
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        let one = Share::ONE;
        let twice = [("Sponsor", Role::Champion, one), ("SPONSOR ", Role::Coach, one)];
        assert_eq!(RoleMap::new(twice), Err(RoleMapRefusal::DuplicateName("SPONSOR ".into())));
        assert_eq!(RoleMap::new([(" - ", Role::Coach, one)]), Err(RoleMapRefusal::BlankName));
        let none = RoleMap::new([("Sponsor", Role::Champion, Share::ZERO)]);
        assert_eq!(none, Err(RoleMapRefusal::NoConfidence("Sponsor".into())));
        assert!(RoleMap::new([("Sponsor", Role::Unknown, Share::ZERO)]).is_ok());
    }
}
