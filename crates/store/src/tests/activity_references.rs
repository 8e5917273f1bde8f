//! What activities refer to: it must be the tenant's own, its accounts are touched, and a first run notices what it has
//! written itself.

use canonical::Activity;
use diesel_async::SimpleAsyncConnection;
use uuid::Uuid;

use super::sync_write::{World, account, activity, at, person};
use crate::sync_write::{EntityCounts, Names, PageRecords, write_page};

fn somebody() -> PageRecords {
    PageRecords {
        accounts: vec![account("a1", "One"), account("a2", "Two"), account("a3", "Three")],
        people: vec![person("p1", "ann@free.example", Some("a1")), person("p2", "bob@a2.example", None)],
        ..PageRecords::default()
    }
}

#[tokio::test]
async fn an_activity_cannot_refer_to_another_tenants_row_or_to_none() {
    let world = World::start().await;
    world.write(somebody()).await;
    let stranger = world.database.tenant("globex").await;
    let mut names = Vec::new();
    for (table, column) in [("people", "person_id"), ("accounts", "account_id")] {
        names.push((column, world.text(&format!("SELECT id FROM {table} LIMIT 1")).await));
        names.push((column, Uuid::now_v7().to_string()));
    }
    for (column, id) in names {
        let mut tx = world.store.tenant(stranger).await.unwrap();
        let sql = format!(
            "INSERT INTO activities (tenant_id, id, {column}, occurred_at, type, channel) \
             VALUES ('{stranger}', gen_random_uuid(), '{id}', now(), 'form_fill', 'web')"
        );
        let refused = tx.conn().batch_execute(&sql).await.unwrap_err().to_string();
        assert!(refused.contains("refers to a row that does not exist"), "{column}: {refused}");
        tx.rollback().await.unwrap();
    }
    assert_eq!(world.number("SELECT count(*) FROM activities").await, 0);
}

#[tokio::test]
async fn a_new_activity_touches_its_account_and_those_of_its_person() {
    let world = World::start().await;
    world.write(somebody()).await;
    let touched = [
        // The account of its person, by id and by domain.
        (activity("t1", "p1", 1), "One"),
        (activity("t2", "p2", 2), "Two"),
        (
            Activity {
                person_external_id: None,
                account_external_id: Some("a3".into()),
                ..activity("t3", "p1", 3)
            },
            "Three",
        ),
    ];
    for (activity, name) in touched {
        let mut tx = world.store.tenant(world.tenant).await.unwrap();
        tx.conn().batch_execute("DELETE FROM touched_accounts").await.unwrap();
        tx.commit().await.unwrap();
        world.write(PageRecords { activities: vec![activity], ..PageRecords::default() }).await;
        let found =
            "SELECT string_agg(a.name, ' ') FROM touched_accounts t JOIN accounts a ON a.id = t.account_id";
        assert_eq!(world.text(found).await, name);
    }
}

#[tokio::test]
async fn a_first_run_notices_the_activities_it_has_written_itself() {
    let world = World::start().await;
    let mut names = Names::default();
    let moved = Activity { occurred_at: at(99), ..activity("t1", "p1", 1) };
    let gone = Activity { deleted: true, ..activity("t2", "p2", 2) };
    let never_here = Activity { deleted: true, ..activity("t9", "p2", 2) };
    let of = |activities| PageRecords { activities, ..PageRecords::default() };
    let none = EntityCounts::default();
    let pages = [
        (somebody(), none),
        (
            of(vec![activity("t1", "p1", 1), activity("t2", "p2", 2)]),
            EntityCounts { read: 2, inserted: 2, ..none },
        ),
        (of(vec![moved, gone]), EntityCounts { read: 2, updated: 1, deleted: 1, ..none }),
        // Activities that come with people of their own are of the same log.
        (
            PageRecords { activities: vec![activity("t3", "p1", 3)], ..somebody() },
            EntityCounts { read: 1, inserted: 1, ..none },
        ),
        (
            of(vec![activity("t3", "p1", 3), activity("t4", "p1", 4), never_here]),
            EntityCounts { read: 3, inserted: 1, unchanged: 2, ..none },
        ),
    ];
    for (records, counted) in pages {
        let mut tx = world.store.tenant(world.tenant).await.unwrap();
        let counts = write_page(&mut tx, &world.page(records), &mut names).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(counts.activity, counted);
    }
    let living =
        "SELECT string_agg(external_id, ' ' ORDER BY external_id) FROM activities WHERE retracted_at IS NULL";
    assert_eq!(world.text(living).await, "t1 t3 t4");
}
