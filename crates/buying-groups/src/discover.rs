//! Who might fill what is missing, ranked, with reasons that add up to the rank. Who is a candidate at all, and who was
//! dismissed or is a member already, the caller knows.

use std::cmp::Reverse;

use crate::{Completeness, Detection, Evidence, Role, Share, Template, Trusts, detect};

/// Why somebody is a candidate at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum CandidateOrigin {
    /// A person of the account who is active.
    ActivePerson,
    /// A person whose e-mail domain is the account's.
    AccountDomain,
    /// An address seen in mail, meetings or the intent stream that belongs to nobody known yet.
    DiscoveredEmail,
}

impl CandidateOrigin {
    pub const ALL: [CandidateOrigin; 3] =
        [CandidateOrigin::ActivePerson, CandidateOrigin::AccountDomain, CandidateOrigin::DiscoveredEmail];

    pub const fn as_str(self) -> &'static str {
        match self {
            CandidateOrigin::ActivePerson => "active_person",
            CandidateOrigin::AccountDomain => "account_domain",
            CandidateOrigin::DiscoveredEmail => "discovered_email",
        }
    }
}

/// How a candidate and a member of the group met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactKind {
    /// Both attended a meeting.
    Meeting,
    /// Both were in a thread. Worth half a meeting.
    Thread,
}

/// One contact with a known member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Contact {
    pub kind: ContactKind,
    pub days_ago: u32,
}

/// What is known of somebody who might belong to the group. `K` is whatever tells candidates apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<K> {
    pub key: K,
    pub origin: CandidateOrigin,
    /// Whatever speaks for a role; may be empty.
    pub evidence: Vec<Evidence>,
    pub contacts: Vec<Contact>,
    /// In thousandths of a point.
    pub engagement: Option<i64>,
}

/// A part of a rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    pub kind: ReasonKind,
    /// What it adds to the rank; the parts of all reasons add up to it.
    pub part: Share,
}

/// What speaks for a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// Would fill a missing role, this likely.
    RoleFit { role: Role, confidence: Share },
    /// Met members of the group; `last_days_ago` is the latest contact.
    Contact { meetings: u32, threads: u32, last_days_ago: u32 },
    /// Is active, in thousandths of a point.
    Engagement { points: i64 },
}

/// A candidate with rank and reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<K> {
    pub key: K,
    pub origin: CandidateOrigin,
    /// The missing role they fit best; unknown when nothing speaks for any.
    pub role: Role,
    /// How likely that role is.
    pub confidence: Share,
    pub rank: Share,
    /// The weightiest first; what adds nothing is left out.
    pub reasons: Vec<Reason>,
    pub detection: Detection,
}

const FIT: Share = Share::from_thousandths(500);
const CONTACT: Share = Share::from_thousandths(300);
const ENGAGEMENT: Share = Share::from_thousandths(200);

/// A contact loses half its weight in so many days.
const HALF_LIFE: u32 = 30;
/// So much fresh contact, in millionths of a thread, is half of what could be said.
const HALF_CONTACT: u128 = 4_000_000;

/// Candidates for the missing roles, best first; none when nothing is missing.
///
/// rank = 0.5 · role fit + 0.3 · recency-weighted contact with members + 0.2 · engagement / 100.
/// Role fit is how likely the candidate has the missing role that suits them best. Contact is x/(x+4) of the sum of
/// contacts x, where a meeting counts 2, a thread 1, and each loses half its weight in 30 days. Equal ranks are in order
/// of keys.
pub fn discover<K: Ord>(
    candidates: Vec<Candidate<K>>,
    template: &Template,
    missing: &Completeness,
    trusts: &Trusts,
) -> Vec<Ranked<K>> {
    if missing.missing.is_empty() {
        return Vec::new();
    }
    let mut ranked: Vec<Ranked<K>> =
        candidates.into_iter().map(|candidate| rank(candidate, template, &missing.missing, trusts)).collect();
    ranked.sort_by(|a, b| Reverse(a.rank).cmp(&Reverse(b.rank)).then_with(|| a.key.cmp(&b.key)));
    ranked
}

fn rank<K>(candidate: Candidate<K>, template: &Template, missing: &[Role], trusts: &Trusts) -> Ranked<K> {
    let detection = detect(&candidate.evidence, trusts);
    // Between roles that are equally likely the one that weighs more for the group.
    let best = missing
        .iter()
        .map(|role| (detection.confidence_in(*role), template.weight(*role), Reverse(*role)))
        .max()
        .filter(|(confidence, ..)| *confidence > Share::ZERO);
    let (confidence, role) = best.map_or((Share::ZERO, Role::Unknown), |(it, _, role)| (it, role.0));

    let points = candidate.engagement.unwrap_or_default().clamp(0, 100_000);
    let mut reasons = vec![
        Reason { kind: ReasonKind::RoleFit { role, confidence }, part: FIT.times(confidence) },
        Reason { kind: met(&candidate.contacts), part: CONTACT.times(contact(&candidate.contacts)) },
        Reason {
            kind: ReasonKind::Engagement { points },
            part: ENGAGEMENT.times(Share::of(points.unsigned_abs().into(), 100_000)),
        },
    ];
    let rank = Share::from_millionths(reasons.iter().map(|reason| reason.part.millionths()).sum());
    reasons.retain(|reason| reason.part > Share::ZERO);
    reasons.sort_by_key(|reason| Reverse(reason.part));
    Ranked { key: candidate.key, origin: candidate.origin, role, confidence, rank, reasons, detection }
}

fn met(contacts: &[Contact]) -> ReasonKind {
    let count = |kind| contacts.iter().filter(|contact| contact.kind == kind).count().try_into();
    ReasonKind::Contact {
        meetings: count(ContactKind::Meeting).unwrap_or(u32::MAX),
        threads: count(ContactKind::Thread).unwrap_or(u32::MAX),
        last_days_ago: contacts.iter().map(|contact| contact.days_ago).min().unwrap_or_default(),
    }
}

fn contact(contacts: &[Contact]) -> Share {
    let worth = |contact: &Contact| match contact.kind {
        ContactKind::Meeting => 2 * freshness(contact.days_ago),
        ContactKind::Thread => freshness(contact.days_ago),
    };
    let sum: u128 = contacts.iter().map(worth).sum();
    Share::of(sum, sum + HALF_CONTACT)
}

/// 2^(−days / 30) in millionths, straight between the halvings: exact on every machine, at most 6% off the curve.
fn freshness(days: u32) -> u128 {
    let (halvings, rest) = (days / HALF_LIFE, u128::from(days % HALF_LIFE));
    let half_life = u128::from(HALF_LIFE);
    let whole = Share::ONE.wide().checked_shr(halvings).unwrap_or(0);
    whole * (2 * half_life - rest) / (2 * half_life)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_fades_by_half_each_month_and_never_grows() {
        assert_eq!([0, 30, 60].map(freshness), [1_000_000, 500_000, 250_000]);
        assert!((0..2_000).all(|days| freshness(days) >= freshness(days + 1)));
        assert_eq!(freshness(u32::MAX), 0);
        let curve = |days: u32| (-f64::from(days) / 30.0).exp2() * 1e6;
        assert!(
            (0..300).all(|days| (freshness(days) as f64 - curve(days)).abs() <= 0.062 * curve(days) + 1.0)
        );
    }
}
