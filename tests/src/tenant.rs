//! An organization with a member and a key for each role.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use gateway::provision;
use uuid::Uuid;

use crate::{Caller, TestApp, sample};

/// One organization of a test. Its records, once seeded, carry its canary in every text.
pub struct Tenant {
    /// 0 has the ids of the examples; each further one has its own, made from those.
    pub number: u8,
    pub slug: String,
    /// A word that is in this organization's texts and nowhere else.
    pub canary: String,
    callers: BTreeMap<&'static str, Caller>,
    /// Every key and token that was given out, which no log may hold.
    pub secrets: Vec<String>,
}

/// Who calls, and how: every kind of credential that once was or is one.
const KEYS: &[(&str, &str, &str)] = &[
    ("viewer", "viewer", "NULL, NULL"),
    ("manager", "manager", "NULL, NULL"),
    ("admin", "admin", "NULL, NULL"),
    ("expired key", "admin", "now() - interval '1 minute', NULL"),
    ("revoked key", "admin", "NULL, now() - interval '1 minute'"),
];
const SESSIONS: &[(&str, &str)] =
    &[("viewer session", "vera"), ("manager session", "mona"), ("admin session", "ada")];

impl Tenant {
    pub(crate) async fn create(app: &TestApp, number: u8, slug: &str) -> Tenant {
        let canary = format!("zq{slug}qz");
        let mut tenant =
            Tenant { number, slug: slug.to_owned(), canary, callers: BTreeMap::new(), secrets: Vec::new() };
        app.rows().run(&sample::statements(app, &tenant, sample::ORGANIZATION)).await;
        for (name, role, ends) in KEYS {
            let text = tenant.store_key(app, name, role, ends).await;
            tenant.admit(app, name, text);
        }
        for (name, member) in SESSIONS {
            let (text, _) = tenant.begin_session(app, member, TimeDelta::hours(1)).await;
            tenant.admit(app, name, text);
        }
        tenant.dead_credentials(app).await;
        tenant
    }

    /// The credentials that must not speak for anybody.
    async fn dead_credentials(&mut self, app: &TestApp) {
        let (ended, session) = self.begin_session(app, "ada", TimeDelta::hours(1)).await;
        let end =
            format!("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = '{session}'");
        app.rows().run(&end).await;
        self.admit(app, "ended session", ended);
        let (revoked, session) = self.begin_session(app, "ada", TimeDelta::hours(1)).await;
        app.rows().run(&format!("UPDATE sessions SET revoked_at = now() WHERE id = '{session}'")).await;
        self.admit(app, "revoked session", revoked);
        let (suspended, _) = self.begin_session(app, "sue", TimeDelta::hours(1)).await;
        app.rows()
            .run(&format!(
                "UPDATE memberships SET status = 'suspended' WHERE user_id = '{}'",
                sample::id_of(self.number, 0x316)
            ))
            .await;
        self.admit(app, "suspended member", suspended);
        let (fresh, _) = self.begin_session(app, "ada", TimeDelta::hours(1)).await;
        let old = app.old_token(&fresh);
        self.admit(app, "expired token", old);

        let mut mistyped = self.secrets[0].clone();
        let last = mistyped.pop().unwrap();
        mistyped.push(if last == 'A' { 'B' } else { 'A' });
        self.admit(app, "mistyped key", mistyped);
        self.admit(app, "garbage", "no-such-credential".to_owned());
        self.callers.insert("no credential", app.caller(None));
    }

    fn admit(&mut self, app: &TestApp, name: &'static str, credential: String) {
        self.callers.insert(name, app.caller(Some(credential.clone())));
        self.secrets.push(credential);
    }

    async fn store_key(&self, app: &TestApp, name: &str, role: &str, ends: &str) -> String {
        let key = provision::new_api_key().unwrap();
        let (tenant, id) = (self.id(), key.id());
        app.rows()
            .run(&format!(
                "INSERT INTO credential_directory (id, kind, tenant_id) VALUES ('{id}', 'api_key', '{tenant}'); \
                 INSERT INTO api_keys (tenant_id, id, name, secret_hash, role, expires_at, revoked_at) \
                 VALUES ('{tenant}', '{id}', '{name} {}', decode(repeat('00', 32), 'hex'), '{role}', {ends})",
                self.canary
            ))
            .await;
        app.rows().store_key_hash(id.0, key.hash().as_bytes()).await;
        key.expose().to_owned()
    }

    async fn begin_session(&self, app: &TestApp, member: &str, lifetime: TimeDelta) -> (String, Uuid) {
        let email = format!("{member}.{}@example.org", self.canary);
        let issued =
            provision::issue_session(app.store(), &app.secrets().tokens, &self.slug, &email, lifetime);
        let issued = issued.await.unwrap();
        (issued.token.expose().to_owned(), issued.session.0)
    }

    /// A word that is in the texts of this organization's second client and nowhere else.
    pub fn other_client(&self) -> String {
        format!("xc{}cx", self.slug)
    }

    pub fn id(&self) -> Uuid {
        sample::id_of(self.number, 1)
    }

    /// An API key with the role viewer.
    pub fn viewer(&self) -> &Caller {
        self.with("viewer")
    }

    /// An API key with the role manager.
    pub fn manager(&self) -> &Caller {
        self.with("manager")
    }

    /// The admin of the examples, signed in.
    pub fn admin(&self) -> &Caller {
        self.with("admin session")
    }

    /// The caller with that credential; see the names in this file.
    pub fn with(&self, credential: &str) -> &Caller {
        self.callers.get(credential).unwrap_or_else(|| panic!("no credential is called {credential}"))
    }
}
