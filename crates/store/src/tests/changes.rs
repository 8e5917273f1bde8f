//! Changes reach whoever listens: in this process, in another one, and where every message was lost.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chrono::Utc;
use diesel_async::SimpleAsyncConnection;
use tenancy::{SessionId, TenantId};
use uuid::Uuid;

use crate::changes::Heard;
use crate::testing::TestDatabase;
use crate::{Store, Topic, Topics};

#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Heard>>>);

impl Ear {
    /// Listens, and waits until the line to other processes stands.
    async fn of(store: &Store) -> Ear {
        let ear = Ear::default();
        let heard = ear.0.clone();
        store.changes().listen(move |it| heard.lock().unwrap().push(it));
        ear.hears(Heard::Anything).await;
        ear.0.lock().unwrap().clear();
        ear
    }

    async fn hears(&self, expected: Heard) -> Duration {
        let begun = Instant::now();
        while !self.0.lock().unwrap().contains(&expected) {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{expected:?} in {:?}",
                self.0.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        begun.elapsed()
    }

    fn times(&self, expected: Heard) -> usize {
        self.0.lock().unwrap().iter().filter(|it| **it == expected).count()
    }
}

fn changed(tenant: TenantId, topics: impl Into<Topics>) -> Heard {
    Heard::Changed { tenant, topics: topics.into() }
}

async fn change(store: &Store, tenant: TenantId, topics: impl Into<Topics>) {
    let mut tx = store.tenant(tenant).await.unwrap();
    tx.changes(topics);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_commit_is_heard_here_at_once_and_elsewhere_soon_and_each_once() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let (here, elsewhere) = (database.store().await, database.store().await);
    let (near, far) = (Ear::of(&here).await, Ear::of(&elsewhere).await);
    change(&here, tenant, [Topic::Accounts, Topic::Scores]).await;
    let expected = changed(tenant, [Topic::Accounts, Topic::Scores]);
    assert_eq!(near.times(expected), 1, "the commit itself tells this process");
    far.hears(expected).await;
    // Two looks at the markers later.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!((near.times(expected), far.times(expected)), (1, 1), "a marker is no news");
}

#[tokio::test]
async fn what_was_undone_or_changes_nothing_is_not_heard() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let store = database.store().await;
    let ear = Ear::of(&store).await;
    let mut tx = store.tenant(tenant).await.unwrap();
    tx.changes(Topic::Jobs);
    tx.rollback().await.unwrap();
    store.tenant(tenant).await.unwrap().commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(*ear.0.lock().unwrap(), []);
}

#[tokio::test]
async fn a_process_that_dies_between_commit_and_message_is_found_out_by_its_marker() {
    let database = TestDatabase::start().await;
    let tenant = database.tenant("acme").await;
    let store = database.store().await;
    let ear = Ear::of(&store).await;
    // What such a process leaves behind: the marker, committed long after one with a higher number.
    let (mut slow, mut quick) = (database.superuser().await, database.superuser().await);
    let marker = |id: i64, topic: &str| {
        format!("INSERT INTO changes (id, tenant_id, topics) VALUES ({id}, '{tenant}', '{{{topic}}}')")
    };
    slow.batch_execute(&format!("BEGIN; {}", marker(1, "jobs"))).await.unwrap();
    quick.batch_execute(&marker(2, "people")).await.unwrap();
    ear.hears(changed(tenant, Topic::People)).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(ear.times(changed(tenant, Topic::Jobs)), 0, "it is not committed");
    slow.batch_execute("COMMIT").await.unwrap();
    assert!(ear.hears(changed(tenant, Topic::Jobs)).await < Duration::from_secs(2));
    assert_eq!(ear.times(changed(tenant, Topic::People)), 1);
}

#[tokio::test]
async fn a_listener_whose_line_broke_is_told_to_look_at_everything() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let ear = Ear::of(&store).await;
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_current_snapshot%' AND pid <> pg_backend_pid()").await;
    ear.hears(Heard::Anything).await;
    let tenant = database.tenant("acme").await;
    change(&store, tenant, Topic::Team).await;
    ear.hears(changed(tenant, Topic::Team)).await;
}

#[tokio::test]
async fn rights_that_end_by_a_statement_of_the_operators_are_heard_of() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = database.tenant("acme").await;
    let mut tx = store.tenant(tenant).await.unwrap();
    let user = crate::tenants::add_member(&mut tx, "ann@acme.example", tenancy::Role::Viewer).await.unwrap();
    let session = crate::sessions::NewSession {
        id: SessionId(Uuid::now_v7()),
        user,
        auth_method: "admin",
        expires_at: Utc::now() + chrono::TimeDelta::hours(1),
    };
    crate::sessions::create_session(&mut tx, &session).await.unwrap();
    tx.commit().await.unwrap();
    let ear = Ear::of(&store).await;
    for statement in [
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE memberships SET role = 'manager'",
        "UPDATE memberships SET client_limited = true",
        "UPDATE memberships SET status = 'suspended'",
        "UPDATE tenant_directory SET status = 'suspended'",
    ] {
        database.execute(statement).await;
        ear.hears(changed(tenant, Topic::Rights)).await;
        ear.0.lock().unwrap().clear();
    }
}
