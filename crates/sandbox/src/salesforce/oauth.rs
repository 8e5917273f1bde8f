//! OAuth 2.0 as the vendor documents it: web server flow with PKCE, refresh, client credentials, username-password, revoke.
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::auth::{self, GrantRefusal};
use super::server::{Call, json, status};
use super::{Shared, held};

type Form = HashMap<String, String>;

fn form(bytes: &[u8]) -> Form {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

/// `GET` shows the consent page or, on auto-approve, redirects at once; `POST` is the page's answer.
pub(super) fn authorize(shared: &Shared, call: &Call) -> Response<Bytes> {
    let mut asked = form(call.uri.query().unwrap_or_default().as_bytes());
    let decision = (call.method == Method::POST).then(|| {
        asked.extend(form(&call.body));
        asked.remove("decision").unwrap_or_default()
    });
    let get = |name: &str| asked.get(name).map(String::as_str);
    // Until client and callback are known to belong together, nothing may be sent to the callback.
    if get("client_id") != Some(shared.options.client_id.as_str()) {
        return page_error("invalid_client_id", "client identifier invalid");
    }
    let Some(callback) = get("redirect_uri").and_then(|u| allowed_callback(shared, u)) else {
        return page_error("redirect_uri_mismatch", "redirect_uri must match configuration");
    };
    let refuse = |error: &str, description: &str| {
        redirect(&callback, &[("error", error), ("error_description", description)], get("state"))
    };
    if get("response_type") != Some("code") {
        return refuse("unsupported_response_type", "response type not supported");
    }
    let challenge = get("code_challenge").map(str::to_owned);
    if challenge.is_none() && shared.options.require_pkce {
        return refuse("invalid_request", "missing required code challenge");
    }
    if challenge.is_some() && get("code_challenge_method") != Some("S256") {
        return refuse("invalid_request", "code challenge method must be S256");
    }
    match decision.as_deref() {
        Some("allow") => {}
        Some(_) => return refuse("access_denied", "end-user denied authorization"),
        None if shared.options.auto_approve => {}
        None => return consent_page(&asked),
    }
    let scope = get("scope").unwrap_or("api refresh_token");
    let redirect_uri = get("redirect_uri").unwrap_or_default();
    let code = held(&shared.auth).issue_code(&shared.options.client_id, redirect_uri, challenge, scope);
    redirect(&callback, &[("code", &code)], get("state"))
}

pub(super) fn token(shared: &Shared, call: &Call) -> Response<Bytes> {
    if call.method != Method::POST {
        return refusal("invalid_request", "must use HTTP POST");
    }
    let asked = form(&call.body);
    let get = |name: &str| asked.get(name).map_or("", String::as_str);
    let (client_id, client_secret) = client_of(call, &asked);
    if client_id != shared.options.client_id {
        return refusal("invalid_client_id", "client identifier invalid");
    }
    // A public client with PKCE may leave the secret out; a wrong one is never accepted.
    let secret_fits = client_secret.as_deref() == Some(shared.options.client_secret.as_str());
    if client_secret.is_some() && !secret_fits {
        return refusal("invalid_client", "invalid client credentials");
    }
    let options = &shared.options;
    let mut auth = held(&shared.auth);
    match get("grant_type") {
        "authorization_code" => {
            let verifier = asked.get("code_verifier").map(String::as_str);
            let grant = match auth.redeem(get("code"), &client_id, get("redirect_uri"), verifier) {
                Ok(grant) => grant,
                Err(e) => return refusal_of_grant(e),
            };
            if grant.challenge.is_none() && !secret_fits {
                return refusal("invalid_client", "invalid client credentials");
            }
            let access = auth.issue_access(options.access_token_ttl);
            let refresh = grants_refresh(&grant.scope).then(|| auth.issue_refresh(&grant.scope));
            granted(shared, &access, refresh.as_deref(), &grant.scope)
        }
        "refresh_token" => {
            let Some(scope) = auth.refresh_scope(get("refresh_token")) else {
                return refusal("invalid_grant", "expired access/refresh token");
            };
            let access = auth.issue_access(options.access_token_ttl);
            let rotated = options.rotate_refresh_tokens.then(|| {
                auth.kill_refresh(get("refresh_token"));
                auth.issue_refresh(&scope)
            });
            granted(shared, &access, rotated.as_deref(), &scope)
        }
        "client_credentials" if secret_fits => {
            let access = auth.issue_access(options.access_token_ttl);
            granted(shared, &access, None, "api")
        }
        "client_credentials" => refusal("invalid_client", "invalid client credentials"),
        "password"
            if secret_fits && get("username") == options.username && get("password") == options.password =>
        {
            let access = auth.issue_access(options.access_token_ttl);
            granted(shared, &access, None, "api")
        }
        "password" => refusal("invalid_grant", "authentication failure"),
        _ => refusal("unsupported_grant_type", "grant type not supported"),
    }
}

pub(super) fn revoke(shared: &Shared, call: &Call) -> Response<Bytes> {
    let token = form(&call.body).remove("token").or_else(|| call.parameter("token")).unwrap_or_default();
    if held(&shared.auth).revoke(&token) {
        status(StatusCode::OK)
    } else {
        refusal("invalid_token", "invalid token")
    }
}

pub(super) fn identity(shared: &Shared, call: &Call) -> Response<Bytes> {
    let valid = call.bearer().is_some_and(|t| held(&shared.auth).is_valid(t));
    if !valid {
        let mut response = status(StatusCode::FORBIDDEN);
        *response.body_mut() = Bytes::from_static(b"Bad_OAuth_Token");
        return response;
    }
    let base = &shared.base_url;
    let (organization, user) = (auth::organization_id(), auth::user_id().to_string());
    let body = json!({
        "id": format!("{base}/id/{organization}/{user}"),
        "sub": format!("{base}/id/{organization}/{user}"),
        "asserted_user": true,
        "user_id": user,
        "organization_id": organization,
        "username": shared.options.username,
        "preferred_username": shared.options.username,
        "display_name": "Integration User",
        "email": shared.options.username,
        "active": true,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "utcOffset": 0,
        "urls": {
            "rest": format!("{base}/services/data/v{{version}}/"),
            "sobjects": format!("{base}/services/data/v{{version}}/sobjects/"),
            "query": format!("{base}/services/data/v{{version}}/query/"),
        },
    });
    json(StatusCode::OK, body.to_string())
}

/// For the fault menu: the refresh token of this very request stops working before it is looked at.
pub(super) fn kill_presented_refresh_token(shared: &Shared, call: &Call) {
    if let Some(token) = form(&call.body).get("refresh_token") {
        held(&shared.auth).kill_refresh(token);
    }
}

fn granted(shared: &Shared, access: &str, refresh: Option<&str>, scope: &str) -> Response<Bytes> {
    let issued_at = chrono::Utc::now().timestamp_millis().to_string();
    let id = format!("{}/id/{}/{}", shared.base_url, auth::organization_id(), auth::user_id());
    let mut mac = Hmac::<Sha256>::new_from_slice(shared.options.client_secret.as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(id.as_bytes());
    mac.update(issued_at.as_bytes());
    let mut body = json!({
        "access_token": access,
        "signature": STANDARD.encode(mac.finalize().into_bytes()),
        "scope": scope,
        "instance_url": shared.base_url,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
    });
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
    }
    let mut response = json(StatusCode::OK, body.to_string());
    response.headers_mut().insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn grants_refresh(scope: &str) -> bool {
    scope.split(' ').any(|s| matches!(s, "refresh_token" | "offline_access" | "full"))
}

/// From HTTP Basic or from the form.
fn client_of(call: &Call, asked: &Form) -> (String, Option<String>) {
    let basic =
        call.headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok()?.strip_prefix("Basic "));
    let basic = basic.and_then(|b| String::from_utf8(STANDARD.decode(b).ok()?).ok());
    if let Some((id, secret)) = basic.as_deref().and_then(|b| b.split_once(':')) {
        let decode = |s: &str| form(format!("v={s}").as_bytes()).remove("v").unwrap_or_default();
        return (decode(id), Some(decode(secret)));
    }
    (asked.get("client_id").cloned().unwrap_or_default(), asked.get("client_secret").cloned())
}

fn refusal_of_grant(e: GrantRefusal) -> Response<Bytes> {
    match e {
        GrantRefusal::Unknown => refusal("invalid_grant", "invalid authorization code"),
        GrantRefusal::Expired => refusal("invalid_grant", "expired authorization code"),
        GrantRefusal::WrongVerifier => refusal("invalid_grant", "invalid code verifier"),
        GrantRefusal::WrongClient => refusal("invalid_grant", "invalid authorization code"),
        GrantRefusal::WrongRedirect => {
            refusal("redirect_uri_mismatch", "redirect_uri must match configuration")
        }
    }
}

fn refusal(error: &str, description: &str) -> Response<Bytes> {
    let code = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    json(code, json!({ "error": error, "error_description": description }).to_string())
}

fn allowed_callback(shared: &Shared, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let listed = &shared.options.redirect_uris;
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let fits = if listed.is_empty() { loopback } else { listed.iter().any(|u| u == text) };
    (fits && matches!(url.scheme(), "http" | "https")).then_some(url)
}

fn redirect(callback: &Url, parameters: &[(&str, &str)], state: Option<&str>) -> Response<Bytes> {
    let mut url = callback.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    let mut response = status(StatusCode::FOUND);
    let value = HeaderValue::from_str(url.as_str()).expect("a parsed URL is ASCII without controls");
    response.headers_mut().insert(LOCATION, value);
    response
}

fn page_error(error: &str, description: &str) -> Response<Bytes> {
    html(
        StatusCode::BAD_REQUEST,
        format!("<h1>We can't authorize you</h1><p>error={error}&amp;error_description={description}</p>"),
    )
}

fn consent_page(asked: &Form) -> Response<Bytes> {
    let mut fields: Vec<_> = asked.iter().collect();
    fields.sort();
    let fields: String = fields
        .into_iter()
        .map(|(k, v)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(k), escape(v)))
        .collect();
    let page = format!(
        "<h1>Allow access?</h1><p>Fairlead asks to read your CRM data ({scope}).</p>\
         <form method=\"post\" action=\"/services/oauth2/authorize/decision\">{fields}\
         <button name=\"decision\" value=\"allow\">Allow</button> <button name=\"decision\" value=\"deny\">Deny</button></form>",
        scope = escape(asked.get("scope").map_or("api", String::as_str)),
    );
    html(StatusCode::OK, page)
}

fn html(code: StatusCode, body: String) -> Response<Bytes> {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sandbox login</title></head><body>{body}</body></html>"
    );
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html;charset=UTF-8"));
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
