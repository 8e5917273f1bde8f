//! Which of Salesforce's objects are read, in which order, and what their fields become by default.

use canonical::EntityKind;
use serde::{Deserialize, Serialize};

use crate::mapping::{FieldMapping, Mappings, Transform};

/// An object, in reading order: what others refer to comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Object {
    Account,
    Contact,
    Lead,
    Opportunity,
    OpportunityContactRole,
    OpportunityHistory,
    Task,
    Event,
    CampaignMember,
}

impl Object {
    pub(super) const ALL: &'static [Self] = &[
        Self::Account,
        Self::Contact,
        Self::Lead,
        Self::Opportunity,
        Self::OpportunityContactRole,
        Self::OpportunityHistory,
        Self::Task,
        Self::Event,
        Self::CampaignMember,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Contact => "Contact",
            Self::Lead => "Lead",
            Self::Opportunity => "Opportunity",
            Self::OpportunityContactRole => "OpportunityContactRole",
            Self::OpportunityHistory => "OpportunityHistory",
            Self::Task => "Task",
            Self::Event => "Event",
            Self::CampaignMember => "CampaignMember",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|object| object.name() == name)
    }

    pub(super) const fn entity(self) -> EntityKind {
        match self {
            Self::Account => EntityKind::Account,
            Self::Contact | Self::Lead => EntityKind::Person,
            Self::Opportunity | Self::OpportunityContactRole | Self::OpportunityHistory => {
                EntityKind::Opportunity
            }
            Self::Task | Self::Event | Self::CampaignMember => EntityKind::Activity,
        }
    }

    /// The objects whose fields a tenant can map to this kind of record.
    pub(super) const fn of(entity: EntityKind) -> &'static [Self] {
        match entity {
            EntityKind::Account => &[Self::Account],
            EntityKind::Person => &[Self::Contact, Self::Lead],
            EntityKind::Opportunity => &[Self::Opportunity],
            EntityKind::Activity => &[Self::Task, Self::Event, Self::CampaignMember],
            EntityKind::Meeting => &[],
        }
    }

    /// The object after this one that a run reads.
    pub(super) fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|object| *object == self).expect("every object is in the list");
        Self::ALL.get(at + 1).copied()
    }
}

/// The standard fields' places. An object without the field skips the line, so one list serves contacts and leads.
pub(super) fn default_mappings() -> Mappings {
    let map = FieldMapping::new;
    Mappings::from([
        (
            EntityKind::Account,
            vec![
                map("Name", "name").required(),
                map("Website", "domain").with(Transform::Domain),
                map("Industry", "industry"),
                map("NumberOfEmployees", "employeeCount"),
                map("CurrencyIsoCode", "currency"),
                map("AnnualRevenue", "annualRevenue"),
                map("BillingCountry", "country"),
                map("Owner.Email", "ownerEmail"),
                map("AccountSource", "source"),
                map("MasterRecordId", "mergedInto"),
            ],
        ),
        (
            EntityKind::Person,
            vec![
                map("Email", "email"),
                map("FirstName", "firstName"),
                map("LastName", "lastName"),
                map("Title", "title"),
                map("Phone", "phone"),
                map("AccountId", "accountExternalId"),
                map("Status", "leadStatus"),
                map("ConvertedContactId", "convertedTo"),
                map("HasOptedOutOfEmail", "optedOut"),
                map("LeadSource", "source"),
                map("MasterRecordId", "mergedInto"),
                map("Company", "attributes.company"),
            ],
        ),
        (
            EntityKind::Opportunity,
            vec![
                map("Name", "name").required(),
                map("AccountId", "accountExternalId"),
                map("StageName", "stage").required(),
                map("CurrencyIsoCode", "currency"),
                map("Amount", "amount"),
                map("CloseDate", "closeDate"),
                map("IsClosed", "isClosed"),
                map("IsWon", "isWon"),
                map("CreatedDate", "createdAt"),
                map("LeadSource", "source"),
                map("Type", "attributes.type"),
            ],
        ),
        (EntityKind::Activity, vec![map("Subject", "subject"), map("Campaign.Name", "subject")]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping;

    #[test]
    fn the_default_mappings_are_ones_that_a_tenant_could_save() {
        for (entity, mappings) in default_mappings() {
            assert_eq!(mapping::check(entity, &mappings), []);
        }
    }

    #[test]
    fn reading_goes_through_every_object_once_and_references_come_after_what_they_refer_to() {
        let mut order = vec![Object::Account];
        while let Some(next) = order[order.len() - 1].next() {
            order.push(next);
        }
        assert_eq!(order, Object::ALL);
        for object in Object::ALL {
            assert_eq!(Object::named(object.name()), Some(*object));
            assert_eq!(serde_json::to_value(object).unwrap(), object.name());
        }
    }
}
