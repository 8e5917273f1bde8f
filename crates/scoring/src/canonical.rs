//! The canonical bytes of a scored entity, of which a caller makes a state hash: fixed length, no room for ambiguity.

use crate::config::TierScheme;
use crate::points::Factor;
use crate::points::Points;
use crate::tier::{Axes, Quadrant, Standing, Tier};

/// An entity with its scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoredEntity {
    /// What kind; the caller's numbering, the first part of the order.
    pub kind: u8,
    /// Its id; the second part of the order.
    pub id: [u8; 16],
    /// Its scores.
    pub axes: Axes,
    /// How much of fit is known.
    pub coverage: Option<Factor>,
    /// What its triggers remember.
    pub standing: Standing,
    /// The scheme its tier comes from.
    pub scheme: TierScheme,
    /// SHA-256 of its configurations.
    pub config: [u8; 32],
}

impl ScoredEntity {
    /// Bytes of [`ScoredEntity::canonical_bytes`].
    pub const BYTES: usize = 1 + 16 + 4 * 9 + 2 + 32;

    /// Kind, id, fit, engagement, combined, coverage (each: 1 and the thousandths big-endian, or zeros), quadrant and
    /// tier (0 for unknown), configuration. To be hashed in the order of (kind, id).
    ///
    /// ```
    /// use scoring::{Axes, Points, ScoredEntity, Standing, TierScheme};
    /// let entity = ScoredEntity {
    ///     kind: 1, id: [7; 16], axes: Axes::default(), coverage: None,
    ///     standing: Standing::default(), scheme: TierScheme::Quadrant, config: [0; 32],
    /// };
    /// let zero = ScoredEntity { axes: Axes { fit: Some(Points::ZERO), ..Axes::default() }, ..entity };
    /// assert_ne!(entity.canonical_bytes(), zero.canonical_bytes()); // unknown is not zero
    /// ```
    pub fn canonical_bytes(&self) -> [u8; ScoredEntity::BYTES] {
        let mut bytes = [0; ScoredEntity::BYTES];
        let mut rest = &mut bytes[..];
        let mut put = |part: &[u8]| {
            let (here, after) = core::mem::take(&mut rest).split_at_mut(part.len());
            here.copy_from_slice(part);
            rest = after;
        };
        put(&[self.kind]);
        put(&self.id);
        for points in [self.axes.fit, self.axes.engagement, self.axes.combined] {
            put(&optional(points.map(Points::thousandths)));
        }
        put(&optional(self.coverage.map(Factor::thousandths)));
        put(&[self.standing.quadrant().map_or(0, quadrant), self.standing.tier(self.scheme).map_or(0, tier)]);
        put(&self.config);
        bytes
    }
}

fn optional(value: Option<i64>) -> [u8; 9] {
    let mut bytes = [0; 9];
    if let Some(value) = value {
        bytes[0] = 1;
        bytes[1..].copy_from_slice(&value.to_be_bytes());
    }
    bytes
}

/// These numbers are in hashes: never renumber.
fn quadrant(quadrant: Quadrant) -> u8 {
    match quadrant {
        Quadrant::FastTrack => 1,
        Quadrant::Investigate => 2,
        Quadrant::Nurture => 3,
        Quadrant::Deprioritize => 4,
    }
}

/// These numbers are in hashes: never renumber.
fn tier(tier: Tier) -> u8 {
    match tier {
        Tier::Hot => 1,
        Tier::Warm => 2,
        Tier::Cool => 3,
        Tier::Cold => 4,
    }
}
