//! What the tests share: a configuration, a moment, and random people.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]
#![allow(dead_code, reason = "each test binary uses its own part of it")]

use proptest::prelude::*;
use scoring::{
    Activity, CombinedConfig, DAY, EngagementConfig, Factor, FitConfig, PreparedConfig, PreparedEngagement,
    RollUp, RollUpMethod,
};

/// Some moment, a day and a half after a landmark of the default half-life, so that landmarks are crossed.
pub(crate) const NOW: i64 = 1_741_953_600_000_000;

pub(crate) const TYPES: [&str; 14] = [
    "demo_request",
    "event_attend",
    "meeting_attend",
    "form_fill",
    "content_download",
    "intent_signal",
    "email_click",
    "ad_click",
    "email_thread",
    "email_open",
    "page_view",
    "email_sent",
    "meeting_recorded",
    "carrier_pigeon",
];

pub(crate) fn config() -> PreparedConfig {
    with_half_life(30_000)
}

/// Half-life in thousandths of a day.
pub(crate) fn with_half_life(days: i64) -> PreparedConfig {
    with_engagement(EngagementConfig {
        half_life_days: Factor::from_thousandths(days),
        ..EngagementConfig::default()
    })
}

/// From people to their account.
pub(crate) fn with_account(method: RollUpMethod) -> PreparedConfig {
    with_engagement(EngagementConfig { account: RollUp::of(method), ..EngagementConfig::default() })
}

fn with_engagement(engagement: EngagementConfig) -> PreparedConfig {
    PreparedConfig::new(&FitConfig::default(), &engagement, &CombinedConfig::default()).unwrap()
}

/// (type, days before NOW, days until recorded)
pub(crate) type Deed = (usize, f64, f64);

pub(crate) fn deeds(most: usize, days: f64) -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec((0..TYPES.len(), 0.0..days, 0.0..20.0), 0..most)
}

pub(crate) fn activity(config: &PreparedEngagement, &(kind, ago, late): &Deed) -> Activity {
    let occurred_at = NOW - (ago * DAY as f64) as i64;
    Activity {
        kind: config.type_index(TYPES[kind]),
        occurred_at,
        recorded_at: occurred_at + (late * DAY as f64) as i64,
    }
}

pub(crate) fn activities(config: &PreparedEngagement, deeds: &[Deed]) -> Vec<Activity> {
    deeds.iter().map(|deed| activity(config, deed)).collect()
}

pub(crate) fn in_order(mut activities: Vec<Activity>) -> Vec<Activity> {
    activities.sort_by_key(|activity| activity.occurred_at);
    activities
}
