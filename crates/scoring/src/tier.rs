//! Combined score, quadrants and tiers: Schmitt triggers, so that a score on the edge does not flutter.

use crate::config::{CombinedConfig, CombinedThresholds, TierScheme};
use crate::points::{Points, divide};

/// The three numbers a tier is made of. `None` is unknown, not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Axes {
    pub fit: Option<Points>,
    pub engagement: Option<Points>,
    pub combined: Option<Points>,
}

impl Axes {
    /// Fit, engagement, and what they make together.
    ///
    /// ```
    /// use scoring::{Axes, CombinedConfig, Points};
    /// let axes = Axes::new(&CombinedConfig::default(), Some(Points::whole(80)), Some(Points::whole(41)));
    /// assert_eq!(axes.combined, Some(Points::from_thousandths(60_500)));
    /// assert_eq!(Axes::new(&CombinedConfig::default(), None, Some(Points::whole(41))).combined, None);
    /// ```
    pub fn new(config: &CombinedConfig, fit: Option<Points>, engagement: Option<Points>) -> Axes {
        Axes { fit, engagement, combined: combine(config, fit, engagement) }
    }
}

/// The weighted mean of both axes; unknown when an axis that weighs something is unknown.
fn combine(config: &CombinedConfig, fit: Option<Points>, engagement: Option<Points>) -> Option<Points> {
    let (mut sum, mut weights) = (0, 0);
    for (value, weight) in [(fit, config.fit_weight), (engagement, config.engagement_weight)] {
        let weight = i128::from(weight.thousandths());
        if weight > 0 {
            sum += weight * i128::from(value?.thousandths());
            weights += weight;
        }
    }
    (weights > 0).then(|| Points::from_thousandths(divide(sum, weights)))
}

/// One side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Level {
    Low,
    High,
}

/// Fit and engagement, high or low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Quadrant {
    /// High fit, high engagement.
    FastTrack,
    /// Low fit, high engagement.
    Investigate,
    /// High fit, low engagement.
    Nurture,
    /// Low fit, low engagement.
    Deprioritize,
}

/// How much attention is deserved, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Tier {
    Cold,
    Cool,
    Warm,
    Hot,
}

/// What a tier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Action {
    /// To sales now.
    ToSales,
    /// Check the data, look for an upsell.
    CheckData,
    /// Into a nurture programme.
    Nurture,
    /// Watch passively.
    Watch,
}

impl Quadrant {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Quadrant::FastTrack => "fast-track",
            Quadrant::Investigate => "investigate",
            Quadrant::Nurture => "nurture",
            Quadrant::Deprioritize => "deprioritize",
        }
    }

    /// Its tier in the `quadrant` scheme.
    pub const fn tier(self) -> Tier {
        match self {
            Quadrant::FastTrack => Tier::Hot,
            Quadrant::Investigate => Tier::Warm,
            Quadrant::Nurture => Tier::Cool,
            Quadrant::Deprioritize => Tier::Cold,
        }
    }
}

impl Tier {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Tier::Hot => "hot",
            Tier::Warm => "warm",
            Tier::Cool => "cool",
            Tier::Cold => "cold",
        }
    }

    /// What to do.
    pub const fn action(self) -> Action {
        match self {
            Tier::Hot => Action::ToSales,
            Tier::Warm => Action::CheckData,
            Tier::Cool => Action::Nurture,
            Tier::Cold => Action::Watch,
        }
    }
}

/// A Schmitt trigger: high at `threshold + band` or more, low below `threshold − band`, in between as before; at the
/// very first assignment high at `threshold` or more.
///
/// ```
/// use scoring::{schmitt, Level, Points};
/// let (threshold, band) = (Points::whole(50), Points::whole(10));
/// assert_eq!(schmitt(None, Points::whole(50), threshold, band), Level::High);
/// assert_eq!(schmitt(Some(Level::Low), Points::whole(59), threshold, band), Level::Low);
/// assert_eq!(schmitt(Some(Level::Low), Points::whole(60), threshold, band), Level::High);
/// assert_eq!(schmitt(Some(Level::High), Points::whole(40), threshold, band), Level::High);
/// ```
pub fn schmitt(before: Option<Level>, value: Points, threshold: Points, band: Points) -> Level {
    let high = match before {
        None => value >= threshold,
        Some(Level::Low) => value >= threshold + band,
        Some(Level::High) => value >= threshold - band,
    };
    if high { Level::High } else { Level::Low }
}

/// What the triggers remember. The default has seen nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Standing {
    /// Fit; `None` while unknown.
    pub fit: Option<Level>,
    /// Engagement; `None` while unknown.
    pub engagement: Option<Level>,
    /// The tier by the combined score; `None` while unknown.
    pub combined: Option<Tier>,
}

impl Standing {
    /// What is remembered after seeing these values. An axis that became unknown is forgotten.
    ///
    /// ```
    /// use scoring::{Axes, CombinedConfig, Points, Quadrant, Standing, Tier, TierScheme};
    /// let config = CombinedConfig::default();
    /// let axes = Axes::new(&config, Some(Points::whole(70)), Some(Points::whole(55)));
    /// let standing = Standing::default().after(&config, axes);
    /// assert_eq!(standing.quadrant(), Some(Quadrant::FastTrack));
    /// assert_eq!(standing.tier(TierScheme::Quadrant), Some(Tier::Hot));
    /// assert_eq!(standing.tier(TierScheme::Combined), Some(Tier::Warm));
    /// ```
    pub fn after(self, config: &CombinedConfig, axes: Axes) -> Standing {
        let axis = |before, value: Option<Points>, threshold| {
            value.map(|value| schmitt(before, value, threshold, config.band))
        };
        Standing {
            fit: axis(self.fit, axes.fit, config.fit_threshold),
            engagement: axis(self.engagement, axes.engagement, config.engagement_threshold),
            combined: axes.combined.map(|value| combined_tier(config, self.combined, value)),
        }
    }

    /// The quadrant; `None` while an axis is unknown.
    pub fn quadrant(self) -> Option<Quadrant> {
        Some(match (self.fit?, self.engagement?) {
            (Level::High, Level::High) => Quadrant::FastTrack,
            (Level::Low, Level::High) => Quadrant::Investigate,
            (Level::High, Level::Low) => Quadrant::Nurture,
            (Level::Low, Level::Low) => Quadrant::Deprioritize,
        })
    }

    /// The tier in a scheme; `None` while what it needs is unknown.
    pub fn tier(self, scheme: TierScheme) -> Option<Tier> {
        match scheme {
            TierScheme::Quadrant => self.quadrant().map(Quadrant::tier),
            TierScheme::Combined => self.combined,
        }
    }

    /// Whether a falling engagement can still change it.
    pub(crate) fn can_fall(self) -> bool {
        self.engagement == Some(Level::High) || self.combined > Some(Tier::Cold)
    }

    /// What a reader sees of it, and a change of which is a change.
    pub(crate) fn shown(self, scheme: TierScheme) -> (Option<Quadrant>, Option<Tier>) {
        (self.quadrant(), self.tier(scheme))
    }
}

/// Three triggers, one at the lower edge of each tier above cold; the highest one that is high decides. They cannot
/// contradict each other: the thresholds rise and the band is the same.
fn combined_tier(config: &CombinedConfig, before: Option<Tier>, value: Points) -> Tier {
    let edges = [Tier::Hot, Tier::Warm, Tier::Cool];
    let high = |tier: &Tier| {
        let level = before.map(|before| if before >= *tier { Level::High } else { Level::Low });
        schmitt(level, value, edge(&config.combined_thresholds, *tier), config.band) == Level::High
    };
    edges.into_iter().find(high).unwrap_or(Tier::Cold)
}

/// Where a tier begins in the `combined` scheme.
pub(crate) fn edge(thresholds: &CombinedThresholds, tier: Tier) -> Points {
    match tier {
        Tier::Hot => thresholds.hot,
        Tier::Warm => thresholds.warm,
        Tier::Cool => thresholds.cool,
        Tier::Cold => Points::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_pair_of_levels_has_its_quadrant_tier_and_action() {
        use Level::{High, Low};
        let table = [
            (High, High, "fast-track", "hot", Action::ToSales),
            (Low, High, "investigate", "warm", Action::CheckData),
            (High, Low, "nurture", "cool", Action::Nurture),
            (Low, Low, "deprioritize", "cold", Action::Watch),
        ];
        for (fit, engagement, quadrant, tier, action) in table {
            let standing = Standing { fit: Some(fit), engagement: Some(engagement), combined: None };
            assert_eq!(standing.quadrant().unwrap().name(), quadrant);
            let found = standing.tier(TierScheme::Quadrant).unwrap();
            assert_eq!((found.name(), found.action()), (tier, action));
        }
    }

    #[test]
    fn an_unknown_axis_is_no_quadrant() {
        let config = CombinedConfig::default();
        let standing = Standing::default().after(&config, Axes::new(&config, None, Some(Points::HUNDRED)));
        assert_eq!(standing.quadrant(), None);
        assert_eq!(standing.shown(TierScheme::Combined), (None, None));
    }

    #[test]
    fn an_axis_that_weighs_nothing_may_be_unknown() {
        let config = CombinedConfig { fit_weight: crate::Factor::ZERO, ..CombinedConfig::default() };
        assert_eq!(Axes::new(&config, None, Some(Points::whole(7))).combined, Some(Points::whole(7)));
    }

    #[test]
    fn the_combined_scheme_changes_tier_only_beyond_the_band() {
        let config = CombinedConfig { scheme: TierScheme::Combined, ..CombinedConfig::default() };
        let steps = [
            (80, Tier::Hot),
            (70, Tier::Hot),
            (69, Tier::Warm),
            (89, Tier::Warm),
            (90, Tier::Hot),
            (29, Tier::Cold),
            (49, Tier::Cold),
            (50, Tier::Cool),
            (70, Tier::Warm),
        ];
        let mut tier = None;
        for (value, expected) in steps {
            tier = Some(combined_tier(&config, tier, Points::whole(value)));
            assert_eq!(tier, Some(expected), "at {value}");
        }
    }

    proptest! {
        #[test]
        fn a_trigger_settles_at_once_and_only_moves_beyond_its_band(
            before in prop::option::of(prop::bool::ANY), value in 0i64..=100_000,
            threshold in 20_000i64..=80_000, band in 0i64..=20_000,
        ) {
            let points = Points::from_thousandths;
            let before = before.map(|high| if high { Level::High } else { Level::Low });
            let at = |before, value| schmitt(before, points(value), points(threshold), points(band));
            let after = at(before, value);
            prop_assert_eq!(at(Some(after), value), after, "seeing it twice is seeing it once");
            if let Some(before) = before && before != after {
                prop_assert!((value - threshold).abs() >= band);
            }
            let higher = at(before, value + 1);
            prop_assert!(higher >= after, "a higher value is never lower");
        }

        #[test]
        fn the_combined_tier_is_path_free_while_the_score_only_falls(
            first in 0i64..=100_000, falls in prop::collection::vec(0i64..20_000, 1..8)
        ) {
            let config = CombinedConfig::default();
            let start = combined_tier(&config, None, Points::from_thousandths(first));
            let (mut value, mut tier) = (first, start);
            for fall in falls {
                value = (value - fall).max(0);
                tier = combined_tier(&config, Some(tier), Points::from_thousandths(value));
            }
            prop_assert_eq!(tier, combined_tier(&config, Some(start), Points::from_thousandths(value)));
        }
    }
}
