//! Lists show each row once in any order, keep to their filters, and take no cursor but their own.

use serde_json::{Map, Value, json};

use super::{id, items, many, stranger};
use crate::{
    bench::{Client, refusal},
    provision::{self, NewOrganization},
};

const SORTS: [(&str, &[&str]); 3] = [
    ("account.list", &["name", "combined", "updated"]),
    ("person.list", &["name", "combined", "updated"]),
    ("opportunity.list", &["name", "combined", "close_date", "updated"]),
];

/// Every item of a list, page by page.
async fn walk(caller: &Client, method: &str, params: Value, size: u32) -> Vec<Value> {
    let (mut all, mut params) = (Vec::new(), params);
    params["pageSize"] = size.into();
    loop {
        let mut page = caller.ok(method, params.clone()).await;
        all.append(page["items"].as_array_mut().unwrap());
        match page["nextCursor"].take() {
            Value::Null => return all,
            cursor => params["cursor"] = cursor,
        }
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|it| it["id"].as_str().unwrap()).collect()
}

fn assert_each_once(rows: &[Value], expected: usize, what: &str) {
    let mut ids = ids(rows);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), rows.len()), (expected, expected), "{what}");
}

#[tokio::test]
async fn every_sort_shows_every_row_once_whatever_the_page_size() {
    let bench = many().await;
    stranger(&bench).await;
    let caller = bench.script();
    for (method, sorts) in SORTS {
        for sort in sorts {
            let whole = walk(&caller, method, json!({ "sort": sort }), 100).await;
            assert_each_once(&whole, 40, sort);
            for size in [1, 3, 7, 40] {
                let paged = walk(&caller, method, json!({ "sort": sort }), size).await;
                assert_eq!(ids(&paged), ids(&whole), "{method} by {sort}, {size} a page");
            }
        }
    }
}

#[tokio::test]
async fn each_sort_is_in_its_order_with_what_has_no_key_last() {
    let bench = many().await;
    let caller = bench.script();
    for (method, _) in SORTS {
        let rows = walk(&caller, method, json!({ "sort": "combined" }), 7).await;
        let scores: Vec<Option<f64>> = rows.iter().map(|it| it["scores"]["combined"].as_f64()).collect();
        assert_eq!(scores.iter().flatten().count(), 10);
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{method}: {scores:?}");
        let rows = walk(&caller, method, json!({ "sort": "updated" }), 7).await;
        assert!(rows.windows(2).all(|pair| pair[0]["updatedAt"].as_str() >= pair[1]["updatedAt"].as_str()));
    }
    let rows = walk(&caller, "opportunity.list", json!({ "sort": "close_date" }), 7).await;
    let dates: Vec<Option<&str>> = rows.iter().map(|it| it["closeDate"].as_str()).collect();
    let dated = dates.iter().flatten().count();
    assert!(dates[..dated].iter().all(Option::is_some) && dates[..dated].is_sorted(), "{dates:?}");
    let rows = walk(&caller, "account.list", json!({}), 7).await;
    let names: Vec<String> = rows.iter().map(|it| it["name"].as_str().unwrap().to_lowercase()).collect();
    assert!(names.iter().position(|it| it == "acme") < names.iter().position(|it| it == "zürich"));
}

#[tokio::test]
async fn what_is_added_or_removed_meanwhile_moves_nothing_else() {
    let bench = many().await;
    let caller = bench.script();
    for (method, sorts) in SORTS {
        for sort in sorts {
            let before = walk(&caller, method, json!({ "sort": sort }), 100).await;
            let first = caller.ok(method, json!({ "sort": sort, "pageSize": 9 })).await;
            // One that would be first by name, and one gone that was on the first page already.
            let gone = items(&first)[4]["id"].as_str().unwrap().to_owned();
            let table = match method {
                "account.list" => "accounts",
                "person.list" => "people",
                _ => "opportunities",
            };
            let new = match table {
                "people" => "(tenant_id, id, last_name)",
                "accounts" => "(tenant_id, id, name)",
                _ => "(tenant_id, id, stage, name)",
            };
            let stage = if table == "opportunities" { "'Proposal', " } else { "" };
            bench
                .database.execute(&format!(
                    "INSERT INTO {table} {new} VALUES ('{}', '0f000000-0000-7000-8000-000000000000', {stage}' aaa'); \
                     UPDATE {table} SET deleted_at = now() WHERE id = '{gone}'",
                    bench.tenant
                ))
                .await;
            let mut rest = Vec::new();
            let mut cursor = first["nextCursor"].clone();
            while !cursor.is_null() {
                let page = caller.ok(method, json!({ "sort": sort, "pageSize": 9, "cursor": cursor })).await;
                rest.extend(items(&page).clone());
                cursor = page["nextCursor"].clone();
            }
            rest.retain(|it| it["id"] != "0f000000-0000-7000-8000-000000000000");
            assert_eq!(ids(&rest), ids(&before[9..]), "{method} by {sort}");
            bench
                .database
                .execute(&format!(
                    "DELETE FROM {table} WHERE id = '0f000000-0000-7000-8000-000000000000'; \
                     UPDATE {table} SET deleted_at = NULL"
                ))
                .await;
        }
    }
}

#[tokio::test]
async fn filters_narrow_a_list_and_its_total_alike() {
    let bench = many().await;
    stranger(&bench).await;
    let first = id('a', 0, 0);
    let table = [
        ("account.list", json!({ "search": "ÅR" }), 5),
        ("account.list", json!({ "search": "aCM" }), 10),
        ("account.list", json!({ "search": "cme" }), 0),
        ("account.list", json!({ "search": "%" }), 0),
        ("account.list", json!({ "domain": "FIRST.example" }), 1),
        ("account.list", json!({ "industry": "Steel" }), 14),
        ("account.list", json!({ "tier": "hot" }), 10),
        ("account.list", json!({ "tier": "hot", "industry": "none" }), 0),
        ("person.list", json!({ "email": "P1@First.Example" }), 1),
        ("person.list", json!({ "search": "zürich" }), 5),
        ("person.list", json!({ "isLead": true }), 10),
        ("person.list", json!({ "accountId": first }), 40),
        ("person.list", json!({ "accountId": first, "tier": "cold" }), 10),
        ("person.list", json!({ "accountId": id('a', 1, 0) }), 0),
        ("person.list", json!({ "seniority": "vp" }), 0),
        ("opportunity.list", json!({ "status": "open" }), 30),
        ("opportunity.list", json!({ "status": "won" }), 5),
        ("opportunity.list", json!({ "status": "lost", "accountId": first }), 5),
        ("opportunity.list", json!({ "stage": "Proposal" }), 40),
        ("opportunity.list", json!({ "stage": "proposal" }), 0),
    ];
    for (method, filter, expected) in table {
        for sort in ["name", "combined"] {
            let mut params: Map<String, Value> = filter.as_object().unwrap().clone();
            params.insert("sort".into(), sort.into());
            params.insert("includeTotal".into(), true.into());
            let rows = walk(&bench.script(), method, Value::Object(params.clone()), 4).await;
            assert_each_once(&rows, expected, &format!("{method} {filter}"));
            let page = bench.script().ok(method, Value::Object(params)).await;
            assert_eq!(page["total"], expected, "{method} {filter}");
        }
    }
}

#[tokio::test]
async fn a_cursor_opens_its_own_list_only() {
    let bench = many().await;
    let (ada, eve) = (bench.script(), bench.new_member("eve@acme.example", tenancy::Role::Viewer).await.1);
    let page = ada.ok("account.list", json!({ "pageSize": 3, "industry": "Steel" })).await;
    let cursor = page["nextCursor"].as_str().unwrap();
    let good = json!({ "pageSize": 5, "industry": "Steel", "cursor": cursor });
    ada.ok("account.list", good.clone()).await;

    let mut tampered = cursor.to_owned();
    let middle = tampered.len() / 2;
    let other = if &tampered[middle..=middle] == "A" { "B" } else { "A" };
    tampered.replace_range(middle..=middle, other);
    let elsewhere = [
        (&ada, "account.list", json!({ "industry": "Steel", "cursor": tampered })),
        (&ada, "account.list", json!({ "industry": "Steel", "cursor": &cursor[..cursor.len() - 4] })),
        (&ada, "account.list", json!({ "industry": "steel", "cursor": cursor })),
        (&ada, "account.list", json!({ "industry": "Steel", "sort": "updated", "cursor": cursor })),
        (&ada, "account.list", json!({ "cursor": cursor })),
        (&ada, "person.list", json!({ "cursor": cursor })),
        (&ada, "activity.list", json!({ "cursor": cursor })),
        (&ada, "account.timeline", json!({ "accountId": id('a', 0, 0), "cursor": cursor })),
        (&eve, "account.list", good.clone()),
    ];
    for (caller, method, params) in elsewhere {
        let reply = caller.call(method, params.clone()).await;
        let data = &reply["error"]["data"];
        assert_eq!(data["code"], "INVALID_PARAMS", "{method} {params}: {reply}");
        assert_eq!(data["fields"][0]["path"], "cursor", "{reply}");
    }
}

#[tokio::test]
async fn a_cursor_of_one_organization_opens_nothing_in_another() {
    let bench = many().await;
    let new = NewOrganization { name: "Globex", slug: "globex", admin_email: "gil@globex.example" };
    let made = provision::create_organization(bench.store(), &new).await.unwrap();
    let globex = bench.with(made.api_key.expose());
    let page = bench.script().ok("account.list", json!({ "pageSize": 3 })).await;
    let params = json!({ "pageSize": 3, "cursor": page["nextCursor"] });
    assert_eq!(
        globex.refused("account.list", params).await,
        refusal("INVALID_PARAMS", "invalid_params"),
        "sealed to the tenant"
    );
    assert!(items(&globex.ok("account.list", json!({})).await).is_empty(), "nothing of acme shows");
}

#[tokio::test]
async fn the_log_is_listed_newest_first_by_person_account_type_and_time() {
    let bench = many().await;
    stranger(&bench).await;
    let (even, odd, account) = (id('b', 0, 2), id('b', 0, 3), id('a', 0, 0));
    bench
        .database.execute(&format!(
            "INSERT INTO activities (tenant_id, id, person_id, account_id, occurred_at, retracted_at, type, channel) \
             SELECT '{}', gen_random_uuid(), CASE n % 3 WHEN 0 THEN '{even}'::uuid WHEN 1 THEN '{odd}'::uuid END, \
               CASE WHEN n % 3 = 2 THEN '{account}'::uuid END, '2026-02-01'::timestamptz + n / 5 * interval '1 hour', \
               CASE WHEN n % 10 = 9 THEN now() END, \
               CASE WHEN n % 2 = 0 THEN 'page_view' ELSE 'Anruf' END, CASE WHEN n % 2 = 0 THEN 'web' ELSE 'other' END \
             FROM generate_series(0, 59) n",
            bench.tenant
        ))
        .await;
    let caller = bench.script();
    let table = [
        (json!({}), 54),
        (json!({ "includeRetracted": true }), 60),
        (json!({ "personId": even }), 18),
        (json!({ "accountId": account }), 54),
        (json!({ "personId": even, "accountId": account }), 18),
        (json!({ "personId": even, "accountId": id('a', 0, 1) }), 0),
        (json!({ "personId": id('b', 1, 2) }), 0),
        (json!({ "type": "Anruf", "includeRetracted": true }), 30),
        (json!({ "channel": "web" }), 30),
        (json!({ "from": "2026-02-01T02:00:00+02:00", "to": "2026-02-01T01:00:00Z" }), 5),
    ];
    for (filter, expected) in table {
        let rows = walk(&caller, "activity.list", filter.clone(), 4).await;
        assert_each_once(&rows, expected, &filter.to_string());
        assert!(rows.windows(2).all(|pair| pair[0]["occurredAt"].as_str() >= pair[1]["occurredAt"].as_str()));
        assert_eq!(ids(&rows), ids(&walk(&caller, "activity.list", filter, 100).await));
    }
}
