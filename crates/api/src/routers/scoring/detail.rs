//! One entity: its scores, its history, and why.

use super::{EntityRow, example_row};
use crate::routers::prelude::*;

refusals! {
    /// Why there is nothing to show.
    pub enum EntityRefusal {
        /// The organization has no such entity of that kind.
        NoSuchEntity => NotFound, "no such entity";
        /// No scoring run has seen it yet.
        NotScored => PreconditionFailed, "it has not been scored yet";
    }
}

/// One entity's scores with the strongest reasons, the people behind them, and the history of its tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntityDetail {
    /// Which kind.
    pub entity_type: EntityType,
    /// Which one.
    pub entity_id: EntityId,
}

/// A scored entity and what is behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityDetail {
    /// The entity with its scores.
    pub entity: EntityRow,
    /// The three strongest reasons, strongest first.
    pub reasons: Vec<Reason>,
    /// Of an account or opportunity: the ten people whose activity counts most, best first. Empty for a person.
    pub people: Vec<EntityRow>,
    /// The latest changes of its tier, newest first, up to 20.
    pub tier_history: Vec<TierChange>,
    /// The versions of the rules that the scores were computed by.
    pub config: ConfigVersions,
}

/// A change of the tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TierChange {
    /// When, in event time.
    pub at: Timestamp,
    /// The tier before; null the first time.
    pub from: Option<Tier>,
    /// The tier after.
    pub to: Tier,
    /// The quadrant after, in the scheme that has quadrants.
    pub quadrant: Option<Quadrant>,
    /// The fit at that moment.
    pub fit: Option<Points>,
    /// The engagement at that moment.
    pub engagement: Option<Points>,
}

/// Which versions of the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigVersions {
    /// Of fit.
    pub fit: u32,
    /// Of engagement.
    pub engagement: u32,
    /// Of the combination.
    pub combined: u32,
}

fn example_reason() -> Reason {
    Reason { text: "3 demo requests by 2 people, the latest today".into(), contribution: Points(18_400) }
}

const EXAMPLE_VERSIONS: ConfigVersions = ConfigVersions { fit: 1, engagement: 1, combined: 1 };

impl Method for GetEntityDetail {
    const NAME: &'static str = "scoring.getEntityDetail";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = EntityDetail;
    type Refusal = EntityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetEntityDetail {
                entity_type: EntityType::Account,
                entity_id: sample::ACCOUNT_ID.into(),
            },
            result: EntityDetail {
                entity: example_row(),
                reasons: vec![example_reason()],
                people: vec![EntityRow {
                    entity_type: EntityType::Person,
                    id: sample::PERSON_ID.into(),
                    name: "Robin Example".into(),
                    detail: Some("Director of Operations".into()),
                    account: Some(sample::account_ref()),
                    scores: sample::person_scores(),
                }],
                tier_history: vec![TierChange {
                    at: sample::days_ago(6),
                    from: Some(Tier::Cool),
                    to: Tier::Hot,
                    quadrant: Some(Quadrant::FastTrack),
                    fit: Some(Points(82_500)),
                    engagement: Some(Points(60_000)),
                }],
                config: EXAMPLE_VERSIONS,
            },
        }
    }
}

/// Why an entity's scores are what they are. Every list of lines adds up to its score exactly, in thousandths of a point.
///
/// Computed from the log at the instant the scores were computed, by the rules they were computed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Explain {
    /// Which kind.
    pub entity_type: EntityType,
    /// Which one.
    pub entity_id: EntityId,
}

/// Why scores are what they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The entity with its scores.
    pub entity: EntityRow,
    /// The instant that is explained.
    pub as_of: Timestamp,
    /// The versions of the rules.
    pub config: ConfigVersions,
    /// Why the fit; null when there is none.
    pub fit: Option<FitExplanation>,
    /// Of a person: why the engagement. Null for accounts and opportunities.
    pub engagement: Option<EngagementExplanation>,
    /// Of an account or opportunity: how people's engagement became its own. Null for people, and when there is nobody.
    pub roll_up: Option<RollUpExplanation>,
    /// How both became one; null when either is missing.
    pub combined: Option<CombinedExplanation>,
    /// Why the tier.
    pub tier: TierExplanation,
    /// The three strongest reasons, strongest first.
    pub reasons: Vec<Reason>,
}

impl Method for Explain {
    const NAME: &'static str = "scoring.explain";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = Explanation;
    type Refusal = EntityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Explain { entity_type: EntityType::Account, entity_id: sample::ACCOUNT_ID.into() },
            result: sample::explanation(example_row(), EXAMPLE_VERSIONS, example_reason()),
        }
    }
}
