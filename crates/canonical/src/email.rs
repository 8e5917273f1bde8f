//! An e-mail address as people are matched by: lower case, and plausible.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::Domain;
use crate::free_mail::is_free_mail_domain;

/// A lower-cased address with one `@` and a domain that could exist. Whether mail arrives is not known.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(Box<str>);

/// The text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmail;

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').expect("an address has an @").1
    }

    /// The domain by which its owner's company is known: none for free mail services.
    pub fn account_domain(&self) -> Option<&str> {
        Some(self.domain()).filter(|domain| !is_free_mail_domain(domain))
    }
}

/// Accepts what the common mail systems accept: up to 64 bytes of atoms, `@`, a domain. Quoted local parts, comments and
/// address literals are refused, as no CRM delivers them.
impl FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let text =
            text.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")).map_or(text, |_| &text[7..]);
        let (local, host) = text.rsplit_once('@').ok_or(NotAnEmail)?;
        if text.len() > 254 || !is_local_part(local) || host.contains([':', '/', '?', '#', '\\', '_']) {
            return Err(NotAnEmail);
        }
        // The domain's own rule, but without its liberties: an address at `www.example.com` stays there.
        host.parse::<Domain>().map_err(|_| NotAnEmail)?;
        if host.ends_with('.') {
            return Err(NotAnEmail);
        }
        Ok(Self(text.to_lowercase().into()))
    }
}

fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty()
        && local.len() <= 64
        && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0.into()
    }
}

impl Deref for Email {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Addresses stay out of logs: only the domain is shown.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(…@{})", self.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_cased_and_trimmed() {
        let table = [
            ("ada@example.com", "ada@example.com"),
            ("  Ada.Lovelace+news@Example.COM ", "ada.lovelace+news@example.com"),
            ("mailto:ada@example.com", "ada@example.com"),
            ("MÜLLER@bücher.example", "müller@bücher.example"),
            ("o'brien@example.co.uk", "o'brien@example.co.uk"),
            ("a@www.example.com", "a@www.example.com"),
        ];
        for (text, email) in table {
            assert_eq!(text.parse::<Email>().as_deref(), Ok(email), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let table = [
            "",
            "n/a",
            "none",
            "@example.com",
            "ada@",
            "ada@example",
            "ada example@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@b@example.com",
            "a@-example.com",
            "a@example.com.",
            "a@10.0.0.1",
            "a@example.com/path",
            "\"a b\"@example.com",
            "a@http://example.com",
            "a@ex_ample.com",
            &long,
        ];
        for text in table {
            assert_eq!(text.parse::<Email>(), Err(NotAnEmail), "{text}");
        }
    }

    #[test]
    fn a_free_mail_address_names_no_account() {
        let email = |text: &str| text.parse::<Email>().unwrap();
        assert_eq!(email("a@gmail.com").account_domain(), None);
        assert_eq!(email("a@example.com").account_domain(), Some("example.com"));
    }

    #[test]
    fn debug_output_does_not_show_who_it_is() {
        let email: Email = "ada@example.com".parse().unwrap();
        assert_eq!(format!("{email:?}"), "Email(…@example.com)");
    }
}
