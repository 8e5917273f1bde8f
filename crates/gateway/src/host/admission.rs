//! From credential to principal: which tenant it speaks for, and what it may do there, read now.

use chrono::{DateTime, Utc};
use rpc::{Access, RpcError};
use store::{SystemReason, TenantTx, api_keys, directory, sessions};
use tenancy::{ApiKey, Operation, Principal, Role, Subject, TenantId, permits};
use uuid::Uuid;

use super::{Gateway, failure::store_error};
use crate::server::RequestMeta;

/// A credential that speaks for somebody, and the transaction in which that was read.
pub(super) struct Admitted {
    pub(super) principal: Principal,
    pub(super) tx: TenantTx,
    /// When the credential ends by itself.
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Gateway {
    /// # Errors
    /// One answer, [`RpcError::unauthorized`], for every credential that speaks for nobody: absent, mistyped,
    /// forged, expired, revoked, or of a member who has left.
    pub(super) async fn authenticate(&self, meta: &RequestMeta) -> Result<Admitted, RpcError> {
        let credential = meta.credential.as_ref().ok_or_else(RpcError::unauthorized)?.expose();
        if credential.starts_with("flk_") {
            self.by_api_key(credential).await
        } else {
            self.by_access_token(credential, meta).await
        }
    }

    async fn by_api_key(&self, credential: &str) -> Result<Admitted, RpcError> {
        let presented = ApiKey::parse(credential).map_err(|_| RpcError::unauthorized())?;
        let tenant = self.tenant_of(presented.id().0).await?;
        let entered = api_keys::enter_by_api_key(&self.store, tenant, presented.id()).await;
        let (tx, record) = entered.map_err(store_error)?;
        let admitted = record.and_then(|it| Some((it.admit(&presented, Utc::now()).ok()?, it)));
        let Some((principal, record)) = admitted else { return Err(unauthorized(tx).await) };
        self.last_used.note(&self.store, tenant, record.id);
        Ok(Admitted { principal, tx, expires_at: record.expires_at })
    }

    async fn by_access_token(&self, credential: &str, meta: &RequestMeta) -> Result<Admitted, RpcError> {
        let now = Utc::now();
        let Ok(claims) = self.secrets.tokens.verify(credential, now) else {
            return self.by_outside_token(credential, meta).await;
        };
        let grant = claims.grant;
        let entered = sessions::enter_by_session(&self.store, grant.tenant, grant.session).await;
        let (tx, session) = entered.map_err(store_error)?;
        let session = session.filter(|it| it.user == grant.user && it.alive(now));
        let Some(session) = session else { return Err(unauthorized(tx).await) };
        let principal = Principal::user(grant.tenant, grant.user, Some(grant.session), session.role)
            .limited_to(session.clients);
        Ok(Admitted { principal, tx, expires_at: Some(session.expires_at) })
    }

    /// The tenant a credential's id belongs to. An id never changes its tenant, so the answer may be kept;
    /// whether the credential still holds is read from the tenant's own rows at each call.
    async fn tenant_of(&self, credential_id: Uuid) -> Result<TenantId, RpcError> {
        if let Some(tenant) = self.directory.get(credential_id) {
            return Ok(tenant);
        }
        let mut tx = self.store.system(SystemReason::SignIn).await.map_err(store_error)?;
        let found = directory::tenant_of_credential(&mut tx, credential_id).await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        let tenant = found.ok_or_else(RpcError::unauthorized)?;
        self.directory.put(credential_id, tenant);
        Ok(tenant)
    }
}

/// Refuses and gives the connection back; dropping the transaction would close it, which a stranger could make us do.
pub(super) async fn unauthorized(tx: TenantTx) -> RpcError {
    if let Err(error) = tx.rollback().await {
        tracing::debug!(%error, "the rollback was left to the database");
    }
    RpcError::unauthorized()
}

/// The role this principal has now; for a handler that opens a second transaction.
pub(super) async fn present_role(tx: &mut TenantTx, principal: &Principal) -> Result<Role, RpcError> {
    let now = Utc::now();
    let role = match principal.subject {
        Subject::ApiKey { key_id } => {
            let record = api_keys::find_api_key(tx, key_id).await.map_err(store_error)?;
            record.filter(|it| it.alive(now)).map(|it| it.ceiling)
        }
        Subject::User { session: Some(session), .. } => {
            let session = sessions::find_session(tx, session).await.map_err(store_error)?;
            session.filter(|it| it.alive(now)).map(|it| it.role)
        }
        Subject::User { user_id, session: None } => {
            store::members::rights_of(tx, user_id).await.map_err(store_error)?
        }
        Subject::System => Some(principal.role),
    };
    role.ok_or_else(RpcError::unauthorized)
}

/// Whether a role covers a method's access level. Each level stands for the operations of one row of the
/// permission table; the table stays the only place that decides.
pub(crate) fn covers(role: Role, access: Access) -> bool {
    match access {
        Access::Public => true,
        Access::Viewer => permits(role, Operation::ReadRecords),
        Access::Manager => permits(role, Operation::TriggerSync),
        Access::Admin => permits(role, Operation::EditSettings),
    }
}
