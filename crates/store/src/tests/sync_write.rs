//! A page written twice is a page written once; identity, order of arrival, merges and the fence hold.

use canonical::{
    Account, Activity, ActivityType, ConnectorId, ContactRole, Currency, Money, Opportunity,
    OpportunityContact, Person, StageChange, StageEntry,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use tenancy::TenantId;
use uuid::Uuid;

use crate::sync_write::{
    CursorWrite, EntityCounts, FactKind, Lease, Names, PageCounts, PageRecords, PageWrite, QuarantinedRecord,
    Replayed, UnresolvedSlice, replay_unresolved_activities, write_page,
};
use crate::testing::TestDatabase;
use crate::{Store, StoreError};

pub(super) struct World {
    pub(super) store: Store,
    pub(super) tenant: TenantId,
    connector: ConnectorId,
    run: Uuid,
    job: Uuid,
    pub(super) database: TestDatabase,
}

impl World {
    pub(super) async fn start() -> Self {
        let database = TestDatabase::start().await;
        let tenant = database.tenant("acme").await;
        let (connector, run, job) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let store = database.store().await;
        let mut tx = store.tenant(tenant).await.unwrap();
        let sql = format!(
            "INSERT INTO connectors (tenant_id, id, type, name) VALUES ('{tenant}', '{connector}', 'salesforce', 'x'); \
             INSERT INTO jobs (tenant_id, id, kind, workflow_id) VALUES ('{tenant}', '{job}', 'sync', 'w'); \
             INSERT INTO job_queue (job_id, tenant_id, kind, fence) VALUES ('{job}', '{tenant}', 'sync', 7); \
             INSERT INTO sync_runs (tenant_id, id, connector_id, job_id, mode, trigger) \
               VALUES ('{tenant}', '{run}', '{connector}', '{job}', 'full', 'manual')"
        );
        tx.conn().batch_execute(&sql).await.unwrap();
        tx.commit().await.unwrap();
        Self { store, tenant, connector: ConnectorId(connector), run, job, database }
    }

    pub(super) fn page(&self, records: PageRecords) -> PageWrite {
        PageWrite {
            connector: self.connector,
            sync_run: Some(self.run),
            lease: Some(Lease { job: self.job, fence: 7 }),
            records,
            quarantined: Vec::new(),
            cursor: None,
        }
    }

    pub(super) async fn write(&self, records: PageRecords) -> PageCounts {
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let counts = write_page(&mut tx, &self.page(records), &mut Names::default()).await.unwrap();
        tx.commit().await.unwrap();
        counts
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let row: Row =
            diesel::sql_query(format!("SELECT ({sql})::bigint AS n")).get_result(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        row.n
    }

    pub(super) async fn text(&self, sql: &str) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            t: String,
        }
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let sql = format!("SELECT coalesce(({sql})::text, 'NULL') AS t");
        let row: Row = diesel::sql_query(sql).get_result(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        row.t
    }
}

pub(super) fn at(minute: i64) -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

pub(super) fn account(id: &str, name: &str) -> Account {
    Account {
        external_id: id.into(),
        modified_at: at(0),
        name: Some(name.into()),
        domain: canonical::Domain::of_account(&format!("{id}.example")),
        employee_count: Some(120),
        annual_revenue: Some(Money { minor: 5_000_000, currency: Currency::EUR }),
        ..Account::default()
    }
}

pub(super) fn person(id: &str, email: &str, account: Option<&str>) -> Person {
    Person {
        external_id: id.into(),
        modified_at: at(0),
        email: Some(email.parse().unwrap()),
        last_name: Some("Ålund".into()),
        account_external_id: account.map(Into::into),
        ..Person::default()
    }
}

pub(super) fn opportunity(id: &str, account: &str) -> Opportunity {
    Opportunity {
        external_id: id.into(),
        modified_at: at(0),
        name: Some("Deal".into()),
        stage: Some("Negotiation".into()),
        account_external_id: Some(account.into()),
        ..Opportunity::default()
    }
}

pub(super) fn activity(id: &str, person: &str, minute: i64) -> Activity {
    let activity_type = ActivityType::known("form_fill").unwrap();
    Activity {
        external_id: id.into(),
        source: None,
        modified_at: at(minute),
        deleted: false,
        channel: activity_type.channel(),
        activity_type,
        person_external_id: Some(person.into()),
        email: None,
        account_external_id: None,
        domain: None,
        occurred_at: at(minute),
        subject: Some("Naïve \"quote\"".into()),
        properties: canonical::Attributes::default(),
        raw: None,
    }
}

pub(super) fn everything() -> PageRecords {
    PageRecords {
        accounts: vec![account("a1", "One"), account("a2", "Two")],
        people: vec![person("p1", "ann@a1.example", Some("a1")), person("p2", "bob@gmail.com", Some("a2"))],
        opportunities: vec![Opportunity {
            stage_history: vec![
                StageEntry { stage: "Prospecting".into(), entered_at: at(1) },
                StageEntry { stage: "Negotiation".into(), entered_at: at(2) },
            ],
            contact_roles: vec![ContactRole {
                person_external_id: "p1".into(),
                role: Some("Decision Maker".into()),
                is_primary: true,
            }],
            ..opportunity("o1", "a1")
        }],
        activities: vec![activity("t1", "p1", 1), activity("t2", "p2", 2)],
        ..PageRecords::default()
    }
}

#[tokio::test]
async fn a_page_written_again_changes_nothing_and_says_so() {
    let world = World::start().await;
    let first = world.write(everything()).await;
    assert_eq!(first.account, EntityCounts { read: 2, inserted: 2, ..EntityCounts::default() });
    assert_eq!(first.activity, EntityCounts { read: 2, inserted: 2, ..EntityCounts::default() });
    let state = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM ( \
                 SELECT a::text AS t FROM accounts a UNION ALL SELECT p::text FROM people p UNION ALL \
                 SELECT o::text FROM opportunities o UNION ALL SELECT x::text FROM activities x UNION ALL \
                 SELECT s::text FROM opportunity_stages s UNION ALL SELECT c::text FROM opportunity_contacts c) u";
    let before = world.text(state).await;
    let second = world.write(everything()).await;
    assert_eq!(second.account, EntityCounts { read: 2, unchanged: 2, ..EntityCounts::default() });
    assert_eq!(second.person, EntityCounts { read: 2, unchanged: 2, ..EntityCounts::default() });
    assert_eq!(second.opportunity, EntityCounts { read: 1, unchanged: 1, ..EntityCounts::default() });
    assert_eq!(second.activity, EntityCounts { read: 2, unchanged: 2, ..EntityCounts::default() });
    assert_eq!(world.text(state).await, before);
    assert_eq!(world.number("SELECT read FROM sync_run_counts WHERE entity = 'account'").await, 4);
    assert_eq!(world.number("SELECT count(*) FROM account_versions").await, 2);
    assert_eq!(world.text("SELECT stage_entered_at = '2026-01-01T00:02Z' FROM opportunities").await, "true");
    assert_eq!(world.text("SELECT work_domain FROM people WHERE email LIKE 'bob%'").await, "NULL");
}

#[tokio::test]
async fn a_changed_record_updates_and_an_older_one_does_not() {
    let world = World::start().await;
    world.write(everything()).await;
    let newer = Account { employee_count: Some(500), modified_at: at(10), ..account("a1", "One") };
    let counts = world.write(PageRecords { accounts: vec![newer], ..PageRecords::default() }).await;
    assert_eq!(counts.account.updated, 1);
    let older = Account { employee_count: Some(1), modified_at: at(5), ..account("a1", "Old") };
    let counts = world.write(PageRecords { accounts: vec![older], ..PageRecords::default() }).await;
    assert_eq!(counts.account.unchanged, 1);
    assert_eq!(world.number("SELECT employee_count FROM accounts WHERE name = 'One'").await, 500);
    assert_eq!(world.number("SELECT count(*) FROM account_versions").await, 3);
}

#[tokio::test]
async fn a_changed_activity_is_taken_back_and_told_anew_and_a_deleted_one_taken_back() {
    let world = World::start().await;
    world.write(everything()).await;
    let moved = Activity { occurred_at: at(99), ..activity("t1", "p1", 1) };
    let gone = Activity { deleted: true, ..activity("t2", "p2", 2) };
    let counts = world.write(PageRecords { activities: vec![moved, gone], ..PageRecords::default() }).await;
    assert_eq!(counts.activity, EntityCounts { read: 2, updated: 1, deleted: 1, ..EntityCounts::default() });
    assert_eq!(world.number("SELECT count(*) FROM activities").await, 3);
    assert_eq!(world.number("SELECT count(*) FROM activities WHERE retracted_at IS NULL").await, 1);
}

#[tokio::test]
async fn two_records_with_one_address_are_one_person_and_the_newer_speaks() {
    let world = World::start().await;
    let lead = Person { is_lead: true, ..person("lead", "ann@a1.example", None) };
    let contact =
        Person { title: Some("CTO".into()), modified_at: at(5), ..person("contact", "Ann@A1.example", None) };
    let both = PageRecords { people: vec![contact.clone(), lead.clone()], ..PageRecords::default() };
    let counts = world.write(both.clone()).await;
    assert_eq!(counts.person, EntityCounts { read: 2, inserted: 1, updated: 1, ..EntityCounts::default() });
    assert_eq!(world.text("SELECT title FROM people").await, "CTO");
    assert_eq!(world.write(both).await.person.unchanged, 2);
    let gone = Person { deleted: true, modified_at: at(6), ..lead };
    world.write(PageRecords { people: vec![gone], ..PageRecords::default() }).await;
    assert_eq!(world.number("SELECT count(*) FROM people WHERE deleted_at IS NULL").await, 1);
    let gone = Person { deleted: true, modified_at: at(7), ..contact };
    world.write(PageRecords { people: vec![gone], ..PageRecords::default() }).await;
    assert_eq!(world.number("SELECT count(*) FROM people WHERE deleted_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_converted_lead_points_at_its_contact_whichever_comes_first() {
    for contact_first in [true, false] {
        let world = World::start().await;
        let contact = person("c", "ann@a1.example", None);
        let lead = Person { converted_to: Some("c".into()), ..person("l", "ann@home.example", None) };
        let order = if contact_first { [contact, lead] } else { [lead, contact] };
        for one in order {
            world.write(PageRecords { people: vec![one], ..PageRecords::default() }).await;
        }
        let sql = "SELECT count(*) FROM people l JOIN people c ON l.merged_into = c.id \
                   WHERE l.email = 'ann@home.example' AND c.email = 'ann@a1.example'";
        assert_eq!(world.number(sql).await, 1, "contact first: {contact_first}");
    }
}

#[tokio::test]
async fn a_chain_of_merges_stays_one_hop_long_and_a_circle_merges_nobody() {
    let world = World::start().await;
    let merged = |id: &str, into: &str| Person {
        merged_into: Some(into.into()),
        ..person(id, &format!("{id}@x.example"), None)
    };
    let end = person("d", "d@x.example", None);
    let people = vec![merged("a", "b"), merged("b", "c"), merged("c", "d"), end];
    world.write(PageRecords { people, ..PageRecords::default() }).await;
    let hop =
        "SELECT count(*) FROM people p JOIN people d ON p.merged_into = d.id WHERE d.email = 'd@x.example'";
    assert_eq!(world.number(hop).await, 3);
    let circle = vec![merged("x", "y"), merged("y", "x")];
    world.write(PageRecords { people: circle, ..PageRecords::default() }).await;
    assert_eq!(world.number("SELECT count(*) FROM people WHERE email IN ('x@x.example', 'y@x.example') AND merged_into IS NOT NULL").await, 0);
}

#[tokio::test]
async fn references_wait_for_what_they_name_in_any_order() {
    let world = World::start().await;
    let role = OpportunityContact {
        external_id: "r1".into(),
        opportunity_external_id: "o1".into(),
        person_external_id: "p1".into(),
        role: Some("Champion".into()),
        is_primary: false,
        modified_at: at(0),
        deleted: false,
    };
    let stage = StageChange {
        external_id: "h1".into(),
        opportunity_external_id: "o1".into(),
        stage: "Negotiation".into(),
        entered_at: at(42),
        modified_at: at(42),
        deleted: false,
    };
    let pages = [
        PageRecords { opportunity_contacts: vec![role.clone()], ..PageRecords::default() },
        PageRecords { stage_changes: vec![stage.clone()], ..PageRecords::default() },
        PageRecords { activities: vec![activity("t1", "p1", 1)], ..PageRecords::default() },
        PageRecords { people: vec![person("p1", "ann@a1.example", Some("a1"))], ..PageRecords::default() },
        PageRecords { opportunities: vec![opportunity("o1", "a1")], ..PageRecords::default() },
        PageRecords { accounts: vec![account("a1", "One")], ..PageRecords::default() },
    ];
    for page in pages {
        world.write(page).await;
    }
    assert_eq!(world.number("SELECT count(*) FROM unresolved_references").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM people JOIN accounts a ON a.id = account_id").await, 1);
    assert_eq!(
        world.number("SELECT count(*) FROM opportunities JOIN accounts a ON a.id = account_id").await,
        1
    );
    assert_eq!(world.text("SELECT role FROM opportunity_contacts").await, "Champion");
    assert_eq!(world.text("SELECT stage_entered_at = '2026-01-01T00:42Z' FROM opportunities").await, "true");

    assert_eq!(world.number("SELECT count(*) FROM quarantine WHERE status = 'open'").await, 1);
    let mut tx = world.store.tenant(world.tenant).await.unwrap();
    let slice = UnresolvedSlice {
        connector: world.connector,
        sync_run: Some(world.run),
        lease: Some(Lease { job: world.job, fence: 7 }),
        after: "",
        limit: 100,
    };
    let replayed = replay_unresolved_activities(&mut tx, &slice).await;
    assert_eq!(replayed, Ok(Replayed { placed: 1, next: None }));
    tx.commit().await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM activities").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM quarantine WHERE status = 'open'").await, 0);

    let gone = PageRecords {
        opportunity_contacts: vec![OpportunityContact { deleted: true, ..role }],
        stage_changes: vec![StageChange { deleted: true, ..stage }],
        ..PageRecords::default()
    };
    world.write(gone).await;
    assert_eq!(world.number("SELECT count(*) FROM opportunity_contacts").await, 0);
    assert_eq!(world.number("SELECT count(*) FROM opportunity_stages").await, 0);
}

#[tokio::test]
async fn a_stale_fence_writes_nothing() {
    let world = World::start().await;
    let page = PageWrite { lease: Some(Lease { job: world.job, fence: 6 }), ..world.page(everything()) };
    let mut tx = world.store.tenant(world.tenant).await.unwrap();
    assert_eq!(write_page(&mut tx, &page, &mut Names::default()).await, Err(StoreError::StaleLease));
    tx.rollback().await.unwrap();
    assert_eq!(world.number("SELECT count(*) FROM accounts").await, 0);
}

#[tokio::test]
async fn a_quarantined_record_is_one_finding_however_often_it_is_read_until_it_passes() {
    let world = World::start().await;
    let bad = QuarantinedRecord {
        entity: FactKind::Account,
        external_id: "a1".into(),
        reason: "missing_name".into(),
        detail: None,
        raw: serde_json::json!({ "Id": "a1" }),
    };
    for _ in 0..2 {
        let cursor =
            CursorWrite { object: "Account".into(), cursor: Some(serde_json::json!("c")), watermark: None };
        let page = PageWrite {
            quarantined: vec![bad.clone()],
            cursor: Some(cursor),
            ..world.page(PageRecords::default())
        };
        let mut tx = world.store.tenant(world.tenant).await.unwrap();
        let counts = write_page(&mut tx, &page, &mut Names::default()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(counts.account, EntityCounts { read: 1, quarantined: 1, ..EntityCounts::default() });
    }
    assert_eq!(world.number("SELECT count(*) FROM quarantine").await, 1);
    assert_eq!(world.number("SELECT count(*) FROM sync_cursors WHERE cursor = '\"c\"'").await, 1);
    world.write(PageRecords { accounts: vec![account("a1", "One")], ..PageRecords::default() }).await;
    assert_eq!(world.text("SELECT status FROM quarantine").await, "replayed");
}
