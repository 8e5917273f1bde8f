//! The page at `/`: one self-contained document that reads `/openrpc.json` and lets a person search and try the methods.
//! It knows no method by name.

use std::sync::OnceLock;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderValue, Response, header};
use http_body_util::Full;
use hyper::body::Bytes;
use sha2::{Digest, Sha256};

const HTML: &str = include_str!("explorer/page.html");
const STYLE: &str = include_str!("explorer/page.css");
const SCRIPT: &str = include_str!("explorer/page.js");

/// The page with its policy. Style and script are allowed by their hash and nothing else is: not from other hosts, not
/// injected, not evaluated.
pub(crate) fn page() -> Response<Full<Bytes>> {
    static PAGE: OnceLock<(Bytes, HeaderValue)> = OnceLock::new();
    let (body, policy) = PAGE.get_or_init(|| {
        let html = HTML.replace("/*style*/", STYLE).replace("/*script*/", SCRIPT);
        let policy = HeaderValue::from_str(&policy()).expect("a policy of plain ASCII is a header value");
        (html.into(), policy)
    });
    let mut answer = Response::new(Full::new(body.clone()));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_from_outside_and_builds_no_markup_from_texts() {
        assert!(HTML.contains("<style>/*style*/</style>") && HTML.contains("<script>/*script*/</script>"));
        let whole = [HTML, STYLE, SCRIPT].concat();
        for outside in
            ["http://", "https://", "//cdn", "@import", "innerHTML", "eval(", "localStorage", "onclick="]
        {
            assert!(!whole.contains(outside), "{outside}");
        }
    }

    #[test]
    fn the_policy_names_the_very_bytes_that_are_served() {
        let answer = page();
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains(&BASE64_STANDARD.encode(Sha256::digest(SCRIPT))));
        assert!(!policy.contains("unsafe"));
    }
}
