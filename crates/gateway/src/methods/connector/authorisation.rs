//! Authorising a connector in an admin's browser: away with a sealed state, back with the code.
//!
//! The state names tenant, caller and connector and is good for ten minutes; its row holds the PKCE verifier, sealed, and is
//! taken in the transaction that saves the credentials. The code is exchanged only for a state that is still good, and no
//! transaction is open meanwhile.

use api::{
    routers::connector::{
        AuthUrl, CompleteAuth, CompleteAuthRefusal, Connector, GetAuthUrl, GetAuthUrlRefusal,
    },
    types::Timestamp,
};
use canonical::ConnectorId;
use chrono::{DurationRound, TimeDelta, Utc};
use connectors::{AuthKind, ConnectorError, Context, Grant, Secret};
use rpc::{Handle, RpcError};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{
    StoreError,
    connectors::{self as table, ConnectorRecord, NewAuthorisation, ReturnedAuthorisation},
};
use tenancy::OauthState;
use url::Url;
use workflows::schedule::{self, ScheduleInput};

use super::{convert, shown};
use crate::{
    host::{Failure, Gateway, Scope},
    methods::missing,
    methods::vendor_fault::{connector_fault, vault_fault},
};

/// How long a person may take at the vendor's page.
const TIME: TimeDelta = TimeDelta::minutes(10);

impl Handle<GetAuthUrl> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetAuthUrl,
    ) -> Result<AuthUrl, Failure<GetAuthUrlRefusal>> {
        let id = ConnectorId(params.connector_id.0);
        let record = table::get_connector(scope.tx(), id).await;
        let record = record.map_err(|error| missing(error, GetAuthUrlRefusal::NoSuchConnector))?;
        let redirect_uri = self.allowed_redirect(&params.redirect_uri).map_err(Failure::Refused)?;
        let connector = self.vendors().connector(&record.connector_type).ok_or_else(RpcError::internal)?;
        if connector.descriptor().auth != AuthKind::OAuth2 {
            return Err(Failure::Refused(GetAuthUrlRefusal::NotAuthorisedInBrowser));
        }
        let app = self.vendors().app(&record.connector_type);
        if app.is_none() {
            return Err(Failure::Refused(GetAuthUrlRefusal::NotRegistered));
        }
        self.check_settings(&record.connector_type, &record.settings)
            .map_err(|setting| Failure::Refused(GetAuthUrlRefusal::SettingNotAllowed { setting }))?;

        let nonce = nonce()?;
        let expires_at =
            (Utc::now() + TIME).duration_trunc(TimeDelta::seconds(1)).unwrap_or_else(|_| Utc::now());
        let actor = scope.principal().actor();
        let state = OauthState { tenant: scope.tenant(), actor, connector: id.0, nonce };
        let state = self.secrets.oauth_states.seal(&state, expires_at);
        let context = Context { egress: &self.vendors().egress, settings: &record.settings, app };
        let start = connector.begin_authorisation(context, &redirect_uri, &state).map_err(|fault| {
            tracing::error!(%fault, "an authorisation that should begin does not");
            RpcError::internal()
        })?;
        let sealed_verifier = self
            .vault
            .seal_verifier(scope.tx(), id, &nonce, &start.code_verifier)
            .await
            .map_err(vault_fault)?;
        let begun = NewAuthorisation {
            connector: id,
            state_hash: hash(&state),
            sealed_verifier: &sealed_verifier,
            redirect_uri: redirect_uri.as_str(),
            created_by: actor,
            expires_at,
        };
        table::begin_authorisation(scope.tx(), &begun).await?;
        scope.audit(
            id,
            json!({ "after": { "redirectUri": redirect_uri, "expiresAt": Timestamp(expires_at) } }),
        );
        Ok(AuthUrl { url: start.url.into(), expires_at: Timestamp(expires_at) })
    }
}

impl Gateway {
    /// Only whole addresses count: one that merely begins like a registered one may be somebody else's page.
    fn allowed_redirect(&self, asked: &str) -> Result<Url, GetAuthUrlRefusal> {
        let asked = Url::parse(asked).map_err(|_| GetAuthUrlRefusal::RedirectNotAllowed)?;
        let allowed = self.vendors().redirect_uris.contains(&asked);
        if allowed { Ok(asked) } else { Err(GetAuthUrlRefusal::RedirectNotAllowed) }
    }
}

impl Handle<CompleteAuth> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: CompleteAuth,
    ) -> Result<Connector, Failure<CompleteAuthRefusal>> {
        let (id, nonce) = self.begun_by(scope, &params.state).map_err(Failure::Refused)?;
        let (state_hash, actor) = (hash(&params.state), scope.principal().actor());
        let returned =
            table::find_authorisation(scope.tx(), &state_hash, actor).await.map_err(state_not_valid)?;
        same_connector(&returned, id).map_err(Failure::Refused)?;
        let record = table::get_connector(scope.tx(), id).await.map_err(state_not_valid)?;
        let code_verifier = self
            .vault
            .open_verifier(scope.tx(), id, &nonce, returned.sealed_verifier)
            .await
            .map_err(vault_fault)?;
        let redirect_uri = Url::parse(&returned.redirect_uri).map_err(|_| RpcError::internal())?;
        let grant = Grant::Code { code: Secret::new(params.code), redirect_uri, code_verifier };

        scope.pause().await?;
        let credentials =
            self.authenticate_with(&record, grant).await.map_err(|fault| connector_fault(&fault))?;
        scope.resume().await?;

        let before = table::lock_connector(scope.tx(), id).await.map_err(state_not_valid)?;
        // Whoever was quicker with the same state has it; disconnecting meanwhile voids it as well.
        table::consume_authorisation(scope.tx(), &state_hash, actor).await.map_err(state_not_valid)?;
        let sealed = self
            .vault
            .seal_credentials(scope.tx(), id, before.credentials_version + 1, &credentials)
            .await
            .map_err(vault_fault)?;
        table::set_credentials(scope.tx(), id, &sealed).await?;
        keep_in_step(scope).await?;
        let after = table::get_connector(scope.tx(), id).await?;
        scope.audit(id, json!({ "before": shown(&before), "after": shown(&after) }));
        Ok(convert::connector(after)?)
    }
}

impl Gateway {
    /// The connector and the nonce of a state that this very caller was given.
    fn begun_by(&self, scope: &Scope, state: &str) -> Result<(ConnectorId, [u8; 16]), CompleteAuthRefusal> {
        let refused = CompleteAuthRefusal::StateNotValid;
        let opened = self.secrets.oauth_states.open(state, Utc::now()).map_err(|_| refused.clone())?;
        let mine = opened.tenant == scope.tenant() && opened.actor == scope.principal().actor();
        if mine { Ok((ConnectorId(opened.connector), opened.nonce)) } else { Err(refused) }
    }

    async fn authenticate_with(
        &self,
        record: &ConnectorRecord,
        grant: Grant,
    ) -> Result<connectors::Credentials, ConnectorError> {
        let unknown = || ConnectorError::InvalidRequest("there is no connector of this type".into());
        let connector = self.vendors().connector(&record.connector_type).ok_or_else(unknown)?;
        let app = self.vendors().app(&record.connector_type);
        let context = Context { egress: &self.vendors().egress, settings: &record.settings, app };
        connector.authenticate(context, grant).await
    }
}

/// Sees to it that the organization's connectors are synchronised by themselves. Where they are already, nothing changes.
async fn keep_in_step(scope: &mut Scope) -> Result<(), StoreError> {
    let (now, every) = (Utc::now(), schedule::DEFAULT_INTERVAL);
    let input = ScheduleInput { every_seconds: u32::try_from(every.as_secs()).ok() };
    schedule::enqueue_scheduled_sync(scope.tx(), input, now, Some(now + every)).await?;
    Ok(())
}

fn same_connector(returned: &ReturnedAuthorisation, id: ConnectorId) -> Result<(), CompleteAuthRefusal> {
    if returned.connector_id == id.0 { Ok(()) } else { Err(CompleteAuthRefusal::StateNotValid) }
}

fn state_not_valid(error: StoreError) -> Failure<CompleteAuthRefusal> {
    missing(error, CompleteAuthRefusal::StateNotValid)
}

fn hash(state: &str) -> [u8; 32] {
    Sha256::digest(state.as_bytes()).into()
}

fn nonce() -> Result<[u8; 16], RpcError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no randomness");
        RpcError::internal()
    })?;
    Ok(bytes)
}
