//! A small running stand-in and an HTTP client for it.
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::Value as Json;

pub(crate) const ANCHOR: &str = "2026-03-31T12:00:00Z";

pub(crate) fn small() -> SalesforceOptions {
    SalesforceOptions { scale: 0.05, anchor_time: ANCHOR.parse().unwrap(), ..SalesforceOptions::default() }
}

pub(crate) async fn start() -> SalesforceHandle {
    Salesforce::start(small()).await.unwrap()
}

/// Callbacks are not followed: the tests read them.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub(crate) struct Client<'a> {
    pub(crate) sandbox: &'a SalesforceHandle,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
}

impl<'a> Client<'a> {
    pub(crate) fn of(sandbox: &'a SalesforceHandle) -> Self {
        Self { sandbox, token: sandbox.issue_access_token(), http: http() }
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.sandbox.base_url())).bearer_auth(&self.token)
    }

    pub(crate) fn ask(&self, resource: &str, soql: &str) -> reqwest::RequestBuilder {
        self.get(&format!("/services/data/v60.0/{resource}")).query(&[("q", soql)])
    }

    pub(crate) async fn query(&self, soql: &str) -> (u16, Json) {
        let response = self.ask("query", soql).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

/// Every field that describe names.
pub(crate) async fn fields_of(client: &Client<'_>, object: &str) -> Vec<String> {
    let path = format!("/services/data/v60.0/sobjects/{object}/describe");
    let described: Json = client.get(&path).send().await.unwrap().json().await.unwrap();
    described["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn ids(records: &[Json]) -> Vec<String> {
    records.iter().map(|r| r["Id"].as_str().unwrap().to_owned()).collect()
}
