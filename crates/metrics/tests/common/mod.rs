//! What the tests share: planning a file in one call, with everything it names known, in euros.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]
#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::collections::HashMap;

use ad_metrics::{
    Amounts, Answer, Currency, FileRefused, Hints, Layout, Limits, Plan, PlannedRow, Reading, Resolution,
    RowReason, Sheet, Survey, Week,
};

/// The figures there are, by campaign and week.
pub(crate) type Known = HashMap<(u128, Week), Amounts>;

pub(crate) fn euro() -> Currency {
    Currency::try_from("EUR").unwrap()
}

pub(crate) fn week(monday: &str) -> Week {
    Week::starting(monday.parse().unwrap()).unwrap()
}

pub(crate) fn survey(file: &[u8], hints: &Hints, piece: usize) -> Result<Layout, FileRefused> {
    let mut survey = Survey::new(hints.clone(), Limits::default());
    file.chunks(piece.max(1)).try_for_each(|piece| survey.push(piece))?;
    survey.finish()
}

pub(crate) fn read(file: &[u8], hints: &Hints, piece: usize) -> Result<Sheet, FileRefused> {
    let layout = survey(file, hints, piece)?;
    let mut reading = Reading::new(&layout, hints, Limits::default());
    file.chunks(piece.max(1)).try_for_each(|piece| reading.push(piece))?;
    reading.finish()
}

/// Every path is known; its campaign's id is a number made of its lower-case name.
pub(crate) fn campaign_id(name: &str) -> u128 {
    name.to_lowercase().bytes().fold(7, |id, byte| id * 257 + u128::from(byte))
}

pub(crate) fn plan_sheet(sheet: Sheet, currency: Currency, known: &Known) -> (Vec<PlannedRow>, Plan) {
    let known_campaign = |name: &str| Resolution::Known { campaign: campaign_id(name), currency };
    let resolutions = sheet.paths().iter().map(|path| known_campaign(&path.campaign)).collect();
    plan_resolved(sheet, resolutions, &[currency], known)
}

pub(crate) fn plan_resolved(
    sheet: Sheet,
    resolutions: Vec<Resolution>,
    used: &[Currency],
    known: &Known,
) -> (Vec<PlannedRow>, Plan) {
    let mut rows = Vec::new();
    let mut planner = sheet.resolve(resolutions, used);
    // small batches, so that their edges are tried too
    loop {
        let keys = planner.next_keys(3);
        if keys.is_empty() {
            break;
        }
        let look_up = |key: &ad_metrics::Key| known.get(&(key.campaign?, key.week)).copied();
        let existing: Vec<Option<Amounts>> = keys.iter().map(look_up).collect();
        rows.extend(planner.answer(&existing));
    }
    let (rejected, plan) = planner.finish();
    rows.extend(rejected);
    (rows, plan)
}

pub(crate) fn plan(file: &str, hints: &Hints) -> (Vec<PlannedRow>, Plan) {
    plan_sheet(read(file.as_bytes(), hints, 7).unwrap(), euro(), &Known::new())
}

/// What applying the plan would write.
pub(crate) fn apply(rows: &[PlannedRow], known: &mut Known) {
    for row in rows {
        if let Answer::Insert { key, after } | Answer::Change { key, after, .. } = row.answer {
            known.insert((key.campaign.unwrap(), key.week), after);
        }
    }
}

pub(crate) fn reasons(rows: &[PlannedRow]) -> Vec<(u32, RowReason)> {
    let reason = |row: &PlannedRow| match row.answer {
        Answer::Reject(reason) => Some((row.line, reason)),
        _ => None,
    };
    rows.iter().filter_map(reason).collect()
}

pub(crate) fn written(rows: &[PlannedRow]) -> Vec<(u32, Week, i64, i64)> {
    let written = |row: &PlannedRow| match row.answer {
        Answer::Insert { key, after } => Some((row.line, key.week, after.ad_spend, after.sales)),
        _ => None,
    };
    rows.iter().filter_map(written).collect()
}
