//! What the generated organization looks like, and what a mutation does to it.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Utc, Weekday};
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions, salesforce::Mutation};
use serde_json::Value as Json;

use crate::support::{ANCHOR, Client, fields_of, ids, small, start};

async fn everything(sandbox: &SalesforceHandle) -> String {
    let client = Client::of(sandbox);
    let mut out = String::new();
    for (object, _) in sandbox.counts() {
        let fields = fields_of(&client, object).await.join(", ");
        let records = sandbox.records(&format!("SELECT {fields} FROM {object}"), true).unwrap();
        out.push_str(&serde_json::to_string(&records).unwrap());
    }
    out
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let first = everything(&start().await).await;
    assert_eq!(first, everything(&start().await).await);
    let other = Salesforce::start(SalesforceOptions { seed: 43, ..small() }).await.unwrap();
    assert_ne!(first, everything(&other).await);
}

#[tokio::test]
async fn a_mutation_is_as_repeatable_as_the_data() {
    let at: DateTime<Utc> = "2026-04-01T08:00:00Z".parse().unwrap();
    let (a, b) = (start().await, start().await);
    assert_eq!(a.mutate_at(7, at), b.mutate_at(7, at));
    assert_eq!(everything(&a).await, everything(&b).await);
}

#[tokio::test]
async fn the_full_size_is_what_the_demo_promises() {
    let sandbox = Salesforce::start(SalesforceOptions { scale: 1.0, ..small() }).await.unwrap();
    let counts: HashMap<_, _> = sandbox.counts().into_iter().collect();
    assert_eq!(counts["Account"], 400);
    assert_eq!(counts["Contact"] + counts["Lead"], 4_000);
    assert_eq!(counts["Opportunity"], 900);
    let activities = counts["Task"] + counts["Event"] + counts["CampaignMember"];
    assert!((59_000..=60_000).contains(&activities), "{activities}");
    assert!(counts["OpportunityContactRole"] > 900 && counts["OpportunityHistory"] > 2_700, "{counts:?}");

    engagement_before_the_close_tells_won_from_lost(&sandbox);
    work_follows_the_week_and_the_season(&sandbox);
    the_gaps_and_doubles_of_a_real_crm_are_there(&sandbox);
    nothing_is_stamped_after_the_anchor(&sandbox);
}

/// Per closed deal: activities, people, and senior people, before it was closed.
fn engagement_before_the_close_tells_won_from_lost(sandbox: &SalesforceHandle) {
    let deals =
        sandbox.records("SELECT Id, IsWon, CloseDate FROM Opportunity WHERE IsClosed = true", false).unwrap();
    let mut acts: HashMap<String, (f64, HashSet<String>)> = HashMap::new();
    for object in ["Task", "Event"] {
        for r in sandbox
            .records(&format!("SELECT Id, WhatId, WhoId FROM {object} WHERE WhatId != null"), false)
            .unwrap()
        {
            let entry = acts.entry(r["WhatId"].as_str().unwrap().to_owned()).or_default();
            entry.0 += 1.0;
            if let Some(who) = r["WhoId"].as_str() {
                entry.1.insert(who.to_owned());
            }
        }
    }
    let contacts = sandbox.records("SELECT Id, Persona__c, Title FROM Contact", true).unwrap();
    let senior: HashSet<&str> =
        contacts.iter().filter(|c| is_senior(c)).map(|c| c["Id"].as_str().unwrap()).collect();
    let mut sums = [[0.0f64; 4]; 2];
    for deal in &deals {
        let side = &mut sums[usize::from(deal["IsWon"] == true)];
        let (count, people) = acts.get(deal["Id"].as_str().unwrap()).cloned().unwrap_or_default();
        let seniors = people.iter().filter(|p| senior.contains(p.as_str())).count();
        for (slot, value) in side.iter_mut().zip([1.0, count, people.len() as f64, seniors as f64]) {
            *slot += value;
        }
    }
    let [lost, won] = sums;
    assert!(won[0] > 150.0 && lost[0] > 150.0, "{won:?} {lost:?}");
    for (what, i, ratio) in [("activities", 1, 1.5), ("people", 2, 1.25), ("senior people", 3, 1.3)] {
        let (w, l) = (won[i] / won[0], lost[i] / lost[0]);
        assert!(w > l * ratio, "{what} per deal: {w:.2} before a win, {l:.2} before a loss");
    }
}

fn is_senior(contact: &Json) -> bool {
    let title = contact["Title"].as_str().unwrap_or_default();
    ["Chief", "VP", "Vice", "CEO", "CFO", "CTO", "CIO", "CMO", "COO", "CRO", "CISO", "SVP", "EVP"]
        .iter()
        .any(|t| title.contains(t))
}

fn work_follows_the_week_and_the_season(sandbox: &SalesforceHandle) {
    let tasks = sandbox.records("SELECT ActivityDate FROM Task", false).unwrap();
    let days =
        tasks.iter().map(|t| t["ActivityDate"].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap());
    let (mut weekend, mut august, mut june, mut all) = (0, 0, 0, 0);
    for day in days {
        all += 1;
        weekend += usize::from(matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
        // One whole year that has both months.
        if day.year() == 2025 {
            august += usize::from(day.month() == 8);
            june += usize::from(day.month() == 6);
        }
    }
    assert!(weekend * 20 < all, "{weekend} of {all} tasks on a weekend");
    assert!(august * 3 < june * 2, "{august} tasks in August, {june} in June");
}

fn the_gaps_and_doubles_of_a_real_crm_are_there(sandbox: &SalesforceHandle) {
    let people = sandbox.records("SELECT Id, Email, Name, Title FROM Contact", false).unwrap();
    let leads =
        sandbox.records("SELECT Id, Email, IsConverted, ConvertedContactId FROM Lead", false).unwrap();
    let emails: HashSet<&str> = people.iter().filter_map(|p| p["Email"].as_str()).collect();
    let both = leads
        .iter()
        .filter(|l| l["IsConverted"] == false && l["Email"].as_str().is_some_and(|e| emails.contains(e)));
    assert!(both.count() > 40, "people who are a lead and a contact");
    assert!(leads.iter().filter(|l| l["IsConverted"] == true).all(|l| l["ConvertedContactId"].is_string()));
    assert!(leads.iter().filter(|l| l["IsConverted"] == true).count() > 100);
    for (what, count) in [
        ("without e-mail", people.iter().filter(|p| p["Email"].is_null()).count()),
        ("free mail", emails.iter().filter(|e| e.ends_with("@gmail.com")).count()),
        ("without title", people.iter().filter(|p| p["Title"].is_null()).count()),
        ("not ASCII", people.iter().filter(|p| !p["Name"].as_str().unwrap().is_ascii()).count()),
    ] {
        assert!(count > 10 && count * 2 < people.len(), "{what}: {count} of {}", people.len());
    }
    let accounts = sandbox.records("SELECT Website FROM Account WHERE Website != null", false).unwrap();
    let domain = |a: &Json| {
        let site = a["Website"].as_str().unwrap().to_lowercase();
        let site =
            site.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
        site.split('/').next().unwrap().to_owned()
    };
    let distinct: HashSet<String> = accounts.iter().map(domain).collect();
    assert!(distinct.len() + 5 < accounts.len(), "no company was entered twice");
}

fn nothing_is_stamped_after_the_anchor(sandbox: &SalesforceHandle) {
    for (object, _) in sandbox.counts() {
        let late = sandbox
            .records(&format!("SELECT Id FROM {object} WHERE SystemModstamp > {ANCHOR}"), true)
            .unwrap();
        assert!(late.is_empty(), "{object}");
        let odd =
            sandbox.records(&format!("SELECT Id, CreatedDate, SystemModstamp FROM {object}"), true).unwrap();
        assert!(odd.iter().all(|r| r["CreatedDate"].as_str() <= r["SystemModstamp"].as_str()), "{object}");
    }
}

#[tokio::test]
async fn a_mutation_reports_exactly_what_it_changed() {
    let sandbox = start().await;
    let before = "2026-03-31T12:00:00Z";
    let changes = sandbox.mutate_at(3, "2026-04-01T08:00:00Z".parse().unwrap());
    for (object, _) in sandbox.counts() {
        let soql = format!("SELECT Id FROM {object} WHERE SystemModstamp > {before}");
        let seen: HashSet<String> = ids(&sandbox.records(&soql, true).unwrap()).into_iter().collect();
        let lists = [&changes.created, &changes.updated, &changes.deleted];
        let told: HashSet<String> =
            lists.into_iter().flatten().filter(|c| c.object == object).map(|c| c.id.clone()).collect();
        assert_eq!(seen, told, "{object}");
    }
    for c in &changes.deleted {
        let soql = format!("SELECT Id FROM {} WHERE Id = '{}'", c.object, c.id);
        assert!(sandbox.records(&soql, false).unwrap().is_empty());
        assert_eq!(sandbox.records(&soql, true).unwrap().len(), 1);
    }
    assert_eq!((changes.converted.len(), changes.merged.len()), (1, 1));
    assert!(!changes.stage_changed.is_empty());
    let (loser, winner) = &changes.merged[0];
    let soql = format!("SELECT MasterRecordId FROM Contact WHERE Id = '{loser}'");
    assert_eq!(sandbox.records(&soql, true).unwrap()[0]["MasterRecordId"], winner.as_str());
    let orphans = sandbox.records(&format!("SELECT Id FROM Task WHERE WhoId = '{loser}'"), false).unwrap();
    assert!(orphans.is_empty());
}

#[tokio::test]
async fn a_stand_in_with_a_history_goes_on_where_the_other_one_ended() {
    let first = start().await;
    let history: Vec<Mutation> =
        [3, 4].map(|seed| Mutation { seed, at: "2026-04-01T08:00:00Z".parse().unwrap() }).into();
    for it in &history {
        first.mutate_at(it.seed, it.at);
    }
    let second = Salesforce::start(SalesforceOptions { history, ..small() }).await.unwrap();
    assert!(everything(&first).await == everything(&second).await, "every field of every record is the same");
    let next = "2026-04-02T08:00:00Z".parse().unwrap();
    assert_eq!(first.mutate_at(5, next), second.mutate_at(5, next));
}

#[tokio::test]
async fn a_changed_formula_moves_values_and_no_timestamp() {
    let sandbox = start().await;
    let soql = "SELECT Id, SystemModstamp, Revenue_Per_Employee__c FROM Account";
    let before = sandbox.records(soql, false).unwrap();
    let changed = sandbox.change_formula(2.0);
    let after = sandbox.records(soql, false).unwrap();
    let differing = before
        .iter()
        .zip(&after)
        .filter(|(a, b)| a["Revenue_Per_Employee__c"] != b["Revenue_Per_Employee__c"]);
    assert_eq!(differing.count(), changed);
    assert!(changed > 5);
    assert!(before.iter().zip(&after).all(|(a, b)| a["SystemModstamp"] == b["SystemModstamp"]));
}
