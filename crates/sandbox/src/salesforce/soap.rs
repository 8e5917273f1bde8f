//! The one SOAP call that clients still use: `login` with user name and password, for a session id.
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::auth::{organization_id, user_id};
use super::server::Call;
use super::{Shared, held};

pub(super) fn login(shared: &Shared, call: &Call) -> Response<Bytes> {
    let envelope = String::from_utf8_lossy(&call.body);
    let get = |name: &str| element(&envelope, name).unwrap_or_default();
    if get("username") != shared.options.username || get("password") != shared.options.password {
        let code = "INVALID_LOGIN";
        let fault = format!(
            "<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: Invalid username, password, security token; \
             or user locked out.</faultstring></soapenv:Fault>"
        );
        return xml(StatusCode::INTERNAL_SERVER_ERROR, &fault);
    }
    let session = held(&shared.auth).issue_access(shared.options.access_token_ttl);
    let version = call.path().rsplit('/').next().unwrap_or("60.0");
    let (organization, user, base) = (organization_id(), user_id(), &shared.base_url);
    let result = format!(
        "<loginResponse><result><metadataServerUrl>{base}/services/Soap/m/{version}/{organization}</metadataServerUrl>\
         <passwordExpired>false</passwordExpired><sandbox>true</sandbox>\
         <serverUrl>{base}/services/Soap/u/{version}/{organization}</serverUrl><sessionId>{session}</sessionId>\
         <userId>{user}</userId><userInfo><organizationId>{organization}</organizationId><userId>{user}</userId>\
         <userName>{}</userName></userInfo></result></loginResponse>",
        shared.options.username
    );
    xml(StatusCode::OK, &result)
}

/// The text of the first element with this local name.
fn element(xml: &str, name: &str) -> Option<String> {
    let open = xml.match_indices(name).find_map(|(at, _)| {
        let before = xml[..at].chars().next_back()?;
        let rest = xml[at + name.len()..].strip_prefix('>')?;
        matches!(before, '<' | ':').then_some(rest)
    })?;
    let text = open.split("</").next()?;
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(text.replace("&amp;", "&"))
}

fn xml(code: StatusCode, inner: &str) -> Response<Bytes> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\">\
         <soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    );
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8"));
    response
}
