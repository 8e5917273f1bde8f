//! The list of methods, said once: from it come the proof that each has a handler, the registration, the
//! document and the catalogue that tests sweep.

/// Lists every method of an API.
///
/// Generates `Serves` (a host that answers every method), `mount`, `document` and `CATALOGUE`.
#[macro_export]
macro_rules! catalogue {
    ($title:literal; $($method:ty),+ $(,)?) => {
        $(impl $crate::Listed for $method {})+

        /// A host that answers every method.
        pub trait Serves: $crate::Host $(+ $crate::Handle<$method>)+ {}
        impl<H> Serves for H where H: $crate::Host $(+ $crate::Handle<$method>)+ {}

        /// Registers every method of the catalogue.
        ///
        /// # Errors
        /// When two methods share a name.
        pub fn mount<H: Serves>(host: std::sync::Arc<H>) -> Result<$crate::Methods, $crate::RegisterMethodError> {
            let mut registry = $crate::Registry::new(host);
            $(registry.register::<$method>()?;)+
            Ok(registry.into_module().into())
        }

        /// The OpenRPC document of every method of the catalogue.
        pub fn document() -> $crate::__private::serde_json::Value {
            let mut document = $crate::Document::new($title, env!("CARGO_PKG_VERSION"));
            $(document.method::<$method>();)+
            document.build()
        }

        /// Every method, for tests and tools that sweep them.
        pub const CATALOGUE: &[$crate::MethodInfo] = &[$($crate::MethodInfo::of::<$method>()),+];
    };
}
