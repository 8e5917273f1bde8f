//! Who may call a method, as a type: admission happens once, here, and what it yields is the handler's only
//! way to reach a tenant.

use std::future::Future;

use crate::{Call, Extensions, Host, Method, Remember, RpcError};

/// The least a caller must be. Each level includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    Public,
    Viewer,
    Manager,
    Admin,
}

impl Access {
    pub const fn as_str(self) -> &'static str {
        match self {
            Access::Public => "public",
            Access::Viewer => "viewer",
            Access::Manager => "manager",
            Access::Admin => "admin",
        }
    }
}

/// What the handler of `M` holds while it runs.
pub type ScopeOf<M, H> = <<M as Method>::Caller as Caller>::Scope<H>;

/// A kind of caller. For everyone but [`Anyone`], admission yields the host's scope.
pub trait Caller: Send + 'static {
    const ACCESS: Access;
    type Scope<H: Host>: Send;

    fn admit<H: Host>(
        host: &H,
        ext: &Extensions,
        call: &Call,
    ) -> impl Future<Output = Result<Self::Scope<H>, RpcError>> + Send;

    /// What the handler of such a caller gets of a scope that the host made by itself.
    fn lend<'a, H: Host>(scope: &'a mut H::Scope, nobody: &'a mut ()) -> &'a mut Self::Scope<H>;

    /// The stored reply to this idempotency key, if there is one.
    fn recall<H: Host>(
        host: &H,
        scope: &mut Self::Scope<H>,
        call: &Call,
        remember: &Remember,
    ) -> impl Future<Output = Result<Option<String>, RpcError>> + Send;

    fn commit<H: Host>(
        host: &H,
        scope: Self::Scope<H>,
        call: &Call,
        reply: Option<(&Remember, &str)>,
    ) -> impl Future<Output = Result<(), RpcError>> + Send;

    fn refuse<H: Host>(
        host: &H,
        scope: Self::Scope<H>,
        call: &Call,
        error: &RpcError,
    ) -> impl Future<Output = ()> + Send;
}

/// No credential needed, and no tenant to be had.
#[derive(Debug)]
pub enum Anyone {}

impl Caller for Anyone {
    const ACCESS: Access = Access::Public;
    type Scope<H: Host> = ();

    async fn admit<H: Host>(_: &H, _: &Extensions, _: &Call) -> Result<(), RpcError> {
        Ok(())
    }

    fn lend<'a, H: Host>(_: &'a mut H::Scope, nobody: &'a mut ()) -> &'a mut () {
        nobody
    }

    async fn recall<H: Host>(_: &H, _: &mut (), _: &Call, _: &Remember) -> Result<Option<String>, RpcError> {
        Ok(None)
    }

    async fn commit<H: Host>(_: &H, _: (), _: &Call, _: Option<(&Remember, &str)>) -> Result<(), RpcError> {
        Ok(())
    }

    async fn refuse<H: Host>(_: &H, _: (), _: &Call, _: &RpcError) {}
}

macro_rules! tenant_caller {
    ($(#[$doc:meta])* $name:ident, $access:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl Caller for $name {
            const ACCESS: Access = $access;
            type Scope<H: Host> = H::Scope;

            async fn admit<H: Host>(host: &H, ext: &Extensions, call: &Call) -> Result<H::Scope, RpcError> {
                host.admit(ext, call).await
            }

            fn lend<'a, H: Host>(scope: &'a mut H::Scope, _: &'a mut ()) -> &'a mut H::Scope {
                scope
            }

            async fn recall<H: Host>(
                host: &H,
                scope: &mut H::Scope,
                call: &Call,
                remember: &Remember,
            ) -> Result<Option<String>, RpcError> {
                host.recall(scope, call, remember).await
            }

            async fn commit<H: Host>(
                host: &H,
                scope: H::Scope,
                call: &Call,
                reply: Option<(&Remember, &str)>,
            ) -> Result<(), RpcError> {
                host.commit(scope, call, reply).await
            }

            async fn refuse<H: Host>(host: &H, scope: H::Scope, call: &Call, error: &RpcError) {
                host.refuse(scope, call, error).await
            }
        }
    };
}

tenant_caller!(
    /// Any member of the organization.
    Viewer,
    Access::Viewer
);
tenant_caller!(
    /// A member who runs the daily work: syncs, mappings, weekly figures.
    Manager,
    Access::Manager
);
tenant_caller!(
    /// A member who decides: rules, connectors, members, keys.
    Admin,
    Access::Admin
);
