//! Tokens of outside issuers: verified here, and turned into a member of the tenant that their organization is.
//!
//! The issuer keeps its people's roles. What a token says is the most its bearer may do in this call, and the books
//! follow it; only the last admin stays admin in the books.

mod arrival;
mod keys;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use rpc::RpcError;
use store::members;
use tenancy::{OutsideIdentity, Principal, Role, Unauthenticated, outside::claimed_issuer};

use self::{arrival::Arrivals, keys::IssuerKeys};
use super::{
    Gateway,
    admission::{Admitted, unauthorized},
    failure::store_error,
};
use crate::{config, server::RequestMeta};

/// The issuers that the operator trusts.
#[derive(Default)]
pub struct OutsideIssuers {
    trusted: Vec<Trusted>,
    arrivals: Arrivals,
}

struct Trusted {
    rules: tenancy::OutsideIssuer,
    keys: IssuerKeys,
    create_tenants: bool,
}

/// Somebody whom a trusted issuer vouches for, in an organization, with a role that we know.
struct Visitor {
    identity: OutsideIdentity,
    organization: String,
    slug: Option<String>,
    role: Role,
    create_tenants: bool,
}

impl OutsideIssuers {
    pub fn new(configured: &[config::OutsideIssuer]) -> Self {
        let trusted = configured.iter().map(|it| Trusted {
            rules: it.rules.clone(),
            keys: IssuerKeys::new(&it.jwks),
            create_tenants: it.create_tenants,
        });
        OutsideIssuers { trusted: trusted.collect(), arrivals: Arrivals::default() }
    }

    async fn visitor(&self, token: &str, now: DateTime<Utc>) -> Result<Visitor, Unauthenticated> {
        let issuer = claimed_issuer(token).ok_or(Unauthenticated::because("not a token"))?;
        let trusted = self.trusted.iter().find(|it| it.rules.issuer() == issuer);
        let trusted = trusted.ok_or(Unauthenticated::because("an issuer nobody trusts"))?;
        let identity = trusted.verify(token, now).await?;
        let organization =
            identity.organization.clone().ok_or(Unauthenticated::because("no active organization"))?;
        let role = organization.role.ok_or(Unauthenticated::because("a role nobody knows"))?;
        Ok(Visitor {
            identity,
            organization: organization.id,
            slug: organization.slug,
            role,
            create_tenants: trusted.create_tenants,
        })
    }
}

impl Trusted {
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<OutsideIdentity, Unauthenticated> {
        let none = Unauthenticated::because("the issuer's keys are not at hand");
        let keys = self.keys.at_hand().await.ok_or(none)?;
        match self.rules.verify(token, &keys.keys, now) {
            Err(refused) if refused.is_unknown_key_id() => {
                let keys = self.keys.again().await.ok_or(none)?;
                self.rules.verify(token, &keys.keys, now)
            }
            verified => verified,
        }
    }
}

impl Gateway {
    /// Admits by a token that is not ours.
    ///
    /// # Errors
    /// The one answer for every credential that speaks for nobody, whatever the cause; the cause goes to the log.
    pub(super) async fn by_outside_token(
        &self,
        token: &str,
        meta: &RequestMeta,
    ) -> Result<Admitted, RpcError> {
        let now = Utc::now();
        let visitor = self.outside.visitor(token, now).await.map_err(|refused| {
            tracing::debug!(why = refused.why(), "a token that is not ours was refused");
            RpcError::unauthorized()
        })?;
        if let Some((tenant, user)) = self.outside.arrivals.place_of(&visitor) {
            let mut tx = self.store.tenant(tenant).await.map_err(store_error)?;
            let role = members::rights_of(&mut tx, user).await.map_err(store_error)?;
            if role == Some(visitor.role) {
                return Ok(visitor.admitted(tenant, user, tx));
            }
            tx.rollback().await.map_err(store_error)?;
        }
        let (tenant, user) = self.receive(&visitor, meta).await?;
        self.outside.arrivals.keep(&visitor, tenant, user);
        let mut tx = self.store.tenant(tenant).await.map_err(store_error)?;
        match members::rights_of(&mut tx, user).await.map_err(store_error)? {
            // The last admin may have more in the books than the token says; the token decides.
            Some(role) if role >= visitor.role => Ok(visitor.admitted(tenant, user, tx)),
            _ => Err(unauthorized(tx).await),
        }
    }
}

impl Visitor {
    fn admitted(&self, tenant: tenancy::TenantId, user: tenancy::UserId, tx: store::TenantTx) -> Admitted {
        let principal = Principal::user(tenant, user, None, self.role).limited_to(tx.clients().mark());
        Admitted { principal, tx, expires_at: Some(self.identity.expires_at) }
    }
}
