//! OAuth 2.0 with Salesforce: the web server flow with PKCE, client credentials, refresh.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

use super::settings::Settings;
use crate::connector::{AuthStart, Context, Grant};
use crate::credentials::{Credentials, Secret};
use crate::egress::{Reply, Request, retry_after};
use crate::error::ConnectorError;
use crate::oauth::{code_challenge, new_code_verifier};

pub(super) fn begin(
    context: Context<'_>,
    redirect_uri: &Url,
    state: &str,
) -> Result<AuthStart, ConnectorError> {
    let settings = Settings::read(context.settings)?;
    let mut url = endpoint(context, &settings, "services/oauth2/authorize")?;
    let code_verifier = new_code_verifier();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", client_id(context, &settings)?)
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("scope", "api refresh_token")
        .append_pair("state", state)
        .append_pair("code_challenge", &code_challenge(&code_verifier))
        .append_pair("code_challenge_method", "S256");
    Ok(AuthStart { url, code_verifier })
}

pub(super) async fn authenticate(context: Context<'_>, grant: Grant) -> Result<Credentials, ConnectorError> {
    match &grant {
        Grant::Code { code, redirect_uri, code_verifier } => {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.expose()),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", code_verifier.expose()),
            ];
            token(context, &fields, None).await
        }
        Grant::ClientCredentials => token(context, &[("grant_type", "client_credentials")], None).await,
        Grant::ApiKey(_) => Err(ConnectorError::InvalidRequest("Salesforce is authorised with OAuth".into())),
    }
}

pub(super) async fn refresh(context: Context<'_>, old: &Credentials) -> Result<Credentials, ConnectorError> {
    let Some(refresh_token) = &old.refresh_token else {
        return Err(ConnectorError::AuthRequired { refreshable: false });
    };
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    let mut renewed = token(context, &fields, Some(old)).await?;
    // Only orgs with rotation hand out a new one.
    if renewed.refresh_token.is_none() {
        renewed.refresh_token.clone_from(&old.refresh_token);
    }
    Ok(renewed)
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    refresh_token: Option<String>,
    instance_url: Option<Url>,
    id: Option<String>,
    /// Milliseconds, as text.
    issued_at: Option<String>,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

async fn token(
    context: Context<'_>,
    fields: &[(&str, &str)],
    old: Option<&Credentials>,
) -> Result<Credentials, ConnectorError> {
    let settings = Settings::read(context.settings)?;
    let url = endpoint(context, &settings, "services/oauth2/token")?;
    let mut fields = fields.to_vec();
    fields.push(("client_id", client_id(context, &settings)?));
    if let Some(secret) = context.app.and_then(|app| app.client_secret.as_ref()) {
        fields.push(("client_secret", secret.expose()));
    }
    let reply =
        context.egress.send(Request::post_form(url, &fields).header("accept", "application/json")).await?;
    if !reply.status.is_success() {
        return Err(refusal(&reply));
    }
    let token: TokenReply = serde_json::from_slice(&reply.body)
        .map_err(|_| ConnectorError::Malformed("no token in the answer"))?;
    let base_url = token.instance_url.or_else(|| old.and_then(|old| old.base_url.clone()));
    let base_url = base_url.ok_or(ConnectorError::Malformed("no instance in the answer"))?;
    // The address comes from outside: it must be one that may be spoken to.
    context.egress.check(&base_url)?;
    let issued_at = token
        .issued_at
        .and_then(|millis| DateTime::from_timestamp_millis(millis.parse().ok()?))
        .unwrap_or_else(Utc::now);
    Ok(Credentials {
        access_token: Secret::new(token.access_token),
        refresh_token: token.refresh_token.map(Secret::new),
        base_url: Some(base_url),
        identity: token.id.or_else(|| old.and_then(|old| old.identity.clone())),
        issued_at,
    })
}

/// RFC 6749's error names, and Salesforce's own.
fn refusal(reply: &Reply) -> ConnectorError {
    let name =
        serde_json::from_slice::<TokenRefusal>(&reply.body).map(|refusal| refusal.error).unwrap_or_default();
    tracing::warn!(status = reply.status.as_u16(), error = %short(&name), "the vendor refused to issue a token");
    match (reply.status.as_u16(), name.as_str()) {
        (429, _) => {
            ConnectorError::RateLimited { until: retry_after(reply.header("retry-after"), Utc::now()) }
        }
        (500.., _) => ConnectorError::Unavailable,
        (_, "invalid_grant" | "inactive_user" | "inactive_org" | "access_denied") => {
            ConnectorError::AuthRequired { refreshable: false }
        }
        (
            _,
            "invalid_client"
            | "invalid_client_id"
            | "unauthorized_client"
            | "redirect_uri_mismatch"
            | "invalid_scope",
        ) => ConnectorError::InvalidRequest("Salesforce does not accept our connected app".into()),
        (400 | 401 | 403, _) => ConnectorError::AuthRequired { refreshable: false },
        _ => ConnectorError::Malformed("neither a token nor a reason"),
    }
}

/// A vendor's word for the log: no more of it than a name needs.
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn endpoint(context: Context<'_>, settings: &Settings, path: &str) -> Result<Url, ConnectorError> {
    let mut url = settings.login_url.clone();
    context.egress.check(&url)?;
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn client_id<'a>(context: Context<'a>, settings: &'a Settings) -> Result<&'a str, ConnectorError> {
    settings.client_id.as_deref().or_else(|| context.app.map(|app| app.client_id.as_str())).ok_or_else(|| {
        ConnectorError::InvalidRequest("settings.clientId: no connected app is configured".into())
    })
}
