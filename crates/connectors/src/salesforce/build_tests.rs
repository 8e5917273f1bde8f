//! Rows as Salesforce sends them, and what they become.

use serde_json::json;

use super::super::objects::default_mappings;
use super::*;

fn run(object: Object, rows: &[serde_json::Value]) -> Output {
    run_with(object, &default_mappings().remove(&object.entity()).unwrap_or_default(), rows)
}

fn run_with(object: Object, mappings: &[FieldMapping], rows: &[serde_json::Value]) -> Output {
    let text = serde_json::to_string(rows).unwrap();
    let rows: Vec<&RawValue> = serde_json::from_str(&text).unwrap();
    let environment = Environment { currency: canonical::Currency::EUR, keep_raw: false };
    let builder = Builder::new(object, mappings, &["Seats__c".into()], environment, &|_| true);
    let mut output = Output::default();
    builder.run(&rows, &mut output);
    output
}

const WHEN: &str = "2024-05-06T07:08:09.000+0000";

#[test]
fn an_account_is_read_by_the_default_mappings() {
    let output = run(
        Object::Account,
        &[json!({
            "attributes": {"type": "Account", "url": "/x"}, "Id": "001A", "SystemModstamp": WHEN, "IsDeleted": false,
            "Name": " Müller GmbH ", "Website": "https://www.Mueller.example/start", "Industry": "Machinery",
            "NumberOfEmployees": 250, "AnnualRevenue": 1.25e7, "BillingCountry": "DE",
            "Owner": {"attributes": {}, "Email": "Owner@example.com"}, "Seats__c": 12.0, "MasterRecordId": null
        })],
    );
    let account = &output.records.accounts[0];
    assert_eq!(account.name.as_deref(), Some("Müller GmbH"));
    assert_eq!(account.domain.as_deref(), Some("mueller.example"));
    assert_eq!(account.employee_count, Some(250));
    let revenue = account.annual_revenue.unwrap();
    assert_eq!((revenue.minor, revenue.currency.as_str()), (1_250_000_000, "EUR"));
    assert_eq!(account.owner_email.as_deref(), Some("owner@example.com"));
    assert_eq!(account.attributes["Seats__c"], json!(12.0));
    assert_eq!(account.modified_at.to_rfc3339(), "2024-05-06T07:08:09+00:00");
}

#[test]
fn a_bad_row_is_put_aside_with_its_reason_and_the_rest_goes_on() {
    let output = run(
        Object::Account,
        &[
            json!({"Id": "1", "SystemModstamp": WHEN, "Name": "Good"}),
            json!({"Id": "2", "SystemModstamp": WHEN, "Name": "  "}),
            json!({"Id": "3", "SystemModstamp": "yesterday", "Name": "x"}),
            json!({"SystemModstamp": WHEN, "Name": "x"}),
            json!({"Id": "5", "SystemModstamp": WHEN, "Name": "x", "NumberOfEmployees": "many"}),
            json!([1, 2]),
            json!({"Id": "7", "SystemModstamp": WHEN, "IsDeleted": true}),
        ],
    );
    let reasons: Vec<_> =
        output.quarantined.iter().map(|q| (q.external_id.as_deref(), q.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (Some("2"), "Name: a value is required"),
            (Some("3"), "SystemModstamp: expected an instant"),
            (None, "Id: a value is required"),
            (Some("5"), "NumberOfEmployees: expected a whole number"),
            (None, "the row cannot be read"),
        ]
    );
    assert_eq!(output.records.accounts.len(), 2, "a deleted row needs no name");
    assert!(output.records.accounts[1].deleted);
}

#[test]
fn contacts_and_leads_are_people() {
    let contact = &run(
        Object::Contact,
        &[json!({"Id": "003A", "SystemModstamp": WHEN, "Email": "ADA@Example.com", "LastName": "Lovelace",
                 "Title": "VP Engineering", "AccountId": "001A", "HasOptedOutOfEmail": true, "Phone": "+49 1"})],
    )
    .records
    .people[0];
    assert_eq!(contact.email.as_deref(), Some("ada@example.com"));
    assert_eq!(contact.seniority, Some(canonical::Seniority::Vp));
    assert!(contact.opted_out && !contact.is_lead);
    let lead = &run(
        Object::Lead,
        &[json!({"Id": "00QA", "SystemModstamp": WHEN, "Email": "not an address", "Status": "Working",
                 "Company": "Acme", "ConvertedContactId": "003A"})],
    )
    .records
    .people[0];
    assert!(lead.is_lead && lead.email.is_none());
    assert_eq!((lead.lead_status.as_deref(), lead.converted_to.as_deref()), (Some("Working"), Some("003A")));
    assert_eq!(lead.attributes["company"], json!("Acme"));
}

#[test]
fn opportunities_their_contacts_and_their_stages_are_read() {
    let opportunity = &run(
        Object::Opportunity,
        &[json!({"Id": "006A", "SystemModstamp": WHEN, "Name": "Deal", "StageName": "Proposal", "Amount": 1999.99,
                 "CurrencyIsoCode": "JPY", "CloseDate": "2024-12-31", "IsClosed": false, "CreatedDate": WHEN})],
    )
    .records
    .opportunities[0];
    let amount = opportunity.amount.unwrap();
    assert_eq!((amount.minor, amount.currency.as_str()), (2000, "JPY"));
    assert_eq!(opportunity.close_date.unwrap().to_string(), "2024-12-31");
    let roles = run(
        Object::OpportunityContactRole,
        &[
            json!({"Id": "00K1", "SystemModstamp": WHEN, "OpportunityId": "006A", "ContactId": "003A", "Role": "Decision Maker", "IsPrimary": true}),
            json!({"Id": "00K2", "SystemModstamp": WHEN, "OpportunityId": "006A"}),
            json!({"Id": "00K3", "SystemModstamp": WHEN, "IsDeleted": true}),
        ],
    );
    assert_eq!((roles.records.opportunity_contacts.len(), roles.quarantined.len()), (2, 1));
    assert!(roles.records.opportunity_contacts[0].is_primary);
    let stages = run(
        Object::OpportunityHistory,
        &[
            json!({"Id": "0081", "SystemModstamp": WHEN, "OpportunityId": "006A", "StageName": "Proposal", "CreatedDate": "2024-01-01T00:00:00.000+0000"}),
        ],
    );
    assert_eq!(stages.records.stage_changes[0].entered_at.to_rfc3339(), "2024-01-01T00:00:00+00:00");
}

#[test]
fn an_open_task_takes_back_what_it_may_have_said_and_a_closed_one_is_a_fact() {
    let output = run(
        Object::Task,
        &[
            json!({"Id": "00T1", "SystemModstamp": WHEN, "IsClosed": true, "TaskSubtype": "Email", "Subject": "Re: hello",
                   "WhoId": "003A", "WhatId": "006A", "AccountId": "001A", "ActivityDate": "2024-02-03",
                   "CreatedDate": "2024-02-03T10:11:12.000+0000"}),
            json!({"Id": "00T2", "SystemModstamp": WHEN, "IsClosed": false, "Subject": "call them", "ActivityDate": "2030-01-01"}),
        ],
    );
    let [thread, open] = &output.records.activities[..] else { panic!("two activities") };
    assert_eq!((thread.activity_type.as_str(), thread.deleted), ("email_thread", false));
    assert_eq!(thread.occurred_at.to_rfc3339(), "2024-02-03T10:11:12+00:00");
    assert_eq!(thread.properties["opportunityExternalId"], json!("006A"));
    assert_eq!(
        (
            thread.person_external_id.as_deref(),
            thread.account_external_id.as_deref(),
            thread.subject.as_deref()
        ),
        (Some("003A"), Some("001A"), Some("Re: hello"))
    );
    assert!(open.deleted);
}

#[test]
fn a_campaign_member_is_a_response_a_mail_or_nothing() {
    let output = run(
        Object::CampaignMember,
        &[
            json!({"Id": "00v1", "SystemModstamp": WHEN, "Status": "Attended", "HasResponded": true, "ContactId": "003A",
                   "FirstRespondedDate": "2024-03-04", "CreatedDate": "2024-03-01T00:00:00.000+0000",
                   "Campaign": {"Type": "Webinar", "Name": "Spring"}, "CampaignId": "7011"}),
            json!({"Id": "00v2", "SystemModstamp": WHEN, "Status": "Sent", "HasResponded": false, "LeadId": "00QA",
                   "CreatedDate": WHEN, "Campaign": {"Type": "Email", "Name": "News"}}),
            json!({"Id": "00v3", "SystemModstamp": WHEN, "Status": "Invited", "HasResponded": false, "LeadId": "00QA",
                   "CreatedDate": WHEN, "Campaign": null}),
        ],
    );
    let [attended, sent, nothing] = &output.records.activities[..] else { panic!("three activities") };
    assert_eq!(
        (attended.activity_type.as_str(), attended.subject.as_deref()),
        ("event_attend", Some("Spring"))
    );
    assert_eq!(attended.occurred_at.to_rfc3339(), "2024-03-04T00:00:00+00:00");
    assert_eq!((sent.external_id.as_str(), sent.activity_type.as_str()), ("00v2:sent", "email_sent"));
    assert_eq!(sent.person_external_id.as_deref(), Some("00QA"));
    assert!(nothing.deleted && !sent.deleted);
}

#[test]
fn a_tenants_mapping_can_decide_what_an_unknown_task_means() {
    let table = [("Call".to_owned(), "meeting_attend".to_owned())].into();
    let mapping = FieldMapping::new("TaskSubtype", "type").with(crate::mapping::Transform::Map { table });
    let output = run_with(
        Object::Task,
        &[mapping],
        &[
            json!({"Id": "00T1", "SystemModstamp": WHEN, "IsClosed": true, "TaskSubtype": "Call", "CreatedDate": WHEN}),
        ],
    );
    assert_eq!(output.records.activities[0].activity_type, ActivityType::MeetingAttend);
}

#[test]
fn a_preview_shows_the_record_or_the_reason() {
    let raw = |value: serde_json::Value| Raw::parse(value.to_string()).unwrap();
    let mappings = [FieldMapping::new("Nick__c", "name").required()];
    let good =
        raw(json!({"attributes": {"type": "Account"}, "Id": "1", "SystemModstamp": WHEN, "Nick__c": "Acme"}));
    let outcome = preview(EntityKind::Account, &mappings, &good).outcome.unwrap();
    assert_eq!(outcome["name"], json!("Acme"));
    let bad = raw(json!({"attributes": {"type": "Account"}, "Id": "1", "SystemModstamp": WHEN}));
    assert_eq!(
        preview(EntityKind::Account, &mappings, &bad).outcome,
        Err("Nick__c: a value is required".into())
    );
    assert!(preview(EntityKind::Person, &mappings, &good).outcome.is_err());
}
