//! SOQL and paging over the wire.
use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use sandbox::{SalesforceHandle, SalesforceOptions};
use serde_json::Value as Json;

use crate::support::{Client, ids, small, start};

#[tokio::test]
async fn queries_of_the_subset_answer_and_others_are_refused_in_the_vendors_words() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let good = [
        "SELECT Id FROM Account",
        "select id, name from account where name like 'b%' order by name desc nulls last limit 3 offset 1",
        "SELECT Id, Account.Name, Account.Owner.Name, Owner.Email FROM Contact WHERE Account.Industry = 'Technology' LIMIT 5",
        "SELECT Id FROM Task WHERE (Type = 'Call' OR Type IN ('Email', 'Page View')) AND NOT Status = 'Deferred' LIMIT 5",
        "SELECT Id, Who.Name, Who.Type, What.Name FROM Event LIMIT 5",
        "SELECT a.Id, a.Name FROM Account a WHERE a.AnnualRevenue >= 1e6 AND a.NumberOfEmployees != null",
        "SELECT Id, (SELECT Id, Role, Contact.Name FROM OpportunityContactRoles ORDER BY IsPrimary DESC) FROM Opportunity",
        "SELECT COUNT() FROM Lead WHERE IsConverted = false AND CreatedDate > 2025-01-01T00:00:00+01:00",
        "SELECT COUNT(Id) n, MAX(SystemModstamp), MIN(Amount) least FROM Opportunity",
        "SELECT Id FROM Opportunity WHERE CloseDate = LAST_N_DAYS:90 OR CloseDate > 2025-12-31",
        "SELECT Id FROM Account WHERE Tech_Stack__c INCLUDES ('AWS;SAP', 'Okta') AND Name NOT IN ('x')",
        r"SELECT Id FROM Account WHERE Name = 'O\'Brien \\ \n' OR Name LIKE '100\%'",
        "SELECT Account.Id FROM Account",
    ];
    for soql in good {
        let (status, body) = client.query(soql).await;
        assert_eq!(status, 200, "{soql}: {body}");
        assert!(body["totalSize"].is_u64() && body["records"].is_array(), "{soql}");
    }
    let bad = [
        ("SELECT FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE (Name = 'a'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account; DROP", "MALFORMED_QUERY"),
        ("SELECT * FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE CreatedDate > 2025-13-01T00:00:00Z", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Account", "INVALID_FIELD"),
        ("SELECT Id, Nope.Name FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Nope = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE SystemModstamp > '2025-01-01'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE NumberOfEmployees = 'many'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Region__c = 'hidden'", "INVALID_FIELD"),
        ("SELECT Id FROM Nope", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Id FROM Nopes) FROM Account", "INVALID_TYPE"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
    ];
    for (soql, code) in bad {
        let (status, body) = client.query(soql).await;
        assert_eq!((status, body[0]["errorCode"].as_str()), (400, Some(code)), "{soql}: {body}");
    }
}

#[tokio::test]
async fn a_next_records_url_leads_through_every_row_in_batches_of_the_asked_size() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let expected = ids(&sandbox.records("SELECT Id FROM Task", false).unwrap());
    assert!(expected.len() > 1_500);
    for (asked, size) in [("batchSize=500", 500), ("batchSize=1", 200), ("batchSize=99999", 2_000)] {
        let mut page: Json = client
            .ask("query", "SELECT Id FROM Task")
            .header("Sforce-Query-Options", asked)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let mut seen = Vec::new();
        loop {
            let records = page["records"].as_array().unwrap();
            assert_eq!(page["totalSize"], expected.len());
            assert!(records.len() == size || page["done"] == true, "{} rows with {asked}", records.len());
            seen.extend(ids(records));
            let Some(next) = page["nextRecordsUrl"].as_str() else { break };
            page = client.get(next).send().await.unwrap().json().await.unwrap();
        }
        assert_eq!(seen, expected, "{asked}");
    }
    let gone = client.get("/services/data/v60.0/query/01gHs00000000000AAA-200").send().await.unwrap();
    assert_eq!(gone.json::<Json>().await.unwrap()[0]["errorCode"], "INVALID_QUERY_LOCATOR");
}

async fn walk_by_keyset(client: &Client<'_>, object: &str) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let condition = after.as_ref().map_or(String::new(), |(t, id)| {
            format!("WHERE SystemModstamp > {t} OR (SystemModstamp = {t} AND Id > '{id}') ")
        });
        let soql = format!(
            "SELECT Id, SystemModstamp FROM {object} {condition}ORDER BY SystemModstamp, Id LIMIT 2000"
        );
        let page: Json = client.ask("queryAll", &soql).send().await.unwrap().json().await.unwrap();
        let records = page["records"].as_array().unwrap();
        let Some(last) = records.last() else { return seen };
        after = Some((last["SystemModstamp"].as_str().unwrap().into(), last["Id"].as_str().unwrap().into()));
        seen.extend(ids(records));
    }
}

#[tokio::test]
async fn keyset_paging_sees_every_row_once_also_when_forty_thousand_share_one_timestamp() {
    let sandbox = sandbox::Salesforce::start(SalesforceOptions { scale: 1.0, ..small() }).await.unwrap();
    let client = Client::of(&sandbox);
    let mut all = ids(&sandbox.records("SELECT Id FROM Task", true).unwrap());
    all.sort();
    let mut walked = walk_by_keyset(&client, "Task").await;
    walked.sort();
    assert_eq!(walked, all);

    let stamped = sandbox.stamp_all("Task", "2026-04-01T00:00:00Z".parse().unwrap());
    assert!(stamped > 40_000);
    let started = std::time::Instant::now();
    assert_eq!(walk_by_keyset(&client, "Task").await, all, "in the order of their ids");
    // A scan from the start of the timestamp for each page would be quadratic; 23 pages from the index are not.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[tokio::test]
async fn deleted_rows_are_only_in_query_all_and_single_records_say_so() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let id = &ids(&sandbox.records("SELECT Id FROM Contact LIMIT 1", false).unwrap())[0];
    let path = format!("/services/data/v60.0/sobjects/Contact/{id}");
    let found: Json = client.get(&path).send().await.unwrap().json().await.unwrap();
    assert_eq!(found["Id"], id.as_str());
    sandbox
        .delete(sandbox::salesforce::RecordId::parse(id).unwrap(), "2026-04-02T00:00:00Z".parse().unwrap());
    let soql = format!("SELECT Id, IsDeleted FROM Contact WHERE Id = '{id}'");
    assert_eq!(client.query(&soql).await.1["totalSize"], 0);
    let all: Json = client.ask("queryAll", &soql).send().await.unwrap().json().await.unwrap();
    assert_eq!(all["records"][0]["IsDeleted"], true);
    let gone = client.get(&path).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    let window =
        "/services/data/v60.0/sobjects/Contact/deleted?start=2026-04-01T00:00:00Z&end=2026-04-03T00:00:00Z";
    let deleted: Json = client.get(window).send().await.unwrap().json().await.unwrap();
    assert_eq!(deleted["deletedRecords"][0]["id"], id.as_str());
}

#[tokio::test]
async fn a_field_can_come_and_go_between_two_queries() {
    let sandbox = start().await;
    let client = Client::of(&sandbox);
    let soql = "SELECT Region__c FROM Account LIMIT 1";
    assert_eq!(client.query(soql).await.0, 400);
    sandbox.reveal_field("Account", "Region__c");
    assert_eq!(client.query(soql).await.0, 200);
    sandbox.hide_field("Account", "Segment__c");
    assert_eq!(client.query("SELECT Segment__c FROM Account").await.0, 400);
}

#[tokio::test]
async fn the_days_calls_are_counted_and_then_refused() {
    let sandbox =
        sandbox::Salesforce::start(SalesforceOptions { daily_api_limit: 2, ..small() }).await.unwrap();
    let client = Client::of(&sandbox);
    let first = client.ask("query", "SELECT COUNT() FROM User").send().await.unwrap();
    assert_eq!(first.headers()["sforce-limit-info"], "api-usage=1/2");
    assert_eq!(client.query("SELECT COUNT() FROM User").await.0, 200);
    let (status, body) = client.query("SELECT COUNT() FROM User").await;
    assert_eq!((status, body[0]["errorCode"].as_str()), (403, Some("REQUEST_LIMIT_EXCEEDED")));
}

/// Runtime, stand-in, and its contacts as (SystemModstamp, Id).
type Shared = (tokio::runtime::Runtime, SalesforceHandle, Vec<(String, String)>);
/// Started once: the properties only read.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(start());
    let rows = sandbox.records("SELECT Id, SystemModstamp FROM Contact", true).unwrap();
    let text = |r: &Json, f: &str| r[f].as_str().unwrap().to_owned();
    let mut rows: Vec<_> = rows.iter().map(|r| (text(r, "SystemModstamp"), text(r, "Id"))).collect();
    rows.sort();
    (runtime, sandbox, rows)
});

#[derive(Clone, Debug)]
enum Tree {
    Time(&'static str, prop::sample::Index),
    Id(&'static str, prop::sample::Index),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let op = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        (op(), any::<prop::sample::Index>()).prop_map(|(o, i)| Tree::Time(o, i)),
        (op(), any::<prop::sample::Index>()).prop_map(|(o, i)| Tree::Id(o, i)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Or),
            inner.prop_map(|t| Tree::Not(Box::new(t))),
        ]
    })
}

impl Tree {
    fn soql(&self, rows: &[(String, String)]) -> String {
        let join = |list: &[Tree], word: &str| {
            let parts: Vec<String> = list.iter().map(|t| format!("({})", t.soql(rows))).collect();
            parts.join(word)
        };
        match self {
            Tree::Time(op, i) => format!("SystemModstamp {op} {}", i.get(rows).0),
            Tree::Id(op, i) => format!("Id {op} '{}'", i.get(rows).1),
            Tree::And(list) => join(list, " AND "),
            Tree::Or(list) => join(list, " OR "),
            Tree::Not(inner) => format!("NOT ({})", inner.soql(rows)),
        }
    }

    fn holds(&self, rows: &[(String, String)], row: &(String, String)) -> bool {
        match self {
            Tree::Time(op, i) => compare(&row.0, op, &i.get(rows).0),
            Tree::Id(op, i) => compare(&row.1, op, &i.get(rows).1),
            Tree::And(list) => list.iter().all(|t| t.holds(rows, row)),
            Tree::Or(list) => list.iter().any(|t| t.holds(rows, row)),
            Tree::Not(inner) => !inner.holds(rows, row),
        }
    }
}

fn compare(a: &str, op: &str, b: &str) -> bool {
    match op {
        "=" => a == b,
        "!=" => a != b,
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        _ => a >= b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The index may only leave out rows that do not match.
    #[test]
    fn any_condition_on_the_key_selects_what_a_plain_reading_of_it_selects(tree in tree()) {
        let (_, sandbox, rows) = &*SHARED;
        let soql = format!("SELECT Id FROM Contact WHERE {} ORDER BY SystemModstamp, Id", tree.soql(rows));
        let got = ids(&sandbox.records(&soql, true).unwrap());
        let expected: Vec<String> = rows.iter().filter(|r| tree.holds(rows, r)).map(|r| r.1.clone()).collect();
        prop_assert_eq!(&got, &expected, "{}", soql);
        let unordered = soql.replace(" ORDER BY SystemModstamp, Id", "");
        let unordered: HashSet<String> = ids(&sandbox.records(&unordered, true).unwrap()).into_iter().collect();
        prop_assert_eq!(unordered, expected.into_iter().collect::<HashSet<_>>());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}", tail in "[a-zA-Z'()=<>!, .:0-9\\\\-]{0,60}") {
        let (_, sandbox, _) = &*SHARED;
        let _ = sandbox.records(&text, false);
        let _ = sandbox.records(&format!("SELECT {tail}"), false);
        let _ = sandbox.records(&format!("SELECT Id FROM Account WHERE {tail}"), false);
    }
}
