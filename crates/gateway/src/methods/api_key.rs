//! `apiKey`: credentials for scripts.

use std::collections::HashMap;

use api::{
    routers::api_key::{
        ApiKey, ApiKeyRefusal, ApiKeyStatus, Create, CreateApiKeyRefusal, IssuedApiKey, List, Revoke,
        RevokeApiKeyRefusal, Roll, RolledApiKey,
    },
    types::{ApiKeyId, Page, Timestamp},
};
use chrono::{DateTime, TimeDelta, Utc};
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{
    StoreError, actors,
    api_keys::{self, NewApiKey},
};
use tenancy::{Actor, Role, may_grant};

use super::{convert, missing};
use crate::{
    host::{Failure, Gateway, Scope},
    provision,
};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: List) -> Result<Page<ApiKey>, Failure<NoRefusal>> {
        let now = Utc::now();
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let status = params.status.map(stored_status);
        let page = convert::page(params.page_size, after);
        let listed = api_keys::list_api_keys(scope.tx(), status, &page).await?;
        let total = match params.include_total {
            true => Some(convert::total(api_keys::count_api_keys(scope.tx(), status).await?)),
            false => None,
        };
        let next_cursor = listed.next.map(|it| self.paging(scope, &params).seal(&it));
        let names = creators(scope, &listed.items).await?;
        let items = listed.items.into_iter().map(|it| api_key(it, &names, now)).collect();
        Ok(Page { items, next_cursor, total })
    }
}

impl Handle<Create> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Create,
    ) -> Result<IssuedApiKey, Failure<CreateApiKeyRefusal>> {
        let now = Utc::now();
        let ceiling = granted(scope, convert::to_role(params.role))?;
        let expires_at = params.expires_at.map(|it| it.0);
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Failure::Refused(CreateApiKeyRefusal::AlreadyExpired));
        }
        let (row, secret) = issue(scope, &params.name, ceiling, expires_at, None).await?;
        scope.audit(row.id, json!({ "after": shown(&row) }));
        let names = creators(scope, std::slice::from_ref(&row)).await?;
        Ok(IssuedApiKey { api_key: api_key(row, &names, now), secret })
    }
}

impl Handle<Roll> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Roll) -> Result<RolledApiKey, Failure<ApiKeyRefusal>> {
        let now = Utc::now();
        let id = tenancy::ApiKeyId(params.api_key_id.0);
        scope.about(id);
        let old = api_keys::lock_api_key(scope.tx(), id)
            .await
            .map_err(|it| missing(it, ApiKeyRefusal::NoSuchApiKey))?;
        let ceiling = granted(scope, old.role)?;
        if old.status(now) != api_keys::ApiKeyStatus::Active {
            return Err(Failure::Refused(ApiKeyRefusal::ApiKeyEnded));
        }
        let (row, secret) = issue(scope, &old.name, ceiling, old.expires_at, Some(id)).await?;
        let end = now + TimeDelta::seconds(i64::from(params.overlap_seconds));
        let previous = api_keys::expire_api_key(scope.tx(), id, end).await?;
        let before = json!({ "expiresAt": old.expires_at.map(Timestamp) });
        let after = json!({ "expiresAt": previous.expires_at.map(Timestamp), "successor": row.id });
        scope.audit(id, json!({ "before": before, "after": after }));
        let names = creators(scope, &[row.clone(), previous.clone()]).await?;
        Ok(RolledApiKey {
            api_key: api_key(row, &names, now),
            secret,
            previous: api_key(previous, &names, now),
        })
    }
}

impl Handle<Revoke> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Revoke,
    ) -> Result<ApiKey, Failure<RevokeApiKeyRefusal>> {
        let now = Utc::now();
        let id = tenancy::ApiKeyId(params.api_key_id.0);
        scope.about(id);
        let row = api_keys::revoke_api_key(scope.tx(), id, now)
            .await
            .map_err(|it| missing(it, RevokeApiKeyRefusal::NoSuchApiKey))?;
        scope.audit(id, json!({ "after": { "revokedAt": row.revoked_at.map(Timestamp) } }));
        let names = creators(scope, std::slice::from_ref(&row)).await?;
        Ok(api_key(row, &names, now))
    }
}

/// Makes a key and stores its hash; the second of the pair is its whole text, known to nobody else.
async fn issue(
    scope: &mut Scope,
    name: &str,
    ceiling: Role,
    expires_at: Option<DateTime<Utc>>,
    rolled_from: Option<tenancy::ApiKeyId>,
) -> Result<(api_keys::ApiKey, String), RpcError> {
    let key = provision::new_api_key().map_err(|_| {
        tracing::error!("the system gives no randomness");
        RpcError::internal()
    })?;
    let created_by = match scope.principal().actor() {
        Actor::User(user) => Some(user),
        Actor::ApiKey(_) | Actor::System => None,
    };
    let new =
        NewApiKey { id: key.id(), name, hash: key.hash(), ceiling, created_by, expires_at, rolled_from };
    let stored = async {
        api_keys::create_api_key(scope.tx(), &new).await?;
        api_keys::get_api_key(scope.tx(), key.id()).await
    };
    let row = stored.await.map_err(crate::host::store_error)?;
    Ok((row, key.expose().to_owned()))
}

/// A key may do no more than who makes it.
fn granted(scope: &Scope, ceiling: Role) -> Result<Role, RpcError> {
    may_grant(scope.principal().role, ceiling).map(|()| ceiling).map_err(|_| RpcError::forbidden())
}

async fn creators(
    scope: &mut Scope,
    rows: &[api_keys::ApiKey],
) -> Result<HashMap<Actor, String>, StoreError> {
    actors::names_of(scope.tx(), rows.iter().filter_map(|it| it.created_by).map(Actor::User)).await
}

/// What of a new key goes into the audit log.
fn shown(row: &api_keys::ApiKey) -> serde_json::Value {
    json!({ "name": row.name, "role": row.role, "expiresAt": row.expires_at.map(Timestamp) })
}

fn api_key(row: api_keys::ApiKey, names: &HashMap<Actor, String>, now: DateTime<Utc>) -> ApiKey {
    ApiKey {
        id: ApiKeyId(row.id.0),
        status: match row.status(now) {
            api_keys::ApiKeyStatus::Active => ApiKeyStatus::Active,
            api_keys::ApiKeyStatus::Expired => ApiKeyStatus::Expired,
            api_keys::ApiKeyStatus::Revoked => ApiKeyStatus::Revoked,
        },
        name: row.name,
        role: convert::role(row.role),
        created_by: row.created_by.map(|it| convert::actor(Actor::User(it), names)),
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
        rolled_from: row.rolled_from.map(|it| ApiKeyId(it.0)),
    }
}

fn stored_status(status: ApiKeyStatus) -> api_keys::ApiKeyStatus {
    match status {
        ApiKeyStatus::Active => api_keys::ApiKeyStatus::Active,
        ApiKeyStatus::Expired => api_keys::ApiKeyStatus::Expired,
        ApiKeyStatus::Revoked => api_keys::ApiKeyStatus::Revoked,
    }
}
