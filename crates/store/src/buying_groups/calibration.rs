//! Whether 70% meant 70%: what was stated about members before a person confirmed their role, against what they confirmed.

use buying_groups::{
    Calibration, Evidence, Outcome, Reliability, Trusts, calibrate as reliability, outcomes_of_confirmation,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::settings::{keep_calibration, settings};
use super::{role, share};
use crate::schema::buying_group_members as table;
use crate::{StoreError, TenantTx};

/// How far statements can be taken at their word, as they are made now and as they would be made.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationReport {
    /// Confirmed members that were looked at.
    pub confirmations: usize,
    /// The fused statement first, then each source that stated something.
    pub present: Vec<Reliability>,
    /// The same with the correction learnt; the same as `present` where there is too little to learn from.
    pub corrected: Vec<Reliability>,
    pub calibration: Calibration,
    /// Since when the present correction is in force; none while there is none.
    pub calibrated_at: Option<DateTime<Utc>>,
}

/// Compares what was stated with what was confirmed, and learns the correction that would have been right. It is kept and in
/// force from then on when `apply` says so; the caller then sees to it that groups are looked at again.
///
/// # Errors
/// When the database is away.
pub async fn calibrate(
    tx: &mut TenantTx,
    apply: bool,
    now: DateTime<Utc>,
) -> Result<CalibrationReport, StoreError> {
    let settings = settings(tx).await?;
    let confirmed = confirmed(tx).await?;
    let outcomes = |calibration: &Calibration| -> Vec<Outcome> {
        let of = |(evidence, confirmed): &(Vec<Evidence>, _)| {
            outcomes_of_confirmation(evidence, &Trusts::default(), calibration, *confirmed)
        };
        confirmed.iter().flat_map(of).collect()
    };
    let learnt = Calibration::fit(&outcomes(&Calibration::default()));
    let report = CalibrationReport {
        confirmations: confirmed.len(),
        present: reliability(&outcomes(&settings.calibration)),
        corrected: reliability(&outcomes(&learnt)),
        calibrated_at: if apply { Some(now) } else { settings.calibrated_at },
        calibration: learnt,
    };
    if apply {
        keep_calibration(tx, &report.calibration, now).await?;
    }
    Ok(report)
}

/// The evidence and the role of every confirmed member.
async fn confirmed(tx: &mut TenantTx) -> Result<Vec<(Vec<Evidence>, buying_groups::Role)>, StoreError> {
    let rows: Vec<(String, Option<Value>)> = table::table
        .filter(table::tenant_id.eq(tx.tenant().0))
        .filter(table::confirmed_at.is_not_null())
        .order((table::group_id, table::person_id))
        .select((table::role, table::confirmed_from))
        .load(tx.conn())
        .await?;
    let read = |(confirmed, from): (String, Option<Value>)| {
        let rows: Vec<(String, String, String, i64)> =
            serde_json::from_value(from.unwrap_or_default()).ok()?;
        let evidence = rows.into_iter().filter_map(|(source, of, rule, confidence)| {
            Some(Evidence::new(source.parse().ok()?, role(&of), share(confidence), rule))
        });
        Some((evidence.collect(), role(&confirmed)))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}
