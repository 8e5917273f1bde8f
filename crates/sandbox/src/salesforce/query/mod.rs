//! Queries over the organization: bind names to positions, choose rows, render a page.
mod bind;
mod filter;
mod range;
mod render;
mod rows;

use super::error::ApiError;
use super::org::Org;
use super::soql;
use super::time;

pub(crate) use bind::{Output, Plan};

/// What a query needs to know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) org: &'a Org,
    /// Deleted rows too: the difference of `queryAll`.
    pub(crate) all: bool,
    /// Today, for relative dates. Seconds since 1970-01-01 UTC.
    pub(crate) now: i64,
}

/// A query's rows, chosen once; pages are rendered from it later.
#[derive(Clone, Debug)]
pub(crate) struct ResultSet {
    pub(crate) plan: Plan,
    pub(crate) rows: Vec<u32>,
}

/// # Errors
/// `MALFORMED_QUERY`, `INVALID_TYPE`, `INVALID_FIELD`, as the vendor words them.
pub(crate) fn prepare(scope: Scope<'_>, text: &str) -> Result<Plan, ApiError> {
    let query = soql::parse(text).map_err(|e| ApiError::malformed(located(text, e.column, &e.message)))?;
    bind::bind(scope, text, &query)
}

/// # Errors
/// As [`prepare`].
pub(crate) fn run(scope: Scope<'_>, text: &str) -> Result<ResultSet, ApiError> {
    let plan = prepare(scope, text)?;
    let rows = rows::select(scope, &plan);
    Ok(ResultSet { plan, rows })
}

/// The JSON objects of the rows `from..to`, comma-separated, without the brackets.
pub(crate) fn render_page(
    scope: Scope<'_>,
    set: &ResultSet,
    from: usize,
    to: usize,
    version: &str,
    out: &mut Vec<u8>,
) {
    render::rows(scope, &set.plan, &set.rows[from..to], version, out);
}

/// The one row of an aggregate query.
pub(crate) fn render_aggregate(scope: Scope<'_>, set: &ResultSet) -> serde_json::Value {
    render::aggregate(scope, &set.plan, &set.rows)
}

/// A message with the query and a caret under the place, as the vendor shows it.
fn located(text: &str, column: usize, message: &str) -> String {
    let at = column.saturating_sub(1).min(text.len());
    let from = (0..=at.saturating_sub(20)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let to = (at + 20..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
    let pad = " ".repeat(text[from..].chars().count().min(at - from));
    format!("\n{}\n{pad}^\nERROR at Row:1:Column:{column}\n{message}", text[from..to].replace('\n', " "))
}

fn today(now: i64) -> i32 {
    time::day_of(now)
}
