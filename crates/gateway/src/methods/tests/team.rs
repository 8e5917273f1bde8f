//! Members: who they are, and that an organization is never without an admin.

use serde_json::{Value, json};
use tenancy::Role;

use super::bench;
use crate::bench::{Client, refusal};

async fn emails(client: &Client, params: Value) -> Vec<String> {
    let page = client.ok("team.list", params).await;
    let items = page["items"].as_array().unwrap();
    items.iter().map(|it| it["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn members_come_by_name_page_by_page_and_by_what_they_begin_with() {
    let bench = bench().await;
    for name in ["zoe", "bob", "Carl", "b%b"] {
        bench.member(&format!("{name}@acme.example"), Role::Viewer).await;
    }
    bench.sabotage("UPDATE users SET name = 'Anna Last' WHERE email LIKE 'zoe@%'").await;
    let script = bench.script();
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let params = json!({ "pageSize": 2, "cursor": cursor, "includeTotal": true });
        let page = script.ok("team.list", params).await;
        assert_eq!(page["total"], 5);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|it| it["email"].as_str().unwrap().to_owned()),
        );
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let expected = ["ada@", "zoe@", "b%b@", "bob@", "Carl@"].map(|it| format!("{it}acme.example"));
    assert_eq!(seen, expected);
    assert_eq!(emails(&script, json!({ "search": "B%" })).await, ["b%b@acme.example"], "no pattern");
    assert_eq!(emails(&script, json!({ "search": "ANNA" })).await, ["zoe@acme.example"]);
    assert_eq!(emails(&script, json!({ "search": "zo" })).await, ["zoe@acme.example"]);
    assert_eq!(emails(&script, json!({ "role": "admin" })).await, ["ada@acme.example"]);
    let found = script.ok("user.list", json!({ "search": "car", "includeTotal": true })).await;
    assert_eq!((&found["items"][0]["email"], &found["total"]), (&json!("Carl@acme.example"), &json!(1)));
}

#[tokio::test]
async fn a_cursor_opens_nothing_but_the_list_it_came_from() {
    let bench = bench().await;
    bench.member("bob@acme.example", Role::Viewer).await;
    let page = bench.script().ok("team.list", json!({ "pageSize": 1 })).await;
    let cursor = &page["nextCursor"];
    bench.script().ok("team.list", json!({ "cursor": cursor })).await;
    let admin = bench.signed_in("ada@acme.example").await;
    for (who, client, method, params) in [
        ("another filter", bench.script(), "team.list", json!({ "cursor": cursor, "role": "viewer" })),
        ("another method", bench.script(), "user.list", json!({ "cursor": cursor })),
        ("another caller", admin, "team.list", json!({ "cursor": cursor })),
        ("nonsense", bench.script(), "team.list", json!({ "cursor": "abc" })),
    ] {
        let reply = client.call(method, params).await;
        assert_eq!(reply["error"]["data"]["fields"][0]["path"], "cursor", "{who}: {reply}");
    }
}

#[tokio::test]
async fn a_list_says_who_is_the_caller_and_who_the_last_admin() {
    let bench = bench().await;
    let (_, viewer) = bench.new_member("vi@acme.example", Role::Viewer).await;
    let page = viewer.ok("team.list", json!({})).await;
    let told = |at: usize, name: &str| page["items"][at][name].as_bool().unwrap();
    assert!(told(0, "isLastAdmin") && !told(0, "isYou"), "{page}");
    assert!(!told(1, "isLastAdmin") && told(1, "isYou"), "{page}");
}

#[tokio::test]
async fn the_last_admin_is_neither_demoted_nor_removed() {
    let bench = bench().await;
    let admin = bench.signed_in("ada@acme.example").await;
    let last = refusal("PRECONDITION_FAILED", "last_admin");
    let demote = json!({ "userId": bench.admin, "role": "viewer" });
    for caller in [&admin, &bench.script()] {
        assert_eq!(caller.refused("team.changeRole", demote.clone()).await, last);
        assert_eq!(caller.refused("team.remove", json!({ "userId": bench.admin })).await, last);
    }
    let same = admin.ok("team.changeRole", json!({ "userId": bench.admin, "role": "admin" })).await;
    assert_eq!((&same["role"], &same["isLastAdmin"]), (&json!("admin"), &json!(true)));
    bench.member("bea@acme.example", Role::Admin).await;
    assert_eq!(admin.ok("team.changeRole", demote).await["role"], "viewer", "with another admin one may go");
    assert_eq!(admin.refused("apiKey.list", json!({})).await.0, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_who_demote_or_remove_each_other_leave_one() {
    let bench = bench().await;
    let (bea_id, bea) = bench.new_member("bea@acme.example", Role::Admin).await;
    let ada = bench.signed_in("ada@acme.example").await;
    let act = |client: &Client, round: usize, target| {
        let client = client.clone();
        tokio::spawn(async move {
            match round % 2 {
                0 => client.call("team.changeRole", json!({ "userId": target, "role": "viewer" })).await,
                _ => client.call("team.changeRole", json!({ "userId": target, "role": "manager" })).await,
            }
        })
    };
    let mut waited = 0;
    for round in 0..50 {
        let (first, second) = tokio::join!(act(&ada, round, bea_id), act(&bea, round, bench.admin));
        let replies = [first.unwrap(), second.unwrap()];
        let done = replies.iter().filter(|it| it.get("result").is_some()).count();
        assert_eq!(done, 1, "round {round}: {replies:?}");
        let refused = replies.iter().find(|it| it.get("error").is_some()).unwrap();
        let reason = refused["error"]["data"]["reason"].as_str().unwrap();
        assert!(["last_admin", "role_too_low"].contains(&reason), "{refused}");
        waited += usize::from(reason == "last_admin");
        let admins = bench.script().ok("team.list", json!({ "role": "admin", "includeTotal": true })).await;
        assert_eq!(admins["total"], 1, "round {round}");
        bench.sabotage("UPDATE memberships SET role = 'admin'").await;
    }
    assert!(waited > 0, "the two never met, so this proved nothing");
}
