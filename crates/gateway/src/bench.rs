//! The gateway's methods on a database of their own, called as a client would, without sockets in between.

use std::{net::Ipv4Addr, sync::Arc};

use chrono::{TimeDelta, Utc};
use rpc::{Methods, Registry};
use serde_json::{Value, json};
use store::{Store, tenants, testing::TestDatabase};
use tenancy::{ApiKey, Role, TenantId, UserId};

use crate::{
    host::{CallQuota, Gateway, OutsideIssuers, Secrets},
    provision::{self, NewOrganization},
    server::{RequestMeta, Secret, Transport},
};

/// Where our own tokens come from and go to.
pub(crate) const OURS: &str = "https://fairlead.example";

/// A database with one organization, `acme`, and a gateway on it.
pub(crate) struct Bench {
    pub(crate) database: TestDatabase,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) tenant: TenantId,
    /// `ada@acme.example`, the first admin.
    pub(crate) admin: UserId,
    pub(crate) key: ApiKey,
    methods: Methods,
}

/// Somebody who calls.
#[derive(Clone)]
pub(crate) struct Client(Methods);

impl Bench {
    /// `register` says which methods there are.
    pub(crate) async fn start(register: impl FnOnce(&mut Registry<Gateway>)) -> Self {
        Self::trusting(OutsideIssuers::default(), register).await
    }

    pub(crate) async fn trusting(
        outside: OutsideIssuers,
        register: impl FnOnce(&mut Registry<Gateway>),
    ) -> Self {
        Self::with_gateway(|gateway| gateway.trusting(outside), register).await
    }

    pub(crate) async fn with_gateway(
        furnish: impl FnOnce(Gateway) -> Gateway,
        register: impl FnOnce(&mut Registry<Gateway>),
    ) -> Self {
        let database = TestDatabase::start().await;
        let store = database.store().await;
        let new = NewOrganization { name: "Acme", slug: "acme", admin_email: "ada@acme.example" };
        let made = provision::create_organization(&store, &new).await.unwrap();
        let plenty = CallQuota {
            per_principal: 1_000_000.try_into().unwrap(),
            per_tenant: 1_000_000.try_into().unwrap(),
        };
        let ring = format!("k:{}", "0b".repeat(32)).parse().unwrap();
        let gateway = Arc::new(furnish(Gateway::new(store, Secrets::new(ring, OURS), plenty)));
        let mut registry = Registry::new(gateway.clone());
        register(&mut registry);
        let methods = registry.into_module().into();
        Bench { database, gateway, tenant: made.tenant, admin: made.admin, key: made.api_key, methods }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.gateway.store
    }

    /// Whoever presents this credential.
    pub(crate) fn with(&self, credential: &str) -> Client {
        self.client(Some(Secret::new(credential)))
    }

    pub(crate) fn stranger(&self) -> Client {
        self.client(None)
    }

    /// A script with the first admin key.
    pub(crate) fn script(&self) -> Client {
        self.with(self.key.expose())
    }

    /// The admin of another organization.
    pub(crate) async fn other_organization(&self) -> Client {
        let new = NewOrganization { name: "Other", slug: "other", admin_email: "olga@other.example" };
        let made = provision::create_organization(self.store(), &new).await.unwrap();
        self.with(made.api_key.expose())
    }

    /// A new member of `acme`.
    pub(crate) async fn member(&self, email: &str, role: Role) -> UserId {
        let mut tx = self.store().tenant(self.tenant).await.unwrap();
        let user = tenants::add_member(&mut tx, email, role).await.unwrap();
        tx.commit().await.unwrap();
        user
    }

    /// A member of `acme`, signed in.
    pub(crate) async fn signed_in(&self, email: &str) -> Client {
        let tokens = &self.gateway.secrets.tokens;
        let lifetime = TimeDelta::hours(1);
        let issued = provision::issue_session(self.store(), tokens, "acme", email, lifetime).await.unwrap();
        assert!(issued.token.expires_at < Utc::now() + TimeDelta::minutes(6));
        self.with(issued.token.expose())
    }

    /// A new member of `acme`, signed in.
    pub(crate) async fn new_member(&self, email: &str, role: Role) -> (UserId, Client) {
        let user = self.member(email, role).await;
        (user, self.signed_in(email).await)
    }

    /// What only the database's owner could do.
    pub(crate) async fn sabotage(&self, sql: &str) {
        self.database.execute(sql).await;
    }

    fn client(&self, credential: Option<Secret>) -> Client {
        let mut methods = self.methods.clone();
        methods.extensions_mut().insert(RequestMeta {
            request_id: "req-1".into(),
            credential,
            client: Ipv4Addr::LOCALHOST.into(),
            user_agent: Some("bench".into()),
            transport: Transport::Http,
        });
        Client(methods)
    }
}

impl Client {
    /// The whole reply, as it goes over the wire.
    pub(crate) async fn raw(&self, method: &str, params: Value) -> String {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (reply, _) = self.0.raw_json_request(&request.to_string(), 1).await.unwrap();
        reply.get().to_owned()
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        serde_json::from_str(&self.raw(method, params).await).unwrap()
    }

    /// The result of a call that succeeds.
    pub(crate) async fn ok(&self, method: &str, params: Value) -> Value {
        let mut reply = self.call(method, params).await;
        assert!(reply.get("error").is_none(), "{method}: {reply}");
        reply["result"].take()
    }

    /// Code and reason of a call that is refused.
    pub(crate) async fn refused(&self, method: &str, params: Value) -> (String, String) {
        let reply = self.call(method, params).await;
        let data = &reply["error"]["data"];
        let text = |name: &str| {
            data[name].as_str().unwrap_or_else(|| panic!("{method} was not refused: {reply}")).to_owned()
        };
        (text("code"), text("reason"))
    }

    pub(crate) async fn is_unauthorized(&self) -> bool {
        let reply = self.call("session.current", json!({})).await;
        reply["error"]["data"]["code"] == "UNAUTHORIZED"
    }
}

/// A refusal as [`Client::refused`] gives it.
pub(crate) fn refusal(code: &str, reason: &str) -> (String, String) {
    (code.to_owned(), reason.to_owned())
}
