//! Connecting the CRM as an admin's browser would: begin, follow the vendor's redirect, complete.

use api::{
    routers::connector::{CompleteAuth, ConnectorSettings, ConnectorType, Create, GetAuthUrl},
    types::ConnectorId,
};
use rpc::client::Client;
use url::Url;

use super::{
    super::exit::{Exit, Failure},
    CALLBACK,
    state::DemoState,
};
use crate::config::Config;

/// The connector, made once and authorised. The stand-in forgets its tokens when it ends, so each start authorises anew.
pub(super) async fn connect(
    client: &Client,
    state: &mut DemoState,
    config: &Config,
    crm: &str,
) -> Result<ConnectorId, Failure> {
    let connector_id = match state.connector_id {
        Some(id) => id,
        None => {
            let port = state.crm_port.unwrap_or_default();
            let create = Create {
                connector_type: ConnectorType::Salesforce,
                name: format!("Stand-in Salesforce on port {port}").try_into()?,
                settings: ConnectorSettings { login_url: Some(crm.to_owned()) },
            };
            client.call(&create).await?.id
        }
    };
    state.connector_id = Some(connector_id);
    state.save(config)?;
    let begun = client.call(&GetAuthUrl { connector_id, redirect_uri: CALLBACK.into() }).await?;
    client.call(&approve(&begun.url).await?).await?;
    Ok(connector_id)
}

/// What the browser does: the stand-in approves at once and redirects with a code and our state.
async fn approve(url: &str) -> Result<CompleteAuth, Failure> {
    let failed = |why: String| Failure::new(Exit::Internal, format!("the stand-in did not authorise: {why}"));
    #[expect(
        clippy::disallowed_types,
        reason = "the browser's part: it speaks to the stand-in, not for the server"
    )]
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let browser = browser.map_err(|error| failed(error.to_string()))?;
    let answer = browser.get(url).send().await.map_err(|error| failed(error.to_string()))?;
    let location = answer.headers().get("location").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let back = Url::parse(location).map_err(|_| failed(format!("status {}", answer.status())))?;
    let param =
        |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match (param("code"), param("state")) {
        (Some(code), Some(state)) => Ok(CompleteAuth { code, state }),
        _ => Err(failed("the redirect carries no code".into())),
    }
}
