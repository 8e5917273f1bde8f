//! Rows that meet their campaigns: amounts into minor units, duplicates out, days into weeks. All in place, so that a
//! file lies in memory once.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::import::header::Column;
use crate::import::hints::RowsPer;
use crate::import::number::Decimal;
use crate::import::planner::Planner;
use crate::import::reading::{Rejected, Resolution, Row, Sheet, of_number};
use crate::import::refused::RowReason;
use crate::money::{AmountRefused, Amounts, Currency, Measure};
use crate::week::Week;

/// Rows with their campaigns: amounts into minor units, duplicates out, days into weeks.
pub(crate) fn resolve(mut sheet: Sheet, resolutions: Vec<Resolution>, used: &[Currency]) -> Planner {
    let mut rejected = std::mem::take(&mut sheet.rejected);
    for row in &mut sheet.rows {
        if let Err(reason) = into_minor(row, &resolutions, &sheet.currencies, sheet.round, used) {
            reject(row, reason, &mut rejected);
        }
    }
    let campaigns = same_campaigns(&resolutions);
    let order = in_order(&sheet.rows, &campaigns);
    reject_duplicates(&mut sheet.rows, &order, &campaigns, &mut rejected);
    if sheet.rows_per == RowsPer::Day {
        sum_into_weeks(&mut sheet.rows, &order, &campaigns, &mut rejected);
    }
    sheet.rows.retain(|row| row.lines > 0);
    rejected.sort_unstable_by_key(|row| row.line);
    Planner::new(sheet.paths, resolutions, sheet.rows, rejected)
}

fn reject(row: &mut Row, reason: RowReason, rejected: &mut Vec<Rejected>) {
    row.lines = 0;
    rejected.push(Rejected { line: row.line, at: Some((row.path, row.date)), reason });
}

fn into_minor(
    row: &mut Row,
    resolutions: &[Resolution],
    currencies: &[Currency],
    round: bool,
    used: &[Currency],
) -> Result<(), RowReason> {
    let stated = row.currency.checked_sub(1).map(|at| currencies[usize::from(at)]);
    if stated.is_some_and(|stated| !used.contains(&stated)) {
        return Err(RowReason::UnknownCurrency);
    }
    let currency = match resolutions[row.path as usize] {
        Resolution::Rejected(reason) => return Err(reason),
        Resolution::Known { currency, .. } | Resolution::New { currency } => currency,
    };
    if stated.is_some_and(|stated| stated != currency) {
        return Err(RowReason::OtherCurrency);
    }
    let minor = |mantissa, scale, column, measure| {
        let decimal = Decimal { mantissa, scale };
        decimal.minor(currency.decimals(), round).map_err(|refused| of_number(refused, column, measure))
    };
    row.ad_spend = minor(row.ad_spend, row.scales[0], Column::Spend, Measure::AdSpend)?;
    row.sales = minor(row.sales, row.scales[1], Column::Sales, Measure::Sales)?;
    check_amounts(row)
}

fn check_amounts(row: &Row) -> Result<(), RowReason> {
    Amounts::of_week(row.ad_spend, row.sales).map(|_| ()).map_err(|refused| match refused {
        AmountRefused::Negative { measure } => RowReason::Negative { measure },
        AmountRefused::TooLarge { measure } => RowReason::TooLarge { measure },
    })
}

/// For each path the first path that leads to the same campaign: names written differently can.
fn same_campaigns(resolutions: &[Resolution]) -> Vec<u32> {
    let mut first = HashMap::new();
    let of = |(path, resolution): (usize, &Resolution)| match resolution {
        Resolution::Known { campaign, .. } => *first.entry(*campaign).or_insert(path as u32),
        _ => path as u32,
    };
    resolutions.iter().enumerate().map(of).collect()
}

/// Positions of the rows by campaign, date and line.
fn in_order(rows: &[Row], campaigns: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows.len() as u32).filter(|at| rows[*at as usize].lines > 0).collect();
    order.sort_unstable_by_key(|at| {
        let row = &rows[*at as usize];
        (campaigns[row.path as usize], row.date, row.line)
    });
    order
}

/// All rows of a campaign and date that comes twice are out: which one is right, nobody can tell.
fn reject_duplicates(rows: &mut [Row], order: &[u32], campaigns: &[u32], rejected: &mut Vec<Rejected>) {
    let place = |row: &Row| (campaigns[row.path as usize], row.date);
    let mut start = 0;
    while start < order.len() {
        let first = place(&rows[order[start] as usize]);
        let count = order[start..].iter().take_while(|at| place(&rows[**at as usize]) == first).count();
        let same = &order[start..start + count];
        for index in 0..if count > 1 { count } else { 0 } {
            let other = rows[same[(index + 1) % count] as usize].line;
            reject(&mut rows[same[index] as usize], RowReason::Twice { other }, rejected);
        }
        start += count;
    }
}

/// Each week's days into the first of them. A week one of whose days is rejected is out: its sum would be wrong.
fn sum_into_weeks(rows: &mut [Row], order: &[u32], campaigns: &[u32], rejected: &mut Vec<Rejected>) {
    let week = |path: u32, date: NaiveDate| {
        (campaigns[path as usize], Week::containing(date).expect("checked when the row was read"))
    };
    let mut broken: HashMap<(u32, Week), u32> = HashMap::new();
    for row in rejected.iter() {
        // a date out of range belongs to no week that could be summed
        if let Some((path, date)) = row.at.filter(|(_, date)| Week::containing(*date).is_ok()) {
            let line = broken.entry(week(path, date)).or_insert(row.line);
            *line = (*line).min(row.line);
        }
    }
    let mut start = 0;
    while start < order.len() {
        let first = rows[order[start] as usize];
        let place = week(first.path, first.date);
        let in_week = |at: &&u32| week(rows[**at as usize].path, rows[**at as usize].date) == place;
        let end = start + order[start..].iter().take_while(in_week).count();
        let mut days: Vec<usize> = order[start..end].iter().map(|at| *at as usize).collect();
        days.retain(|at| rows[*at].lines > 0);
        days.sort_unstable_by_key(|at| rows[*at].line);
        let reason = match broken.get(&place) {
            Some(other) => Err(RowReason::WeekIncomplete { other: *other }),
            None => sum_of(rows, &days),
        };
        for (index, at) in days.iter().enumerate() {
            match reason {
                Err(reason) => reject(&mut rows[*at], reason, rejected),
                Ok(sum) if index == 0 => rows[*at] = sum,
                Ok(_) => rows[*at].lines = 0,
            }
        }
        start = end;
    }
}

fn sum_of(rows: &[Row], days: &[usize]) -> Result<Row, RowReason> {
    let Some((first, others)) = days.split_first() else { return Err(RowReason::NotADate) };
    let mut sum = rows[*first];
    for at in others {
        // at most seven amounts below a limit that leaves room for thousands
        sum.ad_spend += rows[*at].ad_spend;
        sum.sales += rows[*at].sales;
        sum.lines += 1;
    }
    check_amounts(&sum).map(|()| sum)
}
