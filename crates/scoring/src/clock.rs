//! Time as this crate sees it: integers given from outside.

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// The two clocks of every score, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clock {
    /// What happened later than this does not count.
    pub as_of: i64,
    /// What was recorded later than this was not known, and does not count.
    pub known_at: i64,
}

impl Clock {
    /// Both clocks at one instant: "now, as known now".
    ///
    /// ```
    /// let clock = scoring::Clock::at(1_000);
    /// assert_eq!((clock.as_of, clock.known_at), (1_000, 1_000));
    /// ```
    pub const fn at(instant: i64) -> Clock {
        Clock { as_of: instant, known_at: instant }
    }
}
