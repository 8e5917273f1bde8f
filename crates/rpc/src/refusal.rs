//! What a method may answer instead of its output: closed enums whose reasons are public and documented.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Code, RpcError};

/// A domain's answer other than success. Declared with [`refusals!`](crate::refusals).
pub trait Refusal: Serialize + Send + Sized + 'static {
    fn code(&self) -> Code;
    fn message(&self) -> Cow<'static, str>;
    /// The variant's name in snake_case.
    fn reason(&self) -> String;
    /// Every reason there is, for the document.
    fn reasons() -> Vec<Reason>;

    fn into_error(self) -> RpcError {
        let details = match serde_json::to_value(&self) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => Default::default(),
        };
        RpcError { details, ..RpcError::new(self.code(), self.reason(), self.message()) }
    }
}

/// A reason as the document shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub reason: String,
    pub code: Code,
    pub description: String,
}

/// Every reason a refusal type may give.
pub fn reasons_of<R: Refusal>() -> Vec<Reason> {
    R::reasons()
}

/// For methods whose domain refuses nothing.
#[derive(Debug, Serialize)]
pub enum NoRefusal {}

impl Refusal for NoRefusal {
    fn code(&self) -> Code {
        match *self {}
    }

    fn message(&self) -> Cow<'static, str> {
        match *self {}
    }

    fn reason(&self) -> String {
        match *self {}
    }

    fn reasons() -> Vec<Reason> {
        Vec::new()
    }
}

/// `NoSuchAccount` to `no_such_account`.
#[doc(hidden)]
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Declares a closed enum of refusals: each variant with its doc comment (public), code and message. A variant's
/// fields become the error's `details`, and may be named in the message.
///
/// ```
/// rpc::refusals! {
///     /// Why a draft could not be used.
///     pub enum DraftRefusal {
///         /// No such draft in this organization.
///         NoSuchDraft => NotFound, "no such draft";
///         /// Somebody saved a newer version meanwhile.
///         Stale { current: u32 } => Conflict, "the draft is at version {current}";
///     }
/// }
/// use rpc::Refusal;
/// let error = DraftRefusal::Stale { current: 3 }.into_error();
/// assert_eq!((error.reason.as_str(), error.message.as_ref()), ("stale", "the draft is at version 3"));
/// assert_eq!(error.details["current"], 3);
/// ```
#[macro_export]
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $variant:ident $({ $($field:ident : $ty:ty),+ $(,)? })? => $code:ident, $message:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis enum $name {
            $( $(#[doc = $doc])+ $variant $({ $($field: $ty),+ })?, )+
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[allow(unused_imports, reason = "an enum without fields needs no map entries")]
                use $crate::__private::serde::ser::SerializeMap;
                #[allow(unused_mut, reason = "an enum without fields needs no map entries")]
                let mut map = serializer.serialize_map(None)?;
                match self {
                    $( Self::$variant $({ $($field),+ })? => {
                        $($( map.serialize_entry(&$crate::camel_case(stringify!($field)), $field)?; )+)?
                    } )+
                }
                map.end()
            }
        }

        impl $crate::Refusal for $name {
            fn code(&self) -> $crate::Code {
                match self { $( Self::$variant { .. } => $crate::Code::$code, )+ }
            }

            fn message(&self) -> std::borrow::Cow<'static, str> {
                match self {
                    $( Self::$variant $({ $($field),+ })? => std::borrow::Cow::Owned(format!($message)), )+
                }
            }

            fn reason(&self) -> String {
                match self { $( Self::$variant { .. } => $crate::snake_case(stringify!($variant)), )+ }
            }

            fn reasons() -> Vec<$crate::Reason> {
                vec![ $( $crate::Reason {
                    reason: $crate::snake_case(stringify!($variant)),
                    code: $crate::Code::$code,
                    description: [$($doc),+].map(str::trim).join(" "),
                }, )+ ]
            }
        }
    };
}

/// `retry_at` to `retryAt`.
#[doc(hidden)]
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (head, tail) = word.split_at(word.len().min(1));
        out.push_str(&head.to_ascii_uppercase());
        out.push_str(tail);
    }
    out
}
