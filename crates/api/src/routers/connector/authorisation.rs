//! Authorising a connector in the admin's browser.

use super::{Connector, example_connector};
use crate::routers::prelude::*;

/// Begins an authorisation: the address to send the admin's browser to.
///
/// The vendor sends the browser back to `redirectUri` with `code` and `state`; give both to `connector.completeAuth`
/// within ten minutes. Each call begins anew; an authorisation that was begun before stays possible until it expires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAuthUrl {
    /// The connector.
    pub connector_id: ConnectorId,
    /// Where the vendor shall send the browser back to: one of the addresses that the operator registered.
    #[validate(url, length(max = 500))]
    pub redirect_uri: String,
}

/// Where to authorise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthUrl {
    /// The vendor's page.
    pub url: String,
    /// Until when the authorisation can be completed.
    pub expires_at: Timestamp,
}

refusals! {
    /// Why an authorisation cannot begin.
    pub enum GetAuthUrlRefusal {
        /// The organization has no such connector.
        NoSuchConnector => NotFound, "no such connector";
        /// The connector is of a kind that is not authorised in a browser.
        NotAuthorisedInBrowser => UnprocessableContent, "connectors of this kind are not authorised in a browser";
        /// A setting of the connector points where the operator does not allow connectors to go.
        SettingNotAllowed { setting: String } => PreconditionFailed, "the setting {setting} is not allowed";
        /// The operator has not registered this deployment with the vendor.
        NotRegistered => PreconditionFailed, "this deployment is not registered with the vendor";
        /// `redirectUri` is not among the addresses that are allowed.
        RedirectNotAllowed => UnprocessableContent, "that redirect address is not allowed";
    }
}

impl Method for GetAuthUrl {
    const NAME: &'static str = "connector.getAuthUrl";
    const EFFECT: Effect = Effect::Mutation { audit: "connector.getAuthUrl", idempotent: false, topics: &[] };
    type Caller = Admin;
    type Output = AuthUrl;
    type Refusal = GetAuthUrlRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetAuthUrl {
                connector_id: sample::PENDING_CONNECTOR_ID,
                redirect_uri: sample::REDIRECT_URI.into(),
            },
            result: AuthUrl {
                url: format!("{}/services/oauth2/authorize?response_type=code", sample::LOGIN_URL),
                expires_at: sample::minutes_ago(-10),
            },
        }
    }
}

/// Completes an authorisation with what the vendor sent back. The connector is connected afterwards.
///
/// Only who began it can complete it, and once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompleteAuth {
    /// The `code` that the browser brought back.
    #[validate(length(min = 1, max = 4000))]
    pub code: String,
    /// The `state` that the browser brought back.
    #[validate(length(min = 1, max = 4000))]
    pub state: String,
}

refusals! {
    /// Why an authorisation was not completed.
    pub enum CompleteAuthRefusal {
        /// The state is not one of ours, not this caller's, expired or used before. Begin again.
        StateNotValid => PreconditionFailed, "this authorisation was not begun here, or is over: begin again";
        /// The vendor does not accept the code. Begin again.
        CodeRefused => UnprocessableContent, "the vendor did not accept the code: begin again";
        /// The vendor cannot be reached or fails.
        VendorUnavailable => ServiceUnavailable, "the vendor cannot be reached; try again shortly";
        /// The vendor did not answer in time.
        VendorTimeout => Timeout, "the vendor did not answer in time; try again shortly";
        /// The vendor asks to slow down until `retryAt`.
        VendorRateLimited { retry_at: Timestamp } => TooManyRequests, "the vendor asks to slow down until {retry_at}";
        /// The vendor's daily budget of calls is used up until `retryAt`.
        VendorQuotaExhausted { retry_at: Timestamp } => TooManyRequests, "the vendor's budget of calls is used up until {retry_at}";
        /// The vendor answered with something that cannot be understood, such as a maintenance page.
        VendorAnswerNotUnderstood => ServiceUnavailable, "the vendor's answer could not be understood; try again shortly";
        /// The user who authorised the connector lacks a permission at the vendor, for `subject`.
        VendorPermissionMissing { subject: String } => PreconditionFailed, "the authorising user lacks a permission at the vendor, for {subject}";
        /// The vendor does not accept how the connector is set up, or this deployment's registration.
        VendorRequestRefused => PreconditionFailed, "the vendor does not accept how this connector is set up, or this deployment's registration";
    }
}

impl Method for CompleteAuth {
    const NAME: &'static str = "connector.completeAuth";
    const EFFECT: Effect = Effect::Mutation {
        audit: "connector.completeAuth",
        idempotent: true,
        topics: &[topics::CONNECTORS, topics::JOBS],
    };
    type Caller = Admin;
    type Output = Connector;
    type Refusal = CompleteAuthRefusal;

    fn example() -> Example<Self> {
        Example {
            params: CompleteAuth { code: sample::OAUTH_CODE.into(), state: sample::OAUTH_STATE.into() },
            result: Connector {
                id: sample::PENDING_CONNECTOR_ID,
                name: "Salesforce Pending".into(),
                connected_at: Some(Timestamp(sample::now())),
                inputs_through: None,
                last_synced_at: None,
                ..example_connector()
            },
        }
    }
}
