//! How engaged a group is as a whole, by its roles. How a person's engagement comes about is not known here.

use crate::{GroupMember, Template};

/// Σ role weight · best member's engagement / Σ role weight, over the roles that have a member whose engagement is
/// known; in thousandths of a point, rounded half up. None when there is no such role with a weight.
///
/// ```
/// use buying_groups::{GroupMember, Role, Share, Template, group_engagement};
/// let member = |role, engagement| GroupMember { role, confidence: Share::ONE, engagement };
/// let group = [
///     member(Role::EconomicBuyer, Some(10_000)),
///     member(Role::EconomicBuyer, Some(60_000)),
///     member(Role::Champion, Some(38_000)),
///     member(Role::EndUser, None),
/// ];
/// assert_eq!(group_engagement(&group, &Template::default()), Some(50_000));
/// ```
pub fn group_engagement(members: &[GroupMember], template: &Template) -> Option<i64> {
    let (mut sum, mut weights) = (0_i128, 0_i128);
    for need in template.needs() {
        let of_role = members.iter().filter(|member| member.role == need.role);
        if let Some(best) = of_role.filter_map(|member| member.engagement).max() {
            sum += i128::from(need.weight) * i128::from(best);
            weights += i128::from(need.weight);
        }
    }
    (weights > 0).then(|| (2 * sum + weights).div_euclid(2 * weights) as i64)
}
