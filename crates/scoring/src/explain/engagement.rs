//! Why a person is engaged: what each activity, or group of alike ones, is worth and what it lost on the way.

use crate::apportion::apportion;
use crate::channel::{CHANNELS, Channel};
use crate::clock::Clock;
use crate::decay::{VALUE_FRACTION, to_thousandths};
use crate::engagement::{Activity, EngagementState};
use crate::points::{Factor, Points};
use crate::prepared::{PreparedEngagement, TypeIndex};
use alloc::string::String;
use alloc::vec::Vec;

/// Whether alike activities share a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// One line per type.
    ByType,
    /// One line per activity.
    Each,
}

/// An engagement score and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct EngagementExplanation {
    /// The instant explained, in microseconds since 1970.
    pub as_of: i64,
    /// The score.
    pub score: Points,
    /// What counts, strongest first; net values sum to the score.
    pub lines: Vec<EngagementLine>,
}

/// An activity or a group of alike ones.
///
/// `base − quality_loss − decay_loss − cap_loss − clamp_loss = net`, exactly, and no loss is negative.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct EngagementLine {
    /// The type's name; `None` for types nobody has decided about.
    pub activity_type: Option<String>,
    /// Its channel.
    pub channel: Channel,
    /// How many activities.
    pub count: u64,
    /// The oldest of them.
    pub oldest_at: i64,
    /// The newest of them.
    pub newest_at: i64,
    /// Count times weight.
    pub base: Points,
    /// The type's quality.
    pub quality: Factor,
    /// What quality takes.
    pub quality_loss: Points,
    /// What age takes.
    pub decay_loss: Points,
    /// What the channel's cap takes.
    pub cap_loss: Points,
    /// What the limit of 100 takes.
    pub clamp_loss: Points,
    /// What is left.
    pub net: Points,
    /// The activity's position in what was given, when each has a line of its own.
    pub position: Option<usize>,
}

struct Group {
    kind: TypeIndex,
    channel: usize,
    count: u64,
    oldest_at: i64,
    newest_at: i64,
    sum: i128,
    position: Option<usize>,
}

/// Explains the score that these activities of one person make at the clock.
///
/// ```
/// use scoring::*;
/// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
/// let now = 1_700_000_000_000_000;
/// let demo = Activity { kind: config.type_index("demo_request"), occurred_at: now - 30 * DAY, recorded_at: now };
/// let explained = explain_engagement(&config, [demo, demo, demo], Clock::at(now), Grouping::ByType);
/// assert_eq!(explained.score, Points::whole(40));
/// let line = &explained.lines[0];
/// assert_eq!((line.base, line.decay_loss, line.cap_loss), (Points::whole(120), Points::whole(60), Points::whole(20)));
/// ```
pub fn explain_engagement(
    config: &PreparedEngagement,
    activities: impl IntoIterator<Item = Activity>,
    clock: Clock,
    grouping: Grouping,
) -> EngagementExplanation {
    let mut fold = ExplanationFold::new(config, clock, grouping);
    activities.into_iter().for_each(|activity| fold.push(activity));
    fold.finish()
}

/// [`explain_engagement`] for activities that come one by one. Grouped by type, its memory does not grow with them.
///
/// ```
/// use scoring::*;
/// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
/// let mut fold = ExplanationFold::new(&config, Clock::at(0), Grouping::ByType);
/// fold.push(Activity { kind: config.type_index("demo_request"), occurred_at: 0, recorded_at: 0 });
/// assert_eq!(fold.score(), Points::whole(40));
/// assert_eq!(fold.finish().lines.len(), 1);
/// ```
pub struct ExplanationFold<'a> {
    config: &'a PreparedEngagement,
    clock: Clock,
    grouping: Grouping,
    state: EngagementState,
    groups: Vec<Group>,
    seen: usize,
}

impl<'a> ExplanationFold<'a> {
    /// A person of whom nothing is known yet.
    pub fn new(config: &'a PreparedEngagement, clock: Clock, grouping: Grouping) -> ExplanationFold<'a> {
        let state = EngagementState::empty(config, clock.as_of);
        ExplanationFold { config, clock, grouping, state, groups: Vec::new(), seen: 0 }
    }

    /// The next activity of this person; one that does not count leaves no line.
    pub fn push(&mut self, activity: Activity) {
        let position = self.seen;
        self.seen += 1;
        let Ok((channel, value)) = self.state.signal(self.config, activity, self.clock) else { return };
        let _ = self.state.add(self.config, activity, self.clock);
        let alike = match self.grouping {
            Grouping::ByType => self.groups.iter_mut().find(|group| group.kind == activity.kind),
            Grouping::Each => None,
        };
        match alike {
            Some(group) => group.take(activity, value),
            None => self.groups.push(Group {
                kind: activity.kind,
                channel,
                count: 1,
                oldest_at: activity.occurred_at,
                newest_at: activity.occurred_at,
                sum: value,
                position: (self.grouping == Grouping::Each).then_some(position),
            }),
        }
    }

    /// The score so far.
    pub fn score(&self) -> Points {
        self.state.score_at(self.config, self.clock.as_of)
    }

    /// The score and its lines.
    pub fn finish(self) -> EngagementExplanation {
        let as_of = self.clock.as_of;
        let score = self.score();
        let mut lines = lines(self.config, &self.state, as_of, score, &self.groups);
        lines.sort_by_key(|line| (core::cmp::Reverse(line.net), core::cmp::Reverse(line.newest_at)));
        EngagementExplanation { as_of, score, lines }
    }
}

impl Group {
    fn take(&mut self, activity: Activity, value: i128) {
        self.count += 1;
        self.oldest_at = self.oldest_at.min(activity.occurred_at);
        self.newest_at = self.newest_at.max(activity.occurred_at);
        self.sum = self.sum.wrapping_add(value);
    }
}

/// A channel's value in thousandths at each stage: after decay, after its cap, after the limit of 100.
struct Stages {
    decayed: i64,
    capped: i64,
    net: i64,
}

fn stages(
    config: &PreparedEngagement,
    state: &EngagementState,
    at: i64,
    score: Points,
) -> [Stages; CHANNELS] {
    let values = state.values_at(config, at);
    let weights = values.map(|(_, capped)| capped);
    let ceilings = weights.map(|capped| (capped * 1000).div_ceil(1 << VALUE_FRACTION) as i64);
    let net = apportion(score.thousandths(), &weights, &ceilings);
    let clamped = weights.iter().sum::<u128>() > 100 << VALUE_FRACTION;
    core::array::from_fn(|index| {
        // a stage that takes nothing leaves the number as it is, whichever way that was rounded
        let (raw, capped) = values[index];
        let net = net[index];
        let after_cap = if clamped { to_thousandths(capped).max(net) } else { net };
        let decayed = if raw > capped { to_thousandths(raw).max(after_cap) } else { after_cap };
        Stages { decayed, capped: after_cap, net }
    })
}

fn lines(
    config: &PreparedEngagement,
    state: &EngagementState,
    at: i64,
    score: Points,
    groups: &[Group],
) -> Vec<EngagementLine> {
    let stages = stages(config, state, at, score);
    let mut lines = Vec::with_capacity(groups.len());
    for (channel, stage) in Channel::ALL.into_iter().zip(stages) {
        let here: Vec<&Group> = groups.iter().filter(|group| group.channel == channel.index()).collect();
        let worths: Vec<i64> = here.iter().map(|group| worth(config, group).1).collect();
        let sums: Vec<u128> = here.iter().map(|group| group.sum.max(0) as u128).collect();
        let decayed = apportion(stage.decayed, &sums, &worths);
        let capped = apportion(stage.capped, &sums, &decayed);
        let net = apportion(stage.net, &sums, &capped);
        for (index, group) in here.into_iter().enumerate() {
            let (base, worth) = worth(config, group);
            let points = Points::from_thousandths;
            lines.push(EngagementLine {
                activity_type: config.type_name(group.kind).map(String::from),
                channel,
                count: group.count,
                oldest_at: group.oldest_at,
                newest_at: group.newest_at,
                base: points(base),
                quality: config.type_rule(group.kind).map_or(Factor::ZERO, |rule| rule.quality),
                quality_loss: points(base - worth),
                decay_loss: points(worth - decayed[index]),
                cap_loss: points(decayed[index] - capped[index]),
                clamp_loss: points(capped[index] - net[index]),
                net: points(net[index]),
                position: group.position,
            });
        }
    }
    lines
}

/// Count times weight, and that times quality (rounded up), in thousandths.
fn worth(config: &PreparedEngagement, group: &Group) -> (i64, i64) {
    let Some(rule) = config.type_rule(group.kind) else { return (0, 0) };
    let base = i128::from(group.count) * i128::from(rule.weight.thousandths());
    let worth = (base * i128::from(rule.quality.thousandths()) + 999) / 1000;
    (base as i64, worth as i64)
}
