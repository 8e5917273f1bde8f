//! What can go wrong with a vendor, as a closed list. A vendor's own words go to the log, never into these.

use chrono::{DateTime, Utc};

/// Why a connector could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// The vendor does not accept the credentials. With `refreshable`, one refresh may mend it; without, a person
    /// must authorise again.
    #[error("the vendor asks for a new authorisation")]
    AuthRequired { refreshable: bool },
    #[error("the vendor asks to slow down")]
    RateLimited { until: DateTime<Utc> },
    /// The day's budget of calls is used up.
    #[error("the quota of API calls is used up")]
    QuotaExhausted { until: DateTime<Utc> },
    #[error("the vendor is not available")]
    Unavailable,
    #[error("the vendor did not answer in time")]
    Timeout,
    /// The vendor answered with something that it should not.
    #[error("the vendor's answer could not be understood: {0}")]
    Malformed(&'static str),
    /// The authorised user may not read or write the named object or field.
    #[error("no permission for {0}")]
    Permission(String),
    #[error("the request is not possible: {0}")]
    InvalidRequest(String),
    #[error("cancelled")]
    Cancelled,
}

/// Who has to do something before it can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Time heals it.
    Nobody,
    /// An admin of the tenant: authorise again, grant a permission, change a setting.
    Admin,
    /// Whoever develops or operates the platform: the vendor does what the connector does not expect.
    Operator,
}

impl ConnectorError {
    /// The name on the wire and in the database.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AuthRequired { .. } => "auth_required",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExhausted { .. } => "quota_exhausted",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Malformed(_) => "malformed",
            Self::Permission(_) => "permission",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub const fn is_retryable(&self) -> bool {
        // A malformed answer is often a proxy's error page, gone at the next attempt.
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::QuotaExhausted { .. }
                | Self::Unavailable
                | Self::Timeout
                | Self::Malformed(_)
        )
    }

    pub const fn who_must_act(&self) -> Actor {
        match self {
            Self::AuthRequired { .. } | Self::Permission(_) | Self::InvalidRequest(_) => Actor::Admin,
            Self::Malformed(_) => Actor::Operator,
            Self::RateLimited { .. }
            | Self::QuotaExhausted { .. }
            | Self::Unavailable
            | Self::Timeout
            | Self::Cancelled => Actor::Nobody,
        }
    }

    /// The earliest instant at which trying again is allowed, where the vendor named one.
    pub const fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::RateLimited { until } | Self::QuotaExhausted { until } => Some(*until),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_needs_a_person_is_never_retried() {
        let until = DateTime::UNIX_EPOCH;
        let all = [
            ConnectorError::AuthRequired { refreshable: true },
            ConnectorError::RateLimited { until },
            ConnectorError::QuotaExhausted { until },
            ConnectorError::Unavailable,
            ConnectorError::Timeout,
            ConnectorError::Malformed("x"),
            ConnectorError::Permission("Lead".into()),
            ConnectorError::InvalidRequest("x".into()),
            ConnectorError::Cancelled,
        ];
        for error in &all {
            assert!(!(error.is_retryable() && error.who_must_act() == Actor::Admin), "{error}");
            assert!(error.retry_at().is_none() || error.is_retryable(), "{error}");
        }
        let codes: std::collections::BTreeSet<_> = all.iter().map(ConnectorError::code).collect();
        assert_eq!(codes.len(), all.len());
    }
}
