//! The channels an activity can come through. Each has its own cap.

use core::fmt;

/// Where an activity happened. The order is that of the integers in an engagement state: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Channel {
    /// The web site.
    Web,
    /// Meetings.
    Meetings,
    /// Events.
    Events,
    /// Intent data.
    Intent,
    /// E-mail.
    Email,
    /// Content.
    Content,
    /// Advertising.
    Ads,
    /// Whatever nobody has decided about yet.
    Other,
}

/// How many channels there are.
pub const CHANNELS: usize = 8;

impl Channel {
    /// Every channel, in order.
    pub const ALL: [Channel; CHANNELS] = [
        Channel::Web,
        Channel::Meetings,
        Channel::Events,
        Channel::Intent,
        Channel::Email,
        Channel::Content,
        Channel::Ads,
        Channel::Other,
    ];

    /// The position in [`Channel::ALL`] and in an engagement state.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name on the wire.
    ///
    /// ```
    /// assert_eq!(scoring::Channel::Ads.name(), "ads");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::Meetings => "meetings",
            Channel::Events => "events",
            Channel::Intent => "intent",
            Channel::Email => "email",
            Channel::Content => "content",
            Channel::Ads => "ads",
            Channel::Other => "other",
        }
    }

    /// The channel of a wire name.
    ///
    /// ```
    /// use scoring::Channel;
    /// assert_eq!(Channel::from_name("web"), Some(Channel::Web));
    /// assert_eq!(Channel::from_name("fax"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
