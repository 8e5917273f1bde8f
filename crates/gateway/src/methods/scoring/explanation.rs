//! Explanations as the wire has them. Every number is taken over as it is.

use api::{
    routers::scoring::{ConfigVersions, Explanation},
    types::{self, ActivityType, EntityType, Factor, PersonId, PersonRef, Points, Timestamp},
};
use chrono::{DateTime, Utc};
use scoring::{
    Axis, Dimension, Level, PreparedConfig, Quadrant, RollUpPart, Standing, TierScheme, Why,
    explain_combined, explain_tier,
};
use store::{
    score_facts::{Belonging, instant, micros},
    scores::{ScoredEntity, Scores},
};

use super::{convert, explain::Explained};

pub(super) fn of(
    entity_type: EntityType,
    entity: ScoredEntity,
    rules: &PreparedConfig,
    explained: Explained,
    config: ConfigVersions,
) -> Explanation {
    let at = entity.scores.scored_at;
    let tier = tier(&entity.scores, rules, &explained);
    let reasons = reasons(&explained, at);
    let combined = explain_combined(&rules.combined, explained.axes).zip(explained.axes.combined);
    Explanation {
        entity: convert::entity_row(entity_type, entity),
        as_of: at.into(),
        config,
        fit: explained.fit.map(fit),
        engagement: explained.engagement.map(engagement),
        roll_up: explained.roll_up.map(|it| roll_up(it, &explained.people)),
        combined: combined.map(|((fit, engagement), score)| types::CombinedExplanation {
            score: points(score),
            fit: points(fit),
            engagement: points(engagement),
        }),
        tier,
        reasons,
    }
}

pub(super) fn reasons(explained: &Explained, at: DateTime<Utc>) -> Vec<types::Reason> {
    let shown = |it: &scoring::Reason| types::Reason {
        text: it.text(micros(at)),
        contribution: points(it.contribution),
    };
    explained.reasons.iter().map(shown).collect()
}

fn points(points: scoring::Points) -> Points {
    Points(points.thousandths())
}

fn factor(factor: scoring::Factor) -> Factor {
    Factor(factor.thousandths())
}

fn time(micros: i64) -> Timestamp {
    Timestamp(instant(micros))
}

fn fit(it: scoring::FitExplanation) -> types::FitExplanation {
    let lines = it.lines.into_iter().map(|line| types::FitLine {
        dimension: match line.dimension {
            Dimension::Industry => types::FitDimension::Industry,
            Dimension::CompanySize => types::FitDimension::CompanySize,
            Dimension::Revenue => types::FitDimension::Revenue,
            Dimension::CustomAttributes => types::FitDimension::CustomAttributes,
        },
        input: line.input,
        points: points(line.points),
        weight: factor(line.weight),
        contribution: points(line.contribution),
        open: points(line.open),
    });
    types::FitExplanation {
        score: points(it.score.points),
        coverage: factor(it.score.coverage),
        low: points(it.score.low),
        high: points(it.score.high),
        lines: lines.collect(),
    }
}

fn engagement(it: scoring::EngagementExplanation) -> types::EngagementExplanation {
    let lines = it.lines.into_iter().map(|line| types::EngagementLine {
        activity_type: line.activity_type.map(ActivityType::of_record),
        channel: channel(line.channel),
        count: line.count,
        oldest_at: time(line.oldest_at),
        newest_at: time(line.newest_at),
        base: points(line.base),
        quality: factor(line.quality),
        quality_loss: points(line.quality_loss),
        decay_loss: points(line.decay_loss),
        cap_loss: points(line.cap_loss),
        clamp_loss: points(line.clamp_loss),
        net: points(line.net),
    });
    types::EngagementExplanation { score: points(it.score), lines: lines.collect() }
}

fn channel(channel: scoring::Channel) -> types::Channel {
    match channel {
        scoring::Channel::Web => types::Channel::Web,
        scoring::Channel::Meetings => types::Channel::Meetings,
        scoring::Channel::Events => types::Channel::Events,
        scoring::Channel::Intent => types::Channel::Intent,
        scoring::Channel::Email => types::Channel::Email,
        scoring::Channel::Content => types::Channel::Content,
        scoring::Channel::Ads => types::Channel::Ads,
        scoring::Channel::Other => types::Channel::Other,
    }
}

/// People who add nothing are counted and have no line.
fn roll_up(it: scoring::RollUpExplanation, people: &[Belonging]) -> types::RollUpExplanation {
    let adds =
        |line: &scoring::RollUpLine| line.member.is_none() || line.contribution != scoring::Points::ZERO;
    let (mut speaking, silent): (Vec<_>, Vec<_>) = it.lines.into_iter().partition(adds);
    speaking.sort_by_key(|line| std::cmp::Reverse(line.contribution));
    let lines = speaking.into_iter().map(|line| types::RollUpLine {
        part: match line.part {
            RollUpPart::Top => types::RollUpPart::Top,
            RollUpPart::Rest => types::RollUpPart::Rest,
            RollUpPart::Weighted => types::RollUpPart::Weighted,
            RollUpPart::Breadth => types::RollUpPart::Breadth,
            RollUpPart::Velocity => types::RollUpPart::Velocity,
            RollUpPart::Limit => types::RollUpPart::Limit,
        },
        person: line.member.map(|member| person(&people[member])),
        score: line.score.map(points),
        contribution: points(line.contribution),
    });
    types::RollUpExplanation {
        score: points(it.score),
        lines: lines.collect(),
        silent_people: silent.len() as u64,
    }
}

fn person(person: &Belonging) -> PersonRef {
    PersonRef { id: PersonId(person.person), name: person.name.clone(), title: person.title.clone() }
}

fn tier(stored: &Scores, rules: &PreparedConfig, explained: &Explained) -> types::TierExplanation {
    let standing = standing(stored, rules.combined.scheme);
    let since = stored.since.map(micros);
    let it = explain_tier(&rules.combined, explained.axes, standing, since);
    let axes = it.axes.into_iter().map(|axis| types::AxisReason {
        axis: match axis.axis {
            Axis::Fit => types::Axis::Fit,
            Axis::Engagement => types::Axis::Engagement,
            Axis::Combined => types::Axis::Combined,
        },
        value: axis.value.map(points),
        threshold: points(axis.threshold),
        band: points(axis.band),
        level: axis.level.map(|level| match level {
            Level::Low => types::Level::Low,
            Level::High => types::Level::High,
        }),
        why: match axis.why {
            Why::Above => types::Why::Above,
            Why::Below => types::Why::Below,
            Why::WithinBand => types::Why::WithinBand,
            Why::Unknown => types::Why::Unknown,
        },
    });
    types::TierExplanation {
        tier: it.tier.map(convert::tier),
        quadrant: it.quadrant.map(convert::quadrant),
        action: it.action.map(|action| match action {
            scoring::Action::ToSales => types::TierAction::ToSales,
            scoring::Action::CheckData => types::TierAction::CheckData,
            scoring::Action::Nurture => types::TierAction::Nurture,
            scoring::Action::Watch => types::TierAction::Watch,
        }),
        since: stored.since.map(Timestamp),
        next_transition_at: stored.next_transition_at.map(Timestamp),
        axes: axes.collect(),
    }
}

/// What the triggers remembered when the score was stored: within a band only the past can tell.
fn standing(stored: &Scores, scheme: TierScheme) -> Standing {
    let quadrant = stored.quadrant.as_deref().and_then(convert::stored_quadrant);
    let (fit, engagement) = match quadrant {
        Some(Quadrant::FastTrack) => (Some(Level::High), Some(Level::High)),
        Some(Quadrant::Investigate) => (Some(Level::Low), Some(Level::High)),
        Some(Quadrant::Nurture) => (Some(Level::High), Some(Level::Low)),
        Some(Quadrant::Deprioritize) => (Some(Level::Low), Some(Level::Low)),
        None => (None, None),
    };
    let tier = stored.tier.as_deref().and_then(convert::stored_tier);
    Standing { fit, engagement, combined: tier.filter(|_| scheme == TierScheme::Combined) }
}
