//! Fit against engagement, as a scatter plot.

use crate::routers::prelude::*;

/// Fit against engagement for one kind of thing: the points of a scatter plot, the lines that cut it, and how many are where.
///
/// When there are more than `limit`, the best by combined score are shown; the counts are always of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMatrixData {
    /// Which kind.
    pub entity_type: EntityType,
    /// Only this tier's points. The counts are not affected.
    pub tier: Option<Tier>,
    /// How many points at most, 1 to 5000.
    #[serde(default)]
    pub limit: MatrixSize,
}

/// Fit against engagement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixData {
    /// Which kind.
    pub entity_type: EntityType,
    /// The points, best combined score first. Only what has both a fit and an engagement has one.
    pub points: Vec<MatrixPoint>,
    /// How many points there would be without the limit.
    pub total: u64,
    /// How many have no point because fit or engagement cannot be said.
    pub unplaced: u64,
    /// How many are in which quadrant.
    pub quadrants: Vec<QuadrantCount>,
    /// How many have which tier.
    pub tiers: Vec<TierCount>,
    /// From where on fit counts as high, give or take the band.
    pub fit_threshold: Points,
    /// From where on engagement counts as high, give or take the band.
    pub engagement_threshold: Points,
    /// How far beyond a threshold a score must go to change sides.
    pub band: Points,
    /// Up to when all connected sources had been read.
    pub inputs_through: Option<Timestamp>,
    /// When the scores were computed; null before the first scoring run.
    pub scored_at: Option<Timestamp>,
}

/// One point of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixPoint {
    /// Which one.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// The fit, 0 to 100.
    pub fit: Points,
    /// The engagement, 0 to 100.
    pub engagement: Points,
    /// The combined score, 0 to 100.
    pub combined: Points,
    /// The quadrant. Near a threshold it may be another than the position says: see `band`.
    pub quadrant: Option<Quadrant>,
    /// The tier.
    pub tier: Option<Tier>,
}

/// How many are in a quadrant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuadrantCount {
    /// The quadrant.
    pub quadrant: Quadrant,
    /// How many.
    pub count: u64,
}

impl Method for GetMatrixData {
    const NAME: &'static str = "scoring.getMatrixData";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES, topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = MatrixData;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetMatrixData {
                entity_type: EntityType::Account,
                tier: None,
                limit: MatrixSize::default(),
            },
            result: MatrixData {
                entity_type: EntityType::Account,
                points: vec![MatrixPoint {
                    id: sample::ACCOUNT_ID.into(),
                    name: "Example Manufacturing".into(),
                    fit: Points(82_500),
                    engagement: Points(61_333),
                    combined: Points(71_917),
                    quadrant: Some(Quadrant::FastTrack),
                    tier: Some(Tier::Hot),
                }],
                total: 1,
                unplaced: 0,
                quadrants: vec![QuadrantCount { quadrant: Quadrant::FastTrack, count: 1 }],
                tiers: vec![TierCount { tier: Some(Tier::Hot), count: 1 }],
                fit_threshold: Points(50_000),
                engagement_threshold: Points(50_000),
                band: Points(10_000),
                inputs_through: Some(sample::minutes_ago(12)),
                scored_at: Some(sample::minutes_ago(10)),
            },
        }
    }
}
