//! Lists show every row once in any order, pages know their people, timelines merge.

use canonical::Person as PersonRecord;
use diesel_async::SimpleAsyncConnection;
use uuid::Uuid;

use super::sync_write::{World, account, activity, at, everything, opportunity, person};
use crate::audit::{AuditFilter, list_entries};
use crate::crm::{
    AccountFilter, AccountSort, ActivityFilter, NewActivity, OpportunityFilter, OpportunitySort,
    PersonFilter, PersonSort, RecordActivityError, TimelineItem, TimelineKind, TimelineRange,
    account_timeline, count_accounts, count_people, get_account_detail, get_opportunity_detail,
    get_person_detail, list_accounts, list_activities, list_opportunities, list_people, opportunity_timeline,
    person_timeline, record_activity,
};
use crate::sync_write::PageRecords;
use crate::{PageRequest, StoreError, TenantTx};

impl World {
    async fn tx(&self) -> TenantTx {
        self.store.tenant(self.tenant).await.unwrap()
    }

    async fn id(&self, sql: &str) -> Uuid {
        self.text(sql).await.parse().unwrap()
    }

    /// A score for every `every`th row of the table, several of them equal.
    async fn score(&self, entity_type: &str, table: &str, every: u32) {
        let sql = format!(
            "INSERT INTO engagements (tenant_id, entity_type, entity_id, combined, tier, config_hash, scored_at) \
             SELECT tenant_id, '{entity_type}', id, (n / 3) * 1000, CASE WHEN n > 5 THEN 'hot' ELSE 'cold' END, \
               decode(repeat('00', 32), 'hex'), now() \
             FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM {table}) t WHERE n % {every} = 0"
        );
        let mut tx = self.tx().await;
        tx.conn().batch_execute(&sql).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn many() -> World {
    let world = World::start().await;
    let names = (0..25).map(|n| (format!("x{n:02}"), format!("Firm {}", n % 7)));
    let accounts: Vec<_> = names.map(|(id, name)| account(&id, &name)).collect();
    let people =
        (0..25).map(|n| person(&format!("p{n:02}"), &format!("p{n}@x{n:02}.example"), Some("x00"))).collect();
    let opportunities = (0..25)
        .map(|n| canonical::Opportunity {
            close_date: (n % 4 != 0).then(|| chrono::NaiveDate::from_ymd_opt(2026, 1 + n % 5, 1).unwrap()),
            ..opportunity(&format!("o{n:02}"), "x01")
        })
        .collect();
    world.write(PageRecords { accounts, people, opportunities, ..PageRecords::default() }).await;
    for (entity, table) in [("account", "accounts"), ("person", "people"), ("opportunity", "opportunities")] {
        world.score(entity, table, 2).await;
    }
    world
}

/// All rows of a list, page by page through sealed and opened positions; asserts that each comes once.
macro_rules! walk {
    ($world:expr, $list:ident, $filter:expr, $sort:expr) => {{
        let mut tx = $world.tx().await;
        let (mut rows, mut page) = (Vec::new(), PageRequest::first(4));
        loop {
            let got = $list(&mut tx, &$filter, $sort, &page).await.unwrap();
            assert!(got.items.len() <= 4);
            rows.extend(got.items);
            let Some(next) = got.next else { break };
            page.after = crate::Position::from_bytes(&next.to_bytes());
        }
        tx.commit().await.unwrap();
        let mut ids: Vec<_> = rows.iter().map(|row| row.fields.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), rows.len(), "a row came twice");
        rows
    }};
}

#[tokio::test]
async fn every_sort_of_every_list_shows_each_row_once_and_in_order() {
    let world = many().await;
    let all = AccountFilter::default();
    let rows = walk!(world, list_accounts, all, AccountSort::Name);
    assert_eq!(rows.len(), 25);
    assert!(rows.windows(2).all(|w| w[0].fields.name <= w[1].fields.name));
    let rows = walk!(world, list_accounts, all, AccountSort::Combined);
    let scores: Vec<_> = rows.iter().map(|row| row.scores.as_ref().and_then(|s| s.combined)).collect();
    assert_eq!((scores.len(), scores.iter().flatten().count()), (25, 12));
    assert!(scores.windows(2).all(|w| w[0] >= w[1]), "{scores:?}");
    assert_eq!(walk!(world, list_accounts, all, AccountSort::Updated).len(), 25);

    let everybody = PersonFilter::default();
    for sort in [PersonSort::Name, PersonSort::Combined, PersonSort::Updated] {
        assert_eq!(walk!(world, list_people, everybody, sort).len(), 25, "{sort:?}");
    }
    let deals = OpportunityFilter::default();
    for sort in [OpportunitySort::Name, OpportunitySort::Combined, OpportunitySort::Updated] {
        assert_eq!(walk!(world, list_opportunities, deals, sort).len(), 25, "{sort:?}");
    }
    let rows = walk!(world, list_opportunities, deals, OpportunitySort::CloseDate);
    let dates: Vec<_> = rows.iter().map(|row| row.fields.close_date).collect();
    let undated = dates.iter().position(Option::is_none).unwrap();
    assert!(dates.len() == 25 && dates[undated..].iter().all(Option::is_none), "{dates:?}");
    assert!(dates[..undated].is_sorted());
}

#[tokio::test]
async fn filters_narrow_a_list_and_its_count_alike() {
    let world = many().await;
    let table = [
        (AccountFilter { search: Some("FIRM 3".into()), ..AccountFilter::default() }, 4),
        (AccountFilter { search: Some("irm".into()), ..AccountFilter::default() }, 0),
        (AccountFilter { domain: Some("x05.example".into()), ..AccountFilter::default() }, 1),
        (AccountFilter { tier: Some("hot".into()), ..AccountFilter::default() }, 10),
        (AccountFilter { industry: Some("none".into()), ..AccountFilter::default() }, 0),
    ];
    for (filter, expected) in table {
        assert_eq!(walk!(world, list_accounts, filter, AccountSort::Combined).len(), expected, "{filter:?}");
        let mut tx = world.tx().await;
        assert_eq!(count_accounts(&mut tx, &filter).await, Ok(i64::try_from(expected).unwrap()));
    }
    let of_account = world.id("SELECT id FROM accounts WHERE domain = 'x00.example'").await;
    let theirs = PersonFilter { account: Some(of_account), is_lead: Some(false), ..PersonFilter::default() };
    assert_eq!(walk!(world, list_people, theirs, PersonSort::Name).len(), 25);
    let by_mail = PersonFilter { email: Some("P3@x03.example".into()), ..PersonFilter::default() };
    assert_eq!(walk!(world, list_people, by_mail, PersonSort::Name).len(), 1);
}

#[tokio::test]
async fn an_accounts_people_are_those_linked_and_those_of_its_domain() {
    let world = World::start().await;
    let people = vec![
        person("linked", "ann@elsewhere.example", Some("a1")),
        person("mate", "bob@a1.example", None),
        person("other", "eve@a2.example", Some("a2")),
        person("free", "sam@gmail.com", None),
    ];
    let accounts = vec![account("a1", "One"), account("a2", "Two"), account("gmail", "Mail")];
    world.write(PageRecords { accounts, people, ..PageRecords::default() }).await;
    let id = world.id("SELECT id FROM accounts WHERE name = 'One'").await;
    let mut tx = world.tx().await;
    let found = get_account_detail(&mut tx, id).await.unwrap();
    let mut emails: Vec<_> = found.people.top.iter().map(|p| p.fields.email.as_deref().unwrap()).collect();
    emails.sort_unstable();
    assert_eq!(emails, ["ann@elsewhere.example", "bob@a1.example"]);
    assert_eq!(found.people.tiers, [(None, 2)]);
    assert_eq!(found.sources[0].external_id, "a1");
    let by_account = PersonFilter { account: Some(id), ..PersonFilter::default() };
    assert_eq!(count_people(&mut tx, &by_account).await, Ok(2), "the list agrees with the page");
}

#[tokio::test]
async fn what_is_anothers_or_nobodys_is_not_found() {
    let world = World::start().await;
    world.write(everything()).await;
    let account = world.id("SELECT id FROM accounts WHERE name = 'One'").await;
    let person = world.id("SELECT id FROM people WHERE email LIKE 'ann%'").await;
    let deal = world.id("SELECT id FROM opportunities").await;
    let stranger = world.database.tenant("globex").await;
    let mut tx = world.store.tenant(stranger).await.unwrap();
    for id in [account, person, deal, Uuid::now_v7()] {
        assert_eq!(get_account_detail(&mut tx, id).await.err(), Some(StoreError::NotFound));
        assert_eq!(get_person_detail(&mut tx, id).await.err(), Some(StoreError::NotFound));
        assert_eq!(get_opportunity_detail(&mut tx, id).await.err(), Some(StoreError::NotFound));
    }
    let new = NewActivity {
        person: Some(person),
        account: None,
        activity_type: "page_view".into(),
        channel: "web".into(),
        occurred_at: at(1),
        subject: None,
        properties: None,
    };
    assert_eq!(record_activity(&mut tx, &new).await.err(), Some(RecordActivityError::NoSuchPerson));
}

#[tokio::test]
async fn who_has_activities_cannot_be_removed_before_them() {
    let world = World::start().await;
    world.write(everything()).await;
    let mut tx = world.tx().await;
    let sql = "DELETE FROM opportunity_contacts; DELETE FROM people";
    assert_eq!(StoreError::from(tx.conn().batch_execute(sql).await.unwrap_err()), StoreError::Reference);
    drop(tx);
    let mut tx = world.tx().await;
    let sql = "DELETE FROM opportunity_contacts; DELETE FROM people WHERE id NOT IN (SELECT person_id FROM activities)";
    tx.conn().batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn a_merged_persons_activities_show_under_the_survivor() {
    let world = World::start().await;
    world.write(everything()).await;
    let merged = PersonRecord {
        merged_into: Some("p1".into()),
        deleted: true,
        modified_at: at(9),
        ..person("p2", "bob@gmail.com", Some("a2"))
    };
    world.write(PageRecords { people: vec![merged], ..PageRecords::default() }).await;
    let (survivor, loser) = (
        world.id("SELECT id FROM people WHERE email LIKE 'ann%'").await,
        world.id("SELECT id FROM people WHERE email LIKE 'bob%'").await,
    );
    let mut tx = world.tx().await;
    assert_eq!(get_person_detail(&mut tx, loser).await.unwrap().person.fields.id, survivor);
    let filter = ActivityFilter { person: Some(survivor), ..ActivityFilter::default() };
    let page = list_activities(&mut tx, &filter, &PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items.len(), 2);
    assert!(page.items.iter().all(|activity| activity.person_id == Some(survivor)));
    // The log itself was not touched.
    assert_eq!(
        world.number(&format!("SELECT count(*) FROM activities WHERE person_id = '{loser}'")).await,
        1
    );
}

#[tokio::test]
async fn a_timeline_merges_its_kinds_newest_first_and_pages_through_them() {
    let world = World::start().await;
    let mut records = everything();
    records.activities.extend((10..20).map(|n| activity(&format!("n{n}"), "p1", n)));
    world.write(records).await;
    let account = world.id("SELECT id FROM accounts WHERE name = 'One'").await;
    let sql = format!(
        "INSERT INTO tier_history (tenant_id, entity_type, entity_id, changed_at, to_tier, config_hash) \
         VALUES ('{}', 'account', '{account}', '2026-01-01T00:15:30Z', 'hot', decode(repeat('00', 32), 'hex'))",
        world.tenant
    );
    let mut tx = world.tx().await;
    tx.conn().batch_execute(&sql).await.unwrap();
    let (mut items, mut page) = (Vec::new(), PageRequest::first(4));
    loop {
        let got = account_timeline(&mut tx, account, &TimelineRange::default(), &page).await.unwrap();
        items.extend(got.items);
        let Some(next) = got.next else { break };
        page.after = Some(next);
    }
    // Ten and one of p1's, two stages, one change of tier.
    assert_eq!(items.len(), 14);
    assert!(items.windows(2).all(|w| w[0].at() >= w[1].at()));
    assert_eq!(items.iter().filter(|item| matches!(item, TimelineItem::TierChange(_))).count(), 1);
    let only = TimelineRange { kinds: vec![TimelineKind::StageChange], from: Some(at(2)), to: Some(at(3)) };
    let got = account_timeline(&mut tx, account, &only, &PageRequest::first(10)).await.unwrap();
    assert!(matches!(&got.items[..], [TimelineItem::StageChange(s)] if s.stage == "Negotiation"), "{got:?}");

    let deal = world.id("SELECT id FROM opportunities").await;
    let page = PageRequest::first(50);
    let all = TimelineRange::default();
    assert_eq!(opportunity_timeline(&mut tx, deal, &all, &page).await.unwrap().items.len(), 13);
    let person = world.id("SELECT id FROM people WHERE email LIKE 'ann%'").await;
    assert_eq!(person_timeline(&mut tx, person, &all, &page).await.unwrap().items.len(), 11);
    let detail = get_opportunity_detail(&mut tx, deal).await.unwrap();
    assert_eq!(detail.stages.len(), 2);
    assert_eq!(detail.contacts[0].role.as_deref(), Some("Decision Maker"));
    let recent =
        ActivityFilter { from: Some(at(15)), channel: Some("web".into()), ..ActivityFilter::default() };
    assert_eq!(list_activities(&mut tx, &recent, &page).await.unwrap().items.len(), 5);
}

#[tokio::test]
async fn an_activity_entered_by_hand_is_in_the_log() {
    let world = World::start().await;
    world.write(everything()).await;
    let person = world.id("SELECT id FROM people WHERE email LIKE 'ann%'").await;
    let mut new = NewActivity {
        person: Some(person),
        account: None,
        activity_type: "meeting_attend".into(),
        channel: "meetings".into(),
        occurred_at: at(77),
        subject: Some("Lunch".into()),
        properties: Some(serde_json::json!({ "place": "Åre" })),
    };
    let mut tx = world.tx().await;
    let recorded = record_activity(&mut tx, &new).await.unwrap();
    assert_eq!((recorded.person_id, recorded.account_name.as_deref()), (Some(person), Some("One")));
    new.person = None;
    assert_eq!(
        record_activity(&mut tx, &new).await.err(),
        Some(RecordActivityError::Store(StoreError::Rule))
    );
}

#[tokio::test]
async fn pages_of_all_sizes_share_a_plan() {
    #[derive(diesel::QueryableByName)]
    struct Plans {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        kept: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        made: i64,
    }
    let world = World::start().await;
    let mut tx = world.tx().await;
    let rows = format!(
        "INSERT INTO accounts (tenant_id, id, name) \
         SELECT '{tenant}', gen_random_uuid(), 'Firm ' || n FROM generate_series(1, 20000) n; \
         INSERT INTO audit_log (tenant_id, id, actor_kind, actor_id, action, resource, outcome) \
         SELECT '{tenant}', gen_random_uuid(), 'system', 'system', 'user.update', 'user', 'done' FROM generate_series(1, 20000)",
        tenant = world.tenant
    );
    tx.conn().batch_execute(&rows).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    for size in 1..=30 {
        let page = PageRequest::first(size * 3);
        let accounts =
            list_accounts(&mut tx, &AccountFilter::default(), AccountSort::Name, &page).await.unwrap();
        let entries = list_entries(&mut tx, &AuditFilter::default(), &page).await.unwrap();
        assert_eq!([accounts.items.len(), entries.items.len()], [size as usize * 3; 2]);
    }
    for list in ["accounts", "audit_log"] {
        let plans: Plans = diesel_async::RunQueryDsl::get_result(
            diesel::sql_query(format!(
                "SELECT generic_plans AS kept, custom_plans AS made FROM pg_prepared_statements \
                 WHERE statement LIKE 'SELECT * FROM (%\"{list}\"%'"
            )),
            tx.conn(),
        )
        .await
        .unwrap();
        let five = "PostgreSQL looks at five of its own before it keeps one";
        assert_eq!((plans.kept, plans.made), (25, 5), "{list}: {five}");
    }
    tx.rollback().await.unwrap();
}
