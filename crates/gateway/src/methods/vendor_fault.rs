//! A vendor's fault as the refusal of that name. The vendor's own words are in the log.

use api::{
    routers::{
        connector::CompleteAuthRefusal,
        field_mapping::{PreviewRefusal, VendorFieldsRefusal},
    },
    types::Timestamp,
};
use chrono::Utc;
use connectors::ConnectorError;
use rpc::{Refusal, RpcError};
use workflows::sync::{VaultError, VendorError};

use crate::host::Failure;

/// A method's refusals that say what a vendor did.
pub(super) trait VendorRefusal: Refusal {
    fn of(fault: &ConnectorError) -> Self;
}

macro_rules! vendor_refusal {
    ($refusal:ident, auth_required: $auth_required:ident) => {
        impl VendorRefusal for $refusal {
            fn of(fault: &ConnectorError) -> Self {
                match fault {
                    ConnectorError::AuthRequired { .. } => Self::$auth_required,
                    ConnectorError::RateLimited { until } => {
                        Self::VendorRateLimited { retry_at: Timestamp(*until) }
                    }
                    ConnectorError::QuotaExhausted { until } => {
                        Self::VendorQuotaExhausted { retry_at: Timestamp(*until) }
                    }
                    ConnectorError::Unavailable | ConnectorError::Cancelled => Self::VendorUnavailable,
                    ConnectorError::Timeout => Self::VendorTimeout,
                    ConnectorError::Malformed(_) => Self::VendorAnswerNotUnderstood,
                    ConnectorError::Permission(subject) => {
                        Self::VendorPermissionMissing { subject: subject.clone() }
                    }
                    ConnectorError::InvalidRequest(_) => Self::VendorRequestRefused,
                }
            }
        }
    };
}

vendor_refusal!(CompleteAuthRefusal, auth_required: CodeRefused);
vendor_refusal!(VendorFieldsRefusal, auth_required: AuthorisationNeeded);
vendor_refusal!(PreviewRefusal, auth_required: AuthorisationNeeded);

pub(super) fn connector_fault<R: VendorRefusal>(fault: &ConnectorError) -> Failure<R> {
    tracing::warn!(%fault, code = fault.code(), "the vendor refused");
    let refusal = R::of(fault);
    let Some(until) = fault.retry_at() else { return Failure::Refused(refusal) };
    let wait = (until - Utc::now()).num_milliseconds().max(0).unsigned_abs();
    Failure::Error(RpcError { retry_after_ms: Some(wait), ..refusal.into_error() })
}

/// What a conversation with the vendor failed by: the vendor, our vault, or the database.
pub(super) fn vendor_fault<R: VendorRefusal>(fault: VendorError) -> Failure<R> {
    match fault {
        VendorError::Connector(fault) => connector_fault(&fault),
        // Only another authorisation helps where the stored one does not open.
        VendorError::Vault(VaultError::Unreadable) => {
            connector_fault(&ConnectorError::AuthRequired { refreshable: false })
        }
        VendorError::Vault(fault) => vault_fault(fault).into(),
        VendorError::Store(fault) => fault.into(),
    }
}

/// What the vault could not do, where that is no answer of the vendor's: the log says why.
pub(super) fn vault_fault(fault: VaultError) -> RpcError {
    match fault {
        VaultError::Unavailable => RpcError::new(
            rpc::Code::ServiceUnavailable,
            "keys_unavailable",
            "the keys of stored secrets are not available; try again shortly",
        ),
        VaultError::Unreadable => RpcError::internal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_own_name_and_none_the_vendors_words() {
        let until = Utc::now() + chrono::TimeDelta::seconds(90);
        let faults = [
            (
                ConnectorError::AuthRequired { refreshable: false },
                "authorisation_needed",
                "PRECONDITION_FAILED",
            ),
            (ConnectorError::RateLimited { until }, "vendor_rate_limited", "TOO_MANY_REQUESTS"),
            (ConnectorError::QuotaExhausted { until }, "vendor_quota_exhausted", "TOO_MANY_REQUESTS"),
            (ConnectorError::Unavailable, "vendor_unavailable", "SERVICE_UNAVAILABLE"),
            (ConnectorError::Timeout, "vendor_timeout", "TIMEOUT"),
            (ConnectorError::Malformed("<html>"), "vendor_answer_not_understood", "SERVICE_UNAVAILABLE"),
            (ConnectorError::Permission("Lead".into()), "vendor_permission_missing", "PRECONDITION_FAILED"),
            (
                ConnectorError::InvalidRequest("their words".into()),
                "vendor_request_refused",
                "PRECONDITION_FAILED",
            ),
        ];
        for (fault, reason, code) in faults {
            let error = RpcError::from(connector_fault::<VendorFieldsRefusal>(&fault));
            assert_eq!((error.reason.as_str(), error.code.name()), (reason, code));
            assert_eq!(error.retry_after_ms.is_some(), fault.retry_at().is_some());
            let told = error.data("fieldMapping.listSourceFields", "r").to_string() + &error.message;
            assert!(!told.contains("their words") && !told.contains("<html>"), "{told}");
        }
        let error = RpcError::from(connector_fault::<CompleteAuthRefusal>(&ConnectorError::AuthRequired {
            refreshable: false,
        }));
        assert_eq!(error.reason, "code_refused");
    }
}
