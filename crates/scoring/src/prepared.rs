//! Configurations made ready for scoring: validated once, names resolved to indices, texts in lower case.

use crate::channel::CHANNELS;
use crate::channel::Channel;
use crate::clock::DAY;
use crate::config::{
    CombinedConfig, EngagementConfig, FitConfig, NEVER_SCORED, RollUp, SeniorityWeights, TypeRule, Velocity,
    Violation,
};
use crate::decay::{HalfLife, VALUE_BITS, VALUE_FRACTION};
use crate::fit::PreparedFit;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// An activity type of one [`PreparedEngagement`]; meaningless with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeIndex(u16);

impl TypeIndex {
    const NEVER: TypeIndex = TypeIndex(0);
    const UNKNOWN: TypeIndex = TypeIndex(1);
    const FIRST: u16 = 2;

    /// Whether nobody has decided about the type yet.
    pub fn is_unknown(self) -> bool {
        self == TypeIndex::UNKNOWN
    }

    /// Whether the type is never scored.
    pub fn is_never_scored(self) -> bool {
        self == TypeIndex::NEVER
    }
}

/// What one activity of a type is worth, with [`VALUE_BITS`] fraction bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worth {
    pub(crate) value: u64,
    pub(crate) channel: usize,
}

/// An engagement configuration made ready.
#[derive(Clone, Debug)]
pub struct PreparedEngagement {
    config: EngagementConfig,
    half_life: HalfLife,
    names: Vec<String>,
    /// The head of each name: a log has millions of activities, and texts are slow to compare.
    heads: Vec<u64>,
    /// By type index: never scored, unknown, then `names`.
    worths: Vec<Worth>,
    caps: [u64; CHANNELS],
}

impl PreparedEngagement {
    /// Validates and prepares.
    ///
    /// # Errors
    /// Every broken rule.
    pub fn new(config: &EngagementConfig) -> Result<PreparedEngagement, Vec<Violation>> {
        let violations = config.validate();
        if !violations.is_empty() {
            return Err(violations);
        }
        let rules = [&config.unknown_type, &config.unknown_type].into_iter().chain(config.types.values());
        Ok(PreparedEngagement {
            half_life: HalfLife::new(config.half_life_days),
            names: config.types.keys().cloned().collect(),
            heads: config.types.keys().map(|name| head(name)).collect(),
            worths: rules.map(worth).collect(),
            caps: Channel::ALL.map(|channel| cap(config, channel)),
            config: config.clone(),
        })
    }

    /// The index of an activity type's name. Names nobody configured share one index.
    ///
    /// ```
    /// use scoring::{EngagementConfig, PreparedEngagement};
    /// let config = PreparedEngagement::new(&EngagementConfig::default()).unwrap();
    /// assert!(config.type_index("carrier_pigeon").is_unknown());
    /// assert!(config.type_index("meeting_recorded").is_never_scored());
    /// assert_eq!(config.type_name(config.type_index("page_view")), Some("page_view"));
    /// ```
    pub fn type_index(&self, name: &str) -> TypeIndex {
        if name == NEVER_SCORED {
            return TypeIndex::NEVER;
        }
        let head = head(name);
        let alike = self.heads.partition_point(|known| *known < head);
        let end = alike + self.heads[alike..].partition_point(|known| *known == head);
        match self.names[alike..end].binary_search_by(|known| known.as_str().cmp(name)) {
            // validate() admits at most 1,000 types
            Ok(position) => TypeIndex((alike + position) as u16 + TypeIndex::FIRST),
            Err(_) => TypeIndex::UNKNOWN,
        }
    }

    /// The name of a configured type; `None` for the unknown and the never scored.
    pub fn type_name(&self, index: TypeIndex) -> Option<&str> {
        let position = index.0.checked_sub(TypeIndex::FIRST)?;
        self.names.get(usize::from(position)).map(String::as_str)
    }

    /// The rule of a type; the unknown have theirs, the never scored none.
    pub fn type_rule(&self, index: TypeIndex) -> Option<&TypeRule> {
        match self.type_name(index) {
            Some(name) => self.config.types.get(name),
            None => (!index.is_never_scored()).then_some(&self.config.unknown_type),
        }
    }

    /// The configuration this was made from.
    pub fn config(&self) -> &EngagementConfig {
        &self.config
    }

    /// From people to their account.
    pub fn account(&self) -> &RollUp {
        &self.config.account
    }

    /// From contacts to their opportunity.
    pub fn opportunity(&self) -> &RollUp {
        &self.config.opportunity
    }

    /// What a person counts, by title.
    pub fn seniority(&self) -> &SeniorityWeights {
        &self.config.seniority
    }

    /// An opportunity's pace.
    pub fn velocity(&self) -> &Velocity {
        &self.config.velocity
    }

    /// The half-life in microseconds.
    pub fn half_life_micros(&self) -> i64 {
        self.half_life.micros()
    }

    /// The landmark of an instant: a state with another one must be folded again.
    pub fn landmark(&self, instant: i64) -> i64 {
        self.half_life.landmark(instant)
    }

    /// How far ahead a falling score can still change, in microseconds: in 64 half-lives even 2^42 points fade below a
    /// thousandth, and after the expected days of a stage its pace adds nothing.
    pub fn horizon_micros(&self) -> i64 {
        let expected = self.config.velocity.expected_days_per_stage.thousandths() * (DAY / 1000);
        64 * self.half_life.micros() + expected
    }

    pub(crate) fn half_life(&self) -> &HalfLife {
        &self.half_life
    }

    pub(crate) fn caps(&self) -> &[u64; CHANNELS] {
        &self.caps
    }

    #[inline]
    pub(crate) fn worth(&self, index: TypeIndex) -> Option<Worth> {
        if index.is_never_scored() {
            return None;
        }
        // An index of a larger configuration is out of range here: unknown, rather than a panic.
        Some(*self.worths.get(usize::from(index.0)).unwrap_or(&self.worths[1]))
    }
}

/// A text's first eight bytes, in the order of texts.
fn head(name: &str) -> u64 {
    let mut head = [0; 8];
    head.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    u64::from_be_bytes(head)
}

/// weight · quality, both in thousandths, in fractions of 2^-50, to the nearest.
fn worth(rule: &TypeRule) -> Worth {
    let millionths = i128::from(rule.weight.thousandths()) * i128::from(rule.quality.thousandths());
    let value = ((millionths << VALUE_BITS) + 500_000) / 1_000_000;
    Worth { value: value as u64, channel: rule.channel.index() }
}

/// A cap is rounded up to the next 2^-32 of a point, so that a capped channel shows its cap to the thousandth.
fn cap(config: &EngagementConfig, channel: Channel) -> u64 {
    ((config.caps.of(channel).thousandths() as u64) << VALUE_FRACTION).div_ceil(1000)
}

/// All three configurations made ready.
#[derive(Clone, Debug)]
pub struct PreparedConfig {
    /// Fit.
    pub fit: PreparedFit,
    /// Engagement.
    pub engagement: PreparedEngagement,
    /// Combined; needs no preparation but its validation.
    pub combined: CombinedConfig,
}

impl PreparedConfig {
    /// Validates and prepares all three.
    ///
    /// # Errors
    /// Every broken rule of all three, paths prefixed with `fit.`, `engagement.` or `combined.`.
    ///
    /// ```
    /// use scoring::{CombinedConfig, EngagementConfig, FitConfig, Points, PreparedConfig};
    /// let combined = CombinedConfig { band: Points::whole(-1), ..Default::default() };
    /// let refused = PreparedConfig::new(&FitConfig::default(), &EngagementConfig::default(), &combined);
    /// assert_eq!(refused.unwrap_err()[0].path, "combined.band");
    /// ```
    pub fn new(
        fit: &FitConfig,
        engagement: &EngagementConfig,
        combined: &CombinedConfig,
    ) -> Result<PreparedConfig, Vec<Violation>> {
        let mut violations = Vec::new();
        let mut collect = |root: &str, found: Vec<Violation>| {
            violations
                .extend(found.into_iter().map(|v| Violation { path: format!("{root}.{}", v.path), ..v }));
        };
        collect("combined", combined.validate());
        let fit = PreparedFit::new(fit).map_err(|found| collect("fit", found));
        let engagement = PreparedEngagement::new(engagement).map_err(|found| collect("engagement", found));
        match (fit, engagement) {
            (Ok(fit), Ok(engagement)) if violations.is_empty() => {
                Ok(PreparedConfig { fit, engagement, combined: *combined })
            }
            _ => Err(violations),
        }
    }

    /// The index of an activity type's name: see [`PreparedEngagement::type_index`].
    pub fn type_index(&self, name: &str) -> TypeIndex {
        self.engagement.type_index(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_whatever_it_shares_with_others() {
        let names =
            ["a", "ab", "email", "email_clicked", "email_click", "email_cl", "email_closed", "é", "zzzzzzzz"];
        let rule = EngagementConfig::default().unknown_type;
        let types = names.iter().map(|name| ((*name).into(), rule)).collect();
        let config = PreparedEngagement::new(&EngagementConfig { types, ..Default::default() }).unwrap();
        for name in names {
            assert_eq!(config.type_name(config.type_index(name)), Some(name));
        }
        for stranger in ["", "b", "email_c", "email_click_", "email_cm", "zzzzzzzzz"] {
            assert!(config.type_index(stranger).is_unknown(), "{stranger}");
        }
    }
}
