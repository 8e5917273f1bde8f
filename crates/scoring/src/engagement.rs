//! A person's engagement by forward decay in integers: one integer per channel, whatever the length of the history.
//!
//! Relative to a landmark L an activity at t adds `v = round(weight · quality · 2^((t−L)/h) · 2^F)`, and a channel's
//! value at T is `Σv · 2^(−(T−L)/h − F)` (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009, with integers
//! in place of floats). Sums of integers do not depend on order, and what was added can be taken back by one
//! subtraction. L is fixed by the instant of the score ([`LANDMARK_PERIOD`](crate::LANDMARK_PERIOD)); another landmark
//! or another configuration is another fold. Bounds: [`FRACTION_BITS`](crate::FRACTION_BITS), [`REACH`](crate::REACH),
//! [`MEMORY`](crate::MEMORY).

use crate::channel::{CHANNELS, Channel};
use crate::clock::Clock;
use crate::decay::{self, HalfLife, Power, VALUE_FRACTION};
use crate::points::Points;
use crate::prepared::{PreparedEngagement, TypeIndex};

/// A thing a person did, as far as a score is concerned. Times are microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Activity {
    /// What it was; from [`PreparedEngagement::type_index`].
    pub kind: TypeIndex,
    /// When it happened.
    pub occurred_at: i64,
    /// When it was recorded here.
    pub recorded_at: i64,
}

/// What became of an activity that was offered to a state.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// It counts.
    Yes,
    /// It happened after the clock's `as_of`.
    AfterAsOf,
    /// It was recorded after the clock's `known_at`.
    NotYetKnown,
    /// Its type is never scored.
    NeverScored,
    /// It lies beyond what this state's landmark can hold: fold the person again at a later clock.
    Outgrown,
}

/// What a person's activities add up to: one integer per channel, relative to a landmark.
///
/// A value of this type belongs to one engagement configuration; the caller keeps its hash beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngagementState {
    landmark: i64,
    sums: [i128; CHANNELS],
}

/// A channel's part in a score, at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelScore {
    /// Which channel.
    pub channel: Channel,
    /// Before the cap.
    pub raw: Points,
    /// After the cap.
    pub capped: Points,
}

impl EngagementState {
    /// Bytes of [`EngagementState::to_bytes`].
    pub const BYTES: usize = 8 + 16 * CHANNELS;

    /// Nothing yet, relative to the landmark of `as_of`.
    ///
    /// ```
    /// use scoring::{EngagementConfig, EngagementState, Points, PreparedEngagement};
    /// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
    /// assert_eq!(EngagementState::empty(&config, 0).score_at(&config, 0), Points::ZERO);
    /// ```
    pub fn empty(config: &PreparedEngagement, as_of: i64) -> EngagementState {
        EngagementState::at_landmark(config.half_life().landmark(as_of))
    }

    pub(crate) fn at_landmark(landmark: i64) -> EngagementState {
        EngagementState { landmark, sums: [0; CHANNELS] }
    }

    /// The instant the integers are relative to.
    pub fn landmark(&self) -> i64 {
        self.landmark
    }

    /// The integer of each channel, in the order of [`Channel::ALL`].
    pub fn sums(&self) -> &[i128; CHANNELS] {
        &self.sums
    }

    /// From what [`landmark`](EngagementState::landmark) and [`sums`](EngagementState::sums) gave.
    pub fn from_parts(landmark: i64, sums: [i128; CHANNELS]) -> EngagementState {
        EngagementState { landmark, sums }
    }

    /// Whether this is the landmark of `as_of`. If not, the person must be folded again from the log: once in
    /// [`LANDMARK_PERIOD`](crate::LANDMARK_PERIOD) half-lives.
    pub fn is_current(&self, config: &PreparedEngagement, as_of: i64) -> bool {
        self.landmark == config.half_life().landmark(as_of)
    }

    /// Adds an activity if it counts at the clock. In any order; the sum is the same.
    ///
    /// ```
    /// use scoring::{Activity, Clock, Counted, EngagementConfig, EngagementState, Points, PreparedEngagement};
    /// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
    /// let now = 1_700_000_000_000_000;
    /// let demo = Activity { kind: config.type_index("demo_request"), occurred_at: now, recorded_at: now };
    /// let mut state = EngagementState::empty(&config, now);
    /// assert_eq!(state.add(&config, demo, Clock::at(now)), Counted::Yes);
    /// assert_eq!(state.score_at(&config, now), Points::whole(40));
    /// assert_eq!(state.score_at(&config, now + 30 * scoring::DAY), Points::whole(20));
    /// ```
    #[inline]
    pub fn add(&mut self, config: &PreparedEngagement, activity: Activity, clock: Clock) -> Counted {
        match self.signal(config, activity, clock) {
            Ok((channel, value)) => {
                self.sums[channel] = self.sums[channel].wrapping_add(value);
                Counted::Yes
            }
            Err(refused) => refused,
        }
    }

    /// Takes an activity back that was added before (a merge, an erasure, a burst of bots, a correction). Exact.
    ///
    /// ```
    /// # use scoring::{Activity, Clock, EngagementConfig, EngagementState, PreparedEngagement};
    /// # let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
    /// # let mut state = EngagementState::empty(&config, 0);
    /// let open = Activity { kind: config.type_index("email_open"), occurred_at: -5, recorded_at: 0 };
    /// let before = state;
    /// let _ = state.add(&config, open, Clock::at(0));
    /// let _ = state.take_back(&config, open, Clock::at(0));
    /// assert_eq!(state, before);
    /// ```
    #[inline]
    pub fn take_back(&mut self, config: &PreparedEngagement, activity: Activity, clock: Clock) -> Counted {
        match self.signal(config, activity, clock) {
            Ok((channel, value)) => {
                self.sums[channel] = self.sums[channel].wrapping_sub(value);
                Counted::Yes
            }
            Err(refused) => refused,
        }
    }

    /// Adds all of another person's activities (a merge). `false`, and nothing done, when the landmarks differ.
    #[must_use]
    pub fn absorb(&mut self, other: &EngagementState) -> bool {
        if self.landmark != other.landmark {
            return false;
        }
        for (sum, other) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.wrapping_add(other);
        }
        true
    }

    /// The score at an instant: capped channels added, at most 100. Every activity in the state must have happened by
    /// then; the later the instant, the lower the score.
    #[inline]
    pub fn score_at(&self, config: &PreparedEngagement, at: i64) -> Points {
        self.score_faded(config, self.fading(config.half_life(), at))
    }

    /// What the state fades by at an instant; the same for all states of one landmark.
    #[inline]
    pub(crate) fn fading(&self, half_life: &HalfLife, at: i64) -> Power {
        half_life.power(self.landmark.saturating_sub(at))
    }

    #[inline]
    pub(crate) fn score_faded(&self, config: &PreparedEngagement, fading: Power) -> Points {
        let mut total = 0;
        for (sum, cap) in self.sums.iter().zip(config.caps()) {
            if *sum != 0 {
                total += decay::decayed(*sum, fading).min(u128::from(*cap));
            }
        }
        Points::from_thousandths(decay::to_thousandths(total.min(100 << VALUE_FRACTION)))
    }

    /// What each channel gives at an instant. The score is the sum of the capped values, at most 100, rounded once:
    /// it can differ from the sum of the rounded ones by some thousandths.
    pub fn channels_at(&self, config: &PreparedEngagement, at: i64) -> [ChannelScore; CHANNELS] {
        let values = self.values_at(config, at);
        core::array::from_fn(|index| {
            let (raw, capped) = values[index];
            ChannelScore {
                channel: Channel::ALL[index],
                raw: Points::from_thousandths(decay::to_thousandths(raw)),
                capped: Points::from_thousandths(decay::to_thousandths(capped)),
            }
        })
    }

    /// (raw, capped) of each channel, with [`VALUE_FRACTION`] fraction bits.
    pub(crate) fn values_at(&self, config: &PreparedEngagement, at: i64) -> [(u128, u128); CHANNELS] {
        let fading = self.fading(config.half_life(), at);
        core::array::from_fn(|index| {
            let raw = decay::decayed(self.sums[index], fading);
            (raw, raw.min(u128::from(config.caps()[index])))
        })
    }

    /// What an activity adds, and where.
    #[inline]
    pub(crate) fn signal(
        &self,
        config: &PreparedEngagement,
        activity: Activity,
        clock: Clock,
    ) -> Result<(usize, i128), Counted> {
        if activity.occurred_at > clock.as_of {
            return Err(Counted::AfterAsOf);
        }
        if activity.recorded_at > clock.known_at {
            return Err(Counted::NotYetKnown);
        }
        let worth = config.worth(activity.kind).ok_or(Counted::NeverScored)?;
        let power = config.half_life().power(activity.occurred_at.saturating_sub(self.landmark));
        let value = decay::accumulate(worth.value, power).ok_or(Counted::Outgrown)?;
        Ok((worth.channel, value))
    }

    /// The landmark and the integers, little-endian: for a database column or a hash.
    ///
    /// ```
    /// use scoring::EngagementState;
    /// let state = EngagementState::from_parts(-7, [1, 2, 3, 4, 5, 6, 7, -8]);
    /// assert_eq!(EngagementState::from_bytes(&state.to_bytes()), Some(state));
    /// ```
    pub fn to_bytes(&self) -> [u8; EngagementState::BYTES] {
        let mut bytes = [0; EngagementState::BYTES];
        let (landmark, sums) = bytes.split_at_mut(8);
        landmark.copy_from_slice(&self.landmark.to_le_bytes());
        for (slot, sum) in sums.chunks_exact_mut(16).zip(self.sums) {
            slot.copy_from_slice(&sum.to_le_bytes());
        }
        bytes
    }

    /// The state of [`to_bytes`](EngagementState::to_bytes); `None` when the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<EngagementState> {
        let (landmark, sums) = bytes.split_first_chunk::<8>()?;
        let (sums, rest) = sums.as_chunks::<16>();
        if sums.len() != CHANNELS || !rest.is_empty() {
            return None;
        }
        let sums = core::array::from_fn(|index| i128::from_le_bytes(sums[index]));
        Some(EngagementState { landmark: i64::from_le_bytes(*landmark), sums })
    }
}

/// Folds the activities of one person, in any order, without allocating.
///
/// ```
/// use scoring::{Activity, Clock, EngagementConfig, PersonFold, Points, PreparedEngagement, DAY};
/// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
/// let now = 1_700_000_000_000_000;
/// let mut fold = PersonFold::new(&config, Clock::at(now));
/// for days in [0, 30, 60] {
///     let at = now - days * DAY;
///     let _ = fold.push(Activity { kind: config.type_index("ad_click"), occurred_at: at, recorded_at: at });
/// }
/// assert_eq!(fold.score(), Points::from_thousandths(2_500 + 1_250 + 625));
/// assert_eq!(fold.counted(), 3);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PersonFold<'a> {
    config: &'a PreparedEngagement,
    clock: Clock,
    state: EngagementState,
    counted: u64,
}

impl<'a> PersonFold<'a> {
    /// A person of whom nothing is known yet.
    pub fn new(config: &'a PreparedEngagement, clock: Clock) -> PersonFold<'a> {
        PersonFold { config, clock, state: EngagementState::empty(config, clock.as_of), counted: 0 }
    }

    /// The next activity of this person.
    #[inline]
    pub fn push(&mut self, activity: Activity) -> Counted {
        let counted = self.state.add(self.config, activity, self.clock);
        self.counted += u64::from(counted == Counted::Yes);
        counted
    }

    /// How many activities counted.
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// The state so far.
    pub fn state(&self) -> &EngagementState {
        &self.state
    }

    /// The score at the clock's `as_of`.
    #[inline]
    pub fn score(&self) -> Points {
        self.state.score_at(self.config, self.clock.as_of)
    }
}

#[cfg(feature = "serde")]
mod wire {
    //! JSON has no 128-bit integers: each sum is a decimal text under its channel's name.

    use super::EngagementState;
    use crate::channel::{CHANNELS, Channel};
    use alloc::collections::BTreeMap;
    use alloc::string::{String, ToString};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wire {
        landmark: i64,
        sums: BTreeMap<Channel, String>,
    }

    impl Serialize for EngagementState {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let sums = Channel::ALL.into_iter().zip(self.sums).filter(|(_, sum)| *sum != 0);
            let sums = sums.map(|(channel, sum)| (channel, sum.to_string())).collect();
            Wire { landmark: self.landmark, sums }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for EngagementState {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let wire = Wire::deserialize(deserializer)?;
            let mut sums = [0; CHANNELS];
            for (channel, sum) in wire.sums {
                sums[channel.index()] = sum.parse().map_err(de::Error::custom)?;
            }
            Ok(EngagementState { landmark: wire.landmark, sums })
        }
    }
}
