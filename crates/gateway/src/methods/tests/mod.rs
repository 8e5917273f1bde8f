//! The identity routers from the wire to the row, on a real database.

mod api_keys;
mod audit;
mod idempotency;
mod rights;
mod team;
mod tenant;

use api::routers::{api_key, audit as audit_log, session, team as members, tenant as organization, user};
use rpc::Registry;

use crate::{bench::Bench, host::Gateway};

pub(crate) fn register(registry: &mut Registry<Gateway>) {
    macro_rules! mount {
        ($($method:ty),+ $(,)?) => { $(registry.register::<$method>().unwrap();)+ };
    }
    mount!(
        session::Current,
        organization::GetCurrent,
        organization::UpdateSettings,
        user::List,
        user::GetRole,
        members::List,
        members::ChangeRole,
        members::Remove,
        api_key::List,
        api_key::Create,
        api_key::Roll,
        api_key::Revoke,
        audit_log::List,
        audit_log::GetByResource,
    );
}

async fn bench() -> Bench {
    Bench::start(register).await
}
