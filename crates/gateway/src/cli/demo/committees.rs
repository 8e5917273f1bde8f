//! Three accounts with their buying committee: who is in it, who is missing, and who might be.

use api::{
    routers::buying_group::{GetCandidates, GetMembers, GroupedAccountSort, ListAccountsWithGroups},
    types::{BuyingGroup, BuyingRole, Factor, GroupCandidate, GroupMember, PageSize},
};
use rpc::client::Client;
use serde_json::{Value, json};

use super::super::exit::Failure;

const SHOWN: usize = 3;
const LOOKED_AT: i64 = 25;
const MEMBERS: i64 = 6;

/// An account's group with its surest members and its best candidate.
pub(super) struct Committee {
    group: BuyingGroup,
    members: Vec<GroupMember>,
    best: Option<GroupCandidate>,
}

/// Of the best accounts those whose committee has several members and lacks somebody who might be found.
pub(super) async fn gather(client: &Client) -> Result<Vec<Committee>, Failure> {
    let list = ListAccountsWithGroups {
        status: None,
        solution_tag: None,
        missing: None,
        tier: None,
        sort: GroupedAccountSort::Combined,
        page_size: size(LOOKED_AT),
        cursor: None,
        include_total: false,
    };
    let mut groups: Vec<BuyingGroup> =
        client.call(&list).await?.items.into_iter().flat_map(|it| it.groups).collect();
    // In order of scores among those that have something to show, then the others.
    groups.sort_by_key(|it| it.missing.is_empty() || it.member_count < 2);
    let mut found = Vec::new();
    for group in groups.into_iter().take(SHOWN) {
        let members = GetMembers { group_id: group.id, page_size: size(MEMBERS), cursor: None };
        let members = client.call(&members).await?.items;
        let best = client.call(&GetCandidates { group_id: group.id, limit: 1 }).await?.items.pop();
        found.push(Committee { group, members, best });
    }
    Ok(found)
}

fn size(size: i64) -> PageSize {
    PageSize::try_from(size).expect("the sizes of this page are page sizes")
}

pub(super) fn print(committees: &[Committee]) {
    eprintln!("\n{} buying committees: who is in, who is missing, who might be", committees.len());
    for committee in committees {
        let group = &committee.group;
        eprintln!(
            "  {:<36} {} complete by count, {} by confidence, {}",
            group.account.name,
            percent(group.completeness_by_count),
            percent(group.completeness_by_confidence),
            word(group.status),
        );
        for member in &committee.members {
            let title = member.person.title.as_deref().unwrap_or("no title");
            let how = match (member.confirmed_at, member.role) {
                (Some(_), role) => format!("confirmed {}", word(role)),
                (None, BuyingRole::Unknown) => "role not known".to_owned(),
                (None, role) => format!("likely {}, {}", word(role), percent(member.confidence)),
            };
            eprintln!("       {how}: {} ({title})", member.person.name);
        }
        let missing: Vec<String> = group.missing.iter().map(word).collect();
        eprintln!(
            "       missing: {}",
            if missing.is_empty() { "nobody".into() } else { missing.join(", ") }
        );
        if let Some(best) = &committee.best {
            let title = best.person.as_ref().and_then(|it| it.title.as_deref()).unwrap_or("no title");
            let fits = match best.role {
                BuyingRole::Unknown => "in no particular role".to_owned(),
                role => format!("as {}, {}", word(role), percent(best.confidence)),
            };
            eprintln!("       best candidate: {} ({title}) {fits}", name(best));
        }
    }
}

fn name(candidate: &GroupCandidate) -> &str {
    let person = candidate.person.as_ref().map(|it| it.name.as_str());
    person.or(candidate.discovered_email.as_deref()).unwrap_or("unknown")
}

fn percent(share: Factor) -> String {
    format!("{}%", share.0 / 10)
}

/// `economic_buyer` as people write it.
fn word(value: impl serde::Serialize) -> String {
    crate::methods::rows::word(value).replace('_', " ")
}

pub(super) fn json(committees: &[Committee]) -> Value {
    let one = |it: &Committee| {
        json!({
            "account": it.group.account.name,
            "groupId": it.group.id,
            "status": it.group.status,
            "completenessByCount": it.group.completeness_by_count,
            "completenessByConfidence": it.group.completeness_by_confidence,
            "members": it.members.iter().map(|member| json!({
                "name": member.person.name,
                "title": member.person.title,
                "role": member.role,
                "confidence": member.confidence,
                "confirmed": member.confirmed_at.is_some(),
            })).collect::<Vec<_>>(),
            "missing": it.group.missing,
            "bestCandidate": it.best.as_ref().map(|best| json!({
                "name": name(best),
                "title": best.person.as_ref().and_then(|it| it.title.as_deref()),
                "role": best.role,
                "confidence": best.confidence,
                "rank": best.rank,
            })),
        })
    };
    committees.iter().map(one).collect()
}
