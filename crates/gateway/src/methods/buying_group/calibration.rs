//! Whether 70 % means 70 %.

use api::{
    routers::buying_group::{Calibrate, CalibrationReport},
    types::{CalibrationKnot, Timestamp},
};
use chrono::Utc;
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::buying_groups as groups;

use super::{convert, start_grouping};
use crate::host::{Failure, Gateway, Scope};

impl Handle<Calibrate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        calibrate: Calibrate,
    ) -> Result<CalibrationReport, Failure<NoRefusal>> {
        let found = groups::calibrate(scope.tx(), calibrate.apply, Utc::now()).await?;
        let knot = |(stated, shown): &(buying_groups::Share, buying_groups::Share)| CalibrationKnot {
            stated: convert::factor(*stated),
            shown: convert::factor(*shown),
        };
        let knots: Vec<_> = found.calibration.knots().iter().map(knot).collect();
        scope.audit(scope.tenant(), json!({ "after": { "applied": calibrate.apply, "knots": knots } }));
        let job = match calibrate.apply {
            true => {
                groups::touch_groups(scope.tx(), None).await?;
                Some(start_grouping(scope).await?)
            }
            false => None,
        };
        Ok(CalibrationReport {
            confirmations: found.confirmations as u64,
            present: found.present.iter().map(convert::reliability).collect(),
            corrected: found.corrected.iter().map(convert::reliability).collect(),
            knots,
            calibrated_at: found.calibrated_at.map(Timestamp),
            job,
        })
    }
}
