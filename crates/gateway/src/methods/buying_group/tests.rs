//! Buying groups as a client sees them: what is found, what people decide, and each refusal by its name.

use std::time::Duration;

use api::routers::buying_group as wire;
use rpc::Registry;
use serde_json::{Value, json};
use tenancy::Role;
use workflows::{Runner, RunnerConfig, group::GroupingWorkflow};

use crate::{
    bench::{Bench, Client, refusal},
    host::Gateway,
};

const ACCOUNT: &str = "01953c1e-4a00-7000-8000-000000000071";
const OTHER_ACCOUNT: &str = "01953c1e-4a00-7000-8000-000000000072";
const ANN: &str = "01953c1e-4a00-7000-8000-000000000081";
const BOB: &str = "01953c1e-4a00-7000-8000-000000000082";
const KIM: &str = "01953c1e-4a00-7000-8000-000000000083";
const LEE: &str = "01953c1e-4a00-7000-8000-000000000084";
const STRANGER: &str = "01953c1e-4a00-7000-8000-000000000085";
const NOWHERE: &str = "01953c1e-4a00-7000-8000-0000000000ff";

fn register(registry: &mut Registry<Gateway>) {
    registry.register::<wire::ListByAccount>().unwrap();
    registry.register::<wire::ListAccountsWithGroups>().unwrap();
    registry.register::<wire::GetDetail>().unwrap();
    registry.register::<wire::GetMembers>().unwrap();
    registry.register::<wire::GetMemberEngagement>().unwrap();
    registry.register::<wire::GetCandidates>().unwrap();
    registry.register::<wire::Create>().unwrap();
    registry.register::<wire::AddMember>().unwrap();
    registry.register::<wire::RemoveMember>().unwrap();
    registry.register::<wire::ConfirmMemberRole>().unwrap();
    registry.register::<wire::AcceptCandidate>().unwrap();
    registry.register::<wire::DismissCandidate>().unwrap();
    registry.register::<wire::ListTemplates>().unwrap();
    registry.register::<wire::SaveTemplate>().unwrap();
    registry.register::<wire::RemoveTemplate>().unwrap();
    registry.register::<wire::ListRoleNames>().unwrap();
    registry.register::<wire::SaveRoleNames>().unwrap();
    registry.register::<wire::Calibrate>().unwrap();
    registry.register::<api::routers::job::Get>().unwrap();
}

/// An account with a deal that names Ann, three more people, and another account with one.
async fn bench() -> Bench {
    let bench = Bench::start(register).await;
    let t = bench.tenant;
    bench
        .sabotage(&format!(
            "INSERT INTO accounts (tenant_id, id, name, domain) VALUES
               ('{t}', '{ACCOUNT}', 'Mill', 'mill.example'), ('{t}', '{OTHER_ACCOUNT}', 'Shop', 'shop.example');
             INSERT INTO people (tenant_id, id, first_name, last_name, email, work_domain, title, account_id) VALUES
               ('{t}', '{ANN}', 'Ann', 'One', 'ann@mill.example', 'mill.example', NULL, '{ACCOUNT}'),
               ('{t}', '{BOB}', 'Bob', 'Two', 'bob@mill.example', 'mill.example', NULL, '{ACCOUNT}'),
               ('{t}', '{KIM}', 'Kim', 'Three', 'kim@mill.example', 'mill.example', NULL, '{ACCOUNT}'),
               ('{t}', '{LEE}', 'Lee', 'Four', 'lee@mill.example', 'mill.example', NULL, NULL),
               ('{t}', '{STRANGER}', 'Sam', 'Five', 'sam@shop.example', 'shop.example', NULL, '{OTHER_ACCOUNT}');
             INSERT INTO opportunities (tenant_id, id, name, account_id, stage) VALUES
               ('{t}', '01953c1e-4a00-7000-8000-000000000091', 'Deal', '{ACCOUNT}', 'Open');
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id, role) VALUES
               ('{t}', '01953c1e-4a00-7000-8000-000000000091', '{ANN}', 'Economic Buyer');"
        ))
        .await;
    bench
}

async fn group(admin: &Client) -> String {
    let made = admin.ok("buyingGroup.create", json!({ "accountId": ACCOUNT })).await;
    made["group"]["id"].as_str().unwrap().to_owned()
}

/// Lets a worker do what is queued, until a job has ended.
async fn work(bench: &Bench, job: &Value) -> Value {
    let config = RunnerConfig { poll: Duration::from_millis(20), ..RunnerConfig::default() };
    let runner = Runner::new(bench.store().clone(), config).with(GroupingWorkflow);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = tokio::spawn(runner.run(async move {
        let _ = stopped.await;
    }));
    let ended = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let job = bench.script().ok("job.get", json!({ "jobId": job["job"]["id"] })).await;
            if !job["finishedAt"].is_null() {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let ended = ended.await.expect("the job ends");
    let _ = stop.send(());
    worker.await.unwrap();
    ended
}

#[tokio::test]
async fn a_new_group_knows_whom_the_crm_names_and_what_is_missing() {
    let bench = bench().await;
    let admin = bench.script();
    let id = group(&admin).await;
    let again = admin.refused("buyingGroup.create", json!({ "accountId": ACCOUNT })).await;
    assert_eq!(again, refusal("CONFLICT", "group_exists"));
    let nowhere = admin.refused("buyingGroup.create", json!({ "accountId": NOWHERE })).await;
    assert_eq!(nowhere, refusal("NOT_FOUND", "no_such_account"));

    let members = admin.ok("buyingGroup.getMembers", json!({ "groupId": id })).await;
    let ann = &members["items"][0];
    assert_eq!((&ann["person"]["name"], &ann["role"]), (&json!("Ann One"), &json!("economic_buyer")));
    assert_eq!((&ann["confidence"], &ann["source"]), (&json!(0.855), &json!("sf_contact_role")));
    assert_eq!(ann["evidence"][0]["rule"], "01953c1e-4a00-7000-8000-000000000091");
    let detail = admin.ok("buyingGroup.getDetail", json!({ "groupId": id })).await;
    assert_eq!(detail["group"]["completenessByCount"], 0.3);
    assert_eq!(detail["group"]["completenessByConfidence"], 0.256);
    assert_eq!(
        detail["group"]["missing"],
        json!(["champion", "technical_evaluator", "end_user", "legal_procurement"])
    );
    assert_eq!(detail["roles"].as_array().unwrap().len(), 5);
    assert_eq!(detail["template"]["isDefault"], true);

    let list = |params: Value| admin.ok("buyingGroup.listAccountsWithGroups", params);
    let all = list(json!({ "includeTotal": true })).await;
    assert_eq!((&all["total"], &all["items"][0]["account"]["name"]), (&json!(1), &json!("Mill")));
    assert_eq!(all["items"][0]["groups"][0]["id"], json!(id));
    for (filter, found) in [
        (json!({ "status": "forming" }), 1),
        (json!({ "status": "complete" }), 0),
        (json!({ "missing": "champion", "sort": "combined" }), 1),
        (json!({ "missing": "economic_buyer" }), 0),
        (json!({ "solutionTag": "platform" }), 0),
    ] {
        assert_eq!(list(filter.clone()).await["items"].as_array().unwrap().len(), found, "{filter}");
    }
    let heat = admin.ok("buyingGroup.getMemberEngagement", json!({ "groupId": id })).await;
    assert_eq!(
        (heat["weeks"].as_array().unwrap().len(), &heat["rows"][0]["cells"][0]["intensity"]),
        (12, &json!(0))
    );
    for method in ["getDetail", "getMembers", "getMemberEngagement", "getCandidates"] {
        let refused = admin.refused(&format!("buyingGroup.{method}"), json!({ "groupId": NOWHERE })).await;
        assert_eq!(refused, refusal("NOT_FOUND", "no_such_group"), "{method}");
    }
}

#[tokio::test]
async fn a_manager_decides_about_members_and_each_wrong_decision_has_its_name() {
    let bench = bench().await;
    let id = group(&bench.script()).await;
    let (_, manager) = bench.new_member("mona@acme.example", Role::Manager).await;
    let (_, viewer) = bench.new_member("vera@acme.example", Role::Viewer).await;
    let member = |person: &str, role: &str| json!({ "groupId": id, "personId": person, "role": role });
    for method in ["addMember", "removeMember", "confirmMemberRole"] {
        let refused = viewer.refused(&format!("buyingGroup.{method}"), member(ANN, "coach")).await;
        assert_eq!(refused.0, "FORBIDDEN", "{method}");
    }
    let confirmed = manager.ok("buyingGroup.confirmMemberRole", member(ANN, "champion")).await;
    assert_eq!((&confirmed["role"], &confirmed["confidence"]), (&json!("champion"), &json!(1)));
    assert_eq!(confirmed["confirmedBy"]["name"], "mona@acme.example");
    assert_eq!(confirmed["detectedRole"], "economic_buyer");
    let table = [
        ("confirmMemberRole", member(ANN, "champion"), refusal("CONFLICT", "already_confirmed")),
        ("confirmMemberRole", member(ANN, "unknown"), refusal("UNPROCESSABLE_CONTENT", "unknown_role")),
        ("confirmMemberRole", member(BOB, "champion"), refusal("NOT_FOUND", "no_such_member")),
        ("addMember", member(ANN, "coach"), refusal("CONFLICT", "already_member")),
        ("addMember", member(BOB, "unknown"), refusal("UNPROCESSABLE_CONTENT", "unknown_role")),
        (
            "addMember",
            member(STRANGER, "coach"),
            refusal("UNPROCESSABLE_CONTENT", "member_of_another_account"),
        ),
        ("addMember", member(NOWHERE, "coach"), refusal("NOT_FOUND", "no_such_person")),
    ];
    for (method, params, expected) in table {
        assert_eq!(
            manager.refused(&format!("buyingGroup.{method}"), params.clone()).await,
            expected,
            "{params}"
        );
    }
    let nonsense = manager.refused("buyingGroup.confirmMemberRole", member(ANN, "boss")).await;
    assert_eq!(nonsense.0, "INVALID_PARAMS");
    // A refused role leaves nobody behind.
    let count = |it: &Value| it["items"].as_array().unwrap().len();
    assert_eq!(count(&manager.ok("buyingGroup.getMembers", json!({ "groupId": id })).await), 1);

    let added = manager.ok("buyingGroup.addMember", json!({ "groupId": id, "personId": BOB })).await;
    assert_eq!((&added["origin"], &added["role"]), (&json!("added"), &json!("unknown")));
    manager.ok("buyingGroup.removeMember", json!({ "groupId": id, "personId": BOB, "reason": "gone" })).await;
    let twice = manager.refused("buyingGroup.removeMember", json!({ "groupId": id, "personId": BOB })).await;
    assert_eq!(twice, refusal("NOT_FOUND", "no_such_member"));
    let left = manager.ok("buyingGroup.getCandidates", json!({ "groupId": id })).await;
    let names: Vec<_> =
        left["items"].as_array().unwrap().iter().map(|it| it["person"]["name"].clone()).collect();
    assert_eq!(names, [json!("Kim Three"), json!("Lee Four")], "who was taken out is no candidate");

    let other = bench.other_organization().await;
    let foreign = other.raw("buyingGroup.getDetail", json!({ "groupId": id })).await;
    assert_eq!(foreign, other.raw("buyingGroup.getDetail", json!({ "groupId": NOWHERE })).await);
}

#[tokio::test]
async fn candidates_are_accepted_and_dismissed_by_person_or_by_address() {
    let bench = bench().await;
    let admin = bench.script();
    let id = group(&admin).await;
    let candidate = |person: &str| json!({ "groupId": id, "personId": person });
    let accepted = admin.ok("buyingGroup.acceptCandidate", candidate(KIM)).await;
    assert_eq!(
        (&accepted["isDiscovered"], &accepted["discoveredFrom"]),
        (&json!(true), &json!("account_domain"))
    );
    admin.ok("buyingGroup.dismissCandidate", candidate(LEE)).await;
    let by_address = |email: &str| json!({ "groupId": id, "discoveredEmail": email });
    let table = [
        ("acceptCandidate", candidate(KIM), refusal("NOT_FOUND", "no_such_candidate")),
        ("acceptCandidate", candidate(LEE), refusal("NOT_FOUND", "no_such_candidate")),
        ("acceptCandidate", by_address("new@mill.example"), refusal("NOT_FOUND", "no_such_candidate")),
        ("acceptCandidate", by_address("no address"), refusal("NOT_FOUND", "no_such_candidate")),
        ("dismissCandidate", candidate(LEE), refusal("CONFLICT", "already_dismissed")),
        ("dismissCandidate", candidate(STRANGER), refusal("NOT_FOUND", "no_such_candidate")),
    ];
    for (method, params, expected) in table {
        assert_eq!(
            admin.refused(&format!("buyingGroup.{method}"), params.clone()).await,
            expected,
            "{params}"
        );
    }
    for params in [
        json!({ "groupId": id }),
        json!({ "groupId": id, "personId": BOB, "discoveredEmail": "a@b.example" }),
    ] {
        assert_eq!(admin.refused("buyingGroup.acceptCandidate", params).await.0, "INVALID_PARAMS");
    }
    // An address that the account's mail shows, and nobody has.
    let t = bench.tenant;
    bench
        .sabotage(&format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel, properties) VALUES ('{t}',
               gen_random_uuid(), '{ANN}', now() - interval '2 days', 'email_thread', 'email',
               '{{\"participants\": [\"new@mill.example\"]}}')"
        ))
        .await;
    let found = admin.ok("buyingGroup.getCandidates", json!({ "groupId": id, "limit": 1 })).await;
    let best = &found["items"][0];
    assert_eq!(
        (&best["discoveredEmail"], &best["origin"]),
        (&json!("new@mill.example"), &json!("discovered_email"))
    );
    assert_eq!(
        (&best["reasons"][0]["kind"], &best["reasons"][0]["lastDaysAgo"]),
        (&json!("contact"), &json!(2))
    );
    let accepted = admin.ok("buyingGroup.acceptCandidate", by_address("New@Mill.example")).await;
    assert_eq!(accepted["person"]["name"], "new@mill.example");
}

fn template(tag: &str, roles: &[(&str, u32)]) -> Value {
    let roles: Vec<_> =
        roles.iter().map(|(role, weight)| json!({ "role": role, "weight": weight })).collect();
    json!({ "name": "A template", "solutionTag": tag, "roles": roles })
}

#[tokio::test]
async fn templates_measure_the_groups_of_their_tag_once_the_job_has_been_over_them() {
    let bench = bench().await;
    let admin = bench.script();
    admin.ok("buyingGroup.create", json!({ "accountId": ACCOUNT, "solutionTag": "platform" })).await;
    let (_, manager) = bench.new_member("mona@acme.example", Role::Manager).await;
    let platform = template("platform", &[("economic_buyer", 1)]);
    assert_eq!(manager.refused("buyingGroup.saveTemplate", platform.clone()).await.0, "FORBIDDEN");
    let default = manager.ok("buyingGroup.listTemplates", json!({})).await["items"][0].clone();
    let table = [
        (
            "saveTemplate",
            template("x", &[("coach", 0), ("champion", 0)]),
            refusal("UNPROCESSABLE_CONTENT", "weights_all_zero"),
        ),
        (
            "saveTemplate",
            template("x", &[("coach", 1), ("coach", 2)]),
            refusal("UNPROCESSABLE_CONTENT", "duplicate_role"),
        ),
        ("saveTemplate", template("x", &[("unknown", 1)]), refusal("UNPROCESSABLE_CONTENT", "unknown_role")),
        (
            "removeTemplate",
            json!({ "templateId": default["id"] }),
            refusal("PRECONDITION_FAILED", "last_template"),
        ),
        ("removeTemplate", json!({ "templateId": NOWHERE }), refusal("NOT_FOUND", "no_such_template")),
    ];
    for (method, params, expected) in table {
        assert_eq!(
            admin.refused(&format!("buyingGroup.{method}"), params.clone()).await,
            expected,
            "{params}"
        );
    }
    assert_eq!(
        admin.refused("buyingGroup.saveTemplate", template("x", &[("boss", 1)])).await.0,
        "INVALID_PARAMS"
    );
    let saved = admin.ok("buyingGroup.saveTemplate", platform.clone()).await;
    assert_eq!(
        saved["template"]["roles"][0],
        json!({ "role": "economic_buyer", "weight": 1, "required": false, "minimum": 1 })
    );
    assert_eq!(admin.refused("buyingGroup.saveTemplate", platform).await, refusal("CONFLICT", "tag_taken"));
    let still = admin.refused("buyingGroup.removeTemplate", json!({ "templateId": default["id"] })).await;
    assert_eq!(still, refusal("PRECONDITION_FAILED", "default_needed"));

    let statuses = || async {
        let listed = admin.ok("buyingGroup.listByAccount", json!({ "accountId": ACCOUNT })).await;
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, ["forming"]);
    let ended = work(&bench, &saved["job"]).await;
    assert_eq!(
        (&ended["status"], &ended["outcome"]["kind"]),
        (&json!("complete"), &json!("buying_groups")),
        "{ended}"
    );
    assert_eq!(statuses().await, ["complete"]);
    let removed =
        admin.ok("buyingGroup.removeTemplate", json!({ "templateId": saved["template"]["id"] })).await;
    work(&bench, &removed["job"]).await;
    assert_eq!(statuses().await, ["forming"]);
}

#[tokio::test]
async fn a_tenants_own_names_of_roles_come_before_the_built_in_ones() {
    let bench = bench().await;
    let admin = bench.script();
    let id = group(&admin).await;
    let names = admin.ok("buyingGroup.listRoleNames", json!({})).await;
    assert!(names["builtIn"].as_array().unwrap().len() > 20 && names["own"] == json!([]));
    let own = |name: &str, role: &str, confidence: f64| json!({ "name": name, "role": role, "confidence": confidence });
    let table = [
        (vec![own("-", "coach", 1.0)], "blank_name"),
        (vec![own("A b", "coach", 1.0), own("a_B", "champion", 1.0)], "duplicate_name"),
        (vec![own("A", "coach", 0.0)], "no_confidence"),
    ];
    for (own, reason) in table {
        let refused = admin.refused("buyingGroup.saveRoleNames", json!({ "own": own })).await;
        assert_eq!(refused, refusal("UNPROCESSABLE_CONTENT", reason));
    }
    let started =
        admin.ok("buyingGroup.saveRoleNames", json!({ "own": [own("economic-buyer", "coach", 0.5)] })).await;
    work(&bench, &started).await;
    let members = admin.ok("buyingGroup.getMembers", json!({ "groupId": id })).await;
    assert_eq!(
        (&members["items"][0]["role"], &members["items"][0]["confidence"]),
        (&json!("coach"), &json!(0.45))
    );
    let report = admin.ok("buyingGroup.calibrate", json!({ "apply": true })).await;
    assert_eq!((&report["confirmations"], &report["knots"]), (&json!(0), &json!([])));
    assert_eq!(report["job"]["job"]["kind"], "buying_groups");
}
