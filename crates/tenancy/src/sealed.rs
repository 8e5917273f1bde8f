//! Sealed secrets: what a vendor gave us, kept so that a stolen database, a moved cell or a restored
//! old value opens nothing.
//!
//! Envelope style, AES-256-GCM twice. A tenant's secrets are sealed with the tenant's [`DataKey`]; the
//! data key is wrapped by a root key of the [`KeyRing`] and stored beside the tenant. Rotating a root
//! key re-wraps 32 bytes a tenant and touches no secret.
//!
//! | bytes | layout |
//! |---|---|
//! | [`Sealed`] | format 1 · data key id 16 · nonce 12 · ciphertext · tag 16 |
//! | [`WrappedDataKey`] | format 1 · data key id 16 · nonce 12 · ciphertext 32 · tag 16, its root key named beside it |
//!
//! Associated data, each field behind its length: format, tenant, connector, column, version, data key
//! id; for a data key: format, tenant, data key id, root key id. Nonces are 12 random bytes from the
//! operating system, given by the caller, a new one each time. At random nonces a data key is good for
//! 2^31 secrets; a tenant has some dozens.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    DataKeyId, KeyId, KeyRing, Secret, TenantId,
    aead::{self, Key, NONCE_BYTES, framed},
    key_ring::Purpose,
};

const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 1 + 16 + NONCE_BYTES;

/// Where a secret lives. It opens there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub tenant: TenantId,
    pub connector: Uuid,
    /// The column's name, such as `refresh_token`.
    pub column: &'a str,
    /// The row's counter, raised at each write, so an old value put back does not open.
    pub version: u64,
}

/// A tenant's own 256-bit key, in the clear. Neither printable nor serializable; overwrites itself.
///
/// ```
/// use tenancy::{DataKey, DataKeyId, Place, Secret, TenantId};
/// # use uuid::Uuid;
/// # let (tenant, connector) = (TenantId(Uuid::from_u128(1)), Uuid::from_u128(2));
/// let key = DataKey::new(tenant, DataKeyId(Uuid::from_u128(3)), [7; 32]);
/// let place = Place { tenant, connector, column: "refresh_token", version: 1 };
/// let sealed = key.seal(place, &Secret::from(String::from("5Aep861")), [9; 12]);
/// assert_eq!(key.open(place, &sealed)?.expose(), b"5Aep861");
/// assert!(key.open(Place { version: 2, ..place }, &sealed).is_err());
/// # Ok::<(), tenancy::SealedRefused>(())
/// ```
/// ```compile_fail
/// # let (tenant, id) = (uuid::Uuid::nil().into(), uuid::Uuid::nil().into());
/// println!("{:?}", tenancy::DataKey::new(tenant, id, [7; 32]));
/// ```
pub struct DataKey {
    tenant: TenantId,
    id: DataKeyId,
    key: Key,
}

/// A data key as stored: opens only with the root key it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedDataKey {
    pub root_key: KeyId,
    pub sealed: Sealed,
}

/// Sealed bytes as stored. Anything may be put in; only what we sealed comes out again.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// Why something sealed did not open. None of these should happen in a healthy system: alert on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealedRefused {
    #[error("the sealed bytes are not of a known format")]
    UnknownFormat,
    #[error("sealed with a key that is not at hand")]
    UnknownKey,
    #[error("edited, moved from another place, or put back from the past")]
    NotFromHere,
}

impl DataKey {
    /// A data key from 32 random bytes of the operating system.
    pub fn new(tenant: TenantId, id: DataKeyId, random: [u8; 32]) -> Self {
        Self { tenant, id, key: Zeroizing::new(random) }
    }

    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// Seals a secret for one place with a fresh random nonce.
    pub fn seal(&self, place: Place<'_>, secret: &Secret, nonce: [u8; NONCE_BYTES]) -> Sealed {
        let associated = place.associated(self.id);
        Sealed::build(self.id, nonce, aead::seal(&self.key, &nonce, &associated, secret.expose()))
    }

    /// Opens what was sealed for exactly this place.
    ///
    /// # Errors
    /// [`SealedRefused`]; a secret of another tenant, connector, column or version is `NotFromHere`.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret, SealedRefused> {
        let (id, nonce, ciphertext) = sealed.parts()?;
        if id != self.id {
            return Err(SealedRefused::UnknownKey);
        }
        if place.tenant != self.tenant {
            return Err(SealedRefused::NotFromHere);
        }
        aead::open(&self.key, nonce, &place.associated(id), ciphertext)
            .map(Secret::from)
            .ok_or(SealedRefused::NotFromHere)
    }
}

impl KeyRing {
    /// Wraps a tenant's data key under the primary root key, with a fresh random nonce.
    pub fn wrap(&self, data_key: &DataKey, nonce: [u8; NONCE_BYTES]) -> WrappedDataKey {
        let root = self.primary();
        let associated = wrap_associated(data_key.tenant, data_key.id, &root.id);
        let key = root.derive(Purpose::WrapDataKeys);
        let ciphertext = aead::seal(&key, &nonce, &associated, &*data_key.key);
        WrappedDataKey { root_key: root.id.clone(), sealed: Sealed::build(data_key.id, nonce, ciphertext) }
    }

    /// Opens a tenant's data key with the root key it names.
    ///
    /// # Errors
    /// [`SealedRefused::UnknownKey`] if that root key was taken off the ring, else as for a secret.
    pub fn unwrap(&self, tenant: TenantId, wrapped: &WrappedDataKey) -> Result<DataKey, SealedRefused> {
        let root = self.find(&wrapped.root_key).ok_or(SealedRefused::UnknownKey)?;
        let (id, nonce, ciphertext) = wrapped.sealed.parts()?;
        let associated = wrap_associated(tenant, id, &root.id);
        let clear = aead::open(&root.derive(Purpose::WrapDataKeys), nonce, &associated, ciphertext)
            .ok_or(SealedRefused::NotFromHere)?;
        let mut key = Key::default();
        if clear.len() != key.len() {
            return Err(SealedRefused::NotFromHere);
        }
        key.copy_from_slice(&clear);
        Ok(DataKey { tenant, id, key })
    }

    /// The same data key wrapped under the primary root key; `None` if it is so already. What was sealed
    /// with the data key stays as it is.
    ///
    /// # Errors
    /// As [`KeyRing::unwrap`].
    pub fn rewrap(
        &self,
        tenant: TenantId,
        wrapped: &WrappedDataKey,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Option<WrappedDataKey>, SealedRefused> {
        if wrapped.root_key == *self.primary_id() {
            return Ok(None);
        }
        Ok(Some(self.wrap(&self.unwrap(tenant, wrapped)?, nonce)))
    }
}

impl Place<'_> {
    fn associated(&self, data_key: DataKeyId) -> Vec<u8> {
        framed(&[
            &[FORMAT],
            self.tenant.0.as_bytes(),
            self.connector.as_bytes(),
            self.column.as_bytes(),
            &self.version.to_be_bytes(),
            data_key.0.as_bytes(),
        ])
    }
}

fn wrap_associated(tenant: TenantId, data_key: DataKeyId, root_key: &KeyId) -> Vec<u8> {
    framed(&[&[FORMAT], tenant.0.as_bytes(), data_key.0.as_bytes(), root_key.as_str().as_bytes()])
}

impl Sealed {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The data key that opens these bytes, or that is wrapped in them.
    ///
    /// # Errors
    /// [`SealedRefused::UnknownFormat`].
    pub fn data_key(&self) -> Result<DataKeyId, SealedRefused> {
        self.parts().map(|(id, ..)| id)
    }

    fn build(id: DataKeyId, nonce: [u8; NONCE_BYTES], ciphertext: Vec<u8>) -> Self {
        Self([&[FORMAT][..], id.0.as_bytes(), &nonce, &ciphertext].concat())
    }

    fn parts(&self) -> Result<(DataKeyId, &[u8; NONCE_BYTES], &[u8]), SealedRefused> {
        let (head, ciphertext) =
            self.0.split_first_chunk::<HEAD_BYTES>().ok_or(SealedRefused::UnknownFormat)?;
        let (id, nonce) = head[1..].split_first_chunk::<16>().expect("the head holds an id");
        if head[0] != FORMAT {
            return Err(SealedRefused::UnknownFormat);
        }
        let nonce = nonce.try_into().expect("the head ends with a nonce");
        Ok((DataKeyId(Uuid::from_bytes(*id)), nonce, ciphertext))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}
