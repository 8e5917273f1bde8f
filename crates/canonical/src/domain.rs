//! A domain name as companies are known by: lower case, without scheme, `www.`, port or path.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::free_mail::is_free_mail_domain;

/// A normalised domain name, such as `example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(Box<str>);

/// The text holds no domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a domain name")]
pub struct NotADomain;

impl Domain {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can name an account: a free mail service's domain never does.
    pub fn names_an_account(&self) -> bool {
        !is_free_mail_domain(&self.0)
    }

    /// The domain in `text` if it can name an account.
    pub fn of_account(text: &str) -> Option<Self> {
        text.parse().ok().filter(Self::names_an_account)
    }
}

/// Accepts a bare domain or a web address.
///
/// ```
/// use canonical::Domain;
/// assert_eq!("https://www.Example.com/about".parse::<Domain>().unwrap().as_str(), "example.com");
/// ```
impl FromStr for Domain {
    type Err = NotADomain;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = host.strip_prefix("//").unwrap_or(host);
        let host = host.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.split(':').next().unwrap_or_default();
        let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
        // `www.com` is a name of its own: strip only what leaves a domain behind.
        let name = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(&host);
        if is_domain_name(name) { Ok(Self(name.into())) } else { Err(NotADomain) }
    }
}

fn is_domain_name(name: &str) -> bool {
    name.len() <= 253
        && name.contains('.')
        && name.split('.').all(is_label)
        && !name.rsplit('.').next().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

impl TryFrom<String> for Domain {
    type Error = NotADomain;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0.into()
    }
}

impl Deref for Domain {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_domain_become_one() {
        let table = [
            ("example.com", "example.com"),
            ("EXAMPLE.com", "example.com"),
            ("  example.com ", "example.com"),
            ("http://example.com", "example.com"),
            ("https://www.example.com/", "example.com"),
            ("HTTPS://WWW.EXAMPLE.COM/a/b?c#d", "example.com"),
            ("www.example.co.uk", "example.co.uk"),
            ("//example.com/x", "example.com"),
            ("example.com:8080", "example.com"),
            ("https://user:pw@example.com/", "example.com"),
            ("example.com.", "example.com"),
            ("example.com?utm=1", "example.com"),
            ("shop.example.com", "shop.example.com"),
            ("www.com", "www.com"),
            ("Bücher.example", "bücher.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ];
        for (text, domain) in table {
            assert_eq!(text.parse::<Domain>().as_deref(), Ok(domain), "{text}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let long = format!("{}.com", "a".repeat(64));
        for text in [
            "",
            "n/a",
            "localhost",
            "example",
            ".com",
            "a..b",
            "-a.com",
            "a b.com",
            "10.0.0.1",
            "http://",
            &long,
        ] {
            assert_eq!(text.parse::<Domain>(), Err(NotADomain), "{text}");
        }
    }

    #[test]
    fn a_free_mail_domain_never_names_an_account() {
        assert_eq!(Domain::of_account("www.gmail.com"), None);
        assert_eq!(Domain::of_account("yahoo.co.uk"), None);
        assert_eq!(Domain::of_account("https://example.com").as_deref(), Some("example.com"));
    }
}
