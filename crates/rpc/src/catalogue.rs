//! The list of methods, said once: from it come the proof that each has a handler, the registration, the
//! document and the catalogue that tests sweep.

/// Lists every method of an API, and its subscriptions apart: they are answered by messages.
///
/// After the title may stand what is to be said of the whole API.
///
/// Generates `Serves` (a host that answers every method), `mount`, `document` and `CATALOGUE`.
#[macro_export]
macro_rules! catalogue {
    ($title:literal $(, $about:expr)?; $($method:ty),+ $(; subscriptions: $($subscription:ty),+)? $(,)?) => {
        $(impl $crate::Listed for $method {})+
        $($(impl $crate::Listed for $subscription {})+)?

        /// A host that answers every method.
        pub trait Serves:
            $crate::Host $(+ $crate::Handle<$method>)+ $($(+ $crate::Subscribe<$subscription>)+)?
        {
        }
        impl<H> Serves for H where
            H: $crate::Host $(+ $crate::Handle<$method>)+ $($(+ $crate::Subscribe<$subscription>)+)?
        {
        }

        /// Registers every method of the catalogue.
        ///
        /// # Errors
        /// When two methods share a name.
        pub fn mount<H: Serves>(host: std::sync::Arc<H>) -> Result<$crate::Methods, $crate::RegisterMethodError> {
            let mut registry = $crate::Registry::new(host);
            $(registry.register::<$method>()?;)+
            $($(registry.register_subscription::<$subscription>()?;)+)?
            Ok(registry.into_module().into())
        }

        /// Every query, to be asked by its name.
        pub fn queries<H: Serves>() -> Vec<$crate::Query<H>> {
            [$($crate::Query::of::<$method>()),+].into_iter().flatten().collect()
        }

        /// The OpenRPC document of every method of the catalogue.
        pub fn document() -> $crate::__private::serde_json::Value {
            let mut document = $crate::Document::new($title, env!("CARGO_PKG_VERSION"))$(.about($about))?;
            $(document.method::<$method>();)+
            $($(document.method::<$subscription>();)+)?
            document.build()
        }

        /// Every method, for tests and tools that sweep them.
        pub const CATALOGUE: &[$crate::MethodInfo] =
            &[$($crate::MethodInfo::of::<$method>(),)+ $($($crate::MethodInfo::of::<$subscription>(),)+)?];
    };
}
