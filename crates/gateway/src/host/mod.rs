//! The program around the methods: who is calling, in which transaction, with which trace left behind.
//!
//! Every call passes here, alone or in a batch, over HTTP or WebSocket. Handlers are in [`crate::methods`] and
//! know nothing of credentials, audit rows or idempotency keys.

mod admission;
mod directory;
mod document;
mod failure;
mod idempotency;
mod last_used;
mod limits;
mod outside;
mod paging;
mod scope;
mod trail;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use rpc::{Call, DATABASE_UNAVAILABLE, Extensions, Host, Refusal, Remember, RpcError};
use store::Store;
use tenancy::{AccessTokens, ApiKeyId, Cursors, KeyRing, OauthStates, TenantId};

use self::{admission::Admitted, directory::Directory, last_used::LastUsed, limits::CallLimits};
pub(crate) use self::{admission::covers, failure::store_error};
pub use self::{
    document::document, failure::Failure, limits::CallQuota, outside::OutsideIssuers, paging::Paging,
    scope::Scope,
};
use crate::{
    config::Config,
    live::Live,
    server::{Outage, RequestMeta, Secret},
    vault::Vault,
    vendors::Vendors,
};

/// Everything a handler may use.
pub struct Gateway {
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) vault: Arc<Vault>,
    vendors: OnceLock<Vendors>,
    worker: workflows::Handle,
    directory: Directory,
    last_used: LastUsed,
    outside: OutsideIssuers,
    limits: CallLimits,
    pub(crate) live: Live,
}

/// What the key ring opens: derived once at start, never logged.
pub struct Secrets {
    pub ring: Arc<KeyRing>,
    pub tokens: AccessTokens,
    pub cursors: Cursors,
    pub oauth_states: OauthStates,
}

impl Secrets {
    /// With the keys and the names that the operator chose, so that every process accepts what another issued.
    pub fn of(config: &Config) -> Self {
        Self::named(config.keys.ring(), &config.tokens.issuer, &config.tokens.audience)
    }

    /// `public_url` is issuer and audience of our own access tokens.
    pub fn new(ring: KeyRing, public_url: &str) -> Self {
        Self::named(ring, public_url, public_url)
    }

    fn named(ring: KeyRing, issuer: &str, audience: &str) -> Self {
        Secrets {
            tokens: AccessTokens::from_ring(issuer, audience, &ring),
            cursors: Cursors::new(&ring),
            oauth_states: OauthStates::new(&ring),
            ring: Arc::new(ring),
        }
    }
}

impl Gateway {
    pub fn new(store: Store, secrets: Secrets, quota: CallQuota) -> Self {
        Gateway {
            vault: Arc::new(Vault::new(store.clone(), secrets.ring.clone())),
            vendors: OnceLock::new(),
            worker: workflows::Handle::default(),
            store,
            secrets,
            directory: Directory::default(),
            last_used: LastUsed::default(),
            outside: OutsideIssuers::default(),
            limits: CallLimits::new(quota),
            live: Live::default(),
        }
    }

    /// With issuers beside ourselves whose tokens admit.
    #[must_use]
    pub fn trusting(self, outside: OutsideIssuers) -> Self {
        Gateway { outside, ..self }
    }

    /// With our registrations with vendors, and with the operator's rules for reaching them.
    #[must_use]
    pub fn reaching(self, vendors: Vendors) -> Self {
        Gateway { vendors: vendors.into(), ..self }
    }

    /// The outside world: as it was given, else the public internet without a registration anywhere. Made late, because a client
    /// loads the system's certificates.
    pub(crate) fn vendors(&self) -> &Vendors {
        self.vendors.get_or_init(Vendors::default)
    }

    /// Notes that a key was used, if none was noted for a minute.
    pub(crate) fn key_is_used(&self, tenant: TenantId, key: ApiKeyId) {
        self.last_used.note(&self.store, tenant, key);
    }

    /// With a runner in this process, which is told at once when a call has queued work.
    #[must_use]
    pub fn waking(self, worker: workflows::Handle) -> Self {
        Gateway { worker, ..self }
    }

    /// Finds out whose these calls are, and enters their organization.
    async fn enter(&self, calls: &[&Extensions], call: &Call) -> Result<Scope, RpcError> {
        let meta = calls.first().and_then(|ext| ext.get::<RequestMeta>()).ok_or_else(|| {
            tracing::error!(method = call.method, "a call came without its request's particulars");
            RpcError::internal()
        })?;
        let outages = || calls.iter().filter_map(|ext| ext.get::<Outage>());
        if outages().any(Outage::is_known) {
            return Err(RpcError::unavailable());
        }
        let admitted = self.authenticate(meta).await.inspect_err(|error| {
            if error.reason == DATABASE_UNAVAILABLE {
                outages().for_each(Outage::note);
            }
        });
        let Admitted { principal, tx, expires_at } = admitted?;
        Ok(Scope::of(principal, expires_at, Some(tx), meta, &self.store))
    }

    /// Commits, and wakes the runner when there is work for it.
    async fn make_last(&self, mut scope: Scope, queued: bool) -> Result<(), RpcError> {
        if let Some(tx) = scope.tx.take() {
            tx.commit().await.map_err(store_error)?;
        }
        if queued {
            self.worker.wake();
        }
        Ok(())
    }
}

/// Whether such a caller may make the call at all.
fn permitted(scope: &Scope, call: &Call) -> Result<(), RpcError> {
    if admission::covers(scope.principal.role, call.access) { Ok(()) } else { Err(RpcError::forbidden()) }
}

impl Host for Gateway {
    type Scope = Scope;
    type Failure<R: Refusal> = Failure<R>;

    fn request_id(&self, ext: &Extensions) -> String {
        ext.get::<RequestMeta>().map_or_else(String::new, |it| it.request_id.to_string())
    }

    async fn admit(&self, ext: &Extensions, call: &Call) -> Result<Scope, RpcError> {
        let scope = self.enter(&[ext], call).await?;
        let allowed = permitted(&scope, call).and_then(|()| self.limits.charge(&scope.principal));
        match allowed {
            Ok(()) => Ok(scope),
            Err(error) => {
                self.refuse(scope, call, &error).await;
                Err(error)
            }
        }
    }

    async fn recall(
        &self,
        scope: &mut Scope,
        call: &Call,
        remember: &Remember,
    ) -> Result<Option<String>, RpcError> {
        idempotency::recall(scope, call, remember).await
    }

    async fn commit(
        &self,
        mut scope: Scope,
        call: &Call,
        reply: Option<(&Remember, &str)>,
    ) -> Result<(), RpcError> {
        if call.effect.is_mutation() {
            let entry = trail::done(&mut scope, call);
            trail::record_done(scope.tx(), call.effect, &[entry]).await.map_err(store_error)?;
        }
        if let Some((remember, reply)) = reply {
            idempotency::keep(&mut scope, call, remember, reply).await?;
        }
        let queued = scope.note.queued;
        self.make_last(scope, queued).await
    }

    async fn refuse(&self, mut scope: Scope, call: &Call, error: &RpcError) {
        scope.roll_back().await;
        if call.effect.is_mutation() {
            trail::record_refused(&self.store, &scope, call, error).await;
        }
    }

    type Company = Secret;

    /// A credential speaks for one caller in one organization.
    fn company(&self, ext: &Extensions) -> Option<Secret> {
        let knows_of_an_outage = ext.get::<Outage>().is_some_and(Outage::is_known);
        ext.get::<RequestMeta>()?.credential.clone().filter(|_| !knows_of_an_outage)
    }

    async fn admit_company(&self, calls: &[&Extensions], call: &Call) -> Result<Scope, RpcError> {
        let mut scope = self.enter(calls, call).await?;
        let permitted = permitted(&scope, call);
        if permitted.is_err() {
            scope.roll_back().await;
        }
        permitted.map(|()| scope)
    }

    fn join(&self, lead: &Scope, ext: &Extensions) -> Result<Scope, RpcError> {
        self.limits.charge(&lead.principal)?;
        let meta = ext.get::<RequestMeta>().ok_or_else(RpcError::internal)?;
        Ok(Scope::of(lead.principal, lead.expires_at, None, meta, &self.store))
    }

    async fn commit_together(&self, mut lead: Scope, done: Vec<(Scope, Call)>) -> Result<(), RpcError> {
        let Some(effect) = done.first().map(|(_, call)| call.effect) else {
            lead.roll_back().await;
            return Ok(());
        };
        let queued = done.iter().any(|(scope, _)| scope.note.queued);
        let entries: Vec<_> =
            done.into_iter().map(|(mut scope, call)| trail::done(&mut scope, &call)).collect();
        trail::record_done(lead.tx(), effect, &entries).await.map_err(store_error)?;
        self.make_last(lead, queued).await
    }

    fn observe(&self, call: &Call, outcome: Result<(), &RpcError>, elapsed: Duration) {
        match outcome {
            Ok(()) => tracing::debug!(method = call.method, ?elapsed, "answered"),
            Err(error) => tracing::info!(method = call.method, reason = error.reason, ?elapsed, "refused"),
        }
    }
}
