//! The objects of the stand-in organization: the standard ones a revenue team uses, with a few custom fields.
use std::sync::LazyLock;

use super::picklists::{
    CAMPAIGN_TYPES, EVENT_TYPES, INDUSTRIES, LEAD_SOURCES, LEAD_STATUSES, LOSS_REASONS, RATINGS, ROLES,
    SEGMENTS, STAGES, TASK_TYPES, TECH,
};
use super::{ChildDef, FieldDef, Kind, ObjectDef};

const fn f(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef { name, kind, formula: false, hidden: false }
}
const fn formula(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef { name, kind, formula: true, hidden: false }
}
const fn hidden(name: &'static str, kind: Kind) -> FieldDef {
    FieldDef { name, kind, formula: false, hidden: true }
}
const fn to(name: &'static str, target: &'static [&'static str], relation: &'static str) -> FieldDef {
    f(name, Kind::Reference { to: target, relation: Some(relation) })
}
const fn child(name: &'static str, object: &'static str, field: &'static str) -> ChildDef {
    ChildDef { name, object, field }
}

const ID: FieldDef = f("Id", Kind::Id);
const DELETED: FieldDef = f("IsDeleted", Kind::Boolean);
const OWNER: FieldDef = to("OwnerId", &["User"], "Owner");
const CURRENCY: FieldDef =
    f("CurrencyIsoCode", Kind::Picklist(&["USD", "EUR", "GBP", "PLN", "SEK", "JPY", "CAD", "INR"]));
const SYSTEM: [FieldDef; 5] = [
    f("CreatedDate", Kind::DateTime),
    to("CreatedById", &["User"], "CreatedBy"),
    f("LastModifiedDate", Kind::DateTime),
    to("LastModifiedById", &["User"], "LastModifiedBy"),
    f("SystemModstamp", Kind::DateTime),
];

/// All objects, in the order `sobjects` lists them. Each ends with the system fields.
pub(crate) static OBJECTS: LazyLock<Vec<ObjectDef>> = LazyLock::new(|| {
    vec![
        object(
            "Account",
            "Account",
            "Accounts",
            "001",
            account(),
            vec![
                child("Contacts", "Contact", "AccountId"),
                child("Opportunities", "Opportunity", "AccountId"),
                child("Tasks", "Task", "AccountId"),
                child("Events", "Event", "AccountId"),
            ],
        ),
        object(
            "Campaign",
            "Campaign",
            "Campaigns",
            "701",
            campaign(),
            vec![child("CampaignMembers", "CampaignMember", "CampaignId")],
        ),
        object("CampaignMember", "Campaign Member", "Campaign Members", "00v", campaign_member(), vec![]),
        object(
            "Contact",
            "Contact",
            "Contacts",
            "003",
            contact(),
            vec![
                child("OpportunityContactRoles", "OpportunityContactRole", "ContactId"),
                child("CampaignMembers", "CampaignMember", "ContactId"),
                child("Tasks", "Task", "WhoId"),
                child("Events", "Event", "WhoId"),
            ],
        ),
        object("Event", "Event", "Events", "00U", event(), vec![]),
        object(
            "Lead",
            "Lead",
            "Leads",
            "00Q",
            lead(),
            vec![
                child("CampaignMembers", "CampaignMember", "LeadId"),
                child("Tasks", "Task", "WhoId"),
                child("Events", "Event", "WhoId"),
            ],
        ),
        object(
            "Opportunity",
            "Opportunity",
            "Opportunities",
            "006",
            opportunity(),
            vec![
                child("OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"),
                child("OpportunityHistories", "OpportunityHistory", "OpportunityId"),
                child("Tasks", "Task", "WhatId"),
                child("Events", "Event", "WhatId"),
            ],
        ),
        object(
            "OpportunityContactRole",
            "Opportunity Contact Role",
            "Opportunity Contact Roles",
            "00K",
            contact_role(),
            vec![],
        ),
        object(
            "OpportunityHistory",
            "Opportunity History",
            "Opportunity Histories",
            "008",
            history(),
            vec![],
        ),
        object("Task", "Task", "Tasks", "00T", task(), vec![]),
        object("User", "User", "Users", "005", user(), vec![]),
    ]
});

fn object(
    name: &'static str,
    label: &'static str,
    plural: &'static str,
    prefix: &'static str,
    mut fields: Vec<FieldDef>,
    children: Vec<ChildDef>,
) -> ObjectDef {
    fields.extend(SYSTEM);
    ObjectDef { name, label, plural, prefix, fields, children }
}

fn account() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("MasterRecordId", &["Account"], "MasterRecord"),
        f("Name", Kind::Text(255)),
        f("Type", Kind::Picklist(&["Prospect", "Customer", "Partner", "Former Customer", "Other"])),
        to("ParentId", &["Account"], "Parent"),
        f("BillingCity", Kind::Text(40)),
        f("BillingCountry", Kind::Text(80)),
        f("Phone", Kind::Phone),
        f("Website", Kind::Url),
        f("Industry", Kind::Picklist(INDUSTRIES)),
        f("AnnualRevenue", Kind::Currency),
        f("NumberOfEmployees", Kind::Int),
        f("Description", Kind::TextArea(32000)),
        f("Rating", Kind::Picklist(RATINGS)),
        f("AccountSource", Kind::Picklist(LEAD_SOURCES)),
        CURRENCY,
        OWNER,
        f("Tech_Stack__c", Kind::MultiPicklist(TECH)),
        f("Segment__c", Kind::Picklist(SEGMENTS)),
        formula("Revenue_Per_Employee__c", Kind::Currency),
        hidden("Region__c", Kind::Text(80)),
    ]
}

fn contact() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("MasterRecordId", &["Contact"], "MasterRecord"),
        to("AccountId", &["Account"], "Account"),
        f("LastName", Kind::Text(80)),
        f("FirstName", Kind::Text(40)),
        f("Name", Kind::Text(121)),
        f("MailingCity", Kind::Text(40)),
        f("MailingCountry", Kind::Text(80)),
        f("Phone", Kind::Phone),
        f("MobilePhone", Kind::Phone),
        f("Email", Kind::Email),
        f("Title", Kind::Text(128)),
        f("Department", Kind::Text(80)),
        f("LeadSource", Kind::Picklist(LEAD_SOURCES)),
        f("HasOptedOutOfEmail", Kind::Boolean),
        f("DoNotCall", Kind::Boolean),
        OWNER,
        f("Persona__c", Kind::Picklist(&["Economic Buyer", "Champion", "Technical Evaluator", "End User"])),
        hidden("Preferred_Language__c", Kind::Text(40)),
    ]
}

fn lead() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("MasterRecordId", &["Lead"], "MasterRecord"),
        f("LastName", Kind::Text(80)),
        f("FirstName", Kind::Text(40)),
        f("Name", Kind::Text(121)),
        f("Title", Kind::Text(128)),
        f("Company", Kind::Text(255)),
        f("City", Kind::Text(40)),
        f("Country", Kind::Text(80)),
        f("Phone", Kind::Phone),
        f("Email", Kind::Email),
        f("Website", Kind::Url),
        f("LeadSource", Kind::Picklist(LEAD_SOURCES)),
        f("Status", Kind::Picklist(LEAD_STATUSES)),
        f("Industry", Kind::Picklist(INDUSTRIES)),
        f("Rating", Kind::Picklist(RATINGS)),
        f("AnnualRevenue", Kind::Currency),
        f("NumberOfEmployees", Kind::Int),
        CURRENCY,
        f("HasOptedOutOfEmail", Kind::Boolean),
        f("IsConverted", Kind::Boolean),
        f("ConvertedDate", Kind::Date),
        to("ConvertedAccountId", &["Account"], "ConvertedAccount"),
        to("ConvertedContactId", &["Contact"], "ConvertedContact"),
        to("ConvertedOpportunityId", &["Opportunity"], "ConvertedOpportunity"),
        OWNER,
        f("Product_Interest__c", Kind::Picklist(&["Platform", "Analytics", "Integration", "Services"])),
        hidden("Referral_Code__c", Kind::Text(40)),
    ]
}

fn opportunity() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("AccountId", &["Account"], "Account"),
        f("Name", Kind::Text(120)),
        f("Description", Kind::TextArea(32000)),
        f("StageName", Kind::Picklist(STAGES)),
        f("Amount", Kind::Currency),
        f("Probability", Kind::Percent),
        formula("ExpectedRevenue", Kind::Currency),
        f("CloseDate", Kind::Date),
        f("Type", Kind::Picklist(&["New Business", "Expansion", "Renewal"])),
        f("NextStep", Kind::Text(255)),
        f("LeadSource", Kind::Picklist(LEAD_SOURCES)),
        f("IsClosed", Kind::Boolean),
        f("IsWon", Kind::Boolean),
        f("ForecastCategoryName", Kind::Picklist(&["Omitted", "Pipeline", "Best Case", "Commit", "Closed"])),
        CURRENCY,
        to("CampaignId", &["Campaign"], "Campaign"),
        to("ContactId", &["Contact"], "Contact"),
        OWNER,
        f("LastStageChangeDate", Kind::DateTime),
        f("Loss_Reason__c", Kind::Picklist(LOSS_REASONS)),
        hidden("Competitor__c", Kind::Text(120)),
    ]
}

fn contact_role() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("OpportunityId", &["Opportunity"], "Opportunity"),
        to("ContactId", &["Contact"], "Contact"),
        f("Role", Kind::Picklist(ROLES)),
        f("IsPrimary", Kind::Boolean),
        CURRENCY,
    ]
}

fn history() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("OpportunityId", &["Opportunity"], "Opportunity"),
        f("StageName", Kind::Picklist(STAGES)),
        f("Amount", Kind::Currency),
        f("ExpectedRevenue", Kind::Currency),
        f("CloseDate", Kind::Date),
        f("Probability", Kind::Percent),
        f("ForecastCategory", Kind::Picklist(&["Omitted", "Pipeline", "BestCase", "Forecast", "Closed"])),
        CURRENCY,
    ]
}

fn task() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("WhoId", &["Contact", "Lead"], "Who"),
        to("WhatId", &["Account", "Opportunity", "Campaign"], "What"),
        to("AccountId", &["Account"], "Account"),
        f("Subject", Kind::Text(255)),
        f("Type", Kind::Picklist(TASK_TYPES)),
        f("TaskSubtype", Kind::Picklist(&["Task", "Email", "Call", "ListEmail"])),
        f(
            "Status",
            Kind::Picklist(&[
                "Not Started",
                "In Progress",
                "Completed",
                "Waiting on someone else",
                "Deferred",
            ]),
        ),
        f("Priority", Kind::Picklist(&["High", "Normal", "Low"])),
        f("IsClosed", Kind::Boolean),
        f("ActivityDate", Kind::Date),
        f("CompletedDateTime", Kind::DateTime),
        f("CallDurationInSeconds", Kind::Int),
        f("CallType", Kind::Picklist(&["Inbound", "Outbound", "Internal"])),
        f("Description", Kind::TextArea(32000)),
        OWNER,
    ]
}

fn event() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("WhoId", &["Contact", "Lead"], "Who"),
        to("WhatId", &["Account", "Opportunity", "Campaign"], "What"),
        to("AccountId", &["Account"], "Account"),
        f("Subject", Kind::Text(255)),
        f("Type", Kind::Picklist(EVENT_TYPES)),
        f("Location", Kind::Text(255)),
        f("IsAllDayEvent", Kind::Boolean),
        f("ActivityDate", Kind::Date),
        f("ActivityDateTime", Kind::DateTime),
        f("StartDateTime", Kind::DateTime),
        f("EndDateTime", Kind::DateTime),
        f("DurationInMinutes", Kind::Int),
        f("ShowAs", Kind::Picklist(&["Busy", "Free", "OutOfOffice"])),
        f("Description", Kind::TextArea(32000)),
        OWNER,
    ]
}

fn campaign() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        f("Name", Kind::Text(80)),
        f("Type", Kind::Picklist(CAMPAIGN_TYPES)),
        f("Status", Kind::Picklist(&["Planned", "In Progress", "Completed", "Aborted"])),
        f("StartDate", Kind::Date),
        f("EndDate", Kind::Date),
        f("IsActive", Kind::Boolean),
        f("BudgetedCost", Kind::Currency),
        f("ActualCost", Kind::Currency),
        f("NumberSent", Kind::Double),
        CURRENCY,
        OWNER,
    ]
}

fn campaign_member() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        to("CampaignId", &["Campaign"], "Campaign"),
        to("LeadId", &["Lead"], "Lead"),
        to("ContactId", &["Contact"], "Contact"),
        to("LeadOrContactId", &["Contact", "Lead"], "LeadOrContact"),
        f("Type", Kind::Picklist(&["Contact", "Lead"])),
        f(
            "Status",
            Kind::Picklist(&[
                "Sent",
                "Registered",
                "Attended",
                "No Show",
                "Responded",
                "Clicked",
                "Downloaded",
            ]),
        ),
        f("HasResponded", Kind::Boolean),
        f("FirstRespondedDate", Kind::Date),
    ]
}

fn user() -> Vec<FieldDef> {
    vec![
        ID,
        DELETED,
        f("Username", Kind::Text(80)),
        f("LastName", Kind::Text(80)),
        f("FirstName", Kind::Text(40)),
        f("Name", Kind::Text(121)),
        f("Email", Kind::Email),
        f("Title", Kind::Text(80)),
        f("Department", Kind::Text(80)),
        f("IsActive", Kind::Boolean),
    ]
}
