//! Fusing evidence into a likely role. Knows not where evidence comes from, only how far its source is believed.

use std::cmp::Reverse;

use crate::{Evidence, Role, Share, Source, Trusts};

/// Below this a role is not worth naming.
pub const LEAST_CONFIDENCE: Share = Share::from_thousandths(300);

/// A complement is a product of two shares, so it is exact in millionths of a millionth.
const UNIT: u64 = 1_000_000_000_000;

/// The likely role of a person, how sure, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Detection {
    pub role: Role,
    /// How sure; one when a person confirmed it, zero when the role is unknown.
    pub confidence: Share,
    pub confirmed: bool,
    /// The support of every role that has some, best first; the sum may exceed one.
    pub supports: Vec<(Role, Share)>,
    /// What was counted: a confirmation first, then the weightiest.
    pub evidence: Vec<Evidence>,
}

impl Detection {
    /// How sure one could be of this role, also when another one won or none was worth naming.
    pub fn confidence_in(&self, role: Role) -> Share {
        if self.confirmed {
            return if role == self.role { Share::ONE } else { Share::ZERO };
        }
        disputed(&self.supports, role)
    }

    /// The support of a role.
    pub fn support_of(&self, role: Role) -> Share {
        self.supports.iter().find(|(of, _)| *of == role).map_or(Share::ZERO, |(_, support)| *support)
    }
}

/// The likely role: for each role, support = 1 − Π(1 − trust·confidence) over its evidence; the best supported role wins,
/// its confidence is support · support / Σ supports, so that one undisputed role keeps its support. Below
/// [`LEAST_CONFIDENCE`] it is [`Role::Unknown`]. Between equals the more trusted source decides, then the order of roles.
///
/// A confirmation ends the guessing: its role has confidence one, whatever else was said. Were there two that
/// contradict each other, the order of roles would decide; who keeps them ([`crate::Confirmation`]) lets that not happen.
///
/// The order of the evidence does not matter, and more evidence for a role never makes it less likely. That pieces of
/// evidence are independent is an assumption, not a fact: [`crate::calibrate`] tells how far it carries.
///
/// ```
/// use buying_groups::{Evidence, Role, Share, Source, Trusts, detect};
/// let title = Evidence::new(
///     Source::TitleParse,
///     Role::EconomicBuyer,
///     Share::from_thousandths(900),
///     "title.finance-chief",
/// );
/// let found = detect(&[title], &Trusts::default());
/// assert_eq!((found.role, found.confidence), (Role::EconomicBuyer, Share::from_thousandths(540)));
/// ```
pub fn detect(evidence: &[Evidence], trusts: &Trusts) -> Detection {
    let counted = counted(evidence);
    let confirmed = counted.iter().filter(|it| it.source == Source::Confirmed).map(|it| it.role).min();
    let supports = supports(&counted, trusts);
    let (role, confidence) = match (confirmed, supports.first()) {
        (Some(role), _) => (role, Share::ONE),
        (None, Some((role, _))) => match disputed(&supports, *role) {
            confidence if confidence >= LEAST_CONFIDENCE => (*role, confidence),
            _ => (Role::Unknown, Share::ZERO),
        },
        (None, None) => (Role::Unknown, Share::ZERO),
    };
    let mut evidence: Vec<Evidence> = counted.into_iter().cloned().collect();
    evidence.sort_by_key(|it| (it.source != Source::Confirmed, Reverse(weight(it, trusts))));
    Detection { role, confidence, confirmed: confirmed.is_some(), supports, evidence }
}

/// What says something, each place once for each role, in an order that does not depend on the order given.
fn counted(evidence: &[Evidence]) -> Vec<&Evidence> {
    let says_something = |it: &&Evidence| it.role != Role::Unknown && it.confidence > Share::ZERO;
    let mut counted: Vec<&Evidence> = evidence.iter().filter(says_something).collect();
    counted.sort_unstable_by(|a, b| {
        let place = |it: &Evidence| (it.role, it.source);
        place(a).cmp(&place(b)).then_with(|| a.rule.cmp(&b.rule)).then(b.confidence.cmp(&a.confidence))
    });
    counted
        .dedup_by(|next, kept| (next.role, next.source, &next.rule) == (kept.role, kept.source, &kept.rule));
    counted
}

fn weight(evidence: &Evidence, trusts: &Trusts) -> u64 {
    u64::from(trusts.of(evidence.source).millionths()) * u64::from(evidence.confidence.millionths())
}

/// `counted` lies in order of roles.
fn supports(counted: &[&Evidence], trusts: &Trusts) -> Vec<(Role, Share)> {
    let mut found: Vec<(Role, Share, Share)> = Vec::new();
    for of_role in counted.chunk_by(|a, b| a.role == b.role) {
        let mut doubts: Vec<u64> = of_role.iter().map(|it| UNIT - weight(it, trusts)).collect();
        // Rounded products depend on the order of their factors, so there is one order.
        doubts.sort_unstable();
        let doubt = doubts.into_iter().fold(UNIT, |product, doubt| {
            ((u128::from(product) * u128::from(doubt) + u128::from(UNIT / 2)) / u128::from(UNIT)) as u64
        });
        let support = Share::of(u128::from(UNIT - doubt), u128::from(UNIT));
        let trusted = of_role.iter().map(|it| trusts.of(it.source)).max().unwrap_or_default();
        if support > Share::ZERO {
            found.push((of_role[0].role, support, trusted));
        }
    }
    found.sort_by_key(|(role, support, trusted)| (Reverse(*support), Reverse(*trusted), *role));
    found.into_iter().map(|(role, support, _)| (role, support)).collect()
}

fn disputed(supports: &[(Role, Share)], role: Role) -> Share {
    let sum: u128 = supports.iter().map(|(_, support)| support.wide()).sum();
    let support = supports.iter().find(|(of, _)| *of == role).map_or(0, |(_, support)| support.wide());
    Share::of(support * support, sum * Share::ONE.wide())
}
