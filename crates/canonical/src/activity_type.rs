//! The names of the things people do, and the channel each belongs to. What an activity is worth is not known here.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where an activity took place; engagement is capped per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Web,
    Meetings,
    Events,
    Intent,
    Email,
    Content,
    Ads,
    Other,
}

impl Channel {
    pub const ALL: [Self; 8] = [
        Self::Web,
        Self::Meetings,
        Self::Events,
        Self::Intent,
        Self::Email,
        Self::Content,
        Self::Ads,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Meetings => "meetings",
            Self::Events => "events",
            Self::Intent => "intent",
            Self::Email => "email",
            Self::Content => "content",
            Self::Ads => "ads",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == text)
            .ok_or_else(|| format!("no channel is called `{text}`"))
    }
}

macro_rules! activity_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal on $channel:ident),+ $(,)?) => {
        /// What somebody did. A name outside the list is kept as it came, on the channel `other`, until someone
        /// decides what it means.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ActivityType {
            $($(#[$doc])* $variant,)+
            /// A name that is none of the above; never one of their names, when built by `From<&str>`.
            Unknown(Box<str>),
        }

        impl ActivityType {
            /// Every type with a meaning, in order of worth.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Unknown(name) => name,
                }
            }

            pub const fn channel(&self) -> Channel {
                match self {
                    $(Self::$variant => Channel::$channel,)+
                    Self::Unknown(_) => Channel::Other,
                }
            }

            /// The known type of that exact name.
            pub fn known(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

activity_types! {
    DemoRequest = "demo_request" on Web,
    EventAttend = "event_attend" on Events,
    MeetingAttend = "meeting_attend" on Meetings,
    FormFill = "form_fill" on Web,
    ContentDownload = "content_download" on Content,
    IntentSignal = "intent_signal" on Intent,
    EmailClick = "email_click" on Email,
    AdClick = "ad_click" on Ads,
    EmailThread = "email_thread" on Email,
    EmailOpen = "email_open" on Email,
    PageView = "page_view" on Web,
    EmailSent = "email_sent" on Email,
    /// A recording exists. It is shown, and never scored: the attendance of its participants is.
    MeetingRecorded = "meeting_recorded" on Meetings,
}

impl ActivityType {
    /// Whether it may count towards engagement at all.
    pub const fn is_scored(&self) -> bool {
        !matches!(self, Self::MeetingRecorded)
    }
}

impl From<&str> for ActivityType {
    fn from(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| Self::Unknown(name.into()))
    }
}

impl FromStr for ActivityType {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(name.into())
    }
}

impl fmt::Display for ActivityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ActivityType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ActivityType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(Self::from(name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_types_and_channels_is_the_one_scoring_publishes() {
        let table = [
            ("demo_request", "web"),
            ("event_attend", "events"),
            ("meeting_attend", "meetings"),
            ("form_fill", "web"),
            ("content_download", "content"),
            ("intent_signal", "intent"),
            ("email_click", "email"),
            ("ad_click", "ads"),
            ("email_thread", "email"),
            ("email_open", "email"),
            ("page_view", "web"),
            ("email_sent", "email"),
            ("meeting_recorded", "meetings"),
        ];
        assert_eq!(ActivityType::KNOWN.len(), table.len());
        for (name, channel) in table {
            let kind = ActivityType::known(name).unwrap();
            assert_eq!((kind.as_str(), kind.channel().as_str()), (name, channel));
        }
    }

    #[test]
    fn an_unknown_type_keeps_its_name_on_the_channel_other() {
        let call: ActivityType = serde_json::from_str("\"call\"").unwrap();
        assert_eq!((call.as_str(), call.channel()), ("call", Channel::Other));
        assert_eq!(serde_json::to_string(&call).unwrap(), "\"call\"");
    }

    #[test]
    fn only_a_recording_is_never_scored() {
        let unscored: Vec<_> = ActivityType::KNOWN.iter().filter(|kind| !kind.is_scored()).collect();
        assert_eq!(unscored, [&ActivityType::MeetingRecorded]);
    }

    #[test]
    fn every_channel_reads_back_its_name() {
        for channel in Channel::ALL {
            assert_eq!(channel.as_str().parse(), Ok(channel));
        }
    }
}
