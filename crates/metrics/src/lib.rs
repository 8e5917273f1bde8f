//! Weekly advertising figures: what was spent, what was sold, and what can be said about both without guessing.
//!
//! Knows no database, no clock, no I/O and no wire format: instants, zones, rates and bytes come in as arguments. It
//! computes in integers, so that sums foot to the last minor unit and every replay gives the same bits.
//!
//! - [`Week`], [`Period`], [`Settling`]: Mondays, ranges, and when figures are settled
//! - [`Amounts`], [`Ratio`], [`Currency`]: minor units, and ROAS as a ratio of sums
//! - [`as_known_at`], [`restatements`]: two clocks
//! - [`Tree`], [`summarize`], [`trend`]: roll-ups that foot, and weeks with their gaps; [`convert`]: into one currency
//! - [`attribute`]: a change of ROAS into spend, sales and mix
//! - [`pace`], [`budgets`], [`forecast`]: is a budget spent at the right speed
//! - [`AlertBook`], [`step`]: alerts, folded from a log of observations
//! - [`Survey`], [`Reading`], [`Planner`], [`undo`]: an import as a plan
//! - [`csv_row`], [`json_row`]: exports that the import reads back

mod alerts;
mod attribution;
mod clocks;
mod convert;
mod export;
mod foot;
mod import;
mod money;
mod pacing;
mod summary;
mod tree;
mod trend;
mod week;

pub use alerts::{
    AlertBook, AlertChange, AlertEvent, AlertRules, AlertState, Cause, Corrective, Finding, Observation,
    Observed, findings, step,
};
pub use attribution::{Attribution, Effects, Part, attribute};
pub use clocks::{Restatement, Revision, as_known_at, restated_between, restatements};
pub use convert::{ConvertRefused, Converted, Rate, convert};
pub use export::{CSV_HEADER, ExportRow, csv_row, escape_formula, json_row, unescape_formula};
pub use import::*;
pub use money::{AmountRefused, Amounts, Currency, MOST_MINOR, Measure, NotACurrency, Ratio, SumTooLarge};
pub use pacing::{Basis, Budgeted, Corridor, Forecast, Pace, SoFar, Track, budgets, forecast, pace};
pub use summary::{Cell, Change, Delta, Line, Share, Summary, Sums, WHOLE, summarize};
pub use tree::{Level, Node, NodeId, Tree};
pub use trend::{TrendPoint, trend};
pub use week::{MINUTES_OF_A_WEEK, Period, Settling, Week, WeekRefused};
