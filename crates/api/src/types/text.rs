//! Texts with a rule.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What people call something. Blanks at either end are taken off: `" Spring "` is `"Spring"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Name<const LONGEST: usize = 200>(String);

/// Nobody could read that as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAName {
    Length { longest: usize },
    Unreadable { longest: usize },
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAName::Length { longest } => write!(f, "must have 1 to {longest} characters"),
            NotAName::Unreadable { longest } => write!(
                f,
                "must be a name of 1 to {longest} characters: not blank, and without control characters"
            ),
        }
    }
}

impl std::error::Error for NotAName {}

impl<const LONGEST: usize> TryFrom<&str> for Name<LONGEST> {
    type Error = NotAName;

    fn try_from(text: &str) -> Result<Self, NotAName> {
        // As it was sent, so that the schema's longest is the longest.
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(NotAName::Length { longest: LONGEST });
        }
        let name = text.trim();
        if name.is_empty() || name.contains(char::is_control) {
            return Err(NotAName::Unreadable { longest: LONGEST });
        }
        Ok(Self(name.to_owned()))
    }
}

impl<const LONGEST: usize> TryFrom<String> for Name<LONGEST> {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.as_str().try_into()
    }
}

impl<const LONGEST: usize> From<Name<LONGEST>> for String {
    fn from(name: Name<LONGEST>) -> Self {
        name.0
    }
}

impl<const LONGEST: usize> Deref for Name<LONGEST> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const LONGEST: usize> JsonSchema for Name<LONGEST> {
    // Inline, so that a field's own description and length show in its schema.
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NameUpTo{LONGEST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST,
            // Something that is not blank.
            "pattern": "\\S",
        })
    }
}

/// The name of an activity type. The list is open: a name that nobody has decided about counts little, on the
/// channel `other`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ActivityType(String);

const LONGEST_TYPE: usize = 100;

impl ActivityType {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For names that come from our own records, which sources may have named as they like.
    pub fn of_record(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl TryFrom<String> for ActivityType {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let length = text.chars().count();
        if (1..=LONGEST_TYPE).contains(&length) && text.trim() == text && !text.contains(char::is_control) {
            Ok(Self(text))
        } else {
            Err("must have 1 to 100 characters, no control characters, and no blanks at either end")
        }
    }
}

impl JsonSchema for ActivityType {
    fn schema_name() -> Cow<'static, str> {
        "ActivityType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The name of an activity type. Known: `demo_request`, `event_attend`, `meeting_attend`, \
                `form_fill`, `content_download`, `intent_signal`, `email_click`, `ad_click`, `email_thread`, \
                `email_open`, `page_view`, `email_sent`, and `meeting_recorded`, which is never scored. Any other \
                name counts little, on the channel `other`, until the configuration says more.",
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_TYPE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_is_neither_blank_nor_too_long_nor_full_of_control_characters() {
        let read = |text: &str| Name::<20>::try_from(text);
        for (text, name) in [("Spring", "Spring"), ("  Spring sale \n", "Spring sale"), ("\u{a0}Å\t", "Å")]
        {
            assert_eq!(&*read(text).unwrap(), name);
        }
        for text in [" ", "   ", "\t\n", "\u{a0}\u{2003}", "a\nb", "a\u{0}", "\u{7f}x"] {
            let refused = read(text).unwrap_err();
            assert!(refused.to_string().starts_with("must be a name of 1 to 20 characters"), "{text:?}");
        }
        for text in ["", &"x".repeat(21)] {
            assert_eq!(read(text).unwrap_err().to_string(), "must have 1 to 20 characters", "{text:?}");
        }
        assert_eq!(read(&"Ü".repeat(20)).unwrap().chars().count(), 20);
    }

    #[test]
    fn an_activity_type_may_be_named_as_its_source_does_but_not_blank() {
        for name in ["demo_request", "Call", "Besuch vor Ort", "ÿ"] {
            assert_eq!(ActivityType::try_from(name.to_owned()).unwrap().as_str(), name);
        }
        for name in ["", " ", "call ", "a\nb", &"x".repeat(101)] {
            assert!(ActivityType::try_from(name.to_owned()).is_err(), "{name:?}");
        }
    }
}
