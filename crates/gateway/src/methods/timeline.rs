//! What the timelines of accounts, people and opportunities have in common.

use api::types::{ActivityRow, EntityType, OpportunityId, Points, TimelineItem, TimelineKind, Timestamp};
use store::crm;

use super::rows;

pub(super) fn range(
    kinds: &[TimelineKind],
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> crm::TimelineRange {
    let kind = |kind: &TimelineKind| match kind {
        TimelineKind::Activity => crm::TimelineKind::Activity,
        TimelineKind::StageChange => crm::TimelineKind::StageChange,
        TimelineKind::TierChange => crm::TimelineKind::TierChange,
    };
    crm::TimelineRange {
        kinds: kinds.iter().map(kind).collect(),
        from: from.map(|it| it.0),
        to: to.map(|it| it.0),
    }
}

pub(super) fn item(row: crm::TimelineItem) -> TimelineItem {
    let at = Timestamp(row.at());
    match row {
        crm::TimelineItem::Activity(activity) => {
            let activity: Box<ActivityRow> = Box::new(rows::activity_row(*activity));
            TimelineItem::Activity { at, activity }
        }
        crm::TimelineItem::StageChange(change) => TimelineItem::StageChange {
            at,
            opportunity_id: OpportunityId(change.opportunity_id),
            opportunity_name: change.opportunity_name,
            stage: change.stage,
        },
        crm::TimelineItem::TierChange(change) => TimelineItem::TierChange {
            at,
            entity_type: rows::from_word::<EntityType>(&change.entity_type)
                .expect("the table knows these three kinds only"),
            from_tier: change.from_tier.as_deref().and_then(rows::from_word),
            to_tier: rows::from_word(&change.to_tier).expect("the table knows these four tiers only"),
            to_quadrant: change.to_quadrant.as_deref().and_then(rows::from_word),
            fit: change.fit.map(Points),
            engagement: change.engagement.map(Points),
        },
    }
}
