//! The connector router from the wire to the row, and on to a stand-in for the vendor.

mod authorisation;
mod disconnecting;
mod syncing;
mod vault;

use api::routers::{audit, connector as c, field_mapping as f, job};
use connectors::{
    OAuthApp,
    egress::{EgressClient, EgressLimits, EgressPolicy},
};
use rpc::Registry;
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::{Value, json};
use url::Url;

use crate::{
    bench::{Bench, Client, refusal},
    host::Gateway,
    vendors::Vendors,
};

/// Where the admin's browser comes back to.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:1/callback";

/// An organization, its gateway, and a Salesforce to connect.
pub(crate) struct VendorBench {
    pub(crate) bench: Bench,
    pub(crate) vendor: SalesforceHandle,
}

fn register(registry: &mut Registry<Gateway>) {
    macro_rules! mount {
        ($($method:ty),+ $(,)?) => { $(registry.register::<$method>().unwrap();)+ };
    }
    mount!(
        c::Types,
        c::List,
        c::Create,
        c::GetStatus,
        c::GetAuthUrl,
        c::CompleteAuth,
        c::TriggerSync,
        c::GetSyncHistory,
        c::GetEntityCounts,
        c::Disconnect,
        f::ListSourceFields,
        f::ListTargetFields,
        f::GetMappings,
        f::SaveMappings,
        f::Preview,
        f::ResetToDefaults,
        audit::List,
        job::Get,
    );
}

impl VendorBench {
    pub(crate) async fn start() -> Self {
        let options =
            SalesforceOptions { scale: 0.02, redirect_uris: vec![CALLBACK.into()], ..Default::default() };
        let vendor = Salesforce::start(options).await.unwrap();
        let app = OAuthApp {
            client_id: vendor.options().client_id.clone(),
            client_secret: Some(connectors::Secret::new(vendor.options().client_secret.clone())),
        };
        // Short, so that a vendor who is silent does not hold up the tests.
        let limits =
            EgressLimits { total_time: std::time::Duration::from_secs(2), ..EgressLimits::default() };
        let vendors = Vendors {
            egress: EgressClient::new(EgressPolicy::allowing_private(), limits),
            apps: [("salesforce".to_owned(), app)].into(),
            redirect_uris: vec![CALLBACK.parse().unwrap()],
            ..Vendors::default()
        };
        let bench = Bench::with_gateway(|gateway| gateway.reaching(vendors), register).await;
        VendorBench { bench, vendor }
    }

    pub(crate) fn admin(&self) -> Client {
        self.bench.script()
    }

    /// A connector that waits for its authorisation.
    pub(crate) async fn pending(&self, name: &str) -> String {
        let params =
            json!({ "type": "salesforce", "name": name, "settings": { "loginUrl": self.vendor.base_url() } });
        let created = self.admin().ok("connector.create", params).await;
        assert_eq!(created["status"], "pending");
        created["id"].as_str().unwrap().to_owned()
    }

    /// Sends `who` to the vendor's page, and comes back with code and state.
    pub(crate) async fn visit_vendor(&self, who: &Client, connector: &str) -> Value {
        let params = json!({ "connectorId": connector, "redirectUri": CALLBACK });
        let start = who.ok("connector.getAuthUrl", params).await;
        #[expect(clippy::disallowed_types, reason = "this stands for the admin's browser")]
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let reply = browser.get(start["url"].as_str().unwrap()).send().await.unwrap();
        let back: Url = reply.headers()["location"].to_str().unwrap().parse().unwrap();
        assert!(back.as_str().starts_with(CALLBACK), "{back}");
        let parameter = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        json!({ "code": parameter("code"), "state": parameter("state") })
    }

    /// A connector that is authorised.
    pub(crate) async fn connected(&self, name: &str) -> String {
        let id = self.pending(name).await;
        let brought = self.visit_vendor(&self.admin(), &id).await;
        let connector = self.admin().ok("connector.completeAuth", brought).await;
        assert_eq!((&connector["status"], &connector["id"]), (&json!("connected"), &json!(id)));
        id
    }

    /// How often a token was asked for.
    pub(crate) fn token_requests(&self) -> usize {
        self.vendor.ledger().iter().filter(|it| it.endpoint == sandbox::salesforce::Endpoint::Token).count()
    }

    /// What the audit log keeps of an action.
    async fn audited(&self, action: &str) -> Vec<Value> {
        let listed = self.admin().ok("audit.list", json!({ "action": action })).await;
        listed["items"].as_array().unwrap().clone()
    }
}

/// The reason of a call that is refused.
pub(crate) async fn reason(client: &Client, method: &str, params: Value) -> String {
    client.refused(method, params).await.1
}

#[tokio::test]
async fn a_connector_is_created_listed_and_shown_with_the_settings_it_was_given() {
    let at = VendorBench::start().await;
    let types = at.admin().ok("connector.types", json!({})).await;
    assert_eq!(types["items"][0]["type"], "salesforce");
    assert_eq!(types["items"][0]["entities"], json!(["account", "person", "opportunity", "activity"]));
    let (b, a) = (at.pending("Beta").await, at.pending("Alpha").await);
    let first = at.admin().ok("connector.list", json!({ "pageSize": 1 })).await;
    assert_eq!(first["items"][0]["id"], json!(a), "by name");
    let second = json!({ "pageSize": 1, "cursor": first["nextCursor"] });
    let second = at.admin().ok("connector.list", second).await;
    assert_eq!((&second["items"][0]["id"], &second["nextCursor"]), (&json!(b), &Value::Null));
    let none = at.admin().ok("connector.list", json!({ "status": "connected" })).await;
    assert_eq!(none["items"], json!([]));
    let shown = at.admin().ok("connector.getStatus", json!({ "connectorId": a })).await;
    assert_eq!(shown["connector"]["settings"]["loginUrl"], at.vendor.base_url());
    assert_eq!(
        (&shown["lastRun"], &shown["job"], &shown["nextRunAt"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(at.audited("connector.create").await.len(), 2);
}

#[tokio::test]
async fn a_name_that_is_taken_and_an_address_that_is_not_allowed_are_refused() {
    let at = VendorBench::start().await;
    at.pending("Salesforce").await;
    let create = |name: &str, address: &str| json!({ "type": "salesforce", "name": name, "settings": { "loginUrl": address } });
    let admin = at.admin();
    assert_eq!(
        admin.refused("connector.create", create("Salesforce", "https://login.salesforce.com")).await,
        refusal("CONFLICT", "name_taken")
    );
    for address in ["http://169.254.169.254/", "ftp://files.example/", "https://u:p@login.salesforce.com"] {
        assert_eq!(
            reason(&admin, "connector.create", create("Other", address)).await,
            "setting_not_allowed",
            "{address}"
        );
    }
    assert_eq!(admin.ok("connector.list", json!({})).await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_connector_of_another_organization_and_none_at_all_are_one_answer() {
    let at = VendorBench::start().await;
    let mine = at.pending("Salesforce").await;
    let other = at.bench.other_organization().await;
    let nobody = uuid::Uuid::now_v7().to_string();
    let calls = [
        ("connector.getStatus", json!({})),
        ("connector.getAuthUrl", json!({ "redirectUri": CALLBACK })),
        ("connector.triggerSync", json!({})),
        ("connector.getSyncHistory", json!({})),
        ("connector.getEntityCounts", json!({})),
        ("connector.disconnect", json!({})),
        ("fieldMapping.listSourceFields", json!({ "entity": "account" })),
        ("fieldMapping.getMappings", json!({})),
        ("fieldMapping.preview", json!({ "entity": "account" })),
        ("fieldMapping.resetToDefaults", json!({})),
        (
            "fieldMapping.saveMappings",
            json!({ "entity": "account", "fields": [{ "sourceField": "Name", "targetField": "name" }] }),
        ),
    ];
    for (method, mut params) in calls {
        params["connectorId"] = json!(mine);
        let stranger = other.raw(method, params.clone()).await;
        params["connectorId"] = json!(nobody);
        assert_eq!(stranger, other.raw(method, params.clone()).await, "{method}");
        assert!(stranger.contains("no_such_connector"), "{stranger}");
    }
    assert_eq!(
        at.admin().ok("connector.getStatus", json!({ "connectorId": mine })).await["connector"]["status"],
        "pending"
    );
}
