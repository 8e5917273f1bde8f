//! Texts with a rule.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The name of an activity type. The list is open: a name that nobody has decided about counts little, on the
/// channel `other`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ActivityType(String);

const LONGEST_TYPE: usize = 64;

impl ActivityType {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For names that come from our own records, whatever they look like.
    pub fn of_record(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl TryFrom<String> for ActivityType {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if text.len() <= LONGEST_TYPE
            && text.starts_with(|it: char| it.is_ascii_lowercase())
            && text.bytes().all(known)
        {
            Ok(Self(text))
        } else {
            Err("must be 1 to 64 lower-case letters, digits and underscores, beginning with a letter")
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
            "pattern": "^[a-z][a-z0-9_]*$",
        })
    }
}
