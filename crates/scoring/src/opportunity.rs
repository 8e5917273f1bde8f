//! Opportunities: engagement of the contacts, quickened or slowed by the pace through the stages.

use crate::clock::DAY;
use crate::config::{Velocity, VelocityBasis};
use crate::points::{Points, divide};

/// Where an opportunity stands. Times are microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpportunityStatus {
    /// In progress.
    Open(Pace),
    /// Won or lost: it keeps the score it had last, if it had one.
    Closed {
        /// The last score before closing.
        last: Option<Points>,
    },
}

/// Since when an opportunity is where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    /// When it was created.
    pub created_at: i64,
    /// When it entered its present stage; without a stage history, nobody knows, and its creation stands in.
    pub stage_entered_at: Option<i64>,
}

/// The change in points that the pace makes at an instant: falls as time goes by, from `weight · 100` to
/// `−weight · 100`.
///
/// ratio = expected days / max(days so far, 1); bonus = clamp(ratio − 1, −1, 1) · weight · 100
///
/// ```
/// use scoring::{velocity_bonus, Pace, Points, Velocity, DAY};
/// let pace = Pace { created_at: 0, stage_entered_at: None };
/// assert_eq!(velocity_bonus(&Velocity::default(), pace, 5 * DAY), Points::whole(10));
/// assert_eq!(velocity_bonus(&Velocity::default(), pace, 30 * DAY), Points::ZERO);
/// assert_eq!(velocity_bonus(&Velocity::default(), pace, 60 * DAY), Points::whole(-5));
/// ```
pub fn velocity_bonus(velocity: &Velocity, pace: Pace, at: i64) -> Points {
    let since = match velocity.basis {
        VelocityBasis::Stage => pace.stage_entered_at.unwrap_or(pace.created_at),
        VelocityBasis::Creation => pace.created_at,
    };
    let spent = i128::from(at.saturating_sub(since).max(DAY));
    let expected = i128::from(velocity.expected_days_per_stage.thousandths()) * i128::from(DAY / 1000);
    let lead = (expected - spent).clamp(-spent, spent);
    Points::from_thousandths(divide(lead * i128::from(velocity.weight.thousandths()) * 100, spent))
}

/// An opportunity's engagement from that of its contacts (or, without contact roles, of its account's people).
/// `None` without people: the pace alone says nothing.
///
/// ```
/// use scoring::{opportunity_engagement, OpportunityStatus, Pace, Points, Velocity};
/// let open = OpportunityStatus::Open(Pace { created_at: 0, stage_entered_at: Some(0) });
/// let score = opportunity_engagement(&Velocity::default(), open, Some(Points::whole(95)), 0);
/// assert_eq!(score, Some(Points::HUNDRED));
/// let closed = OpportunityStatus::Closed { last: Some(Points::whole(70)) };
/// assert_eq!(opportunity_engagement(&Velocity::default(), closed, None, 0), Some(Points::whole(70)));
/// ```
pub fn opportunity_engagement(
    velocity: &Velocity,
    status: OpportunityStatus,
    contacts: Option<Points>,
    at: i64,
) -> Option<Points> {
    match status {
        OpportunityStatus::Closed { last } => last,
        OpportunityStatus::Open(pace) => {
            contacts.map(|contacts| (contacts + velocity_bonus(velocity, pace, at)).clamped())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_basis_decides_since_when_the_days_count() {
        let pace = Pace { created_at: 0, stage_entered_at: Some(45 * DAY) };
        let of =
            |basis| velocity_bonus(&Velocity { basis, ..Velocity::default() }, pace, 60 * DAY).thousandths();
        assert_eq!(of(VelocityBasis::Creation), -5_000);
        assert_eq!(of(VelocityBasis::Stage), 10_000);
    }

    #[test]
    fn pace_without_people_is_unknown() {
        let open = OpportunityStatus::Open(Pace { created_at: 0, stage_entered_at: None });
        assert_eq!(opportunity_engagement(&Velocity::default(), open, None, DAY), None);
    }

    proptest! {
        #[test]
        fn the_bonus_is_bounded_and_falls(at in -(1i64 << 50)..(1i64 << 50), step in 0i64..(1 << 45)) {
            let pace = Pace { created_at: 0, stage_entered_at: None };
            let bonus = |at| velocity_bonus(&Velocity::default(), pace, at).thousandths();
            prop_assert!((-10_000..=10_000).contains(&bonus(at)));
            prop_assert!(bonus(at + step) <= bonus(at));
        }
    }
}
