//! Names to show for whoever did something, where they are still known.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy::{Actor, ApiKeyId, UserId};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    schema::{api_keys, users},
};

/// The names of these actors: a user's name or else address, a key's name. Who is not known any more is left out.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn names_of(
    tx: &mut TenantTx,
    actors: impl IntoIterator<Item = Actor>,
) -> Result<HashMap<Actor, String>, StoreError> {
    let (mut user_ids, mut key_ids): (Vec<Uuid>, Vec<Uuid>) = Default::default();
    for actor in actors {
        match actor {
            Actor::User(id) => user_ids.push(id.0),
            Actor::ApiKey(id) => key_ids.push(id.0),
            Actor::System => {}
        }
    }
    let mut names = HashMap::new();
    if !user_ids.is_empty() {
        let found: Vec<(Uuid, String, Option<String>)> = users::table
            .filter(users::id.eq_any(user_ids))
            .select((users::id, users::email, users::name))
            .load(tx.conn())
            .await?;
        names.extend(
            found.into_iter().map(|(id, email, name)| (Actor::User(UserId(id)), name.unwrap_or(email))),
        );
    }
    if !key_ids.is_empty() {
        let found: Vec<(Uuid, String)> = api_keys::table
            .filter(api_keys::tenant_id.eq(tx.tenant().0))
            .filter(api_keys::id.eq_any(key_ids))
            .select((api_keys::id, api_keys::name))
            .load(tx.conn())
            .await?;
        names.extend(found.into_iter().map(|(id, name)| (Actor::ApiKey(ApiKeyId(id)), name)));
    }
    Ok(names)
}
