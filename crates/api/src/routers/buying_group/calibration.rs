//! Whether 70 % means 70 %.

use crate::routers::prelude::*;

/// Compares what was stated about members with what people then confirmed, and learns the correction that would have been
/// right, so that 70 % means about 70 %. It takes at least 100 confirmed members to learn anything.
///
/// With `apply` the correction is kept: every group is looked at again, and members are shown as sure as it says. What was
/// corrected before is learnt anew from what the evidence said by itself, so calibrating twice changes nothing more.
/// People choose whom they confirm; what is learnt from that is no random sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calibrate {
    /// Whether to keep the correction; else it is only shown.
    pub apply: bool,
}

/// How far statements can be taken at their word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationReport {
    /// Confirmed members that were looked at.
    pub confirmations: u64,
    /// With the correction in force until now: what all sources say together first, then each of them.
    pub present: Vec<Reliability>,
    /// With the correction learnt now.
    pub corrected: Vec<Reliability>,
    /// The correction learnt now, ascending; between its points it runs straight. Empty when it changes nothing.
    pub knots: Vec<CalibrationKnot>,
    /// Since when a correction is in force; null while there is none.
    pub calibrated_at: Option<Timestamp>,
    /// What looks at all groups again; null when nothing was kept.
    pub job: Option<StartedJob>,
}

fn example_table(source: Option<RoleSource>, right: i64) -> Reliability {
    let bin = ReliabilityBin { from: Factor(700), count: 1, stated: Factor(747), right: Factor(right) };
    Reliability {
        source,
        count: 1,
        bins: vec![bin],
        brier: Factor(64),
        expected_error: Factor((747 - right).abs()),
    }
}

impl Method for Calibrate {
    const NAME: &'static str = "buyingGroup.calibrate";
    const EFFECT: Effect =
        Effect::Mutation { audit: "buyingGroup.calibrate", idempotent: true, topics: &[topics::JOBS] };
    type Caller = Admin;
    type Output = CalibrationReport;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        let tables = || vec![example_table(None, 1000), example_table(Some(RoleSource::SfContactRole), 1000)];
        Example {
            params: Calibrate { apply: false },
            result: CalibrationReport {
                confirmations: 1,
                present: tables(),
                corrected: tables(),
                knots: Vec::new(),
                calibrated_at: None,
                job: None,
            },
        }
    }
}
