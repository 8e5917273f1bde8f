//! Texts with a rule.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

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
    fn an_activity_type_may_be_named_as_its_source_does_but_not_blank() {
        for name in ["demo_request", "Call", "Besuch vor Ort", "ÿ"] {
            assert_eq!(ActivityType::try_from(name.to_owned()).unwrap().as_str(), name);
        }
        for name in ["", " ", "call ", "a\nb", &"x".repeat(101)] {
            assert!(ActivityType::try_from(name.to_owned()).is_err(), "{name:?}");
        }
    }
}
