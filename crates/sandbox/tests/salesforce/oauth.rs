//! The OAuth flows, and every way of getting them wrong.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::support::{http, small, start};

const CALLBACK: &str = "http://localhost:8080/callback?tenant=1";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn authorize_url(sandbox: &SalesforceHandle, change: &[(&str, &str)]) -> Url {
    let (client, challenge) = (sandbox.login().client_id, challenge());
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", client.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", "api refresh_token"),
        ("state", "s t&ate"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        parameters.retain(|(n, _)| n != name);
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    Url::parse_with_params(&format!("{}/services/oauth2/authorize", sandbox.base_url()), parameters).unwrap()
}

/// The parameters that came back to the callback.
async fn called_back(url: Url) -> Vec<(String, String)> {
    let response = http().get(url).send().await.unwrap();
    assert_eq!(response.status(), 302);
    let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!(location.path(), "/callback");
    location.query_pairs().into_owned().collect()
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    parameters.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
}

async fn code(sandbox: &SalesforceHandle) -> String {
    value(&called_back(authorize_url(sandbox, &[])).await, "code").to_owned()
}

async fn token(sandbox: &SalesforceHandle, form: &[(&str, &str)]) -> (u16, Json) {
    let url = format!("{}/services/oauth2/token", sandbox.base_url());
    let response = http().post(url).form(form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn works(sandbox: &SalesforceHandle, access: &str) -> bool {
    let url = format!("{}/services/data/v60.0/limits", sandbox.base_url());
    http().get(url).bearer_auth(access).send().await.unwrap().status() == 200
}

#[tokio::test]
async fn the_web_server_flow_gives_tokens_that_work_refresh_and_can_be_revoked() {
    let sandbox = start().await;
    let login = sandbox.login();
    let back = called_back(authorize_url(&sandbox, &[])).await;
    assert_eq!((value(&back, "state"), value(&back, "tenant")), ("s t&ate", "1"));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", value(&back, "code")),
        ("client_id", &login.client_id),
        ("client_secret", &login.client_secret),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let (status, granted) = token(&sandbox, &form).await;
    assert_eq!(status, 200, "{granted}");
    assert_eq!(granted["instance_url"], sandbox.base_url());
    assert_eq!(granted["token_type"], "Bearer");
    let access = granted["access_token"].as_str().unwrap();
    assert!(works(&sandbox, access).await);
    let id = http().get(granted["id"].as_str().unwrap()).bearer_auth(access).send().await.unwrap();
    assert_eq!(id.json::<Json>().await.unwrap()["organization_id"].as_str().unwrap().len(), 18);

    let again = token(&sandbox, &form).await;
    assert_eq!((again.0, again.1["error"].as_str()), (400, Some("invalid_grant")), "a code works once");

    sandbox.expire_access_tokens();
    assert!(!works(&sandbox, access).await);
    let refresh = granted["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", &login.client_id)];
    let (status, renewed) = token(&sandbox, &form).await;
    assert_eq!(status, 200);
    assert!(renewed.get("refresh_token").is_none());
    assert!(works(&sandbox, renewed["access_token"].as_str().unwrap()).await);

    let revoke = format!("{}/services/oauth2/revoke", sandbox.base_url());
    assert_eq!(http().post(&revoke).form(&[("token", refresh)]).send().await.unwrap().status(), 200);
    let (status, dead) = token(&sandbox, &form).await;
    assert_eq!((status, dead["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(dead["error_description"], "expired access/refresh token");
    assert_eq!(http().post(&revoke).form(&[("token", refresh)]).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn every_flaw_in_the_exchange_is_refused_by_name() {
    let sandbox = start().await;
    let login = sandbox.login();
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", login.client_id.as_str()),
        ("client_secret", login.client_secret.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, wrong, error) in [
        ("code_verifier", "another-verifier", "invalid_grant"),
        ("code_verifier", "", "invalid_grant"),
        ("redirect_uri", "http://localhost:8080/other", "redirect_uri_mismatch"),
        ("client_id", "nobody", "invalid_client_id"),
        ("client_secret", "guess", "invalid_client"),
        ("code", "made-up", "invalid_grant"),
        ("grant_type", "magic", "unsupported_grant_type"),
    ] {
        let code = code(&sandbox).await;
        let mut form = good.to_vec();
        form.push(("code", &code));
        form.retain(|(n, _)| *n != name);
        if !wrong.is_empty() {
            form.push((name, wrong));
        }
        let (status, body) = token(&sandbox, &form).await;
        assert!(matches!(status, 400 | 401), "{name}={wrong}");
        assert_eq!(body["error"], error, "{name}={wrong}: {body}");
        assert!(body["error_description"].is_string());
    }
}

#[tokio::test]
async fn an_authorization_request_with_a_flaw_never_gets_a_code() {
    let sandbox = start().await;
    for change in
        [("client_id", "nobody"), ("redirect_uri", "https://elsewhere.example/cb"), ("redirect_uri", "")]
    {
        let response = http().get(authorize_url(&sandbox, &[change])).send().await.unwrap();
        assert_eq!(response.status(), 400, "{change:?} must not be sent to the callback");
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let back = called_back(authorize_url(&sandbox, &[change])).await;
        assert_eq!((value(&back, "error"), value(&back, "code")), (error, ""), "{change:?}");
        assert_eq!(value(&back, "state"), "s t&ate");
    }
}

#[tokio::test]
async fn the_consent_page_allows_and_denies() {
    let sandbox = Salesforce::start(SalesforceOptions { auto_approve: false, ..small() }).await.unwrap();
    let url = authorize_url(&sandbox, &[("state", "\"><script>")]);
    let page = http().get(url.clone()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Allow") && !page.contains("<script>"));
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    for (decision, given) in [("allow", "code"), ("deny", "error")] {
        let mut form = fields.clone();
        form.push(("decision".into(), decision.into()));
        let action = format!("{}/services/oauth2/authorize/decision", sandbox.base_url());
        let response = http().post(action).form(&form).send().await.unwrap();
        let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
        assert!(location.query_pairs().any(|(n, _)| n == given), "{decision}: {location}");
    }
}

#[tokio::test]
async fn client_credentials_need_the_secret_and_tokens_end_with_their_time() {
    let ttl = std::time::Duration::from_millis(300);
    let sandbox = Salesforce::start(SalesforceOptions { access_token_ttl: ttl, ..small() }).await.unwrap();
    let login = sandbox.login();
    let (status, body) =
        token(&sandbox, &[("grant_type", "client_credentials"), ("client_id", &login.client_id)]).await;
    assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")));
    let url = format!("{}/services/oauth2/token", sandbox.base_url());
    let basic = http().post(url).basic_auth(&login.client_id, Some(&login.client_secret));
    let granted: Json =
        basic.form(&[("grant_type", "client_credentials")]).send().await.unwrap().json().await.unwrap();
    let access = granted["access_token"].as_str().unwrap();
    assert!(granted.get("refresh_token").is_none());
    assert!(works(&sandbox, access).await);
    tokio::time::sleep(ttl).await;
    assert!(!works(&sandbox, access).await);
    assert!(!works(&sandbox, "made-up").await);
}
