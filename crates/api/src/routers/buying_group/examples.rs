//! What the examples of this router show.

use super::BuyingGroupDetail;
use crate::routers::prelude::*;

pub(super) fn missing() -> Vec<BuyingRole> {
    vec![BuyingRole::Champion, BuyingRole::TechnicalEvaluator, BuyingRole::LegalProcurement]
}

pub(super) fn group() -> BuyingGroup {
    BuyingGroup {
        id: sample::BUYING_GROUP_ID,
        account: sample::account_ref(),
        solution_tag: None,
        status: GroupStatus::Developing,
        member_count: 2,
        completeness_by_count: Factor(450),
        completeness_by_confidence: Factor(296),
        required_filled: Factor(333),
        missing: missing(),
        engagement: Some(Points(64_444)),
        created_by: None,
        created_at: sample::days_ago(60),
        updated_at: sample::days_ago(1),
    }
}

fn needs() -> [RoleNeed; 5] {
    let need = |role, weight, required| RoleNeed { role, weight, required, minimum: 1 };
    [
        need(BuyingRole::Champion, 25, true),
        need(BuyingRole::EconomicBuyer, 30, true),
        need(BuyingRole::TechnicalEvaluator, 20, true),
        need(BuyingRole::EndUser, 15, false),
        need(BuyingRole::LegalProcurement, 10, false),
    ]
}

pub(super) fn template() -> RoleTemplate {
    RoleTemplate {
        id: RoleTemplateId(sample::TENANT_ID.0),
        name: "Default".into(),
        solution_tag: None,
        is_default: true,
        roles: needs().to_vec(),
        version: 1,
        updated_by: None,
        updated_at: sample::days_ago(90),
    }
}

pub(super) fn detail() -> BuyingGroupDetail {
    let filled = |need: RoleNeed| {
        let confidence = match need.role {
            BuyingRole::EconomicBuyer => 747,
            BuyingRole::EndUser => 480,
            _ => 0,
        };
        let is_filled = confidence > 0;
        RoleFill {
            role: need.role,
            weight: need.weight,
            required: need.required,
            minimum: need.minimum,
            members: u64::from(is_filled),
            by_count: Factor(if is_filled { 1000 } else { 0 }),
            by_confidence: Factor(confidence),
            best_engagement: is_filled.then_some(Points(80_000)),
            engaged: is_filled,
        }
    };
    BuyingGroupDetail { group: group(), template: template(), roles: needs().map(filled).to_vec() }
}

pub(super) fn member() -> GroupMember {
    GroupMember {
        person: sample::person_ref(),
        role: BuyingRole::EconomicBuyer,
        confidence: Factor(747),
        source: Some(RoleSource::SfContactRole),
        detected_role: BuyingRole::EconomicBuyer,
        detected_confidence: Factor(765),
        evidence: vec![RoleEvidence {
            source: RoleSource::SfContactRole,
            role: BuyingRole::EconomicBuyer,
            confidence: Factor(850),
            rule: sample::OPPORTUNITY_ID.to_string(),
        }],
        origin: MemberOrigin::Detected,
        is_discovered: false,
        discovered_from: None,
        added_by: None,
        added_at: sample::days_ago(60),
        confirmed_by: None,
        confirmed_at: None,
        engagement: Some(Points(80_000)),
        last_activity_at: Some(sample::minutes_ago(95)),
    }
}

/// A member whose role the admin has just confirmed.
pub(super) fn confirmed(role: BuyingRole) -> GroupMember {
    GroupMember {
        role,
        confidence: Factor(1000),
        source: Some(RoleSource::Confirmed),
        confirmed_by: Some(sample::admin()),
        confirmed_at: Some(Timestamp(sample::now())),
        ..member()
    }
}

pub(super) fn candidate() -> GroupCandidate {
    let person = PersonRef {
        id: sample::CANDIDATE_ID,
        name: "Kim Example".into(),
        title: Some("Chief Technology Officer".into()),
    };
    GroupCandidate {
        person: Some(person),
        discovered_email: None,
        origin: CandidateOrigin::ActivePerson,
        role: BuyingRole::TechnicalEvaluator,
        confidence: Factor(510),
        rank: Factor(345),
        reasons: vec![
            CandidateReason::RoleFit {
                part: Factor(255),
                role: BuyingRole::TechnicalEvaluator,
                confidence: Factor(510),
            },
            CandidateReason::Engagement { part: Factor(90), points: Points(45_000) },
        ],
        evidence: vec![RoleEvidence {
            source: RoleSource::TitleParse,
            role: BuyingRole::TechnicalEvaluator,
            confidence: Factor(850),
            rule: "title.technology-chief".into(),
        }],
        engagement: Some(Points(45_000)),
        last_activity_at: Some(sample::days_ago(3)),
    }
}

pub(super) fn heat_map() -> HeatMap {
    let week = |week, day| HeatWeek {
        year: 2026,
        week,
        monday: sample::date(2026, if week == 9 { 2 } else { 3 }, day),
    };
    let cell = |points, intensity| HeatCell { points: Points(points), intensity };
    HeatMap {
        weeks: vec![week(9, 23), week(10, 2)],
        rows: vec![HeatRow { person: sample::person_ref(), cells: vec![cell(12_000, 2), cell(40_000, 4)] }],
    }
}
