//! What the four levels have in common: their names, and why one of them is not written.

use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// A level of the tree, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Client,
    ClientChannel,
    CampaignGroup,
    Campaign,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::Client, Level::ClientChannel, Level::CampaignGroup, Level::Campaign];

    /// As the tables keep it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Client => "client",
            Level::ClientChannel => "client_channel",
            Level::CampaignGroup => "campaign_group",
            Level::Campaign => "campaign",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        Level::ALL.into_iter().find(|it| it.as_str() == text).ok_or(StoreError::Bug)
    }
}

/// Why a client, or something below it, stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntityError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such row of that level, another organization's, or of a client that the caller does not see.
    #[error("there is no such {}", .0.as_str())]
    NoSuch(Level),
    #[error("there is no such channel")]
    NoSuchChannel,
    /// Beside it there is one of that name already.
    #[error("the name is taken")]
    Taken,
    /// The caller may see the client, but not change anything of it.
    #[error("the caller may only read this client")]
    ReadOnly,
    /// Only who sees every client may do this.
    #[error("the caller is limited to named clients")]
    Limited,
    #[error("the {} is not active", .0.as_str())]
    Inactive(Level),
    /// There are so many directly below it.
    #[error("there are {0} below it")]
    NotEmpty(i64),
    /// There are figures of so many weeks.
    #[error("it has figures of {0} weeks")]
    HasWeeks(i64),
}

impl From<diesel::result::Error> for EntityError {
    fn from(error: diesel::result::Error) -> Self {
        match StoreError::from(error) {
            StoreError::Conflict => Self::Taken,
            other => Self::Store(other),
        }
    }
}

/// A row before and after.
#[derive(Clone, Debug)]
pub struct Changed<T> {
    pub before: T,
    pub after: T,
}

/// A row that is no more, and how many weeks' figures went with it.
#[derive(Clone, Debug)]
pub struct Removed<T> {
    pub row: T,
    pub weeks: i64,
}

pub(super) fn nothing_below(count: i64) -> Result<(), EntityError> {
    if count == 0 { Ok(()) } else { Err(EntityError::NotEmpty(count)) }
}

/// That the caller may change what is this client's.
pub(super) fn writable(tx: &TenantTx, client: Uuid) -> Result<(), EntityError> {
    if tx.clients().may_write(client) { Ok(()) } else { Err(EntityError::ReadOnly) }
}

pub(super) fn missing(level: Level) -> impl Fn(diesel::result::Error) -> EntityError {
    move |error| match error {
        diesel::result::Error::NotFound => EntityError::NoSuch(level),
        other => other.into(),
    }
}

/// The rows of a level's table that are still there, of this tenant and of the clients that the caller sees; `$client` is
/// the column with the client.
macro_rules! visible {
    ($tx:expr, $table:ident, $client:ident) => {{
        let mut query = $table::table
            .into_boxed()
            .filter($table::tenant_id.eq($tx.tenant().0))
            .filter($table::removed_at.is_null());
        if let Some(ids) = $tx.clients().reads() {
            query = query.filter($table::$client.eq_any(ids.to_vec()));
        }
        query
    }};
}

/// The one row of a level's table that is meant, for an update.
macro_rules! one {
    ($tx:expr, $table:ident, $id:expr) => {
        $table::table
            .filter($table::tenant_id.eq($tx.tenant().0).and($table::id.eq($id)))
            .filter($table::removed_at.is_null())
    };
}

pub(super) use {one, visible};
