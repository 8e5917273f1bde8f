//! Scores between the store's rows and the wire.

use crate::methods::convert::total;
use api::{
    routers::scoring::{EntityRow, EntitySort, MatrixData, MatrixPoint, QuadrantCount, TierChange},
    types::{
        self, AccountId, AccountRef, EntityId, EntityType, Factor, Points, Scores, TierCount, Timestamp,
    },
};
use scoring::{CombinedConfig, Quadrant, Tier};
use store::scores::{self, Matrix, ScoreSort, ScoredEntity, ScoredKind};

pub(super) fn kind(entity_type: EntityType) -> ScoredKind {
    match entity_type {
        EntityType::Person => ScoredKind::Person,
        EntityType::Account => ScoredKind::Account,
        EntityType::Opportunity => ScoredKind::Opportunity,
    }
}

pub(super) fn sort(sort: EntitySort) -> ScoreSort {
    match sort {
        EntitySort::Combined => ScoreSort::Combined,
        EntitySort::Fit => ScoreSort::Fit,
        EntitySort::Engagement => ScoreSort::Engagement,
        EntitySort::Name => ScoreSort::Name,
        EntitySort::NextTransition => ScoreSort::NextTransition,
    }
}

const TIERS: [Tier; 4] = [Tier::Hot, Tier::Warm, Tier::Cool, Tier::Cold];
const QUADRANTS: [Quadrant; 4] =
    [Quadrant::FastTrack, Quadrant::Investigate, Quadrant::Nurture, Quadrant::Deprioritize];

pub(super) fn stored_tier(name: &str) -> Option<Tier> {
    TIERS.into_iter().find(|tier| tier.name() == name)
}

pub(super) fn stored_quadrant(name: &str) -> Option<Quadrant> {
    QUADRANTS.into_iter().find(|quadrant| quadrant.name() == name)
}

pub(super) fn tier(tier: Tier) -> types::Tier {
    match tier {
        Tier::Hot => types::Tier::Hot,
        Tier::Warm => types::Tier::Warm,
        Tier::Cool => types::Tier::Cool,
        Tier::Cold => types::Tier::Cold,
    }
}

pub(super) fn quadrant(quadrant: Quadrant) -> types::Quadrant {
    match quadrant {
        Quadrant::FastTrack => types::Quadrant::FastTrack,
        Quadrant::Investigate => types::Quadrant::Investigate,
        Quadrant::Nurture => types::Quadrant::Nurture,
        Quadrant::Deprioritize => types::Quadrant::Deprioritize,
    }
}

pub(super) fn tier_word(wanted: types::Tier) -> &'static str {
    TIERS.into_iter().find(|it| tier(*it) == wanted).expect("every tier of the wire is one of ours").name()
}

pub(super) fn quadrant_word(wanted: types::Quadrant) -> &'static str {
    let found = QUADRANTS.into_iter().find(|it| quadrant(*it) == wanted);
    found.expect("every quadrant of the wire is one of ours").name()
}

fn wire_tier(name: Option<&str>) -> Option<types::Tier> {
    name.and_then(stored_tier).map(tier)
}

fn wire_quadrant(name: Option<&str>) -> Option<types::Quadrant> {
    name.and_then(stored_quadrant).map(quadrant)
}

pub(super) fn entity_row(entity_type: EntityType, row: ScoredEntity) -> EntityRow {
    let account = match (row.account.account_id, row.account.account_name) {
        (Some(id), Some(name)) => {
            Some(AccountRef { id: AccountId(id), name, domain: row.account.account_domain })
        }
        _ => None,
    };
    EntityRow {
        entity_type,
        id: EntityId(row.id),
        name: row.name,
        detail: row.detail,
        account,
        scores: scores(row.scores),
    }
}

fn scores(row: scores::Scores) -> Scores {
    Scores {
        fit: row.fit.map(Points),
        fit_low: row.fit_low.map(Points),
        fit_high: row.fit_high.map(Points),
        coverage: row.coverage.map(Factor),
        engagement: row.engagement.map(Points),
        combined: row.combined.map(Points),
        quadrant: wire_quadrant(row.quadrant.as_deref()),
        tier: wire_tier(row.tier.as_deref()),
        since: row.since.map(Timestamp),
        next_transition_at: row.next_transition_at.map(Timestamp),
        last_activity_at: row.last_activity_at.map(Timestamp),
        inputs_through: row.inputs_through.map(Timestamp),
        scored_at: Timestamp(row.scored_at),
    }
}

pub(super) fn tier_change(row: scores::TierChange) -> Option<TierChange> {
    Some(TierChange {
        at: Timestamp(row.changed_at),
        from: wire_tier(row.from_tier.as_deref()),
        to: wire_tier(Some(&row.to_tier))?,
        quadrant: wire_quadrant(row.to_quadrant.as_deref()),
        fit: row.fit.map(Points),
        engagement: row.engagement.map(Points),
    })
}

pub(super) fn matrix(
    entity_type: EntityType,
    shown: Option<types::Tier>,
    matrix: Matrix,
    rules: &CombinedConfig,
) -> MatrixData {
    let counts = &matrix.counts;
    let is_shown = |name: Option<&str>| shown.is_none() || wire_tier(name) == shown;
    let tiers = TIERS.into_iter().map(Some).chain([None]).map(|it| TierCount {
        tier: it.map(tier),
        count: sum(counts, |row| (row.tier.as_deref().and_then(stored_tier) == it).then_some(row.count)),
    });
    let quadrants = QUADRANTS.into_iter().map(|it| QuadrantCount {
        quadrant: quadrant(it),
        count: sum(counts, |row| (row.quadrant.as_deref() == Some(it.name())).then_some(row.count)),
    });
    MatrixData {
        entity_type,
        total: sum(counts, |row| is_shown(row.tier.as_deref()).then_some(row.placed)),
        unplaced: sum(counts, |row| Some(row.count - row.placed)),
        quadrants: quadrants.collect(),
        tiers: tiers.filter(|it| it.tier.is_some() || it.count > 0).collect(),
        fit_threshold: Points(rules.fit_threshold.thousandths()),
        engagement_threshold: Points(rules.engagement_threshold.thousandths()),
        band: Points(rules.band.thousandths()),
        inputs_through: counts.iter().filter_map(|row| row.inputs_through).min().map(Timestamp),
        scored_at: counts.iter().filter_map(|row| row.scored_at).max().map(Timestamp),
        points: matrix.points.into_iter().map(point).collect(),
    }
}

fn sum(counts: &[scores::MatrixCount], of: impl Fn(&scores::MatrixCount) -> Option<i64>) -> u64 {
    total(counts.iter().filter_map(of).sum())
}

fn point(row: scores::MatrixPoint) -> MatrixPoint {
    MatrixPoint {
        id: EntityId(row.id),
        name: row.name,
        fit: Points(row.fit),
        engagement: Points(row.engagement),
        combined: Points(row.combined),
        quadrant: wire_quadrant(row.quadrant.as_deref()),
        tier: wire_tier(row.tier.as_deref()),
    }
}
