//! The rows of groups and what the crate of the rules says of them, as the wire shows them.

use std::collections::HashMap;

use api::{
    routers::buying_group::BuyingGroupDetail,
    types::{
        BuyingGroup, BuyingGroupId, BuyingRole, CandidateOrigin, CandidateReason, Factor, GroupCandidate,
        GroupMember, GroupStatus, HeatCell, HeatMap, HeatRow, HeatWeek, MemberOrigin, PersonId, PersonRef,
        Points, Reliability, ReliabilityBin, RoleEvidence, RoleFill, RoleNeed, RoleSource, RoleTemplate,
        RoleTemplateId, SolutionTag, Timestamp,
    },
};
use buying_groups::{self as rules, Share};
use chrono::{DateTime, Days};
use rpc::RpcError;
use store::{
    actors,
    buying_groups::{Group, GroupDetail, Member, MemberBrief, MemberHeat},
};
use tenancy::Actor;

use super::super::{convert as shared, rows};
use crate::host::{Scope, store_error};

type Names = HashMap<Actor, String>;

async fn names(
    scope: &mut Scope,
    actors: impl IntoIterator<Item = Option<Actor>>,
) -> Result<Names, RpcError> {
    let known: Vec<Actor> = actors.into_iter().flatten().collect();
    actors::names_of(scope.tx(), known).await.map_err(store_error)
}

/// Rounded down, so that only what is whole is 1.
pub(super) fn factor(share: Share) -> Factor {
    Factor(i64::from(share.millionths() / 1000))
}

pub(super) fn factor_of(millionths: i64) -> Factor {
    Factor(millionths / 1000)
}

/// The rules, the tables and the wire have the same words.
pub(super) fn role(word: &str) -> BuyingRole {
    rows::from_word(word).unwrap_or(BuyingRole::Unknown)
}

pub(super) fn to_role(role: BuyingRole) -> rules::Role {
    rows::word(role).parse().expect("the wire's roles are the rules'")
}

fn source(word: &str) -> Option<RoleSource> {
    rows::from_word(word)
}

pub(super) async fn groups(scope: &mut Scope, found: Vec<Group>) -> Result<Vec<BuyingGroup>, RpcError> {
    let names = names(scope, found.iter().map(|it| it.created_by)).await?;
    Ok(found.into_iter().map(|it| group(it, &names)).collect())
}

fn group(group: Group, names: &Names) -> BuyingGroup {
    BuyingGroup {
        id: BuyingGroupId(group.id),
        account: rows::account_ref(group.account),
        solution_tag: group.solution_tag.map(SolutionTag::of_record),
        status: rows::from_word(&group.status).unwrap_or(GroupStatus::Forming),
        member_count: shared::total(group.member_count),
        completeness_by_count: factor_of(group.by_count),
        completeness_by_confidence: factor_of(group.by_confidence),
        required_filled: factor_of(group.required_filled),
        missing: group.missing.iter().map(|it| role(it)).collect(),
        engagement: rows::points(group.engagement),
        created_by: group.created_by.map(|it| shared::actor(it, names)),
        created_at: Timestamp(group.created_at),
        updated_at: Timestamp(group.updated_at),
    }
}

/// What is measured now stands in for what was measured last: a template may have changed since.
pub(super) async fn detail(scope: &mut Scope, found: GroupDetail) -> Result<BuyingGroupDetail, RpcError> {
    let actors = [found.group.created_by, found.template.updated_by];
    let names = names(scope, actors).await?;
    let now = found.completeness;
    let measured = BuyingGroup {
        status: rows::from_word(now.status.as_str()).unwrap_or(GroupStatus::Forming),
        completeness_by_count: factor(now.by_count),
        completeness_by_confidence: factor(now.by_confidence),
        required_filled: factor(now.required),
        missing: now.missing.iter().map(|it| role(it.as_str())).collect(),
        ..group(found.group, &names)
    };
    Ok(BuyingGroupDetail {
        group: measured,
        template: template(found.template, &names),
        roles: now.roles.iter().map(fill).collect(),
    })
}

fn fill(fill: &rules::RoleFill) -> RoleFill {
    RoleFill {
        role: role(fill.role.as_str()),
        weight: small(fill.weight),
        required: fill.required,
        minimum: small(fill.minimum),
        members: fill.members as u64,
        by_count: factor(fill.by_count),
        by_confidence: factor(fill.by_confidence),
        best_engagement: rows::points(fill.best_engagement),
        engaged: fill.engaged,
    }
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

pub(super) async fn templates(
    scope: &mut Scope,
    found: Vec<store::buying_groups::RoleTemplate>,
) -> Result<Vec<RoleTemplate>, RpcError> {
    let names = names(scope, found.iter().map(|it| it.updated_by)).await?;
    Ok(found.into_iter().map(|it| template(it, &names)).collect())
}

fn template(template: store::buying_groups::RoleTemplate, names: &Names) -> RoleTemplate {
    let need = |need: &rules::RoleNeed| RoleNeed {
        role: role(need.role.as_str()),
        weight: small(need.weight),
        required: need.required,
        minimum: small(need.minimum),
    };
    RoleTemplate {
        id: RoleTemplateId(template.id),
        name: template.name,
        is_default: template.solution_tag.is_none(),
        solution_tag: template.solution_tag.map(SolutionTag::of_record),
        roles: template.template.needs().iter().map(need).collect(),
        version: u32::try_from(template.version).unwrap_or_default(),
        updated_by: template.updated_by.map(|it| shared::actor(it, names)),
        updated_at: Timestamp(template.updated_at),
    }
}

pub(super) fn to_need(need: &RoleNeed) -> rules::RoleNeed {
    rules::RoleNeed {
        role: to_role(need.role),
        weight: need.weight.into(),
        required: need.required,
        minimum: need.minimum.into(),
    }
}

pub(super) fn person(brief: MemberBrief) -> PersonRef {
    PersonRef {
        id: PersonId(brief.person_id),
        name: rows::person_name(
            brief.first_name.as_deref(),
            brief.last_name.as_deref(),
            brief.email.as_deref(),
        ),
        title: brief.title,
    }
}

pub(super) async fn members(scope: &mut Scope, found: Vec<Member>) -> Result<Vec<GroupMember>, RpcError> {
    let actors = found.iter().flat_map(|it| [it.fields.added_by(), it.fields.confirmed_by()]);
    let names = names(scope, actors.collect::<Vec<_>>()).await?;
    Ok(found.into_iter().map(|it| member(it, &names)).collect())
}

pub(super) async fn one_member(scope: &mut Scope, found: Member) -> Result<GroupMember, RpcError> {
    members(scope, vec![found]).await?.pop().ok_or_else(RpcError::internal)
}

fn member(member: Member, names: &Names) -> GroupMember {
    let (added_by, confirmed_by) = (member.fields.added_by(), member.fields.confirmed_by());
    let evidence = member.evidence.iter().filter_map(|it| {
        Some(RoleEvidence {
            source: source(&it.source)?,
            role: role(&it.role),
            confidence: factor_of(it.confidence),
            rule: it.rule.clone(),
        })
    });
    let fields = member.fields;
    GroupMember {
        person: person(fields.person),
        role: role(&fields.role),
        confidence: factor_of(fields.confidence),
        source: fields.source.as_deref().and_then(source),
        detected_role: role(&fields.detected_role),
        detected_confidence: factor_of(fields.detected_confidence),
        evidence: evidence.collect(),
        origin: rows::from_word(&fields.origin).unwrap_or(MemberOrigin::Detected),
        is_discovered: fields.is_discovered,
        discovered_from: fields.discovered_from.as_deref().and_then(rows::from_word),
        added_by: added_by.map(|it| shared::actor(it, names)),
        added_at: Timestamp(fields.added_at),
        confirmed_by: confirmed_by.map(|it| shared::actor(it, names)),
        confirmed_at: rows::time(fields.confirmed_at),
        engagement: rows::points(fields.engagement),
        last_activity_at: rows::time(fields.last_activity_at),
    }
}

pub(super) fn candidate(found: store::buying_groups::FoundCandidate) -> GroupCandidate {
    use store::buying_groups::CandidateKey;
    let ranked = found.ranked;
    let evidence = ranked.detection.evidence.iter().filter_map(|it| {
        Some(RoleEvidence {
            source: source(it.source.as_str())?,
            role: role(it.role.as_str()),
            confidence: factor(it.confidence),
            rule: it.rule.to_string(),
        })
    });
    GroupCandidate {
        person: found.person.map(person),
        origin: rows::from_word(ranked.origin.as_str()).unwrap_or(CandidateOrigin::ActivePerson),
        role: role(ranked.role.as_str()),
        confidence: factor(ranked.confidence),
        rank: factor(ranked.rank),
        reasons: ranked.reasons.iter().map(reason).collect(),
        evidence: evidence.collect(),
        engagement: rows::points(found.engagement),
        last_activity_at: rows::time(found.last_activity_at),
        discovered_email: match ranked.key {
            CandidateKey::Person(_) => None,
            CandidateKey::Email(email) => Some(email),
        },
    }
}

fn reason(reason: &rules::Reason) -> CandidateReason {
    let part = factor(reason.part);
    match reason.kind {
        rules::ReasonKind::RoleFit { role: of, confidence } => {
            CandidateReason::RoleFit { part, role: role(of.as_str()), confidence: factor(confidence) }
        }
        rules::ReasonKind::Contact { meetings, threads, last_days_ago } => {
            CandidateReason::Contact { part, meetings, threads, last_days_ago }
        }
        rules::ReasonKind::Engagement { points } => {
            CandidateReason::Engagement { part, points: Points(points) }
        }
    }
}

pub(super) fn heat_map(heat: MemberHeat) -> HeatMap {
    let cell = |it: &rules::HeatCell| HeatCell { points: Points(it.points), intensity: it.intensity };
    let rows = heat.members.into_iter().zip(&heat.map.rows);
    HeatMap {
        weeks: heat.map.weeks.iter().map(|it| week(*it)).collect(),
        rows: rows
            .map(|(brief, cells)| HeatRow { person: person(brief), cells: cells.iter().map(cell).collect() })
            .collect(),
    }
}

fn week(week: rules::Week) -> HeatWeek {
    let (year, number) = week.iso();
    let days = Days::new(u64::try_from(week.monday()).unwrap_or_default());
    HeatWeek {
        year: i32::try_from(year).unwrap_or_default(),
        week: number,
        monday: DateTime::UNIX_EPOCH.date_naive() + days,
    }
}

pub(super) fn reliability(table: &rules::Reliability) -> Reliability {
    let bin = |bin: &rules::Bin| ReliabilityBin {
        from: factor(bin.from),
        count: bin.count as u64,
        stated: factor(bin.stated),
        right: factor(bin.right),
    };
    Reliability {
        source: table.source.and_then(|it| source(it.as_str())),
        count: table.count as u64,
        bins: table.bins.iter().map(bin).collect(),
        brier: factor(table.brier),
        expected_error: factor(table.expected_error),
    }
}
