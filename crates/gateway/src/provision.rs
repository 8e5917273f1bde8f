//! What the operator makes by hand: an organization with its first admin and key, and sessions for members. The
//! command line and the demo call it; nothing on the wire does.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use store::{
    Store, StoreError, TenantTx,
    api_keys::{self, NewApiKey},
    audit::{self, AuditEntry, Outcome},
    members, sessions,
    sessions::NewSession,
    tenants::{self, NewTenant},
};
use tenancy::{
    AccessGrant, AccessToken, AccessTokens, Actor, ApiKey, ApiKeyId, Role, SessionId, TenantId, UserId,
    api_key::BrokenRandomness,
};
use uuid::Uuid;

/// An organization about to exist.
#[derive(Clone, Copy, Debug)]
pub struct NewOrganization<'a> {
    pub name: &'a str,
    pub slug: &'a str,
    pub admin_email: &'a str,
}

/// An organization that was just made. The key is known to nobody else.
pub struct Organization {
    pub tenant: TenantId,
    pub admin: UserId,
    pub api_key: ApiKey,
}

/// A session that was just begun, and its first access token.
pub struct IssuedSession {
    pub tenant: TenantId,
    pub user: UserId,
    pub session: SessionId,
    /// When the session ends; the token ends sooner.
    pub expires_at: DateTime<Utc>,
    pub token: AccessToken,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    #[error("an organization needs a name of 1 to 200 characters")]
    NotAName,
    #[error(
        "`{0}` is not a slug: 1 to 63 lower-case letters, digits and hyphens, none of them at either end"
    )]
    NotASlug(String),
    #[error("an organization with the slug `{0}` exists already")]
    SlugTaken(String),
    #[error("`{0}` is not an e-mail address")]
    NotAnEmail(String),
    #[error("no organization has the slug or the id `{0}`")]
    NoSuchOrganization(String),
    #[error("`{0}` is a member of the organization already; `team.changeRole` changes a role")]
    MemberAlready(String),
    #[error("the organization has no member with the address `{0}`; `fairlead admin add-member` makes one")]
    NoSuchMember(String),
    #[error(transparent)]
    BrokenRandomness(#[from] BrokenRandomness),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key nobody has seen yet.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_api_key() -> Result<ApiKey, BrokenRandomness> {
    let mut random = [0; 64];
    getrandom::fill(&mut random).map_err(|_| BrokenRandomness)?;
    ApiKey::generate(ApiKeyId(Uuid::now_v7()), &random)
}

/// Makes an organization, its first admin and an admin's API key, all or nothing.
///
/// # Errors
/// [`ProvisionError`], naming what is wrong.
pub async fn create_organization(
    store: &Store,
    new: &NewOrganization<'_>,
) -> Result<Organization, ProvisionError> {
    if !(1..=200).contains(&new.name.trim().chars().count()) {
        return Err(ProvisionError::NotAName);
    }
    let email = read_email(new.admin_email)?;
    let tenant = NewTenant { id: TenantId(Uuid::now_v7()), name: new.name, slug: new.slug, outside: None };
    let mut tx = tenants::create_tenant(store, &tenant).await.map_err(|error| match error {
        StoreError::Conflict => ProvisionError::SlugTaken(new.slug.to_owned()),
        StoreError::Rule => ProvisionError::NotASlug(new.slug.to_owned()),
        other => ProvisionError::Store(other),
    })?;
    let admin = tenants::add_member(&mut tx, email.as_str(), Role::Admin).await?;
    let api_key = new_api_key()?;
    let key = NewApiKey {
        id: api_key.id(),
        name: "first key",
        hash: api_key.hash(),
        ceiling: Role::Admin,
        created_by: Some(admin),
        expires_at: None,
        rolled_from: None,
    };
    api_keys::create_api_key(&mut tx, &key).await?;
    let described = json!({ "name": new.name, "slug": new.slug });
    record(&mut tx, "tenant.create", tenant.id.to_string(), described).await?;
    record(&mut tx, "team.add", admin.to_string(), json!({ "role": Role::Admin })).await?;
    let described = json!({ "name": key.name, "role": key.ceiling, "expiresAt": null });
    record(&mut tx, "apiKey.create", key.id.to_string(), described).await?;
    tx.commit().await?;
    Ok(Organization { tenant: tenant.id, admin, api_key })
}

/// Makes somebody a member of an organization, creating the user on first sight of the address.
///
/// # Errors
/// [`ProvisionError`], naming what is wrong.
pub async fn add_member(
    store: &Store,
    organization: &str,
    email: &str,
    role: Role,
) -> Result<(TenantId, UserId), ProvisionError> {
    let address = read_email(email)?;
    let tenant = find_organization(store, organization).await?;
    let mut tx = store.tenant(tenant).await?;
    let user = tenants::add_member(&mut tx, address.as_str(), role).await.map_err(|error| match error {
        StoreError::Conflict => ProvisionError::MemberAlready(email.to_owned()),
        other => ProvisionError::Store(other),
    })?;
    record(&mut tx, "team.add", user.to_string(), json!({ "role": role })).await?;
    tx.commit().await?;
    Ok((tenant, user))
}

/// By its slug or its id.
async fn find_organization(store: &Store, named: &str) -> Result<TenantId, ProvisionError> {
    if let Some(tenant) = tenants::tenant_by_slug(store, named).await? {
        return Ok(tenant);
    }
    let unknown = || ProvisionError::NoSuchOrganization(named.to_owned());
    let tenant = TenantId(named.parse().map_err(|_| unknown())?);
    let mut tx = store.tenant(tenant).await?;
    let found = tenants::get_current_tenant(&mut tx).await;
    tx.rollback().await?;
    match found {
        Ok(found) => Ok(found.id),
        Err(StoreError::NotFound) => Err(unknown()),
        Err(other) => Err(other.into()),
    }
}

fn read_email(text: &str) -> Result<canonical::Email, ProvisionError> {
    text.parse().map_err(|_| ProvisionError::NotAnEmail(text.to_owned()))
}

/// Begins a session for a member, and issues its first access token. The organization is named by its slug or its id.
///
/// # Errors
/// [`ProvisionError`], naming what is wrong.
pub async fn issue_session(
    store: &Store,
    tokens: &AccessTokens,
    organization: &str,
    email: &str,
    lifetime: TimeDelta,
) -> Result<IssuedSession, ProvisionError> {
    let tenant = find_organization(store, organization).await?;
    let mut tx = store.tenant(tenant).await?;
    let user = members::find_member_by_email(&mut tx, email)
        .await?
        .ok_or_else(|| ProvisionError::NoSuchMember(email.to_owned()))?;
    let now = Utc::now();
    let (session, expires_at) = (SessionId(Uuid::now_v7()), now + lifetime);
    let new = NewSession { id: session, user, auth_method: "admin", expires_at };
    sessions::create_session(&mut tx, &new).await?;
    let described = json!({ "userId": user, "expiresAt": expires_at });
    record(&mut tx, "session.create", session.to_string(), described).await?;
    tx.commit().await?;
    let token = tokens.issue(AccessGrant { tenant, user, session }, Uuid::new_v4(), now);
    Ok(IssuedSession { tenant, user, session, expires_at, token })
}

async fn record(tx: &mut TenantTx, action: &str, id: String, after: Value) -> Result<(), StoreError> {
    let entry = AuditEntry {
        actor: Actor::System,
        action: action.to_owned(),
        resource: action.split('.').next().unwrap_or(action).to_owned(),
        resource_id: Some(id),
        outcome: Outcome::Done,
        changes: json!({ "after": after }),
        metadata: json!({ "by": "operator" }),
        request_id: None,
        address: None,
        user_agent: None,
    };
    audit::append_entry(tx, &entry).await
}
