//! Buying groups on a real database: who comes in, what a person decided stays, and only touched accounts are looked at.

mod candidates;
mod measures;

use buying_groups::{CandidateOrigin, Role, RoleNeed, Template};
use canonical::{ContactRole, IntentRole, Opportunity, OpportunityContact, Person};
use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use tenancy::{Actor, UserId};
use uuid::Uuid;

use super::sync_write::{World, account, activity, at, everything, opportunity, person};
use crate::buying_groups::{
    CandidateKey, CandidateRefused, CreateGroupError, MemberError, NewTemplate, Regrouped, TemplateError,
    accept_candidate, add_member, any_touched, calibrate, confirm_member_role, create_group,
    dismiss_candidate, get_candidates, get_group, get_member, get_member_engagement, groups_of_accounts,
    list_members, list_templates, regroup_accounts, remove_member, remove_template, save_template,
    take_touched,
};
use crate::page::PageRequest;
use crate::sync_write::PageRecords;
use crate::{StoreError, TenantTx};

fn somebody() -> Actor {
    Actor::User(UserId(Uuid::from_u128(7)))
}

fn now() -> DateTime<Utc> {
    at(60 * 24)
}

impl World {
    async fn begin(&self) -> TenantTx {
        self.store.tenant(self.tenant).await.unwrap()
    }

    async fn uuid(&self, sql: &str) -> Uuid {
        self.text(sql).await.parse().unwrap_or_else(|_| panic!("nothing found by {sql}"))
    }

    async fn person(&self, email: &str) -> Uuid {
        self.uuid(&format!("SELECT id FROM people WHERE email = '{email}'")).await
    }

    /// The group at large of the account of that name.
    async fn group(&self, account: &str) -> Uuid {
        self.uuid(&format!(
            "SELECT g.id FROM buying_groups g JOIN accounts a ON a.id = g.account_id \
             WHERE a.name = '{account}' AND g.solution_tag = ''"
        ))
        .await
    }

    /// What the workflow does: everything on the list.
    async fn regroup(&self) -> Regrouped {
        let mut tx = self.begin().await;
        let taken = take_touched(&mut tx, 100).await.unwrap();
        let done = regroup_accounts(&mut tx, &taken, now()).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn run(&self, sql: &str) {
        let mut tx = self.begin().await;
        tx.conn().batch_execute(sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// All that grouping writes, as one text.
    async fn groups_as_text(&self) -> String {
        self.text(
            "SELECT string_agg(t, ';' ORDER BY t) FROM (SELECT g::text AS t FROM buying_groups g \
             UNION ALL SELECT m::text FROM buying_group_members m UNION ALL SELECT e::text FROM role_evidence e \
             UNION ALL SELECT d::text FROM dismissed_candidates d) s",
        )
        .await
    }
}

fn colleague(id: &str, email: &str, title: &str) -> Person {
    Person { title: Some(title.into()), modified_at: at(1), ..person(id, email, Some("a1")) }
}

fn deal(roles: &[(&str, &str)]) -> Opportunity {
    let role = |(person, role): &(&str, &str)| ContactRole {
        person_external_id: (*person).into(),
        role: Some((*role).into()),
        is_primary: false,
    };
    Opportunity {
        contact_roles: roles.iter().map(role).collect(),
        modified_at: at(3),
        ..opportunity("o1", "a1")
    }
}

fn people(people: Vec<Person>) -> PageRecords {
    PageRecords { people, ..PageRecords::default() }
}

#[tokio::test]
async fn whom_the_crm_names_in_a_deal_is_a_member_with_the_evidence_beside_and_nobody_else_is() {
    let world = World::start().await;
    world.write(everything()).await;
    let done = world.regroup().await;
    assert_eq!(done, Regrouped { accounts: 2, created: 1, changed: 1, left: 0 });
    let group = world.group("One").await;
    let mut tx = world.begin().await;
    let members = list_members(&mut tx, group, &PageRequest::first(10)).await.unwrap().items;
    let [ann] = &members[..] else { panic!("{members:?}") };
    // 0.9 believed, 0.85 sure.
    let fields = &ann.fields;
    assert_eq!((fields.role.as_str(), fields.confidence), ("economic_buyer", 765_000));
    assert_eq!(fields.source.as_deref(), Some("sf_contact_role"));
    assert_eq!(ann.evidence.len(), 1);
    assert_eq!(ann.evidence[0].rule, world.text("SELECT id FROM opportunities").await);
    let detail = get_group(&mut tx, group).await.unwrap();
    assert_eq!((detail.group.by_count, detail.group.by_confidence), (300_000, 229_500));
    assert_eq!(detail.group.required_filled, 333_333);
    assert_eq!(detail.completeness.missing.len(), 4);
    assert_eq!(detail.group.status, "forming");
}

#[tokio::test]
async fn looking_again_changes_nothing_and_only_touched_accounts_are_looked_at() {
    let world = World::start().await;
    world.write(everything()).await;
    world
        .write(PageRecords {
            opportunities: vec![Opportunity {
                contact_roles: vec![ContactRole {
                    person_external_id: "p2".into(),
                    role: Some("Champion".into()),
                    is_primary: true,
                }],
                ..opportunity("o2", "a2")
            }],
            ..PageRecords::default()
        })
        .await;
    world.regroup().await;
    let before = world.groups_as_text().await;
    let mut tx = world.begin().await;
    assert!(!any_touched(&mut tx).await.unwrap());
    tx.commit().await.unwrap();
    // Both again, though nothing was touched.
    let both = [
        world.uuid("SELECT id FROM accounts WHERE name = 'One'").await,
        world.uuid("SELECT id FROM accounts WHERE name = 'Two'").await,
    ];
    let mut tx = world.begin().await;
    let again = regroup_accounts(&mut tx, &both, now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(again, Regrouped { accounts: 2, ..Regrouped::default() });
    assert_eq!(world.groups_as_text().await, before);

    // The same page again touches nobody; a new title touches its account and no other.
    world.write(everything()).await;
    assert_eq!(world.number("SELECT count(*) FROM touched_accounts").await, 0);
    world
        .write(people(vec![Person {
            title: Some("Clerk".into()),
            modified_at: at(9),
            ..person("p1", "ann@a1.example", Some("a1"))
        }]))
        .await;
    assert_eq!(world.text("SELECT string_agg(a.name, ',') FROM touched_accounts t JOIN accounts a ON a.id = t.account_id").await, "One");
    let other = "SELECT string_agg(g::text || m::text, ',') FROM buying_groups g JOIN buying_group_members m ON m.group_id = g.id \
                 JOIN accounts a ON a.id = g.account_id WHERE a.name = 'Two'";
    let untouched = world.text(other).await;
    assert_eq!(world.regroup().await.accounts, 1);
    assert_eq!(world.text(other).await, untouched);
    // What somebody did touches their account, and so does taking a contact role back.
    world.write(PageRecords { activities: vec![activity("t9", "p2", 5)], ..PageRecords::default() }).await;
    assert_eq!(world.text("SELECT string_agg(a.name, ',') FROM touched_accounts t JOIN accounts a ON a.id = t.account_id").await, "Two");
}

#[tokio::test]
async fn a_confirmed_role_survives_every_later_look_and_detection_goes_on_beside_it() {
    let world = World::start().await;
    world.write(everything()).await;
    world.regroup().await;
    let (group, ann) = (world.group("One").await, world.person("ann@a1.example").await);
    let mut tx = world.begin().await;
    let (before, after) =
        confirm_member_role(&mut tx, group, ann, Role::Champion, somebody(), now()).await.unwrap();
    assert_eq!((before.fields.role.as_str(), after.fields.role.as_str()), ("economic_buyer", "champion"));
    assert_eq!((after.fields.confidence, after.fields.confirmed_by()), (1_000_000, Some(somebody())));
    assert_eq!(after.fields.detected_role, "economic_buyer");
    for (role, refused) in [
        (Role::Champion, "the role champion is already confirmed"),
        (Role::Unknown, "unknown is not a role that can be confirmed"),
    ] {
        let error = confirm_member_role(&mut tx, group, ann, role, somebody(), now()).await.unwrap_err();
        assert_eq!(error.to_string(), refused);
    }
    tx.commit().await.unwrap();

    // Another contact role, another title, then no contact role at all.
    world
        .write(PageRecords {
            opportunities: vec![deal(&[("p1", "Technical Buyer")])],
            ..PageRecords::default()
        })
        .await;
    world.write(people(vec![colleague("p1", "ann@a1.example", "General Counsel")])).await;
    world.regroup().await;
    let mut tx = world.begin().await;
    let kept = get_member(&mut tx, group, ann).await.unwrap().fields;
    assert_eq!(
        (kept.role.as_str(), kept.confidence, kept.source.as_deref()),
        ("champion", 1_000_000, Some("confirmed"))
    );
    assert_eq!(kept.detected_role, "technical_evaluator");
    tx.commit().await.unwrap();
    world.run("DELETE FROM opportunity_contacts").await;
    assert_eq!(world.regroup().await.left, 0);
    let mut tx = world.begin().await;
    assert_eq!(get_member(&mut tx, group, ann).await.unwrap().fields.role, "champion");
    // Somebody changes their mind; that holds as well.
    confirm_member_role(&mut tx, group, ann, Role::Coach, somebody(), now()).await.unwrap();
    let account = get_group(&mut tx, group).await.unwrap().group.account.id;
    regroup_accounts(&mut tx, &[account], now()).await.unwrap();
    assert_eq!(get_member(&mut tx, group, ann).await.unwrap().fields.role, "coach");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn who_is_no_longer_named_leaves_and_who_was_taken_out_is_not_brought_back() {
    let world = World::start().await;
    world.write(everything()).await;
    world
        .write(people(vec![
            colleague("p3", "cid@a1.example", "Buyer"),
            colleague("p4", "dot@a1.example", "Buyer"),
        ]))
        .await;
    let named = [("p1", "Decision Maker"), ("p3", "Business User"), ("p4", "Champion")];
    world.write(PageRecords { opportunities: vec![deal(&named)], ..PageRecords::default() }).await;
    world.regroup().await;
    let (group, ann, cid) = (
        world.group("One").await,
        world.person("ann@a1.example").await,
        world.person("cid@a1.example").await,
    );
    let mut tx = world.begin().await;
    remove_member(&mut tx, group, ann, Some("not theirs"), somebody()).await.unwrap();
    assert_eq!(
        remove_member(&mut tx, group, ann, None, somebody()).await.unwrap_err(),
        MemberError::NoSuchMember
    );
    tx.commit().await.unwrap();
    let fewer = Opportunity { modified_at: at(8), ..deal(&[("p1", "Decision Maker"), ("p3", "Evaluator")]) };
    world.write(PageRecords { opportunities: vec![fewer], ..PageRecords::default() }).await;
    assert_eq!(world.regroup().await.left, 1);
    let mut tx = world.begin().await;
    let members = list_members(&mut tx, group, &PageRequest::first(10)).await.unwrap().items;
    assert_eq!(members.iter().map(|it| it.fields.person.person_id).collect::<Vec<_>>(), [cid]);
    assert_eq!(world.number("SELECT count(*) FROM role_evidence e JOIN people p ON p.id = e.person_id WHERE p.email LIKE 'dot%'").await, 0);
    // Adding them again forgets that they were not wanted.
    let back = add_member(&mut tx, group, ann, None, somebody(), now()).await.unwrap().fields;
    assert_eq!((back.role.as_str(), back.origin.as_str()), ("economic_buyer", "added"));
    assert_eq!(
        add_member(&mut tx, group, ann, None, somebody(), now()).await.unwrap_err(),
        MemberError::AlreadyMember
    );
    tx.commit().await.unwrap();
    let bob = world.person("bob@gmail.com").await;
    let mut tx = world.begin().await;
    assert_eq!(
        add_member(&mut tx, group, bob, None, somebody(), now()).await.unwrap_err(),
        MemberError::OtherAccount
    );
    assert_eq!(
        add_member(&mut tx, group, Uuid::now_v7(), None, somebody(), now()).await.unwrap_err(),
        MemberError::NoSuchPerson
    );
    assert_eq!(
        add_member(&mut tx, Uuid::now_v7(), bob, None, somebody(), now()).await.unwrap_err(),
        MemberError::NoSuchGroup
    );
}

#[tokio::test]
async fn what_people_decided_goes_on_with_the_survivor_of_a_merge() {
    let world = World::start().await;
    world.write(everything()).await;
    world.write(people(vec![colleague("p3", "ann.b@a1.example", "Buyer")])).await;
    world
        .write(PageRecords {
            opportunities: vec![deal(&[("p1", "Decision Maker"), ("p3", "Champion")])],
            ..PageRecords::default()
        })
        .await;
    world.regroup().await;
    let (group, loser) = (world.group("One").await, world.person("ann.b@a1.example").await);
    let mut tx = world.begin().await;
    confirm_member_role(&mut tx, group, loser, Role::Blocker, somebody(), now()).await.unwrap();
    tx.commit().await.unwrap();
    let merged = Person {
        merged_into: Some("p1".into()),
        modified_at: at(9),
        ..colleague("p3", "ann.b@a1.example", "Buyer")
    };
    world.write(people(vec![merged])).await;
    world.regroup().await;
    let survivor = world.person("ann@a1.example").await;
    let mut tx = world.begin().await;
    let members = list_members(&mut tx, group, &PageRequest::first(10)).await.unwrap().items;
    let [one] = &members[..] else { panic!("{members:?}") };
    assert_eq!((one.fields.person.person_id, one.fields.role.as_str()), (survivor, "blocker"));
    tx.commit().await.unwrap();
    // The account is merged into one that has no group.
    let gone =
        canonical::Account { merged_into: Some("a2".into()), modified_at: at(9), ..account("a1", "One") };
    world.write(PageRecords { accounts: vec![gone], ..PageRecords::default() }).await;
    world.regroup().await;
    assert_eq!(world.group("Two").await, group);
    assert_eq!(world.number("SELECT count(*) FROM buying_groups").await, 1);
    assert_eq!(
        world.text("SELECT role FROM buying_group_members WHERE confirmed_at IS NOT NULL").await,
        "blocker"
    );
}

#[tokio::test]
async fn another_tenant_sees_and_reaches_none_of_it() {
    let world = World::start().await;
    world.write(everything()).await;
    world.regroup().await;
    let (group, ann) = (world.group("One").await, world.person("ann@a1.example").await);
    let account = world.uuid("SELECT id FROM accounts WHERE name = 'One'").await;
    let before = world.groups_as_text().await;
    let other = world.database.tenant("other").await;
    let mut tx = world.store.tenant(other).await.unwrap();
    assert_eq!(get_group(&mut tx, group).await.unwrap_err(), StoreError::NotFound);
    assert_eq!(groups_of_accounts(&mut tx, &[account]).await.unwrap().len(), 0);
    assert_eq!(list_members(&mut tx, group, &PageRequest::first(9)).await.unwrap_err(), StoreError::NotFound);
    let add = add_member(&mut tx, group, ann, None, somebody(), now()).await;
    assert_eq!(add.unwrap_err(), MemberError::NoSuchGroup);
    let dismiss =
        dismiss_candidate(&mut tx, group, &CandidateKey::Person(ann), None, somebody(), now()).await;
    assert_eq!(dismiss.unwrap_err(), CandidateRefused::NoSuchGroup);
    assert_eq!(regroup_accounts(&mut tx, &[account], now()).await.unwrap(), Regrouped::default());
    assert_eq!(take_touched(&mut tx, 10).await.unwrap(), Vec::<Uuid>::new());
    tx.commit().await.unwrap();
    assert_eq!(world.groups_as_text().await, before);
}
