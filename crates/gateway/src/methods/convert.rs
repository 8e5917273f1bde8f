//! Between the store's and the domain's types and the wire's, where several routers need it.

use std::collections::HashMap;

use api::types;
use store::{PageRequest, Position};
use tenancy::{Actor, Role};

pub(super) fn role(role: Role) -> types::Role {
    match role {
        Role::Viewer => types::Role::Viewer,
        Role::Manager => types::Role::Manager,
        Role::Admin => types::Role::Admin,
    }
}

pub(super) fn to_role(role: types::Role) -> Role {
    match role {
        types::Role::Viewer => Role::Viewer,
        types::Role::Manager => Role::Manager,
        types::Role::Admin => Role::Admin,
    }
}

/// An actor with the name found for it.
pub(super) fn actor(actor: Actor, names: &HashMap<Actor, String>) -> types::Actor {
    let (kind, id) = match actor {
        Actor::User(id) => (types::ActorKind::User, Some(id.0)),
        Actor::ApiKey(id) => (types::ActorKind::ApiKey, Some(id.0)),
        Actor::System => (types::ActorKind::System, None),
    };
    let name = match actor {
        Actor::System => Some("Fairlead".to_owned()),
        _ => names.get(&actor).cloned(),
    };
    types::Actor { kind, id, name }
}

/// Which page of the store's list is asked for.
pub(super) fn page(size: types::PageSize, after: Option<Position>) -> PageRequest {
    PageRequest { limit: u32::from(size.get()), after }
}

/// A count of the store's on the wire.
pub(super) fn total(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
