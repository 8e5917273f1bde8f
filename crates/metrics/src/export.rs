//! Rows of an export, as CSV and as JSON lines. What a spreadsheet would run as a formula is escaped, and our own
//! import reads it back as it was.

use std::borrow::Cow;
use std::fmt::Write;

use crate::import::CampaignPath;
use crate::money::{Amounts, Currency};
use crate::week::Week;

/// The first line of a CSV export.
pub const CSV_HEADER: &str = "client,channel,group,campaign,week start,currency,ad spend,sales,roas\r\n";

/// One week of a campaign.
#[derive(Clone, Copy, Debug)]
pub struct ExportRow<'r> {
    /// The names that lead to the campaign.
    pub path: &'r CampaignPath,
    /// Which week.
    pub week: Week,
    /// The client's currency.
    pub currency: Currency,
    /// The figures.
    pub amounts: Amounts,
}

/// Puts an apostrophe before text that a spreadsheet would take for a formula: text that starts, behind any
/// apostrophes, with one of `= + - @`, a tab or a carriage return. [`unescape_formula`] takes it off again.
///
/// ```
/// use ad_metrics::{escape_formula, unescape_formula};
/// assert_eq!(escape_formula("=1+1"), "'=1+1");
/// assert_eq!(escape_formula("'=1+1"), "''=1+1");
/// assert_eq!(escape_formula("'90s revival"), "'90s revival");
/// assert_eq!(unescape_formula("''=1+1"), "'=1+1");
/// assert_eq!(unescape_formula("'90s revival"), "'90s revival");
/// ```
pub fn escape_formula(text: &str) -> Cow<'_, str> {
    if starts_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes off what [`escape_formula`] puts on, and nothing else.
pub fn unescape_formula(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if starts_formula(rest) => rest,
        _ => text,
    }
}

fn starts_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Appends a line of CSV, ended by CRLF.
pub fn csv_row(row: &ExportRow<'_>, out: &mut String) {
    let path = row.path;
    for name in [&path.client, &path.channel, path.group.as_ref().unwrap_or(&String::new()), &path.campaign] {
        csv_cell(&escape_formula(name), out);
        out.push(',');
    }
    let decimals = row.currency.decimals();
    let _ = write!(out, "{},{},", row.week, row.currency);
    decimal(row.amounts.ad_spend, decimals, out);
    out.push(',');
    decimal(row.amounts.sales, decimals, out);
    out.push(',');
    if let Some(roas) = row.amounts.roas() {
        let _ = write!(out, "{roas}");
    }
    out.push_str("\r\n");
}

/// Appends a JSON object and a line feed. Amounts are in minor units; `roas` is `null` when nothing was spent.
pub fn json_row(row: &ExportRow<'_>, out: &mut String) {
    let path = row.path;
    out.push('{');
    for (name, text) in [("client", &path.client), ("channel", &path.channel)] {
        let _ = write!(out, "\"{name}\":");
        json_string(&escape_formula(text), out);
        out.push(',');
    }
    out.push_str("\"group\":");
    match &path.group {
        Some(group) => json_string(&escape_formula(group), out),
        None => out.push_str("null"),
    }
    out.push_str(",\"campaign\":");
    json_string(&escape_formula(&path.campaign), out);
    let Amounts { ad_spend, sales } = row.amounts;
    let _ = write!(out, ",\"weekStart\":\"{}\",\"currency\":\"{}\"", row.week, row.currency);
    let _ = write!(out, ",\"adSpend\":{ad_spend},\"sales\":{sales},\"roas\":");
    let _ = match row.amounts.roas() {
        Some(roas) => write!(out, "{roas}"),
        None => write!(out, "null"),
    };
    out.push_str("}\n");
}

/// Quoted if it must be, or if a reader might trim it.
fn csv_cell(text: &str, out: &mut String) {
    let plain = !text.contains([',', ';', '\t', '"', '\n', '\r']) && text.trim() == text;
    if plain {
        out.push_str(text);
        return;
    }
    out.push('"');
    for part in text.split_inclusive('"') {
        out.push_str(part);
        if part.ends_with('"') {
            out.push('"');
        }
    }
    out.push('"');
}

/// With a decimal point and all the decimals of the currency; with one more if there are three, because 1.234 could be
/// read as a thousand.
fn decimal(minor: i64, decimals: u8, out: &mut String) {
    let factor = 10u64.pow(u32::from(decimals));
    let (whole, rest) = (minor.unsigned_abs() / factor, minor.unsigned_abs() % factor);
    let sign = if minor < 0 { "-" } else { "" };
    let _ = write!(out, "{sign}{whole}");
    if decimals > 0 {
        let _ = write!(out, ".{rest:0width$}", width = usize::from(decimals));
    }
    if decimals == 3 {
        out.push('0');
    }
}

fn json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            // ends of lines to some readers of JSON lines
            '\u{2028}' | '\u{2029}' | '\u{85}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
