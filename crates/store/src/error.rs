//! What can go wrong in the store, as a closed list. The database's own words go to the log and nowhere else.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

/// Why the store did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum StoreError {
    /// No connection within the time limit, or it broke, or the disk is full. Trying again later may help.
    #[error("the database is not available")]
    Unavailable,
    /// The statement ran into its time limit and was rolled back.
    #[error("the database took too long")]
    Timeout,
    /// No such row, or another tenant's; nobody can tell which.
    #[error("there is no such row")]
    NotFound,
    /// A uniqueness rule refused the row.
    #[error("it exists already")]
    Conflict,
    /// A reference to a row that does not exist (for this tenant), or one that is still referred to.
    #[error("it refers to a row that does not exist, or is still referred to")]
    Reference,
    /// A rule of the table refused a value.
    #[error("a value breaks a rule of its table")]
    Rule,
    /// Two transactions got into each other's way; the same call may be made again at once.
    #[error("the transaction collided with another")]
    Serialization,
    /// The caller's lease on its job was lost to another worker; nothing was written.
    #[error("the lease on the job was lost")]
    StaleLease,
    /// The database's schema is older or newer than this program.
    #[error("the database's schema does not fit this program")]
    SchemaMismatch,
    /// The role the store was given could get around row security.
    #[error("the database role has more rights than it may have")]
    UnsafeRole,
    /// A mistake of ours. What it was is in the log.
    #[error("an internal error of the store")]
    Bug,
}

impl StoreError {
    /// Whether the same call may succeed later without anybody doing anything.
    pub fn retryable(self) -> bool {
        matches!(self, Self::Unavailable | Self::Timeout | Self::Serialization)
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let class = classify(&error);
        match class {
            Self::NotFound => {}
            Self::Bug => tracing::error!(database_error = %logged(&error), "a statement failed"),
            _ => tracing::debug!(database_error = %logged(&error), "a statement was refused"),
        }
        class
    }
}

fn classify(error: &DieselError) -> StoreError {
    use DatabaseErrorKind as Kind;
    match error {
        DieselError::NotFound => StoreError::NotFound,
        DieselError::DatabaseError(kind, info) => match kind {
            Kind::UniqueViolation | Kind::ExclusionViolation => StoreError::Conflict,
            Kind::ForeignKeyViolation | Kind::RestrictViolation => StoreError::Reference,
            Kind::CheckViolation | Kind::NotNullViolation => StoreError::Rule,
            Kind::SerializationFailure => StoreError::Serialization,
            Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::ReadOnlyTransaction => {
                StoreError::Unavailable
            }
            _ => classify_message(&**info),
        },
        DieselError::BrokenTransactionManager => StoreError::Unavailable,
        _ => StoreError::Bug,
    }
}

/// diesel-async keeps no SQLSTATE for these, only the text. A server that speaks another language than English
/// is classified as `Bug`: the caller then sees an internal error instead of a retryable one.
fn classify_message(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> StoreError {
    let message = info.message();
    let has = |part: &str| message.contains(part);
    if has("deadlock detected") || has("could not serialize") {
        StoreError::Serialization
    } else if has("statement timeout") || has("lock timeout") {
        StoreError::Timeout
    } else if has("terminating connection")
        || has("the database system is")
        || has("No space left on device")
        || has("too many clients")
        || has("remaining connection slots")
        || has("idle-in-transaction timeout")
    {
        StoreError::Unavailable
    } else {
        StoreError::Bug
    }
}

/// Kind, table, constraint and message; never the details, which quote values of rows.
fn logged(error: &DieselError) -> String {
    match error {
        DieselError::DatabaseError(kind, info) => {
            let table = info.table_name().unwrap_or("-");
            let constraint = info.constraint_name().unwrap_or("-");
            format!("{kind:?} table={table} constraint={constraint}: {}", info.message())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(kind: DatabaseErrorKind, message: &str) -> DieselError {
        DieselError::DatabaseError(kind, Box::new(message.to_owned()))
    }

    #[test]
    fn each_kind_of_database_error_has_its_class() {
        use DatabaseErrorKind as Kind;
        let table = [
            (database(Kind::UniqueViolation, ""), StoreError::Conflict),
            (database(Kind::ForeignKeyViolation, ""), StoreError::Reference),
            (database(Kind::CheckViolation, ""), StoreError::Rule),
            (database(Kind::SerializationFailure, ""), StoreError::Serialization),
            (database(Kind::UnableToSendCommand, "connection closed"), StoreError::Unavailable),
            (database(Kind::Unknown, "deadlock detected"), StoreError::Serialization),
            (database(Kind::Unknown, "canceling statement due to statement timeout"), StoreError::Timeout),
            (
                database(Kind::Unknown, "terminating connection due to administrator command"),
                StoreError::Unavailable,
            ),
            (
                database(Kind::Unknown, "could not extend file: No space left on device"),
                StoreError::Unavailable,
            ),
            (database(Kind::Unknown, "syntax error"), StoreError::Bug),
            (DieselError::NotFound, StoreError::NotFound),
        ];
        for (error, class) in table {
            assert_eq!(classify(&error), class, "{error:?}");
        }
    }

    #[test]
    fn only_passing_troubles_are_retryable() {
        assert!(StoreError::Unavailable.retryable() && StoreError::Serialization.retryable());
        assert!(!StoreError::Conflict.retryable() && !StoreError::StaleLease.retryable());
    }
}
