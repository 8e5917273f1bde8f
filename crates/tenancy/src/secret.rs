//! Bytes that must not be printed, copied about, serialized or left in memory.

use zeroize::Zeroizing;

/// A secret in the clear: a vendor's token, an access token just issued. It overwrites itself when
/// dropped and can be read only by saying [`Secret::expose`].
///
/// ```
/// let secret = tenancy::Secret::from(String::from("hunter2"));
/// assert_eq!(secret.expose_str(), Some("hunter2"));
/// ```
///
/// There is no way to log one by accident:
///
/// ```compile_fail
/// println!("{:?}", tenancy::Secret::from(String::from("hunter2")));
/// ```
/// ```compile_fail
/// serde_json::to_string(&tenancy::Secret::from(String::from("hunter2")));
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, `None` if it is not UTF-8.
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<Vec<u8>>> for Secret {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}
