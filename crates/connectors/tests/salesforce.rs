//! The connector against a whole org: everything is read once, news is seen, and every fault has a name and an end.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use canonical::EntityKind;
use chrono::{TimeDelta, Utc};
use connectors::{ConnectorError, Cursor, FieldMapping, Page};
use sandbox::salesforce::{Endpoint, Fault, FaultKind, RetryAfter, Value};
use support::{Org, authorise};

const OBJECTS: [&str; 9] = [
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityHistory",
    "Task",
    "Event",
    "CampaignMember",
];

/// Every id that a run delivered, in whatever form; an invitation counts for its membership.
fn delivered(pages: &[Page]) -> Vec<String> {
    let mut ids = Vec::new();
    for page in pages {
        let records = &page.records;
        ids.extend(records.accounts.iter().map(|r| r.external_id.clone()));
        ids.extend(records.people.iter().map(|r| r.external_id.clone()));
        ids.extend(records.opportunities.iter().map(|r| r.external_id.clone()));
        ids.extend(records.opportunity_contacts.iter().map(|r| r.external_id.clone()));
        ids.extend(records.stage_changes.iter().map(|r| r.external_id.clone()));
        ids.extend(records.activities.iter().map(|r| r.external_id.trim_end_matches(":sent").to_owned()));
        ids.extend(page.folded.iter().map(|fold| fold.folded.clone()));
        ids.extend(page.quarantined.iter().filter_map(|q| q.external_id.clone()));
    }
    ids
}

fn vendor_ids(org: &Org, objects: &[&str]) -> BTreeSet<String> {
    objects
        .iter()
        .flat_map(|object| org.vendor.records(&format!("SELECT Id FROM {object}"), true).unwrap())
        .map(|row| row["Id"].as_str().unwrap().to_owned())
        .collect()
}

fn assert_everything_once(org: &Org, pages: &[Page]) {
    let ids = delivered(pages);
    let unique: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(unique.len(), ids.len(), "something came twice");
    let expected = vendor_ids(org, &OBJECTS);
    assert!(unique == expected, "{} delivered, {} there", unique.len(), expected.len());
}

#[tokio::test]
async fn a_full_run_brings_every_record_once_and_an_idle_one_brings_only_the_overlap() {
    let org = Org::start(0.2).await;
    let pages = org.run(Cursor::start()).await.unwrap();
    assert_everything_once(&org, &pages);
    let last = pages.last().unwrap();
    assert!(last.watermark.unwrap() < Utc::now());
    assert!(pages.iter().any(|page| page.records.activities.len() > 1_900), "pages are large");
    let accounts: Vec<_> = pages.iter().flat_map(|page| &page.records.accounts).collect();
    assert!(accounts.iter().any(|account| account.attributes.contains_key("Segment__c")));
    assert!(accounts.iter().any(|account| account.owner_email.is_some() && account.domain.is_some()));
    let again = org.run(last.next.clone()).await.unwrap();
    assert!(delivered(&again).len() < delivered(&pages).len() / 20);
}

#[tokio::test]
async fn an_incremental_run_sees_edits_creations_deletions_merges_and_conversions() {
    let org = Org::start(0.1).await;
    let first = org.run(Cursor::start()).await.unwrap();
    let changes = org.vendor.mutate(7);
    let second = org.run(first.last().unwrap().next.clone()).await.unwrap();
    let seen: BTreeSet<String> = delivered(&second).into_iter().collect();
    let all = changes.created.iter().chain(&changes.updated).chain(&changes.deleted);
    for changed in all.filter(|changed| OBJECTS.contains(&changed.object)) {
        assert!(seen.contains(&changed.id), "{changed:?} was missed");
    }
    let people = || second.iter().flat_map(|page| &page.records.people);
    assert!(!changes.merged.is_empty() && !changes.converted.is_empty() && !changes.deleted.is_empty());
    for (lost, won) in &changes.merged {
        let loser = people().find(|person| person.external_id == *lost).unwrap();
        assert!(loser.deleted && loser.merged_into.as_ref() == Some(won));
    }
    for (lead, contact) in &changes.converted {
        let lead = people().find(|person| person.external_id == *lead).unwrap();
        assert!(lead.is_lead && lead.converted_to.as_ref() == Some(contact));
    }
}

#[tokio::test]
async fn many_rows_with_one_timestamp_are_read_once_even_when_every_kept_result_is_lost() {
    let org = Org::start(0.1).await;
    org.vendor.stamp_all("Task", Utc::now() - TimeDelta::hours(1));
    let mut pages = Vec::new();
    let mut cursor = Cursor::start();
    loop {
        org.vendor.drop_query_locators();
        let page = org.session.fetch(&cursor, &org.scope).await.unwrap();
        cursor = page.next.clone();
        pages.push(page);
        if pages.last().unwrap().done {
            break;
        }
    }
    assert_everything_once(&org, &pages);
}

#[tokio::test]
async fn a_row_that_becomes_visible_late_is_seen_by_the_next_run() {
    let org = Org::start(0.02).await;
    let first = org.run(Cursor::start()).await.unwrap();
    let late =
        org.vendor.insert("Account", &[("Name", Value::text("Late"))], Utc::now() - TimeDelta::minutes(4));
    let second = org.run(first.last().unwrap().next.clone()).await.unwrap();
    let late = String::from_utf8(late.render().to_vec()).unwrap();
    assert!(delivered(&second).contains(&late));
}

#[tokio::test]
async fn every_fault_has_a_name_and_the_run_goes_on_from_where_it_stood() {
    let org = Org::start(0.02).await;
    let table = [
        (FaultKind::Down, "unavailable"),
        (FaultKind::ServerError, "unavailable"),
        (FaultKind::Unavailable, "unavailable"),
        (FaultKind::ResetMidBody, "unavailable"),
        (FaultKind::Hang, "timeout"),
        (FaultKind::SlowDrip { bytes_per_second: 1 }, "timeout"),
        (FaultKind::RequestLimit, "quota_exhausted"),
        (FaultKind::HtmlPage, "malformed"),
        (FaultKind::TruncatedJson, "malformed"),
        (FaultKind::HugeBody { bytes: 32 * 1024 * 1024, gzip: true }, "malformed"),
        (FaultKind::HugeBody { bytes: 32 * 1024 * 1024, gzip: false }, "malformed"),
        (
            FaultKind::Redirect { location: "http://169.254.169.254/latest/meta-data/".into() },
            "invalid_request",
        ),
        (FaultKind::Status { status: 403, code: "API_DISABLED_FOR_ORG".into() }, "permission"),
        (FaultKind::Status { status: 400, code: "MALFORMED_QUERY".into() }, "invalid_request"),
    ];
    for (fault, expected) in table {
        // The third query: two objects are read, the third fails.
        org.vendor.add_fault(Fault {
            when: sandbox::salesforce::When::From(3),
            ..Fault::always(fault.clone(), Endpoint::Query)
        });
        let (mut pages, mut cursor) = (Vec::new(), Cursor::start());
        let error = loop {
            match org.session.fetch(&cursor, &org.scope).await {
                Ok(page) => {
                    cursor = page.next.clone();
                    pages.push(page);
                }
                Err(error) => break error,
            }
        };
        assert_eq!(error.code(), expected, "{fault:?} became {error:?}");
        assert_eq!(pages.len(), 2, "{fault:?}");
        org.vendor.clear_faults();
        pages.extend(org.run(cursor).await.unwrap());
        assert_everything_once(&org, &pages);
    }
}

#[tokio::test]
async fn being_told_to_wait_means_waiting_for_a_sensible_time() {
    let org = Org::start(0.02).await;
    let table = [
        (RetryAfter::Seconds(120), 120),
        (RetryAfter::DateIn(90), 90),
        (RetryAfter::Absent, 30),
        (RetryAfter::Garbage, 30),
        (RetryAfter::Absurd, 86_400),
    ];
    for (retry_after, seconds) in table {
        org.vendor.clear_faults();
        org.vendor.add_fault(Fault::always(FaultKind::TooManyRequests { retry_after }, Endpoint::Data));
        let outcome = org.session.fetch(&Cursor::start(), &org.scope).await.map(|page| page.read);
        let Err(ConnectorError::RateLimited { until }) = outcome else {
            panic!("{retry_after:?}: {outcome:?}")
        };
        let wait = (until - Utc::now()).num_seconds();
        assert!((seconds - 3..=seconds).contains(&wait), "{retry_after:?}: {wait}");
    }
}

#[tokio::test]
async fn pages_that_lead_in_circles_end_the_run() {
    let org = Org::start(0.2).await;
    org.vendor.add_fault(Fault::always(FaultKind::CursorLoop, Endpoint::Query).containing("FROM Task"));
    org.vendor.add_fault(Fault::always(FaultKind::CursorLoop, Endpoint::QueryMore));
    let error = org.run(Cursor::start()).await.unwrap_err();
    assert!(matches!(error, ConnectorError::Malformed(_)), "{error:?}");
    assert!(org.vendor.ledger().len() < 100);
}

#[tokio::test]
async fn values_of_wrong_types_are_quarantined_or_named_and_never_stored_as_something_else() {
    let org = Org::start(0.02).await;
    org.vendor.add_fault(Fault::nth(FaultKind::WrongTypes, Endpoint::Query, 1));
    match org.session.fetch(&Cursor::start(), &org.scope).await {
        Err(error) => assert!(matches!(error, ConnectorError::Malformed(_)), "{error:?}"),
        Ok(page) => {
            let read: u64 = page.read.values().sum();
            assert!(!page.quarantined.is_empty());
            assert_eq!(page.quarantined.len() as u64 + page.records.len() as u64, read);
        }
    }
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_for_fifty_workers_and_saved() {
    let org = Arc::new(Org::start(0.02).await);
    org.vendor.expire_access_tokens();
    org.vendor.clear_ledger();
    let workers: Vec<_> = (0..50)
        .map(|_| {
            let org = org.clone();
            tokio::spawn(async move {
                org.session.fetch(&Cursor::start(), &org.scope).await.map(|page| page.read)
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    let renewals = org.vendor.ledger().iter().filter(|entry| entry.endpoint == Endpoint::Token).count();
    assert_eq!((renewals, org.saved.0.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_dead_refresh_token_is_tried_once_and_asks_for_a_person() {
    let org = Org::start(0.02).await;
    org.vendor.expire_access_tokens();
    org.vendor.kill_refresh_tokens();
    org.vendor.clear_ledger();
    let error = org.session.fetch(&Cursor::start(), &org.scope).await.unwrap_err();
    assert_eq!(error, ConnectorError::AuthRequired { refreshable: false });
    assert_eq!(org.vendor.ledger().iter().filter(|entry| entry.endpoint == Endpoint::Token).count(), 1);
    assert!(!org.session.health().await.is_healthy());
}

#[tokio::test]
async fn a_code_with_another_verifier_buys_nothing() {
    let org = Org::start(0.02).await;
    let refused = authorise(&org.vendor, Some("another-verifier-another-verifier-another-verifier")).await;
    assert_eq!(refused.err(), Some(ConnectorError::AuthRequired { refreshable: false }));
}

#[tokio::test]
async fn a_field_that_goes_away_in_the_middle_is_left_out_and_one_that_comes_is_there_next_time() {
    let org = Org::start(0.2).await;
    let (mut pages, mut cursor) = (Vec::new(), Cursor::start());
    loop {
        let page = org.session.fetch(&cursor, &org.scope).await.unwrap();
        cursor = page.next.clone();
        let (object, done) = (page.object, page.done);
        pages.push(page);
        if object == "Task" {
            org.vendor.hide_field("Task", "TaskSubtype");
            org.vendor.drop_query_locators();
        }
        if done {
            break;
        }
    }
    assert_everything_once(&org, &pages);
    org.vendor.reveal_field("Account", "Region__c");
    let fields = org.session.describe(EntityKind::Account).await.unwrap();
    assert!(fields.iter().any(|field| field.name == "Region__c" && field.custom));
}

#[tokio::test]
async fn samples_can_be_tried_with_a_mapping_before_it_is_saved() {
    let org = Org::start(0.02).await;
    let samples = org.session.sample(EntityKind::Person, 6).await.unwrap();
    assert_eq!(samples.len(), 6);
    let connector = connectors::Registry::new().get("salesforce").unwrap();
    let mapping = [FieldMapping::new("Department", "title")];
    let previews = connector.preview(EntityKind::Person, &mapping, &samples);
    assert!(previews.iter().all(|preview| preview.outcome.is_ok()), "{previews:?}");
    assert!(org.session.health().await.is_healthy());
}
