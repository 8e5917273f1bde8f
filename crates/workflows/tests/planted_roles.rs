//! Roles guessed from what a CRM shows, held to the truth it was generated from: after calibration on some of the people, what
//! is stated about the others is as often right as it says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, HashMap};

use buying_groups::{
    Behaviour, Calibration, Evidence, Outcome, Role, RoleMap, Source, Topic, Trusts, calibrate,
    outcomes_of_confirmation, read_title,
};
use chrono::{DateTime, Utc};
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::Value;

/// Some 42,000 contacts, a third of them in a deal.
const SCALE: f64 = 15.0;
/// So many statements are within three points of their true share in 95 of 100 cases.
const ENOUGH: usize = 1_000;

fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    row[field].as_str()
}

fn rows(crm: &SalesforceHandle, soql: &str) -> Vec<Value> {
    crm.records(soql, false).unwrap()
}

/// What each contact's titles, contact roles and reading say, by id.
fn evidence(crm: &SalesforceHandle) -> BTreeMap<String, Vec<Evidence>> {
    let mut found: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    for row in rows(crm, "SELECT Id, Title FROM Contact") {
        let said = text(&row, "Title").map(|title| read_title(title).evidence).unwrap_or_default();
        found.entry(text(&row, "Id").unwrap().to_owned()).or_default().extend(said);
    }
    let names = RoleMap::contact_roles();
    for row in rows(crm, "SELECT Id, ContactId, OpportunityId, Role FROM OpportunityContactRole") {
        let Some(role) = text(&row, "Role") else { continue };
        let said = names.evidence(Source::SfContactRole, role, text(&row, "OpportunityId").unwrap());
        found.entry(text(&row, "ContactId").unwrap().to_owned()).or_default().extend(said);
    }
    let mut read: HashMap<String, Behaviour> = HashMap::new();
    let reading = "SELECT WhoId, Subject FROM Task WHERE Type IN ('Page View', 'Content Download')";
    for row in rows(crm, reading) {
        let (Some(who), Some(topic)) = (text(&row, "WhoId"), text(&row, "Subject").and_then(Topic::of_text))
        else {
            continue;
        };
        read.entry(who.to_owned()).or_default().read(topic, 1);
    }
    for (who, behaviour) in read {
        if let Some(found) = found.get_mut(&who) {
            found.extend(behaviour.evidence());
        }
    }
    found
}

fn outcomes(people: &[(Vec<Evidence>, Role)], calibration: &Calibration) -> Vec<Outcome> {
    let of = |(evidence, truth): &(Vec<Evidence>, Role)| {
        outcomes_of_confirmation(evidence, &Trusts::default(), calibration, *truth)
    };
    people.iter().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stated_about_planted_roles_is_as_often_right_as_it_says() {
    let ends: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    let options = SalesforceOptions { scale: SCALE, anchor_time: ends, ..SalesforceOptions::default() };
    let crm = Salesforce::start(options).await.unwrap();
    let truth: HashMap<String, Role> =
        crm.true_parts().into_iter().map(|(id, part)| (id.to_string(), part.parse().unwrap())).collect();
    let people: Vec<(Vec<Evidence>, Role)> = evidence(&crm)
        .into_iter()
        .filter(|(_, evidence)| !evidence.is_empty())
        .filter_map(|(id, evidence)| Some((evidence, *truth.get(&id)?)))
        .collect();
    // Whom reps have confirmed, and everybody else.
    let (odd, even): (Vec<_>, Vec<_>) = people.into_iter().enumerate().partition(|(at, _)| at % 2 == 1);
    let (taught, others) = (unnumbered(odd), unnumbered(even));
    let learnt = Calibration::fit(&outcomes(&taught, &Calibration::default()));
    assert!(!learnt.knots().is_empty());

    let tables = calibrate(&outcomes(&others, &learnt));
    let fused = &tables[0];
    assert_eq!(fused.source, None);
    for bin in &fused.bins {
        let apart = bin.gap().as_f64();
        assert!(apart <= 0.05, "stated {} and right {} of {}", bin.stated, bin.right, bin.count);
    }
    assert!(fused.bins.len() >= 5, "too few bins to say anything: {:#?}", fused.bins);
    // Without the correction it would not hold, so this test can fail.
    let uncorrected = calibrate(&outcomes(&others, &Calibration::default()));
    assert!(uncorrected[0].expected_error > fused.expected_error);
    assert!(
        uncorrected[0].bins.iter().any(|bin| bin.count >= ENOUGH && bin.gap().as_f64() > 0.05),
        "{:#?}",
        uncorrected[0]
    );
    // Each source states something, and reps know best.
    for source in [Source::SfContactRole, Source::EngagementPattern] {
        assert!(tables.iter().any(|it| it.source == Some(source) && it.count >= ENOUGH), "{source}");
    }
}

fn unnumbered<T>(numbered: Vec<(usize, T)>) -> Vec<T> {
    numbered.into_iter().map(|(_, it)| it).collect()
}
