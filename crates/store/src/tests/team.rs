//! Members, keys and the audit log: what the last admin may not do, what the application cannot undo.

use chrono::{TimeDelta, Utc};
use diesel_async::SimpleAsyncConnection;
use tenancy::{Actor, ApiKeyHash, ApiKeyId, MembershipRefused, Role, SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::api_keys::{
    ApiKeyStatus, NewApiKey, count_api_keys, create_api_key, expire_api_key, list_api_keys, revoke_api_key,
};
use crate::audit::{AuditEntry, AuditFilter, Outcome, append_entry, list_entries};
use crate::sessions::{NewSession, create_session, find_session, revoke_session};
use crate::team::{MemberError, TeamFilter, change_role, count_admins, count_team, list_team, remove_member};
use crate::tenants::{
    NewTenant, SettingsChange, add_member, create_tenant, get_current_tenant, update_settings,
};
use crate::testing::TestDatabase;
use crate::{PageRequest, Store, StoreError};

async fn acme(store: &Store) -> TenantId {
    let id = TenantId(Uuid::now_v7());
    let new = NewTenant { id, name: "Acme", slug: "acme", outside: None };
    create_tenant(store, &new).await.unwrap().commit().await.unwrap();
    id
}

async fn member(store: &Store, tenant: TenantId, email: &str, role: Role) -> UserId {
    let mut tx = store.tenant(tenant).await.unwrap();
    let user = add_member(&mut tx, email, role).await.unwrap();
    tx.commit().await.unwrap();
    user
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_who_demote_each_other_at_once_leave_one_admin() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    let ann = member(&store, tenant, "ann@acme.example", Role::Admin).await;
    let bob = member(&store, tenant, "bob@acme.example", Role::Admin).await;
    for round in 0..30 {
        let demote = |user| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.tenant(tenant).await.unwrap();
                let result = if round % 2 == 0 {
                    change_role(&mut tx, Role::Admin, user, Role::Viewer).await.map(|_| ())
                } else {
                    remove_member(&mut tx, Role::Admin, user).await.map(|_| ())
                };
                match result {
                    Ok(()) => tx.commit().await.map_err(MemberError::from),
                    Err(error) => Err(error),
                }
            })
        };
        let (one, two) = (demote(ann), demote(bob));
        let results = [one.await.unwrap(), two.await.unwrap()];
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
        assert!(results.contains(&Err(MemberError::Refused(MembershipRefused::LastAdmin))), "{results:?}");
        let mut tx = store.tenant(tenant).await.unwrap();
        assert_eq!(count_admins(&mut tx).await, Ok(1));
        tx.conn().batch_execute("DELETE FROM memberships").await.unwrap();
        tx.commit().await.unwrap();
        for email in ["ann@acme.example", "bob@acme.example"] {
            member(&store, tenant, email, Role::Admin).await;
        }
    }
}

#[tokio::test]
async fn the_team_is_listed_by_name_and_a_removed_member_loses_their_sessions() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    member(&store, tenant, "Zoe@acme.example", Role::Admin).await;
    let bob = member(&store, tenant, "bob@acme.example", Role::Viewer).await;
    member(&store, tenant, "cat@acme.example", Role::Viewer).await;
    let mut tx = store.tenant(tenant).await.unwrap();
    let mut page = PageRequest::first(2);
    let first = list_team(&mut tx, &TeamFilter::default(), &page).await.unwrap();
    page.after = first.next.clone();
    let second = list_team(&mut tx, &TeamFilter::default(), &page).await.unwrap();
    let emails: Vec<_> = first.items.iter().chain(&second.items).map(|m| m.user.email.as_str()).collect();
    assert_eq!(emails, ["bob@acme.example", "cat@acme.example", "Zoe@acme.example"]);
    let viewers = TeamFilter { role: Some(Role::Viewer), search: Some("B".into()) };
    assert_eq!(count_team(&mut tx, &viewers).await, Ok(1));

    let session = SessionId(Uuid::now_v7());
    let new = NewSession {
        id: session,
        user: bob,
        auth_method: "admin",
        expires_at: Utc::now() + TimeDelta::hours(1),
    };
    create_session(&mut tx, &new).await.unwrap();
    assert_eq!(remove_member(&mut tx, Role::Admin, bob).await.unwrap().1, 1);
    assert!(find_session(&mut tx, session).await.unwrap().is_none());
    let gone = change_role(&mut tx, Role::Admin, bob, Role::Admin).await.unwrap_err();
    assert_eq!(gone, MemberError::Store(StoreError::NotFound));
}

#[tokio::test]
async fn a_session_ends_once() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    let user = member(&store, tenant, "ann@acme.example", Role::Admin).await;
    let (id, now) = (SessionId(Uuid::now_v7()), Utc::now());
    let mut tx = store.tenant(tenant).await.unwrap();
    let new = NewSession { id, user, auth_method: "admin", expires_at: now + TimeDelta::hours(1) };
    create_session(&mut tx, &new).await.unwrap();
    assert!(find_session(&mut tx, id).await.unwrap().unwrap().alive(now));
    assert_eq!(revoke_session(&mut tx, id, now).await, Ok(true));
    assert_eq!(revoke_session(&mut tx, id, now).await, Ok(false));
    assert!(!find_session(&mut tx, id).await.unwrap().unwrap().alive(now));
}

#[tokio::test]
async fn keys_are_listed_by_what_they_still_can_do() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    let mut tx = store.tenant(tenant).await.unwrap();
    let mut ids = Vec::new();
    for name in ["good", "spent", "ended"] {
        let id = ApiKeyId(Uuid::now_v7());
        let new = NewApiKey {
            id,
            name,
            hash: ApiKeyHash::from_bytes([7; 32]),
            ceiling: Role::Manager,
            created_by: None,
            expires_at: None,
            rolled_from: None,
        };
        create_api_key(&mut tx, &new).await.unwrap();
        ids.push(id);
    }
    let now = Utc::now();
    expire_api_key(&mut tx, ids[1], now - TimeDelta::minutes(1)).await.unwrap();
    let later = expire_api_key(&mut tx, ids[1], now + TimeDelta::days(1)).await.unwrap();
    assert!(later.expires_at.unwrap() < now, "a key's end is never put off");
    let first = revoke_api_key(&mut tx, ids[2], now).await.unwrap();
    let again = revoke_api_key(&mut tx, ids[2], now + TimeDelta::hours(1)).await.unwrap();
    assert_eq!(first.revoked_at, again.revoked_at);
    for (status, expected) in
        [(ApiKeyStatus::Active, "good"), (ApiKeyStatus::Expired, "spent"), (ApiKeyStatus::Revoked, "ended")]
    {
        let page = list_api_keys(&mut tx, Some(status), &PageRequest::first(10)).await.unwrap();
        let names: Vec<_> = page.items.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(names, [expected]);
    }
    assert_eq!(count_api_keys(&mut tx, None).await, Ok(3));
    let absent = revoke_api_key(&mut tx, ApiKeyId(Uuid::now_v7()), now).await;
    assert_eq!(absent.err(), Some(StoreError::NotFound));
}

#[tokio::test]
async fn an_audit_row_can_be_read_but_neither_changed_nor_removed() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    let mut tx = store.tenant(tenant).await.unwrap();
    for n in 0..5 {
        let entry = AuditEntry {
            actor: Actor::System,
            action: "apiKey.create".into(),
            resource: "api_key".into(),
            resource_id: Some(n.to_string()),
            outcome: if n == 4 { Outcome::Refused } else { Outcome::Done },
            changes: serde_json::Value::Null,
            metadata: serde_json::Value::Null,
            request_id: None,
            address: None,
            user_agent: None,
        };
        append_entry(&mut tx, &entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.tenant(tenant).await.unwrap();
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(2));
    loop {
        let got = list_entries(&mut tx, &AuditFilter::default(), &page).await.unwrap();
        seen.extend(got.items.into_iter().map(|row| row.resource_id.unwrap()));
        let Some(next) = got.next else { break };
        page.after = Some(next);
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    let refused = AuditFilter { outcome: Some(Outcome::Refused), ..AuditFilter::default() };
    assert_eq!(list_entries(&mut tx, &refused, &PageRequest::first(9)).await.unwrap().items.len(), 1);
    tx.commit().await.unwrap();
    for sql in ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
        let mut tx = store.tenant(tenant).await.unwrap();
        let refused = tx.conn().batch_execute(sql).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn settings_change_what_is_named_and_tell_before_and_after() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tenant = acme(&store).await;
    let mut tx = store.tenant(tenant).await.unwrap();
    let change = SettingsChange { currency: Some("EUR".into()), ..SettingsChange::default() };
    let (before, after) = update_settings(&mut tx, &change).await.unwrap();
    assert_eq!((before.currency.as_str(), after.currency.as_str()), ("USD", "EUR"));
    assert_eq!((after.name.as_str(), after.slug.as_str()), ("Acme", "acme"));
    assert_eq!(get_current_tenant(&mut tx).await, Ok(after));
    let wrong = SettingsChange { currency: Some("euro".into()), ..SettingsChange::default() };
    assert_eq!(update_settings(&mut tx, &wrong).await.err(), Some(StoreError::Rule));
}
