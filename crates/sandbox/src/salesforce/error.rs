//! Refusals in the vendor's own shape: a list of `{message, errorCode}`.
use http::StatusCode;

#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED_QUERY", message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "The requested resource does not exist")
    }

    pub(crate) fn invalid_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", "Session expired or invalid")
    }

    pub(crate) fn limit_exceeded() -> Self {
        Self::new(StatusCode::FORBIDDEN, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    }

    pub(crate) fn invalid_type(name: &str) -> Self {
        let message = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the \
             '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
        );
        Self::new(StatusCode::BAD_REQUEST, "INVALID_TYPE", message)
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&serde_json::json!([{ "message": self.message, "errorCode": self.code }]))
            .expect("a small object serializes")
    }
}
